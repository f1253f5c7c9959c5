"""Homebrew: its own formulae and casks by their API, those of taps by the files of the tap's repository.

https://docs.brew.sh/Taps : a tap `owner/name` is the GitHub repository `owner/homebrew-name`. Only what is current can be asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from auditor.logs.redact import safe_line
from auditor.model.live import LiveAnswer, LiveFile, Target
from auditor.registries.asking import ask_questions, missing_files
from auditor.registries.exchange import NoAnswerError, Reply
from auditor.registries.protocols.formula import Formula, read_formula
from auditor.registries.protocols.pull_requests import held_by_request
from auditor.registries.refusals import refusal
from auditor.registries.room import Room
from auditor.versions import newest_first

LARGEST_FORMULA = 1 << 20
_FOLDERS = ("Formula", "HomebrewFormula", "Casks", "")


async def ask(target: Target, room: Room) -> LiveAnswer:
    """Ask the tap that the target names, or Homebrew itself. A target's `kind` is `formula` or `cask`."""
    tap = target.places.get("repository")
    if tap is None:
        return await held_by_request(await ask_questions(_of_kind(room, target.places.get("kind"))), room)
    package = target.package.rsplit("/", 1)[-1]
    repositories = _repositories(tap)
    seen: Reply | None = None
    for repository in repositories:
        for path in _paths(package, target.places.get("kind")):
            reply = await _file(repository, path, room)
            if reply.status == 404 and not reply.is_html():
                seen = seen or reply
                continue
            if reply.status != 200:
                raise refusal(reply)
            formula = None if reply.is_html() else read_formula(reply.text())
            if formula is None:
                raise NoAnswerError(f"{path} of the tap is no formula or cask", status=reply.status)
            return _told(formula, reply, room)
    return room.absent(
        f"{safe_line(repositories[0], 150)} has no formula or cask of this name",
        package_known=False,
        url=seen.url if seen else None,
        status=seen.status if seen else None,
        asked_at=seen.asked_at if seen else None,
    )


async def _file(repository: str, path: str, room: Room) -> Reply:
    url = f"{room.options['files']}/{quote(repository, safe='/')}/HEAD/{quote(path, safe='/')}"
    return await room.get(url, {"Accept": "text/plain"}, largest=LARGEST_FORMULA)


def _of_kind(room: Room, kind: str | None) -> Room:
    """Only the question for formulae, or for casks: some names are both, at different versions."""
    mine = tuple(
        one.model_copy(update={"when": "undecided"}) for one in room.registry.questions if kind in (None, one.id)
    )
    if kind is None or not mine:
        return room
    return replace(room, subject=replace(room.subject, registry=room.registry.model_copy(update={"questions": mine})))


def _paths(package: str, kind: str | None) -> Iterator[str]:
    folders = ("Casks", "Formula", "HomebrewFormula", "") if kind == "cask" else _FOLDERS
    for folder in folders:
        yield f"{folder}/{package}.rb" if folder else f"{package}.rb"
    # Large taps sort by the first letter.
    for folder in ("Formula", "Casks"):
        yield f"{folder}/{package[:1].lower()}/{package}.rb"


def _repositories(tap: str) -> tuple[str, ...]:
    """`owner/homebrew-name` of `owner/name`, a tap's short form, which may be a repository's own name, too."""
    text = tap.removeprefix("https://github.com/").removesuffix(".git").strip("/")
    owner, _, name = text.partition("/")
    return (text,) if name.startswith("homebrew-") else (f"{owner}/homebrew-{name}", text)


def _told(formula: Formula, reply: Reply, room: Room) -> LiveAnswer:
    where: dict[str, Any] = {"url": reply.url, "status": reply.status, "asked_at": reply.asked_at}
    if formula.version is None:
        raise NoAnswerError("the formula is there, but it does not tell its version", status=reply.status)
    version, asked = safe_line(formula.version, 100), room.target.version
    facts = {**where, "package_known": True, "latest": version, "versions": (version,)}
    if not room.subject.is_version(formula.version):
        if newest_first(room.subject.scheme, (formula.version, asked))[0] == asked:
            return room.absent(f"the formula is still at version {version}", **facts)
        return room.unknown(f"the formula is at version {version}; whether {asked} was there cannot be asked", **facts)
    files = tuple(_download(download.url, download.sha256) for download in formula.downloads)
    facts |= {"files": files, "missing_files": missing_files(room.target.expected_files, files)}
    if formula.ended is not None:
        return room.hidden(f"the formula has this version, and is {formula.ended}", **facts)
    if formula.problems:
        return room.held(f"the formula has this version and cannot be installed: {formula.problems[0]}", **facts)
    return room.live("the formula has this version", **facts)


def _download(url: str, sha256: str | None) -> LiveFile:
    return LiveFile(name=safe_line(url.rsplit("/", 1)[-1], 200) or "?", digest=f"sha256:{sha256}" if sha256 else None)
