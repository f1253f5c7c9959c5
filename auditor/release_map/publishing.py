"""Which platforms each job publishes to: by its steps, by what it calls, and only then by its variables or its name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.checks.hinted_publishing import PUBLISHING, hinted_platforms
from auditor.checks.publishing import publications_by_job
from auditor.checks.subject import Subject
from auditor.model.workflow import WorkflowJob
from auditor.rulebook.publish_steps import platforms_by_name
from auditor.workflows.graph import called_path

_BUMPING = re.compile(r"(?i)(?<![a-z])(?:update|bump)")
_ABOUT_IT = re.compile(
    r"(?i)(?<![a-z])(?:notif|announce|trigger|check|test|lint|verif|validat|prepare|plan|wait|clean)"
)
_BUMPED = frozenset({"chocolatey", "homebrew", "winget", "scoop", "aur", "nix"})
"""Package managers to which a release is known by a change of a file that names it."""


@dataclass(frozen=True, slots=True)
class Published:
    """The platforms of one job, and the numbers of the steps that publish."""

    platforms: tuple[str, ...]
    steps: frozenset[int] = frozenset()


def published(subject: Subject) -> dict[tuple[str, str], Published]:
    """Return what jobs publish, by (path, job id); a job that only its name gives away counts too."""
    found = {
        key: Published(
            tuple(dict.fromkeys(each.platform for each in several)),
            frozenset(each.step.number for each in several if each.step is not None),
        )
        for key, several in publications_by_job(subject).items()
    }
    for workflow, job in subject.jobs():
        key = (workflow.path, job.id)
        known = found.get(key, Published(()))
        hinted = [
            (step.number, hinted_platforms(subject, step)) for step in job.steps if step.number not in known.steps
        ]
        if any(platforms for _, platforms in hinted):
            found[key] = Published(
                tuple(dict.fromkeys((*known.platforms, *(name for _, several in hinted for name in several)))),
                known.steps | {number for number, platforms in hinted if platforms},
            )
        if key in found or (called_path(job, subject.repository) or "") in subject.workflows:
            continue
        platforms = _by_name(subject, job)
        if platforms:
            found[key] = Published(platforms)
    return found


def _by_name(subject: Subject, job: WorkflowJob) -> tuple[str, ...]:
    """The platforms that the job's id or name gives, when it says that it publishes and not something about that."""
    found: list[str] = []
    for text in dict.fromkeys(name.replace("_", " ") for name in (job.id, job.display_name)):
        if _ABOUT_IT.search(text):
            continue
        for platform in platforms_by_name(text, subject.recogniser):
            if PUBLISHING.search(text) or (platform in _BUMPED and _BUMPING.search(text)):
                found.append(platform)
    return tuple(dict.fromkeys(found))
