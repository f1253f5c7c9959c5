"""What GITHUB_TOKEN must be allowed in a job, by what its steps do, and what it is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from auditor.checks.derived import derived
from auditor.checks.edits import job_key, place, scope_added
from auditor.checks.knowledge import data
from auditor.checks.publishing import Publication, publications
from auditor.checks.scripts import commands
from auditor.checks.subject import Subject
from auditor.checks.tokens import given_token
from auditor.model.finding import Edit, Place
from auditor.model.workflow import Permissions, Workflow, WorkflowJob, WorkflowStep

_LEVELS = {"none": 0, "read": 1, "write": 2}


@dataclass(frozen=True, slots=True)
class ScopeNeed:
    """One scope that one step needs at some level."""

    workflow: Workflow
    job: WorkflowJob
    step: WorkflowStep
    scope: str
    level: str
    place: Place
    what: str
    """What the step does, as the file writes it."""


def scope_needs(subject: Subject, workflow: Workflow) -> Iterator[ScopeNeed]:
    """Yield what the steps of a workflow need, each scope once per job, where it is needed first."""
    kept: dict[str, tuple[ScopeNeed, ...]] = derived(subject, "scope_needs", lambda _: {})
    if workflow.path not in kept:
        kept[workflow.path] = tuple(_found(subject, workflow))
    return iter(kept[workflow.path])


def _found(subject: Subject, workflow: Workflow) -> Iterator[ScopeNeed]:
    by_step: dict[tuple[str, int], list[Publication]] = {}
    for each in publications(subject, workflow):
        if each.step is not None:
            by_step.setdefault((each.job.id, each.step.number), []).append(each)
    for job in workflow.jobs:
        seen: set[str] = set()
        for step in job.steps:
            published = by_step.get((job.id, step.number), [])
            for need in (*_of_step(workflow, job, step), *_of_platform(workflow, job, step, published)):
                if need.scope not in seen:
                    seen.add(need.scope)
                    yield need


def permissions_of(workflow: Workflow, job: WorkflowJob) -> Permissions | None:
    """The block that counts for a job: its own, else the workflow's; nothing when neither is written."""
    return job.permissions if job.permissions is not None else workflow.permissions


def allows(permissions: Permissions, need: ScopeNeed) -> bool:
    """Tell whether a written block grants what is needed."""
    return _LEVELS.get(permissions.level(need.scope), 2) >= _LEVELS[need.level]


def only_called(workflow: Workflow) -> bool:
    """Tell whether a workflow is made to be called, so that its caller decides what is granted.

    Pull requests that try it out do not count: what they run publishes nothing.
    """
    events = {trigger.event for trigger in workflow.triggers}
    return "workflow_call" in events and events <= {"workflow_call", "pull_request"}


def grant_edits(need: ScopeNeed, also: Sequence[ScopeNeed] = ()) -> tuple[Edit, ...]:
    """Return the edit that grants a scope to the job alone, keeping what it has.

    Where the job gets its first block, what it needs besides goes in too: a block takes away all that it does not name.
    """
    job, above = need.job, need.workflow.permissions
    if job.permissions is not None:
        edit = scope_added(need.workflow, job.permissions, need.scope, need.level)
        return (edit,) if edit is not None else ()
    if above is not None and above.every is not None:
        return ()
    kept = {name: text.text for name, text in above.scopes.items()} if above is not None else {"contents": "read"}
    for each in (need, *also):
        if _LEVELS.get(kept.get(each.scope, "none"), 2) < _LEVELS[each.level]:
            kept[each.scope] = each.level
    lines = "\n".join(f"  {name}: {level}" for name, level in kept.items())
    added = job_key(need.workflow, job, f"permissions:\n{lines}")
    return (added,) if added is not None else ()


def _of_step(workflow: Workflow, job: WorkflowJob, step: WorkflowStep) -> Iterator[ScopeNeed]:
    if step.uses is not None:
        entry = _actions().get(step.uses.text.partition("@")[0].lower())
        if entry is None or not all(
            re.search(pattern, step.inputs[name].text if name in step.inputs else "")
            for name, pattern in entry.get("when", {}).items()
        ):
            return
        if _has_other_token(workflow, job, step, entry):
            return
        at = place(workflow, step.uses.line, step.uses.text)
        for scope, level in entry["scopes"].items():
            yield ScopeNeed(workflow, job, step, scope, level, at, step.uses.text.partition("@")[0])
        return
    for line in commands(step):
        for entry in data("permissions")["commands"]:
            found = re.search(entry["match"], line.text)
            if found is None or _has_other_token(workflow, job, step, entry):
                continue
            if re.search(r"(?:-R|--repo)[= ]", line.text) or "--dry-run" in line.text:
                continue
            if entry.get("own_checkout") and not _in_own_checkout(job, step):
                continue
            at = place(workflow, line.line, line.text.strip())
            for scope, level in entry["scopes"].items():
                yield ScopeNeed(workflow, job, step, scope, level, at, " ".join(found[0].split())[:60])


def _in_own_checkout(job: WorkflowJob, step: WorkflowStep) -> bool:
    """Tell whether a plain `git push` of a step goes to the workflow's own repository with GITHUB_TOKEN."""
    before = [each for each in job.steps if each.uses is not None and each.uses.text.startswith("actions/checkout@")]
    script = step.run.text if step.run is not None else ""
    if not before or step.working_directory is not None or re.search(r"\bgit\s+clone\b|\bcd\s|set-url|gh auth", script):
        return False
    others = {"token", "ssh-key", "repository", "persist-credentials", "path"}
    return not any(others & each.inputs.keys() for each in before)


def _has_other_token(workflow: Workflow, job: WorkflowJob, step: WorkflowStep, entry: dict[str, Any]) -> bool:
    """Tell whether the step brings a token of its own; with `any_token`, any value but nothing counts."""
    token = given_token(workflow, job, step, entry.get("inputs", ()), entry.get("env", ()))
    return token != "none" if entry.get("any_token") else token == "other"  # noqa: S105 - words of `tokens.Token`


def _of_platform(
    workflow: Workflow, job: WorkflowJob, step: WorkflowStep, published: list[Publication]
) -> Iterator[ScopeNeed]:
    if not published or not _logs_in_with_own_token(job, step):
        return
    for each in published:
        if each.command is not None and "--dry-run" in each.command.text:
            continue
        for scope, level in data("permissions")["platforms"].get(each.platform, {}).items():
            yield ScopeNeed(workflow, job, step, scope, level, each.place(), _tool(each))


def _tool(published: Publication) -> str:
    """The action, or the first words of the command, that pushes."""
    if published.command is None:
        return published.action
    found = re.search(
        r"\b(?:docker|podman|helm|oras|skopeo|crane|ko|buildah|gh)\b(?:\s+[a-z]+){1,2}", published.command.text
    )
    return " ".join((found[0] if found is not None else published.command.text).split())[:60]


def _logs_in_with_own_token(job: WorkflowJob, step: WorkflowStep) -> bool:
    """Tell whether the step, or a login before it, is given GITHUB_TOKEN and nothing is given another token."""
    texts = [text.text for text in (*step.env.values(), *job.env.values(), *step.inputs.values())]
    for other in job.steps:
        if other.number > step.number:
            continue
        if other.run is not None and re.search(r"\blogin\b[^\n]{0,200}\bghcr\.io", other.run.text):
            texts.append(other.run.text)
            texts.extend(text.text for text in other.env.values())
        if other.uses is None or "login" not in other.uses.text:
            continue
        if "registry" in other.inputs and "ghcr.io" in other.inputs["registry"].text:
            texts.extend(text.text for text in other.inputs.values())
    return any("GITHUB_TOKEN" in text or "github.token" in text for text in texts if "||" not in text)


@lru_cache(maxsize=1)
def _actions() -> dict[str, dict[str, Any]]:
    return {name.lower(): entry for entry in data("permissions")["actions"] for name in entry["uses"]}
