"""What every match of a regular expression must contain, read from its syntax tree.

The scanner looks for these literals first, all at once, and only then asks the expression itself. Lookaround, back
references and possessive forms are refused: they need backtracking, and a rule must never be slow on hostile text.
"""

from __future__ import annotations

import math
import re
from functools import cache
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, TypeAlias

FLAGS = re.ASCII
SHORTEST = 2
"""A literal shorter than this stands in too many lines to save any work."""
MOST_CHOICES = 24
"""More texts than this are not spelled out; the search goes on with what stands around them."""

Texts: TypeAlias = frozenset[str]

_NOTHING: Texts = frozenset({""})
_REFUSED = {
    op.ASSERT: "lookahead or lookbehind",
    op.ASSERT_NOT: "negative lookahead or lookbehind",
    op.GROUPREF: "a back reference",
    op.GROUPREF_EXISTS: "a conditional group",
    op.ATOMIC_GROUP: "an atomic group",
    op.POSSESSIVE_REPEAT: "a possessive repeat",
}
_EVERYWHERE = frozenset(
    (
        "http",
        "https",
        "error",
        "errors",
        "failed",
        "failure",
        "warning",
        "info",
        "the",
        "and",
        "not",
        "from",
        "github.com",
    )
)
"""Words that stand in so many lines that they save little work."""


class PatternError(ValueError):
    """The expression is valid Python, but not one that rules may use."""


@cache
def required_literals(pattern: str) -> Texts:
    """Return lower-case literals of which every matching line contains at least one.

    Raises `PatternError` when the expression uses a refused construct, or when no literal of at least `SHORTEST`
    characters is certain.
    """
    best = _best(_requirements(parser.parse(pattern, FLAGS)))
    if best is None or min(map(len, best)) < SHORTEST:
        raise PatternError(
            f"no text of {SHORTEST} or more characters stands in every match of {pattern!r}: spell out a fixed word"
        )
    return best


def _requirements(tree: Any) -> list[Texts]:
    """All sets of which each is a requirement of its own: one of its members must occur."""
    found: list[Texts] = []
    run = _NOTHING
    for code, value in tree:
        _refuse(code)
        if code is op.AT:
            continue
        exact = _exact(code, value)
        joined = _joined(run, exact) if exact is not None else None
        if joined is not None:
            run = joined
            continue
        found.append(run)
        run = exact if exact is not None else _NOTHING
        if exact is None:
            found.extend(_inside(code, value))
    return [texts for texts in (*found, run) if "" not in texts]


def _refuse(code: Any) -> None:
    if code in _REFUSED:
        raise PatternError(f"{_REFUSED[code]} is not allowed in rules: use `unless` or `near`")


def _exact(code: Any, value: Any) -> Texts | None:
    """Every text that this node can match, when these are few and certain."""
    if code is op.LITERAL:
        return _folded([value])
    if code is op.IN and all(kind is op.LITERAL for kind, _ in value):
        return _folded([one for _, one in value])
    if code is op.SUBPATTERN:
        return _exact_sequence(value[3])
    if code is op.BRANCH:
        choices = [_exact_sequence(branch) for branch in value[1]]
        known = [choice for choice in choices if choice is not None]
        every = frozenset[str]().union(*known)
        return every if len(known) == len(choices) and len(every) <= MOST_CHOICES else None
    if code in (op.MAX_REPEAT, op.MIN_REPEAT) and value[1] == 1:
        inner = _exact_sequence(value[2])
        return inner | _NOTHING if inner is not None and value[0] == 0 else inner
    return None


def _exact_sequence(tree: Any) -> Texts | None:
    every: Texts = _NOTHING
    for code, value in tree:
        _refuse(code)
        part = _exact(code, value)
        joined = _joined(every, part) if part is not None else None
        if joined is None:
            return None
        every = joined
    return every


def _joined(left: Texts, right: Texts) -> Texts | None:
    """Every text of `left` followed by every text of `right`, unless these are too many."""
    if len(left) * len(right) > MOST_CHOICES:
        return None
    return frozenset(one + other for one in left for other in right)


def _folded(codes: list[int]) -> Texts | None:
    """The characters in lower case; None when one of them has a case that bytes do not know."""
    chars = [chr(code) for code in codes]
    if not all(char.isascii() or char.lower() == char.upper() for char in chars):
        return None
    texts = frozenset(char.lower() for char in chars)
    return texts if len(texts) <= MOST_CHOICES else None


def _inside(code: Any, value: Any) -> list[Texts]:
    """Requirements within a node that is not certain as a whole."""
    if code is op.SUBPATTERN:
        return _requirements(value[3])
    if code in (op.MAX_REPEAT, op.MIN_REPEAT):
        inner = _requirements(value[2])
        return inner if value[0] >= 1 else []
    if code is op.BRANCH:
        choices = [_best(_requirements(branch)) for branch in value[1]]
        known = [choice for choice in choices if choice is not None]
        return [frozenset[str]().union(*known)] if len(known) == len(choices) else []
    return []


def _best(sets: list[Texts]) -> Texts | None:
    """The requirement that the fewest lines fulfil."""
    return max(sets, key=lambda texts: (_rarity(texts), sorted(texts)), default=None)


def _rarity(texts: Texts) -> float:
    """Roughly the bits of the commonest member, less what many members cost together."""
    return min(map(_bits, texts)) - math.log2(len(texts)) / 2


def _bits(text: str) -> float:
    bits = sum(2.0 if c == " " else 3.0 if c.isalpha() else 3.3 if c.isdigit() else 4.5 for c in text)
    return bits / 2 if text.strip(" :/") in _EVERYWHERE else bits
