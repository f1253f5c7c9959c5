"""Sends requests to registries: politely, and on guard against what may come back."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpx

from auditor.collect.github.client import words_of
from auditor.logs.redact import safe_line
from auditor.registries.addresses import (
    check_host,
    is_loopback,
    is_private,
    private_refused,
    redirected,
    shown_url,
)
from auditor.registries.agent import user_agent
from auditor.registries.exchange import KEPT_HEADERS, Manners, NoAnswerError, Reply, Request
from auditor.registries.hosts import Hosts
from auditor.registries.refusals import come_back

MOST_REDIRECTS = 4
TRIES = 3
_PIECE = 1 << 16
_LONGEST_HEADER = 8_000
_TROUBLE = frozenset({500, 502, 503, 504})

log = logging.getLogger("relaudit.registries")
http_log = logging.getLogger("relaudit.http")


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: to connect, of silence, of one whole answer, and of a `Retry-After` that is worth waiting for.

    `target` is for all questions about one target, retries, pages and turns at a busy host counted.
    """

    connect: float = 10.0
    silence: float = 20.0
    whole: float = 45.0
    target: float = 300.0
    patience: float = 15.0
    first_pause: float = 0.3
    """Before the second attempt; doubles, with a random part."""


class _PassingError(NoAnswerError):
    """Something that may be over in a moment."""


class Network:
    """A `Transport` over HTTP, for use as an asynchronous context manager."""

    def __init__(self, environ: Mapping[str, str], limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.requests = 0
        """Requests that were sent, retries and redirects counted."""
        self._hosts = Hosts(self.limits.patience)
        self._agent = user_agent(environ)
        # What httpx goes by, too: https://www.python-httpx.org/environment_variables/
        self._proxies = frozenset(
            urlsplit(proxy if "://" in proxy else f"http://{proxy}").hostname or "" for proxy in getproxies().values()
        )
        # A connection to a private address is never lent to a platform that may not have one.
        self._clients: dict[bool, httpx.AsyncClient] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._clients.values():
            await client.aclose()

    async def send(self, request: Request) -> Reply:
        """Send a request; passing trouble is waited out. Raises `NoAnswerError`."""
        asked_at = datetime.now(UTC)
        try:
            return await self._patiently(request)
        except NoAnswerError as error:
            error.asked_at = asked_at
            raise

    async def _patiently(self, request: Request) -> Reply:
        for attempt in range(1, TRIES + 1):
            last = attempt == TRIES
            try:
                async with asyncio.timeout(self.limits.whole):
                    reply = await self._followed(request)
            except TimeoutError:
                raise NoAnswerError(f"no whole answer within {self.limits.whole:.0f} s") from None
            except _PassingError as error:
                log.info("attempt %d: %s", attempt, error)
                if last:
                    raise NoAnswerError(error.reason) from None
                await asyncio.sleep(self._pause(attempt))
                continue
            wait = self._wait(reply, attempt, request.manners)
            if wait is None or last:
                return reply
            log.info("attempt %d: HTTP %d of %s; again in %.1f s", attempt, reply.status, reply.url, wait)
            await asyncio.sleep(wait)
        raise AssertionError  # pragma: no cover - the loop returns or raises

    def _wait(self, reply: Reply, attempt: int, manners: Manners) -> float | None:
        """Seconds until it is worth asking again; nothing when it is not."""
        again = come_back(reply)
        if again is not None:
            seconds = (again - datetime.now(UTC)).total_seconds()
            self._hosts.close(httpx.URL(reply.url).netloc.decode(), again, manners)
            return max(seconds, 0.0) if seconds <= self.limits.patience else None
        if reply.status in _TROUBLE or reply.status == 429:
            return self._pause(attempt)
        return None

    def _pause(self, attempt: int) -> float:
        pause: float = self.limits.first_pause * 2 ** (attempt - 1)
        return pause * (1 + random.random())  # noqa: S311 - spreads requests, hides nothing

    async def _followed(self, request: Request) -> Reply:
        url = _url(request.url)
        origin = (url.scheme, url.host, url.port)
        for _ in range(MOST_REDIRECTS + 1):
            check_host(url.host, request.manners)
            headers = dict(request.headers)
            if request.token is not None and (url.scheme, url.host, url.port) == origin:
                if url.scheme != "https" and not is_loopback(url.host):
                    raise NoAnswerError(f"a token is not sent to {safe_line(url.host, 100)} without TLS")
                headers[request.token_header] = request.token
            async with self._hosts.turn(url.netloc.decode(), request.manners):
                reply, location = await self._once(request, url, headers)
            if location is None:
                return reply
            if request.method not in ("GET", "HEAD"):
                raise NoAnswerError(
                    "the registry redirects a question that cannot be asked elsewhere", status=reply.status
                )
            url = redirected(url, location, request.manners)
        raise NoAnswerError("the registry redirects again and again")

    async def _once(self, request: Request, url: httpx.URL, headers: dict[str, str]) -> tuple[Reply, str | None]:
        self.requests += 1
        asked_at = datetime.now(UTC)
        shown = shown_url(str(url))
        try:
            async with self._client(request.manners.allow_private).stream(
                request.method,
                url,
                headers=headers,
                content=request.body,
                extensions={"trace": _guard(url.host, request.manners, self._proxies)},
            ) as response:
                http_log.debug("%s %s → %d", request.method, shown, response.status_code)
                kept = {n: response.headers[n][:_LONGEST_HEADER] for n in KEPT_HEADERS if n in response.headers}
                location = kept.get("location") if response.is_redirect else None
                body = b"" if location or request.method == "HEAD" else await _body(response, request.largest)
                return Reply(response.status_code, kept, body, shown, asked_at), location
        except httpx.TimeoutException:
            raise _PassingError(f"{safe_line(url.host, 100)} did not answer in time") from None
        except httpx.ConnectError as error:
            raise _PassingError(f"{safe_line(url.host, 100)} cannot be reached: {words_of(error)}") from None
        except httpx.HTTPError as error:
            raise _PassingError(f"the connection to {safe_line(url.host, 100)} broke off: {words_of(error)}") from None
        except (httpx.InvalidURL, httpx.StreamError, ValueError) as error:
            raise NoAnswerError(f"the question cannot be asked: {words_of(error)}") from None

    def _client(self, private: bool) -> httpx.AsyncClient:
        if private not in self._clients:
            self._clients[private] = httpx.AsyncClient(
                http2=True,
                follow_redirects=False,
                verify=_tls(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")),
                headers={"User-Agent": self._agent, "Accept": "*/*", "Accept-Encoding": "gzip"},
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                timeout=httpx.Timeout(self.limits.silence, connect=self.limits.connect, pool=None),
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=40),
            )
        return self._clients[private]


@lru_cache(maxsize=4)
def _tls(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    """The trusted certificates, read once for each place that the environment names."""
    return httpx.create_ssl_context()


def _url(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        raise NoAnswerError("the registry's address is no address") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise NoAnswerError("the registry's address is no web address")
    return url.copy_with(userinfo=b"", fragment=None)


def _guard(host: str, manners: Manners, proxies: frozenset[str]) -> Any:
    """Looks at the address that a name led to, before anything is sent to it: a name can lead anywhere.

    https://www.python-httpx.org/advanced/extensions/#trace
    """
    asked: list[str] = []

    async def trace(event: str, info: dict[str, Any]) -> None:
        if event == "connection.connect_tcp.started":
            asked[:] = [str(info.get("host", ""))]
        elif event == "connection.connect_tcp.complete" and not manners.allow_private:
            stream = info["return_value"]
            peer = stream.get_extra_info("server_addr")
            # A proxy of the user's own may well be on a private network.
            is_proxy = bool(asked) and asked[0] in proxies
            if not is_proxy and (not peer or is_private(str(peer[0]))):
                await stream.aclose()
                raise private_refused(host, manners)

    return trace


async def _body(response: httpx.Response, largest: int) -> bytes:
    """The body, unpacked piece by piece so that a small one cannot become a huge one. Raises `NoAnswerError`."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise NoAnswerError(f"the answer is packed in a way that was not asked for ({safe_line(encoding, 40)})")
    unpack = None if encoding in ("", "identity") else zlib.decompressobj(zlib.MAX_WBITS | 32)
    pieces: list[bytes] = []
    size = 0
    async for piece in response.aiter_raw(_PIECE):
        while piece:
            try:
                plain = piece if unpack is None else unpack.decompress(piece, _PIECE)
            except zlib.error:
                raise NoAnswerError("the answer is packed, and damaged") from None
            piece = b"" if unpack is None else unpack.unconsumed_tail
            size += len(plain)
            if size > largest:
                raise NoAnswerError(f"the answer is larger than {largest >> 20} MiB", status=response.status_code)
            pieces.append(plain)
    if unpack is not None and pieces and not unpack.eof:
        raise _PassingError("the answer is packed, and cut off")
    return b"".join(pieces)
