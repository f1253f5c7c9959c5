"""Which jobs make what others consume: read from `needs`, artifacts, and release assets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.diagnose.execution import Execution
from auditor.diagnose.outcomes import RELEASE_PLATFORM
from auditor.model.audit import HubEdge, HubMap
from auditor.model.workflow import WorkflowJob

_UPLOADS = re.compile(r"^actions/upload-artifact(?:/|@|$)", re.IGNORECASE)
_DOWNLOADS = re.compile(r"^actions/download-artifact(?:/|@|$)", re.IGNORECASE)
_RELEASE_ASSETS = re.compile(r"/releases/(?:download|latest/download)/|\bgh\s+release\s+download\b", re.IGNORECASE)
_FOREIGN_RELEASE = re.compile(r"github\.com/([\w.-]+/[\w.-]+)/releases/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Part:
    execution: Execution
    makes_release: bool
    makes_artifacts: bool
    takes_release: bool
    takes_artifacts: bool


def hub_map(executions: Sequence[Execution], repository: str) -> HubMap:
    """Find the hubs of the release and the jobs that take something from them."""
    parts = [_part(execution, repository) for execution in executions]
    edges: dict[tuple[str, str], HubEdge] = {}
    for producer in parts:
        for consumer in parts:
            how = _how(producer, consumer)
            if how is not None:
                key = (producer.execution.key, consumer.execution.key)
                edges[key] = HubEdge(producer=key[0], consumer=key[1], how=how)
    hubs = tuple(dict.fromkeys(edge.producer for edge in edges.values()))
    return HubMap(hubs=hubs, edges=tuple(edges.values()))


def _part(execution: Execution, repository: str) -> _Part:
    texts = list(_texts(execution.workflow_job)) if execution.workflow_job else list(_log_texts(execution))
    uses = [text for kind, text in texts if kind == "uses"]
    scripts = "\n".join(text for kind, text in texts if kind == "run")
    foreign = [name.lower() for name in _FOREIGN_RELEASE.findall(scripts)]
    own = not foreign or repository.lower() in foreign or "github.repository" in scripts
    return _Part(
        execution,
        makes_release=RELEASE_PLATFORM in execution.platforms,
        makes_artifacts=any(_UPLOADS.match(use) for use in uses),
        takes_release=own and bool(_RELEASE_ASSETS.search(scripts)),
        takes_artifacts=any(_DOWNLOADS.match(use) for use in uses),
    )


def _texts(job: WorkflowJob) -> Iterator[tuple[str, str]]:
    for step in job.steps:
        if step.uses is not None:
            yield "uses", step.uses.text
        for value in (*step.inputs.values(), *step.env.values()):
            yield "run", value.text
        if step.run is not None:
            yield "run", step.run.text


def _log_texts(execution: Execution) -> Iterator[tuple[str, str]]:
    """What the log echoes of the steps, when there is no workflow file."""
    for section in (section for step in execution.judged.steps for section in step.sections):
        if section.uses:
            yield "uses", section.uses
        if section.script:
            yield "run", section.script


def _how(producer: _Part, consumer: _Part) -> str | None:
    """How `consumer` depends on what `producer` makes, or None."""
    one, other = producer.execution, consumer.execution
    if one.key == other.key or not (other.platforms or consumer.makes_release):
        return None
    needed = other.waits_for(one)
    if producer.makes_release and consumer.takes_release:
        return "downloads the release's assets" if needed else "downloads the release's assets, without `needs`"
    if producer.makes_artifacts and consumer.takes_artifacts and one.run.id == other.run.id:
        return "downloads its artifacts"
    if needed and (producer.makes_release or producer.makes_artifacts):
        return "needs it"
    return None
