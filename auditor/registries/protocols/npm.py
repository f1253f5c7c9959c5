"""npm: the declared questions with their dates, and what the registry attests about where the bytes came from.

https://docs.npmjs.com/generating-provenance-statements , https://github.com/npm/registry/blob/main/docs/download-counts.md
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from auditor.model.live import DownloadCount, LiveAnswer, Provenance, Target
from auditor.model.vocabulary import LiveState
from auditor.registries.asking import concluded
from auditor.registries.exchange import NoAnswerError, Reply
from auditor.registries.protocols.statements import decoded_statement, provenance_of
from auditor.registries.reading import Reading
from auditor.registries.room import Room
from auditor.registries.times import time_of

LARGEST_PACKAGE = 64 << 20
"""Bytes of a package's list: those with thousands of versions have tens of megabytes."""
LARGEST_ATTESTATIONS = 4 << 20
_COUNTED = (("last-month", 30), ("last-week", 7))


async def ask(target: Target, room: Room) -> LiveAnswer:
    """Ask for the version and for the package; of a version that is there, its provenance and downloads too.

    The version's own address is fresh at once, the package's list follows; only the list has the dates.
    """
    readings: list[Reading] = []
    problems: list[NoAnswerError] = []
    for question in room.registry.questions:
        request = room.request(question)
        if request is None:
            continue
        try:
            reply = await room.send(replace(request, largest=LARGEST_PACKAGE))
            reading = room.read(question, reply)
        except NoAnswerError as error:
            problems.append(error)
            continue
        readings.append(_dated(reading, reply, target) if reply.status == 200 else reading)
    answer = await concluded(readings, problems, room)
    if answer.state not in (LiveState.LIVE, LiveState.LIVE_HIDDEN):
        return answer
    facts: dict[str, Any] = {}
    if (provenance := await _provenance(target, room)) is not None:
        facts["provenance"] = provenance
    if not room.own_base and (downloads := await _downloads(target, room)):
        facts["downloads"] = downloads
    return answer.model_copy(update=facts)


def _dated(reading: Reading, reply: Reply, target: Target) -> Reading:
    """With the times of the package's list, which has them apart from its versions."""
    body = reply.json()
    times = body.get("time") if isinstance(body, dict) else None
    if not isinstance(times, dict):
        return reading
    published, latest = times.get(target.version), times.get(reading.latest or "")
    return replace(
        reading,
        published_at=time_of(published) if isinstance(published, str) else None,
        latest_at=time_of(latest) if isinstance(latest, str) else None,
    )


async def _provenance(target: Target, room: Room) -> Provenance | None:
    """What the attestations name; a version without them is status 404, and no mirror needs to have them."""
    spec = quote(f"{target.package}@{target.version}", safe="@")
    try:
        reply = await room.get(f"{room.base}/-/npm/v1/attestations/{spec}", largest=LARGEST_ATTESTATIONS)
        body = reply.json() if reply.status == 200 else None
    except NoAnswerError:
        return None
    attestations = body.get("attestations") if isinstance(body, dict) else None
    for attestation in attestations[:20] if isinstance(attestations, list) else ():
        if not isinstance(attestation, dict):
            continue
        bundle = attestation.get("bundle")
        envelope = bundle.get("dsseEnvelope") if isinstance(bundle, dict) else None
        statement = decoded_statement(envelope.get("payload")) if isinstance(envelope, dict) else None
        if statement is not None and (found := provenance_of(statement)) is not None:
            return found
    return None


async def _downloads(target: Target, room: Room) -> tuple[DownloadCount, ...]:
    """Downloads of the package, of the host `api.` beside the registry's; one or two days late, 404 for a new package."""
    host = urlsplit(room.base).netloc
    if not host.startswith("registry."):
        return ()
    found: list[DownloadCount] = []
    for period, days in _COUNTED:
        name = quote(target.package, safe="@/")
        try:
            reply = await room.get(f"https://api.{host.removeprefix('registry.')}/downloads/point/{period}/{name}")
            body = reply.json() if reply.status == 200 else None
        except NoAnswerError:
            return tuple(found)
        if not isinstance(body, dict):
            continue
        count = body.get("downloads")
        if isinstance(count, int) and not isinstance(count, bool) and count >= 0:
            meaning = "downloads of the archives of all versions, by people and machines alike"
            found.append(DownloadCount(count=count, days=days, meaning=meaning, as_of=time_of(body.get("end"))))
    return tuple(found)
