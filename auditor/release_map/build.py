"""The release map of a repository: `release_map` is the one entry."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from auditor.checks.subject import Subject
from auditor.model.release_map import MapEdge, MapJob, MapPlatform, MapWorkflow, ReleaseMap
from auditor.model.vocabulary import JobKind
from auditor.release_map.edges import edges
from auditor.release_map.inventory import inventory, systems_of
from auditor.release_map.jobs import map_jobs
from auditor.release_map.publishing import published
from auditor.release_map.starts import RELEASES, Started, starts

SAMPLES = ("v1.2.3", "1.2.3", "release-1.2.3", "release/1.2.3", "v1.2.3-rc.1")
"""Tags that are tried when none is given; the first that starts the most workflows is taken."""


def release_map(subject: Subject, tag: str | None = None, hubs: Collection[str] = ()) -> ReleaseMap:
    """Return what a tag sets in motion, as far as the files tell.

    Without a tag a sample is taken. `hubs` names jobs, by id or display name, that are known to make what others
    publish. A workflow that only a person can start is in it when its event belongs to the release of the tag.
    """
    chosen = tag if tag is not None else sample_tag(subject)
    begun = starts(subject, chosen)
    known = published(subject)
    jobs = map_jobs(subject, begun, chosen, known)
    found = edges(subject, begun, jobs)
    publishing = {job.key for job in jobs if job.platforms}
    makers = {edge.producer for edge in found if edge.consumer in publishing and edge.how != "needs"}
    jobs = tuple(_with_kind(job, job.key in makers or job.id in hubs or job.name in hubs) for job in jobs)
    workflows = _workflows(subject, begun, jobs, found)
    in_map = {workflow.path for workflow in workflows}
    aside = tuple(path for path in dict.fromkeys(path for path, _ in known) if path not in in_map)
    platforms = _platforms(subject, workflows, jobs)
    return ReleaseMap(
        repository=subject.repository,
        tag=chosen,
        sample=tag is None,
        workflows=workflows,
        jobs=jobs,
        edges=found,
        platforms=platforms,
        systems=len({workflow.system for workflow in workflows if workflow.publishes}),
        inventory=inventory(subject, known, found, aside, platforms, chosen),
        not_started=aside,
        unreadable=tuple(sorted(subject.broken)),
        notes=_notes(jobs, found),
    )


def sample_tag(subject: Subject) -> str:
    """Return the tag that shows the most: of common forms, and of those that the filters spell out."""
    literal = [
        pattern.replace("**", "1.2.3").replace("*", "1.2.3")
        for workflow in subject.workflows.values()
        for trigger in workflow.triggers
        for pattern in trigger.tags
        if not pattern.startswith("!") and not set("[]?+\\") & set(pattern)
    ]
    candidates = list(dict.fromkeys((*SAMPLES, *literal)))[:20]
    publishing = {site.workflow.path for site in subject.sites}

    def worth(tag: str) -> tuple[int, int]:
        begun = {each.workflow.path for each in starts(subject, tag) if each.start.sure}
        return len(begun & publishing), len(begun)

    return max(candidates, key=worth)


def _with_kind(job: MapJob, hub: bool) -> MapJob:
    """A hub makes what a job that publishes takes; whoever else publishes is a spoke, all others help."""
    spoke = JobKind.PUBLISH if job.platforms else JobKind.HELPER
    return job.model_copy(update={"kind": JobKind.HUB if hub else spoke})


def _workflows(
    subject: Subject, begun: Iterable[Started], jobs: Iterable[MapJob], found: Iterable[MapEdge]
) -> tuple[MapWorkflow, ...]:
    by_path: dict[str, list[Started]] = {}
    for each in begun:
        by_path.setdefault(each.workflow.path, []).append(each)
    systems = systems_of(by_path, found)
    workflows = []
    for path, several in by_path.items():
        workflow = subject.workflows[path]
        platforms = (name for job in jobs if job.path == path and job.runs is not False for name in job.platforms)
        unique = {(one.start.event, one.start.by, one.start.by_line): one.start for one in several}
        workflows.append(
            MapWorkflow(
                path=path,
                name=workflow.name.text if workflow.name is not None else path.rpartition("/")[2],
                starts=tuple(unique.values()),
                system=systems[path],
                publishes=tuple(dict.fromkeys(platforms)),
            )
        )
    return tuple(sorted(workflows, key=lambda each: (each.system, each.path)))


def _platforms(subject: Subject, workflows: Iterable[MapWorkflow], jobs: Iterable[MapJob]) -> tuple[MapPlatform, ...]:
    sure_paths = {workflow.path for workflow in workflows if workflow.sure}
    found: dict[str, list[MapJob]] = {}
    for job in jobs:
        for name in job.platforms:
            found.setdefault(name, []).append(job)
    order = list(subject.book.platforms)
    return tuple(
        MapPlatform(
            platform=name,
            title=subject.book.platforms[name].title,
            jobs=tuple(job.key for job in found[name]),
            sure_jobs=tuple(job.key for job in found[name] if job.path in sure_paths and job.runs is not False),
            for_hub=name == RELEASES and all(job.kind is JobKind.HUB for job in found[name]),
            off=all(job.runs is False for job in found[name]),
        )
        for name in sorted(found, key=order.index)
    )


def _notes(jobs: Iterable[MapJob], found: Iterable[MapEdge]) -> tuple[str, ...]:
    notes = []
    by_platform: dict[str, set[str]] = {}
    for job in jobs:
        for name in job.platforms:
            if job.runs is not False and job.kind is not JobKind.HUB:
                by_platform.setdefault(name, set()).add(job.path)
    several = {name: paths for name, paths in by_platform.items() if len(paths) > 1}
    for name, paths in several.items():
        shown = ", ".join(f"`{path.rpartition('/')[2]}`" for path in sorted(paths))
        notes.append(f"{name} is published from {len(paths)} workflows: {shown}")
    for edge in found:
        if edge.unordered:
            one, other = edge.consumer.rpartition("#")[2], edge.producer.rpartition("#")[2]
            notes.append(f"`{one}` reads {edge.how} that `{other}` makes, and does not wait for it")
    return tuple(notes)
