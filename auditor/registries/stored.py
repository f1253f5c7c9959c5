"""The stored form of one question and its answer: in a bundle's `registries/` folder, and in the cache.

docs/registries.md describes it for those who want to write or read one.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from auditor.registries.addresses import shown_url
from auditor.registries.exchange import KEPT_HEADERS, NoAnswerError, Reply, Request

LARGEST_STORED = 4 << 20
"""Bytes of a body that are kept; a larger one is left out, and said to be."""
_CREDENTIAL = re.compile(
    r'(?P<head>"(?:access_?|refresh_?|id_?|auth_?)?(?:token|password|secret)"\s{0,10}:\s{0,10}")[^"\\]{1,20000}"',
    re.IGNORECASE,
)
_NEVER = ("retry-after", "www-authenticate", "location")


class Exchange(BaseModel):
    """One request, and what came back: an answer with `status`, or `error`, the reason why there is none."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: Literal[1] = 1
    method: str = Field(default="GET", pattern=r"^(?:GET|HEAD|POST)$")
    url: str = Field(max_length=4000)
    sent: str | None = Field(default=None, max_length=100_000)
    asked_at: datetime
    status: int | None = Field(default=None, ge=100, le=599)
    headers: dict[str, str] = Field(default_factory=dict)
    final_url: str | None = None
    body: str | None = None
    body_base64: str | None = None
    error: str | None = None
    retry_after: datetime | None = None

    @property
    def key(self) -> str:
        """The same for the same question."""
        return question_key(self.method, self.url, self.sent)

    @property
    def place(self) -> str:
        """Where it lies below `registries/`: the host, and a name made of the question."""
        host = re.sub(r"[^A-Za-z0-9.-]", "_", urlsplit(self.url).netloc)[:100].strip(".") or "unknown"
        return f"{host}/{self.key[:32]}.json"

    @classmethod
    def of(cls, request: Request, reply: Reply) -> Self:
        """What is stored of a reply: without credentials, and without what is too large."""
        body, packed, error = None, None, None
        if len(reply.body) > LARGEST_STORED:
            error = f"the answer was larger than {LARGEST_STORED >> 20} MiB and was not stored"
        else:
            try:
                text = reply.body.decode("utf-8")
                body = _CREDENTIAL.sub(lambda match: match["head"] + '[redacted]"', text)
            except UnicodeDecodeError:
                packed = b64encode(reply.body).decode()
        return cls(
            method=request.method,
            url=shown_url(request.url),
            sent=_sent(request),
            asked_at=reply.asked_at,
            status=reply.status,
            headers={name: value for name, value in reply.headers.items() if name not in _NEVER},
            final_url=reply.url if reply.url != shown_url(request.url) else None,
            body=body,
            body_base64=packed,
            error=error,
        )

    @classmethod
    def of_error(cls, request: Request, error: NoAnswerError, asked_at: datetime) -> Self:
        """What is stored of a question that was not answered."""
        return cls(
            method=request.method,
            url=shown_url(request.url),
            sent=_sent(request),
            asked_at=asked_at,
            status=error.status,
            error=error.reason,
            retry_after=error.retry_after,
        )

    def reply(self) -> Reply:
        """The reply as it was. Raises `NoAnswerError` with the stored reason when there was none."""
        if self.error is not None:
            raise NoAnswerError(self.error, self.retry_after, self.status, asked_at=self.asked_at)
        try:
            body = b64decode(self.body_base64, validate=True) if self.body_base64 else (self.body or "").encode()
        except ValueError:
            raise NoAnswerError("the stored answer is damaged") from None
        headers = {n.lower(): v for n, v in self.headers.items() if n.lower() in KEPT_HEADERS}
        return Reply(self.status or 0, headers, body, self.final_url or self.url, self.asked_at)


def request_key(request: Request) -> str:
    """The key of the exchange that a request would be."""
    return question_key(request.method, shown_url(request.url), _sent(request))


def question_key(method: str, url: str, sent: str | None) -> str:
    """A digest of a question."""
    return hashlib.sha256("\n".join((method, url, sent or "")).encode()).hexdigest()


def _sent(request: Request) -> str | None:
    return request.body.decode("utf-8", "replace") if request.body is not None else None
