"""A yes-or-no input is asked where GitHub gives it as text, in which `'false'` counts as true."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place, replaced
from auditor.checks.folding import folded
from auditor.checks.subject import Subject
from auditor.model.finding import Edit, Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow, WorkflowJob

_READ = re.compile(r"github\.event\.inputs\.([A-Za-z_][\w-]{0,100})")
_COMPARED = re.compile(r"^\s*[!=]=\s*(?P<bare>true|false)?")
_COMPARED_BEFORE = re.compile(r"(?P<bare>true|false)?\s*[!=]=\s*$")
_WHOLE = re.compile(r"^\s*(?:-\s+)?if:\s*[\"']?(?:\$\{\{)?\s*$")


def _find(subject: Subject) -> Iterator[Finding]:
    for _, workflow in sorted(subject.workflows.items()):
        dispatched = workflow.trigger("workflow_dispatch")
        booleans = {each.name.lower() for each in dispatched.inputs if each.type == "boolean"} if dispatched else set()
        if booleans:
            yield from folded(_reads(workflow, booleans))


def _reads(workflow: Workflow, booleans: set[str]) -> Iterator[Finding]:
    for number, line in enumerate(workflow.lines, start=1):
        if "github.event.inputs." not in line or line.lstrip().startswith("#"):
            continue
        for found in _READ.finditer(line[:2000]):
            if found[1].lower() in booleans and _as_truth(line[: found.start()], line[found.end() :]):
                yield _finding(workflow, number, found)
                break


def _as_truth(before: str, after: str) -> bool:
    """Tell whether a value between these two is asked for its truth, or compared with a bare `true` or `false`."""
    compared = _COMPARED.match(after) or _COMPARED_BEFORE.search(before)
    if compared is not None:
        return compared["bare"] is not None
    left, right = before.rstrip(), after.lstrip()
    ends = not right or right.startswith((")", "}}", "||", "&&", "'", '"'))
    if left.endswith("!") or right.startswith("&&"):
        return True
    return ends and (left.endswith("&&") or (_WHOLE.match(before) is not None and not right.startswith("||")))


def _finding(workflow: Workflow, line: int, found: re.Match[str]) -> Finding:
    job = next((each for each in workflow.jobs if each.line <= line <= each.end_line), None)
    edits = _edits(workflow, line)
    return Finding(
        check=CHECK.id,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message=(
            f"{_where(job)} asks whether `{found[0]}` is true, and it is text there: `'false'` counts as true, "
            "and neither equals `true` or `false`"
        ),
        place=place(workflow, line, found[0]),
        job=job.id if job is not None else None,
        remedy=Remedy(
            summary=f"Read `inputs.{found[1]}`, which is a boolean.",
            edits=edits,
            safe=bool(edits),
            snippet=None if edits else f"inputs.{found[1]}\n",
        ),
    )


def _where(job: WorkflowJob | None) -> str:
    return f"`{job.id}`" if job is not None else "the workflow"


def _edits(workflow: Workflow, line: int) -> tuple[Edit, ...]:
    """Where the input stands once in the line, and no comparison in it is with text."""
    written = workflow.lines[line - 1]
    reads = _READ.findall(written)
    if len(reads) != 1 or re.search(r"[!=]=\s*['\"](?:true|false)|['\"](?:true|false)['\"]\s*[!=]=", written):
        return ()
    edit = replaced(workflow, line, f"github.event.inputs.{reads[0]}", f"inputs.{reads[0]}")
    return (edit,) if edit is not None else ()


CHECK = Check(
    id="boolean-as-text",
    title="A yes-or-no input is read as text",
    severity=Severity.ERROR,
    find=_find,
    fixes=True,
)
