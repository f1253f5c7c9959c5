"""Expression text → tokens."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from auditor.workflows.expression.tree import ExpressionError
from auditor.workflows.expression.values import parse_number

LONGEST = 21_000
"""Characters of one expression; GitHub's own limit."""

_SPACE = re.compile(r"\s+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_NUMBER = re.compile(r"[-+.0-9][A-Za-z0-9_.+-]*")
_STRING = re.compile(r"'((?:[^']|'')*)'")
_SYMBOL = re.compile(r"&&|\|\||==|!=|<=|>=|[()\[\],.!<>*]")
_CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None, "NaN": math.nan, "Infinity": math.inf}
_BEFORE_DOT = frozenset({"name", ")", "]", "*"})


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `kind` is `literal`, `name`, `end`, or the symbol itself."""

    kind: str
    text: str
    start: int
    end: int
    value: Any = None


def tokens(text: str, offset: int = 0) -> list[Token]:
    """Cut an expression into tokens, the last of kind `end`; positions are shifted by `offset`.

    Raises `ExpressionError` for text that is too long or holds what no expression can.
    """
    if len(text) > LONGEST:
        raise ExpressionError(f"the expression is longer than {LONGEST} characters", offset)
    found: list[Token] = []
    at = 0
    while at < len(text):
        space = _SPACE.match(text, at)
        if space:
            at = space.end()
            continue
        token = _token(text, at, found[-1].kind if found else "", offset)
        found.append(token)
        at = token.end - offset
    found.append(Token("end", "", len(text) + offset, len(text) + offset))
    return found


def _token(text: str, at: int, before: str, offset: int) -> Token:
    char = text[at]
    start = at + offset
    if char == "'":
        quoted = _STRING.match(text, at)
        if quoted is None:
            raise ExpressionError("a string is not closed", start)
        return Token("literal", quoted[0], start, quoted.end() + offset, quoted[1].replace("''", "'"))
    name = _NAME.match(text, at)
    if name:
        kind = "literal" if name[0] in _CONSTANTS and before != "." else "name"
        return Token(kind, name[0], start, name.end() + offset, _CONSTANTS.get(name[0]))
    if char in "+-0123456789" or (char == "." and before not in _BEFORE_DOT):
        number = _NUMBER.match(text, at)
        value = parse_number(number[0]) if number else math.nan
        if number is None or math.isnan(value):
            said = "unexpected `{}`" if char == "." else "`{}` is not a number"
            raise ExpressionError(said.format(text[at : at + 20]), start)
        return Token("literal", number[0], start, number.end() + offset, value)
    symbol = _SYMBOL.match(text, at)
    if symbol is None:
        raise ExpressionError(f"unexpected `{text[at : at + 20]}`", start)
    return Token(symbol[0], symbol[0], start, symbol.end() + offset)
