"""A runner image that is gone: its job waits for a day and then fails."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place, replaced
from auditor.checks.knowledge import data
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow, WorkflowJob


def _find(subject: Subject) -> Iterator[Finding]:
    for workflow, job in subject.jobs():
        for line, label in _labels(workflow, job):
            entry = data("deprecated")["runners"].get(label.lower())
            if entry is None:
                continue
            edit = replaced(workflow, line, label, entry["use"])
            yield Finding(
                check=CHECK.id,
                severity=Severity.ERROR,
                confidence=Confidence.HIGH,
                message=f"`{job.id}` asks for the runner image `{label}`, {entry['why']}: it waits until it is cancelled",
                place=place(workflow, line, label),
                job=job.id,
                remedy=Remedy(
                    summary=f"Use `{entry['use']}`; see {data('deprecated')['runners_page']}.",
                    edits=(edit,) if edit is not None else (),
                ),
            )


def _labels(workflow: Workflow, job: WorkflowJob) -> Iterator[tuple[int, str]]:
    """Yield the labels a job asks for, with their lines; those of a matrix where they stand in it."""
    for label in job.runs_on:
        if "${{" not in label.text:
            yield label.line, label.text.strip()
        elif job.matrix is not None and job.matrix.combos is not None and "matrix." in label.text:
            values = {str(value) for combo in job.matrix.combos for value in combo.values.values()}
            wanted = values & data("deprecated")["runners"].keys()
            for number in range(job.matrix.line, min(job.end_line, len(workflow.lines)) + 1):
                for value in sorted(wanted):
                    if value in workflow.lines[number - 1].partition("#")[0]:
                        yield number, value
                        wanted = wanted - {value}


CHECK = Check(
    id="deprecated-runner",
    title="A runner image that is gone",
    severity=Severity.ERROR,
    find=_find,
    fixes=True,
)
