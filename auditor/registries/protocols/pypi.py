"""Python indexes: the simple index that every one of them has, and the provenance of the files that it names.

https://packaging.python.org/en/latest/specifications/simple-repository-api/ ,
https://packaging.python.org/en/latest/specifications/index-hosted-attestations/
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from auditor.logs.redact import safe_line
from auditor.model.live import DownloadCount, LiveAnswer, LiveFile, Provenance, Target
from auditor.model.vocabulary import LiveState
from auditor.registries.addresses import domain_of
from auditor.registries.asking import ask_questions, missing_files
from auditor.registries.exchange import NoAnswerError, Reply
from auditor.registries.protocols.certificates import provenance_of_certificate
from auditor.registries.protocols.simple_index import ACCEPT, IndexFile, ProjectPage, html_page, json_page
from auditor.registries.protocols.statements import decoded_statement, provenance_of
from auditor.registries.refusals import refusal
from auditor.registries.room import Room
from auditor.rulebook.template_filters import pep503
from auditor.versions import Scheme, is_prerelease, newest_first, same

LARGEST_PAGE = 64 << 20
LARGEST_PROVENANCE = 4 << 20
MOST_VERSIONS = 200
_NOT_THERE = re.compile(r"(?i)not found|does not exist|no such|\b404\b")
"""Indexes word this differently, and some do it in HTML."""


async def ask(target: Target, room: Room) -> LiveAnswer:
    """Ask the index for the project's files, and read which belong to the version."""
    project = pep503(target.package)
    reply = await room.get(f"{room.base}/{project}/", {"Accept": ACCEPT}, largest=LARGEST_PAGE)
    where: dict[str, Any] = {"url": reply.url, "status": reply.status, "asked_at": reply.asked_at}
    if reply.status == 404 and not room.own_base:
        # The page of an error there is the same for everything; the other interface says what is missing.
        return await ask_questions(room)
    if reply.status == 404 and _NOT_THERE.search(reply.text()[:5000]):
        return room.absent("the index knows no such project", package_known=False, **where)
    if reply.status != 200:
        raise refusal(reply)
    page = _page(reply, project)
    if page is None:
        raise NoAnswerError("the answer is no page of a package index", status=reply.status)
    facts = {**where, "package_known": True, **_versions(page)}
    files = page.of(target.version)
    if not files:
        return await _without_files(page, room, facts)
    return await _with_files(files, reply, room, facts)


def _page(reply: Reply, project: str) -> ProjectPage | None:
    kind = reply.headers.get("content-type", "").lower()
    if "json" in kind:
        return json_page(reply.json(), project)
    return html_page(reply.text(), project)


def _versions(page: ProjectPage) -> dict[str, Any]:
    """Of all versions: in order, the newest that `pip` would take, and since when it is there."""
    ordered = newest_first(Scheme.PEP440, page.versions)
    yanked = {file.version for file in page.files if file.yanked is not None}
    free = {file.version for file in page.files if file.yanked is None}
    fit = [text for text in ordered if text in free or text not in yanked]
    latest = next((text for text in fit if not is_prerelease(Scheme.PEP440, text)), None) or next(iter(fit), None)
    times = [file.uploaded_at for file in page.of(latest) if file.uploaded_at] if latest else []
    return {"versions": ordered[:MOST_VERSIONS], "latest": latest, "latest_at": min(times, default=None)}


async def _without_files(page: ProjectPage, room: Room, facts: dict[str, Any]) -> LiveAnswer:
    if not room.own_base:
        # The pages are cached apart from one another, and either may be some minutes behind.
        second = await ask_questions(room)
        if second.state in (LiveState.LIVE, LiveState.LIVE_HIDDEN):
            return second.model_copy(update={"versions": facts["versions"], "latest": facts["latest"]})
    if any(same(Scheme.PEP440, listed, room.target.version) for listed in page.versions):
        return room.absent("the index lists the version without any file, so that nothing can be installed", **facts)
    return room.absent(f"not among the {len(page.versions)} versions that the index lists", **facts)


async def _with_files(files: tuple[IndexFile, ...], reply: Reply, room: Room, facts: dict[str, Any]) -> LiveAnswer:
    live = tuple(
        LiveFile(
            name=safe_line(file.name, 300),
            size=file.size,
            digest=file.digest,
            uploaded_at=file.uploaded_at,
            hidden=file.yanked is not None,
        )
        for file in files
    )
    missing = missing_files(room.target.expected_files, live)
    facts |= {
        "files": live,
        "missing_files": missing,
        "published_at": min((file.uploaded_at for file in files if file.uploaded_at), default=None),
        "provenance": await _provenance(files, reply, room),
    }
    downloads = () if room.own_base else await _downloads(room)
    if all(file.yanked is not None for file in files):
        why = next((file.yanked for file in files if file.yanked), None)
        reason = "the version was yanked" + (f": {safe_line(why, 200)}" if why else "")
        return room.hidden(reason, downloads=downloads, **facts)
    number = f"{len(files)} file" + ("s" if len(files) != 1 else "")
    short = f"; it should also have {', '.join(missing[:8])}" if missing else ""
    return room.live(f"the index has {number} of the version{short}", downloads=downloads, **facts)


async def _provenance(files: tuple[IndexFile, ...], reply: Reply, room: Room) -> Provenance | None:
    """Of the first file that has one: the run is named in a certificate or, as of builds with SLSA, in a statement."""
    for file in files[:3]:
        if file.provenance is None:
            continue
        url = urljoin(reply.url, file.provenance)
        if domain_of(urlsplit(url).hostname or "") != domain_of(urlsplit(reply.url).hostname or ""):
            continue
        try:
            answer = await room.get(url, {"Accept": "application/json"}, largest=LARGEST_PROVENANCE)
            body = answer.json() if answer.status == 200 else None
        except NoAnswerError:
            return None
        bundles = body.get("attestation_bundles") if isinstance(body, dict) else None
        for bundle in bundles[:10] if isinstance(bundles, list) else ():
            if isinstance(bundle, dict) and (found := _of_bundle(bundle)) is not None:
                return found
    return None


def _of_bundle(bundle: dict[str, Any]) -> Provenance | None:
    attestations = bundle.get("attestations")
    for attestation in attestations[:10] if isinstance(attestations, list) else ():
        if not isinstance(attestation, dict):
            continue
        material, envelope = attestation.get("verification_material"), attestation.get("envelope")
        if isinstance(material, dict) and (found := provenance_of_certificate(material.get("certificate"))) is not None:
            return found
        statement = decoded_statement(envelope.get("statement")) if isinstance(envelope, dict) else None
        if statement is not None and (said := provenance_of(statement)) is not None:
            return said
    publisher = bundle.get("publisher")
    if isinstance(publisher, dict) and isinstance(publisher.get("repository"), str):
        workflow = publisher.get("workflow")
        return Provenance(
            repository=safe_line(publisher["repository"], 200),
            workflow=f".github/workflows/{safe_line(workflow, 200)}" if isinstance(workflow, str) else None,
        )
    return None


async def _downloads(room: Room) -> tuple[DownloadCount, ...]:
    """Counted by pypistats.org from the index's public logs: https://pypistats.org/api/"""
    try:
        reply = await room.get(f"{room.options['downloads']}/packages/{pep503(room.target.package)}/recent")
        body = reply.json() if reply.status == 200 else None
    except NoAnswerError:
        return ()
    data = body.get("data") if isinstance(body, dict) else None
    count = data.get("last_month") if isinstance(data, dict) else None
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        return ()
    meaning = "downloads of all files of all versions, mirrors left out, counted once a day by pypistats.org"
    return (DownloadCount(count=count, days=30, meaning=meaning, as_of=reply.asked_at),)
