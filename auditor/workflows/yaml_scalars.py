"""What a plain YAML scalar means to GitHub: the core schema of YAML 1.2, where `on`, `yes` and `no` are strings.

https://yaml.org/spec/1.2.2/#103-core-schema
"""

from __future__ import annotations

import math
import re
from typing import TypeAlias

from auditor.workflows.yaml_tree import Node

Scalar: TypeAlias = bool | float | int | str | None

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_INFINITY = re.compile(r"[-+]?\.(?:inf|Inf|INF)")
_NAN = frozenset({".nan", ".NaN", ".NAN"})
_LONGEST_NUMBER = 60


def meaning(node: Node) -> Scalar:
    """Return the value of a scalar node; quoted and block scalars are always strings, whole numbers are `int`."""
    text = node.text
    if not node.plain:
        return text
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if len(text) > _LONGEST_NUMBER:
        return text
    if _DECIMAL.fullmatch(text):
        return whole(float(text))
    if _BASED.fullmatch(text):
        return int(text[2:], 8 if text[1] == "o" else 16)
    if _INFINITY.fullmatch(text):
        return -math.inf if text.startswith("-") else math.inf
    return math.nan if text in _NAN else text


def whole(number: float) -> float | int:
    """Return a float without fraction as `int`, where that loses nothing."""
    return int(number) if math.isfinite(number) and number == int(number) and abs(number) < 2**53 else number
