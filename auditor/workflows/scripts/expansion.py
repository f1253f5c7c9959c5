"""Shell words → their possible values."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from auditor.workflows.scripts.shell_tokens import skip
from auditor.workflows.scripts.state import ANYTHING, State, Value, joined

Alternatives: TypeAlias = list[tuple[Value, bool | None]]
"""Possible values, each with the exit status of its last command substitution, where there is one."""
Substitute: TypeAlias = Callable[[str, State], Alternatives]

_MOST = 12
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")


def expand(word: str, state: State, substitute: Substitute) -> Alternatives:
    """Return the possible values of a word; more than a few become one that may be anything."""
    found: Alternatives = [((), None)]
    for alternatives in _pieces(word, state, substitute, quoted=False):
        found = [
            (joined(value, more), status if status is not None else before)
            for value, before in found
            for more, status in alternatives
        ]
        found = list(dict.fromkeys(found))
        if len(found) > _MOST:
            return [(ANYTHING, True), (ANYTHING, False)]
    return found


def _pieces(word: str, state: State, substitute: Substitute, quoted: bool) -> list[Alternatives]:
    pieces: list[Alternatives] = []
    at = 0
    while at < len(word):
        char = word[at]
        end = at + 1 if quoted and char == "'" else skip(word, at)
        part = word[at:end]
        if char == "'" and not quoted:
            pieces.append([((part[1:-1],), None)])
        elif char == '"' and not quoted:
            pieces.extend(_pieces(part[1:-1], state, substitute, quoted=True))
        elif char == "\\":
            keeps = quoted and part[1:] not in ('"', "\\", "$", "`", "\n")
            pieces.append([((part if keeps else part[1:].replace("\n", ""),), None)])
        elif char == "$" and (variable := _VARIABLE.match(word, at)):
            end = variable.end()
            value = state.variable(variable[1] or variable[2])
            pieces.append([(ANYTHING if value is None else value, None)])
        elif part.startswith("$(") and not part.startswith("$(("):
            pieces.append(substitute(part[2:-1], state))
        elif word.startswith("$?", at):
            end = at + 2
            pieces.append([(("0",) if state.last_ok else ("1",), None)])
        elif char in "$`" and (len(part) > 1 or word[at + 1 : at + 2] in tuple("@*#!$-0123456789")):
            end = max(end, at + 2)
            pieces.append([(ANYTHING, None)])
        else:
            pieces.append([((part,), None)])
        at = end
    return pieces
