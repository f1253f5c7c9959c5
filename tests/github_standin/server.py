"""The two servers on loopback: the API, and the storage that downloads are redirected to."""

from __future__ import annotations

import gzip
import os
import socket
import ssl
import struct
import sys
import threading
import time
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import uuid4

from tests.github_standin.answers import Answer, Request, finished
from tests.github_standin.faults import Fault, Sent
from tests.github_standin.rate_limit import RateLimit
from tests.github_standin.recording import Exchange, Recording
from tests.github_standin.routes import Api
from tests.github_standin.storage import Storage, blocks_of
from tests.github_standin.world import World

CERTIFICATE = Path(__file__).with_name("self_signed.pem")
_MOST_TOLD = 16 << 20


class Standin:
    """GitHub on loopback, as a context manager: `with Standin(world) as github: … github.url …`.

    `latency` is in seconds and added to every answer; `prefix` is `/api/v3` for an Enterprise Server; `tls` serves the
    API with a certificate that nobody trusts; `link_seconds` is how long download links are good; `storage_host` is the
    address on loopback that downloads are redirected to.
    """

    def __init__(
        self,
        world: World,
        *,
        faults: Iterable[Fault] = (),
        latency: float = 0.0,
        prefix: str = "",
        tls: bool = False,
        link_seconds: int = 60,
        rate_limit: RateLimit | None = None,
        storage_host: str = "127.0.0.2",
    ) -> None:
        self.world = world
        self.faults = list(faults)
        self.latency = latency
        self.prefix = prefix
        self.recording = Recording()
        self.rate_limit = rate_limit or RateLimit()
        self.closing = threading.Event()
        self.storage = Storage(link_seconds)
        self._api_server = _Server(self, "api", ("127.0.0.1", 0))
        self._storage_server = _storage_server(self, storage_host)
        if tls:
            self._api_server.wrap()
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://{self._api_server.host}{prefix}"
        self.storage_url = f"http://{self._storage_server.host}"
        self._api = Api(world, self.storage, self.storage_url)

    def __enter__(self) -> Self:
        for server in (self._api_server, self._storage_server):
            server.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        for server in (self._api_server, self._storage_server):
            server.stop()

    def fault(self, where: str, spoil: Any, times: int | None = 1, after: int = 0) -> Fault:
        """Add a fault; see `Fault`."""
        added = Fault(where, spoil, times, after)
        self.faults.append(added)
        return added

    def answer(self, host: str, request: Request) -> Answer:
        """The answer to a request before anything spoils it."""
        if host == "storage":
            return self.storage.answer(request)
        path = request.path
        if self.prefix and path != "/api/graphql" and not path.startswith(self.prefix + "/"):
            return Answer(404, b"Not Found", {"Content-Type": "text/plain"})
        inner = Request(
            request.method,
            path.removeprefix(self.prefix),
            request.query,
            request.headers,
            self._base(request),
            request.body,
        )
        if inner.path == "/rate_limit":
            return self.rate_limit.overview(inner)
        refused = self.rate_limit.spent(inner)
        return self.rate_limit.counted(inner, refused or finished(self._api.answer(inner), inner))

    def _base(self, request: Request) -> str:
        """The API's URL as the asker knows it: another name may lead here through a proxy."""
        return request.base + self.prefix


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 512

    def __init__(self, standin: Standin, name: str, address: tuple[str, int]) -> None:
        super().__init__(address, _Handler)
        self.standin = standin
        self.name = name
        self.scheme = "http"
        self.host = f"{address[0]}:{self.server_address[1]}"
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def wrap(self) -> None:
        """Speak TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.scheme = "https"

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Askers go away in the middle of things: that is theirs to do. Everything else is a defect of ours."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def stop(self) -> None:
        """Stop, also when askers keep their connections open."""
        self.shutdown()
        with self._lock:
            for each in self._open:
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue
        self.server_close()
        self.thread.join()


def _storage_server(standin: Standin, host: str) -> _Server:
    """On a host of its own where loopback has more than one, else on a port of its own."""
    try:
        return _Server(standin, "storage", (host, 0))
    except OSError:
        return _Server(standin, "storage", ("127.0.0.1", 0))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    server: _Server
    _count: int

    def do_GET(self) -> None:
        """Answer, spoil, record."""
        began = time.monotonic()
        standin, name = self.server.standin, self.server.name
        length = int(self.headers.get("Content-Length") or 0)
        sent_body = self.rfile.read(length)
        target = urlsplit(self.path)
        authority = target.netloc or self.headers.get("Host") or self.server.host
        request = Request(
            self.command,
            unquote(target.path),
            dict(parse_qsl(target.query, keep_blank_values=True)),
            {key.lower(): value for key, value in self.headers.items()},
            f"{self.server.scheme}://{authority}",
            sent_body,
        )
        sent = Sent(standin.answer(name, request))
        spoilt = False
        asked = f"{self.command} {name} {request.path}" + (f"?{target.query}" if target.query else "")
        for fault in list(standin.faults):
            if fault.takes(asked):
                sent, spoilt = fault.spoil(sent), True
        standin.closing.wait(standin.latency + sent.silent)
        told = _told(sent.answer)
        self._count = 0
        try:
            self._send(sent)
        finally:
            query, headers, ended = request.query, request.headers, time.monotonic()
            status, count = sent.answer.status, self._count
            standin.recording.add(
                Exchange(name, self.command, request.path, query, headers, status, count, began, ended, spoilt, told)
            )
        self._finish(sent)

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the base class names them so

    def _send(self, sent: Sent) -> None:
        """Put the answer into the buffer, and all but its end onto the wire; counts the bytes of the body."""
        answer, most = sent.answer, sent.cut_after
        if most == -1:
            return
        size = len(answer.body) if isinstance(answer.body, bytes) else answer.body.size
        declared = isinstance(answer.body, bytes) or answer.body.declared
        self.send_response(answer.status)
        for key, value in answer.headers.items():
            self.send_header(key, value)
        self.send_header("X-GitHub-Request-Id", uuid4().hex.upper()[:20])
        if answer.status != 304 and declared:
            self.send_header("Content-Length", str(size))
        elif not declared:
            self.close_connection = True
        self.end_headers()
        for block in () if self.command == "HEAD" else blocks_of(answer):
            kept = block if most is None else block[: most - self._count]
            for at in range(0, len(kept), sent.piece or len(kept) or 1):
                piece = kept[at : at + (sent.piece or len(kept))]
                self.wfile.write(piece)
                self._count += len(piece)
                if sent.pause:
                    self.wfile.flush()
                    if self.server.standin.closing.wait(sent.pause):
                        return
            if most is not None and self._count >= most:
                break

    def _finish(self, sent: Sent) -> None:
        self.wfile.flush()
        if sent.cut_after is None:
            return
        self.close_connection = True
        if sent.reset:
            # Closing with a linger time of zero sends a reset instead of an end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing; the recording has it all."""


def _told(answer: Answer) -> str:
    links = " ".join(answer.headers.get(name, "") for name in ("Location", "Link"))
    if not isinstance(answer.body, bytes) or len(answer.body) > _MOST_TOLD:
        return links
    if "json" not in answer.headers.get("Content-Type", ""):
        return links
    body = gzip.decompress(answer.body) if answer.headers.get("Content-Encoding") == "gzip" else answer.body
    return body.decode("utf-8", "replace") + " " + links
