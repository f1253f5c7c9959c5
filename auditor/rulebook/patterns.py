"""What every match of a regular expression must contain, read from its syntax tree.

The scanner looks for these literals first, all at once, and only then asks the expression itself. Lookaround, back
references and possessive forms are refused: they need backtracking, and a rule must never be slow on hostile text.
"""

from __future__ import annotations

import re
from functools import cache
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

FLAGS = re.ASCII
SHORTEST = 2
"""A literal shorter than this stands in too many lines to save any work."""

_REFUSED = {
    op.ASSERT: "lookahead or lookbehind",
    op.ASSERT_NOT: "negative lookahead or lookbehind",
    op.GROUPREF: "a back reference",
    op.GROUPREF_EXISTS: "a conditional group",
    op.ATOMIC_GROUP: "an atomic group",
    op.POSSESSIVE_REPEAT: "a possessive repeat",
}


class PatternError(ValueError):
    """The expression is valid Python, but not one that rules may use."""


@cache
def required_literals(pattern: str) -> frozenset[str]:
    """Return lower-case literals of which every matching line contains at least one.

    Raises `PatternError` when the expression uses a refused construct, or when no literal of at least `SHORTEST`
    characters is certain.
    """
    best = _best(_alternatives(parser.parse(pattern, FLAGS)))
    if best is None or min(map(len, best)) < SHORTEST:
        raise PatternError(
            f"no text of {SHORTEST} or more characters stands in every match of {pattern!r}: spell out a fixed word"
        )
    return best


def _alternatives(tree: Any) -> list[frozenset[str]]:
    """All sets of which each is a requirement of its own (one member must occur)."""
    found: list[frozenset[str]] = []
    run = ""
    for code, value in tree:
        if code in _REFUSED:
            raise PatternError(f"{_REFUSED[code]} is not allowed in rules: use `unless` or `near`")
        letter = _single(code, value)
        if letter is not None:
            run += letter
            continue
        if code is op.AT:
            continue
        if run:
            found.append(frozenset({run}))
            run = ""
        found.extend(_inside(code, value))
    if run:
        found.append(frozenset({run}))
    return found


def _single(code: Any, value: Any) -> str | None:
    """The one lower-case character this node stands for, if it is one."""
    if code is op.LITERAL:
        return _fold(chr(value))
    if code is op.IN and all(c is op.LITERAL for c, _ in value):
        letters = {_fold(chr(v)) for _, v in value}
        return letters.pop() if len(letters) == 1 else None
    return None


def _fold(char: str) -> str | None:
    if char.isascii():
        return char.lower()
    return char if char.lower() == char.upper() else None


def _inside(code: Any, value: Any) -> list[frozenset[str]]:
    if code is op.SUBPATTERN:
        return _alternatives(value[3])
    if code in (op.MAX_REPEAT, op.MIN_REPEAT):
        inner = _alternatives(value[2])
        return inner if value[0] >= 1 else []
    if code is op.BRANCH:
        choices = [_best(_alternatives(branch)) for branch in value[1]]
        if any(choice is None for choice in choices):
            return []
        return [frozenset().union(*(choice for choice in choices if choice is not None))]
    return []


def _best(sets: list[frozenset[str]]) -> frozenset[str] | None:
    """The most telling requirement: the longest shortest member, then the fewest members."""
    return max(sets, key=lambda literals: (min(map(len, literals)), -len(literals)), default=None)
