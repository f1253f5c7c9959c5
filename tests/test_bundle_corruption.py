"""Whatever happens to a bundle's bytes: a clear refusal, or facts that say what is missing; never anything else."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.collect.bundle import BundleError, read_bundle
from auditor.logs.source import LogAbsent
from tests.bundle_maker import RUN_7, BundleMaker, job, log_text, page, run, zipped

LOGS_ZIP = {
    "0_build.txt": log_text("build"),
    "1_build.txt": log_text("build", second=20),
    "lint/1_Set up job.txt": log_text("lint"),
    "lint/system.txt": b"x",
}
VIEW = b"".join(b"a\tstep\t2026-03-01T12:00:0%d.0000000Z x\nb\tstep\t2026-03-01T12:00:01.0Z y\n" % n for n in range(3))


def _rich() -> BundleMaker:
    """A bundle with every kind of file that is read."""
    maker = BundleMaker()
    maker.header(missing=[{"what": "log of job 99", "why": "expired: HTTP 410"}])
    with tempfile.TemporaryDirectory() as folder:
        logs = zipped(LOGS_ZIP, Path(folder) / "logs.zip").read_bytes()
    maker["runs/7/attempt-2/run.json"] = run(7, 2)
    maker["runs/7/attempt-2/jobs.json"] = page(job(81, "build"), job(82, "build"), job(83, "lint"))
    maker["runs/7/attempt-2/logs.zip"] = logs
    maker["runs/8/attempt-1/run.json"] = run(8, created_at="2026-03-01T11:00:00")
    maker["runs/8/attempt-1/jobs.json"] = [page(job(91, "a", run_id=8), job(92, "b", run_id=8, conclusion="skipped"))]
    maker["runs/8/attempt-1/gh-run-view.log"] = VIEW
    return maker


RICH = _rich()
PATHS = sorted(RICH.files)
ODD = st.sampled_from(
    [b"null", b"[]", b"{}", b"0", b'"\\ud800"', b"1e999", b"-1", b'{"id": 7}', b"\xef\xbb\xbf", b"\xff\xfe", b"9" * 30]
)

Damage = Callable[[bytes], bytes]


def _cut(at: float) -> Damage:
    return lambda data: data[: int(at * len(data))]


def _flip(at: float, bits: int) -> Damage:
    def flipped(data: bytes) -> bytes:
        place = int(at * len(data))
        return data[:place] + bytes([data[place] ^ bits]) + data[place + 1 :] if data else data

    return flipped


def _splice(start: float, end: float, middle: bytes) -> Damage:
    return lambda data: data[: int(start * len(data))] + middle + data[int(max(start, end) * len(data)) :]


def _value(index: int, value: bytes) -> Damage:
    """Put another value behind one of the file's colons: JSON of the right form with the wrong content."""

    def replaced(data: bytes) -> bytes:
        pieces = data.split(b": ")
        if len(pieces) < 2:
            return value
        place = 1 + index % (len(pieces) - 1)
        rest = pieces[place]
        end = min((at for at in (rest.find(b","), rest.find(b"}"), len(rest)) if at >= 0), default=0)
        return b": ".join([*pieces[:place], value + rest[end:], *pieces[place + 1 :]])

    return replaced


PLACE = st.floats(0, 1, exclude_max=True)
DAMAGE = st.one_of(
    st.builds(_cut, PLACE),
    st.builds(_flip, PLACE, st.integers(1, 255)),
    st.builds(_splice, PLACE, PLACE, st.binary(max_size=20) | ODD),
    st.builds(_value, st.integers(0, 500), ODD | st.from_regex(rb'[0-9]{1,3}|"[a-z0-9:\-]{0,12}"', fullmatch=True)),
    st.builds(
        lambda encoding: lambda data: data.decode("latin-1").encode(encoding),
        st.sampled_from(["utf-16", "utf-32", "utf-8"]),
    ),
)


def _check_refusal(words: str) -> None:
    assert words.isprintable()
    assert len(words) > 20


def _check(path: Path) -> None:
    """Read everything that is to be read."""
    try:
        collected = read_bundle(path)
    except BundleError as error:
        _check_refusal(str(error))
        return
    facts = collected.facts
    assert facts.tag
    assert facts.repository.full_name
    for entry in facts.missing:
        assert entry.what
        assert entry.why
        assert (entry.what + entry.why).isprintable()
    told = {entry.what for entry in facts.missing}
    for attempt in facts.attempts:
        for one in attempt.jobs:
            assert one.seconds is None or one.seconds >= 0
            found = collected.logs.log(one)
            if isinstance(found, LogAbsent):
                assert found.why
                assert f"log of job {one.id}" in told or "more" in told or found.state.value == "never-started"
                continue
            try:
                with found.open() as stream:
                    while stream.read(1 << 16):
                        pass
            except OSError:
                pass
    facts.model_dump_json()


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(PATHS), st.lists(DAMAGE, max_size=3), min_size=1, max_size=4))
def test_a_folder_whose_files_are_damaged_or_gone_is_read_or_refused(harm: dict[str, list[Damage]]) -> None:
    damaged = BundleMaker()
    damaged.files = dict(RICH.files)
    for path, kinds in harm.items():
        if not kinds:
            del damaged[path]
        for damage in kinds:
            damaged.files[path] = damage(damaged.files[path])
    with tempfile.TemporaryDirectory() as folder:
        _check(damaged.folder(Path(folder)))


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.dictionaries(st.sampled_from(PATHS), st.lists(DAMAGE, max_size=2), max_size=2),
    st.lists(DAMAGE, min_size=1, max_size=3),
)
def test_a_zip_that_is_damaged_outside_and_inside_is_read_or_refused(
    harm: dict[str, list[Damage]], outside: list[Damage]
) -> None:
    damaged = BundleMaker()
    damaged.files = dict(RICH.files)
    for path, kinds in harm.items():
        for damage in kinds:
            damaged.files[path] = damage(damaged.files[path])
    with tempfile.TemporaryDirectory() as folder:
        archive = damaged.zip(Path(folder) / "b.zip", "top/")
        data = archive.read_bytes()
        for damage in outside:
            data = damage(data)
        archive.write_bytes(data)
        _check(archive)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([path for path in PATHS if path.endswith(".json")]), st.binary(max_size=60))
def test_any_bytes_in_the_place_of_a_file_are_read_or_refused(path: str, content: bytes) -> None:
    damaged = BundleMaker()
    damaged.files = {**RICH.files, path: content}
    with tempfile.TemporaryDirectory() as folder:
        _check(damaged.folder(Path(folder)))


def test_the_undamaged_bundle_is_read_whole() -> None:
    with tempfile.TemporaryDirectory() as folder:
        collected = read_bundle(RICH.zip(Path(folder) / "b.zip"))
        assert [(a.run.id, a.run.run_attempt, len(a.jobs)) for a in collected.facts.attempts] == [
            (8, 1, 2),
            (7, 1, 2),
            (7, 2, 3),
        ]
        # The two jobs called `build` ran at the same time, so one of their logs is not surely theirs.
        assert {entry.what for entry in collected.facts.missing} <= {"log of job 81", "log of job 82", "log of job 99"}
        _check(RICH.folder(Path(folder) / "b"))
    assert f"{RUN_7}logs/71.log" in RICH.files
