"""Task lists of the status documents. A task is known again by its text, so that a tick survives the next audit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from auditor.history.reliability import Tier
from auditor.model.audit import Action, Audit
from auditor.model.release_map import ReleaseMap
from auditor.report.architecture import architecture, job_id
from auditor.report.neutral import prose
from auditor.report.platform_status import Group, PlatformStatus

TIERS = {
    Tier.WORKING: "works",
    Tier.PARTIAL: "works sometimes",
    Tier.BROKEN: "does not work",
    Tier.OFF: "not tried",
}


def task(text: str) -> str:
    """One line of a task list; `text` is Markdown."""
    return f"- [ ] {text} <!-- relaudit:task {task_id(text)} -->"


def task_id(text: str) -> str:
    """Ten hexadecimal digits that stand for a task's text."""
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "replace")).hexdigest()[:10]


def action_task(action: Action) -> str:
    """A task for one action of the plan."""
    return task(prose(action.text))


def checklist(platforms: Iterable[PlatformStatus], audit: Audit) -> list[str]:
    """Every action of the plan and everything a person has to do, each once."""
    told = [prose(action.text) for phase in audit.plan for action in phase.actions]
    told += [prose(text) for p in platforms if not p.group is not Group.OFF for text in p.human_tasks]
    return [task(text) for text in dict.fromkeys(told)]


def structure_tasks(audit: Audit, release_map: ReleaseMap | None) -> list[str]:
    """What has to change in the workflows: files to remove, jobs that have to wait."""
    told: list[str] = []
    if release_map is not None:
        plan = architecture(release_map)
        told += [prose(f"Remove `{each.workflow.path}`: {each.why}") for each in plan.advice if not each.keep]
        told += [
            prose(f"Let `{job_id(edge.consumer)}` wait for `{job_id(edge.producer)}`: it takes {edge.how}")
            for edge in plan.waits_for_nobody
        ]
    if not told:
        told += [prose(a.text) for phase in audit.plan for a in phase.actions if "`needs:" in a.text]
    return [task(text) for text in dict.fromkeys(told)]
