"""Keeps one region of a Markdown document up to date and every other byte as it was.

A region stands between two HTML comments, each on a line of its own:

    <!-- relaudit:begin status -->
    <!-- relaudit:end status -->

The comments are found with a Markdown parser, so that the same text inside a code block is only text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from markdown_it import MarkdownIt

from auditor.deliver.problems import DocumentError

_MARKER = re.compile(r"<!--\s*relaudit:(begin|end)(?:\s+([a-z0-9-]{1,40}))?\s*-->")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")
_TASK = re.compile(r"^\s*[-*] \[( |x|X)\] .*<!-- relaudit:task ([0-9a-f]{10}) -->\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Region:
    """The lines between two markers: `first` and `last` are 0-based and exclude the markers."""

    first: int
    last: int


def begin_marker(name: str) -> str:
    """The comment that begins a region."""
    return f"<!-- relaudit:begin {name} -->"


def end_marker(name: str) -> str:
    """The comment that ends a region."""
    return f"<!-- relaudit:end {name} -->"


def new_document(title: str, name: str, text: str) -> str:
    """A document that holds nothing but a title and one region."""
    return f"# {title}\n\n{begin_marker(name)}\n{text.strip()}\n{end_marker(name)}\n"


def updated(document: str, name: str, text: str) -> str:
    """Return the document with the region's content replaced; line ends are the document's own.

    Ticks that people made in the region's task list are kept. Raises `DocumentError` when there is no such region, when
    there are several, or when a marker has no partner.
    """
    lines = _LINE.findall(document)
    region = find_region(document, name)
    old = "".join(lines[region.first : region.last])
    newline = "\r\n" if lines[region.first - 1].endswith("\r\n") else "\n"
    fresh = with_ticks(text.strip(), ticked(old))
    body = newline.join(fresh.split("\n")) + newline
    return "".join([*lines[: region.first], body, *lines[region.last :]])


def find_region(document: str, name: str) -> Region:
    """Find the region of this name. Raises `DocumentError`."""
    begins: list[int] = []
    ends: list[int] = []
    for line, kind, marked in _markers(document):
        if marked in (name, None):
            (begins if kind == "begin" else ends).append(line)
    hint = f"put {begin_marker(name)} and {end_marker(name)} on lines of their own, where the text shall stand"
    if not begins and not ends:
        raise DocumentError(f"the document has no region {name!r}: {hint}")
    if len(begins) > 1 or len(ends) > 1:
        line = (begins if len(begins) > 1 else ends)[1] + 1
        raise DocumentError(f"line {line}: the region {name!r} is marked more than once; keep one")
    if not begins or not ends or ends[0] < begins[0]:
        line = (begins or ends)[0] + 1
        raise DocumentError(f"line {line}: the region {name!r} is not closed, or ends before it begins: {hint}")
    return Region(begins[0] + 1, ends[0])


def _markers(document: str) -> list[tuple[int, str, str | None]]:
    """Line (from 0), kind and name of every marker that Markdown takes for an HTML comment."""
    found = []
    lines = re.split(r"\r\n|\n|\r", document)
    for token in MarkdownIt("commonmark").parse("\n".join(lines)):
        if token.type != "html_block" or token.map is None or token.level:
            continue
        for line in range(*token.map):
            marker = _MARKER.fullmatch(lines[line].strip()) if line < len(lines) else None
            if marker is not None:
                found.append((line, marker.group(1), marker.group(2)))
    return found


def ticked(region: str) -> frozenset[str]:
    """Ids of the tasks that somebody has ticked."""
    return frozenset(found.group(2) for found in _TASK.finditer(region) if found.group(1) != " ")


def with_ticks(text: str, done: frozenset[str]) -> str:
    """The same text with those tasks ticked that were ticked before."""

    def tick(found: re.Match[str]) -> str:
        line = found.group(0)
        return line.replace("[ ]", "[x]", 1) if found.group(2) in done else line

    return _TASK.sub(tick, text)
