"""What the stand-in is asked and what it answers: requests, answers, pages, errors, entity tags."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

JSON_TYPE = "application/json; charset=utf-8"
GITHUB_API = "https://api.github.com"
_DOCS = "https://docs.github.com/rest"
_SMALLEST_GZIP = 860


@dataclass(frozen=True, slots=True)
class Request:
    """One request as a route sees it: `path` is unquoted, header names are lower case, `base` is the API's own URL."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    base: str
    body: bytes = b""

    @property
    def token(self) -> str | None:
        """The token of the `Authorization` header, if there is one."""
        scheme, _, value = self.headers.get("authorization", "").partition(" ")
        return value.strip() if scheme.lower() in ("bearer", "token") and value.strip() else None

    @property
    def media(self) -> str:
        """The wanted media type, without `application/vnd.github.`, version and `+json`: `raw`, `sha`, `object`, …"""
        accept = self.headers.get("accept", "").split(",")[0].split(";")[0].strip().lower()
        kind = accept.removeprefix("application/vnd.github.").removeprefix("v3.")
        return kind.removesuffix("+json") if accept.startswith("application/vnd.github.") else ""


@dataclass(frozen=True, slots=True)
class Stream:
    """A body too large to hold: `size` bytes in blocks; `declared` says whether the length is told beforehand."""

    size: int
    blocks: Iterator[bytes]
    declared: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body of one answer."""

    status: int
    body: bytes | Stream = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def with_headers(self, **headers: str) -> Answer:
        """The same answer with more headers; `_` in a name stands for `-`."""
        return replace(self, headers={**self.headers, **{name.replace("_", "-"): at for name, at in headers.items()}})


def json_answer(value: Any, base: str, status: int = 200, **headers: str) -> Answer:
    """An answer of JSON, in which the URLs of GitHub's API become the stand-in's."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace(GITHUB_API, base)
    return Answer(status, text.encode(), {"Content-Type": JSON_TYPE}).with_headers(**headers)


def error(status: int, message: str, docs: str = _DOCS, **more: Any) -> Answer:
    """An error as GitHub words it: a message, where it is documented, and the status as text."""
    return json_answer({"message": message, **more, "documentation_url": docs, "status": str(status)}, "", status)


def not_found(docs: str = _DOCS) -> Answer:
    """What GitHub says of all it does not have or does not show."""
    return error(404, "Not Found", docs)


def page(
    request: Request, items: Sequence[Any], key: str | None, repository_id: int, most: int | None = None
) -> Answer:
    """One page of a listing with `Link` headers; with `key`, in an object that has the `total_count`.

    `most` is the number of items beyond which GitHub gives no more pages although it counts them.
    """
    size = min(max(_number(request.query.get("per_page"), 30), 1), 100)
    number = max(_number(request.query.get("page"), 1), 1)
    reachable = items if most is None else items[:most]
    shown = list(reachable[(number - 1) * size : number * size])
    last = max(-(-len(reachable) // size), 1)
    answer = json_answer(shown if key is None else {"total_count": len(items), key: shown}, request.base)
    # GitHub's own links name the repository by its number.
    path = (
        "/repositories/" + str(repository_id) + "/" + request.path.split("/", 4)[4] if repository_id else request.path
    )
    wanted = {"next": number + 1, "last": last} if number < last else {}
    if number > 1:
        wanted |= {"prev": min(number - 1, last), "first": 1}
    links = [
        f'<{request.base}{path}?{urlencode({**request.query, "page": str(at)})}>; rel="{name}"'
        for name, at in wanted.items()
    ]
    return answer.with_headers(Link=", ".join(links)) if links else answer


def finished(answer: Answer, request: Request) -> Answer:
    """With an entity tag, as 304 when the asker has it already, and compressed when the asker can read that.

    https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
    """
    if not isinstance(answer.body, bytes) or answer.status != 200 or not answer.body:
        return answer
    tag = f'W/"{hashlib.sha256(answer.body).hexdigest()}"'
    tagged = answer.with_headers(ETag=tag, Cache_Control="private, max-age=60, s-maxage=60", Vary="Accept-Encoding")
    known = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if tag.removeprefix("W/") in known or "*" in known:
        kept = {name: value for name, value in tagged.headers.items() if name != "Content-Type"}
        return Answer(304, b"", kept)
    if len(answer.body) >= _SMALLEST_GZIP and "gzip" in request.headers.get("accept-encoding", ""):
        squeezed = gzip.compress(answer.body, 1, mtime=0)
        return replace(tagged, body=squeezed, headers={**tagged.headers, "Content-Encoding": "gzip"})
    return tagged


def _number(text: str | None, otherwise: int) -> int:
    try:
        return int(text or otherwise)
    except ValueError:
        return otherwise
