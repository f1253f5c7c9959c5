"""What a step gets from around it: the folder that `defaults` set, and the inputs that a calling job hands over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from auditor.model.workflow import Workflow, WorkflowJob
from auditor.workflows.errors import WorkflowError
from auditor.workflows.expression.values import Partial
from auditor.workflows.graph import called_path
from auditor.workflows.run_context import input_value
from auditor.workflows.yaml_tree import Node, read_tree

MOST_CALLERS = 20


def default_folder(workflow: Workflow, job: WorkflowJob) -> str:
    """The folder in which scripts of a job start, as written; empty for the repository's root.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#defaultsrun
    """
    folders = _folders(workflow.path, "\n".join(workflow.lines))
    return folders.get(job.id, folders.get("", ""))


def call_inputs(workflow: Workflow, call: WorkflowJob, contexts: Mapping[str, Any]) -> dict[str, Any]:
    """The `inputs` context of a called workflow; `contexts` are those in which the calling job stands."""
    trigger = workflow.trigger("workflow_call")
    if trigger is None:
        return {}
    given = {name.lower(): text for name, text in call.inputs.items()}
    known = {each.name: input_value(each, given.get(each.name.lower()), contexts) for each in trigger.inputs}
    return {"inputs": Partial(known)}


def callers_of(workflow: Workflow, workflows: Sequence[Workflow], repository: str | None) -> Iterator[WorkflowJob]:
    """The jobs of these files that call a workflow."""
    found = 0
    for other in workflows:
        for job in other.jobs:
            if called_path(job, repository) == workflow.path and found < MOST_CALLERS:
                found += 1
                yield job


@lru_cache(maxsize=64)
def _folders(path: str, text: str) -> Mapping[str, str]:
    """`defaults.run.working-directory` of the workflow (under the empty name) and of its jobs."""
    if "working-directory" not in text or "defaults" not in text:
        return {}
    try:
        root = read_tree(path, text)
    except WorkflowError:
        return {}
    found = {"": _default(root)}
    jobs = _child(root, "jobs")
    for key, job in jobs.pairs if jobs is not None else ():
        found[key.text] = _default(job) or found[""]
    return {name: folder for name, folder in found.items() if folder}


def _default(node: Node) -> str:
    run = _child(_child(node, "defaults"), "run")
    folder = _child(run, "working-directory")
    return folder.text if folder is not None and folder.kind == "scalar" else ""


def _child(node: Node | None, name: str) -> Node | None:
    return next((value for key, value in node.pairs if key.text == name), None) if node is not None else None
