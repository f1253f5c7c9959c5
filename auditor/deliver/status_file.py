"""Writes a status document's region into its file, and no byte when there is no news."""

from __future__ import annotations

from pathlib import Path

from auditor.deliver.document import new_document, updated
from auditor.report.document_kinds import Document
from auditor.report.status import TITLES


def write_region(file: Path, kind: Document, text: str) -> bool:
    """Write a region, or a new document that holds nothing else; whether a byte has changed.

    Raises `DocumentError` when the file has no such region, `OSError`.
    """
    old = file.read_bytes().decode("utf-8", "surrogateescape") if file.exists() else None
    whole = new_document(TITLES[kind], kind.value, text) if old is None else updated(old, kind.value, text)
    if whole == old:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(whole.encode("utf-8", "surrogateescape"))
    return True
