"""The structure of a script, the same for shells and PowerShell. `index` counts the script's lines from 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


class OpaqueScriptError(ValueError):
    """The script uses something that is not followed; nothing is said about it then."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """`>> target`; `body` is the text of a here-document."""

    operator: str
    target: str
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """One simple shell command: words as written, with their quotes; `NAME+` is assigned to by `NAME+=`."""

    words: tuple[str, ...]
    assignments: tuple[tuple[str, str], ...]
    redirects: tuple[Redirect, ...]
    index: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One simple PowerShell statement, or a condition when `is_test`."""

    text: str
    index: int
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """Statements one after the other."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """`first && second || third`: each of `rest` is an operator and what follows it."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """`! command`."""

    inner: Node


@dataclass(frozen=True, slots=True)
class Pipe:
    """`a | b | c`."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """`if` … `elif` … `else`."""

    arms: tuple[tuple[Node, Node], ...]
    otherwise: Node | None


@dataclass(frozen=True, slots=True)
class Choice:
    """`case`: the subject as written and the arms with their patterns."""

    subject: str
    arms: tuple[tuple[tuple[str, ...], Node], ...]
    index: int


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop; `entered` tells that its body runs at least once, `variables` are set by the loop itself."""

    head: Node | None
    body: Node
    entered: bool
    variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """`{ … }` or `( … )` with redirects of its own."""

    body: Node
    redirects: tuple[Redirect, ...]
    subshell: bool


@dataclass(frozen=True, slots=True)
class Function:
    """A function definition."""

    name: str
    body: Node


@dataclass(frozen=True, slots=True)
class Attempt:
    """`try` … `catch` … `finally`."""

    body: Node
    handler: Node | None
    final: Node | None


Node: TypeAlias = (
    Command | Statement | Sequence | Chain | Negation | Pipe | Branch | Choice | Loop | Group | Function | Attempt
)
