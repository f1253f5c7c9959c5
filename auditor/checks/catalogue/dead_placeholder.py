"""A script fills in a placeholder that is not in the file any more, so that the file ships as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.scripts import ScriptLine, commands
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Place, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep

_SUBSTITUTION = re.compile(
    r"s(?P<mark>[/|#,])(?P<what>@@?\w{2,60}@@?|__\w{2,60}__|\{\{\s?\w{2,60}\s?\}\}|%\w{2,60}%|[A-Z][A-Z0-9]*_[A-Z0-9_]{2,60}|[A-Z]{4,60})(?P=mark)"
)
_FILE = re.compile(r"(?<![\w$])[\w./-]{1,200}\.[\w]{1,20}(?=[\"'\s;|&)]|$)")


def _find(subject: Subject) -> Iterator[Finding]:
    for workflow, job in subject.jobs():
        filled: dict[tuple[str, str], int] = {}
        for step in job.steps:
            if step.run is None or "sed" not in step.run.text:
                continue
            for line in commands(step):
                if "sed" in line.text:
                    yield from _of_line(subject, workflow, job, step, line, filled)


def _of_line(
    subject: Subject,
    workflow: Workflow,
    job: WorkflowJob,
    step: WorkflowStep,
    line: ScriptLine,
    filled: dict[tuple[str, str], int],
) -> Iterator[Finding]:
    folder = step.working_directory.text.strip("./") if step.working_directory is not None else ""
    names = [name.removeprefix("./") for name in _FILE.findall(line.text)]
    files = [f"{folder}/{name}" if folder else name for name in names]
    in_place = re.search(r"\bsed\s+(?:-\w+\s+)*-i", line.text) is not None
    for found in _SUBSTITUTION.finditer(line.text):
        word = found["what"]
        for path in files:
            if path in subject.files and word not in subject.files[path] and not _made_before(job, step, path):
                at = place(workflow, line.line, word)
                yield _finding(
                    job, step, at, f"`{path}` has no `{word}` to fill in: it ships as it is", Confidence.HIGH
                )
            elif in_place and filled.get((path, word), line.line) < line.line:
                at = place(workflow, line.line, word)
                said = f"`{word}` in `{path}` was filled in by line {filled[path, word]} already: this does nothing"
                yield _finding(job, step, at, said, Confidence.MEDIUM)
            elif in_place:
                filled.setdefault((path, word), line.line)


def _made_before(job: WorkflowJob, step: WorkflowStep, path: str) -> bool:
    """Tell whether an earlier step, or this one, may write the file anew."""
    name = path.rpartition("/")[2]
    written = re.compile(rf"(?:>|\bcp\b|\bmv\b|\btee\b|-o\s|--output)[^\n]{{0,200}}{re.escape(name)}")
    return any(
        each.run is not None and written.search(each.run.text) for each in job.steps if each.number <= step.number
    )


def _finding(job: WorkflowJob, step: WorkflowStep, at: Place, said: str, confidence: Confidence) -> Finding:
    return Finding(
        check=CHECK.id,
        severity=Severity.ERROR if confidence is Confidence.HIGH else Severity.WARNING,
        confidence=confidence,
        message=f"`{job.id}`: {said}",
        place=at,
        job=job.id,
        step=step.number,
        remedy=Remedy(
            summary="Put the placeholder back, or change the script, and stop when nothing was replaced.",
            snippet="grep --quiet '@VERSION@' formula.rb.in\n",
        ),
    )


CHECK = Check(
    id="dead-placeholder",
    title="A placeholder that is not there any more",
    severity=Severity.ERROR,
    find=_find,
)
