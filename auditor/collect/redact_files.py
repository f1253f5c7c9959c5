"""Copies a bundle's files and takes secrets out of them on the way: logs, JSON, zips of logs, workflow files and manifests."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import IO

from auditor.logs.redact_documents import LARGEST_JSON, LineRedaction, redacted_json
from auditor.logs.zips import ZipRefusedError, ZipView

BLOCK = 1 << 20
LONGEST_KEPT = 16 << 20
"""Bytes of a line without an end that are held; then it is cut."""


def copy_redacted(source: Path, target: Path) -> bool:
    """Copy a file; whether something in it was masked. Without a secret, the copy is the same byte for byte.

    Memory is bounded, whatever the size. Raises `OSError`, also for a zip that cannot be read.
    """
    if source.suffix == ".zip":
        return _zip(source, target)
    if source.suffix == ".json" and source.stat().st_size <= LARGEST_JSON:
        before = source.read_bytes()
        after = redacted_json(before)
        target.write_bytes(after)
        return after != before
    with source.open("rb") as reading, target.open("wb") as writing:
        return _lines(reading, writing)


def _lines(reading: IO[bytes], writing: IO[bytes]) -> bool:
    redaction = LineRedaction()
    rest = b""
    while piece := reading.read(BLOCK):
        rest += piece
        end = rest.rfind(b"\n") + 1
        if not end and len(rest) > LONGEST_KEPT:
            end = len(rest)
        writing.write(redaction.block(rest[:end]))
        rest = rest[end:]
    writing.write(redaction.block(rest))
    return redaction.changed > 0


def _zip(source: Path, target: Path) -> bool:
    changed = False
    try:
        view = ZipView.open(source)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
            for path, info in view.members.items():
                kept = zipfile.ZipInfo(path, info.date_time)
                kept.compress_type = zipfile.ZIP_DEFLATED
                kept.external_attr = info.external_attr
                with view.stream(path) as reading, made.open(kept, "w", force_zip64=True) as writing:
                    changed = _lines(reading, writing) or changed
            changed = changed or bool(view.refused)
    except ZipRefusedError as error:
        raise OSError(str(error)) from None
    if not changed:
        shutil.copyfile(source, target)
    return changed
