"""What the checks look at: the workflow files of a repository, read once, and who publishes what in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from auditor.model.facts import WorkflowFile
from auditor.model.workflow import Workflow, WorkflowJob, WorkflowStep
from auditor.rulebook.book import Rulebook
from auditor.rulebook.publish_steps import platforms_of_step
from auditor.rulebook.recognise import Recogniser
from auditor.workflows.analysis import WorkflowAnalysis
from auditor.workflows.errors import WorkflowError
from auditor.workflows.parse import parse_workflow


@dataclass(frozen=True, slots=True)
class PublishSite:
    """One place in the files that publishes to one platform; `step` is nothing for a call of a reusable workflow."""

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
    """Workflow files that could not be read, and why."""
    files: Mapping[str, str]
    """Text of everything that was read, by path: workflows, actions of this repository, configuration of release tools."""
    repository: str | None = None
    """`owner/name`, when it is known."""
    analysis: WorkflowAnalysis = field(default_factory=WorkflowAnalysis)
    """Guards and version sources of a workflow, worked out once."""

    @cached_property
    def recogniser(self) -> Recogniser:
        """Says which platforms a script or an action publishes to."""
        return Recogniser(self.book)

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
                    for platform in platforms_of_step(step, self.recogniser):
                        yield PublishSite(workflow, job, step, platform)

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
    """Read files; those below `.github/workflows/` as workflows, the others only kept as text."""
    workflows: dict[str, Workflow] = {}
    broken: dict[str, WorkflowError] = {}
    texts: dict[str, str] = {}
    for file in files:
        texts[file.path] = file.text
        if file.path.startswith(".github/workflows/") and file.path.endswith((".yml", ".yaml")):
            try:
                workflows[file.path] = parse_workflow(file)
            except WorkflowError as error:
                broken[file.path] = error
    return Subject(book, workflows, broken, texts, repository)
