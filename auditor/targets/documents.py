"""Manifest files as values with line numbers. Nothing in them is executed; all of them are hostile."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from auditor.model.facts import ManifestFile
from auditor.rulebook.target_schema import ManifestFormat
from auditor.workflows.errors import WorkflowError
from auditor.workflows.yaml_tree import Node, read_tree

LARGEST = 1 << 20
"""Characters of a manifest; larger ones are not read."""
MOST_ENTRIES = 500
"""Values that one path may lead to."""
_LONGEST_LINE = 2_000
_COMMENT = re.compile(r"(?m)^\s*//[^\n]*$")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")


class Unreadable(Exception):  # noqa: N818 - it says what the file is
    """The file is not what its name says."""


@dataclass(frozen=True)
class Document:
    """One manifest, parsed."""

    path: str
    format: ManifestFormat
    text: str
    root: Any

    @property
    def folder(self) -> str:
        """Its folder, without a slash at the end; empty for the repository's root."""
        return self.path.rpartition("/")[0]

    def entries(self, path: str) -> tuple[Any, ...]:
        """What stands at a path of keys, at most `MOST_ENTRIES`; the document itself for an empty path."""
        return tuple(_limited(_at(self.root, path)))

    def value(self, entry: Any, alternative: str) -> tuple[str, ...]:
        """Texts at one place: a path from the entry (or from the root, after `/`), for `text` an expression."""
        if self.format == "text":
            return self._searched(alternative)
        start, path = (self.root, alternative[1:]) if alternative.startswith("/") else (entry, alternative)
        return tuple(text for found in _limited(_at(start, path)) if (text := _as_text(found)) is not None)

    def line_of(self, value: str, key: str = "") -> int:
        """The first line on which the value stands, preferably beside its key; 1 when it stands on none."""
        first = 0
        for number, line in enumerate(self._lines, 1):
            if value in line:
                if key and key in line:
                    return number
                first = first or number
        return first or 1

    @cached_property
    def _lines(self) -> tuple[str, ...]:
        return tuple(line[:_LONGEST_LINE] for line in self.text.splitlines()[:20_000])

    def _searched(self, pattern: str) -> tuple[str, ...]:
        compiled = re.compile(pattern)
        for line in self._lines:
            if found := compiled.search(line):
                return (found[1],) if found[1] else ()
        return ()


def read_document(file: ManifestFile, form: ManifestFormat) -> Document:
    """Parse one file. Raises `Unreadable` when it is not in that form, or too large or too deep."""
    if len(file.text) > LARGEST:
        raise Unreadable(f"{file.path} is larger than {LARGEST >> 20} MiB")
    try:
        return Document(file.path, form, file.text, _root(file, form))
    except (ValueError, RecursionError, WorkflowError) as error:
        raise Unreadable(f"{file.path} cannot be read: {type(error).__name__}") from None


def _root(file: ManifestFile, form: ManifestFormat) -> Any:
    if form == "json":
        return _json(file.text)
    if form == "toml":
        return tomllib.loads(file.text)
    if form in ("yaml", "goreleaser"):
        return _plain(read_tree(file.path, file.text))
    return _xml(file.text) if form == "xml" else None


def _json(text: str) -> Any:
    """JSON, or JSON with whole-line comments and trailing commas, as Deno and VS Code allow."""
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError:
        return json.loads(_TRAILING_COMMA.sub(r"\1", _COMMENT.sub("", text.removeprefix("\ufeff"))))


def _xml(text: str) -> Any:
    from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped,unused-ignore]
    from defusedxml.ElementTree import ParseError, fromstring  # type: ignore[import-untyped,unused-ignore]

    try:
        return _element(fromstring(text.encode("utf-8", "replace"), forbid_dtd=True), 0)
    except (ParseError, DefusedXmlException) as error:
        raise ValueError(str(error)) from None


def _element(element: Any, depth: int) -> Any:
    """Elements as lists by their local names; an element without any inside is its text."""
    if depth > 60:
        raise ValueError("nested too deeply")
    children: dict[str, list[Any]] = {}
    for child in element:
        if isinstance(child.tag, str):
            children.setdefault(child.tag.rpartition("}")[2], []).append(_element(child, depth + 1))
    return children or (element.text or "").strip()


def _plain(node: Node) -> Any:
    if node.kind == "map":
        return {key.text: _plain(value) for key, value in node.pairs if key.kind == "scalar"}
    if node.kind == "list":
        return [_plain(item) for item in node.items]
    return None if node.plain and node.text in ("", "~", "null", "Null", "NULL") else node.text


def _at(value: Any, path: str) -> Iterator[Any]:
    """Walk keys parted by dots; a list is entered by `*`, and by any key that its entries have."""
    if not path:
        yield value
        return
    key, _, rest = path.partition(".")
    if key == "*":
        inner = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
        for item in inner:
            yield from _at(item, rest)
    elif isinstance(value, list):
        for item in value:
            yield from _at(item, path)
    elif isinstance(value, dict) and key in value:
        yield from _at(value[key], rest)


def _limited(values: Iterator[Any]) -> Iterator[Any]:
    for number, value in enumerate(values):
        if number >= MOST_ENTRIES:
            return
        yield value


def _as_text(value: Any) -> str | None:
    """A scalar as text, a list of scalars as its lines, an empty list as `[]`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, list):
        return "\n".join(str(item) for item in value[:MOST_ENTRIES] if isinstance(item, str | int | float)) or "[]"
    return None
