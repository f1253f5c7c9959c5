"""What steps start by asking GitHub to: workflows by file or name, and events of one's own.

Events made with GITHUB_TOKEN start no workflow, with two exceptions that are these very ones.
https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/trigger-a-workflow
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.model.workflow import Text, WorkflowJob, WorkflowStep
from auditor.rulebook.recognise import command_lines

MOST = 50
"""Dispatches that are followed in one job."""

_OTHER_REPOSITORY = re.compile(r"(?:^|\s)(?:-R|--repo)(?:=|\s+)[\"']?([^\s\"']{1,200})")
_GH_RUN = re.compile(r"\bgh\s+(?:(?:-R|--repo)[= ]\S+\s+)?workflow\s+run\s+(.{1,500})")
_REST = re.compile(r"/?repos/([^\s\"'`]{1,200}?)/actions/workflows/([^\s/\"'`]{1,200})/dispatches")
_EVENT = re.compile(r"/?repos/([^\s\"'`]{1,200}?)/dispatches\b")
_EVENT_TYPE = re.compile(r"event_type[\"']?\s{0,5}[:=]\s{0,5}\\?[\"']?([\w.-]{1,100})")
_SCRIPT_RUN = re.compile(r"createWorkflowDispatch\s{0,9}\((.{0,600})", re.DOTALL)
_SCRIPT_EVENT = re.compile(r"createDispatchEvent\s{0,9}\((.{0,600})", re.DOTALL)
_SCRIPT_WORKFLOW = re.compile(r"workflow_id\s{0,9}:\s{0,9}[\"'`]([^\"'`]{1,200})")
_SCRIPT_REPO = re.compile(r"\brepo\s{0,9}:\s{0,9}[\"'`]([^\"'`]{1,200})")
_OWN = re.compile(r"(?i)github\.repository|GITHUB_REPOSITORY|\{owner\}|github\.event\.repository")
_BLANKS_IN_EXPRESSION = re.compile(r"\$\{\{[^{}]{0,200}\}\}")
_VALUE_FLAGS = frozenset({"-f", "-F", "-r", "-R", "--ref", "--repo", "--raw-field", "--field"})

_RUN_ACTIONS = {
    "benc-uk/workflow-dispatch": ("workflow", "repo"),
    "convictional/trigger-workflow-and-wait": ("workflow_file_name", "repo"),
    "actions-cool/workflow-dispatch": ("workflow", "repo"),
    "aurelien-baudet/workflow-dispatch": ("workflow", "repo"),
    "the-actions-org/workflow-dispatch": ("workflow", "repo"),
    "lasith-kg/dispatch-workflow": ("workflow", "repo"),
    "codex-/return-dispatch": ("workflow", "repo"),
}
_EVENT_ACTIONS = {
    "peter-evans/repository-dispatch": ("event-type", "repository"),
    "tim-actions/dispatch": ("event", ""),
    "passeidireto/trigger-external-workflow-action": ("event", "repository"),
    "mvasigh/dispatch-action": ("event_type", "repo"),
}


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One start. `workflow` is a file's name, a path, a display name or a number; `event_type` that of the event."""

    line: int
    workflow: str | None = None
    event_type: str | None = None
    elsewhere: str | None = None
    """The other repository it goes to, as written; nothing for this one."""


def dispatches(job: WorkflowJob, repository: str | None) -> tuple[Dispatch, ...]:
    """Return what the steps of a job start, in the order of the file; texts with expressions stay as written."""
    found: dict[Dispatch, None] = {}
    for step in job.steps:
        for dispatch in _of_step(step, repository):
            if len(found) < MOST:
                found[dispatch] = None
    return tuple(found)


def _of_step(step: WorkflowStep, repository: str | None) -> Iterator[Dispatch]:
    if step.uses is not None:
        yield from _of_action(step, step.uses, repository)
    if step.run is not None and ("dispatch" in step.run.text or "workflow" in step.run.text):
        yield from _of_script(step.run.text, step.run.line, repository)


def _of_action(step: WorkflowStep, uses: Text, repository: str | None) -> Iterator[Dispatch]:
    name = uses.text.partition("@")[0].strip().lower()
    inputs = {key.lower(): value.text.strip() for key, value in step.inputs.items()}
    if name in _RUN_ACTIONS:
        which, where = _RUN_ACTIONS[name]
        if inputs.get(which):
            yield Dispatch(uses.line, workflow=inputs[which], elsewhere=_elsewhere(inputs.get(where, ""), repository))
    elif name in _EVENT_ACTIONS:
        which, where = _EVENT_ACTIONS[name]
        if inputs.get(which):
            yield Dispatch(uses.line, event_type=inputs[which], elsewhere=_elsewhere(inputs.get(where, ""), repository))
    elif name == "actions/github-script":
        script = step.inputs.get("script")
        if script is not None:
            yield from _of_javascript(script.text, script.line, repository)


def _of_javascript(text: str, line: int, repository: str | None) -> Iterator[Dispatch]:
    for call in list(_SCRIPT_RUN.finditer(text))[:MOST]:
        which = _SCRIPT_WORKFLOW.search(call[1])
        other = _SCRIPT_REPO.search(call[1])
        if which is not None:
            own = (repository or "").rpartition("/")[2]
            elsewhere = other[1] if other is not None and other[1].lower() != own.lower() else None
            yield Dispatch(line + text.count("\n", 0, call.start()), workflow=which[1], elsewhere=elsewhere)
    for call in list(_SCRIPT_EVENT.finditer(text))[:MOST]:
        kind = _EVENT_TYPE.search(call[1])
        if kind is not None:
            yield Dispatch(line + text.count("\n", 0, call.start()), event_type=kind[1])


def _of_script(text: str, first: int, repository: str | None) -> Iterator[Dispatch]:
    kind = _EVENT_TYPE.search(text)
    for command in list(command_lines(text))[:2000]:
        line = first + _line_of(text, command)
        command = _BLANKS_IN_EXPRESSION.sub(lambda each: each[0].replace(" ", ""), command)
        asked = _GH_RUN.search(command)
        if asked is not None:
            other = _OTHER_REPOSITORY.search(command)
            which = _argument(asked[1])
            if which is not None:
                yield Dispatch(
                    line, workflow=which, elsewhere=_elsewhere(other[1] if other is not None else "", repository)
                )
        rest = _REST.search(command)
        if rest is not None:
            yield Dispatch(line, workflow=rest[2], elsewhere=_elsewhere(rest[1], repository))
        elif (event := _EVENT.search(command)) is not None and kind is not None:
            yield Dispatch(line, event_type=kind[1], elsewhere=_elsewhere(event[1], repository))


def _argument(rest: str) -> str | None:
    """The workflow in the words behind `gh workflow run`: the first that is no option and no option's value."""
    words: list[str] = re.findall(r"\"[^\"]*\"|'[^']*'|\S+", rest)
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in _VALUE_FLAGS:
            skip = True
        elif word in (";", "&&", "||", "|"):
            return None
        elif not word.startswith("-"):
            return word.strip("\"'")
    return None


def _elsewhere(written: str, repository: str | None) -> str | None:
    """The other repository, as written; nothing for the own one and for what is not given."""
    written = written.strip().strip("\"'")
    if not written or _OWN.search(written) or (repository and written.lower() == repository.lower()):
        return None
    return written


def _line_of(text: str, command: str) -> int:
    """On which line of the script, from 0, a command begins; commands may have been joined of several lines."""
    start = text.find(command.strip()[:40].split("  ")[0].rstrip())
    return text.count("\n", 0, start) if start >= 0 else 0
