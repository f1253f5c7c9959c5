"""What the checks look at: the workflow files of a repository, read once, and who publishes what in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from auditor.checks.read_files import read_files
from auditor.model.facts import WorkflowFile
from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep
from auditor.rulebook.book import Rulebook
from auditor.rulebook.publish_steps import platforms_of_steps
from auditor.rulebook.recognise import Recogniser
from auditor.workflows.analysis import WorkflowAnalysis
from auditor.workflows.errors import WorkflowError
from auditor.workflows.yaml_tree import Node, read_tree, split_lines

DEEPEST_ACTION = 5
"""Levels of composite actions that are followed."""


@dataclass(frozen=True, slots=True)
class PublishSite:
    """One place in the files that publishes to one platform; `step` is nothing for a call of a reusable workflow.

    A step that calls a composite action of the same repository is a site when a step of the action publishes.
    """

    workflow: Workflow
    job: WorkflowJob
    step: WorkflowStep | None
    platform: str

    @property
    def line(self) -> int:
        """Where the step, or the call, begins."""
        return self.step.line if self.step is not None else self.job.line


@dataclass(frozen=True)
class Subject:
    """The files of one repository at one commit. Made by `subject_of`; checks only read it."""

    book: Rulebook
    workflows: Mapping[str, Workflow]
    """Parsed workflow files by path, `.github/workflows/release.yml`."""
    broken: Mapping[str, WorkflowError]
    """Workflow and action files that could not be read, and why."""
    files: Mapping[str, str]
    """Text of everything that was read, by path: workflows, actions of this repository, configuration of release tools."""
    repository: str | None = None
    """`owner/name`, when it is known."""
    analysis: WorkflowAnalysis = field(default_factory=WorkflowAnalysis)
    """Guards and version sources of a workflow, worked out once."""
    actions: Mapping[str, Workflow] = field(default_factory=dict)
    """Composite actions of this repository by the path of their file, each as a workflow with one job, `runs`."""
    _trees: dict[str, Node | None] = field(default_factory=dict, repr=False, compare=False)
    _platforms: dict[tuple[str, str], dict[int, tuple[str, ...]]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @cached_property
    def recogniser(self) -> Recogniser:
        """Says which platforms a script or an action publishes to."""
        return self.book.recogniser

    @cached_property
    def sites(self) -> tuple[PublishSite, ...]:
        """Every place that publishes, in the order of paths, jobs and steps."""
        return tuple(self._sites())

    def _sites(self) -> Iterator[PublishSite]:
        for path in sorted(self.workflows):
            workflow = self.workflows[path]
            for job in workflow.jobs:
                if job.uses is not None:
                    for platform in self.recogniser.reusable(job.uses.text):
                        yield PublishSite(workflow, job, None, platform)
                for step in job.steps:
                    for platform in self.platforms(workflow, job, step):
                        yield PublishSite(workflow, job, step, platform)

    def platforms(self, workflow: Workflow, job: WorkflowJob, step: WorkflowStep, depth: int = 0) -> tuple[str, ...]:
        """Platforms that a step of a job publishes to, also by way of a composite action of this repository."""
        action = self.action(step)
        if action is None or depth >= DEEPEST_ACTION:
            known = self._platforms.get((workflow.path, job.id))
            if known is None:
                found = platforms_of_steps(job, self.recogniser, workflow.env)
                known = {each.number: platforms for each, platforms in zip(job.steps, found, strict=True)}
                self._platforms[workflow.path, job.id] = known
            return known[step.number]
        runs = action.jobs[0]
        inner = (name for each in runs.steps for name in self.platforms(action, runs, each, depth + 1))
        return tuple(dict.fromkeys(inner))

    def action(self, step: WorkflowStep) -> Workflow | None:
        """The composite action of this repository that a step calls; nothing when it calls none that was read."""
        uses = step.uses.text.strip() if step.uses is not None else ""
        if not uses.startswith(("./", "$/")):
            return None
        folder = uses[2:].strip("/")
        for name in ("action.yml", "action.yaml"):
            found = self.actions.get(f"{folder}/{name}" if folder else name)
            if found is not None:
                return found
        return None

    def lines(self, path: str) -> tuple[str, ...]:
        """The lines of a file that was read; empty for others."""
        workflow = self.workflows.get(path) or self.actions.get(path)
        return workflow.lines if workflow is not None else split_lines(self.files[path]) if path in self.files else ()

    def tree(self, path: str) -> Node | None:
        """The YAML (or JSON) of any file that was read, with lines; nothing when it cannot be read as such."""
        if path not in self._trees:
            try:
                self._trees[path] = read_tree(path, self.files[path]) if path in self.files else None
            except WorkflowError:
                self._trees[path] = None
        return self._trees[path]

    def jobs(self) -> Iterator[tuple[Workflow, WorkflowJob]]:
        """Every job of every readable file."""
        for path in sorted(self.workflows):
            for job in self.workflows[path].jobs:
                yield self.workflows[path], job

    def publishing_jobs(self) -> dict[tuple[str, str], tuple[PublishSite, ...]]:
        """The sites by (path, job id)."""
        found: dict[tuple[str, str], list[PublishSite]] = {}
        for site in self.sites:
            found.setdefault((site.workflow.path, site.job.id), []).append(site)
        return {key: tuple(sites) for key, sites in found.items()}


def subject_of(files: Iterable[WorkflowFile], book: Rulebook, repository: str | None = None) -> Subject:
    """Read files: those below `.github/workflows/` as workflows, `action.yml` as actions, the others only kept as text."""
    read = read_files(tuple(files))
    return Subject(book, read.workflows, read.broken, read.texts, repository, actions=read.actions)
