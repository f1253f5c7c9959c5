import io

from hypothesis import given
from hypothesis import strategies as st

from auditor.logs import segments as module
from auditor.logs.segments import overlong_lines, segments


def lines_of(data: bytes) -> list[bytes]:
    return [line for segment in segments(io.BytesIO(data)) for line in segment.data.split(b"\n")[:-1]]


def test_byte_order_mark_and_carriage_returns_are_dropped() -> None:
    assert lines_of(b"\xef\xbb\xbfone\r\ntwo\r\n") == [b"one", b"two"]


def test_escape_sequences_are_dropped_real_and_spelled_with_a_caret() -> None:
    assert lines_of(b"\x1b[1m\x1b[91merror\x1b[0m: x\n^[[36;1mnpm publish^[[0m\n\x1b]0;title\x07ok\n") == [
        b"error: x",
        b"npm publish",
        b"ok",
    ]


def test_a_log_that_powershell_wrote_as_utf16_reads_the_same() -> None:
    text = "2026-01-01T00:00:00.0000000Z naïve ✓\nzwei\n"
    assert lines_of(text.encode("utf-16")) == lines_of(text.encode())


def test_a_missing_last_line_end_loses_nothing() -> None:
    assert lines_of(b"one\ntwo") == [b"one", b"two"]


def test_gh_view_columns_become_job_and_step_and_leave_the_text() -> None:
    log = (
        "build\tSet up job\t\ufeff2026-01-01T00:00:00.0000000Z hello\n"
        "build\tCompile\t\ufeff2026-01-01T00:00:01.0000000Z go build\n"
        "build\tCompile\tcontinued\n"
        "publish\tUNKNOWN STEP\t\ufeff2026-01-01T00:00:02.0000000Z npm\n"
    ).encode()
    found = list(segments(io.BytesIO(log)))
    assert [(s.job, s.step, s.first) for s in found] == [
        ("build", "Set up job", 1),
        ("build", "Compile", 2),
        ("publish", None, 4),
    ]
    assert found[1].data == b"2026-01-01T00:00:01.0000000Z go build\ncontinued\n"


def test_an_overlong_line_is_cut_and_numbering_goes_on() -> None:
    found = list(segments(io.BytesIO(b"a\n" + b"x" * 5_000_000 + b"\nlast\n")))
    assert sum(s.data.count(b"\n") for s in found) == 3
    assert max(len(line) for s in found for line in s.data.split(b"\n")) <= module.LINE_BYTES
    assert found[-1].data.endswith(b"last\n")


def test_memory_stays_bounded_for_a_log_without_line_ends() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += 1
            return b"y" * size if self.given <= 64 else b""

    found = list(segments(Endless()))  # type: ignore[arg-type]
    assert sum(len(s.data) for s in found) <= module.LINE_BYTES + 1


@given(st.binary(max_size=4000))
def test_any_bytes_give_whole_lines_without_control_sequences(data: bytes) -> None:
    for segment in segments(io.BytesIO(data)):
        assert segment.data.endswith(b"\n")
        assert b"\r" not in segment.data
        assert b"\x00" not in segment.data


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\r\n\v\f\x00\x1b\ufeff^\t"), max_size=40), max_size=30
    )
)
def test_plain_lines_come_back_as_they_are(texts: list[str]) -> None:
    data = "".join(text + "\n" for text in texts).encode()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return
    blanks = dict.fromkeys((0xA0, *range(0x2000, 0x200B), 0x202F), " ")
    assert lines_of(data) == [text.translate(blanks).encode() for text in texts]


@given(st.lists(st.integers(0, 20), max_size=12), st.booleans())
def test_overlong_lines_are_told_where_they_are(lengths: list[int], ended: bool) -> None:
    data = b"\n".join(b"x" * length for length in lengths) + (b"\n" if ended else b"")
    naive = []
    at = 0
    for line in data.split(b"\n"):
        if len(line) > 7:
            naive.append((at, at + len(line)))
        at += len(line) + 1
    assert list(overlong_lines(data, 7)) == naive


def test_blanks_of_every_width_are_blanks() -> None:
    log = "\u2009ERR_PNPM_X\u2009 one\u00a0two\u202fthree — “quoted”\n".encode()
    assert lines_of(log) == [" ERR_PNPM_X  one two three — “quoted”".encode()]
