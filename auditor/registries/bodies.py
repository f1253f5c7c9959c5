"""Reads the bodies of strangers' answers: JSON, XML, YAML and text, each without what could hurt.

Every reader raises `ValueError` with a clause that says why, and none runs longer than the body's size allows. What they give
is made of mappings, lists and texts, so that `paths` can read all of them alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Never

import yaml

DEEPEST = 64
"""Levels of an answer; the deepest that a registry needs are about ten."""
MOST_ELEMENTS = 1_000_000
LONGEST_LINE = 4_000
"""Characters of one line of a text that are looked at."""
MOST_LINES = 500_000


def read_text(body: bytes) -> str:
    """The body as text, without a byte order mark."""
    return body.decode("utf-8-sig", "replace")


def read_json(body: bytes) -> Any:
    """One JSON value."""
    return _json(body.decode("utf-8-sig", "strict") if _is_utf8(body) else read_text(body))


def read_ndjson(body: bytes) -> list[Any]:
    """The JSON value of every line that is not empty."""
    return [_json(line) for line in lines_of(read_text(body)) if line.strip()]


def lines_of(text: str) -> list[str]:
    """The lines of a text, by line feeds only: other separators may stand inside of a JSON text."""
    return [line.rstrip("\r") for line in text.split("\n", MOST_LINES)[:MOST_LINES]]


def _is_utf8(body: bytes) -> bool:
    return not body.startswith((b"\xff\xfe", b"\xfe\xff"))


def _json(text: str) -> Any:
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} at line {error.lineno}") from None
    except ValueError:
        raise ValueError("a number in it is too long") from None
    return value


def _no_constant(name: str) -> Never:
    raise json.JSONDecodeError(f"{name} is no JSON", "", 0)


def read_xml(body: bytes) -> Any:
    """The root element: a text, or a mapping of children by local name, `@attributes` and `#text`.

    Children of one name become a list when there are several. Document types, entities and external references are refused
    (https://docs.python.org/3/library/xml.html#xml-security).
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped,unused-ignore]
    from defusedxml.ElementTree import DefusedXMLParser  # type: ignore[import-untyped,unused-ignore]

    builder = _Builder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    try:
        parser.feed(body)
        return parser.close()
    except DefusedXmlException:
        raise ValueError("it declares a document type or entities, which no registry needs") from None
    except ParseError as error:
        raise ValueError(f"{str(error)[:120]}") from None
    except (LookupError, UnicodeError):
        raise ValueError("its encoding is not known") from None


class _Builder:
    """Makes mappings while the parser reads, so that depth and number are bounded before there is a tree."""

    def __init__(self) -> None:
        self._open: list[dict[str, Any]] = [{}]
        self._names: list[str] = []
        self._texts: list[list[str]] = [[]]
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._count += 1 + len(attributes)
        if len(self._open) > DEEPEST or self._count > MOST_ELEMENTS:
            raise ValueError("it is nested too deeply, or has too many elements")
        self._names.append(_local(tag))
        self._open.append({f"@{_local(name)}": value for name, value in attributes.items()})
        self._texts.append([])

    def data(self, text: str) -> None:
        """Text inside of the element that is open."""
        self._texts[-1].append(text)

    def end(self, _tag: str) -> None:
        """An element ends."""
        made: Any = self._open.pop()
        text = "".join(self._texts.pop()).strip()
        if not made:
            made = text
        elif text:
            made["#text"] = text
        parent, name = self._open[-1], self._names.pop()
        if name not in parent:
            parent[name] = made
        elif isinstance(parent[name], list):
            parent[name].append(made)
        else:
            parent[name] = [parent[name], made]

    def close(self) -> Any:
        """The root."""
        return next(iter(self._open[0].values()), {})


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]


def read_yaml(body: bytes) -> Any:
    """The first document, every scalar as text. Aliases are refused: they can make a small text into a large value."""
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)(read_text(body))
    try:
        return _yaml(loader.get_event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ValueError(
            f"{getattr(error, 'problem', None) or 'not YAML'}" + (f" at line {mark.line + 1}" if mark else "")
        ) from None
    finally:
        loader.dispose()


def _yaml(get_event: Callable[[], yaml.Event]) -> Any:
    """Build the value from events: unlike composing, that does not recurse, however deep the text is."""
    root: list[Any] = []
    stack: list[tuple[Any, list[Any]]] = [(root, [])]
    count = 0
    while True:
        event = get_event()
        count += 1
        if count > MOST_ELEMENTS * 4 or len(stack) > DEEPEST:
            raise ValueError("it is nested too deeply, or has too many parts")
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("it has aliases")
        if isinstance(event, yaml.ScalarEvent):
            _put(stack[-1], event.value)
        elif isinstance(event, yaml.SequenceStartEvent):
            stack.append(([], []))
        elif isinstance(event, yaml.MappingStartEvent):
            stack.append(({}, []))
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            made, _ = stack.pop()
            _put(stack[-1], made)
        elif isinstance(event, yaml.DocumentEndEvent | yaml.StreamEndEvent):
            return root[0] if root else None


def _put(place: tuple[Any, list[Any]], value: Any) -> None:
    holder, waiting = place
    if isinstance(holder, list):
        holder.append(value)
    elif not waiting:
        waiting.append(value if isinstance(value, str) else "")
    else:
        holder[waiting.pop()] = value
