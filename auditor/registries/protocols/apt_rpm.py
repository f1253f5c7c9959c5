"""Repositories of Linux packages: their own indexes, and Launchpad for PPAs.

The target's places say where: `repository` (its https address) and, of an apt repository, `suite`, `component` (default
`main`) and `architecture` (default `amd64`; also of dnf repositories); or `ppa` as `owner/name`. Without one of them nothing
can be asked: there is no registry that knows all repositories.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from auditor.logs.redact import safe_line
from auditor.model.live import LiveAnswer, LiveFile, Target
from auditor.registries.asking import ask_questions, missing_files
from auditor.registries.bodies import read_xml
from auditor.registries.exchange import NoAnswerError, Reply
from auditor.registries.protocols.deb_index import deb_packages
from auditor.registries.protocols.rpm_index import primary_place, rpm_packages
from auditor.registries.protocols.unpacking import UnpackingError, unpacked
from auditor.registries.refusals import refusal
from auditor.registries.room import Room
from auditor.versions import Scheme, newest_first

LARGEST_INDEX = 48 << 20
MOST_VERSIONS = 200
_ENDINGS = (".xz", ".gz", "")


@dataclass(frozen=True, slots=True)
class _Package:
    version: str
    architecture: str | None
    file: LiveFile


async def ask(target: Target, room: Room) -> LiveAnswer:
    """Ask the repository that is configured for the target."""
    places = target.places
    if "ppa" in places:
        return await ask_questions(room)
    repository = places.get("repository", "")
    configured = room.settings.access_to(target.platform).url
    if configured is not None:
        repository = room.base
    if not repository.startswith(("https://", "http://")):
        return room.unknown(
            "no repository is configured for it, and none is known to all: give its address as the target's place "
            "`repository` (and `suite`, when it is an apt repository), or its PPA as the place `ppa`"
        )
    repository = repository.rstrip("/")
    if "suite" in places:
        return await _apt(repository, places["suite"], room)
    reply = await room.get(f"{repository}/repodata/repomd.xml")
    if reply.status == 200 and not reply.is_html():
        return await _rpm(repository, reply, room)
    flat = await _packages_of(repository, room)
    if flat is None:
        raise refusal(reply) if reply.status != 200 else NoAnswerError("the repository has neither form of index")
    return _told(flat[0], flat[1], room)


async def _apt(repository: str, suite: str, room: Room) -> LiveAnswer:
    component = room.target.places.get("component", "main")
    architecture = room.target.places.get("architecture", "amd64")
    folder = f"{repository}/dists/{_part(suite)}/{_part(component)}/binary-{_part(architecture)}"
    found = await _packages_of(folder, room)
    if found is None:
        raise NoAnswerError(
            f"the repository has no index for {safe_line(suite, 60)}, {safe_line(component, 60)} and "
            f"{safe_line(architecture, 60)}"
        )
    return _told(found[0], found[1], room)


async def _packages_of(folder: str, room: Room) -> tuple[list[_Package], Reply] | None:
    """The packages of the target's name in the `Packages` index of a folder; nothing when there is no index."""
    for ending in _ENDINGS:
        name = f"Packages{ending}"
        reply = await room.get(f"{folder}/{name}", largest=LARGEST_INDEX)
        if reply.status in (404, 410):
            continue
        if reply.status != 200:
            raise refusal(reply)
        if reply.is_html():
            raise NoAnswerError("the answer is a web page, not an index of packages", status=reply.status)
        try:
            text = unpacked(reply.body, name).decode("utf-8", "replace")
        except UnpackingError as error:
            raise NoAnswerError(str(error), status=reply.status) from None
        packages, is_index = deb_packages(text, room.target.package)
        if not is_index:
            raise NoAnswerError(f"{name} is no index of packages", status=reply.status)
        return [
            _Package(one.version, one.architecture, _file(one.file, one.size, one.digest, None)) for one in packages
        ], reply
    return None


async def _rpm(repository: str, repomd: Reply, room: Room) -> LiveAnswer:
    place = primary_place(repomd.xml())
    if place is None:
        raise NoAnswerError("the repository's repomd.xml names no list of packages", status=repomd.status)
    reply = await room.get(f"{repository}/{quote(place, safe='/-._~')}", largest=LARGEST_INDEX)
    if reply.status != 200:
        raise refusal(reply)
    try:
        primary = read_xml(unpacked(reply.body, "the list of packages"))
    except UnpackingError as error:
        raise NoAnswerError(str(error), status=reply.status) from None
    except ValueError as error:
        raise NoAnswerError(f"the list of packages cannot be read: {error}", status=reply.status) from None
    wanted = room.target.places.get("architecture")
    packages = [
        _Package(one.version, one.architecture, _file(one.file, one.size, one.digest, one.built_at))
        for one in rpm_packages(primary, room.target.package)
        if wanted is None or one.architecture in (wanted, "noarch")
    ]
    return _told(packages, reply, room)


def _told(packages: Iterable[_Package], reply: Reply, room: Room) -> LiveAnswer:
    known = list(packages)
    versions = newest_first(Scheme.DEB, dict.fromkeys(package.version for package in known))
    facts: dict[str, Any] = {
        "url": reply.url,
        "status": reply.status,
        "asked_at": reply.asked_at,
        "package_known": bool(known),
        "versions": versions[:MOST_VERSIONS],
        "latest": next(iter(versions), None),
    }
    mine = [package for package in known if room.subject.is_version(package.version)]
    if not known:
        return room.absent("the repository's index has no such package", **facts)
    if not mine:
        return room.absent(f"the repository's index has it in version {safe_line(versions[0], 100)}", **facts)
    files = tuple(package.file for package in mine)
    missing = missing_files(room.target.expected_files, files)
    short = f"; it should also have {', '.join(missing[:8])}" if missing else ""
    where = ", ".join(dict.fromkeys(package.architecture for package in mine if package.architecture))
    return room.live(
        "the repository's index has it" + (f" for {where}" if where else "") + short,
        files=files,
        missing_files=missing,
        published_at=min((file.uploaded_at for file in files if file.uploaded_at), default=None),
        **facts,
    )


def _file(path: str | None, size: int | None, digest: str | None, at: datetime | None) -> LiveFile:
    return LiveFile(name=safe_line((path or "?").rsplit("/", 1)[-1], 300), size=size, digest=digest, uploaded_at=at)


def _part(text: str) -> str:
    """A part of an address; suites may have slashes, as `stable/updates`."""
    if any(part in ("", ".", "..") for part in text.split("/")):
        raise NoAnswerError("its suite, component or architecture is not one that a repository can have")
    return quote(text, safe="/")
