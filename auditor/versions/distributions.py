"""Versions of distributions' packages: the author's version with an epoch before and a packager's number after it."""

from __future__ import annotations

import re
from typing import Any

from auditor.versions.parsed import PRERELEASE_WORDS, ParsedVersion, without_v

_EPOCH = re.compile(r"(\d{1,9}):(.+)", re.ASCII)
_PKGREL = re.compile(r"(.+)-(\d+(?:\.\d+)?)", re.ASCII)
_PKGVER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+~@]*")
_REVISION = re.compile(r"([0-9A-Za-z.+~-]+)-(\d[0-9A-Za-z.+~]*)", re.ASCII)
_UPSTREAM = re.compile(r"\d[0-9A-Za-z.+~-]*", re.ASCII)
_DASHED = re.compile(r"-(?=(?:alpha|beta|dev|pre|preview|rc)(?![A-Za-z]))", re.IGNORECASE)
_PIECE = re.compile(r"([^0-9A-Za-z]*)(\d+|[A-Za-z]+)", re.ASCII)
_NUMBER_OR_NOT = re.compile(r"(\D*)(\d*)", re.ASCII)
_WORD = re.compile(r"[A-Za-z]+")


def pacman_version(text: str) -> ParsedVersion | None:
    """`[epoch:]pkgver[-pkgrel]`; a dash, which no pkgver can have, is written `_`.

    https://wiki.archlinux.org/title/PKGBUILD#Version
    """
    epoch, bare = _split_epoch(text)
    release = ""
    if found := _PKGREL.fullmatch(bare):
        bare, release = found[1], found[2]
    bare = without_v(bare).replace("-", "_")
    if _PKGVER.fullmatch(bare) is None or not any(letter.isdigit() for letter in bare):
        return None
    packaged = bool(epoch or release)
    spelled = (f"{epoch}:" if epoch else "") + bare + (f"-{release}" if release else "")
    pieces = tuple((int(part) if part.isdigit() else part) for _, part in _PIECE.findall(bare))
    order = (epoch, _pacman_order(bare), tuple(int(part) for part in release.split(".") if part))
    identity = (epoch, pieces, release)
    return ParsedVersion(spelled, order, identity, _has_prerelease_word(bare), pieces, packaged)


def _pacman_order(text: str) -> tuple[Any, ...]:
    """`1.0a` < `1.0rc` < `1.0` < `1.0.a` < `1.0.1`, as vercmp(8) has it."""
    found: list[tuple[Any, ...]] = []
    for separator, part in _PIECE.findall(text):
        if part.isdigit():
            found.append((3, int(part)))
        else:
            found.append((2 if separator else 0, part))
    return (*found, (1,))


def deb_version(text: str) -> ParsedVersion | None:
    """`[epoch:]upstream[-revision]`; the dash before a prerelease word is written `~`, which sorts before everything."""
    epoch, bare = _split_epoch(text)
    bare = _DASHED.sub("~", without_v(bare))
    revision = ""
    if found := _REVISION.fullmatch(bare):
        bare, revision = found[1], found[2]
    if _UPSTREAM.fullmatch(bare) is None:
        return None
    spelled = (f"{epoch}:" if epoch else "") + bare + (f"-{revision}" if revision else "")
    order = (epoch, _deb_order(bare), _deb_order(revision))
    return ParsedVersion(
        spelled, order, order, "~" in bare or _has_prerelease_word(bare), order[1], bool(epoch or revision)
    )


def _deb_order(text: str) -> tuple[Any, ...]:
    """Words and numbers in turn; `~` comes before the end, the end before letters, letters before other characters."""
    found: list[Any] = []
    for word, number in _NUMBER_OR_NOT.findall(text):
        if word or number:
            found += [(*(_deb_letter(letter) for letter in word), 0), int(number or 0)]
    return (*found, (0,))


def _deb_letter(letter: str) -> int:
    if letter == "~":
        return -1
    return ord(letter) if letter.isalpha() else ord(letter) + 256


def _split_epoch(text: str) -> tuple[int, str]:
    found = _EPOCH.fullmatch(text)
    return (int(found[1]), found[2]) if found else (0, text)


def _has_prerelease_word(text: str) -> bool:
    return any(word.lower() in PRERELEASE_WORDS for word in _WORD.findall(text))
