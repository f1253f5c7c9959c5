"""A release whose jobs are judged and whose registries are still to be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from auditor.diagnose.execution import Execution
from auditor.diagnose.outcomes import Standing
from auditor.model.audit import HubMap
from auditor.model.facts import Missing, ReleaseFacts
from auditor.model.live import LiveAnswer
from auditor.model.workflow import Workflow
from auditor.rulebook.book import Rulebook
from auditor.workflows.analysis import WorkflowAnalysis


@dataclass(frozen=True, slots=True)
class JudgedRelease:
    """What the logs and workflows tell. `current` has each job as its last attempt left it, `earlier` the rest."""

    facts: ReleaseFacts
    book: Rulebook
    current: Sequence[Execution]
    earlier: Sequence[Execution]
    hub: HubMap
    workflows: Mapping[str, Workflow]
    analysis: WorkflowAnalysis
    standings: Sequence[Standing]
    missing: tuple[Missing, ...] = ()

    @property
    def began(self) -> datetime | None:
        """When the first run of the release started."""
        starts = [attempt.run.run_started_at or attempt.run.created_at for attempt in self.facts.attempts]
        return min((start for start in starts if start is not None), default=None)


Ask: TypeAlias = Callable[[JudgedRelease], Sequence[LiveAnswer]]
"""Looks up what the registries have of a release; answers for the targets it could find, in any order."""
