"""One job in one attempt of one run, with everything that judging has found out about it so far."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.diagnose.judgement import LogJudgement
from auditor.logs.source import LogSource
from auditor.model.audit import Cascade, Skip
from auditor.model.evidence import Evidence
from auditor.model.facts import Job, Run
from auditor.model.vocabulary import Classification, LogState, SkipReason
from auditor.model.workflow import Workflow, WorkflowJob
from auditor.workflows.graph import Chain, RunGraph


@dataclass(frozen=True, slots=True)
class Execution:
    """`key` names the job over all attempts of its run; `identity` names it over all runs of its workflow.

    `evidence` is set where the proof is no line of the job's own log: a workflow condition, an annotation, an API fact.
    """

    key: str
    run: Run
    attempt: int
    job: Job
    judged: LogJudgement
    log: LogState
    source: LogSource | None = None
    workflow: Workflow | None = None
    workflow_job: WorkflowJob | None = None
    chain: Chain = ()
    """Job ids from the run's workflow inwards, through calls of reusable workflows; empty when the job is not matched."""
    graph: RunGraph | None = None
    skip: Skip | None = None
    cascade: Cascade | None = None
    evidence: Evidence | None = None
    carried_over: bool = False
    harmless: str | None = None

    @property
    def identity(self) -> tuple[str, str]:
        """The workflow's path and the job's name: the same job whenever the workflow runs."""
        return (self.run.path, self.job.name)

    @property
    def classification(self) -> Classification:
        """What happened to the job."""
        return self.judged.classification

    @property
    def platforms(self) -> tuple[str, ...]:
        """Platforms the job publishes to, the deciding one first."""
        return self.judged.platforms

    @property
    def job_id(self) -> str:
        """The id of the job in the run's own workflow file: of the caller for a job in a called workflow."""
        return self.chain[0] if self.chain else self.job.name

    def waits_for(self, other: Execution) -> bool:
        """Whether the job `needs` the other one, directly."""
        if self.graph is None or self.run.id != other.run.id or not other.chain:
            return False
        return other.chain in self.graph.needs(self.chain)

    def outcome_for(self, platform: str) -> Classification:
        """What happened to one platform in a job that may publish to several."""
        if platform in self.judged.proved and not self._fails_at(platform):
            return Classification.SUCCESS
        if platform in self.judged.already and self.skip is None and not self.classification.failed:
            return Classification.SKIPPED_BY_CONDITION
        return self.classification

    def _fails_at(self, platform: str) -> bool:
        """Whether the job's failure is about this platform: then a success line before it was only a part of it."""
        if not self.classification.failed or self.judged.step is None:
            return False
        return platform == self.platforms[0] or self.judged.proved[platform] in self.judged.step.hits

    def claims_presence(self, platform: str) -> bool:
        """Whether the job did not publish because it takes the version for being there already."""
        if platform in self.judged.already:
            return True
        return self.skip is not None and self.skip.reason in (
            SkipReason.EXISTENCE_CHECK,
            SkipReason.NOTHING_TO_PUBLISH,
        )
