"""Where the token goes, and where it must never be: other hosts, output, cache, bundles."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.collect.github import client as client_module
from auditor.rulebook.book import Rulebook
from tests.github_standin import Standin, World, faults
from tests.github_standin.answers import Answer, error
from tests.github_standin.synthetic import TAG, synthetic
from tests.live_command import TOKEN, environment, in_process, run_live, spawn_live

pytestmark = pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\..*"])

ODD_TOKEN = "0123456789abcdef" * 2 + "01234567"
"""Without any prefix that would tell that it is one, as tokens once were."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, shipped_book: Rulebook) -> None:
    monkeypatch.setattr(Rulebook, "load", lambda *_, **__: shipped_book)
    monkeypatch.setattr(client_module, "_SPREAD", lambda _: 0.0)


def small() -> World:
    return synthetic(4, 20)


@pytest.mark.parametrize("jobs", [4, 20], ids=["logs", "a zip"])
@pytest.mark.parametrize("host", ["127.0.0.2", "127.0.0.1"], ids=["another host", "the same host, another port"])
def test_the_token_goes_to_the_api_and_never_to_where_it_redirects(tmp_path: Path, host: str, jobs: int) -> None:
    with Standin(synthetic(jobs, 5), storage_host=host) as github:
        assert run_live(github, TAG, tmp_path).code == 1
        assert {each.headers.get("authorization") for each in github.recording.api} == {f"Bearer {TOKEN}"}
        assert len(github.recording.storage) > 0
        for each in github.recording.storage:
            assert TOKEN not in str((each.headers, each.path, each.query))
            assert "authorization" not in each.headers


@pytest.mark.parametrize("place", [r"/runs\?branch=", "/commits/", r"/jobs\?", "/contents/", "/releases/"])
@pytest.mark.parametrize("status", [301, 307])
def test_a_redirect_of_the_api_to_another_host_is_not_followed(tmp_path: Path, place: str, status: int) -> None:
    with Standin(small()) as github:
        elsewhere = Answer(status, b"", {"Location": f"{github.storage_url}/elsewhere"})
        github.fault(place, faults.answers(elsewhere), times=None)
        ran = run_live(github, TAG, tmp_path)
        assert github.recording.of("storage /elsewhere") == []
    assert "another host" in ran.out + ran.err


@pytest.mark.parametrize("token", [TOKEN, ODD_TOKEN], ids=["of GitHub's form, from a process", "of no form"])
def test_neither_token_nor_signature_is_printed_however_much_is(tmp_path: Path, token: str) -> None:
    run = spawn_live if token == TOKEN else run_live
    with Standin(small()) as github:
        github.fault("/jobs", faults.server_error(502))
        github.fault("storage ", faults.resets(30))
        ran = run(github, TAG, tmp_path, "--debug-http", "--verbose", token=token)
        signatures = {each.query["sig"] for each in github.recording.storage}
        assert ran.code == 1
    assert "502" in ran.err, "it does log"
    assert "/actions/jobs/" in ran.err
    assert signatures
    for secret in (token, *signatures):
        assert secret not in ran.out + ran.err
        assert secret[:12] not in ran.out + ran.err
    for word in ("authorization", "bearer"):
        assert word not in ran.err.lower()


@pytest.mark.parametrize("token", [TOKEN, ODD_TOKEN], ids=["of GitHub's form", "of no form"])
@pytest.mark.parametrize(
    ("status", "place"),
    [
        (401, r"/runs\?branch="),
        (403, r"/jobs\?"),
        (500, r"/jobs\?"),
        (404, "api .*/logs$"),
        (403, "storage "),
        (302, "storage "),
    ],
)
def test_a_server_that_repeats_the_token_does_not_make_it_printed(
    tmp_path: Path, token: str, status: int, place: str
) -> None:
    with Standin(small()) as github:
        repeats = error(status, f"Bad credentials: {token}").with_headers(X_Echo=token)
        github.fault(place, faults.answers(repeats), times=None)
        ran = run_live(github, TAG, tmp_path, "--debug-http", "-v", token=token)
    assert token not in ran.out + ran.err
    if status in (401, 403) and place != "storage ":
        assert "Bad credentials" in ran.out + ran.err, "the rest of the message is told"


def test_the_token_is_in_no_file_that_is_left(tmp_path: Path) -> None:
    with Standin(small()) as github:
        command = ["fetch", TAG, "--repo", github.world.only().name, "-o", str(tmp_path / "bundle")]
        assert in_process(command, environment(github, tmp_path)).code in (0, 3)
        signatures = {each.query["sig"] for each in github.recording.storage}
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(files) > 10
    for file in files:
        content = file.read_bytes()
        assert TOKEN.encode() not in content
        assert not any(signature.encode() in content for signature in signatures)


def test_an_address_that_is_not_encrypted_gets_no_token(tmp_path: Path) -> None:
    with Standin(small()) as github:
        lead = {"GITHUB_API_URL": "http://api.example.test"}
        ran = run_live(github, TAG, tmp_path, env=lead)
    assert ran.code == 2
    assert "https" in ran.err


def test_without_a_token_nothing_is_sent_in_its_place(tmp_path: Path) -> None:
    with Standin(small()) as github:
        run_live(github, TAG, tmp_path, token=None, env={"PATH": ""})
        assert all("authorization" not in each.headers for each in github.recording)
