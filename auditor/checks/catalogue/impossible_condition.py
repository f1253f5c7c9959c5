"""A condition that no event of the workflow can make true."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.publishing import publications_by_job
from auditor.checks.scenarios import condition_answer, literals, scenarios
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Text, Workflow, WorkflowJob, WorkflowStep
from auditor.workflows.expression import ExpressionError, is_constant_false, why_false

_MOST_WORDS = 4


def _find(subject: Subject) -> Iterator[Finding]:
    published = publications_by_job(subject)
    for workflow, job in subject.jobs():
        ships = published.get((workflow.path, job.id), ())
        why = _never(workflow, job.condition)
        if why is not None and job.condition is not None:
            yield _finding(workflow, job, None, job.condition, why, bool(ships))
            continue
        for step in job.steps:
            why = _never(workflow, step.condition)
            if why is not None and step.condition is not None:
                mine = any(each.step is not None and each.step.number == step.number for each in ships)
                yield _finding(workflow, job, step, step.condition, why, mine)


def _never(workflow: Workflow, condition: Text | None) -> str | None:
    """Say why a condition is false however the workflow starts; nothing when it may be true."""
    if condition is None or not workflow.triggers:
        return None
    words = literals(condition)
    try:
        if is_constant_false(condition.text) or len(words) > _MOST_WORDS:
            return None
        samples = scenarios(workflow, words)
        if not samples or any(condition_answer(condition, each) is not False for each in samples):
            return None
        return "; ".join(why_false(condition.text, samples[0].contexts)[:2])
    except ExpressionError:
        return None


def _finding(
    workflow: Workflow, job: WorkflowJob, step: WorkflowStep | None, condition: Text, why: str, ships: bool
) -> Finding:
    events = ", ".join(f"`{trigger.event}`" for trigger in workflow.triggers[:5])
    what = f"`{job.id}`" if step is None else f"step {step.number} of `{job.id}`"
    return Finding(
        check=CHECK.id,
        severity=Severity.ERROR if ships else Severity.WARNING,
        confidence=Confidence.HIGH,
        message=f"{what} can never run: its condition is false on {events}" + (f" ({why})" if why else ""),
        place=place(workflow, condition.line, condition.text.split("\n")[0].strip()),
        related=tuple(
            place(workflow, trigger.line, trigger.event, "what starts it") for trigger in workflow.triggers[:3]
        ),
        job=job.id,
        step=step.number if step is not None else None,
        remedy=Remedy(summary="Change the condition, or add the event it waits for to `on`."),
    )


CHECK = Check(
    id="impossible-condition",
    title="A condition can never be true",
    severity=Severity.ERROR,
    find=_find,
)
