"""The ways in which the failure of a publishing command does not fail its job."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.edits import place, removed, replaced, step_key
from auditor.checks.publishing import Publication
from auditor.checks.scripts import ScriptLine, commands, has_pipefail, is_posix, is_powershell, script_lines
from auditor.model.finding import Edit, Place
from auditor.model.workflow import Text, WorkflowStep

_OR_NOTHING = re.compile(r"\s*\|\|\s*(?:true|:|exit\s+0|(?:echo|printf)\b[^&;|{}]{0,300})\s*$")
_PIPED = re.compile(r"(?<![|&])\|(?![|&])(?=[^|]*?\b(?:tee|grep|sed|cat|awk|tail|head|ts|cut|tr)\b)")
_NO_SECRET = re.compile(
    r"\[\[?\s+-z\s+[\"']?\$\{?(?P<name>\w{1,100})\b|\$\{?(?P<other>\w{1,100})\b[^\]]{0,20}\]?\s*==?\s*[\"']{2}"
)
_LITERAL = re.compile(r"\b[\w.-]{1,100}[.-]v?\d+\.\d+\.\d+[\w.-]{0,40}\.(?:nupkg|whl|tar\.gz|gem|vsix)\b")
_NATIVE = re.compile(
    r"(?i)^\s*(?:&\s|(?:choco|dotnet|git|gh|npm|curl|docker|nuget|python|node|cargo|snapcraft|vsce)(?:\.exe)?\s)"
)


def hidings(one: Publication) -> Iterator[tuple[Place, str, tuple[Edit, ...], bool]]:
    """Yield the place, the reason, the edits, and whether they are safe."""
    workflow, job, step, command = one.workflow, one.job, one.step, one.command
    if _always(job.continue_on_error) and job.continue_on_error is not None:
        yield (
            *_key_line(one, job.continue_on_error, "`continue-on-error` lets the run pass when this job fails"),
            False,
        )
    if step is None:
        return
    if _always(step.continue_on_error) and step.continue_on_error is not None and not _outcome_read(one, step):
        yield (
            *_key_line(one, step.continue_on_error, "`continue-on-error` lets the job pass when this step fails"),
            False,
        )
    if step.condition is not None and (name := _needs_secret(one, step.condition.text)) is not None:
        at = place(workflow, step.condition.line, step.condition.text)
        yield at, f"when the secret behind `{name}` is missing, nothing is published and the job is green", (), False
    if command is None:
        return
    ignored = _OR_NOTHING.search(command.text)
    if ignored is not None and is_posix(job, step):
        fragment = ignored[0].strip()
        edit = replaced(workflow, command.last_line, f" {fragment}", "")
        why = f"`{fragment[:40]}` hides every failure"
        yield place(workflow, command.last_line, fragment), why, (edit,) if edit is not None else (), False
    elif is_posix(job, step) and not has_pipefail(job, step) and _PIPED.search(command.text):
        edit = step_key(workflow, step, "shell: bash") if step.shell is None else None
        why = "without `pipefail` only the last command of the pipe counts"
        yield place(workflow, command.line, command.text.strip()), why, (edit,) if edit is not None else (), True
    yield from _around(one, step, command)


def _around(
    one: Publication, step: WorkflowStep, command: ScriptLine
) -> Iterator[tuple[Place, str, tuple[Edit, ...], bool]]:
    workflow, job = one.workflow, one.job
    lines = list(commands(step))
    before = [line for line in lines if line.line < command.line]
    after = [line for line in script_lines(step) if line.line > command.line]
    off = [line for line in before if re.match(r"\s*set\s+\+e", line.text)]
    if (
        off
        and not any(re.search(r"\$\?|set\s+-e|\bexit\s+[1-9$]|PIPESTATUS", line.text) for line in (*after, command))
        and after
    ):
        yield place(workflow, off[-1].line, "set +e"), "after `set +e` a failure goes unnoticed", (), False
    for line in before:
        empty = _NO_SECRET.search(line.text)
        name = (empty["name"] or empty["other"]) if empty is not None else ""
        ends = [
            each for each in lines if line.line <= each.line <= line.line + 4 and re.search(r"\bexit\s+0\b", each.text)
        ]
        if ends and name in step.env and "secrets." in step.env[name].text:
            why = f"when the secret behind `{name}` is missing, nothing is published and the job is green"
            yield place(workflow, line.line, line.text.strip()), why, (), False
    if is_powershell(job, step) and "LASTEXITCODE" not in (step.run.text if step.run is not None else ""):
        native = next((line for line in after if _NATIVE.match(line.text)), None)
        if native is not None and "PSNativeCommandUseErrorActionPreference" not in (step.run.text if step.run else ""):
            why = "PowerShell goes on after a program failed, and the last program's exit code is the step's"
            yield place(workflow, command.line, command.text.strip()), why, (), False
    skips = re.search(r"--skip-(?:duplicate|existing)\b", command.text) is not None
    literal = _LITERAL.search(command.text) if skips else None
    if literal is not None:
        why = f"`{literal[0]}` is one fixed version, and the flag makes its refusal a success for every later release"
        yield place(workflow, command.line, literal[0]), why, (), False


def _always(text: Text | None) -> bool:
    return text is not None and text.text.strip().lower() in ("true", "${{ true }}")


def _key_line(one: Publication, text: Text, why: str) -> tuple[Place, str, tuple[Edit, ...]]:
    line = one.workflow.lines[text.line - 1]
    whole = re.match(r"^\s+continue-on-error:\s*\S+\s*(?:#.*)?$", line) is not None
    at = place(one.workflow, text.line, "continue-on-error")
    return at, why, (removed(one.workflow, text.line, text.line),) if whole else ()


def _outcome_read(one: Publication, step: WorkflowStep) -> bool:
    """Tell whether something after the step looks at how it ended."""
    return step.id is not None and any(
        re.search(rf"steps\.{re.escape(step.id)}\.(?:outcome|conclusion)", line) for line in one.workflow.lines
    )


def _needs_secret(one: Publication, condition: str) -> str | None:
    """The variable whose being empty keeps the step from running, when it holds a secret."""
    found = re.search(r"\benv\.(\w{1,100})\s*!=\s*''|^\s*(?:\$\{\{)?\s*env\.(\w{1,100})\s*(?:\}\})?\s*$", condition)
    name = (found[1] or found[2]) if found is not None else None
    merged = {**one.workflow.env, **one.job.env, **(one.step.env if one.step is not None else {})}
    return name if name is not None and name in merged and "secrets." in merged[name].text else None
