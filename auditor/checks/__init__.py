"""Finds the defects of a release in its workflow files, before the next tag does: one file per check."""
