"""Semantic versions and those that npm, pub, Go and NuGet made of them."""

from __future__ import annotations

import re

from semver import Version

from auditor.versions.parsed import ParsedVersion, without_v

_NUGET = re.compile(
    r"(?P<numbers>\d+(?:\.\d+){0,3})(?:-(?P<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?", re.ASCII
)


def semver_version(text: str) -> ParsedVersion | None:
    """`v` does not count; build metadata is kept in the text and means nothing."""
    found = _read(without_v(text))
    return ParsedVersion(str(found), found, found, bool(found.prerelease)) if found is not None else None


def npm_version(text: str) -> ParsedVersion | None:
    """Like semver, with the build metadata dropped."""
    found = _read(without_v(text))
    if found is None:
        return None
    return ParsedVersion(str(found.replace(build=None)), found, found, bool(found.prerelease))


def pub_version(text: str) -> ParsedVersion | None:
    """Like semver, but `1.0.0+2` comes after `1.0.0+1`, and both after `1.0.0`."""
    found = _read(without_v(text))
    if found is None:
        return None
    build = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in (found.build or "").split("."))
    order = (found, bool(found.build), build)
    return ParsedVersion(str(found), order, order, bool(found.prerelease))


def go_version(text: str) -> ParsedVersion | None:
    """With its `v`; of build metadata, only `+incompatible` is part of a module's version."""
    found = _read(without_v(text))
    if found is None:
        return None
    kept = found if found.build == "incompatible" else found.replace(build=None)
    return ParsedVersion(f"v{kept}", found, found, bool(found.prerelease))


def nuget_version(text: str) -> ParsedVersion | None:
    """Two to four numbers become three, or four when the last is not zero; case and metadata mean nothing."""
    found = _NUGET.fullmatch(without_v(text))
    if found is None:
        return None
    numbers = [int(part) for part in found["numbers"].split(".")]
    numbers += [0] * (4 - len(numbers))
    shown = numbers if numbers[3] else numbers[:3]
    pre = found["pre"] or ""
    spelled = ".".join(map(str, shown)) + (f"-{pre}" if pre else "")
    order = (tuple(numbers), not pre, tuple(_label(part) for part in pre.lower().split(".")))
    return ParsedVersion(spelled, order, order, bool(pre))


def _label(part: str) -> tuple[int, int, str]:
    """Numbers come before words, by value. https://semver.org/#spec-item-11"""
    return (0, int(part), "") if part.isdigit() else (1, 0, part)


def _read(text: str) -> Version | None:
    try:
        return Version.parse(text)
    except ValueError:
        return None
