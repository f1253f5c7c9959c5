"""Puts single jobs, runs and next steps into the audit's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.diagnose.evidence import Quoting
from auditor.diagnose.execution import Execution
from auditor.diagnose.explain import packages
from auditor.diagnose.outcomes import CONTRADICTED, Standing
from auditor.diagnose.signature import signature
from auditor.diagnose.step_reading import FAILED
from auditor.logs.redact import safe_line
from auditor.model.audit import JudgedJob, Judgement, RootCause, RunSummary, StepSummary
from auditor.model.evidence import Evidence, Fix
from auditor.model.facts import ReleaseFacts, Run, Step
from auditor.model.finding import Finding
from auditor.model.vocabulary import CascadeHow, JobKind, SkipReason, Verdict


def judged_job(
    e: Execution,
    kind: JobKind,
    evidence: Evidence | None,
    fix: Fix | None,
    blocks: tuple[str, ...],
    findings: tuple[Finding, ...],
    quoting: Quoting,
) -> JudgedJob:
    """State one job."""
    failing = e.judged.step if e.classification.failed and e.skip is None else None
    if failing is None or failing.conclusion not in FAILED:
        step = next((s for s in e.job.steps if s.conclusion in FAILED), None)
        name, number = (step.name, step.number) if step is not None else (failing.name if failing else None, None)
    else:
        name, number = failing.name, failing.number
    contributing = (quoting.match(e, hit) for hit in e.judged.contributing)
    return JudgedJob(
        key=e.key,
        name=safe_line(e.job.name, 200),
        job_id=e.job.id,
        run_id=e.run.id,
        attempt=e.attempt,
        workflow=safe_line(e.run.name or e.run.path or "workflow", 200),
        workflow_job=e.workflow_job.id if e.workflow_job is not None else None,
        kind=kind,
        status=e.job.status,
        conclusion=e.job.conclusion,
        url=e.job.html_url,
        started_at=e.job.started_at,
        seconds=e.job.seconds,
        failing_step=safe_line(name, 200) if name and e.classification.failed else None,
        failing_step_number=number if e.classification.failed else None,
        steps=tuple(_step(step) for step in e.job.steps),
        log=e.log,
        secrets=_secrets(e),
        path=safe_line(e.run.path, 200),
        carried_over=e.carried_over,
        judgement=Judgement(
            classification=e.classification,
            confidence=e.judged.confidence,
            reasons=tuple(safe_line(reason) for reason in e.judged.reasons),
            platforms=e.platforms,
            rule=e.judged.hit.rule.id if e.judged.hit is not None else None,
            cause=evidence,
            fix=fix,
            cascade=e.cascade,
            skip=e.skip,
            packages=packages(e.judged),
            contributing=tuple(match for match in contributing if match is not None),
            hidden=e.judged.hidden,
            signature=signature(evidence.text) if evidence is not None and e.classification.failed else None,
        ),
        harmless=e.harmless,
        findings=findings,
        blocks=blocks,
    )


def _secrets(e: Execution) -> tuple[str, ...]:
    """Names only, in the order of the file; the token that every job has is none that a person sets."""
    used = e.workflow_job.secrets_used if e.workflow_job is not None else ()
    return tuple(dict.fromkeys(use.name for use in used if use.name.upper() not in ("GITHUB_TOKEN", "INHERIT")))


def _step(step: Step) -> StepSummary:
    seconds = None
    if step.started_at is not None and step.completed_at is not None and step.conclusion != "skipped":
        seconds = max(0.0, (step.completed_at - step.started_at).total_seconds())
    return StepSummary(number=step.number, name=safe_line(step.name, 200), conclusion=step.conclusion, seconds=seconds)


def run_summaries(facts: ReleaseFacts) -> tuple[RunSummary, ...]:
    """State each run once, as its last attempt left it."""
    last: dict[int, Run] = {}
    first: dict[int, Run] = {}
    for attempt in facts.attempts:
        first.setdefault(attempt.run.id, attempt.run)
        last[attempt.run.id] = attempt.run
    return tuple(
        RunSummary(
            run_id=run.id,
            workflow=safe_line(run.name or run.path or "workflow", 200),
            path=safe_line(run.path, 200),
            event=safe_line(run.event, 60),
            attempts=run.run_attempt,
            status=run.status,
            conclusion=run.conclusion,
            url=run.html_url,
            started_at=first[run.id].run_started_at or first[run.id].created_at,
            seconds=_seconds(run),
        )
        for run in last.values()
    )


def _seconds(run: Run) -> float | None:
    began = run.run_started_at or run.created_at
    if began is None or run.updated_at is None or run.status != "completed":
        return None
    return max(0.0, (run.updated_at - began).total_seconds())


def next_action(standing: Standing, fixes: Mapping[str, Fix], causes: Sequence[RootCause]) -> str:
    """What a maintainer presses next for one platform, in one short sentence."""
    e = standing.decisive
    if standing.verdict in CONTRADICTED:
        found = next((c for c in causes if standing.platform in c.platforms and e.key in c.jobs), None)
        return (
            f"{_first_sentence(found.fix.summary)} (root cause {found.number})"
            if found and found.fix
            else "publish again"
        )
    if standing.verdict is Verdict.PROPAGATING:
        return f"look again after {standing.look_again_at:%H:%M} UTC" if standing.look_again_at else "look again later"
    if standing.verdict is Verdict.HELD:
        return "wait; do not publish again"
    if standing.verdict is Verdict.NOT_SHIPPED:
        if e.cascade is not None and e.cascade.how is not CascadeHow.RACE:
            number = next((c.number for c in causes if e.cascade.root_job in c.jobs), None)
            root = e.cascade.root_job.split("/", 1)[1]
            return f"fix `{root}`" + (f" (root cause {number})" if number else "")
        number = next((c.number for c in causes if e.key in c.jobs), None)
        fix = next((c.fix for c in causes if e.key in c.jobs), None) or fixes.get(e.key)
        action = _first_sentence(fix.summary) if fix is not None else "read the failed step's log"
        return action + (f" (root cause {number})" if number else "")
    if standing.verdict is Verdict.ALREADY_SHIPPED:
        claimed = e.skip is not None and e.skip.reason is SkipReason.EXISTENCE_CHECK and not standing.by_registry
        return "look whether it is really there: only the job's own check says so" if claimed else "none"
    if standing.verdict is Verdict.NOT_ATTEMPTED:
        disabled = e.skip is not None and e.skip.reason is SkipReason.DISABLED
        return "switch the job on or delete it" if disabled else "check that the skip is wanted"
    if standing.verdict is Verdict.PENDING:
        return "wait for the job, then audit again"
    if standing.verdict is Verdict.UNVERIFIABLE:
        return "look at the registry: nothing proves what happened"
    return "none"


def _first_sentence(text: str) -> str:
    head = text.split(". ", 1)[0].rstrip(".")
    return head if len(head) <= 160 else head[:159] + "…"
