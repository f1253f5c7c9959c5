"""Audit what a release tag really shipped."""

__version__ = "0.1.0"
