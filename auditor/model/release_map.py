"""Which workflows a tag starts, which of their jobs publish, and what those need: the picture before anything ran."""

from __future__ import annotations

from pydantic import Field

from auditor.model.base import Statement
from auditor.model.vocabulary import JobKind


class Start(Statement):
    """One way a workflow starts for the tag."""

    event: str
    """`push`, `create`, `release`, `workflow_run`, `workflow_call`, `workflow_dispatch`, `repository_dispatch`."""
    line: int
    """Where the trigger stands in the workflow's file."""
    sure: bool
    """It starts whenever the tag is pushed; otherwise something said in `why` has to happen as well."""
    by: str | None = None
    """Path of the workflow that starts it; nothing when the tag, or a person, does."""
    by_job: str | None = None
    by_line: int | None = None
    why: str


class MapGuard(Statement):
    """A step that decides whether a publish step, or the whole job, runs."""

    step: str
    line: int
    asks: tuple[str, ...] = ()
    """The command lines with which it looks something up."""
    blind: bool = False
    """It can never let the job publish."""


class MapJob(Statement):
    """One job of a workflow that the tag starts. `key` is `path#job-id`."""

    key: str
    path: str
    id: str
    name: str
    line: int
    kind: JobKind
    platforms: tuple[str, ...] = ()
    runs: bool | None = None
    """Whether its condition lets it run for the tag; nothing when the files alone do not tell."""
    why_not: str | None = None
    condition: str | None = None
    needs: tuple[str, ...] = ()
    """Keys of the jobs it waits for directly."""
    guards: tuple[MapGuard, ...] = ()
    environment: str | None = None
    permissions: dict[str, str] = Field(default_factory=dict)
    """What it may, by scope, where a file says so; `*` for `read-all` and `write-all`."""
    secrets: tuple[str, ...] = ()
    """Names of the secrets it reads, without GITHUB_TOKEN."""
    legs: int | None = 1
    """How often a matrix makes it run; nothing when only the run knows."""


class MapEdge(Statement):
    """One job hands something to another, or starts it. Keys are those of jobs."""

    producer: str
    consumer: str
    how: str
    """`needs`, `artifacts`, `release assets`, `images`, `calls`, `dispatches`, `follows`."""
    unordered: bool = False
    """The consumer reads what the producer makes, and nothing lets it wait."""


class MapWorkflow(Statement):
    """One workflow file that the tag starts, or may start."""

    path: str
    name: str
    starts: tuple[Start, ...]
    system: int
    """Workflows that start one another are one system; numbered from 1."""
    publishes: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether it starts without anything else having to happen."""
        return any(start.sure for start in self.starts)


class MapPlatform(Statement):
    """One platform that some job publishes to, and the keys of these jobs."""

    platform: str
    title: str
    jobs: tuple[str, ...]
    sure_jobs: tuple[str, ...] = ()
    """Those that the tag starts for sure, and whose condition is not known to be false."""
    for_hub: bool = False
    """Only hubs publish there: it is what other jobs consume, and no platform of its own."""
    off: bool = False
    """No job that publishes there can run for this tag."""


class Inventory(Statement):
    """Everything that publishes, whatever starts it: workflow files, those of them that publish, systems, platforms."""

    workflows: int = 0
    publishing: int = 0
    systems: int = 0
    platforms: int = 0


class ReleaseMap(Statement):
    """Everything that a tag sets in motion, as far as the files tell."""

    repository: str | None = None
    tag: str
    sample: bool = False
    """The tag is one of relaudit's own choosing, because none was given."""
    workflows: tuple[MapWorkflow, ...] = ()
    jobs: tuple[MapJob, ...] = ()
    edges: tuple[MapEdge, ...] = ()
    platforms: tuple[MapPlatform, ...] = ()
    systems: int = 0
    """Groups of workflows that publish without knowing of one another."""
    inventory: Inventory = Inventory()
    not_started: tuple[str, ...] = ()
    """Paths of workflows that publish, and that the tag does not start."""
    unreadable: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
