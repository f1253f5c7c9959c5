"""The last words of a step that a green job went on after: a failure there is what the step ended with."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from auditor.diagnose.choice import failure
from auditor.diagnose.heeding import HEEDED, Heeds, tidies_up_last
from auditor.diagnose.overcome import News, heed_of, is_taken, script_of, tried_again
from auditor.diagnose.purpose import asks, sends, ships, told, tries_out
from auditor.diagnose.step_reading import StepReading
from auditor.model.vocabulary import Classification, Role
from auditor.rulebook.book import COMMON
from auditor.rulebook.reading import Hit, Section
from auditor.rulebook.recognise import command_lines
from auditor.rulebook.schema import FailureRule

LAST_LINES = 4
"""A failure in the last lines of a step is what the step ended with; one before them was overcome."""
LAST_LINES_OF_ALL = 9
"""The same where the script goes on after a failure: it has more to say."""
LAST_LINES_OF_ONE = 20
"""The same where the script is one command that may fail."""
ONE_FAILURE = 6
"""Lines of failure that are no further apart tell of one: the cause, the tool's advice, and what fails because of it."""

_TOLD = frozenset(
    {
        Classification.AUTH_FAILURE,
        Classification.DUPLICATE_VERSION,
        Classification.GIT_CONFLICT,
        Classification.METADATA_REJECTED,
        Classification.NETWORK_FAILURE,
        Classification.RATE_LIMITED,
        Classification.RUNNER_FAILURE,
        Classification.SIGNING_FAILURE,
        Classification.QUOTA_EXCEEDED,
        Classification.TARGET_MISCONFIGURED,
    }
)
_NO_ANSWER = frozenset({Classification.AUTH_FAILURE, Classification.NETWORK_FAILURE, Classification.RATE_LIMITED})
"""An existence check that met with one of these has learned nothing, whatever it says then."""
_LACKING = frozenset({Classification.MISSING_ARTIFACT, Classification.TOOL_MISSING, *_NO_ANSWER})
"""What a tool says that goes on after it elsewhere; but not when it is a publish command's last word."""
_STILL_TOLD = frozenset({Classification.SIGNING_FAILURE})


def last_words(step: StepReading, news: News, publishes: bool) -> Iterator[Hit]:
    """A step that ships something and whose last words are a failure. What did ship can still lack its signature.

    A step that only asks counts when the job was to publish and the question was left without an answer. A step that
    GitHub marks as failed is another matter. `publishes`: the job has a publish step.
    """
    if step.errors:
        return
    shipped = _shipped(step, news)
    for section in step.sections:
        script, heed = script_of(section), heed_of(section)
        known = told(step.name, script)
        if not script or tries_out(known) or tidies_up_last(script):
            continue
        if section.uses is not None and heed is not Heeds.NO:
            continue
        ran = bool(step.published) or ships(told(script))
        sent = bool(step.published) or (_is_one_command(script) and sends(script))
        ends = _ends_of_failures(section)
        for hit in section.hits:
            rule = failure(hit)
            if rule is None or rule.role is not Role.CAUSE or (asks(known) and not _left_unanswered(rule, publishes)):
                continue
            after = section.last - ends[hit.number]
            foreign = hit.rule.platform not in (*step.published, COMMON)
            if after >= _last_lines(rule, heed, "" if foreign else script) or tried_again(section, hit):
                continue
            if shipped and (heed in HEEDED or rule.classification not in _STILL_TOLD):
                continue
            if not (step.published or ships(known) or (rule.in_success and not rule.survivable)):
                continue
            surely = heed is Heeds.NO and (rule.in_success or ran)
            own = hit.rule.platform in step.published and not is_taken(hit)
            if _ended_with(rule, heed, after if sent else None, own) and (surely or rule.classification in _TOLD):
                yield hit


def _shipped(step: StepReading, news: News) -> bool:
    """Whether something was published; for a publish step of its platform, in it or behind it."""
    first = step.first if step.published else 0
    known = [good for name, goods in news.items() if not step.published or name in step.published for good in goods]
    return any(good.number >= first for good in known)


def _last_lines(rule: FailureRule, heed: Heeds, script: str) -> int:
    """How many last lines of a step count; what a single command says that may fail, is all that it said."""
    if heed is not Heeds.NO:
        return LAST_LINES
    return LAST_LINES_OF_ONE if rule.in_success and _is_one_command(script) else LAST_LINES_OF_ALL


def _is_one_command(script: str) -> bool:
    return len(list(islice(command_lines(script), 2))) == 1


def _ended_with(rule: FailureRule, heed: Heeds, after: int | None, own: bool) -> bool:
    """Whether a last word of this kind means that the step did not do its work.

    `after` lines follow a publish command's; `own`: it speaks of the platform that the step publishes to.
    """
    if rule.survivable and not rule.in_success:
        return heed is Heeds.NO and after is not None and after <= 1 and (own or rule.classification in _LACKING)
    return not (heed in HEEDED and (rule.survivable or (heed is Heeds.LOOKS and not rule.in_success)))


def _left_unanswered(rule: FailureRule, publishes: bool) -> bool:
    return publishes and rule.in_success and not rule.survivable and rule.classification in _NO_ANSWER


def _ends_of_failures(section: Section) -> dict[int, int]:
    """For each line of failure the last of those that follow on it without a larger gap."""
    ends: dict[int, int] = {}
    below = None
    for number in sorted({hit.number for hit in section.hits if failure(hit) is not None}, reverse=True):
        ends[number] = ends[below] if below is not None and below - number <= ONE_FAILURE else number
        below = number
    return ends
