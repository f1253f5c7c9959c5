"""Whose facts a bundle holds: `bundle.json`, and what stands in for it when it is lost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from auditor.collect.bundle_parts import BrokenPartError, Parts, fact, is_not_found
from auditor.collect.folder import HEADER, BundleError
from auditor.logs.redact import printable
from auditor.model.facts import Missing, Release, Repository

FORMAT = 1
HOW_TO = "docs/bundles.md tells how to make a bundle"

_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Header:
    """The repository, tag and commit of a bundle; `missing` is what the collector itself could not get."""

    repository: Repository
    tag: str
    commit: str | None
    collected_at: datetime | None
    release: Release | None
    missing: tuple[Missing, ...]


def read_header(parts: Parts, tag: str | None) -> Header:
    """Read `bundle.json`, `repository.json` and `release.json`; `tag` is the one that was asked for, if any.

    Raises `BundleError` when the bundle is of another tag or format, or when nothing tells whose facts these are.
    """
    said, why = _said(parts)
    repository = _repository(parts)
    name = _checked(said.get("repository"), _REPOSITORY) or (repository.full_name if repository else None)
    if name is None:
        reason = why or "it names no repository (`owner/name`)"
        raise BundleError(f"{parts.files.name}: {HEADER}: {reason}; {HOW_TO}")
    if why:
        parts.say(HEADER, why)
    if repository is not None and repository.full_name.lower() != name.lower():
        parts.say(
            "repository.json", f"it is about {repository.full_name}, but {HEADER} is about {name}; it is not used"
        )
        repository = None
    wanted = tag.removeprefix("refs/tags/") if tag else None
    release = _release(parts)
    own = _tag(said.get("tag"))
    if own and wanted and own != wanted:
        raise BundleError(
            f"{parts.files.name} is a bundle of tag {own}, not of {printable(wanted, 255)}; "
            "leave the tag out, or take the bundle of that tag"
        )
    found = own or wanted or (release.tag_name if release else None)
    if not found:
        raise BundleError(
            f"{parts.files.name}: {why or f'{HEADER} names no tag'}; name the tag, or write it into {HEADER}"
        )
    if release is not None and release.tag_name not in ("", found):
        parts.say("release", f"release.json is about tag {release.tag_name}; it is not used")
        release = None
    return Header(
        repository=repository or Repository(full_name=name, html_url=f"https://github.com/{name}"),
        tag=found,
        commit=_commit(parts, said.get("commit")),
        collected_at=_time(parts, said.get("collected_at")),
        release=release,
        missing=_missing(parts, said.get("missing")),
    )


def _said(parts: Parts) -> tuple[dict[str, Any], str | None]:
    """The content of `bundle.json`, and why there is none."""
    try:
        said = parts.one(HEADER)
    except BrokenPartError as error:
        return {}, str(error)
    number = said.get("format", FORMAT)
    if number != FORMAT or isinstance(number, bool):
        shown = printable(str(number), 40) if isinstance(number, int | str) else type(number).__name__
        raise BundleError(
            f"{parts.files.name}: {HEADER} is of format {shown}, and this relaudit reads format {FORMAT}; update it"
        )
    return said, None


def _repository(parts: Parts) -> Repository | None:
    try:
        repository = fact(Repository, parts.one("repository.json"))
        if not _REPOSITORY.fullmatch(repository.full_name):
            raise BrokenPartError("full_name is not `owner/name`")
    except BrokenPartError as error:
        parts.say("repository.json", str(error))
        return None
    if repository.html_url:
        return repository
    return repository.model_copy(update={"html_url": f"https://github.com/{repository.full_name}"})


def _release(parts: Parts) -> Release | None:
    """The release; a tag need not have one, and then the file is absent, or holds GitHub's “Not Found”."""
    if not parts.has("release.json") and not parts.refusal("release.json"):
        return None
    try:
        value = parts.one("release.json")
        return None if is_not_found(value) else fact(Release, value)
    except BrokenPartError as error:
        parts.say("release", f"release.json: {error}")
        return None


def _checked(value: Any, form: re.Pattern[str]) -> str | None:
    return value if isinstance(value, str) and form.fullmatch(value) else None


def _tag(value: Any) -> str | None:
    """A tag as git allows it: https://git-scm.com/docs/git-check-ref-format"""
    if not isinstance(value, str) or not 0 < len(value) <= 255 or not value.isprintable() or " " in value:
        return None
    return value.removeprefix("refs/tags/")


def _commit(parts: Parts, value: Any) -> str | None:
    commit = _checked(value, _COMMIT)
    if value is not None and commit is None:
        parts.say("commit", f"{HEADER}: commit is not a full SHA")
    return commit


def _time(parts: Parts, value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        parts.say("collected_at", f"{HEADER}: collected_at is not an ISO 8601 time")
        return None
    return time if time.utcoffset() is not None else time.replace(tzinfo=UTC)


def _missing(parts: Parts, value: Any) -> tuple[Missing, ...]:
    entries = value if isinstance(value, list) else []
    if value is not None and not isinstance(value, list):
        parts.say("missing", f"{HEADER}: missing is not a list")
    told: list[Missing] = []
    for entry in entries:
        try:
            told.append(fact(Missing, entry))
        except BrokenPartError as error:
            parts.say("missing", f"{HEADER}: an entry of missing: {error}")
    return tuple(told)
