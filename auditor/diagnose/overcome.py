"""Whether a failure in a green job was overcome: published after all, tried again, provided for, or only spoken of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from auditor.diagnose.choice import classification_of, failure
from auditor.diagnose.heeding import HEEDED, RETRIES, Heeds, heeds, heeds_inside, tries
from auditor.diagnose.several import things
from auditor.diagnose.step_reading import StepReading
from auditor.model.vocabulary import Classification, Role
from auditor.rulebook.book import COMMON
from auditor.rulebook.course import script_in
from auditor.rulebook.reading import Hit, Section

News = Mapping[str, Sequence[Hit]]
"""The lines by which each platform tells that something was published, or was there, in the order of the log."""

_NEWS = ("success", "already")
_SCOPED = re.compile(r"@[\w.-]{1,100}(?:/|%2[fF])[\w.-]{1,100}")
_ECHOED = re.compile(r"\++ (?:\w{0,20}(?:echo|printf|log|warn|note|notice|info|say|msg|print|die|fail|err)\w{0,20}|:) ")
_ASSIGNED = re.compile(r"\++ (?:\w+ )?\w+=")
"""What the shell shows of a script that runs with `set -x`."""
SHOWN_BEFORE = 3
"""Lines between the shell's showing a command that prints a sentence, and the sentence."""

_LOOKS_FOR = re.compile(
    r"\bgrep[ \t]+(?:-\S+[ \t]+){0,9}-\w{0,9}q\w{0,9}[ \t]+(?:-\S+[ \t]+){0,9}"
    r"(?P<grep>\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'|\S{1,200})"
    r"|\b(?:if|elif|while|until)[ \t][^\n;]{0,500}?\bgrep[ \t]+(?P<asked>[^\n;|]{1,200})"
    r"|(?:\bin|;;|^)[ \t]*(?P<arm>[^\s;()&$]{1,100}(?:[ \t][^\s;()&$]{1,100}){0,6})\)"
    r"|(?:==|=~|[ \t]=(?=[ \t])|-i?match|-i?like)[ \t]*(?P<glob>\*?\"[^\"\n]{1,200}\"\*?|\*?'[^'\n]{1,200}'\*?|\*[^\s\]]{1,100})"
    r"|\bfindstr[ \t]+(?P<find>[^\n|&]{1,200})",
    re.MULTILINE,
)
_TELLING_WORD = re.compile(r"(?<!\$)(?<!\$\{)\b[A-Za-z]{6,}|\b4\d\d\b")
_COMMON_WORDS = frozenset(
    {"package", "version", "release", "publish", "published", "upload", "uploaded", "failed", "failure", "status"}
)
"""Words that stand in refusals of every kind."""


def news_of(steps: Iterable[StepReading], platforms: Iterable[str]) -> dict[str, list[Hit]]:
    """All good news of these platforms."""
    found: dict[str, list[Hit]] = {platform: [] for platform in platforms}
    for step in steps:
        for hit in step.hits:
            if hit.rule.section in _NEWS and hit.rule.platform in found:
                found[hit.rule.platform].append(hit)
    return found


def script_of(section: Section) -> str:
    """The script that a step runs, or that it gives an action to run."""
    return section.script or script_in(section.inputs)


def heed_of(section: Section) -> Heeds:
    """What becomes of a command that fails in this part of a step."""
    if section.uses is None:
        return heeds(section.script, section.shell)
    inside = script_in(section.inputs)
    if not inside:
        return Heeds.UNSEEN
    swallows = section.inputs.get("continue_on_error", "").strip().lower() == "true"
    return heeds_inside(inside, swallows, any(name in section.inputs for name in RETRIES))


def outlived(step: StepReading, section: Section, hit: Hit, news: News) -> bool:
    """Whether a later line tells that the same was published after all, or was there."""
    names = (hit.rule.platform,) if hit.rule.platform != COMMON else step.published
    later = [good for name in names for good in news.get(name, ()) if good.number > hit.number]
    if not later or _summed_up(section, names, max(good.number for good in later)):
        return False
    refused, all_shipped = _package(hit, section), _all_shipped(section, names, news)
    for good in later:
        published = refused and (_package(good, section) or _announced(good, hit, section))
        if published and refused != published:
            continue
        # The same again, by another command of the script, went elsewhere: to another registry.
        if good.number > section.last or all_shipped:
            return True
    return False


def _summed_up(section: Section, names: Sequence[str], last: int) -> bool:
    """Whether the tool says at its end, behind all it published, that some of it failed."""
    for hit in reversed(section.hits):
        rule = failure(hit)
        if hit.number <= last:
            return False
        if rule is None or hit.rule.platform not in names:
            continue
        if rule.role is Role.WRAPPER and not rule.needs_platform:
            return True
    return False


def _package(hit: Hit, section: Section) -> str:
    """The package that a line names; most lines name none.

    Where a refusal ends the step, the line that a tool went on after need not be about what it published: only the name
    that its own rule reads counts.
    """
    name = hit.captures.get("package", "")
    if name or failure(hit) is None or heed_of(section) in HEEDED:
        return _plain(name)
    alike = (other for other in section.hits if other.number == hit.number and other.rule.platform == hit.rule.platform)
    name = next(filter(None, (other.captures.get("package", "") for other in alike)), "")
    scoped = {_plain(found) for found in _SCOPED.findall(hit.text)}
    return _plain(name) or (scoped.pop() if len(scoped) == 1 else "")


def _plain(name: str) -> str:
    return name.replace("%2f", "/").replace("%2F", "/")


def _announced(good: Hit, hit: Hit, section: Section) -> str:
    """The package that the tool said it was about to publish, when its success line does not name it."""
    between = [
        other.captures["package"]
        for other in section.hits
        if hit.number < other.number < good.number
        and other.rule.platform == good.rule.platform
        and failure(other) is None
        and other.captures.get("package")
    ]
    return between[-1] if between else ""


def _all_shipped(section: Section, names: Sequence[str], news: News) -> bool:
    """Whether there are as many success lines as things to publish, where a refusal does not end the script."""
    wanted = things(script_of(section)) if heed_of(section) is Heeds.NO else 1
    if wanted == 1:
        return True
    counted: dict[str, set[int]] = {}
    for each in (good for name in names for good in news.get(name, ())):
        if section.first <= each.number <= section.last:
            counted.setdefault(each.rule.id, set()).add(each.number)
    return max((len(numbers) for numbers in counted.values()), default=0) >= wanted


def tried_again(section: Section, hit: Hit) -> bool:
    """Whether it was tried again after this line, and nothing failed after that."""
    if section.uses is not None and heed_of(section) is Heeds.YES:
        return True  # an action that ends red with its last try ended green
    most = tries(script_of(section))
    if most is not None:
        return len({other.number for other in section.hits if other.rule.id == hit.rule.id}) < most
    failed_at = 0
    for other in reversed(section.hits):
        if other.number < hit.number:
            return False
        if other.rule.section == "retries":
            return failed_at <= other.number
        if not failed_at and is_cause(other):
            failed_at = other.number
    return False


def only_said(step: StepReading, hit: Hit) -> bool:
    """Whether the line is a sentence that a script prints, whatever happens: this one, or one that shows what it runs."""
    text = hit.text.strip()
    if any(f'"{text}"' in section.script or f"'{text}'" in section.script for section in step.sections):
        return True
    if step.errors:
        return False
    if _ECHOED.match(text):
        return True
    shown = [other.text for other in step.hits if 0 < hit.number - other.number <= SHOWN_BEFORE]
    echoed = any(_ECHOED.match(other) and text in other for other in shown)
    return echoed and not any(_ASSIGNED.match(other.text) and text in other.text for other in step.hits)


def there_already(step: StepReading, hit: Hit) -> bool:
    """Whether a step found its version taken whose script provides for that."""
    if not is_taken(hit):
        return False
    return step.expects_it_there or any(_is_looked_for(hit, section) for section in step.sections)


def passed_over(section: Section, hit: Hit, news: News) -> bool:
    """Whether a script that the log does not show found a version taken and published others: it passed it over."""
    if not is_taken(hit) or heed_of(section) is not Heeds.UNSEEN:
        return False
    return any(section.first <= good.number <= section.last for good in news.get(hit.rule.platform, ()))


def _is_looked_for(hit: Hit, section: Section) -> bool:
    """Whether the script looks for a word of the refusal in what its command said."""
    said = hit.text.lower()
    return any(word in said for word in _words_looked_for(script_of(section)))


@lru_cache(maxsize=256)
def _words_looked_for(script: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_telling_words(script)))


def _telling_words(script: str) -> Iterator[str]:
    for found in _LOOKS_FOR.finditer(script):
        pattern = next(filter(None, found.groups()), "")
        words = (word.lower() for word in _TELLING_WORD.findall(pattern))
        yield from (word for word in words if word not in _COMMON_WORDS)


def is_cause(hit: Hit) -> bool:
    """Whether the line tells a failure's cause, and does not only wrap one."""
    rule = failure(hit)
    return rule is not None and rule.role is Role.CAUSE


def is_taken(hit: Hit) -> bool:
    """Whether the line says that the version is there already."""
    return classification_of(hit) is Classification.DUPLICATE_VERSION
