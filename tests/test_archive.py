"""Which file in the zip of a run's logs is which job's."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.logs.archive import RunLogs, archive_names, cut_name, looks_like_run_logs
from auditor.logs.zips import ZipRefusedError
from tests.bundle_maker import log_text, text_of, zipped

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def opened(tmp_path: Path, files: dict[str, bytes]) -> RunLogs:
    return RunLogs.open(zipped(files, tmp_path / "logs.zip"))


def test_whole_logs_steps_and_system_notes_are_sorted_to_their_job(tmp_path: Path) -> None:
    logs = opened(
        tmp_path,
        {
            "0_build.txt": b"whole",
            "build/": b"",
            "build/10_Post Run actions_checkout@v4.txt": b"ten",
            "build/2_Run make.txt": b"two",
            "build/1_Set up job.txt": b"one",
            "build/system.txt": b"labels",
            "1_publish.txt": b"other",
        },
    )
    build, publish = logs.jobs
    assert (build.name, publish.name) == ("build", "publish")
    assert [(step.number, step.name) for step in build.steps] == [
        (1, "Set up job"),
        (2, "Run make"),
        (10, "Post Run actions_checkout@v4"),
    ]
    assert text_of(build.log) == "whole"
    assert text_of(build.system) == "labels"
    assert text_of(build.steps[2].log) == "ten"
    assert publish.steps == ()
    assert publish.system is None


def test_a_job_is_found_by_its_whole_log(tmp_path: Path) -> None:
    logs = opened(tmp_path, {"0_build.txt": b"whole", "build/1_Set up job.txt": b"part", "1_test.txt": b"t"})
    assert text_of(logs.find("build")) == "whole"
    assert logs.find("buil") is None
    assert logs.find("publish") is None


def test_steps_are_joined_in_their_order_each_on_a_line_of_its_own(tmp_path: Path) -> None:
    logs = opened(tmp_path, {"a/11_z.txt": b"c\n", "a/2_y.txt": b"", "a/1_x.txt": b"a\nb"})
    assert text_of(logs.find("a")) == "a\nb\nc\n"
    found = logs.find("a")
    assert found is not None
    with found.open() as stream:
        assert [stream.read(1) for _ in range(7)] == [b"a", b"\n", b"b", b"\n", b"c", b"\n", b""]


@pytest.mark.parametrize(
    ("job", "file"),
    [
        ("call / build", "0_call  build.txt"),
        ("call / build", "0_call _ build.txt"),
        ("os: linux", "0_os linux.txt"),
        ('say "hi"?', '0_say "hi"?.txt'),
        ('say "hi"?', "0_say hi.txt"),
        ("x" * 120, f"0_{'x' * 90}.txt"),
        (f"{'x' * 89} y", f"0_{'x' * 89}.txt"),
        (f"a{'😅' * 60}", f"0_a{'😅' * 44}\ufffd.txt"),
        ("build (ubuntu, 3.12)", "0_build (ubuntu, 3.12).txt"),
        ("a.txt", "0_a.txt.txt"),
        ("1_x", "5_1_x.txt"),
    ],
)
def test_names_are_matched_as_github_changes_them(tmp_path: Path, job: str, file: str) -> None:
    assert text_of(opened(tmp_path, {file: b"mine", "1_other.txt": b"other"}).find(job)) == "mine"


def test_a_name_is_cut_at_ninety_utf_16_units() -> None:
    assert cut_name("é" * 91) == "é" * 90
    assert cut_name("😅" * 45) == "😅" * 45
    assert cut_name("a" + "😅" * 45) == "a" + "😅" * 44 + "\ufffd"
    assert archive_names("a/b:c")[0] == "abc"


def test_a_numbered_copy_is_not_the_job_itself_but_a_matrix_job_may_be_called_so(tmp_path: Path) -> None:
    logs = opened(tmp_path, {"1_build.txt": b"main", "1_build (1).txt": b"copy"})
    assert text_of(logs.find("build")) == "main"
    assert text_of(logs.find("build (1)")) == "copy"


def test_a_file_of_the_older_service_counts_when_there_is_no_other(tmp_path: Path) -> None:
    both = {"-2147483648_build.txt": b"old", "0_build.txt": b"new"}
    assert text_of(opened(tmp_path, both).find("build")) == "new"
    assert text_of(opened(tmp_path, {"-2147483648_build.txt": b"old"}).find("build")) == "old"


def test_jobs_cut_to_one_name_are_told_apart_by_what_the_runner_prints(tmp_path: Path) -> None:
    stem = "x" * 90
    files = {
        f"0_{stem}.txt": log_text(f"{stem} (windows)", "w"),
        f"1_{stem}.txt": log_text(f"{stem} (linux)", "l"),
        f"{stem}/1_Set up job.txt": b"whose",
    }
    logs = opened(tmp_path, files)
    assert text_of(logs.find(f"{stem} (linux)")).endswith(" l\n")
    assert text_of(logs.find(f"{stem} (windows)")).endswith(" w\n")
    assert logs.find(f"{stem} (macos)") is None


def test_jobs_of_one_name_are_told_apart_by_their_times(tmp_path: Path) -> None:
    files = {"0_a.txt": log_text("a", "early", second=2), "1_a.txt": log_text("a", "late", second=40)}
    logs = opened(tmp_path, files)
    assert text_of(logs.find("a", NOON.replace(second=39), NOON.replace(second=50))).endswith("late\n")
    assert text_of(logs.find("a", NOON, NOON.replace(second=30))).endswith("early\n")
    assert logs.find("a", NOON, NOON.replace(second=59)) is None
    assert logs.find("a") is None


def test_a_single_log_of_a_shared_name_is_checked_against_the_job_s_times(tmp_path: Path) -> None:
    logs = opened(tmp_path, {"0_a.txt": log_text("a", second=2)})
    assert logs.find("a", NOON, NOON.replace(second=30), alone=False) is not None
    assert logs.find("a", NOON.replace(second=39), None, alone=False) is None
    assert logs.find("b", NOON, None, alone=False) is None


def test_times_at_the_ends_of_the_calendar_are_no_trouble(tmp_path: Path) -> None:
    logs = opened(tmp_path, {"0_a.txt": log_text("a"), "1_a.txt": log_text("a")})
    assert logs.find("a", datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)) is None
    assert logs.find("a", datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)) is None


def test_logs_unpacked_and_packed_again_in_a_folder_are_read(tmp_path: Path) -> None:
    files = {"logs_1/0_build.txt": b"whole", "logs_1/build/1_Set up job.txt": b"one", "__MACOSX/logs_1/._x": b"?"}
    logs = opened(tmp_path, files)
    assert [job.name for job in logs.jobs] == ["build"]
    assert text_of(logs.find("build")) == "whole"


def test_a_zip_of_other_things_is_refused_with_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(ZipRefusedError, match=r"holds no run logs: files like `0_build\.txt`"):
        opened(tmp_path, {"readme.md": b"hello", "src/main.py": b""})
    with pytest.raises(ZipRefusedError, match="holds no run logs"):
        opened(tmp_path, {})


def test_what_is_no_zip_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"not\na zip")
    with pytest.raises(ZipRefusedError, match="is not a zip") as raised:
        RunLogs.open(tmp_path / "x.zip")
    assert "\n" not in str(raised.value)
    with pytest.raises(OSError, match="No such file"):
        RunLogs.open(tmp_path / "absent.zip")


def test_a_stream_is_read_as_well_as_a_file(tmp_path: Path) -> None:
    stream = io.BytesIO(zipped({"0_a.txt": b"x"}, tmp_path / "l.zip").read_bytes())
    assert text_of(RunLogs.open(stream).find("a")) == "x"


def test_run_logs_are_recognised_by_what_most_members_are(tmp_path: Path) -> None:
    logs = {"0_a.txt": b"", "a/1_Set up job.txt": b"", "a/system.txt": b""}
    assert looks_like_run_logs(zipped(logs, tmp_path / "a.zip"))
    assert not looks_like_run_logs(zipped({"docs/1_intro.txt": b"", "a": b"", "b": b""}, tmp_path / "b.zip"))
    assert not looks_like_run_logs(tmp_path / "absent.zip")
    (tmp_path / "c.zip").write_bytes(b"PK")
    assert not looks_like_run_logs(tmp_path / "c.zip")


@given(st.text(min_size=1, max_size=120).filter(lambda name: cut_name(name) != ""))
def test_a_job_of_any_name_is_found_under_each_of_its_archive_names(name: str) -> None:
    for archived in archive_names(name):
        if not archived or "\\" in archived or "\0" in archived or archived.endswith("/"):
            continue  # no zip holds such a file name
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr(f"0_{archived}.txt", b"mine")
        if "/" not in archived:
            assert text_of(RunLogs.open(stream).find(name)) == "mine"


@given(
    st.dictionaries(
        st.from_regex(r"(-?[0-9]{1,3}_|a/|a/[0-9]_|)[a-z./\\]{0,6}(\.txt)?", fullmatch=True), st.binary(max_size=20)
    )
)
def test_any_members_give_logs_or_a_refusal(files: dict[str, bytes]) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            if name:
                archive.writestr(name, content)
    try:
        logs = RunLogs.open(stream)
    except ZipRefusedError:
        return
    for job in logs.jobs:
        assert job.text is not None
        with job.text.open() as text:
            text.read()
