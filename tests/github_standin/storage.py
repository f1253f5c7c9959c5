"""The storage that downloads are redirected to: signed links that expire, answers in XML, no knowledge of tokens.

GitHub keeps logs in Azure's blob storage: https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode

from tests.github_standin.answers import Answer, Request, Stream
from tests.github_standin.world import HugeLog

_KEY = b"the storage's own secret"
_FORM = "%Y-%m-%dT%H:%M:%SZ"

Blob = bytes | HugeLog


@dataclass(slots=True)
class Storage:
    """Blobs by path. `link_seconds` is how long a signed link is good; a minute at GitHub."""

    link_seconds: int = 60
    blobs: dict[str, tuple[Callable[[], Blob], str]] = field(default_factory=dict)

    def link(self, path: str, content: Callable[[], Blob], media: str) -> str:
        """Put a blob at a path, made when it is asked for, and return the signed path with its query."""
        self.blobs[path] = (content, media)
        until = datetime.fromtimestamp(time.time() + self.link_seconds, UTC).strftime(_FORM)
        query = {"se": until, "sig": _signature(path, until), "sp": "r", "sr": "b", "sv": "2025-05-05"}
        return f"{path}?{urlencode(query)}"

    def answer(self, request: Request) -> Answer:
        """Answer a download. A request that carries a token is refused, as Azure does."""
        if "authorization" in request.headers:
            return refusal(401, "NoAuthenticationInformation", "Server failed to authenticate the request.")
        until = request.query.get("se", "")
        if not hmac.compare_digest(_signature(request.path, until), request.query.get("sig", "")):
            return refusal(403, "AuthenticationFailed", _UNSIGNED, "Signature did not match.")
        if datetime.now(UTC).strftime(_FORM) > until:
            return expired_link(until)
        if request.path not in self.blobs:
            return refusal(404, "BlobNotFound", "The specified blob does not exist.")
        make, media = self.blobs[request.path]
        return _download(make(), media, request.headers)


_UNSIGNED = (
    "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly "
    "including the signature."
)


def expired_link(until: str = "2026-01-01T00:00:00Z") -> Answer:
    """What the storage says when a signed link is too old."""
    detail = f"Signature not valid in the specified time frame: Expiry [{until}]"
    return refusal(403, "AuthenticationFailed", _UNSIGNED, detail)


def refusal(status: int, code: str, message: str, detail: str = "") -> Answer:
    """An error of the storage: XML, and the code once more in a header."""
    more = f"<AuthenticationErrorDetail>{detail}</AuthenticationErrorDetail>" if detail else ""
    text = f'\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>'
    return Answer(status, text.encode(), {"Content-Type": "application/xml", "x-ms-error-code": code})


def _download(blob: Blob, media: str, asked: Mapping[str, str]) -> Answer:
    """The blob, or its end when that is asked for and the blob is still the one the asker knows."""
    size = blob.size if isinstance(blob, HugeLog) else len(blob)
    version = hashlib.sha256(b"%d" % size if isinstance(blob, HugeLog) else blob).hexdigest()[:15].upper()
    tag = f'"0x{version}"'
    match = re.fullmatch(r"bytes=(\d{1,15})-", asked.get("range", ""))
    if asked.get("if-range", tag) != tag:
        match = None
    start = int(match[1]) if match else 0
    if match and start >= size:
        return refusal(416, "InvalidRange", "The range specified is invalid.").with_headers(
            Content_Range=f"bytes */{size}"
        )
    headers = {
        "Content-Type": media,
        "Accept-Ranges": "bytes",
        "ETag": tag,
        "x-ms-blob-type": "AppendBlob",
        "x-ms-version": "2025-05-05",
    }
    if match:
        headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
    status = 206 if match else 200
    if isinstance(blob, HugeLog):
        return Answer(status, Stream(size - start, blob.blocks(start)), headers)
    if not match:
        headers["Content-MD5"] = base64.b64encode(hashlib.md5(blob, usedforsecurity=False).digest()).decode()
    return Answer(status, blob[start:], headers)


def blocks_of(answer: Answer) -> Iterator[bytes]:
    """The body of an answer in blocks."""
    if isinstance(answer.body, bytes):
        yield answer.body
    else:
        yield from answer.body.blocks


def _signature(path: str, until: str) -> str:
    digest = hmac.new(_KEY, f"{path}\n{until}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
