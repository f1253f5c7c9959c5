"""NuGet feeds of version 3, whose service index says where everything is.

https://learn.microsoft.com/nuget/api/overview
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from auditor.logs.redact import safe_line
from auditor.model.live import DownloadCount, LiveAnswer, LiveFile, Target
from auditor.registries.asking import missing_files
from auditor.registries.exchange import NoAnswerError, Reply
from auditor.registries.refusals import refusal
from auditor.registries.room import Room
from auditor.registries.times import time_of
from auditor.versions import Scheme, is_prerelease, newest_first, normalised, same

LARGEST_LIST = 16 << 20
MOST_VERSIONS = 200
_FILES = ("PackageBaseAddress/3.0.0",)
_REGISTRATIONS = ("RegistrationsBaseUrl/3.6.0", "RegistrationsBaseUrl/Versioned", "RegistrationsBaseUrl")
_SEARCH = ("SearchQueryService/3.5.0", "SearchQueryService/3.0.0-rc", "SearchQueryService")


async def ask(target: Target, room: Room) -> LiveAnswer:
    """Ask for the package's versions, and of one that is there whether it is listed."""
    name = target.package.lower()
    resources = await _resources(room)
    files = _one_of(resources, _FILES)
    if files is None:
        raise NoAnswerError("the feed's service index names no place of packages")
    reply = await room.get(f"{files}/{quote(name, safe='')}/index.json", largest=LARGEST_LIST)
    where: dict[str, Any] = {"url": reply.url, "status": reply.status, "asked_at": reply.asked_at}
    if reply.status == 404 and not reply.is_html():
        return room.absent("the feed knows no such package", package_known=False, **where)
    if reply.status != 200:
        raise refusal(reply)
    body = reply.json()
    versions = body.get("versions") if isinstance(body, dict) else None
    if not isinstance(versions, list):
        raise NoAnswerError("the answer is no list of versions", status=reply.status)
    known = newest_first(Scheme.NUGET, [text for text in versions if isinstance(text, str) and len(text) <= 100])
    latest = next((text for text in known if not is_prerelease(Scheme.NUGET, text)), None) or next(iter(known), None)
    facts = {**where, "package_known": bool(known), "versions": known[:MOST_VERSIONS], "latest": latest}
    facts["downloads"] = await _downloads(name, _one_of(resources, _SEARCH), room)
    if not any(same(Scheme.NUGET, text, target.version) for text in known):
        return room.absent(f"not among the {len(known)} versions that the feed lists", **facts)
    return await _live(name, _one_of(resources, _REGISTRATIONS), room, facts)


async def _live(name: str, registrations: str | None, room: Room, facts: dict[str, Any]) -> LiveAnswer:
    """The version is among the files; its registration says whether people find it.

    https://learn.microsoft.com/nuget/api/registration-base-url-resource#registration-leaf
    """
    version = (normalised(Scheme.NUGET, room.target.version) or room.target.version).lower()
    leaf = (
        await _json(f"{registrations}/{quote(name, safe='')}/{quote(version, safe='')}.json", room)
        if registrations
        else {}
    )
    published = time_of(_text(leaf.get("published")))
    facts["published_at"] = published if published is not None and published.year > 1900 else None
    entry = leaf.get("catalogEntry")
    if isinstance(entry, str):
        entry = await _json(entry, room)
    details = entry if isinstance(entry, dict) else {}
    facts["files"] = (_file(name, version, details),)
    facts["missing_files"] = missing_files(room.target.expected_files, facts["files"])
    listed = leaf.get("listed", details.get("listed"))
    if listed is False or (published is not None and published.year == 1900):
        return room.hidden("the feed has the version, but does not list it", **facts)
    deprecation = details.get("deprecation")
    if isinstance(deprecation, dict):
        reasons = deprecation.get("reasons")
        why = safe_line(", ".join(map(str, reasons[:3])), 100) if isinstance(reasons, list) else ""
        return room.hidden("the feed has the version and marks it as deprecated" + (f": {why}" if why else ""), **facts)
    return room.live("the feed has the version" + (" and lists it" if listed is True else ""), **facts)


def _file(name: str, version: str, details: dict[str, Any]) -> LiveFile:
    """https://learn.microsoft.com/nuget/api/catalog-resource#package-details-catalog-items"""
    size, digest, algorithm = (
        details.get("packageSize"),
        details.get("packageHash"),
        details.get("packageHashAlgorithm"),
    )
    form = algorithm.lower() if isinstance(algorithm, str) else ""
    return LiveFile(
        name=f"{name}.{version}.nupkg",
        size=size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
        digest=_hex_digest(form, digest) if isinstance(digest, str) else None,
        uploaded_at=time_of(_text(details.get("created"))),
    )


def _hex_digest(algorithm: str, encoded: str) -> str | None:
    import base64
    import binascii

    if algorithm not in ("sha256", "sha384", "sha512") or len(encoded) > 200:
        return None
    try:
        return f"{algorithm}:{base64.b64decode(encoded, validate=True).hex()}"
    except (ValueError, binascii.Error):
        return None


async def _downloads(name: str, search: str | None, room: Room) -> tuple[DownloadCount, ...]:
    """A package that search does not know yet is status 200 and an empty list: that says nothing."""
    if search is None:
        return ()
    found = await _json(f"{search}?q=packageid:{quote(name, safe='')}&prerelease=true&semVerLevel=2.0.0", room)
    data = found.get("data")
    for entry in data[:20] if isinstance(data, list) else ():
        count = entry.get("totalDownloads") if isinstance(entry, dict) else None
        if str(entry.get("id", "")).lower() == name and isinstance(count, int) and not isinstance(count, bool):
            meaning = "downloads of all versions since the first, by restores on build machines above all"
            return (DownloadCount(count=max(count, 0), meaning=meaning),)
    return ()


async def _resources(room: Room) -> dict[str, str]:
    """Places by type, of the service index: https://learn.microsoft.com/nuget/api/service-index"""
    url = room.base if room.base.endswith(".json") else f"{room.base}/index.json"
    reply = await room.get(url)
    if reply.status != 200:
        raise refusal(reply)
    body = reply.json()
    resources = body.get("resources") if isinstance(body, dict) else None
    if not isinstance(resources, list):
        raise NoAnswerError("the feed's service index cannot be read", status=reply.status)
    found: dict[str, str] = {}
    for entry in resources[:500]:
        kind, address = (entry.get("@type"), entry.get("@id")) if isinstance(entry, dict) else (None, None)
        if isinstance(kind, str) and isinstance(address, str) and address.startswith(("https://", "http://")):
            found.setdefault(kind, address.rstrip("/"))
    return found


def _one_of(resources: dict[str, str], kinds: tuple[str, ...]) -> str | None:
    return next((resources[kind] for kind in kinds if kind in resources), None)


async def _json(url: str, room: Room) -> dict[str, Any]:
    """An object that is worth having and not worth losing the answer for."""
    try:
        reply: Reply = await room.get(url, largest=LARGEST_LIST)
        body = reply.json() if reply.status == 200 else None
    except NoAnswerError:
        return {}
    return body if isinstance(body, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
