"""Expands a static matrix as GitHub does, with `include` and `exclude`.

https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations

The label of a leg is what GitHub appends to the job's name: the values of the cross product joined by `, `, without
what `include` added to an existing leg; a leg that only `include` made shows all its values.
"""

from __future__ import annotations

from typing import Any

from auditor.model.workflow import Matrix, MatrixCombo
from auditor.workflows.expression.values import UNKNOWN, equals, lookup, to_text
from auditor.workflows.reading import Reader, scalar
from auditor.workflows.yaml_tree import Node

MOST_COMBOS = 256
"""Legs of one matrix; GitHub's own limit."""
LARGEST = 5_000
"""YAML nodes of one matrix; larger ones are treated as dynamic."""


class _Dynamic(Exception):  # noqa: N818 - not an error, a way out of the expansion
    """The matrix is only known at run time."""


def read_matrix(node: Node, line: int, reader: Reader) -> Matrix:
    """Expand `strategy.matrix`. A part that is an expression makes the whole dynamic: `combos` is nothing."""
    try:
        return Matrix(line=line, combos=_combos(node, reader))
    except _Dynamic:
        return Matrix(line=line, combos=None)


def has_expression(value: Any) -> bool:
    """Tell whether a matrix value is, or holds, an expression."""
    if isinstance(value, str):
        return "${{" in value
    if isinstance(value, dict):
        return any(has_expression(item) for item in value.values())
    return isinstance(value, list) and any(has_expression(item) for item in value)


def matrix_context(values: dict[str, Any]) -> dict[str, Any]:
    """Return the `matrix` context of one leg; a value that is an expression is `UNKNOWN`."""
    return {name: UNKNOWN if has_expression(value) else value for name, value in values.items()}


def _combos(node: Node, reader: Reader) -> tuple[MatrixCombo, ...]:
    if node.kind != "map":
        raise _Dynamic
    if node.size > LARGEST:
        reader.note(node.line, "the matrix is too large to be expanded")
        raise _Dynamic
    vectors: dict[str, list[Any]] = {}
    include: list[dict[str, Any]] = []
    exclude: list[dict[str, Any]] = []
    for name, (_, value) in reader.mapping(node, "the matrix").items():
        if value.kind != "list":
            raise _Dynamic
        items = [_plain(item) for item in value.items]
        if name in ("include", "exclude"):
            if not all(isinstance(item, dict) for item in items):
                raise _Dynamic
            (include if name == "include" else exclude).extend(items)
        else:
            vectors[name] = items
    return _expand(vectors, include, exclude, node.line, reader)


def _expand(
    vectors: dict[str, list[Any]],
    include: list[dict[str, Any]],
    exclude: list[dict[str, Any]],
    line: int,
    reader: Reader,
) -> tuple[MatrixCombo, ...]:
    size = 1 if vectors else 0
    for items in vectors.values():
        size *= len(items)
    if size + len(include) > 16 * MOST_COMBOS:
        reader.note(line, f"the matrix has more than {MOST_COMBOS} combinations")
        raise _Dynamic
    legs: list[dict[str, Any]] = [{}] if size else []
    for name, items in vectors.items():
        legs = [{**leg, name: item} for leg in legs for item in items]
    legs = [leg for leg in legs if not any(_matches(leg, wanted) for wanted in exclude)]
    extras: list[dict[str, Any]] = [{} for _ in legs]
    alone: list[dict[str, Any]] = []
    for entry in include:
        wanted = {name: value for name, value in entry.items() if name in vectors}
        matched = [index for index, leg in enumerate(legs) if _matches(leg, wanted)]
        for index in matched:
            extras[index].update((name, value) for name, value in entry.items() if name not in vectors)
        if not matched:
            alone.append(entry)
    if len(legs) + len(alone) > MOST_COMBOS:
        reader.note(line, f"the matrix has more than {MOST_COMBOS} combinations")
        raise _Dynamic
    crossed = [MatrixCombo(values={**leg, **extra}, label=label(leg)) for leg, extra in zip(legs, extras, strict=True)]
    return (*crossed, *(MatrixCombo(values=entry, label=label(entry)) for entry in alone))


def label(values: dict[str, Any]) -> str:
    """Return the text GitHub puts into the parentheses: all non-empty primitive values, nested ones included."""
    found: list[str] = []
    stack: list[Any] = [values]
    while stack:
        current = stack.pop()
        if isinstance(current, dict):
            stack.extend(reversed(current.values()))
        elif isinstance(current, list):
            stack.extend(reversed(current))
        elif text := to_text(current):
            found.append(text)
    return ", ".join(found)


def _plain(node: Node) -> Any:
    if node.kind == "map":
        return {key.text: _plain(value) for key, value in node.pairs}
    if node.kind == "list":
        return [_plain(item) for item in node.items]
    return scalar(node)


def _matches(leg: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Compare every leaf of a filter with GitHub's loose equality."""
    stack: list[tuple[Any, Any]] = [(lookup(leg, name), value) for name, value in wanted.items()]
    while stack:
        actual, expected = stack.pop()
        if isinstance(expected, dict):
            stack.extend((lookup(actual, name), value) for name, value in expected.items())
        elif isinstance(expected, list):
            stack.extend((lookup(actual, index), value) for index, value in enumerate(expected))
        elif has_expression(expected) or has_expression(actual):
            raise _Dynamic
        elif equals(actual, expected) is not True:
            return False
    return True
