"""Judges a job that ended green: what proves its publish, what it found there, and what it swallowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from auditor.diagnose.choice import failure
from auditor.diagnose.hidden import found_there, hidden_failure
from auditor.diagnose.judgement import LogJudgement, blamed, contributing, in_front, unknown
from auditor.diagnose.step_reading import StepReading
from auditor.model.vocabulary import Classification, Confidence, SkipReason
from auditor.rulebook.reading import Hit


def green(
    steps: Sequence[StepReading],
    platforms: tuple[str, ...],
    proved: Mapping[str, Hit],
    already: Mapping[str, Hit],
    known: bool,
) -> LogJudgement:
    """Judge a job that ended green. `proved` and `already` are its good news; `known`: GitHub itself says how it ended.

    What it adds to `already` are versions that the platforms refused because they have them.
    """
    swallowed = hidden_failure(steps, proved, already)
    there = {**found_there(steps), **already}
    if swallowed is not None:
        judged = _swallowed(*swallowed, platforms, proved)
    elif (lost := _lost_publish(steps, {**proved, **there})) is not None:
        judged = unknown(lost, platforms, "the publish step was allowed to fail, and did", hidden=True)
    else:
        judged = _ended_well(steps, platforms, proved, there, known)
    return replace(judged, already=there)


def _swallowed(step: StepReading, hit: Hit, platforms: tuple[str, ...], proved: Mapping[str, Hit]) -> LogJudgement:
    rule = failure(hit)
    assert rule is not None  # noqa: S101 - hidden_failure returns failure hits only
    follows = any(good.number > hit.number for good in proved.values())
    but = "what it published afterwards is not the same" if follows else "no success line follows"
    reasons = (
        f"rule {rule.id} matched in step “{step.name}”",
        f"the job is green, but {but}: the failure was swallowed",
    )
    return LogJudgement(
        rule.classification,
        Confidence.MEDIUM,
        reasons,
        in_front(blamed(hit, step), platforms),
        step,
        hit,
        contributing=contributing(step, hit, platforms),
        hidden=True,
    )


def _lost_publish(steps: Sequence[StepReading], news: Mapping[str, Hit]) -> StepReading | None:
    """The publish step of a green job that failed by GitHub's own mark, and after which nothing was published."""
    for step in steps:
        if step.kind == "run" and step.published and step.errors:
            later = [name for name in step.published if name in news and news[name].number > step.first]
            if not later:
                return step
    return None


def _ended_well(
    steps: Sequence[StepReading],
    platforms: tuple[str, ...],
    proved: Mapping[str, Hit],
    already: Mapping[str, Hit],
    known: bool,
) -> LogJudgement:
    ended = "GitHub says that the job succeeded" if known else "the log has no error that GitHub marked"
    if not known and any(step.errors for step in steps):
        ended = "after the only error that GitHub marked the job went on to publish"
    if proved:
        news, reason = proved, "the log proves the publish"
        told = LogJudgement(Classification.SUCCESS, Confidence.HIGH, ())
    elif already:
        news, reason = already, "there was nothing left to publish"
        skip = SkipReason.NOTHING_TO_PUBLISH
        told = LogJudgement(Classification.SKIPPED_BY_CONDITION, Confidence.HIGH, (), skip=skip)
    else:
        return _unproved(platforms, ended, known)
    hit = next(iter(news.values()))
    refused = ("the script goes on when its publish command fails",) if failure(hit) is not None else ()
    return replace(
        told,
        confidence=Confidence.MEDIUM if refused else told.confidence,
        reasons=(ended, f"rule {hit.rule.id} matched: {reason}", *refused),
        platforms=in_front(news, platforms),
        step=next(step for step in steps if hit in step.hits),
        hit=hit,
    )


def _unproved(platforms: tuple[str, ...], ended: str, known: bool) -> LogJudgement:
    """A green job without a line that tells what it published."""
    confidence = Confidence.MEDIUM if known or not platforms else Confidence.LOW
    unproved = ("no line of the log proves the publish",) if platforms else ()
    return LogJudgement(Classification.SUCCESS, confidence, (ended, *unproved), platforms)
