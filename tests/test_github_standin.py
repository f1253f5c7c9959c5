"""The stand-in itself: what other tests take for granted about it."""

from __future__ import annotations

import gzip
import http.client
import io
import json
import socket
import zipfile
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.github_standin import Standin, World, faults
from tests.github_standin.rate_limit import RateLimit
from tests.github_standin.synthetic import REPOSITORY, SAMPLES, TAG, synthetic
from tests.github_standin.world import another_run

ANY = "any"
Answered = tuple[int, dict[str, str], bytes]


def get(url: str, path: str = "", token: str | None = ANY, **headers: str) -> Answered:
    target = urlsplit(url + path)
    connection = http.client.HTTPConnection(target.netloc, timeout=10)
    sent = {"User-Agent": "test", **({"Authorization": f"Bearer {token}"} if token else {})}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request("GET", f"{target.path}?{target.query}", headers=sent)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def body(answer: Answered) -> Any:
    return json.loads(gzip.decompress(answer[2]) if answer[1].get("content-encoding") == "gzip" else answer[2])


def log_link(github: Standin) -> str:
    job = next(iter(github.world.only().runs.values()))[1].jobs[-1]
    return get(github.url, f"/repos/{REPOSITORY}/actions/jobs/{job['id']}/logs")[1]["location"]


def test_a_listing_comes_in_pages_that_name_each_other() -> None:
    with Standin(synthetic(5, 1)) as github:
        (run,) = github.world.only().runs
        first = get(github.url, f"/repos/{REPOSITORY}/actions/runs/{run}/jobs?per_page=2")
        assert (body(first)["total_count"], len(body(first)["jobs"])) == (5, 2)
        links = {part.split("; ")[1]: part.split("; ")[0].strip("<>") for part in first[1]["link"].split(", ")}
        assert set(links) == {'rel="next"', 'rel="last"'}
        last = get(links['rel="last"'])
        assert [job["name"] for job in body(last)["jobs"]] == ["publish (p002)"]


def test_a_listing_of_runs_keeps_to_its_filters() -> None:
    world = World.of_bundles([SAMPLES / "double-trigger"])
    with Standin(world) as github:
        runs = f"/repos/{world.only().name}/actions/runs"
        found = {
            query: body(get(github.url, f"{runs}?{query}"))["total_count"]
            for query in ("", "branch=v2.4.0", "branch=main", "event=release", "head_sha=49897ec", "status=success")
        }
        assert found == {
            "": 2,
            "branch=v2.4.0": 2,
            "branch=main": 0,
            "event=release": 1,
            "head_sha=49897ec": 0,
            "status=success": 1,
        }


def test_a_plus_in_a_query_is_a_space_unless_it_is_quoted() -> None:
    world = synthetic(1, 1)
    attempt = world.only().runs.popitem()[1][1]
    world.only().runs[81_000_000_001] = {1: another_run(attempt, 81_000_000_001, head_branch="v1.0+x")}
    with Standin(world) as github:
        runs = f"/repos/{REPOSITORY}/actions/runs?branch="
        assert body(get(github.url, runs + "v1.0+x"))["total_count"] == 0
        assert body(get(github.url, runs + "v1.0%2Bx"))["total_count"] == 1


def test_storage_refuses_tokens_wrong_signatures_and_links_that_are_too_old() -> None:
    with Standin(synthetic(1, 1)) as github:
        link = log_link(github)
        assert get(link, token=None)[0] == 200
        assert get(link)[0] == 401
        assert get(link.replace("sig=", "sig=x"), token=None)[0] == 403
    with Standin(synthetic(1, 1), link_seconds=-1) as github:
        status, headers, text = get(log_link(github), token=None)
        assert (status, headers["content-type"]) == (403, "application/xml")
        assert b"<Code>AuthenticationFailed</Code>" in text


def test_storage_gives_the_rest_of_a_download_while_it_is_the_same() -> None:
    with Standin(synthetic(1, 1)) as github:
        link = log_link(github)
        whole = get(link, token=None)
        rest = get(link, token=None, Range="bytes=10-", If_Range=whole[1]["etag"])
        assert (rest[0], rest[2]) == (206, whole[2][10:])
        assert get(link, token=None, Range="bytes=10-", If_Range='"another"')[0] == 200


def test_nobody_gets_logs_without_a_token() -> None:
    with Standin(synthetic(1, 1)) as github:
        (run,) = github.world.only().runs
        assert get(github.url, f"/repos/{REPOSITORY}/actions/runs/{run}/logs", token=None)[0] == 403
        assert get(github.url, f"/repos/{REPOSITORY}/actions/runs/{run}", token=None)[0] == 200


def test_a_private_repository_is_not_there_for_those_without_a_token_and_a_bad_token_is_refused() -> None:
    world = synthetic(1, 1)
    world.only().body["private"] = True
    world.tokens = frozenset({"good"})
    with Standin(world) as github:
        answers = [get(github.url, f"/repos/{REPOSITORY}", token=token)[0] for token in (None, "bad", "good")]
        assert answers == [404, 401, 200]


def test_an_entity_tag_saves_the_body_and_costs_nothing() -> None:
    with Standin(synthetic(1, 1)) as github:
        first = get(github.url, f"/repos/{REPOSITORY}")
        second = get(github.url, f"/repos/{REPOSITORY}", If_None_Match=first[1]["etag"])
        assert (second[0], second[2]) == (304, b"")
        assert second[1]["x-ratelimit-remaining"] == first[1]["x-ratelimit-remaining"] == "4999"


def test_requests_run_out() -> None:
    with Standin(synthetic(1, 1), rate_limit=RateLimit(with_token=2)) as github:
        answers = [get(github.url, f"/repos/{REPOSITORY}") for _ in range(3)]
        assert [answer[0] for answer in answers] == [200, 200, 403]
        assert answers[2][1]["x-ratelimit-remaining"] == "0"
        assert get(github.url, "/rate_limit")[0] == 200


def test_the_zip_holds_each_log_whole_and_in_steps() -> None:
    with Standin(synthetic(2, 3)) as github:
        (run,) = github.world.only().runs
        link = get(github.url, f"/repos/{REPOSITORY}/actions/runs/{run}/attempts/1/logs")[1]["location"]
        archive = zipfile.ZipFile(io.BytesIO(get(link, token=None)[2]))
        jobs = github.world.only().runs[run][1]
        assert archive.read("1_publish (p000).txt") == jobs.logs[jobs.jobs[1]["id"]]
        assert b"npm publish" in archive.read("publish (p000)/3_Publish.txt")
        assert b"npm publish" not in archive.read("publish (p000)/2_Run actions_checkout@v5.txt")


def test_a_fault_meets_the_requests_it_names_and_no_more() -> None:
    with Standin(synthetic(1, 1)) as github:
        github.fault("api .*/tags$", faults.server_error(503), times=1, after=1)
        tags = f"/repos/{REPOSITORY}/tags"
        assert [get(github.url, path)[0] for path in (tags, f"/repos/{REPOSITORY}", tags, tags)] == [200, 200, 503, 200]
        assert [each.spoilt for each in github.recording] == [False, False, True, False]


def test_a_connection_can_be_reset_and_broken_off() -> None:
    with Standin(synthetic(1, 1)) as github:
        github.fault("/tags", faults.resets())
        github.fault(f"/{REPOSITORY}$", faults.breaks_off(100))
        with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
            get(github.url, f"/repos/{REPOSITORY}/tags")
        with pytest.raises(http.client.IncompleteRead) as broken:
            get(github.url, f"/repos/{REPOSITORY}")
        assert len(broken.value.partial) == 100


def test_the_chain_is_made_of_what_requests_learnt_from_each_other() -> None:
    with Standin(synthetic(2, 1)) as github:
        root = f"/repos/{REPOSITORY}"
        get(github.url, f"{root}/tags")
        run = body(get(github.url, f"{root}/actions/runs?branch={TAG}"))["workflow_runs"][0]["id"]
        job = body(get(github.url, f"{root}/actions/runs/{run}/jobs"))["jobs"][0]["id"]
        get(get(github.url, f"{root}/actions/jobs/{job}/logs")[1]["location"], token=None)
        chain = [each.target.rsplit("/", 1)[1] for each in github.recording.chain()]
        assert chain == ["runs", "jobs", "logs", "job-logs.txt"]
        assert len(github.recording.waits()) == 5


def test_it_ends_although_somebody_keeps_a_connection_and_somebody_hangs() -> None:
    kept: list[socket.socket] = []
    with Standin(synthetic(1, 1)) as github:
        github.fault("/tags", faults.hangs(600))
        host, port = urlsplit(github.url).netloc.split(":")
        for path in ("/rate_limit", f"/repos/{REPOSITORY}/tags"):
            kept.append(socket.create_connection((host, int(port))))
            kept[-1].sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nUser-Agent: t\r\n\r\n".encode())
        assert kept[0].recv(15) == b"HTTP/1.1 200 OK"
    for each in kept:
        each.close()
