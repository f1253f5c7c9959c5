"""A Python project's page of a simple index, as JSON or HTML.

https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion

from auditor.versions import Scheme, same

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
MOST_FILES = 50_000
LONGEST_NAME = 300
"""Characters of a file's name that are looked at; file systems end at 255."""
_DIGEST = re.compile(r"(?:^|&)(?P<algorithm>md5|sha1|sha224|sha256|sha384|sha512)=(?P<hex>[0-9a-fA-F]{32,128})(?:&|$)")
# Python's own HTML parser takes hours for pages that are written to make it so; these look at each character a few times.
_LINK = re.compile(r"<a\s(?P<attributes>[^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""(?<![\w-])(?P<name>href|data-yanked)(?![\w-])(?:\s{0,5}=\s{0,5}(?P<value>"[^"]{0,3000}"|'[^']{0,3000}'|[^\s"'>]{1,3000}))?""",
    re.IGNORECASE,
)
_IS_INDEX = re.compile(r"<(?:title|h1)[^<>]{0,200}>\s{0,200}links for\b", re.IGNORECASE)
_OLD_FORMATS = (".egg", ".exe", ".msi", ".rpm", ".deb", ".dmg", ".tar.bz2", ".tar.xz", ".tar.Z", ".tar")


@dataclass(frozen=True, slots=True)
class IndexFile:
    """A file of an index. `digest` is `algorithm:hex`, `provenance` the address of its provenance object."""

    name: str
    version: str | None
    size: int | None = None
    digest: str | None = None
    uploaded_at: datetime | None = None
    yanked: str | None = None
    """Why it was yanked; empty text for no reason given, nothing when it is not yanked."""
    provenance: str | None = None


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """The files of a project, and its versions as far as the index lists them (PEP 700)."""

    files: tuple[IndexFile, ...]
    versions: tuple[str, ...]

    def of(self, version: str) -> tuple[IndexFile, ...]:
        """The files of one version, compared as PEP 440 does."""
        return tuple(file for file in self.files if file.version and same(Scheme.PEP440, file.version, version))


def json_page(body: Any, project: str) -> ProjectPage | None:
    """Read the JSON form; nothing when it is not one, or belongs to another project."""
    if not isinstance(body, Mapping) or not isinstance(body.get("files"), list):
        return None
    name = body.get("name")
    if isinstance(name, str) and canonicalize_name(name) != canonicalize_name(project):
        return None
    files = tuple(
        _json_file(entry, project)
        for entry in body["files"][:MOST_FILES]
        if isinstance(entry, Mapping) and isinstance(entry.get("filename"), str)
    )
    listed = body.get("versions")
    versions = [text for text in listed if isinstance(text, str)] if isinstance(listed, list) else []
    return ProjectPage(files, tuple(versions[:MOST_FILES]) or _versions(files))


def html_page(text: str, project: str) -> ProjectPage | None:
    """Read the HTML form; nothing when no link of the page is a file of the project and it is not an empty index page.

    A page of a company's login, or an error page with status 200, has links too, but none that is a distribution.
    """
    links = [match["attributes"] for match in islice(_LINK.finditer(text), MOST_FILES)]
    known = tuple(file for link in links if (file := _html_file(link, project)) is not None)
    if not known and (links or not _IS_INDEX.search(text[:20_000])):
        return None
    return ProjectPage(known, _versions(known))


def version_of_file(name: str, project: str) -> str | None:
    """The version in a distribution's file name; nothing for a file of another project, or of no known form.

    https://packaging.python.org/en/latest/specifications/binary-distribution-format/#file-format
    """
    if len(name) > LONGEST_NAME:
        return None
    wanted = canonicalize_name(project)
    try:
        if name.endswith(".whl"):
            found, version, _, _ = parse_wheel_filename(name)
            return str(version) if found == wanted else None
        if name.endswith((".tar.gz", ".zip")):
            found, version = parse_sdist_filename(name)
            if found == wanted:
                return str(version)
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        pass
    return _old_version(name, wanted)


def _old_version(name: str, wanted: str) -> str | None:
    """Files of before the standards: `name-1.0.tar.bz2`, `name-1.0-py2.7.egg`, `name-1.0.win32.exe`."""
    base = name
    for ending in (*_OLD_FORMATS, ".tar.gz", ".zip"):
        if name.endswith(ending):
            base = name.removesuffix(ending)
            break
    else:
        return None
    for dash in (place for place, letter in enumerate(base) if letter == "-"):
        if canonicalize_name(base[:dash]) == wanted:
            rest = re.split(r"-py\d|\.(?:win|linux|macosx)", base[dash + 1 :])[0]
            return rest or None
    return None


def _versions(files: tuple[IndexFile, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(file.version for file in files if file.version))


def _json_file(entry: Mapping[str, Any], project: str) -> IndexFile:
    name = entry["filename"]
    hashes = entry.get("hashes")
    yanked = entry.get("yanked")
    size = entry.get("size")
    provenance = entry.get("provenance")
    return IndexFile(
        name=name,
        version=version_of_file(name, project),
        size=size if isinstance(size, int) and not isinstance(size, bool) else None,
        digest=_best(hashes) if isinstance(hashes, Mapping) else None,
        uploaded_at=_time(entry.get("upload-time")),
        yanked=(yanked if isinstance(yanked, str) else "") if yanked else None,
        provenance=provenance if isinstance(provenance, str) else None,
    )


def _html_file(attributes: str, project: str) -> IndexFile | None:
    said = {
        match["name"].lower(): unescape((match["value"] or "").strip("\"'"))
        for match in islice(_ATTRIBUTE.finditer(attributes), 20)
    }
    try:
        parts = urlsplit(said.get("href", ""))
    except ValueError:
        return None
    name = unquote(parts.path).rsplit("/", 1)[-1]
    version = version_of_file(name, project)
    if version is None:
        return None
    digest = _DIGEST.search(parts.fragment)
    return IndexFile(
        name=name,
        version=version,
        digest=f"{digest['algorithm']}:{digest['hex'].lower()}" if digest else None,
        yanked=said.get("data-yanked"),
    )


def _best(hashes: Mapping[str, Any]) -> str | None:
    for algorithm in ("sha256", "sha512", "sha384", "sha1", "md5"):
        value = hashes.get(algorithm)
        if isinstance(value, str) and re.fullmatch(r"[0-9a-fA-F]{32,128}", value):
            return f"{algorithm}:{value.lower()}"
    return None


def _time(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
