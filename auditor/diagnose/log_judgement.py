"""Judges one job by its log and, when it is there, its job object. Knows nothing of other jobs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from auditor.diagnose.choice import decisive, failure, strength
from auditor.diagnose.green_jobs import green
from auditor.diagnose.judgement import LogJudgement, blamed, contributing, in_front, is_trailer, unknown
from auditor.diagnose.step_reading import FAILED, StepReading
from auditor.diagnose.time_limits import limit_reached
from auditor.model.facts import Annotation, Job
from auditor.model.vocabulary import Classification, Confidence, Role
from auditor.rulebook.book import COMMON
from auditor.rulebook.reading import Hit, JobReading

LAST_LINES = 10
"""What a log that breaks off ends with."""

_SHOWS = re.compile(r"(?i)\b(?:cat|tail|less|type|get-content|show|print|dump|display|trace|debug|diagnos\w*|logs?)\b")


def judge_log(
    reading: JobReading,
    steps: Sequence[StepReading],
    job: Job | None,
    named: Sequence[str] = (),
    annotations: Sequence[Annotation] = (),
    limit_seconds: float | None = None,
) -> LogJudgement:
    """Judge one job. `named` are platforms that its name or its workflow suggests; `limit_seconds` its time limit."""
    named = _still(named, steps)
    proved = _good_news(steps, "success", named)
    already = _good_news(steps, "already", named)
    platforms = _platforms(steps, proved, already, named)
    case = _Case(reading, tuple(steps), job, platforms, tuple(annotations), limit_seconds)
    conclusion = job.conclusion if job is not None else None
    if conclusion in ("timed_out", "cancelled"):
        judged = _stopped(case)
    elif conclusion == "failure" or (conclusion is None and _seems_failed(reading, steps, platforms)):
        judged = _failed(case)
    else:
        judged = green(steps, platforms, proved, already, known=conclusion == "success")
    return replace(judged, proved=proved, already={**judged.already, **already}, steps=case.steps)


@dataclass(frozen=True, slots=True)
class _Case:
    """All that is known of one job before it is judged."""

    reading: JobReading
    steps: tuple[StepReading, ...]
    job: Job | None
    platforms: tuple[str, ...]
    annotations: tuple[Annotation, ...]
    limit_seconds: float | None


def _good_news(steps: Iterable[StepReading], section: str, named: Sequence[str]) -> dict[str, Hit]:
    """The last success (or already-there) line of each platform, in steps that may claim it."""
    steps = list(steps)
    in_job = {platform for step in steps for platform in step.published} | set(named)
    found: dict[str, Hit] = {}
    for step in steps:
        for hit in step.hits:
            if hit.rule.section != section:
                continue
            anywhere = getattr(hit.rule.written, "anywhere", False)
            platform = hit.rule.platform
            if anywhere or platform in step.published or platform in in_job:
                found[platform] = max(
                    found.get(platform, hit), hit, key=lambda known: (known.number, known.rule.native)
                )
    return found


def _still(named: Sequence[str], steps: Sequence[StepReading]) -> tuple[str, ...]:
    """Of the platforms that name or workflow suggest, those that no step disproves."""
    disproved = {name for step in steps for name in step.disproved}
    published = {name for step in steps for name in step.published}
    return tuple(name for name in named if name in published or name not in disproved)


def _platforms(steps: Iterable[StepReading], *more: Iterable[str]) -> tuple[str, ...]:
    published = [platform for step in steps for platform in step.published]
    return tuple(dict.fromkeys([*published, *(name for names in more for name in names)]))


def _seems_failed(reading: JobReading, steps: Sequence[StepReading], platforms: Sequence[str]) -> bool:
    """Without a job object: GitHub marks an error line in every failing step, and in no succeeding job but for
    `continue-on-error`. A text without any of GitHub's markers is judged by its strongest line, and one that breaks off
    before the job's end by its last ones."""
    if _failed_steps(steps):
        return True
    if reading.failed or any(section.kind in ("post", "finish") for section in reading.sections):
        return False
    whole = not any(section.kind != "start" or section.title for section in reading.sections)
    last = max((section.last for section in reading.sections), default=0)
    hits = (hit for step in steps for hit in step.hits if whole or last - hit.number < LAST_LINES)
    hit = decisive(hits, platforms)
    rule = failure(hit) if hit else None
    return rule is not None and rule.role is Role.CAUSE and not rule.survivable


def _failed_steps(steps: Sequence[StepReading]) -> list[StepReading]:
    known = [step for step in steps if step.conclusion in FAILED]
    if any(step.sections for step in known) or (not known and any(step.conclusion for step in steps)):
        return known
    # A step that left no line may have been refused before it began: the reason stands elsewhere.
    marked = [step for index, step in enumerate(steps) if step.errors and not _went_on(step, steps[index + 1 :])]
    return ([step for step in marked if step.kind != "post"] or marked) or known


def _went_on(step: StepReading, later: Sequence[StepReading]) -> bool:
    """Whether the job went on to publish after a step that was not to publish: a failure would have kept it from that."""
    return not step.published and any(other.kind == "run" and (other.published or _shipped(other)) for other in later)


def _shipped(step: StepReading) -> bool:
    return any(hit.rule.section == "success" for hit in step.hits)


def _failed(case: _Case) -> LogJudgement:
    steps, platforms = case.steps, case.platforms
    failed = _failed_steps(steps)
    best: tuple[StepReading, Hit] | None = None
    for step in failed:
        hit = _not_survived(step, platforms) or decisive(step.hits, step.published or platforms)
        if hit is None or is_trailer(hit):
            continue
        if best is None or _role(hit) > _role(best[1]):
            best = (step, hit)
    where = failed[0] if failed else (steps[-1] if steps else None)
    if best is None and where is not None and not failed:
        hit = decisive((hit for step in steps for hit in step.hits), platforms)
        if hit is not None and not is_trailer(hit):
            best = (next(step for step in steps if hit in step.hits), hit)
    if best is None or _role(best[1]) < (2,):
        best = _shown_later(failed, steps, platforms) or best
    best = best or _warned(failed, platforms)
    if best is None and _breaks_off(case, failed):
        return _lost(where, platforms)
    if best is None:
        return unknown(where, platforms)
    step, hit = best
    rule = failure(hit)
    assert rule is not None  # noqa: S101 - decisive returns failure hits only
    if rule.classification is Classification.CANCELLED:
        return _stopped(case)
    confidence, reasons = _confidence(hit, step, platforms)
    return LogJudgement(
        classification=rule.classification,
        confidence=confidence,
        reasons=reasons,
        platforms=in_front(blamed(hit, step), platforms),
        step=step,
        hit=hit,
        contributing=contributing(step, hit, platforms),
    )


def _breaks_off(case: _Case, failed: Sequence[StepReading]) -> bool:
    """Whether a job that failed has no failed step, no error line, and no clean-up at the end of its log."""
    ended = any(section.kind in ("post", "finish") for section in case.reading.sections)
    return case.job is not None and not (failed or ended or case.reading.failed)


def _lost(where: StepReading | None, platforms: tuple[str, ...]) -> LogJudgement:
    reasons = (
        "the job failed without a failed step",
        "its log breaks off without an error line and without a clean-up",
    )
    return LogJudgement(Classification.RUNNER_FAILURE, Confidence.LOW, reasons, platforms, where)


def _shown_later(
    failed: Sequence[StepReading], steps: Sequence[StepReading], platforms: tuple[str, ...]
) -> tuple[StepReading, Hit] | None:
    """The cause in what a step behind the failed one shows of the tool's own log file."""
    behind = steps[list(steps).index(failed[-1]) + 1 :] if failed else ()
    for step in behind:
        if step.kind != "run" or not _SHOWS.search("\n".join((step.name, *(each.script for each in step.sections)))):
            continue
        hit = decisive(step.hits, platforms)
        rule = failure(hit) if hit else None
        if hit is not None and rule is not None and rule.role is Role.CAUSE and not rule.survivable:
            return step, hit
    return None


def _warned(failed: Sequence[StepReading], platforms: tuple[str, ...]) -> tuple[StepReading, Hit] | None:
    """The last resort: some tools print the reason as a warning, and then only that they failed."""
    for step in failed:
        hit = decisive(step.warned, step.published or platforms)
        rule = failure(hit) if hit else None
        if hit is not None and rule is not None and rule.role is Role.CAUSE and not rule.survivable:
            return step, hit
    return None


def _not_survived(step: StepReading, platforms: tuple[str, ...]) -> Hit | None:
    """The cause after the step's last success line: what stands before that line did not end the step."""
    shipped = [hit.number for hit in step.hits if hit.rule.section == "success" and hit.rule.platform in step.published]
    if not shipped:
        return None
    hit = decisive((hit for hit in step.hits if hit.number > max(shipped)), step.published or platforms)
    rule = failure(hit) if hit else None
    return hit if rule is not None and rule.role is Role.CAUSE else None


def _role(hit: Hit) -> tuple[int, ...]:
    return strength(hit, ())[:2]


def _confidence(hit: Hit, step: StepReading, platforms: Sequence[str]) -> tuple[Confidence, tuple[str, ...]]:
    rule = failure(hit)
    assert rule is not None  # noqa: S101 - called with failure hits only
    reasons = [f"rule {rule.id} matched in step “{step.name}”"]
    if step.conclusion in FAILED:
        reasons.append("the API says that this step failed")
    else:
        reasons.append("the step is taken for the failed one because GitHub marked an error in it")
    own = hit.rule.platform in step.published or (hit.rule.platform == COMMON and not step.published)
    if own:
        reasons.append(
            f"the step publishes to {hit.rule.platform}"
            if hit.rule.platform != COMMON
            else "the step publishes nothing"
        )
    if hit in step.warned:
        reasons.append("only a warning of the step says so")
        return Confidence.LOW, tuple(reasons)
    if rule.role is not Role.CAUSE:
        reasons.append("the line only wraps a cause that no rule knows")
        return Confidence.LOW, tuple(reasons)
    if rule.survivable:
        reasons.append("tools sometimes go on after such a line")
        return (Confidence.MEDIUM if own else Confidence.LOW), tuple(reasons)
    return (Confidence.HIGH if own else Confidence.MEDIUM), tuple(reasons)


_STOPPED_BY = (Classification.RUNNER_FAILURE, Classification.TIMED_OUT, Classification.CANCELLED)
"""What can stop a job from outside, the most telling first."""


def _stopped(case: _Case) -> LogJudgement:
    """A job that was stopped from outside: a time limit, a lost runner, a person, or a newer run."""
    steps, failed = case.steps, _failed_steps(case.steps)
    ranked = [
        (_STOPPED_BY.index(rule.classification), rule.role is not Role.CAUSE, -hit.number, hit)
        for step in failed or steps
        for hit in step.hits
        if (rule := failure(hit)) is not None and rule.classification in _STOPPED_BY
    ]
    hit = min(ranked, key=lambda entry: entry[:-1])[-1] if ranked else None
    rule = failure(hit) if hit else None
    step = next((step for step in steps if hit in step.hits), None) if hit else (failed[0] if failed else None)
    classification = rule.classification if rule else Classification.CANCELLED
    confidence = Confidence.HIGH if rule is not None and rule.role is Role.CAUSE else Confidence.MEDIUM
    reasons = [f"rule {rule.id} matched"] if rule else []
    if classification is Classification.CANCELLED:
        reached = limit_reached(case.reading, case.job, case.annotations, case.limit_seconds)
        if reached is not None:
            classification, confidence = Classification.TIMED_OUT, reached.confidence
            reasons.append(reached.reason)
        else:
            confidence = Confidence.MEDIUM
            reasons.append("stopped from outside, and not at a time limit")
    line = None
    if hit is None and step is not None and step.errors:
        line = step.errors[-1]
    return LogJudgement(classification, confidence, tuple(reasons), case.platforms, step, hit, line)
