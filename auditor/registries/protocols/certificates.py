"""What a signing certificate of Sigstore says about the GitHub Actions run that asked for it.

Indexes that keep the bundle of an upload (PyPI's provenance objects) name the run only here. The certificate is read, not
verified: the index did that when it took the upload. Extensions: https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
"""

from __future__ import annotations

import base64
import binascii

from auditor.model.live import Provenance
from auditor.registries.protocols.statements import commit_of, repository_of, run_of

LONGEST_CERTIFICATE = 100_000
"""Characters of base64; real ones have about two thousand."""

_PREFIX = bytes.fromhex("2b0601040183bf3001")
"""1.3.6.1.4.1.57264.1 in DER."""
_SOURCE_REPOSITORY = 12
_SOURCE_COMMIT = 13
_BUILD_CONFIG = 18
_RUN = 21
_UTF8_STRING = 0x0C
_OCTET_STRING = 0x04
_BOOLEAN = 0x01
_OBJECT_IDENTIFIER = 0x06
_CONSTRUCTED = 0x20
_DEEPEST = 12


def provenance_of_certificate(encoded: object) -> Provenance | None:
    """Read a base64 DER certificate: repository, commit, workflow, run and attempt. Nothing when it names no run of GitHub."""
    if not isinstance(encoded, str) or len(encoded) > LONGEST_CERTIFICATE:
        return None
    try:
        der = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        return None
    said: dict[int, str] = {}
    _read(der, said, 0)
    run, attempt = run_of(said.get(_RUN))
    if run is None:
        return None
    repository = repository_of(said.get(_SOURCE_REPOSITORY))
    return Provenance(
        repository=repository,
        commit=commit_of(said.get(_SOURCE_COMMIT)),
        workflow=_workflow(said.get(_BUILD_CONFIG, ""), repository),
        run_id=run,
        attempt=attempt,
    )


def _workflow(config: str, repository: str | None) -> str | None:
    """`.github/workflows/release.yml` out of `https://HOST/OWNER/NAME/.github/workflows/release.yml@refs/tags/v1`."""
    path = config.split("@", 1)[0].partition(f"/{repository}/")[2] if repository else ""
    return path or None


def _read(der: bytes, said: dict[int, str], depth: int) -> None:
    """Walk through nested DER values and collect Fulcio's extensions; stops at the first thing that is not DER."""
    position, extension = 0, None
    while position + 2 <= len(der):
        tag = der[position]
        start, end = _bounds(der, position + 1)
        if end is None:
            return
        content = der[start:end]
        if tag == _OBJECT_IDENTIFIER:
            known = content.startswith(_PREFIX) and len(content) == len(_PREFIX) + 1
            extension = content[-1] if known else None
        elif tag == _OCTET_STRING and extension is not None:
            if content[:1] == bytes([_UTF8_STRING]):
                inner, inner_end = _bounds(content, 1)
                said.setdefault(extension, content[inner:inner_end].decode("utf-8", "replace"))
            extension = None
        elif tag & _CONSTRUCTED and depth < _DEEPEST:
            _read(content, said, depth + 1)
        elif tag != _BOOLEAN:
            extension = None
        position = end


def _bounds(der: bytes, position: int) -> tuple[int, int | None]:
    """Where the content starts and ends whose length stands at a position; no end when that is cut off."""
    if position >= len(der):
        return position, None
    first = der[position]
    if first < 0x80:
        start, length = position + 1, first
    else:
        octets = first & 0x7F
        start = position + 1 + octets
        if not 1 <= octets <= 4 or start > len(der):
            return position, None
        length = int.from_bytes(der[position + 1 : start], "big")
    end = start + length
    return start, end if end <= len(der) else None
