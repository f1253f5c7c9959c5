"""The tree of one expression. `start` and `end` cut the node's own text out of the source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias


class ExpressionError(ValueError):
    """An expression that GitHub would refuse; `position` counts characters from 0 in the text given."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(f"{reason} at position {position + 1}")
        self.reason = reason
        self.position = position


@dataclass(frozen=True, slots=True)
class Literal:
    """A boolean, number, string or null written in the expression."""

    value: Any
    start: int
    end: int
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Context:
    """A context by name: `github`."""

    name: str
    start: int
    end: int
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Index:
    """`target.key`, `target['key']`, or `target.*` when there is no key."""

    target: Tree
    key: Tree | None
    start: int
    end: int
    depth: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; `name` is in lower case."""

    name: str
    args: tuple[Tree, ...]
    start: int
    end: int
    depth: int


@dataclass(frozen=True, slots=True)
class Not:
    """`!operand`."""

    operand: Tree
    start: int
    end: int
    depth: int


@dataclass(frozen=True, slots=True)
class Compare:
    """One of `==`, `!=`, `<`, `<=`, `>`, `>=`."""

    operator: str
    left: Tree
    right: Tree
    start: int
    end: int
    depth: int


@dataclass(frozen=True, slots=True)
class Logic:
    """A chain of `&&` or of `||`."""

    operator: str
    parts: tuple[Tree, ...]
    start: int
    end: int
    depth: int


Tree: TypeAlias = Literal | Context | Index | Call | Not | Compare | Logic


def children(node: Tree) -> tuple[Tree, ...]:
    """Return the direct parts of a node."""
    if isinstance(node, Index):
        return (node.target,) if node.key is None else (node.target, node.key)
    if isinstance(node, Call):
        return node.args
    if isinstance(node, Not):
        return (node.operand,)
    if isinstance(node, Compare):
        return (node.left, node.right)
    return node.parts if isinstance(node, Logic) else ()


def walk(node: Tree) -> list[Tree]:
    """Return the node and everything below it, in source order."""
    found, stack = [], [node]
    while stack:
        current = stack.pop()
        found.append(current)
        stack.extend(reversed(children(current)))
    return found


def path_of(node: Tree) -> tuple[str, ...] | None:
    """Return `('github', 'event_name')` for a plain context path in lower case; nothing for anything else."""
    keys: list[str] = []
    while isinstance(node, Index):
        if not isinstance(node.key, Literal) or not isinstance(node.key.value, str):
            return None
        keys.append(node.key.value.lower())
        node = node.target
    return (node.name.lower(), *reversed(keys)) if isinstance(node, Context) else None
