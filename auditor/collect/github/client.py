"""Asks GitHub's REST API: patient with what passes, quick to stop at what does not.

The token goes to the API's own address and nowhere else: downloads from where the API redirects to use a second client that
never had it.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_fixed, wait_random_exponential

from auditor import __version__
from auditor.collect.bundle_parts import LARGEST_JSON, BrokenPartError, answered_error, documents
from auditor.collect.github.address import Server
from auditor.collect.github.problems import AnswerError, RateLimitedError, RefusedTokenError, UnreachableError, clock
from auditor.collect.github.progress import Progress, Silent
from auditor.collect.github.rate import LONGEST_WAIT, limit_of, retry_after
from auditor.collect.github.token import Token
from auditor.logs.redact import safe_line

API_VERSION = "2022-11-28"
JSON = "application/vnd.github+json"
RAW = "application/vnd.github.raw+json"

TRIES = 4
TRIES_OF_SILENCE = 2
"""Fewer, because each costs the whole timeout."""
AT_ONCE = 24
"""Requests under way at once; GitHub allows 100 and asks for fewer."""
MOST_REDIRECTS = 3
LONGEST_ANSWER = 90.0
"""Seconds that one answer of JSON may take, however slowly it drips."""

log = logging.getLogger("relaudit.github")
http_log = logging.getLogger("relaudit.http")


class PassingError(AnswerError):
    """Something that may be over in a moment. `wait` is how many seconds the server asked to wait, if it did."""

    def __init__(
        self, message: str, wait: float | None = None, limited: RateLimitedError | None = None, tries: int = TRIES
    ) -> None:
        super().__init__(message)
        self.wait = wait
        self.limited = limited
        self.tries = tries
        """Attempts after which it is no longer thought to pass."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that was read whole. `status` is 200, or one of those that the caller said to expect."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    what: str

    def json(self) -> Any:
        """The JSON value. Raises `PassingError` when the body is none: half an answer, or a proxy's page."""
        try:
            values = documents(self.body)
        except BrokenPartError as error:
            raise PassingError(f"GitHub's answer to {self.what} cannot be read: {error}") from None
        if len(values) != 1:
            raise PassingError(f"GitHub's answer to {self.what} is more than one JSON value")
        return values[0]

    @property
    def message(self) -> str:
        """What GitHub says in an answer that is an error."""
        return told(self.body)


class Client:
    """A connection to one GitHub, for use as an asynchronous context manager."""

    def __init__(
        self, server: Server, token: Token | None, progress: Progress | None = None, timeout: float = 30.0
    ) -> None:
        self.server = server
        self.token = token
        self.progress: Progress = progress or Silent()
        self.requests = 0
        """Requests to the API that were answered or failed, retries counted."""
        self.downloads = 0
        """The same for the hosts that the API redirects to."""
        self.received = 0
        """Bytes of bodies."""
        self._gate = 0.0
        self._slots = asyncio.Semaphore(AT_ONCE)
        limits = httpx.Timeout(timeout, connect=min(timeout, 10.0), pool=None)
        common: dict[str, Any] = {
            "timeout": limits,
            "http2": True,
            "follow_redirects": False,
            "verify": httpx.create_ssl_context(),
        }
        agent = {"User-Agent": f"relaudit/{__version__}"}
        self._api = httpx.AsyncClient(headers={**agent, "X-GitHub-Api-Version": API_VERSION}, **common)
        # Bytes as they lie there, so that a download can be resumed, and does not expand without bound.
        self._storage = httpx.AsyncClient(headers={**agent, "Accept-Encoding": "identity"}, **common)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._api.aclose()
        await self._storage.aclose()

    async def get(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        accept: str = JSON,
        expected: tuple[int, ...] = (),
        largest: int = LARGEST_JSON,
    ) -> Answer:
        """Get one answer, with passing trouble waited out.

        `path` begins with a slash and is quoted; `expected` are statuses besides 200 that are an answer to the caller.
        Raises `RateLimitedError`, `RefusedTokenError`, `UnreachableError`, and `AnswerError` for everything else.
        """
        url = httpx.URL(self.server.api + path, params=dict(params) if params else None)
        what = f"GET {path}"
        async for attempt in retries():
            with attempt, untold(attempt.retry_state.attempt_number):
                async with self.slot(), asyncio.timeout(LONGEST_ANSWER):
                    answer = await self._whole(url, accept, what, largest, expected)
                _check_form(answer, accept)
                return answer
        raise AssertionError  # pragma: no cover - the loop returns or raises

    async def json(
        self, path: str, params: Mapping[str, str | int] | None = None, *, expected: tuple[int, ...] = ()
    ) -> tuple[int, Any]:
        """The status and the JSON value of an answer; nothing for a status other than 200."""
        answer = await self.get(path, params, expected=expected)
        return answer.status, answer.json() if answer.status == 200 else None

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """One of the places for requests under way; nobody goes on while a limit is waited for."""
        async with self._slots:
            while (delay := self._gate - time.monotonic()) > 0:
                await asyncio.sleep(delay)
            yield

    async def _whole(self, url: httpx.URL, accept: str, what: str, largest: int, expected: tuple[int, ...]) -> Answer:
        for _ in range(MOST_REDIRECTS + 1):
            async with self.api_stream(url, accept, what) as response:
                body = await self._body(response, largest, what)
                if response.is_redirect and response.has_redirect_location:
                    url = self._same_origin(response, what)
                    continue
                if response.status_code != 200 and response.status_code not in expected:
                    raise self.refusal(response, body, what)
                if response.status_code != 200:
                    # A limit can hide behind a status that the caller expects.
                    self._check_limit(response, body, what)
                return Answer(response.status_code, response.headers, body, what)
        raise AnswerError(f"GitHub redirects {what} again and again")

    @asynccontextmanager
    async def api_stream(self, url: httpx.URL, accept: str, what: str) -> AsyncIterator[httpx.Response]:
        """Ask the API once and give the answer with its body still to be read. Raises `PassingError` and others."""
        headers = {"Accept": accept}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token.value}"
        self.requests += 1
        async with self._stream(self._api, url, headers, what) as response:
            self.progress.asked(
                _count(response.headers.get("x-ratelimit-remaining")), _count(response.headers.get("x-ratelimit-limit"))
            )
            yield response

    @asynccontextmanager
    async def storage_stream(
        self, url: httpx.URL, headers: Mapping[str, str], what: str
    ) -> AsyncIterator[httpx.Response]:
        """Ask the host that the API redirected to: without the token, whatever host that is."""
        self.downloads += 1
        async with self._stream(self._storage, url, headers, what) as response:
            yield response

    @asynccontextmanager
    async def _stream(
        self, client: httpx.AsyncClient, url: httpx.URL, headers: Mapping[str, str], what: str
    ) -> AsyncIterator[httpx.Response]:
        began = time.monotonic()
        shown = shown_url(url)
        try:
            async with client.stream("GET", url, headers=dict(headers)) as response:
                http_log.debug("%s", _line(response, shown, time.monotonic() - began))
                yield response
        except httpx.HTTPError as error:
            http_log.debug("GET %s: %s", shown, words_of(error))
            raise self._transport(error, url, what) from None
        except (httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict, ValueError) as error:
            raise AnswerError(f"{what}: {safe_line(type(error).__name__)}") from None

    async def _body(self, response: httpx.Response, largest: int, what: str) -> bytes:
        pieces: list[bytes] = []
        size = 0
        async for piece in response.aiter_bytes():
            pieces.append(piece)
            size += len(piece)
            self.count(len(piece))
            if size > largest:
                raise AnswerError(f"GitHub's answer to {what} is larger than {largest >> 20} MiB")
        return b"".join(pieces)

    def count(self, size: int) -> None:
        """Count bytes that came."""
        self.received += size
        self.progress.received(size)

    def refusal(self, response: httpx.Response, body: bytes, what: str) -> Exception:
        """The error that an answer is; limits are noted for all requests. Raises `RateLimitedError` at once."""
        self._check_limit(response, body, what)
        status, message = response.status_code, told(body)
        said = f"GitHub answered {status}" + (f" “{message}”" if message else "") + f" to {what}"
        if status == 401:
            source = f"the token from {self.token.source}" if self.token is not None else "a request without a token"
            return RefusedTokenError(f"GitHub refused {source} (HTTP 401 {message}); set GITHUB_TOKEN to a valid one")
        if status >= 500:
            wait = retry_after(response.headers)
            return PassingError(said, wait if wait is not None and wait <= LONGEST_WAIT else None)
        if status == 403:
            hint = "; set GITHUB_TOKEN" if self.token is None else "; the token may not do this"
            return AnswerError(said + hint, status)
        return AnswerError(said, status)

    def _check_limit(self, response: httpx.Response, body: bytes, what: str) -> None:
        limit = limit_of(response.status_code, response.headers, told(body))
        if limit is None:
            return
        hint = "" if self.token is not None else "; with a token (GITHUB_TOKEN) the limit is far higher"
        stop = RateLimitedError(
            f"GitHub's {limit.kind} is reached; come back at {clock(limit.until)}{hint}", limit.until
        )
        if limit.seconds > LONGEST_WAIT:
            raise stop
        self._gate = max(self._gate, time.monotonic() + limit.seconds)
        self.progress.note(f"GitHub's {limit.kind} is reached; waiting {limit.seconds:.0f} s")
        log.info("%s is reached at %s; waiting %.0f s", limit.kind, what, limit.seconds)
        raise PassingError(str(stop), limit.seconds, stop)

    def _same_origin(self, response: httpx.Response, what: str) -> httpx.URL:
        """Where a moved repository is now; never another host, because the token goes along."""
        target = response.url.join(response.headers["location"])
        if (target.scheme, target.host, target.port) != (response.url.scheme, response.url.host, response.url.port):
            raise AnswerError(
                f"GitHub redirects {what} to another host, {safe_line(target.host, 100)}; it is not followed"
            )
        return target

    def _transport(self, error: httpx.HTTPError, url: httpx.URL, what: str) -> Exception:
        host = safe_line(url.host, 100)
        if certificate := _certificate_error(error):
            return UnreachableError(
                f"the certificate of {host} cannot be trusted ({certificate}); "
                "behind a proxy of your own, set SSL_CERT_FILE to its certificate"
            )
        if isinstance(error, httpx.TimeoutException):
            return PassingError(f"{host} did not answer in time to {what}", tries=TRIES_OF_SILENCE)
        if isinstance(error, httpx.ConnectError | httpx.ProxyError):
            return PassingError(f"{host} cannot be reached: {words_of(error)}")
        return PassingError(f"the connection to {host} broke off at {what}: {words_of(error)}")


def retries() -> AsyncRetrying:
    """The attempts at one request: spread by chance, longer from one to the next, or as long as the server asks."""
    return AsyncRetrying(retry=retry_if_exception_type(PassingError), stop=_enough, wait=_pause, reraise=True)


_SPREAD = wait_fixed(0.2) + wait_random_exponential(multiplier=0.5, max=8.0)


def _enough(state: RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome is not None else None
    return not isinstance(error, PassingError) or state.attempt_number >= error.tries


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome is not None else None
    if isinstance(error, PassingError) and error.wait is not None:
        return error.wait + 0.05
    return _SPREAD(state)


class untold:  # noqa: N801 - reads as a word in a with statement
    """Turns the end of one attempt into what the retrying understands, and the end of the last into a plain error."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, TimeoutError):
            error = PassingError("GitHub did not answer in time", tries=TRIES_OF_SILENCE)
        if not isinstance(error, PassingError):
            return
        log.info("attempt %d of %d: %s", self._number, error.tries, error)
        if self._number < error.tries:
            raise error from None
        if error.limited is not None:
            raise error.limited from None
        raise AnswerError(f"{error} ({self._number} attempts)") from None


def _check_form(answer: Answer, accept: str) -> None:
    """Whether an answer is what was asked for, and not the page of something in between."""
    if answer.status != 200:
        return
    if accept == JSON:
        answer.json()
    elif accept == RAW and "raw" not in answer.headers.get("content-type", ""):
        raise PassingError(f"GitHub's answer to {answer.what} is not the file's text")


def told(body: bytes) -> str:
    """GitHub's message in the body of an error, fit to be printed."""
    try:
        (value,) = documents(body[: 1 << 16])
    except (BrokenPartError, ValueError):
        return ""
    said = answered_error(value)
    if said is None and isinstance(value, dict) and isinstance(value.get("message"), str):
        said = value["message"]
    return safe_line((said or "").split(" (HTTP", 1)[0], 200)


def words_of(error: Exception) -> str:
    """A transport error in few words; its request, and with it the token, stays out."""
    return safe_line(str(error) or type(error).__name__, 200)


def shown_url(url: httpx.URL | str) -> str:
    """An address without what could be a signature: the query of anything but GitHub's own API parameters."""
    parts = urlsplit(str(url))
    known = ("branch=", "head_sha=", "per_page=", "page=", "filter=", "ref=")
    items = parts.query.split("&") if parts.query else []
    query = "&".join(item if item.startswith(known) else item.split("=", 1)[0] + "=…" for item in items)
    return safe_line(
        f"{parts.scheme}://{parts.netloc.split('@')[-1]}{parts.path}" + (f"?{query}" if query else ""), 500
    )


_SHOWN_HEADERS = ("content-type", "content-length", "retry-after", "x-ratelimit-remaining", "x-github-request-id")


def _line(response: httpx.Response, shown: str, seconds: float) -> str:
    headers = ", ".join(
        f"{name}: {safe_line(response.headers[name], 80)}" for name in _SHOWN_HEADERS if name in response.headers
    )
    return f"GET {shown} → {response.status_code} in {seconds * 1000:.0f} ms, {response.http_version} ({headers})"


_CERTIFICATE = re.compile(r"certificate verify failed: ([^()]{1,150})")


def _certificate_error(error: BaseException) -> str | None:
    """Why a certificate is not trusted, if that is what went wrong."""
    seen: BaseException | None = error
    for _ in range(8):
        if seen is None:
            return None
        if match := _CERTIFICATE.search(str(seen)):
            return safe_line(match[1].strip(), 150)
        if isinstance(seen, ssl.SSLError):
            return safe_line(str(seen), 150)
        seen = seen.__cause__ or seen.__context__
    return None


def _count(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else None
