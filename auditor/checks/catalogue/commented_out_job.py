"""The head of a job is commented out, and what is left of it belongs to the job above."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow, WorkflowJob

_HEAD = re.compile(r"^(?P<before>\s*#)(?P<space> {0,12})(?P<id>[A-Za-z_][\w-]{0,99}):\s*$")
_JOB_KEY = re.compile(r"^\s*#\s*(?:runs-on|steps|needs|strategy|environment|permissions|timeout-minutes|uses|if):")
_KEYS = frozenset(
    {
        "steps",
        "env",
        "with",
        "outputs",
        "permissions",
        "strategy",
        "matrix",
        "defaults",
        "run",
        "on",
        "jobs",
        "secrets",
        "inputs",
        "needs",
        "services",
        "container",
        "environment",
        "concurrency",
        "tags",
        "branches",
        "push",
        "types",
    }
)


def _find(subject: Subject) -> Iterator[Finding]:
    for workflow, job in subject.jobs():
        for line, name in _heads(workflow, job):
            rest = _rest(workflow, job, line)
            if rest is not None:
                yield Finding(
                    check=CHECK.id,
                    severity=Severity.WARNING,
                    confidence=Confidence.MEDIUM,
                    message=(
                        f"the head of a job `{name}` is commented out, but what follows in line {rest} is not: "
                        f"it now belongs to `{job.id}`"
                    ),
                    place=place(workflow, line, name),
                    related=(place(workflow, rest, None, "what is left of it"),),
                    job=job.id,
                    remedy=Remedy(summary="Comment out the whole job, or delete it; the history keeps it."),
                )


def _heads(workflow: Workflow, job: WorkflowJob) -> Iterator[tuple[int, str]]:
    """Yield the lines inside a job that are the commented-out first line of another one."""
    lines = workflow.lines
    for number in range(job.line + 1, min(job.end_line, len(lines)) + 1):
        found = _HEAD.match(lines[number - 1])
        if found is None or found["id"].lower() in _KEYS or _in_script(job, number):
            continue
        following = [text for text in lines[number : number + 4] if text.lstrip().startswith("#")]
        if any(_JOB_KEY.match(text) for text in following[:3]):
            yield number, found["id"]


def _rest(workflow: Workflow, job: WorkflowJob, head: int) -> int | None:
    """Return the first line behind the comment that is not commented out and still belongs to the job above."""
    for number in range(head + 1, min(job.end_line, len(workflow.lines)) + 1):
        text = workflow.lines[number - 1]
        if text.strip() and not text.lstrip().startswith("#"):
            return number
    return None


def _in_script(job: WorkflowJob, line: int) -> bool:
    scripts = [step.run for step in job.steps if step.run is not None]
    return any(each.line <= line <= each.line + each.text.count("\n") for each in scripts)


CHECK = Check(
    id="commented-out-job",
    title="The remains of a commented-out job belong to its neighbour",
    severity=Severity.WARNING,
    find=_find,
)
