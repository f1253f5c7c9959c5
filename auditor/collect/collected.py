"""What every way of collecting returns."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.logs.source import LogStore
from auditor.model.facts import ReleaseFacts


@dataclass(frozen=True, slots=True)
class Collected:
    """The facts of one release, and the store that finds each job's log or says why there is none."""

    facts: ReleaseFacts
    logs: LogStore
