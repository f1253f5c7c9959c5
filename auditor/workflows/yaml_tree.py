"""Hostile YAML text → a small tree of nodes with line numbers, bounded in size, depth and alias expansion.

The tree is built from parser events and not by PyYAML's composer, which recurses and would overflow the stack on deeply
nested text before any limit of ours could speak.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

from auditor.workflows.errors import WorkflowError

LARGEST_FILE = 5_000_000
"""Bytes of a workflow file; larger ones are refused."""
DEEPEST = 40
"""Levels of nesting; GitHub's own limit for templates is 50 and no workflow comes near."""
MOST_NODES = 100_000
"""Nodes after expanding every alias."""
MOST_ALIASES = 1_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Node:
    """One YAML node. `line` and `end_line` count from 1; `size` and `depth` include expanded aliases."""

    kind: Literal["scalar", "list", "map"]
    line: int
    end_line: int
    text: str = ""
    plain: bool = False
    style: str = ""
    items: tuple[Node, ...] = ()
    pairs: tuple[tuple[Node, Node], ...] = ()
    size: int = 1
    depth: int = 1

    @property
    def text_line(self) -> int:
        """The line a scalar's text starts on: for block scalars the one after the `|` or `>`."""
        return self.line + 1 if self.style in ("|", ">") else self.line


@dataclass(slots=True)
class _Open:
    kind: Literal["list", "map"]
    line: int
    anchor: str | None
    children: list[Node] = field(default_factory=list)


def split_lines(text: str) -> tuple[str, ...]:
    """Split text at the line breaks YAML knows, so that indexes agree with node lines."""
    return tuple(_LINE_BREAK.split(text))


def read_tree(path: str, text: str) -> Node:
    """Return the root node of a YAML text. Raises `WorkflowError` when it is invalid, empty, or beyond the limits."""
    if len(text) > LARGEST_FILE or len(text.encode("utf-8", "replace")) > LARGEST_FILE:
        raise WorkflowError(path, 1, f"the file is larger than {LARGEST_FILE // 1_000_000} MB and was not read")
    builder = _Builder(path, split_lines(text))
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(part for part in (error.context, error.problem) if part)
        raise WorkflowError(path, mark.line + 1 if mark else 1, f"not valid YAML: {said}") from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise WorkflowError(path, 1, "not valid YAML: it holds characters that YAML does not allow") from error
    if builder.root is None:
        raise WorkflowError(path, 1, "the file is empty")
    return builder.root


class _Builder:
    """Makes nodes of parser events, with a stack of its own."""

    def __init__(self, path: str, lines: tuple[str, ...]) -> None:
        self.root: Node | None = None
        self._path = path
        self._lines = lines
        self._stack: list[_Open] = []
        self._anchors: dict[str, Node | None] = {}
        self._nodes = 0
        self._aliases = 0

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.ScalarEvent):
            self._add(self._scalar(event), event.anchor)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            if len(self._stack) >= DEEPEST:
                raise WorkflowError(self._path, line, f"nested deeper than {DEEPEST} levels")
            if event.anchor:
                self._anchors[event.anchor] = None
            kind: Literal["list", "map"] = "map" if isinstance(event, yaml.MappingStartEvent) else "list"
            self._stack.append(_Open(kind, line, event.anchor))
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._close(event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(str(event.anchor), line)
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            raise WorkflowError(self._path, line, "the file holds more than one YAML document")

    def _scalar(self, event: Any) -> Node:
        start, end = event.start_mark.line, event.end_mark.line
        if end > start and event.end_mark.column == 0:
            end -= 1
        plain = event.style in (None, "") and event.implicit[0]
        return Node(
            "scalar", start + 1, self._last_written(start, end), text=event.value, plain=plain, style=event.style or ""
        )

    def _last_written(self, first: int, last: int) -> int:
        """Step back over blank lines; both arguments count from 0, the answer from 1."""
        last = min(last, len(self._lines) - 1)
        while last > first and not self._lines[last].strip():
            last -= 1
        return last + 1

    def _close(self, event: Any) -> None:
        frame = self._stack.pop()
        children = frame.children
        end = max([frame.line, *(child.end_line for child in children)])
        flow_end = event.end_mark.line
        # The end of a block collection is only noticed at the next token; a flow collection ends at its bracket.
        if event.end_mark.column > event.start_mark.column and flow_end < len(self._lines):
            end = max(end, flow_end + 1)
        size = 1 + sum(child.size for child in children)
        depth = 1 + max((child.depth for child in children), default=0)
        if size > MOST_NODES:
            raise WorkflowError(self._path, frame.line, f"more than {MOST_NODES} nodes once its aliases are expanded")
        if depth > DEEPEST:
            raise WorkflowError(self._path, frame.line, f"nested deeper than {DEEPEST} levels, with aliases expanded")
        if frame.kind == "list":
            node = Node("list", frame.line, end, items=tuple(children), size=size, depth=depth)
        else:
            pairs = tuple(zip(children[::2], children[1::2], strict=True))
            node = Node("map", frame.line, end, pairs=pairs, size=size, depth=depth)
        self._add(node, frame.anchor)

    def _alias(self, anchor: str, line: int) -> None:
        self._aliases += 1
        if self._aliases > MOST_ALIASES:
            raise WorkflowError(self._path, line, f"more than {MOST_ALIASES} aliases")
        if anchor not in self._anchors:
            raise WorkflowError(self._path, line, f"the alias *{anchor[:80]} has no anchor")
        node = self._anchors[anchor]
        if node is None:
            raise WorkflowError(self._path, line, f"the alias *{anchor[:80]} stands inside its own anchor")
        self._add(node, None)

    def _add(self, node: Node, anchor: str | None) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise WorkflowError(self._path, node.line, f"more than {MOST_NODES} nodes")
        if anchor:
            self._anchors[anchor] = node
        if self._stack:
            self._stack[-1].children.append(node)
        else:
            self.root = node
