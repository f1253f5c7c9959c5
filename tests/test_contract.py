"""The stand-in and the client against GitHub's official OpenAPI description. `make contract` fetches it and runs this."""

from __future__ import annotations

import gzip
import http.client
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
import yaml

from tests.github_standin import Exchange, Standin, World
from tests.github_standin.synthetic import SAMPLES, TAG, add_tag, synthetic
from tests.live_command import run_live

if TYPE_CHECKING:
    from tests.openapi import Description

pytestmark = pytest.mark.contract

BUNDLES = sorted(file.parent for file in SAMPLES.glob("*/bundle.json"))


@pytest.fixture(scope="module")
def description() -> Description:
    openapi = pytest.importorskip(
        "tests.openapi", reason="`make contract` installs what this needs", exc_type=ImportError
    )
    file = Path(os.environ.get("RELAUDIT_OPENAPI", ""))
    if not file.is_file():
        pytest.skip("GitHub's OpenAPI description is not here; `make contract` fetches it with npm")
    found: Description = openapi.Description(file)
    return found


@pytest.fixture(scope="module", params=BUNDLES, ids=lambda bundle: bundle.name)
def github(request: pytest.FixtureRequest) -> Iterator[Standin]:
    world = World.of_bundles([request.param])
    repository = world.only()
    (tag,) = list(repository.tags)
    add_tag(repository, "annotated/1.0+x", repository.tags[tag].commit, annotated=True)
    with Standin(world) as standin:
        yield standin


def asked(github: Standin, path: str, accept: str = "application/vnd.github+json") -> tuple[int, str, bytes]:
    """Ask the stand-in without any library's help; the body comes unpacked."""
    connection = http.client.HTTPConnection(urlsplit(github.url).netloc, timeout=10)
    headers = {
        "User-Agent": "contract",
        "Authorization": "Bearer contract",
        "Accept": accept,
        "Accept-Encoding": "gzip",
    }
    connection.request("GET", quote(path, safe="/?=&%:"), headers=headers)
    answer = connection.getresponse()
    body, media, packed = answer.read(), answer.getheader("Content-Type", ""), answer.getheader("Content-Encoding")
    connection.close()
    return answer.status, media, gzip.decompress(body) if packed == "gzip" else body


def every_path(github: Standin) -> Iterator[str]:
    """Every kind of path that the stand-in serves, for everything that it knows."""
    repository = github.world.only()
    root = f"/repos/{repository.name}"
    yield from (
        "/rate_limit",
        root,
        f"{root}/tags",
        f"{root}/releases",
        f"{root}/actions/runs",
        f"{root}/actions/workflows",
    )
    yield f"{root}/git/ref/heads/{repository.body['default_branch']}"
    yield from (f"{root}/git/matching-refs/tags/v", f"{root}/git/matching-refs/tags/nothing")
    for tag in repository.tags.values():
        yield from (
            f"{root}/git/ref/tags/{tag.name}",
            f"{root}/commits/tags/{tag.name}",
            f"{root}/releases/tags/{tag.name}",
        )
        yield from (
            f"{root}/git/commits/{tag.commit}",
            f"{root}/git/trees/{tag.commit}",
            f"{root}/git/trees/{tag.commit}?recursive=1",
        )
        yield f"{root}/contents/.github/workflows?ref={tag.commit}"
        yield from (f"{root}/contents/{file}?ref={tag.commit}" for file in repository.files[tag.commit])
        if tag.annotated:
            yield f"{root}/git/tags/{tag.object_sha}"
    for number, attempts in repository.runs.items():
        run = f"{root}/actions/runs/{number}"
        yield from (run, f"{run}/jobs", f"{run}/jobs?filter=all&per_page=2&page=2", f"{run}/logs")
        for at, attempt in attempts.items():
            yield from (f"{run}/attempts/{at}", f"{run}/attempts/{at}/jobs?per_page=100", f"{run}/attempts/{at}/logs")
            for job in attempt.jobs:
                yield from (f"{root}/actions/jobs/{job['id']}", f"{root}/actions/jobs/{job['id']}/logs")
                yield f"{root}/check-runs/{job['id']}/annotations"


def test_every_answer_of_the_stand_in_is_one_that_github_describes(github: Standin, description: Description) -> None:
    found: list[str] = []
    for path in every_path(github):
        target = urlsplit(path)
        operation = description.operation("GET", target.path)
        query = dict(pair.split("=") for pair in target.query.split("&") if pair)
        found += [f"{path}: {each}" for each in description.request_errors(operation, query)]
        found += [f"{path}: {each}" for each in description.answer_errors(operation, *asked(github, path))]
    assert not found, "\n".join(found[:40])


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/repos/nobody/nothing", 404),
        ("/repos/{name}/git/ref/tags/none", 404),
        ("/repos/{name}/git/ref/heads/none", 404),
        ("/repos/{name}/commits/none", 422),
        ("/repos/{name}/releases/tags/none", 404),
        ("/repos/{name}/contents/none.yml", 404),
        ("/repos/{name}/contents/.github?ref=none", 404),
        ("/repos/{name}/git/trees/0000000000000000000000000000000000000000", 404),
        ("/repos/{name}/actions/runs/1", 404),
        ("/repos/{name}/actions/runs/1/attempts/1/jobs", 404),
        ("/repos/{name}/actions/jobs/1/logs", 404),
        ("/repos/{name}/check-runs/1/annotations", 404),
    ],
)
def test_what_is_missing_is_refused_in_githubs_form(
    github: Standin, description: Description, path: str, status: int
) -> None:
    path = path.format(name=github.world.only().name)
    answer = asked(github, path)
    assert answer[0] == status
    operation = description.operation("GET", urlsplit(path).path)
    assert description.answer_errors(operation, *answer) == []


def test_the_description_is_able_to_refuse(description: Description) -> None:
    runs = description.operation("GET", "/repos/o/r/actions/runs")
    assert description.request_errors(runs, {"branch": "v1", "per_page": "100"}) == []
    assert description.request_errors(runs, {"tag": "v1"})
    assert description.request_errors(runs, {"per_page": "all"})
    assert description.request_errors(runs, {"status": "finished"})
    assert description.answer_errors(runs, 200, "application/json", b'{"total_count": 0, "workflow_runs": []}') == []
    assert description.answer_errors(runs, 200, "application/json", b'{"total_count": 0}')
    assert description.answer_errors(runs, 200, "application/json", b'{"total_count": 1, "workflow_runs": [{"id": 1}]}')
    assert description.answer_errors(runs, 302, "text/html", b"")
    with pytest.raises(LookupError):
        description.operation("GET", "/repos/o/r/actions/everything")


def request_errors(description: Description, exchanges: list[Exchange], name: str, number: int) -> list[str]:
    """What GitHub would not know in these requests. Links to further pages name the repository by its number."""
    found: list[str] = []
    for each in exchanges:
        path = each.path.replace(f"/repositories/{number}", f"/repos/{name}", 1)
        try:
            operation = description.operation(each.method, path)
        except LookupError as error:
            found.append(str(error))
        else:
            found += [f"{each.target}: {error}" for error in description.request_errors(operation, each.query)]
    return found


def test_every_request_of_a_live_audit_is_one_that_github_describes(
    github: Standin, description: Description, tmp_path: Path
) -> None:
    repository = github.world.only()
    github.recording.clear()
    for tag in list(repository.tags):
        run_live(github, tag, tmp_path)
    run_live(github, "no-such-tag", tmp_path)
    assert len(github.recording.api) > 5
    assert request_errors(description, github.recording.api, repository.name, repository.body["id"]) == []


def test_every_request_of_a_large_release_is_one_that_github_describes(
    description: Description, tmp_path: Path
) -> None:
    with Standin(synthetic(230, 20)) as github:
        assert run_live(github, TAG, tmp_path).code == 1
        repository = github.world.only()
        assert len(github.recording.of("/jobs$")) == 3
        assert request_errors(description, github.recording.api, repository.name, repository.body["id"]) == []


def test_every_recorded_exchange_is_one_that_github_describes(description: Description) -> None:
    cassettes = sorted((Path(__file__).parent / "cassettes").rglob("*.yaml"))
    assert len(cassettes) >= 3
    for cassette in cassettes:
        for exchange in yaml.safe_load(cassette.read_text("utf-8"))["interactions"]:
            asked, answered = exchange["request"], exchange["response"]
            target = urlsplit(asked["uri"])
            if target.netloc != "api.github.com":
                continue
            operation = description.operation(asked["method"], unquote(target.path))
            assert description.request_errors(operation, dict(parse_qsl(target.query))) == []
            body, media = answered["body"]["string"], answered["headers"].get("content-type", [""])[0]
            content = body.encode() if isinstance(body, str) else body
            assert description.answer_errors(operation, answered["status"]["code"], media, content) == []
