"""Whether an answer, or a record of it, says something: the conditions of docs/registries.md."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from auditor.logs.redact import safe_line
from auditor.registries.times import time_of
from auditor.rulebook.answer_paths import Fill, Node, nodes, text_of
from auditor.rulebook.answer_schema import Condition

_NOTHING = frozenset({"", "false", "0", "null", "none"})
LONGEST_SEARCHED = 20_000
"""Characters of one value that an expression is searched in."""


@dataclass(frozen=True, slots=True)
class View:
    """Where conditions look: at a record, the whole answer around it, and the answer's headers."""

    node: Node
    root: Any
    headers: Mapping[str, str]
    fill: Fill

    def values(self, path: str) -> list[Any]:
        """The values under a path."""
        return [node.value for node in nodes(path, self.node, self.root, self.fill)]

    def text(self, path: str | None) -> str | None:
        """The first value under a path as text; nothing for an empty one."""
        if path is None:
            return None
        return next((text for value in self.values(path) if (text := text_of(value)) is not None and text != ""), None)


def first_that_holds(conditions: Iterable[Condition], view: View) -> tuple[Condition, str] | None:
    """The first condition that holds, and its reason in words."""
    for condition in conditions:
        if holds(condition, view):
            return condition, reason_of(condition, view)
    return None


def holds(condition: Condition, view: View) -> bool:
    """Whether a condition holds. Never raises."""
    values = _values(condition, view)
    texts = [text for value in values if (text := text_of(value)) is not None]
    if condition.empty is not None:
        return condition.empty == (not any(_is_something(value) for value in values))
    if condition.is_ is not None:
        wanted = condition.is_ if isinstance(condition.is_, tuple) else (condition.is_,)
        known = {(text_of(one) or "").lower() for one in wanted}
        return any(text.strip().lower() in known for text in texts)
    if condition.is_not:
        other = {one.lower() for one in condition.is_not}
        return bool(texts) and all(text.strip().lower() not in other for text in texts)
    if condition.matches is not None:
        return any(re.search(condition.matches, text[:LONGEST_SEARCHED]) for text in texts)
    if condition.before is not None:
        limit = datetime.fromisoformat(condition.before).replace(tzinfo=UTC)
        return any(time is not None and time < limit for time in map(time_of, texts))
    return any(_is_true(value) for value in values)


def reason_of(condition: Condition, view: View) -> str:
    """What to tell people when the condition holds."""
    value = next((text for one in _values(condition, view) if (text := text_of(one))), "")
    said = (condition.reason or condition.path or condition.header or "").replace("{value}", safe_line(value, 100))
    more = view.text(condition.reason_path)
    return safe_line(f"{said}: {more}" if more else said, 300)


def _values(condition: Condition, view: View) -> list[Any]:
    if condition.header is not None:
        header = view.headers.get(condition.header.lower())
        return [] if header is None else [header]
    values = view.values(condition.path or "")
    # A path to a list means any of it: labels, tags, states.
    return [item for value in values for item in (value if isinstance(value, list) and value else (value,))]


def _is_something(value: Any) -> bool:
    return value is not None and value not in ("", [], {})


def _is_true(value: Any) -> bool:
    if isinstance(value, list | dict):
        return bool(value)
    text = text_of(value)
    return text is not None and text.strip().lower() not in _NOTHING
