"""An action is asked for by a version that it was never released under."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place, replaced
from auditor.checks.knowledge import data
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep

_WITHOUT_V = re.compile(r"^\d{1,4}(?:\.\d{1,6}){0,2}$")


def _find(subject: Subject) -> Iterator[Finding]:
    for workflow in (*subject.workflows.values(), *subject.actions.values()):
        for job in workflow.jobs:
            for step in job.steps:
                if step.uses is None:
                    continue
                action, _, version = step.uses.text.partition("@")
                owner = action.partition("/")[0].lower()
                if owner in data("deprecated")["tags_with_v"] and _WITHOUT_V.match(version) and version[:2] != "1.":
                    yield _finding(workflow, job, step, action, version)


def _finding(workflow: Workflow, job: WorkflowJob, step: WorkflowStep, action: str, version: str) -> Finding:
    line = step.uses.line if step.uses is not None else step.line
    edit = replaced(workflow, line, f"{action}@{version}", f"{action}@v{version}")
    return Finding(
        check=CHECK.id,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message=(
            f"`{job.id}` asks for `{action}@{version}`, and the tags of that owner's actions begin with `v`: "
            "the job fails before its first step"
        ),
        place=place(workflow, line, f"{action}@{version}"),
        job=job.id,
        step=step.number,
        remedy=Remedy(
            summary=f"Write `{action}@v{version}`.",
            edits=(edit,) if edit is not None else (),
            safe=True,
        ),
    )


CHECK = Check(
    id="unknown-action-version",
    title="An action is asked for by a version that does not exist",
    severity=Severity.ERROR,
    find=_find,
    fixes=True,
)
