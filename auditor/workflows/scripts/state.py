"""What is known at one point of a script: variables, outputs set so far, how it ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from auditor.workflows.scripts.tree import OpaqueScriptError


@dataclass(frozen=True, slots=True)
class Dynamic:
    """A piece of text that only running the script would tell.

    `always` is the text it is known to be whatever the answer of the registry, `reason` why; `status` is the same for
    the status code of a response object.
    """

    always: str | None = None
    status: str | None = None
    never_empty: bool = False
    reason: str = ""


Value: TypeAlias = tuple[str | Dynamic, ...]
"""Text in pieces, neighbouring plain ones joined; empty text is the empty tuple."""

ANYTHING: Value = (Dynamic(),)
_MOST_PIECES = 30
MOST_NAMES = 150
"""Variables, and outputs, that are followed."""
UNSEEN = "*"
"""The name under which outputs are noted that a command sets unseen."""


def joined(*parts: Value) -> Value:
    """Concatenate values; neighbouring open pieces become one, and so does the rest of one with many pieces."""
    pieces: list[str | Dynamic] = []
    for part in parts:
        for piece in part:
            last = pieces[-1] if pieces else None
            if isinstance(piece, str) and isinstance(last, str):
                pieces[-1] = last + piece
            elif isinstance(piece, Dynamic) and (isinstance(last, Dynamic) or len(pieces) >= _MOST_PIECES):
                pieces[-1] = Dynamic()
            elif piece != "":
                pieces.append(piece)
    return tuple(pieces)


def plain(value: Value) -> str | None:
    """Return the text of a value without open pieces, or nothing."""
    if not value:
        return ""
    return value[0] if len(value) == 1 and isinstance(value[0], str) else None


def shown(value: Value) -> str:
    """Return a value as text, with a mark where it is open; good enough to recognise an address in."""
    return "".join(piece if isinstance(piece, str) else piece.always or "\x00" for piece in value)


def dynamic(value: Value) -> Dynamic | None:
    """Return the one open piece that is the whole value, or nothing."""
    return value[0] if len(value) == 1 and isinstance(value[0], Dynamic) else None


Pairs: TypeAlias = tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class State:
    """One way a script may stand.

    `ended` is empty, `ok`, `fail`, `exit` (a failing exit that no `catch` sees), `return`, or `loop` after `break`;
    `end_index` is the script line it happened on.
    """

    variables: Pairs = ()
    outputs: Pairs = ()
    errexit: bool = False
    pipefail: bool = False
    ended: str = ""
    end_index: int | None = None
    last_ok: bool = True
    captured: Value | None = None
    """What a command substitution has printed so far; nothing outside of one."""

    def variable(self, name: str) -> Value | None:
        """Return a variable's value, or nothing when the script has not set it."""
        return dict(self.variables).get(name)

    def output(self, name: str) -> Value | None:
        """Return an output's value by its name without case; nothing when it is not set.

        It may be anything when a command may have set it unseen.
        """
        outputs = {each.lower(): value for each, value in self.outputs}
        return outputs.get(name.lower(), outputs.get(UNSEEN))

    def with_variable(self, name: str, value: Value) -> State:
        """Return the state after an assignment."""
        return replace(self, variables=_set(self.variables, name, value))

    def with_output(self, name: str, value: Value) -> State:
        """Return the state after an output was set."""
        return replace(self, outputs=_set(self.outputs, name, value))

    def printed(self, value: Value) -> State:
        """Return the state after something was printed, which only matters in a command substitution."""
        return self if self.captured is None else replace(self, captured=joined(self.captured, value))

    def end(self, how: str, index: int) -> State:
        """Return the state after the script, or the loop, was left."""
        return replace(self, ended=how, end_index=index)


def _set(pairs: Pairs, name: str, value: Value) -> Pairs:
    if len(pairs) >= MOST_NAMES:
        raise OpaqueScriptError("the script sets too many variables to be followed")
    return tuple(sorted({**dict(pairs), name: value}.items(), key=lambda pair: pair[0]))
