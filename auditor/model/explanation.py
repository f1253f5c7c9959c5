"""What `relaudit explain` says about one log."""

from __future__ import annotations

from auditor.model.base import Statement
from auditor.model.evidence import ExcerptLine, Fix
from auditor.model.vocabulary import CascadeHow, Classification, Confidence, Role, SkipReason


class CauseLine(Statement):
    """The line that proves the classification; `line` counts from 1 in the file, `step_line` in its step."""

    line: int
    text: str
    step: str | None = None
    step_line: int | None = None
    excerpt: tuple[ExcerptLine, ...] = ()


class Contributing(Statement):
    """Another rule that matched in the failed step."""

    rule: str
    classification: Classification
    role: Role
    line: int
    text: str


class JobExplanation(Statement):
    """The judgement of one job's log. `platform` is the one the cause belongs to, `platforms` all that the job feeds."""

    job: str | None = None
    platform: str | None = None
    platforms: tuple[str, ...] = ()
    status: str
    """`failure`, `success`, `cancelled`, `skipped`, or `unknown` when there is nothing to read."""
    classification: Classification
    confidence: Confidence
    reasons: tuple[str, ...] = ()
    rule: str | None = None
    cause: CauseLine | None = None
    fix: Fix | None = None
    contributing: tuple[Contributing, ...] = ()
    packages: tuple[str, ...] = ()
    skip: SkipReason | None = None
    cascade: CascadeHow | None = None
    hidden: bool = False
    signature: str | None = None
    """The cause line with everything masked that changes from run to run."""


class Explanation(JobExplanation):
    """One file's answer: the decisive job's, with the others in `jobs`. `error` is set when the file cannot be read."""

    file: str
    jobs: tuple[JobExplanation, ...] = ()
    error: str | None = None
