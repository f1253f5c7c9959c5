"""Texts with `${{ }}` in them, and how GitHub turns a whole value or an `if` into one expression."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from auditor.workflows.expression.parser import parse
from auditor.workflows.expression.tree import Call, ExpressionError, Literal, Tree, walk

STATUS_FUNCTIONS = frozenset({"always", "success", "failure", "cancelled"})
_OPEN = "${{"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a template: literal text, or the inside of `${{ }}`; `start` is where `text` begins."""

    text: str
    start: int
    is_expression: bool


def segments(template: str) -> tuple[Segment, ...]:
    """Cut a template at its `${{ }}`; a `}}` inside a quoted string does not close.

    Raises `ExpressionError` when one is not closed or empty.
    """
    found: list[Segment] = []
    at = 0
    while (start := template.find(_OPEN, at)) >= 0:
        if start > at:
            found.append(Segment(template[at:start], at, False))
        inner = start + len(_OPEN)
        end = _close(template, inner)
        if end < 0:
            raise ExpressionError("`${{` is not closed", start)
        if not template[inner:end].strip():
            raise ExpressionError("`${{ }}` is empty", start)
        found.append(Segment(template[inner:end], inner, True))
        at = end + 2
    if at < len(template):
        found.append(Segment(template[at:], at, False))
    return tuple(found)


def _close(template: str, at: int) -> int:
    quoted = False
    for index in range(at, len(template) - 1):
        if template[index] == "'":
            quoted = not quoted
        elif not quoted and template[index] == "}" and template[index + 1] == "}":
            return index
    return -1


@lru_cache(maxsize=1024)
def tree_of(text: str) -> Tree | None:
    """Return the tree of a value: bare, wrapped in one `${{ }}`, or text mixed with several; nothing when blank.

    Text around `${{ }}` makes the whole a string, as GitHub's `format` does it. That is why an `if` such as
    `${{ false }} ` or a block `|` with `${{ false }}` and its line break is always true. Raises `ExpressionError`.
    """
    if not text.strip():
        return None
    if _OPEN not in text:
        return parse(text)
    found = segments(text)
    if len(found) == 1:
        return parse(found[0].text, found[0].start)
    return mixed(found, len(text))


@lru_cache(maxsize=1024)
def condition_tree(text: str) -> Tree | None:
    """Like `tree_of`, for an `if`, where `${{ 'text' }}` is first unwrapped and its text then read as expression."""
    tree = tree_of(text)
    if _OPEN in text and isinstance(tree, Literal) and isinstance(tree.value, str):
        return tree_of(tree.value) if _OPEN not in tree.value else tree
    return tree


def mixed(found: tuple[Segment, ...], length: int) -> Tree:
    """Return the `format` call that GitHub makes of literal text and expressions."""
    pattern = ""
    args: list[Tree] = []
    for segment in found:
        if segment.is_expression:
            pattern += "{" + str(len(args)) + "}"
            args.append(parse(segment.text, segment.start))
        else:
            pattern += segment.text.replace("{", "{{").replace("}", "}}")
    depth = 1 + max((arg.depth for arg in args), default=0)
    return Call("format", (Literal(pattern, 0, 0), *args), 0, length, depth)


def status_functions(tree: Tree | None) -> bool:
    """Tell whether `always()`, `success()`, `failure()` or `cancelled()` stands anywhere in a tree."""
    return tree is not None and any(isinstance(node, Call) and node.name in STATUS_FUNCTIONS for node in walk(tree))
