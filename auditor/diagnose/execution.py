"""One job in one attempt of one run, with everything that judging has found out about it so far."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.diagnose.log_judgement import LogJudgement
from auditor.logs.source import LogSource
from auditor.model.audit import Cascade, Skip
from auditor.model.evidence import Evidence
from auditor.model.facts import Job, Run
from auditor.model.vocabulary import Classification, LogState, SkipReason
from auditor.model.workflow import Workflow, WorkflowJob


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
    caller_job: WorkflowJob | None = None
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
    def needed(self) -> tuple[str, ...]:
        """Workflow job ids that this job waits for."""
        needs = [*(self.workflow_job.need_ids if self.workflow_job else ())]
        needs += self.caller_job.need_ids if self.caller_job else ()
        return tuple(dict.fromkeys(needs))

    def outcome_for(self, platform: str) -> Classification:
        """What happened to one platform in a job that may publish to several."""
        if platform in self.judged.proved:
            return Classification.SUCCESS
        if platform in self.judged.already and self.skip is None and not self.classification.failed:
            return Classification.SKIPPED_BY_CONDITION
        return self.classification

    def claims_presence(self, platform: str) -> bool:
        """Whether the job did not publish because it takes the version for being there already."""
        if platform in self.judged.already:
            return True
        return self.skip is not None and self.skip.reason in (
            SkipReason.EXISTENCE_CHECK,
            SkipReason.NOTHING_TO_PUBLISH,
        )
