"""A short cache of registries' answers: used as they are for a minute, and asked about afterwards.

https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests
"""

from __future__ import annotations

import hashlib
import re
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from auditor.collect.github.cache import Shelf
from auditor.registries.exchange import Reply, Request, Transport
from auditor.registries.settings import FRESH
from auditor.registries.stored import Exchange, request_key

FOLDER = "registries"
_DAY = 86_400.0


def answers_folder(cache: Path) -> Path:
    """Where a cache folder has the registries' answers."""
    return cache / FOLDER


class Kept:
    """A `Transport` that keeps what another one gives: answers of status 200 to questions without credentials."""

    def __init__(self, inner: Transport, cache: Path, fresh: float = FRESH) -> None:
        self._inner = inner
        self._folder = answers_folder(cache)
        self._fresh = fresh
        self._shelves: dict[str, Shelf] = {}
        with suppress(OSError):
            _sweep(self._folder)

    async def send(self, request: Request) -> Reply:
        """Send, or give what is kept. Raises `NoAnswerError` as the other one does."""
        if request.token is not None or any(name.lower() == "authorization" for name, _ in request.headers):
            return await self._inner.send(request)
        key = _key(request)
        kept = self._read(request, key)
        if kept is None:
            return self._keep(request, key, await self._inner.send(request))
        if 0 <= (datetime.now(UTC) - kept.asked_at).total_seconds() < self._fresh:
            return kept
        conditions = [
            (name, value)
            for name, value in (
                ("If-None-Match", kept.headers.get("etag")),
                ("If-Modified-Since", kept.headers.get("last-modified")),
            )
            if value is not None
        ]
        reply = await self._inner.send(replace(request, headers=(*request.headers, *conditions)))
        if reply.status == 304 and conditions:
            return self._keep(request, key, replace(kept, asked_at=reply.asked_at))
        return self._keep(request, key, reply)

    def _read(self, request: Request, key: str) -> Reply | None:
        found = self._shelf(request).read(key)
        try:
            return Exchange.model_validate(found).reply() if found is not None else None
        except ValidationError:
            return None

    def _keep(self, request: Request, key: str, reply: Reply) -> Reply:
        if reply.status == 200 and "no-store" not in reply.headers.get("cache-control", ""):
            exchange = Exchange.of(request, reply)
            # What had to be changed to be stored is not what the registry said.
            if exchange.error is None and exchange.reply().body == reply.body:
                self._shelf(request).keep(key, exchange.model_dump_json(exclude_none=True).encode(), only=True)
        return reply

    def _shelf(self, request: Request) -> Shelf:
        host = re.sub(r"[^A-Za-z0-9.-]", "_", urlsplit(request.url).netloc.rpartition("@")[2])[:100]
        return self._shelves.setdefault(host, Shelf(self._folder / (host or "_"), self._folder / "tmp"))


def _sweep(folder: Path) -> None:
    """At most once a day: remove answers that nobody has read for that long."""
    mark = folder / "swept"
    now = time.time()
    if not folder.is_dir() or (mark.exists() and now - mark.stat().st_mtime < _DAY):
        return
    mark.touch()
    for file in folder.glob("*/*"):
        if file.is_file() and now - file.stat().st_mtime > _DAY:
            file.unlink(missing_ok=True)


def _key(request: Request) -> str:
    """Of the question and its headers, because the form of an answer depends on them."""
    words = [request_key(request), *(f"{name.lower()}: {value}" for name, value in sorted(request.headers))]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:40]
