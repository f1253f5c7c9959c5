"""The rulebook: all platforms and rules, merged, in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.rulebook.load import RulesFile, parse_rules, rules_in, shipped_rules
from auditor.rulebook.patterns import FLAGS
from auditor.rulebook.schema import SECTIONS, FailureRule, LineRule, PlatformRules, Section

if TYPE_CHECKING:
    from auditor.rulebook.recognise import Recogniser
    from auditor.rulebook.scan import Scanner

COMMON = "common"
"""The platform name of `common*.yml` and `everywhere-*.yml`: rules that hold on every platform."""

_BY_ID = (*SECTIONS, "hints")
"""The lists that files add to; what else a later file says replaces what an earlier one said."""
_ANCHOR = re.compile(r"(?<![\[\\])\^")


@dataclass(frozen=True)
class Rule:
    """One rule of any section, with what the scanner and the judge need to know about it."""

    platform: str
    section: Section
    written: LineRule | FailureRule
    order: int

    @property
    def id(self) -> str:
        """`platform/name`, unique in the rulebook."""
        return self.written.id

    @property
    def native(self) -> bool:
        """Whether the rule was written for its platform; else it stands in there for a tool that publishes to it."""
        return self.id.startswith(f"{self.platform}/")

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled `match`; compiled on first use, because most rules are never needed in one audit."""
        return re.compile(self.written.match, FLAGS)

    @cached_property
    def unless(self) -> re.Pattern[str] | None:
        """The compiled veto on the same line."""
        return re.compile(self.written.unless, FLAGS) if self.written.unless else None

    @cached_property
    def near(self) -> re.Pattern[str] | None:
        """The compiled expression that must match close by."""
        return re.compile(self.written.near.match, FLAGS) if self.written.near else None

    @cached_property
    def anchored(self) -> bool:
        """Whether the rule may be about the beginning of a line."""
        return _ANCHOR.search(self.written.match) is not None

    def search(self, text: str, inner: Callable[[str], Sequence[str]] | None = None) -> re.Match[str] | None:
        """Match one cleaned line, or else one of its inner lines (`logs.prefixes.inner_lines`). The veto sees both."""
        found, seen = self.pattern.search(text), text
        if found is None and inner is not None and self.anchored:
            for seen in inner(text):
                found = self.pattern.search(seen)
                if found is not None:
                    break
        if found is None or (self.unless is not None and (self.unless.search(text) or self.unless.search(seen))):
            return None
        return found


@dataclass(frozen=True)
class Rulebook:
    """All platforms by name, and all rules in the order in which they were written."""

    platforms: dict[str, PlatformRules] = field(repr=False)
    rules: tuple[Rule, ...] = field(repr=False)
    keep_in: Path | None = field(default=None, repr=False, compare=False)
    """The folder where what is made of the rules is kept from one process to the next."""

    @classmethod
    def load(cls, extra: Iterable[Path] = (), keep_in: Path | None = None) -> Rulebook:
        """Load the shipped rules and merge those of the `extra` folders by id.

        With `keep_in`, a folder, what has been parsed is kept there and found again by the next process; in this one the
        same rules give the same rulebook.
        Raises `RulesError` with file, line and rule for anything that is wrong.
        """
        files = shipped_rules()
        for folder in extra:
            files += rules_in(folder)
        return cls.of(files) if keep_in is None else _recalled(tuple(files), keep_in)

    @classmethod
    def of(cls, files: Iterable[RulesFile]) -> Rulebook:
        """Build the rulebook from file texts; a later file wins where ids are equal."""
        return cls.merged(map(parse_rules, files))

    @classmethod
    def merged(cls, parsed: Iterable[PlatformRules]) -> Rulebook:
        """Build the rulebook from parsed files; a later one wins where ids are equal."""
        platforms: dict[str, PlatformRules] = {}
        for new in parsed:
            old = platforms.get(new.platform)
            platforms[new.platform] = new if old is None else _merge(old, new)
        ordered = dict(sorted(platforms.items(), key=lambda item: (item[1].order, item[0])))
        return cls(ordered, tuple(_rules_of(ordered.values())))

    def __getstate__(self) -> dict[str, object]:
        """For other processes: the rules without what was made of them, which each process makes for itself."""
        return {"platforms": self.platforms, "rules": self.rules, "keep_in": self.keep_in}

    def rule(self, rule_id: str) -> Rule:
        """Return the rule with this id; raise `KeyError` when there is none."""
        return self._by_id[rule_id]

    @cached_property
    def recogniser(self) -> Recogniser:
        """Says which platforms steps publish to; made once, because compiling its expressions takes a while."""
        from auditor.rulebook.recognise import Recogniser

        return Recogniser(self)

    @cached_property
    def scanner(self) -> Scanner:
        """Finds the lines that the rules know; made once, for any number of logs."""
        from auditor.rulebook.scan import Scanner

        return Scanner(self)

    @cached_property
    def hints(self) -> tuple[Rule, ...]:
        """The hints of all files, in the order in which they are asked."""
        written = ((platform.platform, hint) for platform in self.platforms.values() for hint in platform.hints)
        return tuple(Rule(name, "hints", hint, len(self.rules) + at) for at, (name, hint) in enumerate(written))

    @cached_property
    def _by_id(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in (*self.rules, *self.hints)}


@lru_cache(maxsize=2)
def _recalled(files: tuple[RulesFile, ...], keep_in: Path) -> Rulebook:
    from auditor.rulebook.kept import parse_or_recall

    return replace(Rulebook.merged(parse_or_recall(files, keep_in)), keep_in=keep_in)


def forget_rulebooks() -> None:
    """Let go of the rulebooks that this process has loaded; what is kept in folders stays."""
    _recalled.cache_clear()


def _rules_of(platforms: Iterable[PlatformRules]) -> Iterator[Rule]:
    order = 0
    for platform in platforms:
        for section in SECTIONS:
            for written in getattr(platform, section):
                yield Rule(platform.platform, section, written, order)
                order += 1


def _merge(old: PlatformRules, new: PlatformRules) -> PlatformRules:
    """Rules merge by id; every other field of the newer file that is set there replaces the older one."""
    update = {name: getattr(new, name) for name in new.model_fields_set if name not in _BY_ID}
    for section in _BY_ID:
        merged = {rule.id: rule for rule in getattr(old, section)} | {rule.id: rule for rule in getattr(new, section)}
        update[section] = tuple(merged.values())
    return old.model_copy(update=update)
