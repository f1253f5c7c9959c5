"""Holds the rulebook to its own examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.logs.prefixes import found_behind, inner_lines
from auditor.logs.segments import Segment
from auditor.model.vocabulary import Classification, Role
from auditor.rulebook.book import Rule, Rulebook
from auditor.rulebook.hints import asks_what_ran, fits
from auditor.rulebook.reading import read_log
from auditor.rulebook.recognise import Recogniser
from auditor.rulebook.scan import Scanner
from auditor.rulebook.schema import FailureRule, PlatformRules, StepExample


@dataclass(frozen=True)
class Problem:
    """One example that does not behave; `rule` is a rule id, or `platform/recognise`."""

    rule: str
    text: str


def problems(book: Rulebook) -> Iterator[Problem]:
    """Yield every example of the rulebook that fails."""
    for rule in book.rules:
        yield from _own_examples(rule)
    scanner = book.scanner
    for rule in book.rules:
        yield from _foreign_examples(scanner, rule)
    recogniser = book.recogniser
    for platform in book.platforms.values():
        yield from _recognition(recogniser, platform)
        yield from _redirects(book, platform)
    yield from _hints(book)


def _hints(book: Rulebook) -> Iterator[Problem]:
    """Of the hints that are asked the same question, the first that fits an example must be of its own class."""
    for hint in book.hints:
        rivals = [other for other in book.hints if asks_what_ran(other) == asks_what_ran(hint)]
        for example in hint.written.examples.match:
            if not fits(hint, example):
                yield Problem(hint.id, f"does not match its own example: {example!r}")
                continue
            first = next(other for other in rivals if fits(other, example))
            if _class_of(first) is not _class_of(hint):
                yield Problem(hint.id, f"{first.id}, which is asked before, claims its example: {example!r}")
        for example in hint.written.examples.no_match:
            if fits(hint, example):
                yield Problem(hint.id, f"matches a text that it should leave alone: {example!r}")


def _class_of(rule: Rule) -> Classification | None:
    return rule.written.classification if isinstance(rule.written, FailureRule) else None


def claimants(scanner: Scanner, example: str) -> list[Rule]:
    """All rules that match a line of the example, found as in a log."""
    readings = read_log(scanner, [Segment(1, f"{example}\n".encode())])
    hits = (hit.rule for reading in readings for section in reading.sections for hit in section.hits)
    return list({rule.id: rule for rule in hits}.values())


def matches(rule: Rule, example: str) -> bool:
    """Whether the rule matches one of the example's lines, its `near` line included."""
    lines = example.splitlines()
    for index, line in enumerate(lines):
        if rule.search(line, inner_lines) is None:
            continue
        if rule.near is None or rule.written.near is None:
            return True
        around = lines[max(0, index - rule.written.near.before) : index]
        around += lines[index + 1 : index + 1 + rule.written.near.after]
        if any(found_behind(rule.near, other) for other in around):
            return True
    return False


def _own_examples(rule: Rule) -> Iterator[Problem]:
    for example in rule.written.examples.match:
        if not matches(rule, example):
            yield Problem(rule.id, f"does not match its own example: {example!r}")
    for example in rule.written.examples.no_match:
        if matches(rule, example):
            yield Problem(rule.id, f"matches a line that it should leave alone: {example!r}")


def rank(rule: Rule, platform: str) -> tuple[int, ...]:
    """How strongly a failure rule speaks in a step of `platform`; higher wins."""
    written = rule.written
    assert isinstance(written, FailureRule)  # noqa: S101 - callers pass failure rules only
    roles = {Role.CAUSE: 2, Role.WRAPPER: 1, Role.TRAILER: 0}
    return (roles[written.role], not written.survivable, rule.platform == platform, rule.near is not None)


def _foreign_examples(scanner: Scanner, rule: Rule) -> Iterator[Problem]:
    """No rule of another class may win on this rule's examples in a step of this rule's platform."""
    for example in rule.written.examples.match:
        for other in claimants(scanner, example):
            written = other.written
            if not isinstance(written, FailureRule) or other.id == rule.id:
                continue
            if written.needs_platform and other.platform != rule.platform:
                continue
            if isinstance(rule.written, FailureRule):
                other_class = written.classification is not rule.written.classification
                if other_class and rank(other, rule.platform) >= rank(rule, rule.platform):
                    yield Problem(rule.id, f"{other.id} also claims its example: {example!r}")
            elif rule.section == "success" and written.role is Role.CAUSE and not written.survivable:
                yield Problem(other.id, f"takes the success line of {rule.id} for a failure: {example!r}")


def _recognition(recogniser: Recogniser, platform: PlatformRules) -> Iterator[Problem]:
    if platform.recognise is None:
        return
    name = f"{platform.platform}/recognise"
    for example in platform.recognise.examples.match:
        if platform.platform not in _platforms(recogniser, example):
            yield Problem(name, f"does not recognise {example!r}")
    for example in platform.recognise.examples.no_match:
        if platform.platform in _platforms(recogniser, example):
            yield Problem(name, f"takes for a publish step: {example!r}")


def _redirects(book: Rulebook, platform: PlatformRules) -> Iterator[Problem]:
    named = [redirect.to for redirect in platform.recognise.redirects] if platform.recognise is not None else []
    named += [name for rule in platform.destinations for name in rule.instead_of]
    for name in dict.fromkeys(named):
        if name not in book.platforms:
            yield Problem(f"{platform.platform}/recognise", f"redirects to {name!r}, which no file of rules describes")


def _platforms(recogniser: Recogniser, example: str | StepExample) -> tuple[str, ...]:
    if isinstance(example, StepExample):
        return recogniser.action(example.uses, example.with_)
    return recogniser.script(example)
