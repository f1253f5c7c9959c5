"""One request to a registry and its reply, and the seam through which all of them go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from auditor.registries.bodies import read_json, read_text, read_xml, read_yaml

LARGEST_BODY = 16 << 20
"""Bytes of a body, unpacked."""
KEPT_HEADERS = (
    "cache-control",
    "content-length",
    "content-type",
    "date",
    "docker-content-digest",
    "etag",
    "last-modified",
    "link",
    "location",
    "oci-subject",
    "retry-after",
    "www-authenticate",
    "x-amz-meta-version",
    "x-checksum-sha1",
    "x-goog-hash",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
)
"""What a reply keeps of its headers, in lower case; the rest is nobody's business and is not stored."""


class NoAnswerError(Exception):
    """A question that was not answered; becomes `unknown`. The message is a sentence without its full stop.

    `retry_after` is when the registry asked to come back; `status` its HTTP status, when there was one; `url` what was
    asked, and `asked_at` when.
    """

    def __init__(
        self,
        reason: str,
        retry_after: datetime | None = None,
        status: int | None = None,
        url: str | None = None,
        asked_at: datetime | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.status = status
        self.url = url
        self.asked_at = asked_at


@dataclass(frozen=True, slots=True)
class Manners:
    """How one platform's registry may be asked."""

    platform: str = ""
    hosts: tuple[str, ...] = ()
    """Hosts that it may redirect to, besides those of its own domain."""
    at_once: int = 4
    """Requests at once to one host."""
    pause: float = 0.0
    """Least seconds between two requests to one host."""
    allow_private: bool = False
    """Whether the user allows addresses that are not public."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. `token` goes as the header `token_header`, to the host of `url` only."""

    url: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    manners: Manners = field(default_factory=Manners)
    token: str | None = field(default=None, repr=False)
    token_header: str = "Authorization"  # noqa: S105 - a header's name
    largest: int = LARGEST_BODY


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `headers` has names in lower case; `url` is where the redirects ended, free of credentials."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    asked_at: datetime

    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 become replacement characters."""
        return read_text(self.body)

    def json(self) -> Any:
        """The body as JSON. Raises `NoAnswerError` when it is none."""
        return self._read(read_json, "JSON")

    def xml(self) -> Any:
        """The body as the tree that `bodies.read_xml` makes. Raises `NoAnswerError`."""
        return self._read(read_xml, "XML")

    def yaml(self) -> Any:
        """The body as YAML in which every scalar is text. Raises `NoAnswerError`."""
        return self._read(read_yaml, "YAML")

    def is_html(self) -> bool:
        """Whether the body is a web page, whatever was asked for."""
        start = self.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
            return True
        return bool(start) and self.headers.get("content-type", "").lower().startswith("text/html")

    def _read(self, reader: Any, kind: str) -> Any:
        if self.is_html():
            raise NoAnswerError(f"the answer is a web page, not {kind}", status=self.status)
        try:
            return reader(self.body)
        except ValueError as error:
            raise NoAnswerError(f"the answer cannot be read as {kind}: {error}", status=self.status) from None


class Transport(Protocol):
    """Sends requests: over the network, or out of a bundle."""

    async def send(self, request: Request) -> Reply:
        """Send one request, redirects followed. Raises `NoAnswerError`; never for a status."""
        ...
