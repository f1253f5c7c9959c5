"""Finds the failures that belong to another job, and names that job. Every failure is counted once, at its root."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from auditor.diagnose.execution import Execution
from auditor.diagnose.signature import signature
from auditor.logs.steps import parse_stamp
from auditor.model.audit import Cascade, HubMap
from auditor.model.vocabulary import CascadeHow, Classification, SkipReason

_COMES_FROM_SOURCE = frozenset(
    {Classification.BUILD_FAILURE, Classification.TEST_FAILURE, Classification.DEPENDENCY_FAILURE}
)


def mark_cascades(executions: Sequence[Execution], hub: HubMap) -> list[Execution]:
    """Give every failure that is not its own root its cascade; the classification becomes `cascade-failure`."""
    marked = []
    for execution in executions:
        cascade = _cascade(execution, executions, hub)
        if cascade is not None:
            execution = replace(
                execution,
                cascade=cascade,
                judged=replace(execution.judged, classification=Classification.CASCADE_FAILURE),
            )
        marked.append(execution)
    return marked


def _cascade(execution: Execution, everyone: Sequence[Execution], hub: HubMap) -> Cascade | None:
    if execution.skip is not None and execution.skip.reason is SkipReason.FAILED_NEED:
        return _by_needs(execution, everyone)
    if not execution.classification.failed or execution.classification is Classification.CASCADE_FAILURE:
        return None
    producers = [e for e in everyone if _feeds(e, execution, hub)]
    if execution.classification is Classification.MISSING_ARTIFACT:
        return _by_artifact(execution, producers)
    if execution.classification in _COMES_FROM_SOURCE:
        return _by_same_error(execution, everyone, hub)
    return None


def _by_needs(execution: Execution, everyone: Sequence[Execution]) -> Cascade | None:
    root = _failed_ancestor(execution, everyone)
    if root is None or execution.skip is None:
        return None
    return Cascade(root_job=root.key, how=CascadeHow.NEEDS, explanation=execution.skip.explanation)


def _failed_ancestor(execution: Execution, everyone: Sequence[Execution]) -> Execution | None:
    """The nearest job on the chain of `needs` that failed itself."""
    if execution.graph is None:
        return None
    for chain in execution.graph.ancestors(execution.chain):
        for other in everyone:
            same_run = other.chain == chain and other.run.id == execution.run.id
            if same_run and other.skip is None and other.classification.failed:
                return other
    return None


def _feeds(producer: Execution, consumer: Execution, hub: HubMap) -> bool:
    return any(edge.producer == producer.key and edge.consumer == consumer.key for edge in hub.edges)


def _by_artifact(execution: Execution, producers: Sequence[Execution]) -> Cascade | None:
    for producer in producers:
        if producer.classification.failed:
            return Cascade(
                root_job=producer.key,
                how=CascadeHow.MISSING_ARTIFACT,
                explanation=f"it asked for something that “{producer.job.name}” should have made, and that job failed",
            )
    asked = _asked_at(execution)
    for producer in producers:
        ended = producer.job.completed_at
        if asked is not None and ended is not None and asked < ended and not execution.waits_for(producer):
            early = (ended - asked).total_seconds()
            return Cascade(
                root_job=producer.key,
                how=CascadeHow.RACE,
                explanation=(
                    f"it asked {early:.0f} s before “{producer.job.name}” was done, and nothing makes it wait: "
                    f"`needs: {producer.job_id}` is missing"
                ),
            )
    return None


def _asked_at(execution: Execution) -> datetime | None:
    hit = execution.judged.hit
    if hit is not None and hit.stamp:
        return parse_stamp(hit.stamp)
    return execution.job.completed_at


def _by_same_error(execution: Execution, everyone: Sequence[Execution], hub: HubMap) -> Cascade | None:
    """The job builds the same source as a hub does and fails on the same line: the hub is where it is fixed."""
    if execution.key in hub.hubs or execution.judged.hit is None:
        return None
    mine = signature(execution.judged.hit.text)
    for other in everyone:
        if other.key not in hub.hubs or other.judged.hit is None or not other.classification.failed:
            continue
        if other.classification in _COMES_FROM_SOURCE and signature(other.judged.hit.text) == mine:
            return Cascade(
                root_job=other.key,
                how=CascadeHow.SAME_ROOT_ERROR,
                explanation=f"it fails on the same line as “{other.job.name}”",
            )
    return None
