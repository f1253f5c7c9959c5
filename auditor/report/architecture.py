"""What an architecture document says of the release map: which workflows to keep, which repeat others, which wait for nobody."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.model.release_map import MapEdge, MapWorkflow, ReleaseMap


@dataclass(frozen=True, slots=True)
class WorkflowAdvice:
    """One workflow, whether to keep it, and why."""

    workflow: MapWorkflow
    keep: bool
    why: str


@dataclass(frozen=True, slots=True)
class Architecture:
    """The picture of now and of after. `waits_for_nobody` are the edges that nothing keeps in order."""

    advice: tuple[WorkflowAdvice, ...]
    waits_for_nobody: tuple[MapEdge, ...]
    repeated: tuple[str, ...]
    """Titles of the platforms that more than one workflow publishes to for sure."""

    @property
    def kept(self) -> int:
        """Workflows that stay."""
        return sum(each.keep for each in self.advice)


def architecture(release_map: ReleaseMap) -> Architecture:
    """Weigh the workflows of a tag against each other: one whose platforms another also serves is not needed."""
    sure = {
        workflow.path: frozenset(
            platform.platform
            for platform in release_map.platforms
            if any(key.rpartition("#")[0] == workflow.path for key in platform.sure_jobs)
        )
        for workflow in release_map.workflows
    }
    advice = []
    gone: set[str] = set()
    for workflow in sorted(release_map.workflows, key=lambda each: (len(sure[each.path]), each.path)):
        mine = sure[workflow.path]
        other = next((path for path, theirs in sure.items() if _covers(path, theirs, workflow.path, mine, gone)), None)
        if other is not None:
            gone.add(workflow.path)
            advice.append(WorkflowAdvice(workflow, False, f"`{other}` publishes all of this on the same tag"))
        elif mine:
            advice.append(
                WorkflowAdvice(workflow, True, f"publishes to {len(mine)} of {len(release_map.platforms)} platforms")
            )
        else:
            advice.append(WorkflowAdvice(workflow, True, "makes what others publish, or publishes nothing by itself"))
    place = {workflow.path: at for at, workflow in enumerate(release_map.workflows)}
    repeated = [p.title for p in release_map.platforms if len({key.rpartition("#")[0] for key in p.sure_jobs}) > 1]
    return Architecture(
        tuple(sorted(advice, key=lambda each: place[each.workflow.path])),
        tuple(edge for edge in release_map.edges if edge.unordered),
        tuple(repeated),
    )


def _covers(path: str, theirs: frozenset[str], own_path: str, mine: frozenset[str], gone: set[str]) -> bool:
    return path != own_path and path not in gone and bool(mine) and mine <= theirs


def job_id(key: str) -> str:
    """The job's id out of its key, `path#id`."""
    return key.rpartition("#")[2]
