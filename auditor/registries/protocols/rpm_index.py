"""The metadata of a dnf or yum repository. https://rpm-software-management.github.io/createrepo_c/"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

MOST_PACKAGES = 500_000
FORMS_OF_SUM = {"sha": "sha1", "sha1": "sha1", "sha256": "sha256", "sha384": "sha384", "sha512": "sha512"}


@dataclass(frozen=True, slots=True)
class RpmPackage:
    """One package. `version` is `[epoch:]version-release`, `size` in bytes, `digest` as `algorithm:hex`."""

    name: str
    version: str
    architecture: str | None
    file: str | None
    size: int | None
    digest: str | None
    built_at: datetime | None


def primary_place(repomd: Any) -> str | None:
    """Where repomd.xml says that the list of packages is, relative to the repository; nothing when it is no repomd.xml."""
    for entry in _each(repomd, "data"):
        if entry.get("@type") == "primary":
            location = entry.get("location")
            href = location.get("@href") if isinstance(location, Mapping) else None
            if isinstance(href, str) and not href.startswith(("/", "..")) and "://" not in href and "/../" not in href:
                return href
    return None


def rpm_packages(primary: Any, wanted: str) -> tuple[RpmPackage, ...]:
    """The packages of one name in primary.xml."""
    return tuple(
        package
        for entry in _each(primary, "package")
        if entry.get("name") == wanted and (package := _package(entry)) is not None
    )


def _package(entry: Mapping[str, Any]) -> RpmPackage | None:
    version = entry.get("version")
    if not isinstance(version, Mapping) or not version.get("@ver"):
        return None
    epoch, release = version.get("@epoch", "0"), version.get("@rel", "")
    sums = next((s for s in _each(entry, "checksum") if s.get("@type") in FORMS_OF_SUM), {})
    location, size, time = entry.get("location"), entry.get("size"), entry.get("time")
    return RpmPackage(
        name=str(entry["name"]),
        version=(f"{epoch}:" if epoch not in ("", "0") else "") + version["@ver"] + (f"-{release}" if release else ""),
        architecture=entry["arch"] if isinstance(entry.get("arch"), str) else None,
        file=location.get("@href") if isinstance(location, Mapping) else None,
        size=_number(size.get("@package")) if isinstance(size, Mapping) else None,
        digest=f"{FORMS_OF_SUM[sums['@type']]}:{sums['#text']}" if sums.get("#text") else None,
        built_at=_moment(time.get("@file")) if isinstance(time, Mapping) else None,
    )


def _each(tree: Any, name: str) -> Iterator[Mapping[str, Any]]:
    children = tree.get(name) if isinstance(tree, Mapping) else None
    listed = children if isinstance(children, list) else [children]
    return (child for child in listed[:MOST_PACKAGES] if isinstance(child, Mapping))


def _number(text: Any) -> int | None:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 18 else None


def _moment(text: Any) -> datetime | None:
    seconds = _number(text)
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None and 0 < seconds < 1e11 else None
