"""Reads an audit that `relaudit run -o audit.json` wrote, so that it can be posted without collecting again."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from auditor.collect.folder import BundleError
from auditor.diagnose.gate import cleaned
from auditor.model.audit import Audit

LARGEST = 64 << 20
"""Bytes."""


def read_audit(file: Path, tag: str | None = None) -> Audit:
    """Read an audit and put it through the same gate as a fresh one.

    Raises `BundleError` when the file is none, or is of another tag than the one that was asked for.
    """
    try:
        if file.stat().st_size > LARGEST:
            raise BundleError(f"{file}: too large for an audit ({LARGEST >> 20} MiB at most)")
        found = cleaned(Audit.model_validate_json(file.read_bytes()))
    except OSError as error:
        raise BundleError(f"{file}: cannot be read: {error.strerror or error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][:4])
        raise BundleError(f"{file}: no audit of this version of relaudit ({where or 'JSON'}: {first['msg']})") from None
    if tag is not None and found.tag != tag.removeprefix("refs/tags/"):
        raise BundleError(f"{file}: is the audit of {found.tag}, not of {tag}")
    return found
