"""Recorded exchanges hold the client to what it asks, byte for byte, and to what it makes of the answers.

CONTRIBUTING.md tells how to record them anew, against the stand-in or against GitHub.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.github import client as client_module
from auditor.rulebook.book import Rulebook
from tests.github_standin import Standin, World
from tests.github_standin.answers import GITHUB_API
from tests.github_standin.synthetic import SAMPLES
from tests.live_command import TOKEN, Ran, in_process

STORAGE = "https://results.blob.core.windows.net"
"""The storage's host in a cassette, whatever host it was when it was recorded."""
RELEASES = {
    "one-log": ("relaudit-samples/headland", "v0.4.0", "hub-failure-needs"),
    "attempts": ("relaudit-samples/lanternfish", "v0.9.2", "rerun-network"),
    "no-such-tag": ("relaudit-samples/headland", "v0.4", "hub-failure-needs"),
}
_KEPT = ("content-type", "content-length", "location", "link", "etag", "content-range", "x-ratelimit-remaining")


@dataclass(slots=True)
class Told:
    """Where the requests of a recording really go, and what they are called in the cassette."""

    api: str = GITHUB_API
    storage: str = STORAGE

    def named(self, text: str) -> str:
        """The text with the hosts called by their names, and without signatures."""
        text = text.replace(self.api, GITHUB_API).replace(self.storage, STORAGE)
        return re.sub(r"(?<=[?&])(sig|se|st|ske|skt|skoid|sktid)=[^&\s\"]*", r"\1=REDACTED", text)


@pytest.fixture(scope="module")
def told() -> Told:
    return Told()


@pytest.fixture(scope="module")
def vcr_config(told: Told) -> dict[str, Any]:
    def request(asked: Any) -> Any:
        asked.uri = told.named(asked.uri)
        kept = {name.lower(): value for name, value in asked.headers.items()}
        # What depends on the version of relaudit, and on which packages are installed beside httpx.
        kept["user-agent"] = kept["user-agent"].split("/")[0]
        if "gzip" in kept.get("accept-encoding", ""):
            kept["accept-encoding"] = "gzip"
        if "authorization" in kept:
            kept["authorization"] = "REDACTED"
        asked.headers = {name: value for name, value in kept.items() if name not in ("host", "connection")}
        return asked

    def response(answer: dict[str, Any]) -> dict[str, Any]:
        kept = {name.lower(): values for name, values in answer["headers"].items() if name.lower() in _KEPT}
        answer["headers"] = {name: [told.named(value) for value in values] for name, values in sorted(kept.items())}
        body = answer["body"]["string"].decode("utf-8", "surrogateescape")
        changed = told.named(body).encode("utf-8", "surrogateescape")
        answer["body"]["string"] = changed
        if "content-length" in answer["headers"]:
            answer["headers"]["content-length"] = [str(len(changed))]
        return answer

    return {
        "before_record_request": request,
        "before_record_response": response,
        "decode_compressed_response": True,
        "match_on": ["method", "scheme", "host", "port", "path", "query", "headers"],
    }


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, shipped_book: Rulebook) -> None:
    monkeypatch.setattr(Rulebook, "load", lambda *_, **__: shipped_book)
    monkeypatch.setattr(client_module, "_SPREAD", lambda _: 0.0)


@pytest.fixture
def recording(
    request: pytest.FixtureRequest, told: Told, record_mode: str
) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Repository, tag and environment: those of the cassette, or those to record from."""
    name = request.node.callspec.params["name"]
    repository, tag, bundle = RELEASES[name]
    with ExitStack() as stack:
        if record_mode == "none":
            yield repository, tag, {"GITHUB_TOKEN": TOKEN}
        elif given := os.environ.get("RELAUDIT_RECORD"):
            repository, _, tag = given.partition("@")
            yield repository, tag, {"GITHUB_TOKEN": os.environ["GITHUB_TOKEN"]}
        else:
            github = stack.enter_context(Standin(World.of_bundles([SAMPLES / bundle])))
            told.api, told.storage = github.url, github.storage_url
            yield repository, tag, {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": github.url}
    told.api, told.storage = GITHUB_API, STORAGE


@pytest.fixture
def default_cassette_name(request: pytest.FixtureRequest) -> str:
    return str(request.node.callspec.params["name"])


@pytest.mark.vcr
@pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\..*"])
@pytest.mark.parametrize("name", RELEASES)
def test_the_client_asks_what_was_recorded_and_makes_the_same_of_the_answers(
    name: str, recording: tuple[str, str, dict[str, str]], vcr: Any, record_mode: str, tmp_path: Path
) -> None:
    repository, tag, env = recording
    command = ["run", tag, "--repo", repository, "--format", "json", "--no-cache"]
    ran = in_process(command, {**env, "RELAUDIT_CACHE_DIR": str(tmp_path), "RELAUDIT_VERIFY": "0"})
    told = {"repository": repository, "tag": tag, "asked": _asked(vcr), **_outcome(ran)}
    beside = Path(__file__).parent / "cassettes" / "test_live_cassettes" / f"{name}.json"
    if record_mode != "none":
        beside.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", "utf-8")
        return
    assert told == json.loads(beside.read_text("utf-8"))
    assert vcr.all_played, "something that was asked when this was recorded is not asked any more"


def _asked(cassette: Any) -> list[str]:
    """What is in the cassette: each request is asked exactly once."""
    return sorted(f"{request.method} {request.uri}" for request in cassette.requests)


def _outcome(ran: Ran) -> Mapping[str, Any]:
    if not ran.out:
        return {"code": ran.code, "said": ran.err.strip()}
    jobs = {
        f"{job['name']} ({job['attempt']})": {
            "classification": job["judgement"]["classification"],
            "line": (job["judgement"]["cause"] or {}).get("line"),
        }
        for job in ran.audit["jobs"]
    }
    return {"code": ran.code, "commit": ran.audit["commit"], "jobs": jobs}
