"""Module proxies of Go, asked so that asking changes nothing.

https://go.dev/ref/mod#goproxy-protocol : a question for a version that is not there yet makes the public proxy fetch it, or
remember for a while that it is not there. `cached-only` (and the header, for those who have no such path) answers from what
it already has.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from auditor.logs.redact import safe_line
from auditor.model.live import LiveAnswer, Provenance, Target
from auditor.registries.exchange import NoAnswerError, Reply
from auditor.registries.protocols.gomod import OwnWords, read_gomod
from auditor.registries.protocols.statements import commit_of, repository_of
from auditor.registries.refusals import refusal
from auditor.registries.room import Room
from auditor.registries.times import time_of
from auditor.rulebook.template_filters import go_escape
from auditor.versions import Scheme, is_prerelease, newest_first, same

LARGEST_LIST = 4 << 20
LARGEST_GOMOD = 16 << 20
MOST_VERSIONS = 200
_HEADERS = {"Disable-Module-Fetch": "true", "Accept": "*/*"}


async def ask(target: Target, room: Room) -> LiveAnswer:
    """Ask whether the proxy has the version, which others it has, and whether its author took it back."""
    version = target.version if target.version.startswith("v") else f"v{target.version}"
    module = _Module(room, target.package)
    reply = await module.get(f"@v/{_escaped(version)}.info")
    where: dict[str, Any] = {"url": reply.url, "status": reply.status, "asked_at": reply.asked_at}
    if reply.status in (404, 410) and not reply.is_html():
        versions = await module.versions()
        facts = {**where, "versions": versions[:MOST_VERSIONS], "latest": _latest(versions)}
        return room.absent(_why_absent(room), package_known=True if versions else None, **facts)
    if reply.status != 200:
        raise refusal(reply)
    body = reply.json()
    said = body.get("Version") if isinstance(body, dict) else None
    if not isinstance(said, str) or not same(Scheme.GO, said, version):
        raise NoAnswerError("the proxy answers about another version", status=reply.status)
    versions = await module.versions()
    facts = {
        **where,
        "package_known": True,
        "published_at": time_of(body.get("Time") if isinstance(body.get("Time"), str) else None),
        "versions": versions[:MOST_VERSIONS],
        "latest": _latest(versions) or said,
        "provenance": _origin(body.get("Origin")),
    }
    words = await module.own_words(facts["latest"])
    for retraction in words.retractions:
        if retraction.covers(version):
            why = f": {safe_line(retraction.why, 200)}" if retraction.why else ""
            return room.hidden(f"its author retracted the version{why}", **facts)
    if words.deprecated is not None:
        return room.hidden(f"the module is deprecated: {safe_line(words.deprecated, 200)}", **facts)
    return room.live("the proxy has the version", **facts)


def _why_absent(room: Room) -> str:
    if room.own_base:
        return "the proxy does not have the version"
    return "the proxy has not fetched the version: nobody asked it for this one yet, or it found no such tag"


def _origin(origin: Any) -> Provenance | None:
    """Where the proxy got the version from: https://go.dev/ref/mod#goproxy-protocol"""
    if not isinstance(origin, dict):
        return None
    found = Provenance(repository=repository_of(origin.get("URL")), commit=commit_of(origin.get("Hash")))
    return found if found != Provenance() else None


class _Module:
    """One module at a proxy."""

    def __init__(self, room: Room, name: str) -> None:
        self._room = room
        base = room.base if room.own_base else f"{room.base}/cached-only"
        self._address = f"{base}/{quote(go_escape(name), safe='/!~')}"

    async def get(self, path: str, largest: int = LARGEST_LIST) -> Reply:
        """Ask for something of the module. Raises `NoAnswerError`."""
        return await self._room.get(f"{self._address}/{path}", _HEADERS, largest=largest)

    async def versions(self) -> tuple[str, ...]:
        """Those that the proxy has, the newest first; an empty list is status 200."""
        try:
            reply = await self.get("@v/list")
        except NoAnswerError:
            return ()
        if reply.status != 200 or reply.is_html():
            return ()
        lines = (line.strip() for line in reply.text().splitlines()[:100_000])
        return newest_first(Scheme.GO, dict.fromkeys(line for line in lines if 0 < len(line) <= 200))

    async def own_words(self, latest: str) -> OwnWords:
        """What the newest version's go.mod says about all versions; nothing when it cannot be had."""
        try:
            reply = await self.get(f"@v/{_escaped(latest)}.mod", LARGEST_GOMOD)
        except NoAnswerError:
            return OwnWords(())
        return read_gomod(reply.text()) if reply.status == 200 and not reply.is_html() else OwnWords(())


def _latest(versions: tuple[str, ...]) -> str | None:
    stable = [text for text in versions if not is_prerelease(Scheme.GO, text)]
    return next(iter(stable or versions), None)


def _escaped(version: str) -> str:
    return quote(go_escape(version), safe="!+~")
