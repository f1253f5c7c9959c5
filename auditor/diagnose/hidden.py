"""Failures that a green job swallowed: `|| true`, `continue-on-error`, a pipe without `pipefail`, an error in the background."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from auditor.diagnose.choice import classification_of, decisive, eligible, failure
from auditor.diagnose.heeding import Heeds, heeds, tries
from auditor.diagnose.step_reading import StepReading
from auditor.model.vocabulary import Classification, Role
from auditor.rulebook.book import COMMON
from auditor.rulebook.reading import Hit, Section
from auditor.rulebook.schema import FailureRule

LAST_LINES = 4
"""A failure in the last lines of a step is what the step ended with; one before them was overcome."""
LAST_LINES_OF_ALL = 7
"""The same where the script goes on after a failure: it has more to say."""
ONE_FAILURE = 6
"""Lines of failure that are no further apart tell of one: the cause, the tool's advice, and what fails because of it."""

_SHIPS = re.compile(
    r"(?i)publish|release|deploy|\bpush|mirror|upload|\bsign|\bship\b|--upload-file"
    r"|\bcurl\b.* (?:-T|-F|--form|--data\S*|-d|-X ?(?:POST|PUT)) |\b(?:scp|rsync|rclone|lftp|sftp|azcopy|s3cmd|gsutil)\b"
    r"|\baws s3 |-Method (?:Put|Post)|\bhttps? (?:-\S+ )*(?:POST|PUT|PATCH) |\bwget\b.*--(?:post|body|method)"
    r"|\bsvn (?:ci|commit)\b|\bfastlane\b|\bsupply\b|\baltool\b|\bnotarytool\b"
    r"|\bsteamcmd\b|\bbutler\b"
)
_TRIES = re.compile(
    r"(?i)\b(?:tests?|lint|spec|bench|scan|audit|coverage|codecov|coveralls|sarif|telemetry|notify|announce|(?:web-?)?hook|caches?|slack|discord)\b"
    r"|dry.?run|--snapshot|localhost"
)
_SAYS = re.compile(r"\b(?:echo|printf|Write-\w+)\s+(?:-\w+ )?(?:\"[^\"\n]*\"|'[^'\n]*')")
_ASKS = re.compile(r"(?i)(?<![-\w])(?:check|verify|inspect|taken|exists?|probe|health|look (?:for|up))\b(?!-)")
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
        found = [
            *_allowed_to_fail(step, proved, already),
            *_in_publish_step(step, proved, already),
            *(hit for hit in _last_words(step, shipped, publishes) if not _there_already(step, hit)),
            *_broken_build(step),
        ]
        found = [hit for hit in found if not _said_by_the_script(step, hit)]
        # That the version is there says least of all that went wrong.
        taken = {hit.number for hit in found if _is_taken(hit)}
        others = [hit for hit in found if hit.number not in taken]
        chosen = _root(others, step) or _root(found, step)
        if chosen is not None:
            return step, chosen
    return None


def _allowed_to_fail(step: StepReading, proved: Mapping[str, Hit], already: Mapping[str, Hit]) -> Iterator[Hit]:
    """The cause in a step that GitHub marks as failed in spite of the job's colour, as if the job had failed with it."""
    told = _SAYS.sub("", "\n".join((step.name, *(section.script for section in step.sections))))
    if not step.errors or not (step.published or (_SHIPS.search(told) and not _TRIES.search(told))):
        return
    hit = decisive((hit for hit in step.hits if not _there_already(step, hit)), step.published)
    if hit is not None and _is_cause(hit) and not _outlived(step, hit, proved, already):
        yield hit


def _root(found: Sequence[Hit], step: StepReading) -> Hit | None:
    """The first of the failures: a script that goes on after one stumbles over what is missing then."""
    known = sorted(eligible(found, step.published), key=lambda hit: hit.number)
    alike = [hit for hit in known if hit.number - known[0].number <= ONE_FAILURE]
    first = {classification_of(hit) for hit in alike if hit.number == known[0].number}
    return decisive((hit for hit in alike if classification_of(hit) in first), step.published)


def _in_publish_step(step: StepReading, proved: Mapping[str, Hit], already: Mapping[str, Hit]) -> Iterator[Hit]:
    """Causes in a step that publishes, whose script or action went on after them or was allowed to fail."""
    if not step.published:
        return
    for section in step.sections:
        heed = heeds(section.script, section.shell, action=section.uses is not None)
        for hit in section.hits:
            rule = failure(hit)
            if rule is None or rule.role is not Role.CAUSE or _there_already(step, hit):
                continue
            own = hit.rule.platform in step.published
            if _outlived(step, hit, proved, already) or _tried_again(section, hit):
                continue
            anybodys = hit.rule.platform == COMMON and not proved and not already
            if rule.in_success and (own or (anybodys and not (rule.survivable and heed in (Heeds.YES, Heeds.LOOKS)))):
                yield hit
            elif rule.survivable or (rule.needs_platform and not own):
                continue
            elif step.errors or heed is Heeds.NO or (own and heed is Heeds.UNSEEN):
                yield hit


def _outlived(step: StepReading, hit: Hit, proved: Mapping[str, Hit], already: Mapping[str, Hit]) -> bool:
    """Whether a later line tells that the same was published after all, or was there."""
    names = (hit.rule.platform,) if hit.rule.platform != COMMON else step.published
    later = [
        good for news in (proved, already) for name in names if (good := news.get(name)) and good.number > hit.number
    ]
    return any(_same_package(hit, good) for good in later)


def _tried_again(section: Section, hit: Hit) -> bool:
    """Whether it was tried again after this line, and nothing failed after that."""
    again = [other.number for other in section.hits if other.rule.section == "retries" and other.number >= hit.number]
    if again:
        return not any(_is_cause(other) and other.number > again[-1] for other in section.hits)
    most = tries(section.script)
    return most is not None and len({other.number for other in section.hits if other.rule.id == hit.rule.id}) < most


def _is_cause(hit: Hit) -> bool:
    rule = failure(hit)
    return rule is not None and rule.role is Role.CAUSE


def _same_package(hit: Hit, good: Hit) -> bool:
    """Whether both lines may be about one package; most do not name any."""
    one, other = (line.captures.get("package", "").replace("%2f", "/").replace("%2F", "/") for line in (hit, good))
    return not one or not other or one == other


def _said_by_the_script(step: StepReading, hit: Hit) -> bool:
    """Whether the line is a sentence that the script itself prints, whatever happens."""
    text = hit.text.strip()
    return any(f'"{text}"' in section.script or f"'{text}'" in section.script for section in step.sections)


def _there_already(step: StepReading, hit: Hit) -> bool:
    """Whether a publish step whose script provides for that found its version taken."""
    return step.expects_it_there and _is_taken(hit)


def _is_taken(hit: Hit) -> bool:
    return classification_of(hit) is Classification.DUPLICATE_VERSION


def found_there(steps: Sequence[StepReading]) -> dict[str, Hit]:
    """The line by which each platform refused a version that it has, in the publish steps of a green job."""
    found: dict[str, Hit] = {}
    for step in steps:
        for hit in step.hits if step.kind == "run" and step.published else ():
            if not (_is_cause(hit) and _is_taken(hit)) or _said_by_the_script(step, hit):
                continue
            if hit.rule.platform in step.published:
                found[hit.rule.platform] = hit
            elif hit.rule.platform == COMMON:
                found.update((platform, hit) for platform in step.published if platform not in found)
    return found


def _last_words(step: StepReading, shipped: bool, publishes: bool) -> Iterator[Hit]:
    """A step that ships something and whose last words are a failure. What did ship can still lack its signature.

    A step that only asks counts when the job was to publish and the question was left without an answer. Of a step that
    GitHub marks as failed, see `_allowed_to_fail`.
    """
    if step.errors:
        return
    for section in step.sections:
        told = _SAYS.sub("", f"{step.name}\n{section.script}")
        if not section.script or _TRIES.search(told):
            continue
        ships, asks = bool(step.published) or _SHIPS.search(told) is not None, _ASKS.search(told) is not None
        heed = heeds(section.script, section.shell)
        for hit in section.hits:
            rule = failure(hit)
            if rule is None or rule.role is not Role.CAUSE or (asks and not _left_unanswered(rule, publishes)):
                continue
            after = section.last - _end_of_failure(section, hit)
            if after >= (LAST_LINES_OF_ALL if heed is Heeds.NO else LAST_LINES) or _tried_again(section, hit):
                continue
            heeded = heed in (Heeds.YES, Heeds.LOOKS)
            if shipped and (heeded or rule.classification not in _STILL_TOLD):
                continue
            if not (ships or (rule.in_success and not rule.survivable)):
                continue
            surely = heed is Heeds.NO and (rule.in_success or _SHIPS.search(_SAYS.sub("", section.script)) is not None)
            if _ended_with(rule, heed, after if step.published else None) and (surely or rule.classification in _TOLD):
                yield hit


def _ended_with(rule: FailureRule, heed: Heeds, after: int | None) -> bool:
    """Whether a last word of this kind means that the step did not do its work; `after` lines follow a publish command's."""
    if rule.survivable and not rule.in_success:
        return heed is Heeds.NO and after is not None and after <= 1 and rule.classification in _LACKING
    heeded = heed in (Heeds.YES, Heeds.LOOKS)
    return not (heeded and (rule.survivable or (heed is Heeds.LOOKS and not rule.in_success)))


def _left_unanswered(rule: FailureRule, publishes: bool) -> bool:
    return publishes and rule.in_success and not rule.survivable and rule.classification in _NO_ANSWER


def _end_of_failure(section: Section, hit: Hit) -> int:
    """The last of the lines of failure that follow on this one without a larger gap."""
    end = hit.number
    for other in section.hits:
        if failure(other) is not None and end < other.number <= end + ONE_FAILURE:
            end = other.number
    return end


def _broken_build(step: StepReading) -> Iterator[Hit]:
    """A compiler's error when the build tool's last word is that it gave up, and nobody heard it (`make | tee log`)."""
    for section in step.sections:
        if not section.script or _TRIES.search(f"{step.name}\n{section.script}"):
            continue
        heed = heeds(section.script, section.shell)
        if heed in (Heeds.YES, Heeds.LOOKS):
            continue
        hits = [(hit, rule) for hit in section.hits if (rule := failure(hit)) is not None]
        built = [(hit, rule) for hit, rule in hits if rule.classification is Classification.BUILD_FAILURE]
        gave_up = any(rule.role is not Role.CAUSE and section.last - hit.number < LAST_LINES for hit, rule in hits)
        good = max((hit.number for hit in section.hits if hit.rule.section == "success"), default=0)
        if gave_up:
            yield from (
                hit for hit, rule in built if rule.role is Role.CAUSE and (heed is Heeds.NO or hit.number > good)
            )
