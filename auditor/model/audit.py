"""The audit: one document from which every report, comment and exit code is rendered.

Numbers are stated once, in `Tally`; whatever prints a count prints that one.
"""

from __future__ import annotations

from datetime import datetime

from auditor.model.base import Statement
from auditor.model.drift import Drift
from auditor.model.evidence import Evidence, Fix, RuleMatch
from auditor.model.facts import Missing
from auditor.model.finding import Finding
from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import (
    CascadeHow,
    Classification,
    Confidence,
    JobKind,
    LogState,
    SkipReason,
    Verdict,
)


class StepSummary(Statement):
    """One step of a judged job, for the step-by-step account; `seconds` is its duration."""

    number: int
    name: str
    conclusion: str | None = None
    seconds: float | None = None
    platforms: tuple[str, ...] = ()


class Cascade(Statement):
    """Why a failure is counted at another job: `root_job` did not deliver, known by `how`."""

    root_job: str
    how: CascadeHow
    explanation: str


class Skip(Statement):
    """Why something did not run; `expression` is the condition as written, where there is one."""

    reason: SkipReason
    explanation: str
    expression: str | None = None


class Judgement(Statement):
    """What happened to one job, or to one log, and how that is known."""

    classification: Classification
    confidence: Confidence
    reasons: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    rule: str | None = None
    cause: Evidence | None = None
    fix: Fix | None = None
    cascade: Cascade | None = None
    skip: Skip | None = None
    packages: tuple[str, ...] = ()
    contributing: tuple[RuleMatch, ...] = ()
    hidden: bool = False
    """The job is green, and the failure was swallowed inside it."""
    signature: str | None = None
    """The cause line with everything masked that changes from run to run: equal failures have equal signatures."""


class JudgedJob(Statement):
    """One job of the release, as the last attempt that ran it left it."""

    key: str
    """Unique within the audit: `run id/job name`."""
    name: str
    job_id: int
    run_id: int
    attempt: int
    workflow: str
    workflow_job: str | None = None
    """The id of the job in the workflow file, when the name could be matched back to it."""
    kind: JobKind
    status: str | None = None
    conclusion: str | None = None
    url: str | None = None
    started_at: datetime | None = None
    seconds: float | None = None
    failing_step: str | None = None
    failing_step_number: int | None = None
    steps: tuple[StepSummary, ...] = ()
    log: LogState = LogState.PRESENT
    secrets: tuple[str, ...] = ()
    """Names of the secrets that the workflow file gives to this job."""
    path: str = ""
    """The run's workflow file."""
    carried_over: bool = False
    """The result comes from an earlier attempt than the run's last."""
    judgement: Judgement
    harmless: str | None = None
    """Why this failure needs no repair: the version was shipped by another run or attempt."""
    findings: tuple[Finding, ...] = ()
    """What in the workflow files explains the outcome, readable before it ran."""
    blocks: tuple[str, ...] = ()
    """Keys of the jobs whose failure or skip is counted at this one."""


class JobAttempt(Statement):
    """An earlier execution of a job, kept to tell the story of the re-runs."""

    key: str
    attempt: int
    classification: Classification
    cause: Evidence | None = None
    url: str | None = None


class PlatformOutcome(Statement):
    """What became of one platform, over all jobs, runs and attempts that tried it."""

    platform: str
    title: str
    job: str
    """Key of the decisive job."""
    classification: Classification
    verdict: Verdict
    proved: bool
    """The registry says so, or the log shows the success line, or the failing line: not only a colour."""
    by_registry: bool = False
    """The registry's answer decided the verdict, or confirmed it."""
    seconds: float | None = None
    failing_step: str | None = None
    cause: str | None = None
    next_action: str
    packages: tuple[str, ...] = ()
    other_jobs: tuple[str, ...] = ()
    note: str | None = None


class TargetOutcome(Statement):
    """What became of one package on one platform, by its jobs and by the registry's own word."""

    verdict: Verdict
    answer: LiveAnswer
    note: str | None = None
    look_again_at: datetime | None = None
    """Of `propagating`: when the registry's usual delay is over."""
    from_this_release: bool | None = None
    """Whether the bytes were uploaded while this release's jobs ran; nothing when the registry does not tell."""


class Tally(Statement):
    """All counts of the audit. `platforms` = `shipped` + `not_shipped` + `not_attempted` + `open`."""

    platforms: int
    shipped: int
    shipped_now: int
    """Shipped by this release's jobs."""
    despite_failure: int = 0
    """Of `shipped_now`: their job failed, and the registry has the version all the same."""
    already_there: int
    """Counted as shipped because it was there before: by the registry's word, or else the job's own existence check's."""
    unproved: int
    """Of `shipped`: the platforms for which neither the registry nor a log line proves it."""
    asked: int = 0
    """Of `platforms`: those whose registry was asked and gave an answer."""
    contradicted: int = 0
    """Of `not_shipped`: a job was green, or skipped as already published, and the registry does not have the version."""
    attempted: int
    """`platforms` without those that a condition or `if: false` kept from trying."""
    not_shipped: int
    not_attempted: int
    disabled: int
    """Of `not_attempted`: switched off by `if: false`."""
    open: int
    """Still running, waiting, held, or not to be judged from what is known."""
    held: int = 0
    """Of `open`: the registry has it and does not give it out yet."""
    propagating: int = 0
    """Of `open`: published so recently that the registry may not show it yet."""
    jobs: int
    publish_jobs: int
    hub_jobs: int
    helper_jobs: int
    failed_jobs: int
    root_failures: int

    @property
    def rate(self) -> float | None:
        """Share of all platforms that shipped, between 0 and 1."""
        return self.shipped / self.platforms if self.platforms else None

    @property
    def attempted_rate(self) -> float | None:
        """Share of the attempted platforms that shipped, between 0 and 1."""
        return self.shipped / self.attempted if self.attempted else None


class RootCause(Statement):
    """One problem, counted once, with everything that waits for it."""

    number: int
    title: str
    classification: Classification
    jobs: tuple[str, ...]
    """Keys of the jobs that show this problem themselves."""
    blocked_jobs: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    """Platforms that can ship once this is fixed, in the order of the table."""
    evidence: Evidence | None = None
    rule: str | None = None
    fix: Fix | None = None
    shipped_before: int
    shipped_after: int


class Action(Statement):
    """One line of the plan that a person can tick off."""

    text: str
    job: str | None = None
    root_cause: int | None = None
    commands: tuple[str, ...] = ()


class Phase(Statement):
    """Actions that belong together; `shipped_after` platforms are out when this phase is done."""

    number: int
    title: str
    effect: str
    actions: tuple[Action, ...]
    shipped_after: int


class HubEdge(Statement):
    """`consumer` takes something that `producer` makes; `how` it is known."""

    producer: str
    consumer: str
    how: str


class HubMap(Statement):
    """The hub-and-spoke picture: job keys of the hubs, and who takes what from whom."""

    hubs: tuple[str, ...] = ()
    edges: tuple[HubEdge, ...] = ()


class GoodPattern(Statement):
    """Something a working job does well, with the YAML it comes from."""

    title: str
    why: str
    jobs: tuple[str, ...]
    path: str
    line: int
    snippet: str


class Note(Statement):
    """Something a reader must know that is no failure: a double trigger, a superseded attempt, an unproved check."""

    title: str
    text: str


class RunSummary(Statement):
    """One run that the tag set off."""

    run_id: int
    workflow: str
    path: str
    event: str
    attempts: int
    status: str | None = None
    conclusion: str | None = None
    url: str
    started_at: datetime | None = None
    seconds: float | None = None


class Audit(Statement):
    """The whole document."""

    format: int = 1
    tool_version: str
    repository: str
    repository_url: str
    tag: str
    commit: str | None = None
    collected_at: datetime | None = None
    runs: tuple[RunSummary, ...] = ()
    jobs: tuple[JudgedJob, ...] = ()
    earlier: tuple[JobAttempt, ...] = ()
    platforms: tuple[PlatformOutcome, ...] = ()
    targets: tuple[TargetOutcome, ...] = ()
    """What the registries said; empty when they were not asked."""
    drift: Drift | None = None
    """All targets side by side; nothing when the registries were not asked."""
    tally: Tally
    root_causes: tuple[RootCause, ...] = ()
    plan: tuple[Phase, ...] = ()
    hub: HubMap = HubMap()
    good_patterns: tuple[GoodPattern, ...] = ()
    notes: tuple[Note, ...] = ()
    missing: tuple[Missing, ...] = ()

    def job(self, key: str) -> JudgedJob:
        """Return the judged job with this key; raise `KeyError` when there is none."""
        for job in self.jobs:
            if job.key == key:
                return job
        raise KeyError(key)

    @property
    def exit_code(self) -> int:
        """0 all that should have shipped has; 1 a problem was found; 3 incomplete and no problem proved."""
        if self.root_causes:
            return 1
        return 3 if self.missing or self.tally.open else 0
