"""What a check is: an id, what it is about, and a function that yields findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from auditor.checks.subject import Subject
from auditor.model.finding import Finding
from auditor.model.vocabulary import Severity


@dataclass(frozen=True, slots=True)
class Check:
    """One check. Every module in `auditor/checks/catalogue/` has exactly one, named `CHECK`.

    `docs/checks/<id>.md` holds what it detects, why it matters, a bad and a good example, and the remedy;
    `tests/checks/<id>/` holds workflows named `bad-*.yml`, on which it fires, and `good-*.yml`, on which it does not.
    """

    id: str
    title: str
    severity: Severity
    """The highest it gives."""
    find: Callable[[Subject], Iterator[Finding]]
    fixes: bool = False
    """Whether some of its findings carry edits."""
