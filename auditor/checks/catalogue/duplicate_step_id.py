"""Two steps of a job have the same id, so that GitHub refuses the workflow."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Place, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow, WorkflowStep


def _find(subject: Subject) -> Iterator[Finding]:
    for workflow, job in subject.jobs():
        first: dict[str, WorkflowStep] = {}
        for step in job.steps:
            if step.id is None:
                continue
            other = first.setdefault(step.id.lower(), step)
            if other is not step:
                yield Finding(
                    check=CHECK.id,
                    severity=Severity.ERROR,
                    confidence=Confidence.HIGH,
                    message=(
                        f"steps {other.number} and {step.number} of `{job.id}` are both called `{step.id}`: "
                        "GitHub refuses the file"
                    ),
                    place=_place(workflow, step),
                    related=(_place(workflow, other, "the first one"),),
                    job=job.id,
                    step=step.number,
                    remedy=Remedy(summary="Give one of them another id, and change what reads its outputs."),
                )


def _place(workflow: Workflow, step: WorkflowStep, what: str | None = None) -> Place:
    written = re.compile(rf"^[\s-]{{0,80}}id:\s{{1,9}}[\"']?{re.escape(step.id or '')}[\"']?\s*(?:#.*)?$")
    for number in range(step.line, min(step.end_line, len(workflow.lines)) + 1):
        if written.match(workflow.lines[number - 1]):
            return place(workflow, number, step.id, what)
    return place(workflow, step.line, None, what)


CHECK = Check(
    id="duplicate-step-id",
    title="Two steps of a job have the same id",
    severity=Severity.ERROR,
    find=_find,
)
