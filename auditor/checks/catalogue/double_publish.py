"""Several jobs or workflows publish the same package to the same platform for one tag."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditor.checks.check import Check
from auditor.checks.derived import derived
from auditor.checks.knowledge import knowledge
from auditor.checks.publishing import RELEASES, Publication, creates_release, images, publications, title
from auditor.checks.scenarios import runs_in, tag_starts
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity

_FOLDER = re.compile(r"(?:^|[;&]\s{0,3})cd\s+([^\s;&]{1,200})")
_SELECTS = re.compile(
    r"(?:^|\s)(?:"
    r"(?:-w|-p|-F|--(?:workspace|package|filter|prefix|manifest-path|cwd|source|repository|registry))[= ]\s?(\S{1,200})"
    r"|((?:\./)?[\w${}.*/-]{1,200}(?:\.(?:nupkg|gem|snap|crate|tgz|whl|zip|vsix)|/))(?=\s|$))"
)


def _find(subject: Subject) -> Iterator[Finding]:
    groups: dict[tuple[str, str], list[Publication]] = {}
    for each in publications(subject):
        for key in _keys(each):
            groups.setdefault(key, []).append(each)
    said: set[tuple[str, int]] = set()
    for (platform, _), several in groups.items():
        for later, earlier in _pairs(subject, several) if len(several) > 1 else ():
            if (later.workflow.path, later.line) not in said:
                said.add((later.workflow.path, later.line))
                yield _finding(subject, platform, later, earlier)


def _pairs(subject: Subject, several: Sequence[Publication]) -> Iterator[tuple[Publication, Publication]]:
    """Yield what may publish for a tag for which something else already did, with that something."""
    first: dict[str, Publication] = {}
    inside: dict[tuple[str, str, str], Publication] = {}
    for each in several:
        if each.job.matrix is not None:
            continue
        starts = _starts(subject, each)
        path = each.workflow.path
        tags = {tag for _, tag in starts}
        earlier = next((first[tag] for tag in sorted(tags) if tag in first and first[tag].workflow.path != path), None)
        if earlier is None and each.platform in knowledge().one_file_per_version:
            same = [inside[path, event, tag] for event, tag in sorted(starts) if (path, event, tag) in inside]
            earlier = next((other for other in same if other.job.id != each.job.id), None)
        if earlier is not None:
            yield each, earlier
        for event, tag in starts:
            first.setdefault(tag, each)
            inside.setdefault((path, event, tag), each)


def _starts(subject: Subject, one: Publication) -> frozenset[tuple[str, str]]:
    """The events and sample tags for which it publishes."""
    every: dict[str, frozenset[tuple[str, str]]] = derived(subject, "tag_events", lambda _: {})
    path, all_of_it = one.workflow.path, tag_starts(subject, one.workflow)
    found = runs_in(one.workflow, one.job, all_of_it, one.step)
    if len(found) < len(all_of_it):
        return frozenset((each.event, each.tag) for each in found if each.tag)
    if path not in every:
        every[path] = frozenset((each.event, each.tag) for each in all_of_it if each.tag)
    return every[path]


def _keys(one: Publication) -> Iterator[tuple[str, str]]:
    """The package as far as the file tells it: image names, or where the command runs and what it selects."""
    if one.step is None:
        return
    named = images(one) if one.platform in knowledge().container_platforms else ()
    if one.platform in knowledge().container_platforms:
        yield from ((one.platform, name) for name in named if "$" not in name)
        return
    if one.platform == RELEASES:
        if creates_release(one) and "draft: true" not in one.text:
            yield one.platform, ""
        return
    folder = one.step.working_directory.text if one.step.working_directory is not None else ""
    inside = _FOLDER.search(one.step.run.text) if one.step.run is not None else None
    folder = folder or (inside[1] if inside is not None else "")
    selected = sorted(a or b for a, b in _SELECTS.findall(one.text)) if one.command is not None else []
    inputs = one.step.inputs if one.step.uses is not None else {}
    chosen = [f"{name}={inputs[name].text}" for name in sorted(inputs) if name in knowledge().package_inputs]
    if "${{ matrix" not in f"{folder}{selected}{chosen}":
        yield one.platform, f"{folder.strip('./')}|{selected}|{chosen}"


def _finding(subject: Subject, platform: str, later: Publication, earlier: Publication) -> Finding:
    rules = subject.book.platforms[platform]
    name = title(subject, platform)
    where = "" if later.workflow.path == earlier.workflow.path else f" of {earlier.workflow.path}"
    what = "make the GitHub release" if platform == RELEASES else f"publish the same package to {name}"
    end = (
        "the second one is refused, because a version there cannot be replaced"
        if rules.registry.immutable
        else "which of the two people get depends on which ends last"
    )
    return Finding(
        check=CHECK.id,
        severity=Severity.ERROR if rules.registry.immutable else Severity.WARNING,
        confidence=Confidence.HIGH if where else Confidence.MEDIUM,
        message=f"one tag lets both `{later.job.id}` and `{earlier.job.id}`{where} {what}; {end}",
        place=later.place(),
        related=(earlier.place(f"`{earlier.job.id}` publishes it too"),),
        job=later.job.id,
        step=later.step.number if later.step is not None else None,
        platforms=(platform,),
        remedy=Remedy(
            summary=f"Let one of them publish to {name}: remove the other, or start it by something else than the tag."
        ),
    )


CHECK = Check(
    id="double-publish",
    title="Several jobs publish the same package for one tag",
    severity=Severity.ERROR,
    find=_find,
)
