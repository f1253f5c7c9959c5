"""A workflow file that reads as YAML but that GitHub refuses or never starts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow, WorkflowStep

_STEP_KEYS = frozenset(
    {"name", "id", "if", "env", "with", "continue-on-error", "timeout-minutes", "shell", "working-directory"}
)
_LIMITS = re.compile(r"only the first|too large|more than \d+ comb")


def _find(subject: Subject) -> Iterator[Finding]:
    for _, workflow in sorted(subject.workflows.items()):
        for line, said in sorted(dict.fromkeys(_defects(workflow))):
            yield Finding(
                check=CHECK.id,
                severity=Severity.ERROR,
                confidence=Confidence.HIGH,
                message=f"GitHub does not run this file: {said}",
                place=place(workflow, line),
                remedy=Remedy(summary="Mend it, or delete the file: a tag starts nothing of it as it is."),
            )


def _defects(workflow: Workflow) -> Iterator[tuple[int, str]]:
    for problem in workflow.problems:
        if not _LIMITS.search(problem.text):
            yield problem.line, problem.text
    missing = {problem.text for problem in workflow.problems}
    if not workflow.triggers and "the workflow has no `on`" not in missing:
        yield _line_of(workflow, r"[\"']?on[\"']?\s{0,9}:"), "`on` names no event"
    if not workflow.jobs and "the workflow has no `jobs`" not in missing:
        yield _line_of(workflow, r"jobs\s{0,9}:"), "`jobs` holds no job"
    for job in workflow.jobs:
        if job.uses is None and not job.steps:
            yield job.line, f"job `{job.id[:80]}` has no steps"
        elif job.uses is None and not job.runs_on:
            yield job.line, f"job `{job.id[:80]}` has no `runs-on`"
        for step in job.steps:
            if step.uses is None and step.run is None and not _of_another_kind(workflow, step):
                yield step.line, f"step {step.number} of job `{job.id[:80]}` has neither `run` nor `uses`"


def _of_another_kind(workflow: Workflow, step: WorkflowStep) -> bool:
    """Tell whether a step has a key that no plain step has, such as `parallel`: then it is not one that lacks something."""
    lines = workflow.lines[step.line - 1 : step.end_line]
    opening = re.match(r"^(\s*-\s+|\s*)(?=[\w-])", lines[0]) if lines else None
    indent = len(opening[1]) if opening is not None else 0
    keys = [
        re.match(r"^[\s-]*([\w-]{1,60})\s{0,9}:", text)
        for text in lines
        if len(text) - len(text.lstrip(" -")) == indent
    ]
    return any(key is not None and key[1] not in _STEP_KEYS for key in keys)


def _line_of(workflow: Workflow, key: str) -> int:
    return next((number for number, text in enumerate(workflow.lines, 1) if re.match(key, text)), 1)


CHECK = Check(
    id="broken-workflow",
    title="A workflow file that GitHub does not run",
    severity=Severity.ERROR,
    find=_find,
)
