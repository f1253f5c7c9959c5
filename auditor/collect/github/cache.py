"""Keeps what can never change: the jobs and logs of completed attempts, and workflow files of a commit.

An entry is one file whose name ends in the SHA-256 of its content. It appears by one rename, so that processes never see
half of one another's work, and it is checked whenever it is read: an entry that was damaged or changed is as good as absent.
Losing the cache costs requests and nothing else, so nothing that goes wrong with it ends an audit.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from auditor.collect.github.address import Server

VERSION = "v1"
LONGEST_KEPT_DAYS = 100
"""Days after which an entry that nobody read is removed."""
_DAY = 86_400.0
_BLOCK = 1 << 20
_ENTRY = re.compile(r"(?P<name>.+)\.(?P<hash>[0-9a-f]{64})")

log = logging.getLogger("relaudit.cache")


def cache_folder(environ: Mapping[str, str]) -> Path:
    """`RELAUDIT_CACHE_DIR`, or the place that the operating system has for such things."""
    given = environ.get("RELAUDIT_CACHE_DIR")
    if given:
        return Path(given).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("relaudit", appauthor=False)


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """What is in a cache: entries, their bytes, repositories."""

    folder: Path
    entries: int
    size: int
    repositories: int


class Cache:
    """The cache below a folder; without a folder it keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._entries = folder / VERSION if folder is not None else None

    def of(self, server: Server, repository: str) -> Shelf:
        """The entries of one repository on one GitHub."""
        if self._entries is None:
            return Shelf(None, None)
        place = "/".join(
            quote(part.lower(), safe="") for part in (server.api.split("://", 1)[1], *repository.split("/"))
        )
        return Shelf(self._entries / place, self._entries / "tmp")

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """An empty folder on the disk of the cache, so that entries need not be copied; it is removed afterwards."""
        parent: Path | None = None
        if self._entries is not None:
            with suppress(OSError):
                _private(self._entries / "tmp")
                self._sweep()
                parent = self._entries / "tmp"
        with tempfile.TemporaryDirectory(prefix="audit-", dir=parent, ignore_cleanup_errors=True) as name:
            yield Path(name)

    def info(self) -> CacheInfo:
        """Count what is there."""
        folder = self.folder or Path()
        entries = size = 0
        repositories: set[tuple[str, ...]] = set()
        for file in _files(self._entries):
            if not _ENTRY.fullmatch(file.name):
                continue
            with suppress(OSError):
                size += file.stat().st_size
                entries += 1
                repositories.add(file.relative_to(self._entries or folder).parts[:3])
        return CacheInfo(folder, entries, size, len(repositories))

    def clear(self) -> CacheInfo:
        """Remove everything; audits that run now keep what they have. Returns what was there."""
        before = self.info()
        if self._entries is not None and self._entries.is_dir():
            # Out of the way first, so that nobody finds a half-empty cache.
            grave = self._entries.with_name(f"{VERSION}.{os.getpid()}.old")
            with suppress(OSError):
                shutil.rmtree(grave, ignore_errors=True)
                self._entries.rename(grave)
            shutil.rmtree(grave, ignore_errors=True)
            shutil.rmtree(self._entries, ignore_errors=True)
        return before

    def _sweep(self) -> None:
        """At most once a day: remove what killed audits left, and entries that nobody read for long."""
        assert self._entries is not None  # noqa: S101 - only called with a folder
        mark = self._entries / "tmp" / "swept"
        now = time.time()
        if mark.exists() and now - mark.stat().st_mtime < _DAY:
            return
        mark.touch()
        for left in (self._entries / "tmp").iterdir():
            if left != mark and now - left.stat().st_mtime > _DAY:
                shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
        for file in _files(self._entries):
            with suppress(OSError):
                if now - file.stat().st_mtime > LONGEST_KEPT_DAYS * _DAY:
                    file.unlink()


class Shelf:
    """The entries of one repository. Names are paths with `/`; parts are letters, digits, `.`, `_`, `-` and `%`."""

    def __init__(self, folder: Path | None, workshop: Path | None) -> None:
        self._folder = folder
        self._workshop = workshop
        self._listings: dict[Path, dict[str, list[str]]] = {}

    def find(self, name: str) -> Path | None:
        """The file of an entry, whole and unchanged, or None."""
        if self._folder is None:
            return None
        place = self._folder / name
        for digest in reversed(self._listing(place.parent).get(place.name, [])):
            file = place.with_name(f"{place.name}.{digest}")
            try:
                if _digest(file) == digest:
                    with suppress(OSError):
                        os.utime(file)
                    return file
                log.info("the cache's entry %s was changed; it is not used", name)
                file.unlink()
            except OSError:
                continue
        return None

    def link(self, name: str, to: Path) -> bool:
        """Put an entry's content at `to`. Returns whether there is such an entry. The file is not to be written to."""
        file = self.find(name)
        if file is None:
            return False
        try:
            _place(file, to)
        except OSError as error:
            log.info("the cache's entry %s cannot be read: %s", name, error.strerror)
            return False
        return True

    def read(self, name: str) -> Any:
        """The JSON of an entry, or None."""
        file = self.find(name)
        try:
            return json.loads(file.read_bytes()) if file is not None else None
        except (OSError, ValueError):
            return None

    def keep(self, name: str, source: Path | bytes, *, only: bool = False) -> None:
        """Keep a file's content; with `only`, instead of what was kept under that name before."""
        if self._folder is None or self._workshop is None:
            return
        place = self._folder / name
        try:
            _private(self._workshop)
            _private(place.parent)
            made = self._workshop / f"{os.getpid()}-{os.urandom(8).hex()}"
            try:
                if isinstance(source, bytes):
                    made.write_bytes(source)
                else:
                    shutil.copyfile(source, made)
                digest = _digest(made)
                made.replace(place.with_name(f"{place.name}.{digest}"))
            finally:
                made.unlink(missing_ok=True)
            self._listings.pop(place.parent, None)
            if only:
                for old in self._listing(place.parent).get(place.name, []):
                    if old != digest:
                        place.with_name(f"{place.name}.{old}").unlink(missing_ok=True)
                self._listings.pop(place.parent, None)
        except OSError as error:
            log.info("nothing can be kept in the cache: %s", error.strerror or error)

    def _listing(self, folder: Path) -> dict[str, list[str]]:
        if folder not in self._listings:
            found: dict[str, list[str]] = {}
            with suppress(OSError):
                for file in sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime):
                    if match := _ENTRY.fullmatch(file.name):
                        found.setdefault(match["name"], []).append(match["hash"])
            self._listings[folder] = found
        return self._listings[folder]


def _place(source: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    to.unlink(missing_ok=True)
    try:
        os.link(source, to)
    except OSError:
        shutil.copyfile(source, to)


def _private(folder: Path) -> None:
    """Logs of private repositories are nobody else's business."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _files(folder: Path | None) -> Iterator[Path]:
    if folder is None:
        return
    for parent, _, names in os.walk(folder):
        if Path(parent).relative_to(folder).parts[:1] != ("tmp",):
            yield from (Path(parent) / name for name in names)
