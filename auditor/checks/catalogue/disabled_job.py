"""A job, or a publishing step, is switched off for good."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.publishing import publications, title
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Text, Workflow, WorkflowJob
from auditor.rulebook.publish_steps import platforms_of_job
from auditor.workflows.expression import ExpressionError, is_constant_false


def _find(subject: Subject) -> Iterator[Finding]:
    for workflow, job in subject.jobs():
        if _off(job.condition) and job.condition is not None:
            platforms = platforms_of_job([job], job.display_name, subject.recogniser)
            yield _finding(subject, workflow, job, None, job.condition, platforms)
    for one in publications(subject):
        if one.step is not None and one.step.condition is not None and _off(one.step.condition):
            yield _finding(subject, one.workflow, one.job, one.step.number, one.step.condition, (one.platform,))


def _off(condition: Text | None) -> bool:
    try:
        return condition is not None and is_constant_false(condition.text)
    except ExpressionError:
        return False


def _finding(
    subject: Subject,
    workflow: Workflow,
    job: WorkflowJob,
    step: int | None,
    condition: Text,
    platforms: tuple[str, ...],
) -> Finding:
    names = ", ".join(title(subject, each) for each in platforms)
    what = f"step {step} of `{job.id}`" if step is not None else f"`{job.id}`"
    ships = f"nothing is published to {names}" if names else "it never runs"
    waiting = [each.id for each in workflow.jobs if job.id in each.need_ids and step is None]
    more = f"; {', '.join(f'`{each}`' for each in waiting[:3])} behind it never run either" if waiting else ""
    return Finding(
        check=CHECK.id,
        severity=Severity.WARNING if platforms or waiting else Severity.NOTE,
        confidence=Confidence.HIGH,
        message=f"{what} is switched off by a condition that is never true: {ships}{more}",
        place=place(workflow, condition.line, condition.text.split("\n")[0].strip()),
        job=job.id,
        step=step,
        platforms=platforms,
        remedy=Remedy(
            summary="Finish it and take the condition away, or delete it; the history keeps it.",
            snippet="on:\n  workflow_dispatch:  # a way to keep a job that is only started by hand\n",
        ),
    )


CHECK = Check(
    id="disabled-job",
    title="A job is switched off",
    severity=Severity.WARNING,
    find=_find,
)
