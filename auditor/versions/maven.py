"""Maven's versions. A repository keeps each spelling apart; their order is that of Maven's specification.

https://maven.apache.org/pom.html#version-order-specification
"""

from __future__ import annotations

import re
from functools import cmp_to_key

from auditor.versions.parsed import ParsedVersion

_WHOLE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+~-]*")
_TOKEN = re.compile(r"([._+~-]?)([0-9]+|[A-Za-z]+|(?=[._+~-]|$))")
_QUALIFIERS = ("alpha", "beta", "milestone", "rc", "snapshot", "", "sp")
_SHORT = {"a": "alpha", "b": "beta", "m": "milestone"}
_ALIASES = {"ga": "", "final": "", "release": "", "cr": "rc"}

Token = tuple[str, int | str]
"""The separator before it, `.` or `-`, and a number or a qualifier."""


def maven_version(text: str) -> ParsedVersion | None:
    """Read a version as written: Maven Central has `1.0` and `1.0.0` side by side."""
    if _WHOLE.fullmatch(text) is None:
        return None
    tokens = _tokens(text.lower())
    before = any(value in ("alpha", "beta", "milestone", "rc", "snapshot") for _, value in tokens)
    return ParsedVersion(text, (_ordered(tokens), text), text, before)


def _tokens(text: str) -> tuple[Token, ...]:
    """Cut at separators and where digits and letters meet, then drop what means zero and stands before nothing."""
    found: list[Token] = []
    matches = list(_TOKEN.finditer(text))
    for index, match in enumerate(matches):
        separator = "-" if match[1] in ("-", "") and index else "."
        value: int | str = int(match[2]) if match[2].isdigit() else match[2]
        if isinstance(value, str):
            digit_follows = index + 1 < len(matches) and not matches[index + 1][1] and matches[index + 1][2].isdigit()
            value = _SHORT.get(value, value) if digit_follows else value
            value = _ALIASES.get(value, value)
        if separator == "-" or isinstance(value, str):
            _trim(found)
        found.append((separator, value))
    _trim(found)
    return tuple(found)


def _trim(tokens: list[Token]) -> None:
    while tokens and tokens[-1][1] in (0, ""):
        tokens.pop()


def _compare(a: tuple[Token, ...], b: tuple[Token, ...]) -> int:
    """Token by token; the shorter one is filled with the zero of the other's kind."""
    for index in range(max(len(a), len(b))):
        left = a[index] if index < len(a) else _nothing_like(b[index])
        right = b[index] if index < len(b) else _nothing_like(a[index])
        ranks = _rank(left), _rank(right)
        if ranks[0] != ranks[1]:
            return -1 if ranks[0] < ranks[1] else 1
    return 0


def _nothing_like(token: Token) -> Token:
    return (token[0], 0 if isinstance(token[1], int) else "")


def _rank(token: Token) -> tuple[int, int, str]:
    """Qualifiers before `-number`, before `.number`."""
    separator, value = token
    if isinstance(value, int):
        return (2 if separator == "." else 1, value, "")
    known = _QUALIFIERS.index(value) if value in _QUALIFIERS else len(_QUALIFIERS)
    return (0, known, value)


_ordered = cmp_to_key(_compare)
