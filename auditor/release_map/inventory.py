"""Everything that publishes in a repository, whether or not this tag starts it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from auditor.checks.subject import Subject
from auditor.model.release_map import Inventory, MapEdge, MapPlatform, Start
from auditor.release_map.edges import start_edges
from auditor.release_map.publishing import Published
from auditor.release_map.starts import Started, followed_from


def systems_of(paths: Iterable[str], found: Iterable[MapEdge]) -> dict[str, int]:
    """Number, from 1, the groups of workflows that start one another."""
    group = {path: path for path in paths}
    for edge in found:
        one, other = edge.producer.partition("#")[0], edge.consumer.partition("#")[0]
        if one != other and one in group and other in group and group[one] != group[other]:
            old, new = group[other], group[one]
            group = {path: new if name == old else name for path, name in group.items()}
    numbers: dict[str, int] = {}
    for path in sorted(group):
        numbers.setdefault(group[path], len(numbers) + 1)
    return {path: numbers[name] for path, name in group.items()}


def inventory(
    subject: Subject,
    known: Mapping[tuple[str, str], Published],
    edges: Iterable[MapEdge],
    not_started: Sequence[str],
    platforms: Iterable[MapPlatform],
    tag: str,
) -> Inventory:
    """Count what publishes: `known` by job, `edges` and `platforms` those of the map, the rest is looked at here."""
    more: list[Started] = []
    for path in not_started:
        workflow = subject.workflows[path]
        for trigger in workflow.triggers:
            start = Start(event=trigger.event, line=trigger.line, sure=False, why="started otherwise")
            more += followed_from(Started(workflow, trigger.event, start), subject, tag)
    publishing = {path for path, _ in known}
    systems = systems_of(sorted(subject.workflows), [*edges, *start_edges(more)])
    every = {name for published in known.values() for name in published.platforms}
    only_hub = {each.platform for each in platforms if each.for_hub}
    aside = set(not_started)
    elsewhere = {name for (path, _), each in known.items() for name in each.platforms if path in aside}
    return Inventory(
        workflows=len(subject.workflows) + sum(path.startswith(".github/workflows/") for path in subject.broken),
        publishing=len(publishing),
        systems=len({systems[path] for path in publishing}),
        platforms=len(every - (only_hub - elsewhere)),
    )
