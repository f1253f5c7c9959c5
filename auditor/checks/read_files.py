"""The texts of a repository's files → parsed workflows and actions, several at a time where there are many."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from auditor.model.facts import WorkflowFile
from auditor.model.workflow import Workflow
from auditor.workflows.composite import parse_composite
from auditor.workflows.errors import WorkflowError
from auditor.workflows.parse import parse_workflow

_WORKFLOW = re.compile(r"\.github/workflows/[^/]+\.ya?ml")
_ACTION = re.compile(r"(?:.*/)?action\.ya?ml")


@dataclass(slots=True)
class ReadFiles:
    """What was read, by path."""

    workflows: dict[str, Workflow] = field(default_factory=dict)
    actions: dict[str, Workflow] = field(default_factory=dict)
    broken: dict[str, WorkflowError] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def read_files(files: Sequence[WorkflowFile]) -> ReadFiles:
    """Parse what is a workflow or a composite action, and keep the text of everything."""
    read = ReadFiles()
    for file in files:
        read.texts[file.path] = file.text
        try:
            if _WORKFLOW.fullmatch(file.path):
                read.workflows[file.path] = parse_workflow(file)
            elif _ACTION.fullmatch(file.path):
                action = parse_composite(file)
                if action is not None:
                    read.actions[file.path] = action
        except WorkflowError as error:
            read.broken[file.path] = error
    return read


def is_workflow(path: str) -> bool:
    """Whether GitHub would read this file as a workflow."""
    return _WORKFLOW.fullmatch(path) is not None
