"""The facts of one release, as GitHub's REST API gives them.

Field names and meanings are GitHub's own:
https://docs.github.com/en/rest/actions/workflow-runs and https://docs.github.com/en/rest/actions/workflow-jobs
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from auditor.model.base import Fact, Statement


class Step(Fact):
    """One step of a job. `conclusion` is `success` for a failed step under `continue-on-error`."""

    name: str = ""
    number: int = 0
    status: str | None = None
    conclusion: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None


class Job(Fact):
    """One job of one attempt of a run."""

    id: int
    run_id: int = 0
    run_attempt: int = 1
    name: str = ""
    workflow_name: str | None = None
    status: str | None = None
    conclusion: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    head_branch: str | None = None
    head_sha: str | None = None
    html_url: str | None = None
    labels: tuple[str, ...] = ()
    runner_name: str | None = None
    steps: tuple[Step, ...] = ()

    @property
    def seconds(self) -> float | None:
        """Duration in seconds, when the job both started and ended."""
        if self.started_at is None or self.completed_at is None:
            return None
        return max(0.0, (self.completed_at - self.started_at).total_seconds())


class ReferencedWorkflow(Fact):
    """A reusable workflow that a run called."""

    path: str
    sha: str | None = None
    ref: str | None = None


class Run(Fact):
    """One workflow run, as it was in one attempt."""

    id: int
    name: str | None = None
    display_title: str | None = None
    path: str = ""
    event: str = ""
    head_branch: str | None = None
    head_sha: str | None = None
    status: str | None = None
    conclusion: str | None = None
    run_number: int = 0
    run_attempt: int = 1
    created_at: datetime | None = None
    run_started_at: datetime | None = None
    updated_at: datetime | None = None
    html_url: str = ""
    referenced_workflows: tuple[ReferencedWorkflow, ...] = ()


class Annotation(Fact):
    """One check-run annotation of a job. https://docs.github.com/en/rest/checks/runs"""

    annotation_level: str | None = None
    title: str | None = None
    message: str | None = None
    path: str | None = None
    start_line: int | None = None


class Asset(Fact):
    """One file attached to a GitHub release; `size` in bytes."""

    name: str
    size: int = 0
    state: str | None = None
    digest: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    browser_download_url: str | None = None


class Release(Fact):
    """A GitHub release. https://docs.github.com/en/rest/releases/releases"""

    id: int = 0
    tag_name: str = ""
    name: str | None = None
    draft: bool = False
    prerelease: bool = False
    created_at: datetime | None = None
    published_at: datetime | None = None
    html_url: str | None = None
    assets: tuple[Asset, ...] = ()


class Repository(Fact):
    """The repository of the release."""

    full_name: str
    html_url: str = ""
    default_branch: str | None = None
    private: bool = False


class WorkflowFile(Fact):
    """One workflow file as it was at the tag's commit."""

    path: str
    text: str


class ManifestFile(Fact):
    """One file that names packages (`package.json`, `.goreleaser.yml`), as it was at the tag's commit."""

    path: str
    text: str


class Attempt(Statement):
    """One attempt of one run with its jobs, in the order GitHub lists them."""

    run: Run
    jobs: tuple[Job, ...] = ()
    annotations: dict[int, tuple[Annotation, ...]] = Field(default_factory=dict)


class Missing(Statement):
    """A fact that could not be had: `what` it is, and `why` not."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Tagged:
    """A tag of the repository; `at` is when its release came out, `released` whether GitHub has a release of it.

    `released` is nothing when that is not known, or when the repository has no releases at all.
    """

    tag: str
    at: datetime | None = None
    released: bool | None = None


class ReleaseFacts(Statement):
    """Everything known about the release of one tag, before any judgement."""

    repository: Repository
    tag: str
    commit: str | None = None
    collected_at: datetime | None = None
    attempts: tuple[Attempt, ...] = ()
    workflows: tuple[WorkflowFile, ...] = ()
    manifests: tuple[ManifestFile, ...] = ()
    release: Release | None = None
    tags: tuple[Tagged, ...] = ()
    """Tags of the repository, this release's among them, as far as they were asked for; in GitHub's order."""
    missing: tuple[Missing, ...] = ()
