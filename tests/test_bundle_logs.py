"""Where a bundle's logs are found, and which of the several kinds of absence is told."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.bundle import read_bundle
from auditor.collect.bundle_logs import never_started
from auditor.collect.collected import Collected
from auditor.logs.source import LogAbsent, LogSource
from auditor.model.facts import Job
from auditor.model.vocabulary import LogState
from tests.bundle_maker import RUN_7, BundleMaker, job, lines_of, log_text, page, run, text_of, zipped

ERROR = {"documentation_url": "https://docs.github.com/rest", "message": "Server Error", "status": "410"}


@pytest.fixture
def maker() -> BundleMaker:
    return BundleMaker()


def found(collected: Collected, number: int) -> LogSource | LogAbsent:
    return collected.logs.log(Job(id=number))


def absent(collected: Collected, number: int) -> LogAbsent:
    result = found(collected, number)
    assert isinstance(result, LogAbsent), result
    return result


def without_logs(maker: BundleMaker) -> None:
    del maker[f"{RUN_7}logs/71.log"], maker[f"{RUN_7}logs/72.log"]


def archive(path: Path, files: dict[str, bytes]) -> bytes:
    return zipped(files, path).read_bytes()


def gh_view(**jobs: bytes) -> bytes:
    lines = [
        name.encode() + b"\tUNKNOWN STEP\t" + line
        for name, text in jobs.items()
        for line in text.removesuffix(b"\n").split(b"\n")
    ]
    return b"\n".join(lines) + b"\n"


@pytest.mark.parametrize("as_zip", [False, True])
def test_each_job_gets_its_own_log(maker: BundleMaker, tmp_path: Path, as_zip: bool) -> None:
    collected = read_bundle(maker.zip(tmp_path / "b.zip", "b/") if as_zip else maker.folder(tmp_path))
    assert text_of(found(collected, 71)) == maker.files[f"{RUN_7}logs/71.log"].decode()
    assert text_of(found(collected, 72)) == maker.files[f"{RUN_7}logs/72.log"].decode()


def test_logs_can_be_read_again_and_side_by_side(maker: BundleMaker, tmp_path: Path) -> None:
    collected = read_bundle(maker.zip(tmp_path / "b.zip"))
    first, second = found(collected, 71), found(collected, 72)
    assert not isinstance(first, LogAbsent)
    assert not isinstance(second, LogAbsent)
    with first.open() as one, second.open() as two, first.open() as again:
        head = (one.read(20), two.read(20), again.read(20))
        assert head == (head[0], head[0], head[0])
        assert b"compiled" in one.read()
        assert b"##[error]no" in two.read()
    assert text_of(first) == text_of(first)


@pytest.mark.parametrize("as_zip", [False, True])
def test_jobs_are_found_in_the_zip_of_all_logs_by_name(maker: BundleMaker, tmp_path: Path, as_zip: bool) -> None:
    without_logs(maker)
    maker[f"{RUN_7}logs.zip"] = archive(
        tmp_path / "logs.zip",
        {"0_build.txt": log_text("build", "one"), "1_publish  npm.txt": log_text("publish / npm", "two")},
    )
    collected = read_bundle(maker.zip(tmp_path / "b.zip") if as_zip else maker.folder(tmp_path / "b"))
    assert list(lines_of(found(collected, 71)))[-1] == "one"
    assert list(lines_of(found(collected, 72)))[-1] == "two"
    assert collected.facts.missing == ()


def test_jobs_are_found_in_the_text_of_gh_run_view(maker: BundleMaker, tmp_path: Path) -> None:
    without_logs(maker)
    maker[f"{RUN_7}gh-run-view.log"] = gh_view(
        build=b"2026-03-01T12:00:01.0Z one", **{"publish / npm": b"2026-03-01T12:00:01.0Z two"}
    )
    collected = read_bundle(maker.zip(tmp_path / "b.zip"))
    assert text_of(found(collected, 72)) == "publish / npm\tUNKNOWN STEP\t2026-03-01T12:00:01.0Z two\n"
    assert collected.facts.missing == ()


def test_a_job_s_own_file_comes_before_the_zip_and_the_zip_before_gh_run_view(
    maker: BundleMaker, tmp_path: Path
) -> None:
    maker[f"{RUN_7}jobs.json"] = page(job(71, "a"), job(72, "b"), job(73, "c"))
    del maker[f"{RUN_7}logs/72.log"]
    maker[f"{RUN_7}logs.zip"] = archive(tmp_path / "l.zip", {"0_a.txt": b"zip", "0_b.txt": b"zip"})
    stamped = b"2026-03-01T12:00:01.0Z view"
    maker[f"{RUN_7}gh-run-view.log"] = gh_view(a=stamped, b=stamped, c=stamped)
    collected = read_bundle(maker.folder(tmp_path))
    assert list(lines_of(found(collected, 71)))[-1] == "compiled"
    assert text_of(found(collected, 72)) == "zip"
    assert text_of(found(collected, 73)).endswith("view\n")


def test_jobs_of_one_name_are_told_apart_in_the_zip_by_when_they_ran(maker: BundleMaker, tmp_path: Path) -> None:
    without_logs(maker)
    late = {"started_at": "2026-03-01T12:00:30Z", "completed_at": "2026-03-01T12:01:00Z"}
    early = {"started_at": "2026-03-01T12:00:00Z", "completed_at": "2026-03-01T12:00:10Z"}
    maker[f"{RUN_7}jobs.json"] = page(job(71, "build", **late), job(72, "build", **early))
    maker[f"{RUN_7}logs.zip"] = archive(
        tmp_path / "l.zip",
        {"0_build.txt": log_text("build", "early", second=1), "1_build.txt": log_text("build", "late", second=31)},
    )
    collected = read_bundle(maker.folder(tmp_path))
    assert list(lines_of(found(collected, 71)))[-1] == "late"
    assert list(lines_of(found(collected, 72)))[-1] == "early"


def test_the_one_log_of_a_shared_name_is_not_given_to_both_jobs(maker: BundleMaker, tmp_path: Path) -> None:
    without_logs(maker)
    late = {"started_at": "2026-03-01T12:00:30Z", "completed_at": "2026-03-01T12:01:00Z"}
    maker[f"{RUN_7}jobs.json"] = page(job(71, "build", **late), job(72, "build"))
    maker[f"{RUN_7}logs.zip"] = archive(tmp_path / "l.zip", {"0_build.txt": log_text("build", "early")})
    collected = read_bundle(maker.folder(tmp_path))
    assert absent(collected, 71).state is LogState.NOT_COLLECTED
    assert "logs.zip beside it has nothing that is surely this job's" in absent(collected, 71).why
    assert list(lines_of(found(collected, 72)))[-1] == "early"


def test_gh_run_view_does_not_tell_jobs_of_one_name_apart(maker: BundleMaker, tmp_path: Path) -> None:
    without_logs(maker)
    maker[f"{RUN_7}jobs.json"] = page(job(71, "build"), job(72, "build"), job(73, "build", conclusion="skipped"))
    maker[f"{RUN_7}gh-run-view.log"] = gh_view(build=b"2026-03-01T12:00:01.0Z both")
    collected = read_bundle(maker.folder(tmp_path))
    assert absent(collected, 71).state is LogState.NOT_COLLECTED
    assert absent(collected, 72).state is LogState.NOT_COLLECTED
    assert absent(collected, 73).state is LogState.NEVER_STARTED


def test_a_skipped_job_of_the_same_name_does_not_make_a_log_doubtful(maker: BundleMaker, tmp_path: Path) -> None:
    without_logs(maker)
    maker[f"{RUN_7}jobs.json"] = page(job(71, "build"), job(72, "build", conclusion="skipped"))
    maker[f"{RUN_7}gh-run-view.log"] = gh_view(build=b"2026-03-01T12:00:01.0Z mine")
    assert text_of(found(read_bundle(maker.folder(tmp_path)), 71)).endswith("mine\n")


def test_a_later_attempt_finds_the_logs_of_jobs_that_it_did_not_run_again(maker: BundleMaker, tmp_path: Path) -> None:
    maker["runs/7/attempt-2/run.json"] = run(7, 2)
    maker["runs/7/attempt-2/jobs.json"] = page(job(71, "build"), job(76, "publish / npm", run_attempt=2))
    maker["runs/7/attempt-2/logs/76.log"] = log_text("publish / npm", "again")
    collected = read_bundle(maker.folder(tmp_path))
    assert list(lines_of(found(collected, 71)))[-1] == "compiled"
    assert list(lines_of(found(collected, 76)))[-1] == "again"
    assert collected.facts.missing == ()


def test_an_archive_of_the_first_attempt_serves_a_job_that_a_later_one_took_over(
    maker: BundleMaker, tmp_path: Path
) -> None:
    without_logs(maker)
    maker["runs/7/attempt-2/run.json"] = run(7, 2)
    maker["runs/7/attempt-2/jobs.json"] = page(job(75, "build", run_attempt=1))
    maker[f"{RUN_7}logs.zip"] = archive(tmp_path / "l.zip", {"0_build.txt": log_text("build", "first")})
    assert list(lines_of(found(read_bundle(maker.folder(tmp_path)), 75)))[-1] == "first"


@pytest.mark.parametrize(
    ("why", "state"),
    [
        ("expired: gh: Server Error (HTTP 410)", LogState.EXPIRED),
        ("gh: Forbidden (HTTP 403)", LogState.NOT_COLLECTED),
        ("never started: the run was cancelled", LogState.NEVER_STARTED),
    ],
)
def test_the_bundle_s_own_words_tell_why_a_log_is_absent(
    maker: BundleMaker, tmp_path: Path, why: str, state: LogState
) -> None:
    del maker[f"{RUN_7}logs/71.log"]
    maker.header(missing=[{"what": "log of job 71", "why": why}])
    collected = read_bundle(maker.folder(tmp_path))
    assert absent(collected, 71) == LogAbsent(state, why)
    told = [(entry.what, entry.why) for entry in collected.facts.missing]
    # Nothing is missing of a job that has no log to be had.
    assert told == ([] if state is LogState.NEVER_STARTED else [("log of job 71", why)])


def test_a_log_that_is_there_outranks_the_word_that_it_is_missing(maker: BundleMaker, tmp_path: Path) -> None:
    maker.header(missing=[{"what": "log of job 71", "why": "expired: HTTP 410"}])
    collected = read_bundle(maker.folder(tmp_path))
    assert "compiled" in text_of(found(collected, 71))
    assert collected.facts.missing == ()


def test_the_word_about_a_job_that_is_not_listed_is_passed_on(maker: BundleMaker, tmp_path: Path) -> None:
    maker.header(missing=[{"what": "log of job 99", "why": "expired: HTTP 410"}])
    assert [entry.what for entry in read_bundle(maker.folder(tmp_path)).facts.missing] == ["log of job 99"]


def test_a_log_that_nobody_speaks_of_was_not_collected(maker: BundleMaker, tmp_path: Path) -> None:
    del maker[f"{RUN_7}logs/71.log"]
    collected = read_bundle(maker.folder(tmp_path))
    assert absent(collected, 71) == LogAbsent(LogState.NOT_COLLECTED, f"{RUN_7}logs/71.log is not in the bundle")
    assert [entry.what for entry in collected.facts.missing] == ["log of job 71"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"status": "queued", "conclusion": None}, True),
        ({"status": "waiting", "conclusion": None}, True),
        ({"conclusion": "skipped"}, True),
        ({"conclusion": "cancelled", "steps": [], "runner_name": None}, True),
        ({"conclusion": "failure", "steps": [{"status": "queued"}, {"conclusion": "skipped"}]}, True),
        ({"conclusion": "failure", "steps": [{"status": "completed", "conclusion": "failure"}]}, False),
        ({"conclusion": "failure", "steps": []}, False),
        ({"conclusion": "success", "steps": [], "runner_name": ""}, False),
        ({"status": "in_progress", "conclusion": None}, False),
    ],
)
def test_a_job_never_started_when_no_runner_worked_on_it(fields: dict[str, Any], expected: bool) -> None:
    assert never_started(Job.model_validate(job(1, "x", **fields))) is expected


def test_jobs_that_never_started_miss_no_log(maker: BundleMaker, tmp_path: Path) -> None:
    maker[f"{RUN_7}jobs.json"] = page(
        job(71, "a", conclusion="skipped"), job(72, "b", status="queued", conclusion=None)
    )
    without_logs(maker)
    collected = read_bundle(maker.folder(tmp_path))
    assert {absent(collected, 71).state, absent(collected, 72).state} == {LogState.NEVER_STARTED}
    assert collected.facts.missing == ()


def test_a_job_that_still_runs_has_no_log_yet(maker: BundleMaker, tmp_path: Path) -> None:
    maker[f"{RUN_7}jobs.json"] = page(job(71, "a", status="in_progress", conclusion=None))
    without_logs(maker)
    assert "still running" in absent(read_bundle(maker.folder(tmp_path)), 71).why


@pytest.mark.parametrize(
    ("content", "state", "why"),
    [
        (b"", LogState.NOT_COLLECTED, "is empty"),
        (json.dumps(ERROR).encode(), LogState.EXPIRED, "expired: GitHub answered “Server Error (HTTP 410)”"),
        (json.dumps({**ERROR, "message": "Not Found", "status": "404"}).encode(), LogState.NOT_COLLECTED, "Not Found"),
        (
            b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?><Error><Code>BlobNotFound</Code></Error>',
            LogState.NOT_COLLECTED,
            "the storage's answer",
        ),
        (b"PK\x03\x04rest", LogState.UNREADABLE, "name it logs.zip"),
    ],
)
def test_what_a_failed_download_leaves_behind_is_no_log(
    maker: BundleMaker, tmp_path: Path, content: bytes, state: LogState, why: str
) -> None:
    maker[f"{RUN_7}logs/71.log"] = content
    collected = read_bundle(maker.folder(tmp_path))
    assert absent(collected, 71).state is state
    assert why in absent(collected, 71).why
    assert [entry.what for entry in collected.facts.missing] == ["log of job 71"]


@pytest.mark.parametrize(
    "text", ["{ is how this log begins", '{"message": "a tool said so"}', "<html> printed by a test"]
)
def test_odd_logs_are_logs_all_the_same(maker: BundleMaker, tmp_path: Path, text: str) -> None:
    maker[f"{RUN_7}logs/71.log"] = text
    assert text_of(found(read_bundle(maker.folder(tmp_path)), 71)) == text


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("logs.zip", b"", "is not a zip, or it is cut off"),
        ("logs.zip", b"PK\x03\x04 cut", "is not a zip, or it is cut off"),
        ("gh-run-view.log", b"2026-03-01T12:00:01.0Z no columns\n", "it is not what `gh run view --log` prints"),
    ],
)
def test_a_broken_file_of_all_logs_makes_them_unreadable(
    maker: BundleMaker, tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    without_logs(maker)
    maker[RUN_7 + name] = content
    collected = read_bundle(maker.folder(tmp_path))
    for number in (71, 72):
        assert absent(collected, number).state is LogState.UNREADABLE
        assert why in absent(collected, number).why
    assert len(collected.facts.missing) == 2


def test_a_zip_of_something_else_is_not_taken_for_logs(maker: BundleMaker, tmp_path: Path) -> None:
    without_logs(maker)
    maker[f"{RUN_7}logs.zip"] = archive(tmp_path / "l.zip", {"widget.exe": b"MZ"})
    assert "holds no run logs" in absent(read_bundle(maker.folder(tmp_path)), 71).why


def test_a_damaged_log_in_a_zip_is_an_os_error_and_nothing_else(maker: BundleMaker, tmp_path: Path) -> None:
    path = maker.zip(tmp_path / "b.zip")
    with zipfile.ZipFile(path) as opened:
        info = opened.getinfo(f"{RUN_7}logs/72.log")
    data = bytearray(path.read_bytes())
    start = info.header_offset + 30 + len(info.filename)
    data[start : start + info.compress_size] = bytes(info.compress_size)
    path.write_bytes(data)
    collected = read_bundle(path)
    assert absent(collected, 72).state is LogState.UNREADABLE
    assert "damaged" in absent(collected, 72).why
    assert "compiled" in text_of(found(collected, 71))


def test_damage_behind_the_beginning_of_a_log_shows_as_os_error_while_reading(
    maker: BundleMaker, tmp_path: Path
) -> None:
    noise = "\n".join(f"{number * 7919 % 10007:x} {number**3:x}" for number in range(60_000))
    maker[f"{RUN_7}logs/72.log"] = log_text("publish / npm", noise)
    path = maker.zip(tmp_path / "b.zip")
    with zipfile.ZipFile(path) as opened:
        info = opened.getinfo(f"{RUN_7}logs/72.log")
    data = bytearray(path.read_bytes())
    end = info.header_offset + 30 + len(info.filename) + info.compress_size
    data[end - 40 : end - 20] = b"\xff" * 20
    path.write_bytes(data)
    source = found(read_bundle(path), 72)
    assert not isinstance(source, LogAbsent)
    with source.open() as stream, pytest.raises(OSError, match="is damaged"):
        stream.read()
