"""Why jobs, and the publish steps of green jobs, did not run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from auditor.diagnose.execution import Execution
from auditor.diagnose.step_reading import StepReading
from auditor.logs.quote import lines_between
from auditor.logs.redact import safe_line
from auditor.model.audit import Skip
from auditor.model.evidence import Evidence
from auditor.model.facts import ReleaseFacts
from auditor.model.vocabulary import Classification, Confidence, SkipReason
from auditor.model.workflow import Workflow, WorkflowStep
from auditor.rulebook.book import Rulebook
from auditor.rulebook.publish_steps import StepIndex
from auditor.rulebook.recognise import Recogniser
from auditor.workflows.analysis import WorkflowAnalysis
from auditor.workflows.conditions import explain_skip
from auditor.workflows.graph import Chain
from auditor.workflows.guards import Guard, Guarded
from auditor.workflows.results import needs_result
from auditor.workflows.run_context import Caller


def explain_skips(
    executions: Sequence[Execution],
    facts: ReleaseFacts,
    workflows: Mapping[str, Workflow],
    book: Rulebook,
    analysis: WorkflowAnalysis,
) -> list[Execution]:
    """Give every skipped job its reason, and every green job whose publish step was skipped the check that said so."""
    recogniser = book.recogniser
    explained = []
    for e in executions:
        if e.job.conclusion == "skipped":
            run = [other for other in executions if other.run.id == e.run.id]
            e = replace(e, skip=_job_skip(e, run, facts, workflows))
        else:
            e = _explained(e, recogniser, analysis)
        explained.append(e)
    return explained


def _explained(e: Execution, recogniser: Recogniser, analysis: WorkflowAnalysis) -> Execution:
    if e.job.conclusion == "cancelled" and not any(step.started_at for step in e.job.steps):
        skip = Skip(
            reason=SkipReason.CANCELLED_BEFORE_START, explanation="the run was cancelled before the job started"
        )
        return replace(e, skip=skip)
    if e.job.conclusion == "success" and e.platforms and not e.judged.proved and not e.judged.hidden:
        return _by_own_check(e, recogniser, analysis)
    return e


def _job_skip(e: Execution, run: Sequence[Execution], facts: ReleaseFacts, workflows: Mapping[str, Workflow]) -> Skip:
    if e.workflow is None or e.workflow_job is None:
        return Skip(reason=SkipReason.UNKNOWN, explanation="the workflow file that could tell why is not at hand")
    return explain_skip(
        e.workflow,
        e.workflow_job.id,
        e.run,
        facts.tag,
        _results(run, e.chain[:-1]),
        release=facts.release,
        caller=_caller(e, run, e.chain[:-1], workflows),
    )


def _results(run: Sequence[Execution], prefix: Chain) -> dict[str, str | None]:
    """The results of the jobs of one workflow file in a run, by job id; `prefix` is the chain of calls that leads to it."""
    level = len(prefix)
    found: dict[str, list[str | None]] = {}
    for e in run:
        if len(e.chain) > level and e.chain[:level] == prefix:
            found.setdefault(e.chain[level], []).append(e.job.conclusion)
    return {job_id: needs_result(conclusions) for job_id, conclusions in found.items()}


def _caller(e: Execution, run: Sequence[Execution], chain: Chain, workflows: Mapping[str, Workflow]) -> Caller | None:
    """The calls around a job, from the inside out."""
    node = e.graph.nodes.get(chain) if e.graph is not None and chain else None
    workflow = workflows.get(node.path) if node is not None else None
    if node is None or workflow is None:
        return None
    return Caller(workflow, node.job.id, _results(run, chain[:-1]), _caller(e, run, chain[:-1], workflows))


def _by_own_check(e: Execution, recogniser: Recogniser, analysis: WorkflowAnalysis) -> Execution:
    """A green job whose publish steps were all skipped did not publish; a guard step told it not to."""
    if e.workflow_job is None:
        return e
    index = StepIndex(e.workflow_job, e.workflow.env if e.workflow is not None else None)
    publishing = [
        (step, written)
        for step in e.job.steps
        if (written := index.find(step.name)) is not None and index.platforms(step.name, recogniser)
    ]
    if not publishing or any(step.conclusion != "skipped" for step, _ in publishing):
        return e
    step, written = publishing[0]
    guard, held = _guard_of(e, written, analysis)
    condition = written.condition.text if written.condition is not None else None
    said = guard.step.name.text if guard is not None and guard.step.name is not None else None
    explanation = f"publish step “{step.name}” was skipped" + (f", because check “{said}” said so" if said else "")
    if held is not None and held.can_run.word == "no":
        explanation += f"; that check can never say “missing” ({held.can_run.reason})"
    reason = SkipReason.EXISTENCE_CHECK if guard is not None else SkipReason.CONDITION_FALSE
    return replace(
        e,
        skip=Skip(reason=reason, explanation=safe_line(explanation), expression=condition),
        evidence=_said_by(e, guard),
        judged=replace(
            e.judged,
            classification=Classification.SKIPPED_BY_CONDITION,
            confidence=Confidence.HIGH if guard is not None else Confidence.MEDIUM,
            reasons=("GitHub says that the job succeeded", explanation),
        ),
    )


def _guard_of(e: Execution, written: WorkflowStep, analysis: WorkflowAnalysis) -> tuple[Guard | None, Guarded | None]:
    """The check that decides whether the step runs, and what it can say about it."""
    if e.workflow is None or e.workflow_job is None:
        return None, None
    for guard in analysis.guards(e.workflow):
        for held in guard.guarded:
            if held.job_id == e.workflow_job.id and held.step is not None and held.step.number == written.number:
                return guard, held
    return None, None


def _said_by(e: Execution, guard: Guard | None) -> Evidence | None:
    """The last line that the guard step printed, or the API's word that it ran."""
    if guard is None:
        return None
    names = {guard.step.name.text} if guard.step.name is not None else set()
    reading = next((step for step in e.judged.steps if step.name in names), None)
    text, line = None, None
    if reading is not None and reading.sections and e.source is not None:
        text, line = _last_words(e, reading)
    name = next(iter(names), None) or "the guard step"
    url = e.job.html_url
    if url and reading is not None and reading.number is not None:
        url += f"#step:{reading.number}:{line - reading.first + 1 if line else 1}"
    return Evidence(
        source="log" if text else "api",
        text=safe_line(text or f"step “{name}” ended as success, the steps behind it as skipped"),
        job=safe_line(e.job.name, 200),
        job_id=e.job.id,
        step=safe_line(name, 200),
        step_number=reading.number if reading is not None else None,
        line=line,
        step_line=line - reading.first + 1 if line is not None and reading is not None else None,
        url=url,
    )


def _last_words(e: Execution, reading: StepReading) -> tuple[str | None, int | None]:
    assert e.source is not None  # noqa: S101 - the caller checked
    body = max(section.body for section in reading.sections) + 1
    try:
        lines = [line for line in lines_between(e.source, max(body, reading.first), reading.last) if line.text.strip()]
    except OSError:
        return None, None
    spoken = [line for line in lines if not line.text.startswith("##[")]
    return (spoken[-1].text, spoken[-1].number) if spoken else (None, None)
