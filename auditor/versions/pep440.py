"""Python's versions."""

from __future__ import annotations

from packaging.version import InvalidVersion, Version

from auditor.versions.parsed import ParsedVersion


def pep440_version(text: str) -> ParsedVersion | None:
    """`1.0.0-rc1` is `1.0.0rc1`; `1.0` and `1.0.0` are one version in two spellings."""
    try:
        found = Version(text)
    except InvalidVersion:
        return None
    return ParsedVersion(str(found), found, found, found.is_prerelease)
