"""What can go wrong when something is to be posted. Each message is one line that says what to do."""

from __future__ import annotations


class DeliverError(Exception):
    """It could not be posted; the message is one line: what is wrong, what to do."""


class GoneError(DeliverError):
    """The issue or comment is not there any more."""


class LockedError(DeliverError):
    """The conversation is locked: nobody without write access can comment."""


class RefusedError(DeliverError):
    """GitHub will not take what was sent, as it is; nothing of it was kept."""


class DocumentError(DeliverError):
    """The document's markers do not make a region; the message says on which line and what to do."""
