"""A server on loopback that answers what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.registry_standin.answers import Answer, Seen

Answering = Callable[[Seen], Answer]
_NOT_TOLD = Answer.text("the test has not said what is here", 418)


class Standin:
    """A registry, as a context manager. `url` is its address; `seen` its requests in their order."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.seen: list[Seen] = []
        self.most_at_once = 0
        self._answers: dict[tuple[str, str], list[Answer | Answering]] = {}
        self._lock = threading.Lock()
        self._now = 0
        self.closing = threading.Event()
        self._server = _bound(host)
        self._server.standin = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.host = str(self._server.server_address[0])
        """Its address: the one asked for, where loopback has more than one."""
        self.url = f"http://{self.host}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def at(self, path: str, *answers: Answer | Answering, method: str = "GET") -> None:
        """What a path, with its query, answers: each in its turn, the last one for ever."""
        self._answers[method, path] = list(answers)

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for, in their order."""
        return [seen.path for seen in self.seen]

    def answer(self, seen: Seen) -> Answer:
        """The answer to a request, which is remembered."""
        with self._lock:
            self.seen.append(seen)
            waiting = self._answers.get((seen.method, seen.path), [_NOT_TOLD])
            chosen = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return chosen if isinstance(chosen, Answer) else chosen(seen)

    def busy(self, more: int) -> None:
        """Count the requests that are under way."""
        with self._lock:
            self._now += more
            self.most_at_once = max(self.most_at_once, self._now)


class _Server(ThreadingHTTPServer):
    standin: Standin
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is what some tests are about."""


def _bound(host: str) -> _Server:
    """On an address of its own where loopback has more than one (macOS has not), else on a port of its own."""
    try:
        return _Server((host, 0), _Handler)
    except OSError:
        return _Server(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20
    server: _Server

    def do_GET(self) -> None:
        """Answer."""
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, self.path, headers, self.rfile.read(length))
        standin = self.server.standin
        standin.busy(1)
        try:
            answer = standin.answer(seen)
            self._wait(answer.delay)
            self._send(answer)
        finally:
            standin.busy(-1)

    do_HEAD = do_POST = do_GET  # noqa: N815 - names of http.server

    def _send(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        given = {name.lower() for name in answer.headers}
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if "date" not in given:
            self.send_header("Date", formatdate(time.time(), usegmt=True))
        if "content-length" not in given:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command == "HEAD" or answer.status == 304:
            return
        if answer.cut:
            self.wfile.write(answer.body[: len(answer.body) // 2])
            self.close_connection = True
        elif answer.drip:
            for index in range(len(answer.body)):
                self.wfile.write(answer.body[index : index + 1])
                self._wait(answer.drip)
        else:
            self.wfile.write(answer.body)

    def _wait(self, seconds: float) -> None:
        if seconds and self.server.standin.closing.wait(seconds):
            self.close_connection = True

    def log_message(self, *args: Any) -> None:
        """Nothing: tests print enough."""
