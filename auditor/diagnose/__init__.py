"""Judges: what happened to each job, why, what it blocks, and what to do next."""
