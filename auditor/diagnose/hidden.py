"""Failures that a green job swallowed: `|| true`, `continue-on-error`, a pipe without `pipefail`, an error in the background."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from auditor.diagnose.choice import decisive, failure
from auditor.diagnose.step_reading import StepReading
from auditor.model.vocabulary import Classification, Role
from auditor.rulebook.book import COMMON
from auditor.rulebook.reading import Hit

LAST_LINES = 4
"""A failure in the last lines of a step is what the step ended with; one before them was overcome."""

_SHIPS = re.compile(r"(?i)publish|release|deploy|\bpush|mirror|\bsign|--upload-file|\bcurl\b.* -T |\bscp\b|\brsync\b")
_TRIES = re.compile(
    r"(?i)\b(?:tests?|lint|spec|bench|scan|audit|coverage|codecov|coveralls|sarif|telemetry|notify|slack|discord)\b"
    r"|dry.?run|--snapshot|localhost"
)
_ASKS = re.compile(r"(?i)\b(?:check|verify)\b")
_TOLD = frozenset(
    {
        Classification.AUTH_FAILURE,
        Classification.DUPLICATE_VERSION,
        Classification.NETWORK_FAILURE,
        Classification.RATE_LIMITED,
        Classification.SIGNING_FAILURE,
        Classification.QUOTA_EXCEEDED,
    }
)
_NO_ANSWER = frozenset({Classification.AUTH_FAILURE, Classification.NETWORK_FAILURE, Classification.RATE_LIMITED})
"""An existence check that met with one of these has learned nothing, whatever it says then."""
_STILL_TOLD = frozenset({Classification.SIGNING_FAILURE})


def hidden_failure(
    steps: Sequence[StepReading], proved: Mapping[str, Hit], already: Mapping[str, Hit]
) -> tuple[StepReading, Hit] | None:
    """The step of a green job that failed inside, and the line that shows it.

    Counted are a cause of the platform that a publish step is for, when no success line outlives it; and the last words of
    a step that ships something, when they are a failure. An error that a step goes on after is not one.
    """
    shipped, publishes = bool(proved or already), any(step.published for step in steps)
    for step in steps:
        if step.kind != "run":
            continue
        spoken = (hit for hit in _last_words(step, shipped, publishes) if not _there_already(step, hit))
        for found in (_in_publish_step(step, proved, already), spoken, _broken_build(step)):
            chosen = decisive(found, step.published)
            if chosen is not None:
                return step, chosen
    return None


def _in_publish_step(step: StepReading, proved: Mapping[str, Hit], already: Mapping[str, Hit]) -> Iterator[Hit]:
    for hit in step.hits:
        rule = failure(hit)
        if rule is None or rule.role is not Role.CAUSE or _there_already(step, hit):
            continue
        platform = hit.rule.platform
        own = platform in step.published and (rule.in_success or not rule.survivable)
        outlived = any(g.get(platform) is not None and g[platform].number > hit.number for g in (proved, already))
        anywhere = platform == COMMON and rule.in_success and bool(step.published) and not proved and not already
        if (own and not outlived) or anywhere:
            yield hit


def _there_already(step: StepReading, hit: Hit) -> bool:
    """Whether a publish step that was allowed to fail found its version taken."""
    rule = failure(hit)
    allowed = step.goes_on or bool(step.errors)
    return allowed and rule is not None and rule.classification is Classification.DUPLICATE_VERSION


def found_there(steps: Sequence[StepReading]) -> dict[str, Hit]:
    """The line by which each platform refused a version that it has, in steps of a green job that were allowed to fail."""
    found: dict[str, Hit] = {}
    for step in steps:
        for hit in step.hits if step.kind == "run" and step.published else ():
            rule = failure(hit)
            if rule is None or rule.role is not Role.CAUSE or not _there_already(step, hit):
                continue
            if hit.rule.platform in step.published:
                found[hit.rule.platform] = hit
            elif hit.rule.platform == COMMON:
                found.update((platform, hit) for platform in step.published if platform not in found)
    return found


def _last_words(step: StepReading, shipped: bool, publishes: bool) -> Iterator[Hit]:
    """A step that ships something and whose last words are a failure. What did ship can still lack its signature.

    A step that only asks counts when the job was to publish and the question was left without an answer.
    """
    for section in step.sections:
        told = f"{step.name}\n{section.script}"
        if not section.script or not _SHIPS.search(told) or _TRIES.search(told):
            continue
        asks = _ASKS.search(told) is not None
        for hit in section.hits:
            rule = failure(hit)
            if rule is None or rule.role is not Role.CAUSE or section.last - hit.number >= LAST_LINES:
                continue
            if rule.survivable and (asks or not rule.in_success):
                continue
            if asks and not (publishes and rule.in_success and rule.classification in _NO_ANSWER):
                continue
            if rule.classification in _TOLD and not (shipped and rule.classification not in _STILL_TOLD):
                yield hit


def _broken_build(step: StepReading) -> Iterator[Hit]:
    """A compiler's error when the build tool's last word is that it gave up, and nobody heard it (`make | tee log`)."""
    for section in step.sections:
        if not section.script or _TRIES.search(f"{step.name}\n{section.script}"):
            continue
        hits = [(hit, rule) for hit in section.hits if (rule := failure(hit)) is not None]
        built = [(hit, rule) for hit, rule in hits if rule.classification is Classification.BUILD_FAILURE]
        gave_up = any(rule.role is not Role.CAUSE and section.last - hit.number < LAST_LINES for hit, rule in hits)
        if gave_up:
            yield from (hit for hit, rule in built if rule.role is Role.CAUSE)
