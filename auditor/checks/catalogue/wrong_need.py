"""A job waits for others, but not for the one whose result it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import needs_added, place
from auditor.checks.hub_reads import hub_reads
from auditor.checks.subject import Subject
from auditor.checks.waiting import waiting_finding
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow, WorkflowJob
from auditor.workflows.graph import ancestors

_READ = re.compile(r"\bneeds\.([A-Za-z_][\w-]{0,100})\.(?:outputs|result)\b")
_EXPRESSION = re.compile(r"\$\{\{|^\s*(?:-\s+)?if:|^\s*(?:&&|\|\|)")


def _find(subject: Subject) -> Iterator[Finding]:
    for _, workflow in sorted(subject.workflows.items()):
        yield from _of_context(workflow)
        for read in hub_reads(subject, workflow):
            if read.unordered and read.job.needs:
                hub = read.hubs[0]
                needed = ", ".join(f"`{need}`" for need in read.job.need_ids[:4])
                message = (
                    f"`{read.job.id}` waits for {needed}, but {read.what} that it reads is made by `{hub.id}`, "
                    "for which it does not wait"
                )
                yield waiting_finding(CHECK.id, read, message)


def _of_context(workflow: Workflow) -> Iterator[Finding]:
    """Yield what is read of a job that is not among the `needs` themselves: it is empty, even of a job further up."""
    for job in workflow.jobs:
        said = {need.lower() for need in job.need_ids}
        for number in range(job.line, min(job.end_line, len(workflow.lines)) + 1):
            line = workflow.lines[number - 1][:2000]
            if "needs." not in line or line.lstrip().startswith("#") or not _EXPRESSION.search(line):
                continue
            for found in _READ.finditer(line):
                hub = workflow.job(found[1])
                if hub is not None and hub.id != job.id and hub.id.lower() not in said:
                    said.add(hub.id.lower())
                    yield _empty(workflow, job, hub, number, found[0])


def _empty(workflow: Workflow, job: WorkflowJob, hub: WorkflowJob, line: int, read: str) -> Finding:
    turned = job.id in ancestors(workflow, hub.id)
    edit = None if turned else needs_added(workflow, job, hub.id)
    return Finding(
        check=CHECK.id,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message=f"`{job.id}` reads `{read}` without `{hub.id}` in its own `needs`, so that it is always empty",
        place=place(workflow, line, read),
        related=(place(workflow, hub.line, hub.id, "the job it does not name"),),
        job=job.id,
        remedy=Remedy(
            summary=f"`{hub.id}` itself waits for `{job.id}`: turn the order around."
            if turned
            else f"Add `{hub.id}` to the `needs` of `{job.id}`.",
            edits=(edit,) if edit is not None else (),
            safe=edit is not None,
            snippet=None if turned else f"needs: [{', '.join([*job.need_ids, hub.id])}]",
        ),
    )


CHECK = Check(
    id="wrong-need",
    title="A job waits for another job than the one whose result it reads",
    severity=Severity.ERROR,
    find=_find,
    fixes=True,
)
