"""The text of `gh run view --log`: recognised, and taken apart by job."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.logs import ghview
from auditor.logs.ghview import GhViewLog, gh_view_logs, is_gh_view, job_names
from auditor.logs.segments import segments
from auditor.logs.source import TextLog

STAMP = "2026-03-01T12:00:{:02}.0000000Z"


def line(job: str, text: str, second: int = 0, step: str = "UNKNOWN STEP") -> str:
    return f"{job}\t{step}\t{STAMP.format(second)} {text}\n"


def source(text: str, encoding: str = "utf-8") -> TextLog:
    return TextLog("view.log", text.encode(encoding))


def read(log: GhViewLog | None) -> str:
    assert log is not None
    with log.open() as stream:
        return stream.read().decode("utf-8")


TWO = (
    line("build", "one")
    + "build\tUNKNOWN STEP\tno stamp here\n"
    + line("publish / npm", "two", 5)
    + line("publish / npm", "three", 6)
)


def test_each_job_s_stream_has_its_own_lines_with_their_columns() -> None:
    logs = gh_view_logs(source(TWO))
    assert list(logs) == ["build", "publish / npm"]
    assert read(logs["build"]) == line("build", "one") + "build\tUNKNOWN STEP\tno stamp here\n"
    assert read(logs["publish / npm"]) == line("publish / npm", "two", 5) + line("publish / npm", "three", 6)
    assert logs["build"].name == "view.log#build"


def test_a_log_looks_its_lines_up_itself_when_it_is_not_told_where_they_are() -> None:
    assert read(GhViewLog(source(TWO), "publish / npm")).count("\n") == 2
    with pytest.raises(OSError, match="no line of a job 'other'"):
        GhViewLog(source(TWO), "other").open()


def test_jobs_whose_lines_alternate_are_put_together() -> None:
    text = line("a", "1", 1) + line("b", "2", 2) + line("a", "3", 3) + line("b", "4", 4)
    logs = gh_view_logs(source(text))
    assert read(logs["a"]) == line("a", "1", 1) + line("a", "3", 3)
    assert read(logs["b"]) == line("b", "2", 2) + line("b", "4", 4)


def test_a_log_that_gh_printed_several_times_over_counts_once() -> None:
    once = line("a", "first", 1) + line("a", "last", 2)
    text = once + once + line("b", "x", 1) + once
    logs = gh_view_logs(source(text))
    assert read(logs["a"]) == once
    assert read(logs["b"]) == line("b", "x", 1)


def test_lines_without_columns_stay_with_the_job_before_them() -> None:
    text = line("a", "1") + "loose line\nx\ty\tz without stamp\n" + line("b", "2")
    assert read(gh_view_logs(source(text))["a"]) == line("a", "1") + "loose line\nx\ty\tz without stamp\n"


def test_a_job_whose_name_begins_like_another_s_is_kept_apart() -> None:
    logs = gh_view_logs(source(line("build", "1") + line("build (x)", "2") + line("build", "3", 9)))
    assert read(logs["build"]) == line("build", "1") + line("build", "3", 9)


def test_step_columns_and_their_byte_order_marks_stay() -> None:
    text = f"a\tSet up job\t\ufeff{STAMP.format(1)} x\na\tRun make\t\ufeff{STAMP.format(2)} y\n"
    logs = gh_view_logs(source(text))
    assert read(logs["a"]) == text
    with logs["a"].open() as stream:
        assert [(part.job, part.step) for part in segments(stream)] == [("a", "Set up job"), ("a", "Run make")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_texts_that_a_shell_redirected_with_a_byte_order_mark_are_read(encoding: str) -> None:
    text = line("bäume", "eins") + line("b", "zwei")
    log = source(text, encoding)
    assert is_gh_view(log.data)
    logs = gh_view_logs(log)
    assert list(logs) == ["bäume", "b"]
    assert read(logs["bäume"]) == line("bäume", "eins")
    assert read(logs["b"]) == line("b", "zwei")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (TWO.encode(), True),
        (b"job\tstep\t2026-03-01T12:00:00Z", True),
        (b"\n\nfirst\n" + TWO.encode(), True),
        (b"\xef\xbb\xbf2026-03-01T12:00:00.0000000Z raw\ttext\twith tabs\n", False),
        (b"a\tb\tc\n", False),
        (b"", False),
        (b"\xff\xfe", False),
        (b"\n" * 30 + TWO.encode(), False),
    ],
)
def test_the_form_is_recognised_by_its_first_lines(head: bytes, expected: bool) -> None:
    assert is_gh_view(head) is expected


def test_a_raw_log_has_no_jobs_in_this_form() -> None:
    assert job_names(source(f"{STAMP.format(1)} hello\n")) == []
    assert job_names(source("")) == []


@dataclass(frozen=True)
class Endless:
    """A text of one job with lines too long to hold, as a stream that cannot seek and counts what is asked of it."""

    blocks: int
    largest: list[int]
    name: str = "endless"

    def open(self) -> IO[bytes]:
        return io.BufferedReader(_Blocks(self._parts(), self.largest), 1 << 16)

    def _parts(self) -> Iterator[bytes]:
        yield line("a", "start").encode()
        yield line("a", "x").encode()[:-1]
        for _ in range(self.blocks):
            yield b"y" * (1 << 18)
        yield b"\n" + line("b", "end").encode()


class _Blocks(io.RawIOBase):
    def __init__(self, parts: Iterator[bytes], largest: list[int]) -> None:
        self._parts, self._rest, self._largest = parts, b"", largest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        self._largest.append(len(buffer))
        self._rest = self._rest or next(self._parts, b"")
        data, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def test_lines_of_any_length_are_read_in_bounded_pieces() -> None:
    asked: list[int] = []
    text = Endless(40, asked)
    logs = gh_view_logs(text)
    assert list(logs) == ["a", "b"]
    assert max(asked) <= ghview.BLOCK_BYTES
    assert read(logs["b"]) == line("b", "end")
    size = 0
    with logs["a"].open() as stream:
        while block := stream.read(1 << 16):
            size += len(block)
    assert size == len(line("a", "start") + line("a", "x")) + 40 * (1 << 18)


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\t\n\r\ufeff"), min_size=1, max_size=20)


@given(st.lists(st.tuples(NAMES, st.integers(0, 59), st.text("ab\t é", max_size=8)), max_size=20), st.integers(1, 64))
def test_every_line_comes_out_under_its_own_job_whatever_the_block_size(
    entries: list[tuple[str, int, str]], block: int
) -> None:
    # Numbered, so that no job's first line comes twice.
    lines = [line(job, f"{index} {text}", second) for index, (job, second, text) in enumerate(entries)]
    usual = ghview.BLOCK_BYTES
    ghview.BLOCK_BYTES = block
    try:
        logs = gh_view_logs(source("".join(lines)))
        wanted = {
            job: "".join(own for own, entry in zip(lines, entries, strict=True) if entry[0] == job)
            for job, _, _ in entries
        }
        assert {job: read(log) for job, log in logs.items()} == wanted
    finally:
        ghview.BLOCK_BYTES = usual


@given(st.binary(max_size=400))
def test_any_bytes_give_logs_that_can_be_read(data: bytes) -> None:
    is_gh_view(data)
    for log in gh_view_logs(TextLog("x", data)).values():
        read_back = io.BytesIO()
        with log.open() as stream:
            read_back.write(stream.read())
        assert read_back.getvalue()
