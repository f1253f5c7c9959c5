"""An action that is switched off, archived, or made for a Node that runners no longer have."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from auditor.checks.action_versions import written_version
from auditor.checks.check import Check
from auditor.checks.edits import place, replaced
from auditor.checks.folding import folded
from auditor.checks.knowledge import data
from auditor.checks.subject import Subject
from auditor.model.finding import Edit, Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep


def _find(subject: Subject) -> Iterator[Finding]:
    for workflow in (*subject.workflows.values(), *subject.actions.values()):
        for job in workflow.jobs:
            yield from folded(_of_job(workflow, job))


def _of_job(workflow: Workflow, job: WorkflowJob) -> Iterator[Finding]:
    for step in job.steps:
        if step.uses is None:
            continue
        action, _, version = step.uses.text.partition("@")
        entry = _entries().get(action.lower())
        if entry is not None and (entry.get("archived") or _older(workflow, step, entry)):
            yield _finding(workflow, job, step, action, version, entry)


@lru_cache(maxsize=1)
def _entries() -> dict[str, dict[str, Any]]:
    return {entry["uses"].lower(): entry for entry in data("deprecated")["actions"]}


def _older(workflow: Workflow, step: WorkflowStep, entry: dict[str, Any]) -> bool:
    version = written_version(workflow, step)
    if version is None:
        return False
    return version[0] < entry["below"] or any(
        len(version) == 3 and tuple(span["from"]) <= version < tuple(span["below"]) for span in entry.get("pins", ())
    )


def _finding(
    workflow: Workflow, job: WorkflowJob, step: WorkflowStep, action: str, version: str, entry: dict[str, Any]
) -> Finding:
    line = step.uses.line if step.uses is not None else step.line
    instead = entry.get("instead") or f"{action}@{entry['use']}"
    edits: tuple[Edit, ...] = ()
    if "use" in entry and version.startswith("v"):
        edit = replaced(workflow, line, f"{action}@{version}", f"{action}@{entry['use']}")
        edits = (edit,) if edit is not None else ()
    return Finding(
        check=CHECK.id,
        severity=Severity.ERROR if entry.get("dead") else Severity.WARNING,
        confidence=Confidence.HIGH,
        message=f"`{action}@{version}` in `{job.id}`: {entry['why']}",
        place=place(workflow, line, f"{action}@{version}"),
        job=job.id,
        step=step.number,
        remedy=Remedy(
            summary=f"Use {instead if ' ' in instead else f'`{instead}`'}; see {entry['page']} .".replace(" .", "."),
            edits=edits,
            safe=bool(entry.get("safe")),
        ),
    )


CHECK = Check(
    id="deprecated-action",
    title="An action that is switched off or archived",
    severity=Severity.ERROR,
    find=_find,
    fixes=True,
)
