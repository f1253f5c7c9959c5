"""Registries of container images and other OCI artifacts, by the distribution protocol with its token dance.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md , https://distribution.github.io/distribution/spec/auth/token/

Options: `host` is a prefix of package names that means the registry itself (`ghcr.io`); `private` is what to tell people when a
registry lets nobody read without logging in.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from auditor.model.live import LiveAnswer, LiveFile, Provenance, Target
from auditor.model.vocabulary import TargetSource
from auditor.registries.asking import missing_files
from auditor.registries.exchange import NoAnswerError, Reply
from auditor.registries.protocols.images import ACCEPT, Manifest, built_from, platform_name, read_manifest
from auditor.registries.protocols.statements import commit_of, repository_of
from auditor.registries.refusals import refusal
from auditor.registries.room import Room
from auditor.registries.times import time_of
from auditor.versions import Scheme, is_prerelease, newest_first

LARGEST_MANIFEST = 4 << 20
LARGEST_STATEMENT = 4 << 20
MOST_PAGES = 20
"""Of the list of tags; registries list the oldest first."""
LONGEST_VERSIONS = 200
_NAME = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*){0,12}")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_VERSION_TAG = re.compile(r"v?\d+(?:\.\d+){1,3}(?:[-_.]?(?:alpha|beta|rc|pre|dev)[\w.-]{0,40})?")
_CHALLENGE = re.compile(r'(?P<name>realm|service|scope)="(?P<value>[^"]{0,1000})"', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository of images at a registry; `base` is the registry's address without `/v2`."""

    base: str
    name: str

    def url(self, rest: str) -> str:
        """An address of the repository's API."""
        return f"{self.base}/v2/{self.name}/{rest}"


async def ask(target: Target, room: Room) -> LiveAnswer:
    """Ask whether a tag is there, which platforms it has and what it was built from."""
    name = _own_name(target.package, room)
    return await ask_image(target.version, Repository(room.base, name), room)


async def ask_image(version: str, repository: Repository, room: Room) -> LiveAnswer:
    """Ask about one version of one repository. Raises `NoAnswerError`."""
    tag = version.replace("+", "_")
    if not _NAME.fullmatch(repository.name) or not _TAG.fullmatch(tag):
        return room.unknown("its name or its version is not one that image registries allow")
    session = _Session(room, repository)
    reply = await session.get(f"manifests/{quote(tag, safe='')}", accept=ACCEPT)
    if reply.status in (401, 403):
        return _denied(reply, room)
    listed = await _versions(session) if reply.status in (200, 404) else None
    versions = listed or ()
    facts: dict[str, Any] = {"url": reply.url, "status": reply.status, "asked_at": reply.asked_at}
    facts |= {"versions": versions[:LONGEST_VERSIONS], "latest": _latest(versions)}
    if reply.status == 404:
        return _missing(reply, room, listed, facts)
    if reply.status != 200:
        raise refusal(reply)
    manifest = read_manifest(reply.json())
    if manifest is None:
        raise NoAnswerError("the answer is no image manifest", status=reply.status)
    return await _live(manifest, reply, session, room, facts)


async def _live(
    manifest: Manifest, reply: Reply, session: _Session, room: Room, facts: Mapping[str, Any]
) -> LiveAnswer:
    files, created = manifest.platforms, time_of(manifest.annotation("org.opencontainers.image.created"))
    if manifest.config is not None and not files:
        config = await session.json_blob(manifest.config)
        if (name := platform_name(config)) is not None:
            files = (LiveFile(name=name, digest=reply.headers.get("docker-content-digest")),)
        created = created or time_of(config.get("created"))
    missing = missing_files(room.target.expected_files, files)
    reason = "the registry has the tag"
    if files:
        reason += " for " + ", ".join(file.name for file in files[:8])
    if missing:
        reason += f"; it should also be there for {', '.join(missing[:8])}"
    return room.live(
        reason,
        package_known=True,
        files=files,
        missing_files=missing,
        # Reproducible builds date their images 1970 or 1980.
        published_at=created if created is not None and created.year > 1980 else None,
        provenance=await _provenance(manifest, session),
        **facts,
    )


def _missing(reply: Reply, room: Room, listed: tuple[str, ...] | None, facts: Mapping[str, Any]) -> LiveAnswer:
    code = _error_code(reply)
    if code == "MANIFEST_UNKNOWN" and "accept" in reply.text()[:2000].lower():
        raise NoAnswerError("the registry has the tag in a form that is not read here", status=reply.status)
    if code == "NAME_UNKNOWN" or (code in ("MANIFEST_UNKNOWN", "NOT_FOUND") and listed == ()):
        return room.absent("the registry knows no such repository", package_known=False, **facts)
    if code in ("MANIFEST_UNKNOWN", "NOT_FOUND"):
        return room.absent("the repository has no such tag", package_known=True if listed else None, **facts)
    raise refusal(reply)


def _denied(reply: Reply, room: Room) -> LiveAnswer:
    """A registry that lets nobody read says the same of what is private and of what is not there."""
    how = room.options.get("private", "it is private, or it is not there")
    told: dict[str, Any] = {"url": reply.url, "status": reply.status, "asked_at": reply.asked_at}
    if room.target.source is TargetSource.LOG and not room.own_base:
        return room.held(f"it was pushed, but nobody can read it without logging in: {how}", package_known=True, **told)
    return room.unknown(f"the registry lets nobody read it without logging in (HTTP {reply.status}): {how}", **told)


async def _versions(session: _Session) -> tuple[str, ...] | None:
    """All tags, the newest version first; none for a repository that is not there, nothing when they are not listed."""
    found: list[str] = []
    url: str | None = session.repository.url("tags/list?n=1000")
    for _ in range(MOST_PAGES):
        if url is None:
            break
        try:
            reply = await session.get_url(url, "application/json")
            body = reply.json() if reply.status == 200 else None
        except NoAnswerError:
            return None
        if reply.status == 404 and _error_code(reply) == "NAME_UNKNOWN":
            return ()
        tags = body.get("tags") if isinstance(body, dict) else None
        if not isinstance(tags, list):
            return None
        found += [tag for tag in tags if isinstance(tag, str) and _TAG.fullmatch(tag)]
        url = _next(reply, session.repository)
    return newest_first(Scheme.OCI, dict.fromkeys(found)) or None


def _next(reply: Reply, repository: Repository) -> str | None:
    """The further page that the `Link` header names, when it is one of the same repository."""
    import httpx

    link = httpx.Response(200, headers={"link": reply.headers.get("link", "")}).links.get("next", {}).get("url")
    if not link:
        return None
    there = httpx.URL(reply.url).join(link)
    return str(there) if str(there).startswith(repository.url("tags/list")) else None


def _latest(versions: tuple[str, ...]) -> str | None:
    """The newest of the tags that are plain versions: `1.2.3-alpine` and `latest` say nothing of the order."""
    plain = [tag for tag in versions if _VERSION_TAG.fullmatch(tag)]
    stable = [tag for tag in plain if not is_prerelease(Scheme.OCI, tag)]
    full = [tag for tag in stable if tag.count(".") >= 2]
    return next(iter(full or stable or plain), None)


async def _provenance(manifest: Manifest, session: _Session) -> Provenance | None:
    """What the build attestation says, where there is one; it is never worth losing the answer."""
    if manifest.attestation is None:
        return _annotated(manifest)
    try:
        reply = await session.get(f"manifests/{manifest.attestation}", accept=ACCEPT)
        attested = read_manifest(reply.json()) if reply.status == 200 else None
        if attested is None:
            return _annotated(manifest)
        for kind, digest in attested.layers:
            if kind.startswith("https://slsa.dev/provenance/"):
                statement = await session.json_blob(digest)
                return built_from(dict(statement)) or _annotated(manifest)
    except NoAnswerError:
        pass
    return _annotated(manifest)


def _annotated(manifest: Manifest) -> Provenance | None:
    """What the image's own labels say: that is the author's word, and names no run."""
    repository = repository_of(manifest.annotation("org.opencontainers.image.source"))
    commit = commit_of(manifest.annotation("org.opencontainers.image.revision"))
    return Provenance(repository=repository, commit=commit) if repository and commit else None


class _Session:
    """Asks a repository, and gets the token that it wants for reading; at most one per repository."""

    def __init__(self, room: Room, repository: Repository) -> None:
        self.repository = repository
        self._room = room
        self._token: str | None = None
        self._denied: Reply | None = None

    async def get(self, path: str, accept: str, largest: int = LARGEST_MANIFEST) -> Reply:
        """Ask for a path of the repository's API."""
        return await self.get_url(self.repository.url(path), accept, largest)

    async def get_url(self, url: str, accept: str, largest: int = LARGEST_MANIFEST) -> Reply:
        """Ask; a 401 with a challenge is answered with a token. Raises `NoAnswerError`."""
        headers = {"Accept": accept}
        reply = await self._room.get(url, headers, token=self._token, largest=largest)
        if reply.status != 401 or self._token is not None:
            return reply
        token = await self._ask_token(reply)
        if token is None:
            return self._denied or reply
        self._token = f"Bearer {token}"
        return await self._room.get(url, headers, token=self._token, largest=largest)

    async def json_blob(self, digest: str) -> Mapping[str, Any]:
        """A small JSON blob; empty when it cannot be had, which is never worth losing the answer."""
        try:
            reply = await self.get(f"blobs/{digest}", accept="*/*", largest=LARGEST_STATEMENT)
            body = json.loads(reply.body) if reply.status == 200 else {}
        except (NoAnswerError, ValueError, RecursionError):
            return {}
        return body if isinstance(body, dict) else {}

    async def _ask_token(self, reply: Reply) -> str | None:
        """A token for reading; nothing when the registry gives none. Raises `NoAnswerError` for passing trouble."""
        challenge = reply.headers.get("www-authenticate", "")
        if not challenge.lower().startswith("bearer"):
            return None
        said = {match["name"].lower(): match["value"] for match in _CHALLENGE.finditer(challenge[:4000])}
        realm = said.get("realm", "")
        if urlsplit(realm).scheme not in ("https", "http"):
            raise NoAnswerError("the registry asks for a token and does not say where to get one", status=reply.status)
        scope = said.get("scope") or f"repository:{self.repository.name}:pull"
        query = {"service": said["service"]} if said.get("service") else {}
        joint = "&" if "?" in realm else "?"
        address = f"{realm}{joint}{urlencode({**query, 'scope': scope})}"
        got = await self._room.get(address, {"Accept": "application/json"}, token=self._login(realm))
        if got.status in (401, 403):
            self._denied = got
            return None
        if got.status != 200:
            raise refusal(got)
        body = got.json()
        token = (body.get("token") or body.get("access_token")) if isinstance(body, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or len(token) > 20_000:
            raise NoAnswerError("the registry's token service gave no token", status=got.status)
        return token

    def _login(self, realm: str) -> str | None:
        """What the user configured for this registry, as its token service takes it: a token, or `user:token`."""
        variable = self._room.settings.access_to(self._room.target.platform).token_variable
        secret = self._room.settings.environ.get(variable, "").strip() if variable else ""
        if not secret or urlsplit(realm)[:2] != urlsplit(self.repository.base)[:2]:
            return None
        pair = secret if ":" in secret else f"token:{secret}"
        return "Basic " + base64.b64encode(pair.encode()).decode()


def _own_name(package: str, room: Room) -> str:
    """The repository's name: the package without the registry's own host, in lower case as image names are."""
    host = urlsplit(room.base).netloc
    for prefix in (room.options.get("host", host), host):
        if package.lower().startswith(f"{prefix}/"):
            return package[len(prefix) + 1 :].lower()
    return package.split("/", 1)[-1].lower() if room.options.get("host") is None else package.lower()


def _error_code(reply: Reply) -> str | None:
    """The first error's code: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes"""
    try:
        body = reply.json()
    except NoAnswerError:
        return None
    errors = body.get("errors") if isinstance(body, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    code = first.get("code") if isinstance(first, dict) else None
    return code if isinstance(code, str) else None
