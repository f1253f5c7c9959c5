"""Logging in as a GitHub App: the installation's token is got with a signed claim, and nothing secret is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.github.address import Server
from auditor.collect.github.problems import GitHubError, RefusedTokenError
from auditor.collect.github.token import find_token

pytest.importorskip("github", reason="PyGithub is an extra")
rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class _Api(ThreadingHTTPServer):
    installed = True
    seen: list[tuple[str, str, str]]


class _Handler(BaseHTTPRequestHandler):
    server: _Api

    def do_GET(self) -> None:
        self._answer({"id": 77, "account": {"login": "acme"}} if self.server.installed else None, 200)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer({"token": "ghs_madeForThisTest", "expires_at": "2030-01-01T00:00:00Z"}, 201)

    def _answer(self, value: Any, status: int) -> None:
        self.server.seen.append((self.command, self.path, self.headers.get("Authorization", "").split(" ")[0]))
        body = json.dumps(value or {"message": "Not Found"}).encode()
        self.send_response(status if value else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@pytest.fixture
def api() -> Iterator[_Api]:
    with _Api(("127.0.0.1", 0), _Handler) as server:
        server.seen = []
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def key() -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return str(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def of(api: _Api) -> Server:
    host = f"127.0.0.1:{api.server_port}"
    return Server(f"http://{host}", host)


def test_the_installation_is_looked_up_by_the_repository(api: _Api, key: str) -> None:
    found = find_token(of(api), "acme/widget", {"RELAUDIT_APP_ID": "5", "RELAUDIT_APP_PRIVATE_KEY": key})
    assert found is not None
    assert found.value == "ghs_madeForThisTest"
    assert [(method, path) for method, path, _ in api.seen] == [
        ("GET", "/repos/acme/widget/installation"),
        ("POST", "/app/installations/77/access_tokens"),
    ]
    assert {scheme for *_, scheme in api.seen} == {"Bearer"}


def test_a_named_installation_and_a_key_in_a_file_need_one_request(api: _Api, key: str, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text(key)
    environ = {
        "RELAUDIT_APP_ID": "5",
        "RELAUDIT_APP_PRIVATE_KEY_FILE": str(tmp_path / "key.pem"),
        "RELAUDIT_APP_INSTALLATION_ID": "91",
    }
    assert find_token(of(api), "acme/widget", environ) is not None
    assert [path for _, path, _ in api.seen] == ["/app/installations/91/access_tokens"]


def test_an_app_that_is_not_installed_is_told_so(api: _Api, key: str) -> None:
    api.installed = False
    with pytest.raises(RefusedTokenError, match="installed for acme/widget"):
        find_token(of(api), "acme/widget", {"RELAUDIT_APP_ID": "5", "RELAUDIT_APP_PRIVATE_KEY": key})


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "without RELAUDIT_APP_PRIVATE_KEY"),
        ({"RELAUDIT_APP_PRIVATE_KEY_FILE": "nowhere.pem"}, "cannot be read"),
        ({"RELAUDIT_APP_PRIVATE_KEY": "no key", "RELAUDIT_APP_INSTALLATION_ID": "x"}, "is not a number"),
        ({"RELAUDIT_APP_PRIVATE_KEY": "sEcretThatIsNoKey"}, "cannot log in"),
    ],
)
def test_what_is_wrong_with_the_settings_is_said_without_the_key(api: _Api, more: dict[str, str], told: str) -> None:
    with pytest.raises(GitHubError, match=told) as error:
        find_token(of(api), "acme/widget", {"RELAUDIT_APP_ID": "5", **more})
    assert "sEcret" not in str(error.value)
    assert not api.seen
