"""Findings that are known and accepted, in a file of their own, so that an old repository can begin with what is new."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from pydantic import ValidationError

from auditor.model.base import Statement
from auditor.model.finding import Finding


class BaselineError(ValueError):
    """A baseline file that is none; the message is one line."""


class Accepted(Statement):
    """One accepted finding; `path` and `message` are for people, the fingerprint decides."""

    fingerprint: str
    check: str
    path: str
    message: str


class Baseline(Statement):
    """The file: `version` is that of its form."""

    version: int = 1
    findings: tuple[Accepted, ...] = ()


def baseline_of(findings: Iterable[Finding]) -> Baseline:
    """Accept all findings, sorted so that the file changes only where they do."""
    accepted = {
        each.fingerprint: Accepted(
            fingerprint=each.fingerprint, check=each.check, path=each.place.path, message=each.message
        )
        for each in findings
    }
    return Baseline(findings=tuple(sorted(accepted.values(), key=lambda one: (one.path, one.check, one.fingerprint))))


def baseline_text(baseline: Baseline) -> str:
    """The file's text, with a final line feed."""
    return json.dumps(baseline.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"


def read_baseline(text: str, name: str) -> Baseline:
    """Read the file's text. Raises `BaselineError` for what is no baseline, or one of a later form."""
    try:
        baseline = Baseline.model_validate_json(text)
    except (ValidationError, RecursionError):
        raise BaselineError(f"{name}: this is no baseline file; write a new one with --write-baseline") from None
    if baseline.version != 1:
        raise BaselineError(f"{name}: a baseline of form {baseline.version}, which this version does not know")
    return baseline


def new_ones(findings: Iterable[Finding], known: Iterable[str]) -> tuple[Finding, ...]:
    """The findings whose fingerprint is not known yet."""
    fingerprints = Counter(known)
    return tuple(finding for finding in findings if finding.fingerprint not in fingerprints)
