"""A workflow command that GitHub has switched off or will."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place, replaced
from auditor.checks.folding import folded
from auditor.checks.knowledge import data
from auditor.checks.scripts import is_posix, script_lines
from auditor.checks.subject import Subject
from auditor.model.finding import Edit, Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep

_SIMPLE = re.compile(
    r"echo\s+(?P<quote>[\"'])::(?:set-output|save-state)\s+name=(?P<name>[\w-]{1,100})::(?P<value>[^\"'\n]{0,500})(?P=quote)(?=\s*$)"
)
_BARE = re.compile(
    r"echo\s+::(?:set-output|save-state)\s+name=(?P<name>[\w-]{1,100})::(?P<value>[^\s\"';|&]{0,500})(?=\s*$)"
)


def _find(subject: Subject) -> Iterator[Finding]:
    for workflow in (*subject.workflows.values(), *subject.actions.values()):
        if not any("::" in line for line in workflow.lines):
            continue
        for job in workflow.jobs:
            for step in job.steps:
                yield from folded(_of_step(workflow, job, step))


def _of_step(workflow: Workflow, job: WorkflowJob, step: WorkflowStep) -> Iterator[Finding]:
    for line in script_lines(step):
        for entry in data("deprecated")["commands"]:
            found = re.search(entry["match"], line.text)
            if found is None:
                continue
            edits = _edits(workflow, job, step, line.line, entry["use"])
            yield Finding(
                check=CHECK.id,
                severity=Severity.ERROR if entry.get("dead") else Severity.WARNING,
                confidence=Confidence.HIGH,
                message=f"`{job.id}` uses the workflow command `{entry['name']}`: {entry['why']}",
                place=place(workflow, line.line, found[0].strip()),
                job=job.id,
                step=step.number,
                remedy=Remedy(
                    summary=f"Write to the file `{entry['use']}`; see {data('deprecated')['commands_page']}.",
                    edits=edits,
                    safe=True,
                    snippet=None if edits else f'echo "name=value" >> "{entry["use"]}"\n',
                ),
            )
            break


def _edits(workflow: Workflow, job: WorkflowJob, step: WorkflowStep, line: int, file: str) -> tuple[Edit, ...]:
    if not is_posix(job, step):
        return ()
    written = workflow.lines[line - 1]
    found = _SIMPLE.search(written) or _BARE.search(written)
    if found is None:
        return ()
    quote = found.groupdict().get("quote") or '"'
    new = f'echo {quote}{found["name"]}={found["value"]}{quote} >> "{file}"'
    edit = replaced(workflow, line, found[0], new)
    return (edit,) if edit is not None else ()


CHECK = Check(
    id="deprecated-command",
    title="A workflow command that GitHub takes away",
    severity=Severity.ERROR,
    find=_find,
    fixes=True,
)
