"""The small path language that says where a fact is in a registry's answer (docs/registries.md, “Paths”).

An answer is made of mappings, lists and texts, whether it was JSON, XML, YAML, lines or headers. A path never fails: what is
not there gives nothing. Time is proportional to what the path touches, and what it touches is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

MOST_NODES = 200_000
"""Values that one path may give; what comes after is not looked at."""
LONGEST_PATH = 300

_PART = re.compile(
    r"""(?P<key> "(?P<quoted>[^"]{1,200})" | (?:\{[^{}]{1,120}\}|[^."\[\]{}])+ )? (?P<brackets>(?:\[[^\[\]]{0,120}\])*)""",
    re.VERBOSE,
)
_BRACKET = re.compile(r"\[(?P<inside>[^\[\]]*)\]")
_NUMBER = re.compile(r"\d{1,6}")


class PathError(ValueError):
    """A path that is not written as paths are."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value of an answer, and the key under which it was found."""

    value: Any
    key: str | None = None


@dataclass(frozen=True, slots=True)
class _Key:
    name: str
    template: bool


@dataclass(frozen=True, slots=True)
class _Each:
    pass


@dataclass(frozen=True, slots=True)
class _Values:
    pass


@dataclass(frozen=True, slots=True)
class _Index:
    number: int


@dataclass(frozen=True, slots=True)
class _Where:
    path: Path
    text: str


_Step = _Key | _Each | _Values | _Index | _Where


@dataclass(frozen=True, slots=True)
class Path:
    """A path that was taken apart. With `from_root`, it starts at the whole answer wherever it is used."""

    steps: tuple[_Step, ...]
    from_root: bool = False


@lru_cache(maxsize=2048)
def parse_path(text: str) -> Path:
    """Take a path apart. Raises `PathError`, which says what is wrong."""
    if len(text) > LONGEST_PATH:
        raise PathError(f"a path of more than {LONGEST_PATH} characters")
    from_root = text == "$" or text.startswith("$.")
    rest = text[2:] if from_root else text
    if not rest:
        return Path((), from_root)
    steps: list[_Step] = []
    position = 0
    while True:
        match = _PART.match(rest, position)
        if match is None or match.end() == position:
            raise PathError(f"cannot be read from {rest[position : position + 20]!r} on: {text!r}")
        steps += _steps(match, text)
        position = match.end()
        if position == len(rest):
            return Path(tuple(steps), from_root)
        if rest[position] != ".":
            raise PathError(f"a dot is missing before {rest[position : position + 20]!r}: {text!r}")
        position += 1


def _steps(match: re.Match[str], text: str) -> Iterator[_Step]:
    key = match["key"]
    if key == "*":
        yield _Values()
    elif key is not None:
        yield _Key(match["quoted"] or key, template=match["quoted"] is None and "{" in key)
    for bracket in _BRACKET.finditer(match["brackets"]):
        inside = bracket["inside"]
        if not inside:
            yield _Each()
        elif _NUMBER.fullmatch(inside):
            yield _Index(int(inside))
        else:
            path, sign, wanted = inside.partition("=")
            if not sign or not path:
                raise PathError(f"[{inside}] is neither [], [number] nor [path=text]: {text!r}")
            yield _Where(parse_path(path), wanted)


Fill = Callable[[str], str]
"""Fills a key that is a template; raises `LookupError` for a name that is not there."""


def nodes(path: str, node: Node, root: Any, fill: Fill) -> list[Node]:
    """What the path leads to from a node, at most `MOST_NODES`; `fill` fills templates in keys."""
    parsed = parse_path(path)
    found: Iterator[Node] = iter((Node(root) if parsed.from_root else node,))
    for step in parsed.steps:
        found = _go(step, found, root, fill)
    return [node for node in islice(found, MOST_NODES) if node.value is not None]


def _go(step: _Step, found: Iterator[Node], root: Any, fill: Fill) -> Iterator[Node]:
    for node in found:
        value = node.value
        match step:
            case _Key():
                yield from _child(step, node, fill)
            case _Each():
                yield from (Node(item, node.key) for item in (value if isinstance(value, list) else (value,)))
            case _Values():
                if isinstance(value, dict):
                    yield from (Node(item, str(key)) for key, item in value.items())
            case _Index():
                items = value if isinstance(value, list) else [value]
                if step.number < len(items):
                    yield Node(items[step.number], node.key)
            case _Where():
                for item in value if isinstance(value, list) else (value,):
                    if any(text_of(n.value) == step.text for n in _plain(step.path, Node(item), fill)):
                        yield Node(item, node.key)


def _plain(path: Path, node: Node, fill: Fill) -> Iterator[Node]:
    found: Iterator[Node] = iter((node,))
    for step in path.steps:
        found = _go(step, found, None, fill)
    return islice(found, 1000)


def _child(step: _Key, node: Node, fill: Fill) -> Iterator[Node]:
    value = node.value
    name = fill(step.name) if step.template else step.name
    if isinstance(value, dict) and name in value:
        yield Node(value[name], name)
    elif name == "@key" and node.key is not None:
        yield Node(node.key, node.key)
    elif name == "#text" and isinstance(value, str):
        yield Node(value, name)


def text_of(value: Any) -> str | None:
    """A single value as text: `true` and `false` for booleans; nothing for lists and mappings, except an XML element's text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        inner = value.get("#text")
        return inner if isinstance(inner, str) else None
    return None
