"""Holds the rulebook to its own examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.model.vocabulary import Role
from auditor.rulebook.book import Rule, Rulebook
from auditor.rulebook.recognise import Recogniser
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
    for rule in book.rules:
        yield from _foreign_examples(book, rule)
    recogniser = Recogniser(book)
    for platform in book.platforms.values():
        yield from _recognition(recogniser, platform)


def matches(rule: Rule, example: str) -> bool:
    """Whether the rule matches one of the example's lines, its `near` line included."""
    lines = example.splitlines()
    for index, line in enumerate(lines):
        if rule.search(line) is None:
            continue
        if rule.near is None or rule.written.near is None:
            return True
        around = lines[max(0, index - rule.written.near.before) : index]
        around += lines[index + 1 : index + 1 + rule.written.near.after]
        if any(rule.near.search(other) for other in around):
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


def _foreign_examples(book: Rulebook, rule: Rule) -> Iterator[Problem]:
    """No rule of another class may win on this rule's examples in a step of this rule's platform."""
    if not isinstance(rule.written, FailureRule):
        yield from _no_failure_in_good_news(book, rule)
        return
    for example in rule.written.examples.match:
        for other in book.rules:
            if (
                not isinstance(other.written, FailureRule)
                or other.written.classification is rule.written.classification
            ):
                continue
            if other.written.needs_platform and other.platform != rule.platform:
                continue
            if rank(other, rule.platform) >= rank(rule, rule.platform) and matches(other, example):
                yield Problem(rule.id, f"{other.id} also claims its example: {example!r}")


def _no_failure_in_good_news(book: Rulebook, rule: Rule) -> Iterator[Problem]:
    for example in rule.written.examples.match:
        for other in book.rules:
            written = other.written
            if isinstance(written, FailureRule) and written.role is Role.CAUSE and not written.survivable:
                if written.needs_platform and other.platform != rule.platform:
                    continue
                if rule.section == "success" and matches(other, example):
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


def _platforms(recogniser: Recogniser, example: str | StepExample) -> tuple[str, ...]:
    if isinstance(example, StepExample):
        return recogniser.action(example.uses, example.with_)
    return recogniser.script(example)
