"""What proves a sentence of the audit, and what to do about it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from auditor.model.base import Statement
from auditor.model.vocabulary import Classification, Rerun, Role


class ExcerptLine(Statement):
    """One line of a log excerpt; `number` counts from 1 in the job's log."""

    number: int
    text: str
    is_cause: bool = False


class Evidence(Statement):
    """The exact place a statement rests on.

    `line` counts from 1 in the file the text comes from (the job's log, or the workflow file); `step_line` counts from 1
    in the step as GitHub's page shows it, which is what permalinks use. `text` is redacted, free of control characters
    and at most 500 characters long.
    """

    source: Literal["log", "api", "workflow", "registry", "file"]
    text: str
    job: str | None = None
    job_id: int | None = None
    step: str | None = None
    step_number: int | None = None
    line: int | None = None
    step_line: int | None = None
    path: str | None = None
    url: str | None = None
    excerpt: tuple[ExcerptLine, ...] = ()


class Fix(Statement):
    """What a maintainer does next: a sentence, commands to paste, a snippet to put into a file."""

    summary: str
    commands: tuple[str, ...] = ()
    snippet: str | None = None
    language: str = "yaml"
    docs: str | None = None
    rerun: Rerun | None = None


class RuleMatch(Statement):
    """One rule that matched one line."""

    rule: str
    classification: Classification
    role: Role
    evidence: Evidence
    captures: dict[str, str] = Field(default_factory=dict)
    fix: Fix | None = None
