"""From the jobs that publish to one platform to the names of what they publish, the surest source first."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from auditor.logs.redact import safe_line
from auditor.model.evidence import Evidence
from auditor.model.vocabulary import TargetSource
from auditor.rulebook.schema import PlatformRules
from auditor.rulebook.target_schema import ManifestSource, TargetRules
from auditor.targets.from_manifests import Found, Manifests
from auditor.targets.from_steps import StepText, StepWords, leads_elsewhere, matches_step, words_of
from auditor.targets.job_steps import PlacedStep
from auditor.targets.named import Named, Release, released_version, spelled, version_of_release
from auditor.targets.values import filled
from auditor.versions import Scheme, same


@dataclass(frozen=True, slots=True)
class PublishingJob:
    """One job that publishes: what its log says it published, and its steps, those of the log first.

    `complete`: everything it was to publish is among `logged`, because the job succeeded.
    """

    key: str | None
    platforms: tuple[str, ...]
    logged: Mapping[str, tuple[Named, ...]]
    steps: tuple[PlacedStep, ...]
    complete: bool = False
    assumed: bool = False
    """No job is known; only the manifests say that something may be published."""


def names_on(
    platform: str, rules: PlatformRules, jobs: Sequence[PublishingJob], manifests: Manifests, release: Release
) -> list[Named]:
    """Every name by which the jobs publish to the platform; nothing where there is only a guess."""
    written = rules.targets
    if written is None:
        return []
    found: list[Named] = []
    hidden = False
    for job in (job for job in jobs if platform in job.platforms):
        logged = [named for named in job.logged.get(platform, ()) if spelled(rules, named.package) is not None]
        words = _words(platform, written, job, release)
        hidden = hidden or words.said.open
        found += [replace(named, places={**words.said.places, **named.places}) for named in logged]
        if not (logged and job.complete):
            found += _of_job(rules, written, job, words, manifests, release)
    found += _of_tools(rules, written, jobs, manifests, release)
    known = any(platform in job.platforms and not job.assumed for job in jobs)
    if known and not found and not hidden and written.repository is not None:
        package = filled(written.repository, release.values)
        found += [Named(package, TargetSource.REPOSITORY)] if package is not None else []
    return found


@dataclass(slots=True)
class _Words:
    """What all steps of a job say: in `said`, the names with their places in the file or log, and the folders."""

    said: StepWords = field(default_factory=StepWords)
    named: list[Named] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    elsewhere: bool = False
    """Every step that seems to publish to the platform publishes to another registry."""


def _words(platform: str, written: TargetRules, job: PublishingJob, release: Release) -> _Words:
    words = _Words()
    here = away = 0
    is_away, of_file = False, False
    for step in job.steps:
        text = StepText(step.uses, step.inputs, step.script)
        if (step.path is not None) is not of_file:
            # The log's steps come first, then those of the file, from the job's start.
            is_away, of_file = False, step.path is not None
        led = leads_elsewhere(written, text)
        is_away = is_away if led is None else led
        publishes = platform in step.platforms and not is_away
        here, away = here + publishes, away + (platform in step.platforms and is_away)
        said = words_of(written, replace(text, publishes=publishes), release.values)
        words.folders += [_joined(start, folder) for start in step.folders or ("",) for folder in said.folders]
        if publishes and not said.folders:
            words.folders += step.folders
        words.said.add(said)
        words.named += [
            Named(name.package, TargetSource.STEP, name.version, name.places, step.evidence(name.line), job.key)
            for name in said.names
        ]
    words.elsewhere = bool(away) and not here
    return words


def _of_job(
    rules: PlatformRules,
    written: TargetRules,
    job: PublishingJob,
    words: _Words,
    manifests: Manifests,
    release: Release,
) -> list[Named]:
    found = [name for name in words.named if spelled(rules, name.package) is not None]
    if not found and not words.elsewhere:
        own = [source for source in written.manifests if source.run_by is None]
        chosen = chosen_packages(manifests, own, words.folders, words.said, release)
        found = _from_manifests(rules, chosen, manifests.packages(own), release, job.key)
    return [replace(named, places={**words.said.places, **named.places}) for named in found]


def _of_tools(
    rules: PlatformRules,
    written: TargetRules,
    jobs: Sequence[PublishingJob],
    manifests: Manifests,
    release: Release,
) -> list[Named]:
    """Names in the configuration of a tool that publishes to many platforms in one step."""
    found: list[Named] = []
    for source in written.manifests:
        if source.run_by is None:
            continue
        runner = next((job for job in jobs if _runs(job, source.run_by)), None)
        if runner is not None:
            packages = [package for package in manifests.packages([source]) if not package.private]
            found += _from_manifests(rules, packages, packages, release, runner.key)
    return found


def _runs(job: PublishingJob, pattern: str) -> bool:
    return any(step.platforms and matches_step(pattern, step.uses, step.script) for step in job.steps)


def chosen_packages(
    manifests: Manifests, sources: Sequence[ManifestSource], folders: Iterable[str], words: StepWords, release: Release
) -> list[Found]:
    """Those packages of the repository that a job publishes, by where it works and what the tag names."""
    every = manifests.packages(sources)
    public = [package for package in every if not package.private]
    if words.members:
        return [package for package in public if _is_called(package, words.members)]
    named = [package for package in public if release.package and _is_called(package, [release.package])]
    if named:
        return named
    if words.every:
        return public
    places = list(dict.fromkeys(folders))
    inside = [package for folder in places for package in _nearest(every, folder)]
    if inside and not all(package.private for package in inside):
        return list({(found.path, found.package): found for found in inside if not found.private}.values())
    if words.open:
        return []
    top = [package for package in every if not package.folder]
    if any(not package.private for package in top):
        return [package for package in top if not package.private]
    if manifests.is_workspace(sources) or len({package.folder for package in public}) == 1:
        return public
    return []


def _nearest(packages: Sequence[Found], folder: str) -> list[Found]:
    """The packages of a folder, or of the next folder above it that has some."""
    at = posixpath.normpath(folder).lstrip("/") if folder else ""
    at = "" if at in (".", "..") or at.startswith("../") else at
    while True:
        here = [package for package in packages if package.folder == at]
        if here or not at:
            return here
        at = posixpath.dirname(at)


def _is_called(package: Found, names: Iterable[str]) -> bool:
    known = {package.package, package.package.rpartition("/")[2], package.folder, package.folder.rpartition("/")[2]}
    return any(name.strip("./") in known - {""} or name in known - {""} for name in names)


def _from_manifests(
    rules: PlatformRules, chosen: Sequence[Found], every: Sequence[Found], release: Release, job: str | None
) -> list[Named]:
    scheme = Scheme(rules.registry.scheme)
    own = version_of_release(rules, release)
    bumped = own is not None and any(same(scheme, package.version, own) for package in every if package.version)
    return [
        Named(
            package.package,
            TargetSource.MANIFEST,
            released_version(rules, package.version, release, bumped),
            package.places,
            Evidence(source="file", text=safe_line(package.text), path=safe_line(package.path, 300), line=package.line),
            job,
        )
        for package in chosen
    ]


def _joined(start: str, folder: str) -> str:
    return posixpath.normpath(posixpath.join(start, folder))
