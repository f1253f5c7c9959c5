"""GitHub's functions over values.

https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#functions

A call that GitHub would abort on (text that is no JSON, a wrong format index) gives `UNKNOWN`, as does a result that
grows beyond `LARGEST`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from auditor.workflows.expression.values import (
    UNKNOWN,
    Partial,
    Ternary,
    Value,
    equals,
    fold,
    is_number,
    is_primitive,
    number_text,
    to_number,
    to_text,
    truth,
)

LARGEST = 1_000_000
"""Characters of any string a function makes."""

_FIELD = re.compile(r"\{\{|\}\}|\{(\d{1,4})\}|[{}]")
_DEEPEST = 60


def call(name: str, args: Sequence[Value]) -> Value:
    """Apply a function by its lower-case name; `UNKNOWN` for one not listed here, or with too few or many arguments."""
    entry = _FUNCTIONS.get(name)
    if entry is None:
        return UNKNOWN
    function, fewest, most = entry
    if not fewest <= len(args) <= most:
        return UNKNOWN
    return function(args)


def _contains(args: Sequence[Value]) -> Value:
    haystack, needle = args
    if haystack is UNKNOWN or needle is UNKNOWN:
        return UNKNOWN
    if isinstance(haystack, (list, tuple)):
        answers = [equals(item, needle) for item in haystack]
        if True in answers:
            return True
        return UNKNOWN if UNKNOWN in answers else False
    if is_primitive(haystack) and is_primitive(needle):
        return fold(to_text(needle)) in fold(to_text(haystack))
    return False


def _edges(test: Callable[[str, str], bool]) -> Callable[[Sequence[Value]], Ternary]:
    def apply(args: Sequence[Value]) -> Ternary:
        if args[0] is UNKNOWN or args[1] is UNKNOWN:
            return UNKNOWN
        if not (is_primitive(args[0]) and is_primitive(args[1])):
            return False
        return test(fold(to_text(args[0])), fold(to_text(args[1])))

    return apply


def _format(args: Sequence[Value]) -> Value:
    if any(arg is UNKNOWN for arg in args):
        return UNKNOWN
    made: list[str] = []
    pattern, at, size = to_text(args[0]), 0, 0
    for field in _FIELD.finditer(pattern):
        made.append(pattern[at : field.start()])
        at = field.end()
        if field[1] is not None:
            index = int(field[1]) + 1
            if index >= len(args):
                return UNKNOWN
            made.append(to_text(args[index]))
        elif len(field[0]) == 2:
            made.append(field[0][0])
        else:
            return UNKNOWN
        size += len(made[-1])
        if size > LARGEST:
            return UNKNOWN
    return _bounded("".join((*made, pattern[at:])))


def _join(args: Sequence[Value]) -> Value:
    if any(arg is UNKNOWN for arg in args):
        return UNKNOWN
    separator = to_text(args[1]) if len(args) > 1 and is_primitive(args[1]) else ","
    items = args[0]
    if is_primitive(items):
        return to_text(items)
    if not isinstance(items, (list, tuple)):
        return ""
    if any(item is UNKNOWN for item in items):
        return UNKNOWN
    texts = [to_text(item) if is_primitive(item) else "" for item in items]
    if sum(map(len, texts)) + len(separator) * len(texts) > LARGEST:
        return UNKNOWN
    return separator.join(texts)


def _to_json(args: Sequence[Value]) -> Value:
    plain = _plain(args[0], 0)
    return UNKNOWN if plain is UNKNOWN else _bounded(json.dumps(plain, indent=2, ensure_ascii=False))


def _plain(value: Value, depth: int) -> Value:
    """Copy a value for JSON; `UNKNOWN` when any part of it is."""
    if value is UNKNOWN or isinstance(value, Partial) or depth > _DEEPEST:
        return UNKNOWN
    if isinstance(value, Mapping):
        pairs = {str(key): _plain(item, depth + 1) for key, item in value.items()}
        return UNKNOWN if any(item is UNKNOWN for item in pairs.values()) else pairs
    if isinstance(value, (list, tuple)):
        items = [_plain(item, depth + 1) for item in value]
        return UNKNOWN if any(item is UNKNOWN for item in items) else items
    if is_number(value):
        number = to_number(value)
        return int(number) if number_text(number).lstrip("-").isdigit() else number
    return value


def _from_json(args: Sequence[Value]) -> Value:
    if args[0] is UNKNOWN or not is_primitive(args[0]):
        return UNKNOWN
    try:
        return json.loads(to_text(args[0]), parse_int=float)
    except (ValueError, RecursionError):
        return UNKNOWN


def _case(args: Sequence[Value]) -> Value:
    if len(args) % 2 == 0:
        return UNKNOWN
    for index in range(0, len(args) - 1, 2):
        answer = truth(args[index])
        if answer is UNKNOWN:
            return UNKNOWN
        if answer:
            return args[index + 1]
    return args[-1]


def _bounded(text: str) -> Value:
    return text if len(text) <= LARGEST else UNKNOWN


_MANY = 255
_FUNCTIONS: dict[str, tuple[Callable[[Sequence[Any]], Value], int, int]] = {
    "case": (_case, 3, _MANY),
    "contains": (_contains, 2, 2),
    "endswith": (_edges(str.endswith), 2, 2),
    "format": (_format, 1, _MANY),
    "fromjson": (_from_json, 1, 1),
    "join": (_join, 1, 2),
    "startswith": (_edges(str.startswith), 2, 2),
    "tojson": (_to_json, 1, 1),
}
