"""The one error of the history."""

from __future__ import annotations


class HistoryError(ValueError):
    """The folder cannot be used; the message is one line that says what to do."""
