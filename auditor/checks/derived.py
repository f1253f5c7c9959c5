"""What is worked out once for a whole subject, however many checks ask for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from auditor.checks.subject import Subject

_Made = TypeVar("_Made")


def derived(subject: Subject, name: str, make: Callable[[Subject], _Made]) -> _Made:
    """Return what `make` gives for the subject; made on the first call with this name, and kept with the subject."""
    kept: dict[str, Any] = subject.__dict__.setdefault("_derived", {})
    if name not in kept:
        kept[name] = make(subject)
    made: _Made = kept[name]
    return made
