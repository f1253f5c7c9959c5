"""Workflow files read: jobs and their graph, conditions evaluated, names matched back, existence checks judged."""
