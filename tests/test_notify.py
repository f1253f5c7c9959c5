"""A notification is one harmless line, goes where a variable says, and shows no address."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from auditor.deliver.changes import changes
from auditor.deliver.notify import LONGEST, message, send
from auditor.deliver.problems import DeliverError
from tests.test_verdicts import with_answers

pytest.importorskip("apprise")
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # Apprise's own import


class Webhook(ThreadingHTTPServer):
    """Keeps what it is sent; answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[dict[str, str]] = []
        self.status = 200


class _Handler(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        self.server.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    server = Webhook()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def address(webhook: Webhook) -> str:
    return f"json://127.0.0.1:{webhook.server_address[1]}/secret-path"


def test_it_sends_one_line_and_a_link(webhook: Webhook) -> None:
    found = with_answers()
    told = message(found, changes({"npm": "not-shipped"} | {p.platform: p.verdict for p in found.platforms[1:]}, found))
    assert send(told, ["HOOK"], {"HOOK": address(webhook)}) == ("HOOK",)
    (got,) = webhook.got
    assert got["title"] == "Michael-A-Kuykendall/contextlite v1.0.35"
    line, link = got["message"].split("\n")
    assert line.startswith("npm: not-shipped → shipped. 4 of 13 platforms shipped")
    assert link == "https://github.com/Michael-A-Kuykendall/contextlite/actions/runs/17108506997"


@pytest.mark.parametrize(("value", "said"), [("", "not set"), ("nonsense", "no address"), ("{hook}", "refused")])
def test_what_is_wrong_with_an_address_is_said_without_showing_it(webhook: Webhook, value: str, said: str) -> None:
    webhook.status = 403
    with pytest.raises(DeliverError, match=said) as told:
        send(message(with_answers()), ["HOOK"], {"HOOK": value.format(hook=address(webhook))})
    assert "HOOK" in str(told.value)
    assert "secret-path" not in str(told.value)


def test_nothing_foreign_in_it_mentions_links_or_runs_on() -> None:
    evil = "@everyone <!channel> <@U123> #general https://evil.example \x1b[31m " + "x" * 2000
    found = with_answers().model_copy(update={"tag": evil})
    said = message(found)
    for text in (said.title, said.line):
        assert "@everyone" not in text
        assert "<!channel" not in text
        assert "://evil" not in text
        assert "\x1b" not in text
        assert "\n" not in text
        assert len(text) <= LONGEST + 20
