"""Downloads logs: streamed to disk, bounded, resumed where they broke off, and never mistaken for an error's body.

The API answers with a redirect to a signed address that holds for a minute:
https://docs.github.com/en/rest/actions/workflow-jobs#download-job-logs-for-a-workflow-run
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from auditor.collect.github.client import MOST_REDIRECTS, Client, PassingError, retries, told, untold
from auditor.collect.github.problems import AnswerError
from auditor.logs.redact import safe_line

HEAD = 64 << 20
TAIL = 64 << 20
"""Bytes of a huge log that are kept: from its beginning, where the job says what it is, and from its end, where it failed."""
LARGEST_ZIP = 1 << 30
LONGEST_DOWNLOAD = 900.0
"""Seconds for one attempt at one download, however slowly it drips."""
_SNIFFED = 4096

_RANGE = re.compile(r"bytes ([0-9]{1,15})-[0-9]{1,15}/([0-9]{1,15}|\*)")
_MARKUP = re.compile(rb"\s*(?:<\?xml|<!doctype|<html|<Error>)", re.IGNORECASE)
_NO_LOG_TYPES = ("xml", "html", "json")
_LINK_OVER = (400, 401, 403, 404, 410)
"""What storage answers when a signed address does not hold any more."""


_Fits = Callable[[httpx.Response, bytes], bool]
"""Whether an answer that begins like this is what was asked for."""


class NoSuchLogError(AnswerError):
    """The API says that there is no such log. The status is 404: there is none, or 410: GitHub has deleted it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"GitHub answered {status}" + (f" “{message}”" if message else ""), status)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many bytes of a log are kept: all up to `head` and `tail` together, else so many of both ends."""

    head: int = HEAD
    tail: int = TAIL


@dataclass(slots=True)
class _Part:
    """What is on disk of a download that is under way; `etag` says of which version."""

    path: Path
    size: int = 0
    etag: str | None = None

    def restart(self) -> None:
        self.size = 0
        self.etag = None


async def download_log(client: Client, path: str, to: Path, bounds: Bounds | None = None) -> str | None:
    """Download one log to the file `to`. Returns what was left out of it, in words, if something was.

    Raises `NoSuchLogError` for 404 and 410, `AnswerError` when it cannot be had, and what `Client.get` raises.
    """
    part = _Part(to.with_name(to.name + ".part"))
    try:
        cut = await _with_retries(client, path, part, bounds or Bounds(), _is_log)
        part.path.replace(to)
    finally:
        part.path.unlink(missing_ok=True)
    return cut


async def download_zip(client: Client, path: str, to: Path) -> None:
    """Download the zip of an attempt's logs. Raises as `download_log` does, also when it is too large to be kept."""
    part = _Part(to.with_name(to.name + ".part"))
    try:
        if await _with_retries(client, path, part, Bounds(LARGEST_ZIP, 0), _is_zip) is not None:
            raise AnswerError(f"the zip is larger than {LARGEST_ZIP >> 20} MiB")
        part.path.replace(to)
    finally:
        part.path.unlink(missing_ok=True)


async def _with_retries(client: Client, path: str, part: _Part, bounds: Bounds, fits: _Fits) -> str | None:
    what = f"GET {path}"
    async for attempt in retries():
        with attempt, untold(attempt.retry_state.attempt_number):
            async with client.slot(), asyncio.timeout(LONGEST_DOWNLOAD):
                return await _once(client, path, what, part, bounds, fits)
    raise AssertionError  # pragma: no cover - the loop returns or raises


async def _once(client: Client, path: str, what: str, part: _Part, bounds: Bounds, fits: _Fits) -> str | None:
    """One link, one download: a link holds for a minute, so each attempt asks for a new one."""
    async with _opened(client, path, what, _resume_headers(part)) as (response, url):
        cut = await _keep(client, response, part, bounds, fits, what)
    if cut is None:
        return None
    total, _ = cut
    if total and bounds.tail and url is not None and await _append_tail(client, url, part, bounds, total, what):
        kept = f"the first {_size(bounds.head)} and the last {_size(bounds.tail)} are read"
        return f"the log has {_size(total)}; {kept}"
    has = f"has {_size(total)}" if total is not None else "is huge"
    return f"the log {has}; only the first {_size(bounds.head)} are read"


@asynccontextmanager
async def _opened(
    client: Client, path: str, what: str, headers: dict[str, str]
) -> AsyncIterator[tuple[httpx.Response, httpx.URL | None]]:
    """The answer that holds the log, and the signed address it came from, if it came from one."""
    url = httpx.URL(client.server.api + path)
    async with client.api_stream(url, "application/vnd.github+json", what) as response:
        if not response.has_redirect_location:
            if response.status_code != 200:
                body = await _small(response)
                if response.status_code in (404, 410):
                    raise NoSuchLogError(response.status_code, told(body))
                raise client.refusal(response, body, what)
            yield response, None
            return
        link = _safe_target(url, response, what)
    for _ in range(MOST_REDIRECTS):
        async with client.storage_stream(link, headers, what) as response:
            if response.has_redirect_location:
                link = _safe_target(link, response, what)
                continue
            if response.status_code not in (200, 206):
                raise _storage_refusal(response, await _small(response), what)
            yield response, link
            return
    raise AnswerError(f"storage redirects {what} again and again")


async def _keep(
    client: Client, response: httpx.Response, part: _Part, bounds: Bounds, fits: _Fits, what: str
) -> tuple[int | None, int] | None:
    """Write the body to disk. Returns nothing, or the whole size, if known, where it was not read to its end."""
    total = _total(response, part)
    resumed = response.status_code == 206
    if not resumed:
        part.restart()
        part.etag = response.headers.get("etag")
    most = bounds.head if total is None or total > bounds.head + bounds.tail else bounds.head + bounds.tail
    first = b""
    checked = resumed
    with part.path.open("r+b" if resumed else "wb") as file:
        file.seek(part.size)
        file.truncate()
        async for piece in response.aiter_bytes():
            client.count(len(piece))
            if not checked:
                first += piece[:_SNIFFED]
                if len(first) >= _SNIFFED:
                    _check(response, first, fits, what)
                    checked = True
            piece = piece[: most - part.size]
            file.write(piece)
            part.size += len(piece)
            if part.size >= most and (total is None or total > most):
                return total, most
    if not checked:
        _check(response, first, fits, what)
    if total is not None and part.size < total:
        raise PassingError(f"the download broke off at {what}: {part.size} of {total} bytes")
    return None


async def _append_tail(
    client: Client, url: httpx.URL, part: _Part, bounds: Bounds, total: int, what: str
) -> int | None:
    """Put the end of a huge log behind its beginning. Returns the bytes between them, or None when it cannot be had."""
    start = total - bounds.tail
    try:
        async with client.storage_stream(url, {"Range": f"bytes={start}-"}, what) as response:
            given = _RANGE.fullmatch(response.headers.get("content-range", ""))
            if response.status_code != 206 or given is None or int(given[1]) != start:
                return None
            with part.path.open("r+b") as file:
                file.seek(part.size)
                file.write(b"\n[%d bytes are left out here]\n" % (start - part.size))
                kept = 0
                async for piece in response.aiter_bytes():
                    client.count(len(piece))
                    file.write(piece[: bounds.tail - kept])
                    kept += len(piece)
                    if kept >= bounds.tail:
                        break
    except AnswerError:
        with part.path.open("r+b") as file:
            file.truncate(part.size)
        return None
    return start - part.size


def _resume_headers(part: _Part) -> dict[str, str]:
    """Ask for the rest, provided that it is still the same: https://www.rfc-editor.org/rfc/rfc9110#field.if-range"""
    if not part.size or not part.etag or part.etag.startswith("W/"):
        return {}
    return {"Range": f"bytes={part.size}-", "If-Range": part.etag}


def _total(response: httpx.Response, part: _Part) -> int | None:
    """The size of the whole log, as far as the answer tells."""
    if response.status_code == 206:
        given = _RANGE.fullmatch(response.headers.get("content-range", ""))
        if given is None or int(given[1]) != part.size or response.headers.get("etag", part.etag) != part.etag:
            part.restart()
            raise PassingError("storage answered with another part than was asked for")
        return int(given[2]) if given[2].isdigit() else None
    length = response.headers.get("content-length", "")
    plain = response.headers.get("content-encoding", "identity") == "identity"
    return int(length) if plain and length.isascii() and length.isdigit() and len(length) < 16 else None


def _safe_target(source: httpx.URL, response: httpx.Response, what: str) -> httpx.URL:
    try:
        target = source.join(response.headers["location"])
    except (httpx.InvalidURL, ValueError):
        raise AnswerError(f"GitHub redirects {what} to what is no address") from None
    if target.scheme != "https" and (target.scheme != "http" or source.scheme == "https"):
        raise AnswerError(f"GitHub redirects {what} to an address that is not encrypted; it is not followed")
    return target


def _storage_refusal(response: httpx.Response, body: bytes, what: str) -> AnswerError:
    """Storage speaks XML: https://learn.microsoft.com/en-us/rest/api/storageservices/status-and-error-codes2"""
    code = re.search(rb"<Code>([A-Za-z]{1,60})</Code>", body)
    said = f"storage answered {response.status_code}" + (f" {code[1].decode()}" if code else "") + f" to {what}"
    if response.status_code in _LINK_OVER or response.status_code >= 500 or response.status_code in (408, 416, 429):
        return PassingError(said)
    return AnswerError(said)


def _is_log(response: httpx.Response, first: bytes) -> bool:
    kind = response.headers.get("content-type", "").split(";", 1)[0].lower()
    text = first.removeprefix(b"\xef\xbb\xbf")
    if any(word in kind for word in _NO_LOG_TYPES) or _MARKUP.match(text):
        return False
    return not (text.lstrip().startswith(b"{") and bool(told(text)))


def _is_zip(_: httpx.Response, first: bytes) -> bool:
    return first.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def _check(response: httpx.Response, first: bytes, fits: _Fits, what: str) -> None:
    if not fits(response, first):
        kind = safe_line(response.headers.get("content-type", "no type"), 80)
        raise PassingError(f"what came as the answer to {what} is no log ({kind})")


async def _small(response: httpx.Response) -> bytes:
    body = b""
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > 1 << 16:
            break
    return body[: 1 << 16]


def _size(number: int) -> str:
    if number < 10_000:
        return f"{number} bytes"
    return f"{number / (1 << 20):,.1f} MiB"
