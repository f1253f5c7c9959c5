"""A folder of entries, one JSON file per tag, small enough to be committed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from auditor.history.entry import Entry
from auditor.history.problems import HistoryError

MOST_ENTRIES = 1_000
LARGEST = 1 << 20
"""Bytes of one file."""


def read_entries(folder: Path, repository: str | None = None) -> tuple[Entry, ...]:
    """Read all entries of a folder, oldest first; entries of other repositories are left out.

    A folder that is not there has none. Raises `HistoryError` for a file that is no entry.
    """
    if not folder.exists():
        return ()
    found = []
    for file in sorted(folder.glob("*.json"))[:MOST_ENTRIES]:
        entry = _read(file)
        if repository is None or entry.repository.lower() == repository.lower():
            found.append(entry)
    return tuple(sorted(found, key=lambda entry: (entry.at is not None, entry.at and entry.at.timestamp(), entry.tag)))


def _read(file: Path) -> Entry:
    try:
        if file.stat().st_size > LARGEST:
            raise HistoryError(f"{file}: too large for an entry of the history; move it elsewhere")
        return Entry.model_validate_json(file.read_bytes())
    except OSError as error:
        raise HistoryError(f"{file}: cannot be read: {error.strerror or error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise HistoryError(f"{file}: is no entry of the history: {first['msg']}; move it elsewhere") from None


def write_entry(folder: Path, entry: Entry) -> Path:
    """Write, or replace, the entry of a tag; the same entry gives the same bytes. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / file_name(entry.tag)
    text = json.dumps(entry.model_dump(mode="json"), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    if not file.exists() or file.read_text("utf-8") != text:
        file.write_text(text, "utf-8")
    return file


def file_name(tag: str) -> str:
    """A file name for a tag, safe on every system and different for different tags."""
    plain = re.sub(r"[^\w.+-]", "-", tag, flags=re.ASCII)[:80]
    if plain and plain == tag and not tag.startswith(".") and tag.lower() == tag:
        return f"{tag}.json"
    return f"tag-{plain.lstrip('.')}-{hashlib.sha256(tag.encode('utf-8', 'replace')).hexdigest()[:8]}.json"


def without(entries: Iterable[Entry], tag: str) -> tuple[Entry, ...]:
    """The entries of other tags."""
    return tuple(entry for entry in entries if entry.tag != tag)
