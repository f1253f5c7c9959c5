"""The graph of `needs`, within one file and across calls of reusable workflows.

A job waits for everything it needs, directly or not; a job of a called workflow also waits for what its caller needs.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idneeds
https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from auditor.model.workflow import Workflow, WorkflowJob

Chain: TypeAlias = tuple[str, ...]
"""Job ids from the run's own workflow inwards: `("publish",)`, or `("publish", "npm")` inside a called workflow."""

DEEPEST_CALL = 10
"""Levels of reusable workflows; GitHub's own limit."""
MOST_JOBS = 5_000

_Key = TypeVar("_Key")


def ancestors(workflow: Workflow, job_id: str) -> tuple[str, ...]:
    """Return every job that a job waits for, nearest first; a job in a cycle is not its own ancestor."""
    return _closure(_spelled(workflow, job_id), lambda one: needs_of(workflow, one))


def descendants(workflow: Workflow, job_id: str) -> tuple[str, ...]:
    """Return every job that waits for a job, nearest first."""
    waiting: dict[str, list[str]] = {}
    for job in workflow.jobs:
        for need in needs_of(workflow, job.id):
            waiting.setdefault(need, []).append(job.id)
    return _closure(_spelled(workflow, job_id), lambda one: waiting.get(one, ()))


def needs_of(workflow: Workflow, job_id: str) -> tuple[str, ...]:
    """Return the direct needs of a job that exist in the file, spelled as there."""
    known = workflow.needs_by_id
    if job_id in known:
        return known[job_id]
    job = workflow.job(job_id)
    return known[job.id] if job is not None else ()


def called_path(job: WorkflowJob, repository: str | None = None) -> str | None:
    """Return the path of the workflow file a job calls, when it is one of the same repository and commit.

    `owner/repo/.github/workflows/x.yml@ref` counts only when `repository` is that `owner/repo`; its text at `ref` may
    differ from the file at hand.
    """
    if job.uses is None:
        return None
    uses = job.uses.text.strip()
    if uses.startswith(("./", "$/")):
        return uses[2:]
    named, _, _ = uses.partition("@")
    owner = f"{repository}/".lower() if repository else None
    return named[len(owner) :] if owner and named.lower().startswith(owner) else None


def plain_path(path: str) -> str:
    """Return a run's workflow path without the `@ref` that the API may append."""
    return path.partition("@")[0].removeprefix("./")


@dataclass(frozen=True, slots=True)
class JobNode:
    """One job of a run: where it stands, and the caller chain that leads to it."""

    chain: Chain
    path: str
    job: WorkflowJob


class RunGraph:
    """All jobs of a run, called workflows included as far as their files are known."""

    def __init__(self, run_path: str, workflows: Iterable[Workflow], repository: str | None = None) -> None:
        self._files = {workflow.path: workflow for workflow in workflows}
        self._repository = repository
        self.nodes: Mapping[Chain, JobNode] = self._read(plain_path(run_path))
        self._inside: dict[Chain, list[Chain]] = {}
        for chain in self.nodes:
            for length in range(1, len(chain)):
                self._inside.setdefault(chain[:length], []).append(chain)
        self._waiting: dict[Chain, list[Chain]] = {}
        for chain in self.nodes:
            for parent in self.needs(chain):
                self._waiting.setdefault(parent, []).append(chain)

    def _read(self, path: str) -> dict[Chain, JobNode]:
        nodes: dict[Chain, JobNode] = {}
        queue: list[tuple[Chain, tuple[str, ...]]] = [((), (path,))]
        while queue:
            chain, paths = queue.pop(0)
            workflow = self._files.get(paths[-1])
            for job in workflow.jobs if workflow is not None else ():
                if len(nodes) >= MOST_JOBS:
                    return nodes
                own = (*chain, job.id)
                nodes[own] = JobNode(own, paths[-1], job)
                called = called_path(job, self._repository)
                if called is not None and called not in paths and len(paths) < DEEPEST_CALL:
                    queue.append((own, (*paths, called)))
        return nodes

    def needs(self, chain: Chain) -> tuple[Chain, ...]:
        """Return what a job waits for directly: its needs with the jobs inside needed calls, and its caller's needs."""
        found: dict[Chain, None] = {}
        for length in range(len(chain), 0, -1):
            node = self.nodes.get(chain[:length])
            for need in needs_of(self._files[node.path], node.job.id) if node is not None else ():
                parent = (*chain[: length - 1], need)
                found.update(dict.fromkeys((parent, *self._inside.get(parent, ()))))
        return tuple(found)

    def inside(self, chain: Chain) -> tuple[Chain, ...]:
        """Return the jobs of the workflow that a job calls, at every level."""
        return tuple(self._inside.get(chain, ()))

    def ancestors(self, chain: Chain) -> tuple[Chain, ...]:
        """Return every job that a job waits for, nearest first."""
        return _closure(chain, self.needs)

    def descendants(self, chain: Chain) -> tuple[Chain, ...]:
        """Return every job that waits for a job, nearest first; inside calls included."""
        return _closure(chain, lambda one: self._waiting.get(one, ()))


def _spelled(workflow: Workflow, job_id: str) -> str:
    job = workflow.job(job_id)
    return job.id if job is not None else job_id


def _closure(start: _Key, step: Callable[[_Key], Iterable[_Key]]) -> tuple[_Key, ...]:
    found: dict[_Key, None] = {}
    queue = [start]
    for current in queue:
        for other in step(current):
            if other != start and other not in found:
                found[other] = None
                queue.append(other)
    return tuple(found)
