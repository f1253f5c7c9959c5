"""Versions whose text is nobody's business but the author's, put into an order that people expect."""

from __future__ import annotations

import re
from typing import Any

from auditor.versions.parsed import PRERELEASE_WORDS, ParsedVersion, without_v

_OCI_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_PIECE = re.compile(r"\d+|[A-Za-z]+", re.ASCII)
_REVISION = re.compile(r"_([1-9]\d{0,5})$", re.ASCII)
_COMPOSER = re.compile(r"(\d+(?:\.\d+){0,3})(?:[._-]?([A-Za-z]+)[.-]?(\d*))?(?:\+[0-9A-Za-z.-]+)?", re.ASCII)
_STABILITY = {"dev": 0, "a": 1, "alpha": 1, "b": 2, "beta": 2, "rc": 3, "stable": 4, "": 4, "p": 5, "pl": 5, "patch": 5}


def verbatim_version(text: str) -> ParsedVersion:
    """Every character counts."""
    order = pieces(without_v(text))
    return ParsedVersion(text, (order, text), text, _early(order))


def loose_version(text: str) -> ParsedVersion:
    """Every character counts but a leading `v`."""
    bare = without_v(text)
    order = pieces(bare)
    return ParsedVersion(bare, (order, bare), bare, _early(order))


def oci_tag(text: str) -> ParsedVersion | None:
    """A tag as a registry takes it; Helm and others write `_` for the `+` that a tag cannot have."""
    tag = text.replace("+", "_")
    if _OCI_TAG.fullmatch(tag) is None:
        return None
    order = pieces(without_v(tag))
    return ParsedVersion(tag, (order, tag), tag, _early(order))


def homebrew_version(text: str) -> ParsedVersion | None:
    """`1.2.3_1` is the first revision of the formula for 1.2.3; what follows a cask's comma is its vendor's build."""
    bare, _, build = without_v(text).partition(",")
    found = _REVISION.search(bare)  # Homebrew never writes revision 0
    revision = int(found[1]) if found else 0
    bare = bare[: found.start()] if found else bare
    if not any(letter.isdigit() for letter in bare):
        return None
    spelled = bare + (f"_{revision}" if revision else "") + (f",{build}" if build else "")
    upstream = _without_zeros(pieces(bare))
    order = (upstream, pieces(build), revision)
    return ParsedVersion(
        spelled, order, (upstream, build, revision), _early(upstream), upstream, bool(revision or build)
    )


def composer_version(text: str) -> ParsedVersion | None:
    """Up to four numbers and a stability; the text stays as the tag has it, without `v`."""
    bare = without_v(text)
    found = _COMPOSER.fullmatch(bare)
    stability = (found[2] or "").lower() if found else ""
    if found is None or stability not in _STABILITY:
        return None
    numbers = [int(part) for part in found[1].split(".")]
    order = (tuple(numbers + [0] * (4 - len(numbers))), _STABILITY[stability], int(found[3] or 0))
    return ParsedVersion(bare, order, order, _STABILITY[stability] < _STABILITY["stable"])


def pieces(text: str) -> tuple[Any, ...]:
    """Numbers by value and words by letter: a prerelease word comes before the end, other words and numbers after it."""
    found: list[tuple[Any, ...]] = []
    for part in _PIECE.findall(text):
        if part.isdigit():
            found.append((3, int(part)))
        else:
            found.append((0 if part.lower() in PRERELEASE_WORDS else 2, part.lower()))
    return (*found, (1,))


def _without_zeros(order: tuple[Any, ...]) -> tuple[Any, ...]:
    kept = list(order[:-1])
    while len(kept) > 1 and kept[-1] == (3, 0):
        kept.pop()
    return (*kept, order[-1])


def _early(order: tuple[Any, ...]) -> bool:
    return any(part[0] == 0 for part in order)
