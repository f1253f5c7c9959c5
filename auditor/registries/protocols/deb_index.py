"""The `Packages` index of an apt repository. https://manpages.ubuntu.com/manpages/noble/man1/dpkg-scanpackages.1.html"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

MOST_STANZAS = 500_000
MOST_FIELDS = 200
_KEPT = frozenset({"package", "version", "architecture", "filename", "size", "sha256", "sha512", "md5sum"})


@dataclass(frozen=True, slots=True)
class DebPackage:
    """One binary package; `size` in bytes, `digest` as `algorithm:hex`."""

    name: str
    version: str
    architecture: str | None
    file: str | None
    size: int | None
    digest: str | None


def deb_packages(text: str, wanted: str) -> tuple[tuple[DebPackage, ...], bool]:
    """The packages of one name, and whether the text is such an index at all (an empty one is)."""
    found: list[DebPackage] = []
    stanzas = 0
    for fields in _stanzas(text):
        if not {"package", "version"} <= fields.keys():
            continue
        stanzas += 1
        if fields["package"] == wanted:
            found.append(_package(fields))
    return tuple(found), stanzas > 0 or not text.strip()


def _stanzas(text: str) -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    count = 0
    for line in StringIO(text):
        if not line.strip():
            if fields:
                yield fields
                count += 1
                if count >= MOST_STANZAS:
                    return
            fields = {}
        elif line[0] not in " \t":
            name, colon, value = line.partition(":")
            key = name.lower()
            if colon and key in _KEPT and len(fields) < MOST_FIELDS:
                fields.setdefault(key, value.strip()[:1000])
    if fields:
        yield fields


def _package(fields: dict[str, str]) -> DebPackage:
    size = fields.get("size", "")
    digest = next(
        (
            f"{algorithm}:{fields[key].lower()}"
            for key, algorithm in (("sha256", "sha256"), ("sha512", "sha512"), ("md5sum", "md5"))
            if fields.get(key)
        ),
        None,
    )
    return DebPackage(
        name=fields["package"],
        version=fields["version"],
        architecture=fields.get("architecture"),
        file=fields.get("filename"),
        size=int(size) if size.isdigit() and len(size) < 18 else None,
        digest=digest,
    )
