"""Values of GitHub's expression language, with a third answer: `UNKNOWN`.

Coercion and comparison: https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#operators
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Final, Literal, TypeAlias


class Unknown(Enum):
    """The type of `UNKNOWN`, so that it can be told apart by `is`."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("UNKNOWN is neither true nor false; compare it with `is`")


UNKNOWN: Final[Literal[Unknown.UNKNOWN]] = Unknown.UNKNOWN
"""The facts do not tell this value."""

Ternary: TypeAlias = bool | Literal[Unknown.UNKNOWN]
Value: TypeAlias = object
"""None, bool, int, float, str, a list, a mapping, or `UNKNOWN`."""


class Partial(Mapping[str, Any]):
    """A context of which only some keys are known: any other key is `UNKNOWN` and not null."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self._known = dict(known)

    def __getitem__(self, key: str) -> Any:
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


class Filtered(list[Any]):
    """What `.*` gives: further property access applies to each item."""


_HEX = re.compile(r"0x[0-9a-fA-F]{1,40}")
_OCTAL = re.compile(r"0o[0-7]{1,40}")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


def is_number(value: Value) -> bool:
    """Tell whether a value is a number; booleans are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_primitive(value: Value) -> bool:
    """Tell whether a value is null, a boolean, a number or a string."""
    return value is None or isinstance(value, (bool, int, float, str))


def parse_number(text: str) -> float:
    """Return the number a string stands for: 0 for blank text, NaN where it is none."""
    text = text.strip()
    if not text:
        return 0.0
    if _HEX.fullmatch(text) or _OCTAL.fullmatch(text):
        return float(int(text[2:], 16 if text[1] == "x" else 8))
    if _NUMBER.fullmatch(text):
        return float(text)
    return {"Infinity": math.inf, "+Infinity": math.inf, "-Infinity": -math.inf}.get(text, math.nan)


def to_number(value: Value) -> float:
    """Coerce to a number as GitHub does; lists and objects give NaN."""
    if value is None:
        return 0.0
    if isinstance(value, str):
        return parse_number(value)
    if isinstance(value, (bool, int, float)):
        try:
            return float(value)
        except OverflowError:
            return math.inf
    return math.nan


def to_text(value: Value) -> str:
    """Coerce to a string as GitHub does; a list is `Array`, an object `Object`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if is_number(value):
        return number_text(to_number(value))
    return "Object" if isinstance(value, Mapping) else "Array"


def number_text(number: float) -> str:
    """Write a number with at most 15 significant digits."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0:
        return "0"
    return format(number, ".15g")


def truth(value: Value) -> Ternary:
    """Tell whether a value counts as true: null, false, 0, NaN and the empty string do not."""
    if value is UNKNOWN:
        return UNKNOWN
    if value is None or value is False or value == "":
        return False
    if is_number(value):
        number = to_number(value)
        return not (number == 0 or math.isnan(number))
    return True


def fold(text: str) -> str:
    """Upper-case as GitHub compares; the dotless i stays itself."""
    return "ı".join(part.upper() for part in text.split("ı"))


def _coerced(left: Value, right: Value) -> tuple[Value, Value]:
    """Bring both sides to one type where the types differ; lists and objects stay what they are."""
    kinds = (_kind(left), _kind(right))
    if kinds[0] == kinds[1] or "object" in kinds:
        return left, right
    return to_number(left), to_number(right)


def _kind(value: Value) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    return "number" if is_number(value) else "object"


def equals(left: Value, right: Value) -> Ternary:
    """GitHub's loose `==`: strings without case, different types as numbers, lists and objects by identity."""
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    left, right = _coerced(left, right)
    if _kind(left) != _kind(right):
        return False
    if isinstance(left, str) and isinstance(right, str):
        return fold(left) == fold(right)
    if _kind(left) == "object":
        return left is right
    return bool(left == right)


def less(left: Value, right: Value) -> Ternary:
    """GitHub's `<`: false for anything that has no order."""
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    left, right = _coerced(left, right)
    if _kind(left) != _kind(right) or _kind(left) in ("object", "null"):
        return False
    if isinstance(left, str) and isinstance(right, str):
        return fold(left) < fold(right)
    return to_number(left) < to_number(right)


def lookup(container: Value, key: Value) -> Value:
    """Index a value: keys without case, an absent key is null, or `UNKNOWN` in a `Partial` context."""
    if container is UNKNOWN or key is UNKNOWN:
        return UNKNOWN
    if isinstance(container, Filtered):
        found = [_item(item, key) for item in container]
        return (
            UNKNOWN
            if any(item is UNKNOWN and inner is UNKNOWN for item, inner in found)
            else Filtered(inner for item, inner in found if inner is not _ABSENT)
        )
    inner = _item(container, key)[1]
    return None if inner is _ABSENT else inner


_ABSENT: Final = object()


def _item(container: Value, key: Value) -> tuple[Value, Value]:
    if container is UNKNOWN:
        return container, UNKNOWN
    if isinstance(container, Mapping):
        if not is_primitive(key):
            return container, _ABSENT
        return container, _key(container, to_text(key))
    if isinstance(container, (list, tuple)):
        number = to_number(key) if is_primitive(key) else math.nan
        if math.isnan(number) or not 0 <= number < len(container):
            return container, _ABSENT
        return container, container[int(number)]
    return container, _ABSENT


def _key(mapping: Mapping[str, Any], key: str) -> Value:
    if key in mapping:
        return mapping[key]
    folded = fold(key)
    for name, value in mapping.items():
        if fold(name) == folded:
            return value
    return UNKNOWN if isinstance(mapping, Partial) else _ABSENT


def every(container: Value) -> Filtered | Literal[Unknown.UNKNOWN]:
    """Apply `.*`: the values of an object or a list, flattened one level when it is already filtered."""
    if container is UNKNOWN or isinstance(container, Partial):
        return UNKNOWN
    if isinstance(container, Filtered):
        flat = Filtered()
        for item in container:
            inner = every(item)
            if inner is UNKNOWN:
                return UNKNOWN
            flat.extend(inner)
        return flat
    if isinstance(container, Mapping):
        return Filtered(container.values())
    return Filtered(container) if isinstance(container, (list, tuple)) else Filtered()
