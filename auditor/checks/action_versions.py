"""The version of an action that a step uses, also where it is pinned by commit and a comment says which one that is."""

from __future__ import annotations

import re

from auditor.model.workflow import Workflow, WorkflowStep

_VERSION = re.compile(r"^v?(\d{1,4}(?:\.\d{1,6}){0,2})$")
_COMMIT = re.compile(r"^[0-9a-f]{40}$")
_COMMENT = re.compile(r"#\s*(?:tag=|@|pin@|ratchet:\S{1,100}@)?v?(\d{1,4}(?:\.\d{1,6}){0,2})\s*$")


def written_version(workflow: Workflow, step: WorkflowStep) -> tuple[int, ...] | None:
    """Return the numbers of the version as far as they are written, (3,) for `v3` and (3, 0, 5) for `v3.0.5`.

    Nothing when the file does not tell it: a branch, or a commit without a comment.
    """
    if step.uses is None:
        return None
    version = step.uses.text.partition("@")[2].strip()
    found = _VERSION.match(version)
    if found is None and _COMMIT.match(version) and step.uses.line <= len(workflow.lines):
        found = _COMMENT.search(workflow.lines[step.uses.line - 1])
    return tuple(int(number) for number in found[1].split(".")) if found is not None else None


def major_version(workflow: Workflow, step: WorkflowStep) -> int | None:
    """Return the major version, nothing when the file does not tell it."""
    version = written_version(workflow, step)
    return version[0] if version is not None else None
