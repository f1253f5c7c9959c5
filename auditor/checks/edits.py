"""Makes the places and the edits of findings: columns found in the file's own lines, text added in the file's own style.

Whoever asks gets nothing where the form of the file is too unusual for a sure edit; a `Remedy` then has a snippet.
"""

from __future__ import annotations

import re

from auditor.model.finding import Edit, Place
from auditor.model.workflow import Permissions, Workflow, WorkflowJob, WorkflowStep

_PLAIN_WORD = re.compile(r"[A-Za-z_][\w-]*")
_BLOCK_KEY = re.compile(r"^[ ]*(?:[\w.-]+|'[^']*'|\"[^\"]*\")[ ]*:[ ]*(?:&\S+[ ]*)?(?:#.*)?$")
_STEP = re.compile(r"^([ ]*-[ ]+)[^\s{*&\[|>#-]")


def place(workflow: Workflow, line: int, fragment: str | None = None, what: str | None = None) -> Place:
    """The place of a fragment in a line, of the whole line when it does not stand there exactly once."""
    text = _line(workflow, line)
    if fragment and text.count(fragment) == 1:
        column = text.index(fragment) + 1
        return Place(path=workflow.path, line=line, column=column, end_column=column + len(fragment), what=what)
    return Place(path=workflow.path, line=line, what=what)


def replaced(workflow: Workflow, line: int, old: str, new: str) -> Edit | None:
    """Replace `old` by `new`, when it stands exactly once in the line."""
    text = _line(workflow, line)
    if not old or text.count(old) != 1:
        return None
    column = text.index(old) + 1
    return Edit(path=workflow.path, line=line, column=column, end_line=line, end_column=column + len(old), text=new)


def inserted(workflow: Workflow, line: int, text: str) -> Edit:
    """Put whole lines before a line; after the last one when `line` is the one behind it."""
    body = text.rstrip("\n") + "\n"
    if line <= len(workflow.lines):
        return Edit(path=workflow.path, line=line, column=1, end_line=line, end_column=1, text=body)
    last = len(workflow.lines)
    column = len(_line(workflow, last)) + 1
    return Edit(path=workflow.path, line=last, column=column, end_line=last, end_column=column, text="\n" + body[:-1])


def removed(workflow: Workflow, first: int, last: int) -> Edit:
    """Take whole lines away, `first` to `last`, both included."""
    if last < len(workflow.lines):
        return Edit(path=workflow.path, line=first, column=1, end_line=last + 1, end_column=1, text="")
    end = len(_line(workflow, last)) + 1
    if first == 1:
        return Edit(path=workflow.path, line=1, column=1, end_line=last, end_column=end, text="")
    start = len(_line(workflow, first - 1)) + 1
    return Edit(path=workflow.path, line=first - 1, column=start, end_line=last, end_column=end, text="")


def job_key(workflow: Workflow, job: WorkflowJob, text: str) -> Edit | None:
    """Add a key to a job, `timeout-minutes: 30` or one of several lines: behind `runs-on`, else as the first."""
    indent = job_indent(workflow, job)
    if indent is None:
        return None
    after = job.line
    if len(job.runs_on) == 1 and re.match(
        rf"^ {{{indent}}}runs-on:[ ]*[^\s\[{{#]", _line(workflow, job.runs_on[0].line)
    ):
        after = job.runs_on[0].line
    return inserted(workflow, after + 1, _indented(text, indent))


def job_indent(workflow: Workflow, job: WorkflowJob) -> int | None:
    """The blanks before the keys of a job that is written as a block; nothing for other forms."""
    if not _BLOCK_KEY.match(_line(workflow, job.line)):
        return None
    for number in range(job.line + 1, min(job.end_line, len(workflow.lines)) + 1):
        text = _line(workflow, number)
        if text.strip() and not text.lstrip().startswith("#"):
            indent = _leading(text)
            return indent if indent > _leading(_line(workflow, job.line)) and "\t" not in text[:indent] else None
    return None


def step_key(workflow: Workflow, step: WorkflowStep, text: str) -> Edit | None:
    """Add a key to a step: behind its first key where that is one line, else before it."""
    opening = _STEP.match(_line(workflow, step.line))
    if opening is None:
        return None
    indent = len(opening[1])
    for number in range(step.line + 1, min(step.end_line, len(workflow.lines)) + 1):
        following = _line(workflow, number)
        if following.strip() and not following.lstrip().startswith("#"):
            if _leading(following) != indent:
                body = _indented(text, indent).lstrip(" ") + "\n" + " " * indent
                at = indent + 1
                return Edit(path=workflow.path, line=step.line, column=at, end_line=step.line, end_column=at, text=body)
            break
    return inserted(workflow, step.line + 1, _indented(text, indent))


def step_before(workflow: Workflow, step: WorkflowStep, text: str) -> Edit | None:
    """Put a whole step, `- name: …`, before another one and the comment above that."""
    opening = _STEP.match(_line(workflow, step.line))
    if opening is None:
        return None
    indent = opening[1].index("-")
    line = step.line
    while line > 1 and re.match(rf"^ {{{indent}}}#", _line(workflow, line - 1)):
        line -= 1
    return inserted(workflow, line, _indented(text, indent))


def workflow_key(workflow: Workflow, text: str) -> Edit | None:
    """Put a top-level key before `jobs:` and the comment above that."""
    for number, written in enumerate(workflow.lines, 1):
        if re.match(r"^jobs[ ]*:[ ]*(?:#.*)?$", written):
            while number > 1 and _line(workflow, number - 1).startswith("#"):
                number -= 1
            body = text.rstrip("\n") + "\n\n"
            return Edit(path=workflow.path, line=number, column=1, end_line=number, end_column=1, text=body)
    return None


def needs_added(workflow: Workflow, job: WorkflowJob, need: str) -> Edit | None:
    """Let a job wait for one more, in the form in which it says so now. Nothing when it does already."""
    if need.lower() in (each.lower() for each in job.need_ids) or not _PLAIN_WORD.fullmatch(need):
        return None
    indent = job_indent(workflow, job)
    if indent is None:
        return None
    if not job.needs:
        found = any(re.match(rf"^ {{{indent}}}needs[ ]*:", line) for line in workflow.lines[job.line : job.end_line])
        return None if found else job_key(workflow, job, f"needs: {need}")
    line, text = job.needs[0].line, _line(workflow, job.needs[0].line)
    flow = re.match(r"^[ ]*needs:[ ]*\[[^\]\[#]*[^\]\[#,\s]([ ]*)\]", text)
    if flow is not None and job.needs[-1].line == line:
        column = flow.start(1) + 1
        return Edit(path=workflow.path, line=line, column=column, end_line=line, end_column=column, text=f", {need}")
    single = re.match(r"^[ ]*needs:[ ]+([\w-]+|'[\w-]+'|\"[\w-]+\")[ ]*(?:#.*)?$", text)
    if single is not None and len(job.needs) == 1:
        word = f"[{single[1]}, {need}]"
        return Edit(
            path=workflow.path,
            line=line,
            column=single.start(1) + 1,
            end_line=line,
            end_column=single.end(1) + 1,
            text=word,
        )
    last = job.needs[-1].line
    item = re.match(r"^([ ]*-[ ]+)(?:[\w-]+|'[\w-]+'|\"[\w-]+\")[ ]*(?:#.*)?$", _line(workflow, last))
    return inserted(workflow, last + 1, f"{item[1]}{need}") if item is not None else None


def scope_added(workflow: Workflow, permissions: Permissions, scope: str, level: str) -> Edit | None:
    """Give a written `permissions:` block one more scope, or a scope in it another level."""
    if permissions.every is not None:
        return None
    if scope in permissions.scopes:
        written = permissions.scopes[scope]
        old = re.search(rf"{re.escape(scope)}[\"']?[ ]*:[ ]*[\"']?(read|write|none)\b", _line(workflow, written.line))
        if old is None:
            return None
        return Edit(
            path=workflow.path,
            line=written.line,
            column=old.start(1) + 1,
            end_line=written.line,
            end_column=old.end(1) + 1,
            text=level,
        )
    text = _line(workflow, permissions.line)
    flow = re.match(r"^[ ]*permissions:[ ]*\{([^{}#]*?)([ ]*)\}", text)
    if flow is not None:
        start, end = flow.start(2), flow.end(2)
        body = f", {scope}: {level}{flow[2]}" if flow[1].strip() else f" {scope}: {level} "
        return Edit(
            path=workflow.path,
            line=permissions.line,
            column=start + 1,
            end_line=permissions.line,
            end_column=end + 1,
            text=body,
        )
    if not _BLOCK_KEY.match(text) or not permissions.scopes:
        return None
    first = min(each.line for each in permissions.scopes.values())
    indent = _leading(_line(workflow, first))
    return inserted(workflow, permissions.line + 1, f"{' ' * indent}{scope}: {level}") if indent else None


def _line(workflow: Workflow, line: int) -> str:
    return workflow.lines[line - 1] if 1 <= line <= len(workflow.lines) else ""


def _leading(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _indented(text: str, indent: int) -> str:
    return "\n".join(f"{' ' * indent}{line}" if line else "" for line in text.rstrip("\n").split("\n"))
