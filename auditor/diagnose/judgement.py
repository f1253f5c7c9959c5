"""What the log of one job shows, and what every judge of it needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from auditor.diagnose.choice import eligible, failure, strength
from auditor.diagnose.step_reading import StepReading
from auditor.model.vocabulary import Classification, Confidence, Role, SkipReason
from auditor.rulebook.book import COMMON
from auditor.rulebook.reading import ErrorLine, Hit


@dataclass(frozen=True, slots=True)
class LogJudgement:
    """What the log of one job shows. `step` is the step that decided, `hit` the line that proves it.

    `line` is set instead of `hit` when no rule knows the line. `platforms` are those the job publishes to, the deciding
    one first. `proved` are the platforms whose success line was seen.
    """

    classification: Classification
    confidence: Confidence
    reasons: tuple[str, ...]
    platforms: tuple[str, ...] = ()
    step: StepReading | None = None
    hit: Hit | None = None
    line: ErrorLine | None = None
    contributing: tuple[Hit, ...] = ()
    proved: Mapping[str, Hit] = field(default_factory=dict)
    already: Mapping[str, Hit] = field(default_factory=dict)
    skip: SkipReason | None = None
    hidden: bool = False
    steps: tuple[StepReading, ...] = ()
    """All steps of the job, for questions about the whole of it."""


_REFUSED_BY_TARGET = frozenset(
    {
        Classification.AUTH_FAILURE,
        Classification.DUPLICATE_VERSION,
        Classification.METADATA_REJECTED,
        Classification.MODERATION_HOLD,
        Classification.QUOTA_EXCEEDED,
        Classification.TARGET_MISCONFIGURED,
    }
)
"""Only the place that one publishes to says such things; a base image or a dependency gives other trouble."""


def blamed(hit: Hit, step: StepReading) -> tuple[str, ...]:
    """The platforms a failure is about. Tools such as GoReleaser publish to more places than their step names."""
    rule = failure(hit)
    own = () if hit.rule.platform == COMMON else (hit.rule.platform,)
    if own and own[0] in step.published:
        return own
    if own and step.published and rule is not None and rule.classification in _REFUSED_BY_TARGET:
        return (*own, *step.published)
    return step.published or own


def is_trailer(hit: Hit) -> bool:
    """Whether the line says no more than that something failed."""
    rule = failure(hit)
    return rule is None or rule.role is Role.TRAILER


def in_front(head: Iterable[str], rest: Iterable[str]) -> tuple[str, ...]:
    """All platforms once, those of `head` first."""
    return tuple(dict.fromkeys((*head, *rest)))


def contributing(step: StepReading, chosen: Hit, platforms: Sequence[str]) -> tuple[Hit, ...]:
    """The other lines of failure in the step, the strongest first; of each rule the last one."""
    others: dict[str, Hit] = {}
    for hit in eligible(step.hits, step.published or platforms):
        if hit.rule.id != chosen.rule.id and not is_trailer(hit):
            others[hit.rule.id] = hit
    ranked = sorted(others.values(), key=lambda hit: strength(hit, step.published or platforms), reverse=True)
    return tuple(ranked[:5])


def unknown(where: StepReading | None, platforms: tuple[str, ...], *reasons: str, hidden: bool = False) -> LogJudgement:
    """A failure in this step that no rule names; `reasons` come before the usual ones."""
    line = None
    if where is not None:
        telling = [error for error in where.errors if not error.text.startswith("Process completed with exit code")]
        line = next(reversed(telling or where.errors), None)
    ran = where.ran if where is not None else None
    return LogJudgement(
        classification=Classification.UNKNOWN_FAILURE,
        confidence=Confidence.LOW,
        reasons=(*reasons, "no rule knows a line of the failed step", *((f"the step ran {ran}",) if ran else ())),
        platforms=in_front(where.published if where else (), platforms),
        step=where,
        line=line,
        hidden=hidden,
    )
