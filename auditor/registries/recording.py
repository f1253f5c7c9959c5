"""Stores the registries' answers in a bundle, and plays them back without a network."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from auditor.collect.folder import BundleFiles
from auditor.logs.redact import safe_line
from auditor.logs.redact_documents import redacted_json
from auditor.model.live import Target
from auditor.registries.bases import ResolvedBase
from auditor.registries.exchange import NoAnswerError, Reply, Request, Transport
from auditor.registries.stored import Exchange, request_key

FOLDER = "registries"
BASES = f"{FOLDER}/bases.json"
TARGETS = f"{FOLDER}/targets.json"
MOST_FILES = 5_000
LARGEST_FILE = 12 << 20
LARGEST_ALL = 128 << 20

log = logging.getLogger("relaudit.registries")


class StoredBase(BaseModel):
    """A base as it was when the answers were stored; replaying asks there, whatever is configured now."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    url: str | None
    own: bool = False


_BASES = TypeAdapter(dict[str, StoredBase])
_TARGETS = TypeAdapter(tuple[Target, ...])


class Recorder:
    """A `Transport` that stores what another one gives into a bundle's folder; `close` writes the rest."""

    def __init__(self, inner: Transport, bundle: Path) -> None:
        self._inner = inner
        self._bundle = bundle
        self._bases: dict[str, StoredBase] = {}
        self._written = 0

    async def send(self, request: Request) -> Reply:
        """Send and store. Raises `NoAnswerError` as the other one does, which is stored too."""
        asked_at = datetime.now(UTC)
        try:
            reply = await self._inner.send(request)
        except NoAnswerError as error:
            self._store(Exchange.of_error(request, error, asked_at))
            raise
        self._store(Exchange.of(request, reply))
        return reply

    def base(self, key: str, find: Callable[[], ResolvedBase | None]) -> ResolvedBase | None:
        """The base, which is noted."""
        found = find()
        self._bases[key] = StoredBase(url=found.url if found else None, own=found.own if found else False)
        return found

    def close(self, targets: Sequence[Target]) -> None:
        """Write the bases, and the targets that were asked about. Raises `OSError`."""
        folder = self._bundle / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        (self._bundle / BASES).write_bytes(_BASES.dump_json(dict(sorted(self._bases.items())), indent=2) + b"\n")
        (self._bundle / TARGETS).write_bytes(
            _TARGETS.dump_json(tuple(targets), indent=2, exclude_defaults=True) + b"\n"
        )

    def _store(self, exchange: Exchange) -> None:
        text = exchange.model_dump_json(indent=2, exclude_none=True) + "\n"
        self._written += len(text)
        if self._written > LARGEST_ALL:
            log.info("the bundle has enough of the registries' answers; %s is not stored", exchange.url)
            return
        file = self._bundle / FOLDER / exchange.place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(redacted_json(text.encode("utf-8", "replace")))


class Replay:
    """A `Transport` that answers out of a bundle, and never asks anybody."""

    def __init__(self, files: BundleFiles) -> None:
        self._exchanges: dict[str, Exchange] = {}
        self._bases: dict[str, StoredBase] = {}
        self.targets: tuple[Target, ...] = ()
        """What was asked about when the answers were stored."""
        self.problems: list[str] = []
        """Files that cannot be read, with the reason."""
        names = sorted(name for name in files.sizes if name.startswith(f"{FOLDER}/") and name.endswith(".json"))
        size = 0
        for name in names[:MOST_FILES]:
            size += files.sizes[name]
            if size > LARGEST_ALL:
                self.problems.append(f"{FOLDER}: more than {LARGEST_ALL >> 20} MiB; the rest is not read")
                break
            try:
                content = files.read(name, LARGEST_FILE)
                if name == BASES:
                    self._bases = _BASES.validate_json(content)
                    continue
                if name == TARGETS:
                    self.targets = _TARGETS.validate_json(content)
                    continue
                exchange = Exchange.model_validate_json(content)
                self._exchanges[exchange.key] = exchange
            except (OSError, ValidationError) as error:
                why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
                self.problems.append(f"{safe_line(name, 200)}: {safe_line(why, 200)}")

    def __bool__(self) -> bool:
        return bool(self._exchanges)

    async def send(self, request: Request) -> Reply:
        """The stored reply. Raises `NoAnswerError` when nothing is stored for the question."""
        exchange = self._exchanges.get(request_key(request))
        if exchange is None:
            raise NoAnswerError("the bundle holds no answer to this question")
        return exchange.reply()

    def base(self, key: str, find: Callable[[], ResolvedBase | None]) -> ResolvedBase | None:
        """The base of the recording; without one, that of now."""
        stored = self._bases.get(key)
        if stored is None:
            return find()
        return ResolvedBase(stored.url, stored.own) if stored.url else None
