"""Whether a tag passes the filters of a trigger, as GitHub evaluates them.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet

Patterns are matched by hand in time linear in tag and pattern, because both are written by strangers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from auditor.model.workflow import Trigger

LONGEST_PATTERN = 500
"""Characters of a pattern that are heeded."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One element: what it stands for (`char`, `class`, `*`, `**`, `**/`), and how often."""

    kind: str
    text: str = ""
    optional: bool = False
    repeats: bool = False


def push_starts(trigger: Trigger, tag: str) -> bool:
    """Tell whether pushing a tag passes the filters of a `push` trigger.

    Without filters every push starts; with filters on branches alone no tag does; filters on paths do not count for
    tags. Negative patterns alone accept nothing.
    """
    if trigger.tags or trigger.tags_ignore:
        return accepted(trigger.tags, tag) if trigger.tags else not any(fits(each, tag) for each in trigger.tags_ignore)
    return not (trigger.branches or trigger.branches_ignore)


def branch_filter_takes(trigger: Trigger, ref: str) -> bool:
    """Tell whether the `branches` filters of a `workflow_run` trigger take a run whose head is this ref's name."""
    if trigger.branches:
        return accepted(trigger.branches, ref)
    return not any(fits(each, ref) for each in trigger.branches_ignore)


def accepted(patterns: Sequence[str], name: str) -> bool:
    """Tell whether a list of patterns accepts a name; of those that fit, the last one decides, and `!` takes away."""
    answer = False
    for pattern in patterns:
        if pattern.startswith("!"):
            answer = answer and not fits(pattern[1:], name)
        elif not answer:
            answer = fits(pattern, name)
    return answer


def fits(pattern: str, name: str) -> bool:
    """Tell whether one pattern fits a whole name, with regard to case."""
    parts = _parts(pattern[:LONGEST_PATTERN])
    at = _closed({0}, parts, boundary=True)
    for char in name:
        following: set[int] = set()
        for place in at:
            if place < len(parts):
                following.update(_after(parts[place], place, char))
        if not following:
            return False
        at = _closed(following, parts, boundary=char == "/")
    return len(parts) in at


def _after(part: _Part, place: int, char: str) -> Iterable[int]:
    if part.kind == "**":
        return (place,)
    if part.kind == "**/":
        return (place, place + 1) if char == "/" else (place,)
    if part.kind == "*":
        return (place,) if char != "/" else ()
    if not (char in part.text if part.kind == "class" else char == part.text):
        return ()
    return (place, place + 1) if part.repeats else (place + 1,)


def _closed(at: set[int], parts: Sequence[_Part], *, boundary: bool) -> set[int]:
    """Also the places that are reached without a character."""
    found = set(at)
    for each in at:
        place = each
        while place < len(parts):
            part = parts[place]
            if not (part.kind in ("*", "**") or part.optional or (part.kind == "**/" and boundary)):
                break
            place += 1
            found.add(place)
    return found


@lru_cache(maxsize=2048)
def _parts(pattern: str) -> tuple[_Part, ...]:
    parts: list[_Part] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if pattern.startswith("**/", at) and (at == 0 or pattern[at - 1] == "/"):
            parts.append(_Part("**/"))
            at += 3
        elif pattern.startswith("**", at):
            parts.append(_Part("**"))
            at += 2
        elif char == "*":
            parts.append(_Part("*"))
            at += 1
        elif char in "?+" and parts:
            _quantify(parts, char)
            at += 1
        elif char == "[" and pattern.find("]", at + 2) > 0:
            end = pattern.index("]", at + 2)
            parts.append(_Part("class", _members(pattern[at + 1 : end])))
            at = end + 1
        else:
            escaped = char == "\\" and at + 1 < len(pattern)
            parts.append(_Part("char", pattern[at + 1] if escaped else char))
            at += 2 if escaped else 1
    return tuple(parts)


def _quantify(parts: list[_Part], sign: str) -> None:
    """Let the last element stand once or not at all, or several times; a star needs neither."""
    last = parts[-1]
    if last.kind in ("char", "class"):
        parts[-1] = _Part(
            last.kind, last.text, optional=last.optional or sign == "?", repeats=last.repeats or sign == "+"
        )


def _members(text: str) -> str:
    """The characters of a class, with its ranges spelled out."""
    found: list[str] = []
    at = 0
    while at < len(text):
        if at + 2 < len(text) and text[at + 1] == "-" and text[at].isascii() and text[at + 2].isascii():
            found.extend(chr(code) for code in range(ord(text[at]), ord(text[at + 2]) + 1))
            at += 3
        else:
            found.append(text[at])
            at += 1
    return "".join(found)
