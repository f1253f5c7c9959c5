"""One workflow file as models: what it says and on which line. All lines count from 1.

The form is GitHub's own:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from pydantic import Field

from auditor.model.base import Statement

LONGEST_QUOTE = 60
"""Lines `Workflow.source_lines` gives at most."""


class Text(Statement):
    """A scalar as written, without quotes; `line` is where its text starts."""

    text: str
    line: int


class Script(Statement):
    """A `run:` script; `line` is where its first line stands."""

    text: str
    line: int
    line_by_line: bool = True
    """Each line of the script is one line of the file; false for folded and quoted scripts of several lines."""

    def line_of(self, index: int) -> int:
        """Return the file's line of the script line `index` (from 0); the first line when that cannot be known."""
        return self.line + index if self.line_by_line else self.line


class SecretUse(Statement):
    """One place where `secrets.NAME` is read, or handed to a called workflow."""

    name: str
    line: int


class Problem(Statement):
    """Something GitHub accepts, or refuses, but that a reader must know."""

    line: int
    text: str


class WorkflowInput(Statement):
    """One input of `workflow_dispatch` or `workflow_call`."""

    name: str
    line: int
    type: str = "string"
    required: bool = False
    default: str | None = None


class Trigger(Statement):
    """One event of `on:` with its filters, as written."""

    event: str
    line: int
    branches: tuple[str, ...] = ()
    branches_ignore: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    tags_ignore: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    paths_ignore: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    crons: tuple[str, ...] = ()
    inputs: tuple[WorkflowInput, ...] = ()
    outputs: dict[str, Text] = Field(default_factory=dict)
    """Of `workflow_call`: the expression behind each output."""
    secrets: tuple[str, ...] = ()
    """Of `workflow_call`: the secrets it asks its caller for."""


class Permissions(Statement):
    """A `permissions:` block. `every` is `read-all`, `write-all`, or nothing when scopes are listed."""

    line: int
    every: str | None = None
    scopes: dict[str, Text] = Field(default_factory=dict)

    def level(self, scope: str) -> str:
        """Return `none`, `read` or `write`. A scope that a written block does not list is `none`."""
        if self.every is not None:
            return {"read-all": "read", "write-all": "write"}.get(self.every, "none")
        return self.scopes[scope].text if scope in self.scopes else "none"


class Concurrency(Statement):
    """A `concurrency:` block, as written."""

    line: int
    group: str
    cancel_in_progress: str | None = None


class Environment(Statement):
    """The deployment environment of a job, as written."""

    line: int
    name: str
    url: str | None = None


class MatrixCombo(Statement):
    """One leg of a matrix. `label` is what GitHub puts into the parentheses of the job's name."""

    values: dict[str, Any]
    """A value that is an expression stays as written, with its `${{ }}`."""
    label: str


class Matrix(Statement):
    """A matrix; `combos` is nothing when it is only known at run time, for example with `fromJSON`."""

    line: int
    combos: tuple[MatrixCombo, ...] | None


class WorkflowStep(Statement):
    """One step; `number` counts from 1 in its job."""

    number: int
    line: int
    end_line: int
    id: str | None = None
    name: Text | None = None
    uses: Text | None = None
    inputs: dict[str, Text] = Field(default_factory=dict)
    """What is written under `with:`."""
    run: Script | None = None
    env: dict[str, Text] = Field(default_factory=dict)
    condition: Text | None = None
    continue_on_error: Text | None = None
    shell: Text | None = None
    timeout_minutes: Text | None = None
    working_directory: Text | None = None


class WorkflowJob(Statement):
    """One job, or one call of a reusable workflow (`uses`)."""

    id: str
    line: int
    end_line: int
    name: Text | None = None
    """The display name as written: a template where it has `${{ }}`."""
    needs: tuple[Text, ...] = ()
    condition: Text | None = None
    uses: Text | None = None
    inputs: dict[str, Text] = Field(default_factory=dict)
    """Of a call: what is written under `with:`."""
    secrets: dict[str, Text] = Field(default_factory=dict)
    inherits_secrets: bool = False
    runs_on: tuple[Text, ...] = ()
    matrix: Matrix | None = None
    fail_fast: Text | None = None
    env: dict[str, Text] = Field(default_factory=dict)
    outputs: dict[str, Text] = Field(default_factory=dict)
    permissions: Permissions | None = None
    environment: Environment | None = None
    concurrency: Concurrency | None = None
    timeout_minutes: Text | None = None
    continue_on_error: Text | None = None
    container: Text | None = None
    shell: Text | None = None
    """The shell of steps that name none, from `defaults.run` of the job or else of the workflow."""
    steps: tuple[WorkflowStep, ...] = ()
    secrets_used: tuple[SecretUse, ...] = ()

    @property
    def need_ids(self) -> tuple[str, ...]:
        """The ids of the jobs this one needs directly."""
        return tuple(need.text for need in self.needs)

    @property
    def display_name(self) -> str:
        """The name template, or the id when there is no name."""
        return self.name.text if self.name is not None and self.name.text else self.id


class Workflow(Statement):
    """One workflow file."""

    path: str
    name: Text | None = None
    triggers: tuple[Trigger, ...] = ()
    permissions: Permissions | None = None
    env: dict[str, Text] = Field(default_factory=dict)
    concurrency: Concurrency | None = None
    jobs: tuple[WorkflowJob, ...] = ()
    secrets_used: tuple[SecretUse, ...] = ()
    """Everywhere in the file, by line."""
    problems: tuple[Problem, ...] = ()
    lines: tuple[str, ...] = ()
    """The whole file, for quoting."""

    def job(self, job_id: str) -> WorkflowJob | None:
        """Return the job with this id, compared without case as GitHub does; nothing when there is none."""
        return self._by_id.get(job_id.lower())

    @cached_property
    def _by_id(self) -> dict[str, WorkflowJob]:
        return {job.id.lower(): job for job in reversed(self.jobs)}

    @cached_property
    def needs_by_id(self) -> dict[str, tuple[str, ...]]:
        """By job id: the direct needs that exist in the file, spelled as there."""
        found = {}
        for job in self.jobs:
            needed = (self.job(need) for need in job.need_ids)
            found[job.id] = tuple(dict.fromkeys(each.id for each in needed if each is not None))
        return found

    def trigger(self, event: str) -> Trigger | None:
        """Return the trigger for an event, or nothing."""
        for trigger in self.triggers:
            if trigger.event == event:
                return trigger
        return None

    def source_lines(self, first: int, last: int) -> tuple[str, ...]:
        """Return the file's lines from `first` to `last`, both included, at most `LONGEST_QUOTE` of them."""
        first = max(1, first)
        return self.lines[first - 1 : max(0, min(last, first + LONGEST_QUOTE - 1))]
