"""`[ … ]`, `[[ … ]]` and `test` over values that may be open."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from auditor.workflows.scripts.state import State, Value, dynamic, plain

Outcomes: TypeAlias = list[tuple[State, bool]]
Expand: TypeAlias = Callable[[str], Value]

_EQUAL = frozenset({"=", "==", "-eq"})
_DIFFERENT = frozenset({"!=", "-ne"})
_NUMERIC = {
    "-eq": lambda left, right: left == right,
    "-ne": lambda left, right: left != right,
    "-lt": lambda left, right: left < right,
    "-le": lambda left, right: left <= right,
    "-gt": lambda left, right: left > right,
    "-ge": lambda left, right: left >= right,
}
_VARIABLE = re.compile(r'"?\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))"?')
_JOINING = frozenset({"-a", "-o", "&&", "||", "(", ")"})


def arguments(words: Sequence[str]) -> list[str]:
    """Return what is tested, as written, without `test` or the brackets."""
    inner = list(words[1:])
    if words[0] in ("[", "[[") and inner and inner[-1] in ("]", "]]"):
        inner.pop()
    return inner


def outcomes(words: Sequence[str], state: State, expand: Expand) -> Outcomes:
    """Return how a test may turn out, each with what is known afterwards."""
    tested = arguments(words)
    if any(word in _JOINING for word in tested):
        return [(state, True), (state, False)]
    negated = False
    while tested and tested[0] == "!":
        tested, negated = tested[1:], not negated
    found = _single(tested, state, expand, globs=words[0] == "[[")
    return [(after, answer is not negated) for after, answer in found]


def _single(tested: Sequence[str], state: State, expand: Expand, globs: bool) -> Outcomes:
    both = [(state, True), (state, False)]
    if len(tested) == 1:
        return _filled(expand(tested[0]), state, wanted=True)
    if len(tested) == 2 and tested[0] in ("-n", "-z"):
        return _filled(expand(tested[1]), state, wanted=tested[0] == "-n")
    if len(tested) != 3:
        return both
    left, operator, right = tested
    if globs and operator in ("=", "==", "!=") and re.search(r"[*?\[]", re.sub(r"'[^']*'|\"[^\"]*\"", "", right)):
        return both
    answer = compare(expand(left), operator, expand(right))
    if answer is not None:
        return [(state, answer)]
    return _refined(left, operator, plain(expand(right)), state)


def _filled(value: Value, state: State, wanted: bool) -> Outcomes:
    open_piece = dynamic(value)
    if open_piece is not None and open_piece.never_empty:
        return [(state, wanted)]
    text = plain(value)
    if text is not None:
        return [(state, bool(text) is wanted)]
    if any(isinstance(piece, str) and piece for piece in value):
        return [(state, wanted)]
    return [(state, True), (state, False)]


def compare(left: Value, operator: str, right: Value) -> bool | None:
    """Compare two values as `test` does; nothing when it depends on what is open, or on an operator not followed."""
    known = [_known(left), _known(right)]
    if known[0] is None or known[1] is None:
        return None
    if operator in ("=", "==", "!="):
        return (known[0] == known[1]) is (operator != "!=")
    if operator not in _NUMERIC:
        return None
    try:
        return bool(_NUMERIC[operator](int(known[0][:20]), int(known[1][:20])))
    except ValueError:
        return None


def _known(value: Value) -> str | None:
    open_piece = dynamic(value)
    return open_piece.always if open_piece is not None else plain(value)


def _refined(left: str, operator: str, right: str | None, state: State) -> Outcomes:
    """Both outcomes; where the variable was found equal to a text, it is that text from then on."""
    variable = _VARIABLE.fullmatch(left)
    if variable is None or right is None or operator not in _EQUAL | _DIFFERENT:
        return [(state, True), (state, False)]
    same = state.with_variable(variable[1] or variable[2], (right,) if right else ())
    return [(same, True), (state, False)] if operator in _EQUAL else [(state, True), (same, False)]
