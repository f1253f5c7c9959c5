"""A release tag's version, and the package it names in repositories that release several."""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.versions.parsed import LONGEST, written
from auditor.versions.scheme import Scheme, normalised

_REF = "refs/tags/"
_WHOLE = re.compile(r"[vV]{0,3}(\d.*)", re.ASCII)
_WITH_V = re.compile(r"[-_/@.]v(?=\d+\.\d)", re.ASCII)
_WITHOUT_V = re.compile(r"(?:[-_/@]|(?<!\d)\.)(?=\d+\.\d)", re.ASCII)
_ONE_NUMBER = re.compile(r"[-_/@.]v?(?=\d+(?:[-+][0-9A-Za-z.-]+)?$)|(?<=[A-Za-z])(?=\d+\.\d[0-9.]*$)", re.ASCII)
_UNDERSCORED = re.compile(r"(?<!\d)(?<!\d_)(\d{1,9}(?:_\d{1,9}){1,4})$", re.ASCII)
_SAYS_RELEASE = re.compile(r"(?i)(?:^|[-_/@.])(?:release|releases|rel|ver|version|tag|v)$")


@dataclass(frozen=True, slots=True)
class TagParts:
    """`package` is what stands before the version (`@acme/core` in `@acme/core@1.2.3`), empty where nothing does."""

    package: str
    version: str


def tag_parts(tag: str) -> TagParts | None:
    """Split a tag: `v1.2.3`, `name-v1.2.3`, `name@1.2.3`, `sub/dir/v1.2.3`, `release-1.2.3`, `curl-8_5_0`.

    Nothing for a tag that names no version, such as `nightly`.
    """
    plain = written(tag.removeprefix(_REF)) if len(tag) <= LONGEST + len(_REF) else None
    if plain is None:
        return None
    whole = _WHOLE.fullmatch(plain)
    if whole is not None and "/" not in plain and "@" not in plain:
        return TagParts("", _dotted(whole[1]))
    at = plain.rfind("@")
    start = max(at, plain.rfind("/")) + 1
    head, tail = plain[:start].rstrip("/@"), plain[start:]
    whole = _WHOLE.fullmatch(tail)
    if whole is not None:
        return TagParts(_package(head), _dotted(whole[1]))
    underscored = _UNDERSCORED.search(tail)
    if underscored is not None:
        before = tail[: underscored.start(1)].rstrip("-_")
        return TagParts(_package(f"{head}/{before}" if head else before), underscored[1].replace("_", "."))
    for pattern in (_WITH_V, _WITHOUT_V, _ONE_NUMBER):
        found = pattern.search(tail)
        if found is not None:
            before = tail[: found.start()]
            return TagParts(_package(f"{head}/{before}" if head else before), tail[found.end() :])
    return None


def version_of_tag(scheme: Scheme, tag: str) -> str | None:
    """The version that a tag stands for, spelled as that ecosystem spells it; nothing when it names none.

    With `Scheme.VERBATIM`, the tag itself.
    """
    if scheme is Scheme.VERBATIM:
        return normalised(scheme, tag.removeprefix(_REF))
    parts = tag_parts(tag)
    return normalised(scheme, parts.version) if parts is not None else None


def _dotted(version: str) -> str:
    return version.replace("_", ".") if re.fullmatch(r"\d{1,9}(?:_\d{1,9})+", version) else version


def _package(before: str) -> str:
    """Without the words that only say that this is a release."""
    bare = _SAYS_RELEASE.sub("", before)
    return bare.strip("-_/@." if not bare.startswith("@") else "-_/.").rstrip("@")
