"""The targets of a checkout, for asking the registries about a version without a run to look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from auditor.collect.checkout import Checkout, read_checkout
from auditor.config.settings import Config
from auditor.model.facts import WorkflowFile
from auditor.model.live import Target
from auditor.model.workflow import Workflow, WorkflowJob
from auditor.rulebook.book import Rulebook
from auditor.rulebook.publish_steps import platforms_of_job
from auditor.rulebook.recognise import Recogniser
from auditor.targets.composite_steps import FILES, composite_actions, inlined
from auditor.targets.from_manifests import Manifests, manifest_patterns, matches_any
from auditor.targets.job_steps import steps_in_workflow
from auditor.targets.named import Release
from auditor.targets.naming import PublishingJob
from auditor.targets.release import targets_of_jobs
from auditor.targets.surroundings import call_inputs, callers_of
from auditor.versions import tag_parts
from auditor.workflows.errors import WorkflowError
from auditor.workflows.expression.values import Partial
from auditor.workflows.parse import parse_workflow

_NEVER_RELEASE = frozenset(
    {"pull_request", "pull_request_target", "schedule", "issues", "issue_comment", "merge_group"}
)


def targets_of_checkout(folder: Path, version: str, config: Config, book: Rulebook | None = None) -> tuple[Target, ...]:
    """What a release of this checkout publishes: by the configuration, the workflow files and the manifests.

    `version` is a tag or a version; the tag that the checkout has for it is used where a platform wants the tag. A
    folder in which no workflow publishes anything is read by its manifests alone. Raises `OSError` when the folder
    cannot be read.
    """
    book = Rulebook.load(config.rules) if book is None else book
    patterns = (*manifest_patterns(book), *FILES)
    read = read_checkout(folder, lambda path: matches_any(path, patterns))
    owner, _, name = (read.repository or "").partition("/")
    release = Release(owner, name, tag_of(version, read.tags))
    recogniser = book.recogniser
    workflows = _workflows(read)
    actions = composite_actions({file.path: file for file in read.manifests})
    jobs = [
        _job(workflow, inlined(job, actions), contexts, release, recogniser)
        for workflow in workflows
        if not {trigger.event for trigger in workflow.triggers} <= _NEVER_RELEASE
        for contexts in _surroundings(workflow, workflows, read.repository, release)
        for job in workflow.jobs
    ]
    if not any(job.platforms for job in jobs):
        jobs = [PublishingJob(None, _with_manifests(book), {}, (), assumed=True)]
    return targets_of_jobs(jobs, Manifests(read.manifests, release.values), release, book, config)


def tag_of(version: str, tags: Sequence[str]) -> str:
    """The tag of a version among these tags; the text itself when there is none or it is one."""
    plain = version.removeprefix("refs/tags/")
    if plain in tags or f"v{plain}" not in tags:
        return plain
    return f"v{plain}" if tag_parts(plain) is not None else plain


class ManifestsNeeded:
    """Tells the collector which files of a repository name what its workflows publish."""

    def __init__(self, book: Rulebook) -> None:
        self._book = book
        self._recogniser = book.recogniser

    def __call__(self, files: Sequence[WorkflowFile]) -> Callable[[str], bool] | None:
        """Of the platforms that these workflow files publish to; nothing where they publish to none."""
        platforms: set[str] = set()
        for file in files:
            try:
                workflow = parse_workflow(file)
            except WorkflowError:
                return self._wanted(None)
            for job in workflow.jobs:
                platforms |= set(platforms_of_job([job], job.id, self._recogniser))
        return self._wanted(platforms) if platforms else None

    def _wanted(self, platforms: set[str] | None) -> Callable[[str], bool]:
        patterns = manifest_patterns(self._book, platforms)
        return lambda path: matches_any(path, patterns)


def _workflows(read: Checkout) -> list[Workflow]:
    found = []
    for file in read.workflows:
        try:
            found.append(parse_workflow(file))
        except WorkflowError:
            continue
    return found


def _surroundings(
    workflow: Workflow, workflows: Sequence[Workflow], repository: str | None, release: Release
) -> list[Mapping[str, Any]]:
    """The contexts of a workflow: for one that others call, once for each call."""
    known = _contexts(release)
    calls: list[Mapping[str, Any]] = [
        {**known, **call_inputs(workflow, call, known)} for call in callers_of(workflow, workflows, repository)
    ]
    return calls or [known]


def _job(
    workflow: Workflow, job: WorkflowJob, contexts: Mapping[str, Any], release: Release, recogniser: Recogniser
) -> PublishingJob:
    platforms = platforms_of_job([job], job.id, recogniser)
    steps = steps_in_workflow(workflow, job, contexts, release, recogniser, "") if platforms else ()
    return PublishingJob(None, platforms, {}, tuple(steps))


def _contexts(release: Release) -> Mapping[str, Any]:
    known = {"ref": f"refs/tags/{release.tag}", "ref_name": release.tag, "ref_type": "tag"}
    if release.owner:
        full = f"{release.owner}/{release.repository}"
        event = Partial({"repository": Partial({"full_name": full, "name": release.repository})})
        known_event: dict[str, Any] = {"repository": full, "repository_owner": release.owner, "event": event}
        return {"github": Partial({**known, **known_event})}
    return {"github": Partial(known)}


def _with_manifests(book: Rulebook) -> tuple[str, ...]:
    """Platforms for which a manifest alone says that a package is meant to be published there."""
    return tuple(
        name
        for name, rules in book.platforms.items()
        if rules.targets is not None and any(source.alone for source in rules.targets.manifests)
    )
