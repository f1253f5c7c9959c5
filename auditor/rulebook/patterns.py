"""What every match of a regular expression must contain, read from its syntax tree.

The scanner looks for these literals first, all at once, and only then asks the expression itself. Lookaround, back
references and possessive forms are refused: they need backtracking, and a rule must never be slow on hostile text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, TypeAlias

from auditor.rulebook.rarity import share_of_lines

FLAGS = re.ASCII
SHORTEST = 2
"""A literal shorter than this stands in too many lines to save any work."""
MOST_CHOICES = 160
"""More texts than this are not spelled out; the search goes on with what stands around them."""
LARGEST_CLASS = 12
"""A class of more characters, such as `[a-z]`, is not spelled out."""

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
_LINE_END = "\n"
"""Stands in a literal for the beginning or the end of the line; no line holds one."""
_ENDS = (op.AT_BEGINNING, op.AT_BEGINNING_STRING, op.AT_END, op.AT_END_STRING)
_CATEGORIES = {op.CATEGORY_DIGIT: b"0123456789", op.CATEGORY_SPACE: b" \t"}
"""A cleaned line (see `logs.segments`) has no other white space."""
_FOLDED = {code: chr(code).lower() for code in range(128)}
_EACH_TEXT = 2.0**-14
"""What a text costs that stands in no line: room in the automaton."""


class PatternError(ValueError):
    """The expression is valid Python, but not one that rules may use."""


def required_literals(pattern: str) -> Texts:
    """Return lower-case literals of which every matching line contains at least one: the rarest such set.

    A line feed at the beginning or the end of a literal stands for that end of the line. Raises `PatternError` when the
    expression uses a refused construct, or when no literal of at least `SHORTEST` characters is certain.
    """
    return requirements(pattern)[0]


_known: dict[str, tuple[Texts, ...]] = {}
_told: dict[str, Iterable[Iterable[str]]] = {}


def learn_requirements(told: Mapping[str, Iterable[Iterable[str]]]) -> None:
    """Take over what an earlier process found out."""
    _told.update(told)


def requirements(pattern: str) -> tuple[Texts, ...]:
    """Return one or two sets of literals, the rarer first; every matching line contains one of each.

    Raises like `required_literals`.
    """
    known = _known.get(pattern)
    if known is None:
        told = _told.get(pattern)
        # Most of what is told is never asked for: sets are made of it when it is.
        known = _known[pattern] = _read(pattern) if told is None else tuple(map(frozenset, told))
    return known


def _read(pattern: str) -> tuple[Texts, ...]:
    usable = _certain(parser.parse(pattern, FLAGS))
    if not usable:
        raise PatternError(
            f"no text of {SHORTEST} or more characters stands in every match of {pattern!r}: spell out a fixed word"
        )
    return tuple(_fewest(texts) for texts in dict.fromkeys(usable[:2]))


def rarest_texts(nodes: Any) -> Texts | None:
    """Like `required_literals`, of a sequence of nodes of such an expression; None when no text is certain."""
    usable = _certain(nodes)
    return _fewest(usable[0]) if usable else None


def _certain(nodes: Any) -> list[Texts]:
    """The requirements of a whole sequence that say something, the rarest first."""
    found, tail = _walk(nodes, _NOTHING)
    return _ranked([*found, tail])


def _long_enough(texts: Texts) -> bool:
    return all(len(text.strip(_LINE_END)) >= SHORTEST for text in texts)


def _walk(tree: Any, run: Texts) -> tuple[list[Texts], Texts]:
    """The requirements of a sequence, and the texts one of which stands directly in front of what follows it.

    `run` are the texts that stand directly in front of the sequence; the empty text says that nothing is known.
    """
    found: list[Texts] = []
    for code, value in tree:
        _refuse(code)
        exact = _exact(code, value)
        joined = _joined(run, exact) if exact is not None else None
        if joined is not None:
            run = joined
            continue
        found.append(run)
        if exact is not None:
            run = exact
            continue
        inside, run = _inside(code, value, run)
        found.extend(inside)
    return [texts for texts in found if "" not in texts], run


def _refuse(code: Any) -> None:
    if code in _REFUSED:
        raise PatternError(f"{_REFUSED[code]} is not allowed in rules: use `unless` or `near`")


def _exact(code: Any, value: Any) -> Texts | None:
    """Every text that this node can match, when these are few and certain."""
    if code is op.AT:
        return frozenset({_LINE_END}) if value in _ENDS else _NOTHING
    if code is op.LITERAL:
        return _folded([value])
    if code is op.IN:
        return _class(value)
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
    if left is _NOTHING or right is _NOTHING:
        return right if left is _NOTHING else left
    return frozenset((one + other).replace(_LINE_END * 2, _LINE_END) for one in left for other in right)


def _class(parts: Any) -> Texts | None:
    """The characters of a class, when it is small."""
    codes: list[int] = []
    for kind, value in parts:
        if kind is op.LITERAL:
            codes.append(value)
        elif kind is op.CATEGORY and value in _CATEGORIES:
            codes += _CATEGORIES[value]
        elif kind is op.RANGE and value[1] - value[0] < LARGEST_CLASS:
            codes += range(value[0], value[1] + 1)
        else:
            return None
    return _folded(codes) if len(codes) <= LARGEST_CLASS else None


def _folded(codes: list[int]) -> Texts | None:
    """The characters in lower case; None when one of them has a case that bytes do not know."""
    folded = [_FOLDED.get(code) or _fold(code) for code in codes]
    return None if None in folded else frozenset(text for text in folded if text)


def _fold(code: int) -> str | None:
    char = chr(code)
    return char if char.lower() == char.upper() else None


def _inside(code: Any, value: Any, run: Texts) -> tuple[list[Texts], Texts]:
    """Like `_walk`, of a node that is not certain as a whole."""
    if code is op.SUBPATTERN:
        return _walk(value[3], run)
    if code is op.BRANCH:
        context = run if len(run) * len(value[1]) <= MOST_CHOICES else _NOTHING
        branches = [_walk(branch, context) for branch in value[1]]
        ranked = [_ranked([*found, tail]) for found, tail in branches]
        tails = _either(*(tail for _, tail in branches))
        if not all(ranked):
            return [], tails
        # Every branch gives its best; and, as a requirement of its own, its second best.
        best = (choices[0] for choices in ranked)
        second = (choices[min(1, len(choices) - 1)] for choices in ranked)
        return [frozenset[str]().union(*best), frozenset[str]().union(*second)], tails
    if code in (op.MAX_REPEAT, op.MIN_REPEAT):
        least, most, inner = value
        found, tail = _walk(inner, run)
        if most > 1:
            found.append(tail)
            tail = _walk(inner, _NOTHING)[1]
        return (found, tail) if least else ([], _either(run, tail))
    return [], _NOTHING


def _either(*choices: Texts) -> Texts:
    """The texts of all choices, unless these are too many or one of them is unknown."""
    every = frozenset[str]().union(*choices)
    return _NOTHING if "" in every or len(every) > MOST_CHOICES else every


def _ranked(sets: list[Texts]) -> list[Texts]:
    """The requirements that say something, the one that the fewest lines fulfil first."""
    return sorted((texts for texts in sets if _long_enough(texts)), key=_cost)


def _fewest(texts: Texts) -> Texts:
    """The texts without those that hold another of them."""
    return frozenset(text for text in texts if not any(other in text and other != text for other in texts))


def _cost(texts: Texts) -> tuple[float, list[str]]:
    """The share of lines that fulfil the requirement; the texts themselves make the order certain."""
    return sum(map(share_of_lines, texts)) + len(texts) * _EACH_TEXT, sorted(texts)
