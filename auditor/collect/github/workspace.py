"""The folder into which the facts go while they come in: a bundle in the making."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from auditor.collect.bundle_header import FORMAT
from auditor.collect.folder import HEADER


class Workspace:
    """Writes the files of a bundle, as docs/bundles.md lays them out. Nothing is ever written into an existing file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._missing: dict[str, str] = {}

    def path(self, name: str) -> Path:
        """Where a file of the bundle is, with the folders above it made."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def has(self, name: str) -> bool:
        """Whether the file is there."""
        return (self.root / name).is_file()

    def write(self, name: str, content: bytes) -> Path:
        """Write a file."""
        path = self.path(name)
        path.unlink(missing_ok=True)
        path.write_bytes(content)
        return path

    def write_json(self, name: str, value: Any) -> Path:
        """Write a JSON value."""
        return self.write(name, as_json(value))

    def same(self, name: str, other: str) -> None:
        """Make a file that is the same as another one of the bundle."""
        path = self.path(name)
        path.unlink(missing_ok=True)
        try:
            os.link(self.root / other, path)
        except OSError:
            shutil.copyfile(self.root / other, path)

    def miss(self, what: str, why: str) -> None:
        """Note what could not be had; the first reason counts."""
        self._missing.setdefault(what, why)

    def reason(self, what: str) -> str | None:
        """Why a thing is missing, if it is known to be."""
        return self._missing.get(what)

    def forgive(self, what: str) -> None:
        """Take a note back, because the thing was had another way."""
        self._missing.pop(what, None)

    def finish(self, repository: str, tag: str, commit: str | None, now: datetime | None = None) -> None:
        """Write `bundle.json`; called again, it replaces it."""
        at = (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
        header = {
            "format": FORMAT,
            "repository": repository,
            "tag": tag,
            "commit": commit,
            "collected_at": at.isoformat().replace("+00:00", "Z"),
            "missing": [{"what": what, "why": why} for what, why in self._missing.items()],
        }
        with suppress(FileNotFoundError):
            (self.root / HEADER).unlink()
        self.write(HEADER, json.dumps(header, indent=2).encode() + b"\n")


def as_json(value: Any) -> bytes:
    """A value as GitHub could have sent it: ASCII, so that no half of a character can spoil the file."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
