"""Templates of addresses and of the texts around them: `/crates/{package|lower}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from auditor.rulebook.template_filters import FILTERS, KEEP_SLASHES, encoded, encoded_path

LONGEST_VALUE = 500
"""Characters of one filled-in value: no registry has longer names or versions."""

_PIECE = re.compile(r"\{\{|\}\}|\{(?P<inside>[^{}]{1,200})\}|(?P<stray>[{}])")
_NAME = re.compile(r"[a-z_][a-z0-9_]*(?:\.[A-Za-z0-9_-]+)?")


class TemplateError(ValueError):
    """A template that is not written as templates are."""


class UnfitError(Exception):
    """A value that cannot go into an address, or is not there. The message is a clause for people."""


@dataclass(frozen=True, slots=True)
class _Hole:
    name: str
    filters: tuple[str, ...]
    default: str | None


@lru_cache(maxsize=1024)
def parse_template(text: str) -> tuple[str | _Hole, ...]:
    """Take a template apart. Raises `TemplateError`."""
    pieces: list[str | _Hole] = []
    position = 0
    for match in _PIECE.finditer(text):
        pieces.append(text[position : match.start()])
        position = match.end()
        if match["stray"]:
            raise TemplateError(f"a single {match['stray']} (write it twice to mean it): {text!r}")
        pieces.append(_hole(match["inside"], text) if match["inside"] else match[0][0])
    pieces.append(text[position:])
    return tuple(piece for piece in pieces if piece != "")


def _hole(inside: str, text: str) -> _Hole:
    name, *filters = inside.split("|")
    if not _NAME.fullmatch(name):
        raise TemplateError(f"{name!r} is no name of a value: {text!r}")
    default = None
    for one in filters:
        if one.startswith("or:"):
            default = one[3:]
        elif one not in FILTERS and one != "normalised":
            raise TemplateError(f"there is no filter {one!r}: {text!r}")
    return _Hole(name, tuple(one for one in filters if not one.startswith("or:")), default)


def names_in(text: str) -> Iterator[str]:
    """The names of values that a template uses."""
    return (piece.name for piece in parse_template(text) if isinstance(piece, _Hole))


def fill_address(text: str, names: Mapping[str, str], normalised: Callable[[str], str | None]) -> str:
    """Fill a template of an address; every value is percent-encoded. Raises `UnfitError`.

    `normalised` gives a version as the platform's scheme writes it, for the filter of that name.
    """
    return "".join(
        piece if isinstance(piece, str) else _encoded(piece, _value(piece, names, normalised))
        for piece in parse_template(text)
    )


def fill_text(text: str, names: Mapping[str, str], normalised: Callable[[str], str | None]) -> str:
    """Fill a template of a text (a header, a value in a JSON body, a key of a path). Raises `UnfitError`."""
    return "".join(
        piece if isinstance(piece, str) else _value(piece, names, normalised) for piece in parse_template(text)
    )


def _value(hole: _Hole, names: Mapping[str, str], normalised: Callable[[str], str | None]) -> str:
    value = names.get(hole.name) or hole.default
    if value is None:
        raise UnfitError(f"its {hole.name.replace('places.', '')} is not known")
    if len(value) > LONGEST_VALUE or not value.isprintable():
        raise UnfitError(f"its {hole.name} is too long, or has characters that no registry allows")
    for name in hole.filters:
        value = (normalised(value) or value) if name == "normalised" else FILTERS[name](value)
    return value


def _encoded(hole: _Hole, value: str) -> str:
    slashes = bool(hole.filters) and any(name in KEEP_SLASHES for name in hole.filters)
    parts = value.split("/") if slashes else [value]
    if any(part in (".", "..") for part in parts):
        raise UnfitError(f"its {hole.name} would lead elsewhere on the server")
    return encoded_path(value) if slashes else encoded(value)
