"""npm: a version's own address, the package's list, provenance and downloads."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from auditor.model.vocabulary import LiveState
from tests.registries.public import Public, moved, told, told_by, told_by_mirror
from tests.registry_standin import Answer
from tests.registry_standin.asking import shipped, target

NAME = "@quill/stone"
AT = "/%40quill%2Fstone"
INTEGRITY = "sha512-" + base64.b64encode(bytes(64)).decode()


def manifest(version: str, **more: Any) -> dict[str, Any]:
    dist = {"tarball": f"https://npm.example/@quill/stone/-/stone-{version}.tgz", "integrity": INTEGRITY}
    return {"name": NAME, "version": version, "dist": dist, **more}


def packument(*versions: str, latest: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "name": NAME,
        "dist-tags": {"latest": latest or versions[-1]},
        "versions": {version: manifest(version) for version in versions},
        "time": {
            "created": "2026-01-01T00:00:00.000Z",
            **{version: f"2026-03-0{number}T10:00:00.000Z" for number, version in enumerate(versions, 1)},
        },
        **more,
    }


def statement(predicate_type: str, predicate: dict[str, Any]) -> dict[str, Any]:
    payload = json.dumps({"predicateType": predicate_type, "predicate": predicate}).encode()
    return {
        "predicateType": predicate_type,
        "bundle": {"dsseEnvelope": {"payload": base64.b64encode(payload).decode()}},
    }


def test_a_live_version_has_its_digest_its_date_and_the_newest_version() -> None:
    with Public(Answer.json({"error": "Not found"}, 404)) as npm:
        npm.at(f"{AT}/1.0.4", Answer.json(manifest("1.0.4")))
        npm.at(AT, Answer.json(packument("1.0.4", "1.0.42")))
        answer = told(target("npm", NAME, "1.0.4"), npm)
    assert answer.state is LiveState.LIVE
    assert answer.package_known is True
    assert answer.latest == "1.0.42"
    assert answer.published_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert answer.latest_at == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert answer.versions == ("1.0.42", "1.0.4")
    assert [(file.name, file.digest) for file in answer.files] == [("stone-1.0.4.tgz", "sha512:" + "0" * 128)]


def test_a_missing_version_is_absent_though_a_longer_one_begins_with_it() -> None:
    with Public() as npm:
        npm.at(f"{AT}/1.0.4", Answer.json("version not found: 1.0.4", 404))
        npm.at(AT, Answer.json(packument("1.0.42")))
        answer = told(target("npm", NAME, "1.0.4"), npm)
    assert answer.state is LiveState.ABSENT
    assert answer.package_known is True
    assert answer.latest == "1.0.42"


def test_a_missing_package_is_absent_and_not_known() -> None:
    with Public(Answer.json({"error": "Not found"}, 404)) as npm:
        answer = told(target("npm", NAME, "1.0.4"), npm)
    assert answer.state is LiveState.ABSENT
    assert answer.package_known is False


def test_a_deprecated_version_is_hidden_and_says_why() -> None:
    with Public(Answer.json({"error": "Not found"}, 404)) as npm:
        npm.at(f"{AT}/1.0.4", Answer.json(manifest("1.0.4", deprecated="use 2.x")))
        npm.at(AT, Answer.json(packument("1.0.4")))
        answer = told(target("npm", NAME, "1.0.4"), npm)
    assert answer.state is LiveState.LIVE_HIDDEN
    assert "use 2.x" in answer.reason


def test_an_unpublished_package_answers_200_without_versions_and_is_absent() -> None:
    with Public() as npm:
        npm.at(f"{AT}/1.0.4", Answer.json({"error": "version not found: 1.0.4"}, 404))
        gone = {
            "name": NAME,
            "time": {"1.0.4": "2026-03-01T10:00:00Z", "unpublished": {"time": "2026-03-02T10:00:00Z"}},
        }
        npm.at(AT, Answer.json(gone))
        answer = told(target("npm", NAME, "1.0.4"), npm)
    assert answer.state is LiveState.ABSENT


def test_a_list_that_lags_behind_does_not_hide_a_version_that_is_there() -> None:
    with Public(Answer.json({"error": "Not found"}, 404)) as npm:
        npm.at(f"{AT}/1.0.5", Answer.json(manifest("1.0.5")))
        npm.at(AT, Answer.json(packument("1.0.4")))
        assert told(target("npm", NAME, "1.0.5"), npm).state is LiveState.LIVE


def test_a_registry_without_addresses_of_versions_is_read_by_its_list() -> None:
    """GitHub Packages answers 405 there."""
    with Public(Answer.json({"error": "no such package available"}, 404)) as npm:
        npm.at(f"{AT}/1.0.4", Answer.text("Method Not Allowed", 405))
        npm.at(AT, Answer.json(packument("1.0.4")))
        assert told_by_mirror(target("npm", NAME, "1.0.4"), npm).state is LiveState.LIVE
        npm.at(f"{AT}/1.0.5", Answer.text("Method Not Allowed", 405))
        assert told_by_mirror(target("npm", NAME, "1.0.5"), npm).state is LiveState.ABSENT


def test_another_package_under_the_same_address_is_not_taken_for_it() -> None:
    with Public(Answer.json({"error": "Not found"}, 404)) as npm:
        npm.at("/Stone/1.0.4", Answer.json({**manifest("1.0.4"), "name": "stone"}))
        npm.at("/Stone", Answer.json({**packument("1.0.4"), "name": "stone"}))
        answer = told(target("npm", "Stone", "1.0.4"), npm)
    assert answer.state is LiveState.UNKNOWN


@pytest.mark.parametrize("status", [401, 402, 403, 500, 503])
def test_an_error_is_never_read_as_absent(status: int) -> None:
    with Public(Answer.json({"error": "no"}, status)) as npm:
        answer = told(target("npm", NAME, "1.0.4"), npm)
    assert answer.state is LiveState.UNKNOWN
    assert str(status) in answer.reason


SLSA_1 = (
    "https://slsa.dev/provenance/v1",
    {
        "buildDefinition": {
            "externalParameters": {
                "workflow": {
                    "ref": "refs/tags/v1.0.4",
                    "repository": "https://github.com/quill/stone",
                    "path": ".github/workflows/release.yml",
                }
            },
            "resolvedDependencies": [
                {"uri": "git+https://github.com/quill/stone@refs/tags/v1.0.4", "digest": {"gitCommit": "a" * 40}}
            ],
        },
        "runDetails": {
            "metadata": {"invocationId": "https://github.com/quill/stone/actions/runs/4711/attempts/2"},
        },
    },
)
SLSA_0 = (
    "https://slsa.dev/provenance/v0.2",
    {
        "invocation": {
            "configSource": {
                "uri": "git+https://github.com/quill/stone@refs/tags/v1.0.4",
                "digest": {"sha1": "a" * 40},
                "entryPoint": ".github/workflows/release.yml",
            },
            "environment": {"GITHUB_RUN_ID": "4711", "GITHUB_RUN_ATTEMPT": "2"},
        },
        "metadata": {"buildInvocationId": "4711-2"},
    },
)


@pytest.mark.parametrize("said", [SLSA_1, SLSA_0], ids=["slsa-1", "slsa-0.2"])
def test_provenance_names_the_run_and_the_attempt(said: tuple[str, dict[str, Any]]) -> None:
    publish = statement("https://github.com/npm/attestation/tree/main/specs/publish/v0.1", {"name": NAME})
    with Public(Answer.json({"error": "Not found"}, 404)) as npm:
        npm.at(f"{AT}/1.0.4", Answer.json(manifest("1.0.4")))
        npm.at(AT, Answer.json(packument("1.0.4")))
        both = Answer.json({"attestations": [publish, statement(*said)]})
        npm.at("/-/npm/v1/attestations/@quill%2Fstone@1.0.4", both)
        provenance = told(target("npm", NAME, "1.0.4"), npm).provenance
    assert provenance is not None
    assert (provenance.repository, provenance.run_id, provenance.attempt) == ("quill/stone", 4711, 2)
    assert provenance.commit == "a" * 40
    assert provenance.workflow == ".github/workflows/release.yml"


def test_broken_attestations_cost_nothing_but_themselves() -> None:
    with Public(Answer.json({"attestations": [3, {"bundle": {"dsseEnvelope": {"payload": "%%%"}}}]})) as npm:
        npm.at(f"{AT}/1.0.4", Answer.json(manifest("1.0.4")))
        npm.at(AT, Answer.json(packument("1.0.4")))
        answer = told(target("npm", NAME, "1.0.4"), npm)
    assert answer.state is LiveState.LIVE
    assert answer.provenance is None


def test_downloads_are_asked_at_the_host_beside_the_registrys(monkeypatch: pytest.MonkeyPatch) -> None:
    """`registry.HOST` has them at `api.HOST`; the name is made when it is asked, so the test looks at the question."""
    from auditor.registries.exchange import Reply, Request
    from auditor.registries.network import Network

    asked: list[str] = []

    async def send(_: Network, request: Request) -> Reply:
        asked.append(request.url)
        now = datetime(2026, 3, 4, tzinfo=UTC)
        body: Any = {"error": "Not found"}
        if request.url.endswith("/1.0.4"):
            body = manifest("1.0.4")
        elif request.url.endswith("%2Fstone"):
            body = packument("1.0.4")
        elif "/downloads/point/last-month/" in request.url:
            body = {"downloads": 1234, "start": "2026-02-01", "end": "2026-03-02", "package": NAME}
        elif "/downloads/point/" in request.url:
            body = {"downloads": 99, "start": "2026-02-24", "end": "2026-03-02", "package": NAME}
        return Reply(200, {"content-type": "application/json"}, json.dumps(body).encode(), request.url, now)

    monkeypatch.setattr(Network, "send", send)
    answer = told_by(moved(shipped("npm"), "https://registry.npm.example"), target("npm", NAME, "1.0.4"))
    assert [(count.count, count.days) for count in answer.downloads] == [(1234, 30), (99, 7)]
    assert answer.downloads[0].as_of == datetime(2026, 3, 2, tzinfo=UTC)
    assert "https://api.npm.example/downloads/point/last-month/@quill/stone" in asked


def test_a_mirror_is_not_asked_for_downloads() -> None:
    with Public(Answer.json({"error": "Not found"}, 404)) as npm:
        npm.at(f"{AT}/1.0.4", Answer.json(manifest("1.0.4")))
        npm.at(AT, Answer.json(packument("1.0.4")))
        answer = told_by_mirror(target("npm", NAME, "1.0.4"), npm)
        assert not [path for path in npm.paths if "downloads" in path]
    assert answer.state is LiveState.LIVE
    assert answer.downloads == ()
