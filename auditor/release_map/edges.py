"""What hands something to whom: `needs`, artifacts, release assets, images, calls, dispatches, workflows that follow."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.checks.hub_reads import hub_reads
from auditor.checks.subject import Subject
from auditor.model.release_map import MapEdge, MapJob
from auditor.release_map.jobs import key_of
from auditor.release_map.starts import Started

_HOW = {"workflow_call": "calls", "workflow_dispatch": "dispatches", "repository_dispatch": "dispatches"}


def edges(subject: Subject, begun: Iterable[Started], jobs: Iterable[MapJob]) -> tuple[MapEdge, ...]:
    """Return the edges between jobs; where a whole workflow is started, its path stands in place of a job's key."""
    keys = {job.key for job in jobs}
    found: dict[tuple[str, str, str], MapEdge] = {}
    begun = tuple(begun)
    for path in dict.fromkeys(each.workflow.path for each in begun):
        workflow = subject.workflows[path]
        for read in hub_reads(subject, workflow):
            for hub in read.hubs:
                _add(
                    found, key_of(workflow, hub.id), key_of(workflow, read.job.id), read.what, unordered=read.unordered
                )
    known = {key[:2] for key in found}
    for job in jobs:
        for need in job.needs:
            if need in keys and (need, job.key) not in known:
                _add(found, need, job.key, "needs")
    for edge in start_edges(begun):
        found.setdefault((edge.producer, edge.consumer, edge.how), edge)
    return tuple(found.values())


def start_edges(begun: Iterable[Started]) -> tuple[MapEdge, ...]:
    """Return an edge for every workflow that another one starts."""
    found: dict[tuple[str, str, str], MapEdge] = {}
    for each in begun:
        start = each.start
        if start.by is not None:
            producer = f"{start.by}#{start.by_job}" if start.by_job is not None else start.by
            _add(found, producer, each.workflow.path, _HOW.get(start.event, "follows"))
    return tuple(found.values())


def _add(
    found: dict[tuple[str, str, str], MapEdge], producer: str, consumer: str, how: str, *, unordered: bool = False
) -> None:
    if producer != consumer:
        edge = MapEdge(producer=producer, consumer=consumer, how=how, unordered=unordered)
        found.setdefault((producer, consumer, how), edge)
