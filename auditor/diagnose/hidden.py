"""Failures that a green job swallowed: `|| true`, `continue-on-error`, a pipe without `pipefail`, an error in the background."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from auditor.diagnose.choice import classification_of, decisive, eligible, failure
from auditor.diagnose.heeding import HEEDED, Heeds
from auditor.diagnose.last_words import LAST_LINES, ONE_FAILURE, last_words
from auditor.diagnose.overcome import (
    News,
    heed_of,
    is_cause,
    is_taken,
    news_of,
    only_said,
    outlived,
    passed_over,
    script_of,
    there_already,
    tried_again,
)
from auditor.diagnose.purpose import only_logs_in, ships, told, tries_out
from auditor.diagnose.several import things
from auditor.diagnose.step_reading import StepReading
from auditor.model.vocabulary import Classification, Role
from auditor.rulebook.book import COMMON
from auditor.rulebook.reading import Hit

REASON_BELOW = 3
"""So many lines below a refusal that is only a status, the platform's reason for it stands."""

_BUILDS = (Classification.BUILD_FAILURE, Classification.DEPENDENCY_FAILURE)


def hidden_failure(
    steps: Sequence[StepReading], proved: Mapping[str, Hit], already: Mapping[str, Hit]
) -> tuple[StepReading, Hit] | None:
    """The step of a green job that failed inside, and the line that shows it.

    Counted are a cause of the platform that a publish step is for, when no success line outlives it; and the last words of
    a step that ships something, when they are a failure. An error that a step goes on after is not one.
    """
    news, publishes = news_of(steps, {*proved, *already}), any(step.published for step in steps)
    for step in steps:
        if step.kind != "run" or (_logs_in(step) and any(news.values())):
            continue
        found = [
            *_allowed_to_fail(step, news),
            *_in_publish_step(step, news),
            *_in_unseen_script(step, news),
            *last_words(step, news, publishes),
            *_broken_build(step),
        ]
        found = [hit for hit in found if not (only_said(step, hit) or there_already(step, hit))]
        # That the version is there says least of all that went wrong.
        taken = {hit.number for hit in found if is_taken(hit)}
        others = [hit for hit in found if hit.number not in taken]
        chosen = _root(others, step) or _root(found, step)
        if chosen is not None:
            return step, _reason_below(chosen, found, step) or chosen
    return None


def _logs_in(step: StepReading) -> bool:
    """Whether a step only logs in: whether that was needed, what was published then tells."""
    scripts = [section.script for section in step.sections if section.script]
    return bool(scripts) and all(only_logs_in(script) for script in scripts)


def _allowed_to_fail(step: StepReading, news: News) -> Iterator[Hit]:
    """The cause in a step that GitHub marks as failed in spite of the job's colour, as if the job had failed with it."""
    known = told(step.name, *(section.script for section in step.sections))
    if not step.errors or not (step.published or (ships(known) and not tries_out(known))):
        return
    hit = decisive((hit for hit in step.hits if not there_already(step, hit)), step.published)
    rule = failure(hit) if hit else None
    if hit is None or rule is None or rule.role is Role.TRAILER:
        return
    if rule.role is Role.WRAPPER and rule.classification is Classification.UNKNOWN_FAILURE:
        return
    section = next(section for section in step.sections if hit in section.hits)
    if not outlived(step, section, hit, news):
        yield hit


def _root(found: Sequence[Hit], step: StepReading) -> Hit | None:
    """The first of the failures: a script that goes on after one stumbles over what is missing then."""
    known = sorted(eligible(found, step.published), key=lambda hit: hit.number)
    alike = [hit for hit in known if hit.number - known[0].number <= ONE_FAILURE]
    first = {classification_of(hit) for hit in alike if hit.number == known[0].number}
    return decisive((hit for hit in alike if classification_of(hit) in first), step.published)


def _reason_below(headline: Hit, found: Sequence[Hit], step: StepReading) -> Hit | None:
    """What the platform's own words say right below a bare refusal, `403 (Forbidden)`."""
    rule = failure(headline)
    if rule is None or not (rule.needs_platform or rule.survivable):
        return None
    for hit in sorted(found, key=lambda hit: hit.number):
        other = failure(hit)
        if other is None or hit.rule.platform not in step.published or other.needs_platform or other.survivable:
            continue
        if 0 < hit.number - headline.number <= REASON_BELOW:
            return hit
    return None


def _in_publish_step(step: StepReading, news: News) -> Iterator[Hit]:
    """Causes in a step that publishes, whose script or action went on after them or was allowed to fail."""
    if not step.published:
        return
    for section in step.sections:
        heed = heed_of(section)
        nothing_shipped = not any(news.values())
        several = heed is Heeds.NO and things(script_of(section)) > 1
        # A script that catches what its action throws tells of it with a warning.
        caught = section.warned if heed is Heeds.NO and section.uses is not None else []
        for hit in (*section.hits, *caught):
            rule = failure(hit)
            if rule is None or rule.role is not Role.CAUSE:
                continue
            own = hit.rule.platform in step.published
            anybodys = hit.rule.platform == COMMON and (several or nothing_shipped)
            if rule.in_success and (own or (anybodys and not (rule.survivable and heed in HEEDED))):
                counts = True
            elif rule.survivable or (rule.needs_platform and not own):
                counts = False
            else:
                counts = bool(step.errors) or heed is Heeds.NO or (own and heed is Heeds.UNSEEN)
            if not counts or tried_again(section, hit):
                continue
            if not (outlived(step, section, hit, news) or passed_over(section, hit, news)):
                yield hit


def _in_unseen_script(step: StepReading, news: News) -> Iterator[Hit]:
    """What only a refused publish says, whatever its platform, in a script that the log does not show."""
    if step.published or step.errors:
        return
    for section in step.sections:
        known = told(step.name, section.script)
        if not section.script or heed_of(section) is not Heeds.UNSEEN or tries_out(known) or not ships(known):
            continue
        for hit in section.hits:
            rule = failure(hit)
            if rule is None or not (rule.in_success and rule.role is Role.CAUSE) or hit.rule.platform == COMMON:
                continue
            overcome = any(good.number > hit.number for good in _successes(step, news)) or tried_again(section, hit)
            if not (rule.survivable or rule.needs_platform or overcome):
                yield hit


def _successes(step: StepReading, news: News) -> Iterator[Hit]:
    """What was published, also by the words of platforms that the job is not known to publish to."""
    yield from (good for known in news.values() for good in known)
    yield from (hit for hit in step.hits if hit.rule.section == "success")


def found_there(steps: Sequence[StepReading]) -> dict[str, Hit]:
    """The line by which each platform refused a version that it has, in the publish steps of a green job."""
    found: dict[str, Hit] = {}
    for step in steps:
        for hit in step.hits if step.kind == "run" and step.published else ():
            if not (is_cause(hit) and is_taken(hit)) or only_said(step, hit):
                continue
            if hit.rule.platform in step.published:
                found[hit.rule.platform] = hit
            elif hit.rule.platform == COMMON:
                found.update((platform, hit) for platform in step.published if platform not in found)
    return found


def _broken_build(step: StepReading) -> Iterator[Hit]:
    """A compiler's error when the build tool's last word is that it gave up, and nobody heard it (`make | tee log`)."""
    for section in step.sections:
        if not section.script or tries_out(f"{step.name}\n{section.script}"):
            continue
        heed = heed_of(section)
        if heed in HEEDED:
            continue
        hits = [(hit, rule) for hit in section.hits if (rule := failure(hit)) is not None]
        built = [(hit, rule) for hit, rule in hits if rule.classification in _BUILDS]
        gave_up = any(rule.role is not Role.CAUSE and section.last - hit.number < LAST_LINES for hit, rule in hits)
        good = max((hit.number for hit in section.hits if hit.rule.section == "success"), default=0)
        if gave_up:
            yield from (
                hit
                for hit, rule in built
                if rule.role is Role.CAUSE
                and (hit.number > good or (heed is Heeds.NO and rule.classification is Classification.BUILD_FAILURE))
                and not tried_again(section, hit)
            )
