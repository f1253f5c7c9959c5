"""What collecting must ask whoever judges: collecting itself judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import Protocol

from auditor.model.facts import Attempt, WorkflowFile


class Needs(Protocol):
    """Says which facts the judging will look at. `auditor.diagnose.log_needs.LogNeeds` is the one in use."""

    def logs(self, attempt: Attempt, files: Sequence[WorkflowFile], repository: str) -> Set[int]:
        """The ids of the attempt's jobs that cannot be judged without their log."""

    def follows(self, file: WorkflowFile, workflows: Iterable[str]) -> bool:
        """Whether the workflow starts by `workflow_run` on one of the workflows of these names."""


class AllLogs:
    """Wants every log there is, for a bundle that is to outlive GitHub's retention."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    def logs(self, attempt: Attempt, files: Sequence[WorkflowFile], repository: str) -> Set[int]:
        """All jobs."""
        return {job.id for job in attempt.jobs}

    def follows(self, file: WorkflowFile, workflows: Iterable[str]) -> bool:
        """As the other says."""
        return self._needs.follows(file, workflows)
