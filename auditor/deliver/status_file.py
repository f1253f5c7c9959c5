"""Writes a status document's region into its file, and no byte when there is no news."""

from __future__ import annotations

from pathlib import Path

from auditor.deliver.document import new_document, updated
from auditor.report.document_kinds import Document
from auditor.report.status import TITLES


def with_region(file: Path, kind: Document, text: str) -> str:
    """The whole document with the region in it; a new one that holds nothing else where there is no file.

    Bytes that are no UTF-8 are kept as surrogates. Raises `DocumentError` when the file has no such region, `OSError`.
    """
    old = _old(file)
    return new_document(TITLES[kind], kind.value, text) if old is None else updated(old, kind.value, text)


def write_region(file: Path, kind: Document, text: str) -> bool:
    """Write a region into its file; whether a byte has changed. Raises as `with_region` does."""
    whole = with_region(file, kind, text)
    if whole == _old(file):
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(whole.encode("utf-8", "surrogateescape"))
    return True


def _old(file: Path) -> str | None:
    return file.read_bytes().decode("utf-8", "surrogateescape") if file.exists() else None
