"""Tells a time limit from a cancellation. GitHub prints `The operation was canceled.` for both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from auditor.logs.steps import parse_stamp
from auditor.model.facts import Annotation, Job
from auditor.model.vocabulary import Confidence
from auditor.rulebook.reading import JobReading

# https://docs.github.com/en/actions/reference/limits: a job on a GitHub-hosted runner ends after six hours.
HOSTED_LIMIT_SECONDS = 6 * 3600
SLACK_SECONDS = 25.0
_EXCEEDED = re.compile(r"exceeded the maximum execution time|has timed out after \d+ minutes", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LimitReached:
    """A job that ran into its time limit, and how that is known."""

    reason: str
    confidence: Confidence


def limit_reached(
    reading: JobReading, job: Job | None, annotations: Sequence[Annotation], limit_seconds: float | None
) -> LimitReached | None:
    """Decide by annotation, then by the job's own `timeout-minutes`, then by a duration that only a limit gives."""
    for annotation in annotations:
        if annotation.message and _EXCEEDED.search(annotation.message):
            return LimitReached(
                "GitHub's annotation says that the maximum execution time was exceeded", Confidence.HIGH
            )
    if job is not None and job.conclusion == "timed_out":
        return LimitReached("GitHub concluded `timed_out`", Confidence.HIGH)
    seconds = job.seconds if job is not None and job.seconds is not None else _spanned(reading)
    if seconds is None:
        return None
    for limit in (limit_seconds, HOSTED_LIMIT_SECONDS):
        if limit and -5 <= seconds - limit <= SLACK_SECONDS * 2:
            return LimitReached(f"it ran {seconds:.0f} s, its limit is {limit:.0f} s", Confidence.HIGH)
    minutes = round(seconds / 60)
    # A person cancels at any moment; limits are written in whole five minutes.
    if minutes >= 5 and minutes % 5 == 0 and 0 <= seconds - minutes * 60 <= SLACK_SECONDS:
        return LimitReached(f"it was stopped after {minutes} minutes almost to the second", Confidence.MEDIUM)
    return None


def _spanned(reading: JobReading) -> float | None:
    first, last = parse_stamp(reading.first_stamp), parse_stamp(reading.last_stamp)
    if first is None or last is None:
        return None
    return (last - first).total_seconds()
