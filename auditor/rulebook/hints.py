"""Asks a hint, which is a rule for what no rule knows, about a text."""

from __future__ import annotations

import re
from functools import cache

from auditor.logs.prefixes import inner_lines
from auditor.rulebook.book import Rule
from auditor.rulebook.patterns import FLAGS
from auditor.rulebook.schema import HintRule

LONGEST = 400
"""Characters of a line that are looked at: words that stand far apart tell nothing about each other."""


def asks_what_ran(hint: Rule) -> bool:
    """Whether the hint is about what a step ran, instead of what it printed."""
    return isinstance(hint.written, HintRule) and hint.written.runs is not None


def fits(hint: Rule, text: str) -> re.Match[str] | None:
    """The hint's match in a line that a step printed, or in the name and the commands that it ran."""
    written = hint.written
    if isinstance(written, HintRule) and written.runs is not None:
        found = _compiled(written.runs).search(text)
        return None if found is None or (hint.unless is not None and hint.unless.search(text)) else found
    return hint.search(text[:LONGEST], inner_lines)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, FLAGS)
