"""A rule's expression in the words of Hyperscan, made so lax that it compiles fast and never misses a line.

Where the expression matches the text of a line, the relaxed one matches in the bytes of that line: counts of repeats,
word boundaries and whatever is optional at the end are left out, and `^` allows for what stands in front of a line's
text. The expression itself has the last word on every line found this way.
"""

from __future__ import annotations

import re
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from auditor.logs.prefixes import ENDS
from auditor.rulebook.patterns import FLAGS

LINE_START = rb"(?:^|[\n\x80-\xff" + re.escape(ENDS) + rb"] |[\t\]])"
"""In front of a line's text: nothing, its time stamp, GitHub's marker, or what ends a caller's prefix."""

_ANY = rb"[^\n]"
_MOST_REPEATS = 4
"""Exact counts up to this one are kept; of the others, any number will do."""
_CATEGORIES = {op.CATEGORY_DIGIT: rb"0-9", op.CATEGORY_SPACE: rb" \t\r\f\v", op.CATEGORY_WORD: rb"0-9A-Za-z_"}
_NEGATED = {
    op.CATEGORY_NOT_DIGIT: rb"0-9",
    op.CATEGORY_NOT_SPACE: rb" \t\r\f\v",
    op.CATEGORY_NOT_WORD: rb"0-9A-Za-z_",
}
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT)
_CLASSES = (op.NOT_LITERAL, op.ANY, op.IN)
_STARTS = (op.AT_BEGINNING, op.AT_BEGINNING_STRING)
_ENDS = (op.AT_END, op.AT_END_STRING)


class Relaxed(NamedTuple):
    """An expression over bytes, for Hyperscan and `re` alike, with `^` and `$` meaning the ends of lines."""

    expression: bytes
    caseless: bool


def relaxed(pattern: str) -> Relaxed:
    """Relax an expression that `patterns.required_literals` accepts."""
    tree = parser.parse(pattern, FLAGS)
    return Relaxed(relaxed_sequence(list(tree)), bool(tree.state.flags & re.IGNORECASE))


def relaxed_sequence(tree: list[Any]) -> bytes:
    """Relax a sequence of nodes of such an expression."""
    return _sequence(_behind_anything(_trimmed(tree)), last=True)


def quoted(text: str) -> bytes:
    """The expression that matches this text and nothing else."""
    return b"".join(_byte(each) for each in text.encode("utf-8", "surrogatepass"))


def _behind_anything(tree: list[Any]) -> list[Any]:
    """What follows a beginning that any line may have, such as `^\\s*\\w[^\\n]{0,80}`, which would be tried in every line."""
    behind = 0
    for at, (code, value) in enumerate(tree):
        if code in _REPEATS and _is_wide(value[2]):
            behind = at + 1
        elif code is not op.AT and code not in _REPEATS and code not in _CLASSES:
            break
    return tree[behind:] if any(code not in (op.AT, *_REPEATS) for code, _ in tree[behind:]) else tree


def _is_wide(inner: Any) -> bool:
    nodes = list(inner)
    return len(nodes) == 1 and nodes[0][0] in _CLASSES and _characters(*nodes[0])[1]


def _trimmed(tree: list[Any]) -> list[Any]:
    """The sequence without what its end may as well leave out: each further end of a match would be told, too."""
    while tree:
        code, value = tree[-1]
        if code is op.AT and value not in _ENDS and value not in _STARTS:
            tree = tree[:-1]
        elif code in _REPEATS:
            least, _, inner = value
            tree = tree[:-1] + (list(inner) if least else [])
        elif code is op.SUBPATTERN:
            group, add, remove, inner = value
            inner = _trimmed(list(inner))
            if inner:
                return [*tree[:-1], (op.SUBPATTERN, (group, add, remove, inner))]
            tree = tree[:-1]
        elif code is op.BRANCH:
            branches = [_trimmed(list(branch)) for branch in value[1]]
            if all(branches):
                return [*tree[:-1], (op.BRANCH, (None, branches))]
            tree = tree[:-1]
        else:
            break
    return tree


def _sequence(tree: Any, last: bool) -> bytes:
    nodes = list(tree)
    return b"".join(_node(code, value, last and node == len(nodes) - 1) for node, (code, value) in enumerate(nodes))


def _node(code: Any, value: Any, last: bool) -> bytes:
    """One node; `last` when nothing follows it in any match."""
    if code is op.AT:
        return LINE_START if value in _STARTS else b"$" if last and value in _ENDS else b""
    if code is op.SUBPATTERN:
        _, add, remove, inner = value
        flag = b"i" if add & re.IGNORECASE else b"-i" if remove & re.IGNORECASE else b""
        return b"(?" + flag + b":" + _sequence(inner, last) + b")"
    if code is op.BRANCH:
        return b"(?:" + b"|".join(_sequence(branch, last) for branch in value[1]) + b")"
    if code in _REPEATS:
        return _repeat(*value)
    characters, wide = _characters(code, value)
    # What is one character can be several bytes.
    return characters + b"+" if wide and not last else characters


def _repeat(least: int, most: int, inner: Any) -> bytes:
    nodes = list(inner)
    wide = False
    if len(nodes) == 1 and nodes[0][0] in (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN):
        what, wide = _characters(*nodes[0])
        what = what if what.startswith((b"[", b"(?:")) else b"(?:" + what + b")"
    else:
        what = b"(?:" + _sequence(inner, last=False) + b")"
        if what == b"(?:)":
            return b""
    if most == 1 and not wide:
        return what if least else what + b"?"
    if least == most <= _MOST_REPEATS and not wide:
        return what + b"{%d}" % least
    return what + (b"+" if least else b"*")


def _characters(code: Any, value: Any) -> tuple[bytes, bool]:
    """What one character looks like in bytes; and whether this stands for one byte of several."""
    if code is op.LITERAL:
        return (_ANY, True) if value == 0xFFFD else (quoted(chr(value)), False)
    if code is op.NOT_LITERAL:
        return (_ANY if value > 127 else b"[^" + _byte(value) + rb"\n]"), True
    if code is op.IN:
        return _class(value)
    return _ANY, True


def _class(parts: Any) -> tuple[bytes, bool]:
    negated = parts[0][0] is op.NEGATE
    inside, texts = b"", []
    for kind, value in parts:
        if kind is op.LITERAL and value < 128:
            inside += _byte(value)
        elif kind is op.LITERAL and value != 0xFFFD:
            texts.append(quoted(chr(value)))
        elif kind is op.RANGE and value[1] < 128:
            inside += _byte(value[0]) + b"-" + _byte(value[1])
        elif kind is op.CATEGORY and value in _CATEGORIES:
            inside += _CATEGORIES[value]
        elif kind is op.CATEGORY and len(parts) == 1:
            return b"[^" + _NEGATED[value] + rb"\n]", True
        elif kind is not op.NEGATE:
            return _ANY, True
    if negated:
        return (_ANY if not inside else b"[^" + inside + rb"\n]"), True
    if not texts:
        return b"[" + inside + b"]", False
    return b"(?:" + b"|".join([*texts, *([b"[" + inside + b"]"] if inside else [])]) + b")", False


def _byte(value: int) -> bytes:
    """A byte as it is written inside and outside of classes."""
    return b"%c" % value if chr(value).isalnum() and value < 128 else b"\\x%02x" % value
