"""Reads YAML nodes as the shapes workflow files are made of, and notes what is odd instead of failing."""

from __future__ import annotations

from auditor.model.workflow import Problem, Text
from auditor.workflows.yaml_scalars import Scalar, meaning
from auditor.workflows.yaml_tree import Node

_MOST_PROBLEMS = 200


class Reader:
    """Reads nodes of one file; `problems` grows while it does, each mistake once."""

    def __init__(self) -> None:
        self._problems: dict[tuple[int, str], None] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was odd, by line."""
        return tuple(Problem(line=line, text=text) for line, text in sorted(self._problems))

    def note(self, line: int, text: str) -> None:
        """Remember a problem, up to a bound."""
        if len(self._problems) < _MOST_PROBLEMS:
            self._problems[line, text] = None

    def mapping(self, node: Node | None, what: str) -> dict[str, tuple[Node, Node]]:
        """Return key → (key node, value node); of duplicate keys the last one wins. Null and nothing are empty."""
        if node is None or is_null(node):
            return {}
        if node.kind != "map":
            self.note(node.line, f"{what} should be a mapping")
            return {}
        found: dict[str, tuple[Node, Node]] = {}
        for key, value in node.pairs:
            if key.kind != "scalar":
                self.note(key.line, f"a key of {what} is not a plain word")
                continue
            if key.text == "<<" and key.plain:
                self.note(key.line, "the merge key `<<` is not supported by GitHub")
            if key.text in found:
                self.note(key.line, f"the key `{key.text[:80]}` stands twice in {what}; the last one counts")
                del found[key.text]
            found[key.text] = (key, value)
        return found

    def text(self, node: Node | None, what: str) -> Text | None:
        """Return a scalar as written; nothing for null, or for a list or mapping, which is noted."""
        if node is None or is_null(node):
            return None
        if node.kind != "scalar":
            self.note(node.line, f"{what} should be a single value")
            return None
        return Text(text=node.text, line=node.text_line)

    def texts(self, node: Node | None, what: str) -> dict[str, Text]:
        """Return a mapping of names to scalars; a null value is empty text. An expression in its place gives none."""
        if node is not None and node.kind == "scalar" and "${{" in node.text:
            return {}
        found = {}
        for name, (key, value) in self.mapping(node, what).items():
            text = Text(text="", line=key.line) if is_null(value) else self.text(value, f"`{name[:80]}` in {what}")
            if text is not None:
                found[name] = text
        return found

    def several(self, node: Node | None, what: str) -> tuple[Text, ...]:
        """Return a scalar, or a list of scalars, as a tuple."""
        if node is None or is_null(node):
            return ()
        if node.kind == "list":
            found = [self.text(item, f"an item of {what}") for item in node.items]
            return tuple(item for item in found if item is not None)
        single = self.text(node, what)
        return (single,) if single is not None else ()

    def strings(self, node: Node | None, what: str) -> tuple[str, ...]:
        """Return `several` without the lines."""
        return tuple(item.text for item in self.several(node, what))


def is_null(node: Node) -> bool:
    """Tell whether a node is a null scalar."""
    return node.kind == "scalar" and meaning(node) is None


def scalar(node: Node) -> Scalar:
    """Return a scalar's value; null for a list or mapping."""
    return meaning(node) if node.kind == "scalar" else None


def value_of(found: dict[str, tuple[Node, Node]], key: str) -> Node | None:
    """Return the value node under a key, or nothing."""
    return found[key][1] if key in found else None
