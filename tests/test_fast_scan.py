"""Hyperscan finds what the portable engine finds, line by line and field by field."""

import importlib
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.logs.segments import segments
from auditor.rulebook.book import Rulebook
from auditor.rulebook.fast import SUFFIX, FastFinder
from auditor.rulebook.needs import Needs
from auditor.rulebook.reading import read_log
from auditor.rulebook.scan import MUCH, FoundLine, Scanner

HEADS = ["", "2026-01-01T00:00:00.0000000Z ", "##[error]", "2026-01-01T00:00:00Z ##[error]", "job\tstep\t"]


@pytest.fixture(scope="module")
def portable(shipped_book: Rulebook) -> Scanner:
    return Scanner(shipped_book)


@pytest.fixture(scope="module")
def fast(shipped_book: Rulebook) -> Scanner:
    pytest.importorskip("hyperscan")
    scanner = Scanner(shipped_book)
    scanner.expect(MUCH)
    assert scanner.fast
    return scanner


@pytest.fixture(scope="module")
def example_lines(shipped_book: Rulebook) -> list[str]:
    rules = shipped_book.rules
    examples = (text for rule in rules for text in (*rule.written.examples.match, *rule.written.examples.no_match))
    return sorted({line for each in examples for line in each.splitlines()})


def found(scanner: Scanner, log: bytes) -> list[tuple[object, ...]]:
    return [_plain(line) for _, line in scanner.lines(segments(io.BytesIO(log)))]


def _plain(line: FoundLine) -> tuple[object, ...]:
    return (*line[:6], [(rule.id, match.span()) for rule, match in line.rules], line.near)


def test_both_find_the_same_in_every_example(fast: Scanner, portable: Scanner, example_lines: list[str]) -> None:
    for head in HEADS:
        log = "".join(f"{head}{line}\n" for line in example_lines).encode()
        assert found(fast, log) == found(portable, log)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_both_find_the_same_in_any_log(
    fast: Scanner, portable: Scanner, example_lines: list[str], data: st.DataObject
) -> None:
    line = st.sampled_from(example_lines).map(str.encode)
    shouted = line.map(bytes.upper)
    glued = st.builds(lambda one, other: one[: len(one) // 2] + other[len(other) // 2 :], line, line)
    hidden = st.builds(lambda text, size: b"x" * size + b" " + text + b" " + b"y" * size, line, st.integers(0, 5000))
    spoiled = st.builds(
        lambda text, at, junk: text[:at] + junk + text[at:], line, st.integers(0, 40), st.binary(max_size=3)
    )
    head = st.sampled_from(HEADS).map(str.encode)
    lines = st.lists(st.tuples(head, st.one_of(line, shouted, glued, hidden, spoiled, st.just(b""))), max_size=12)
    log = b"\n".join(head + text for head, text in data.draw(lines))
    assert found(fast, log) == found(portable, log)


def test_both_read_the_same_sections(fast: Scanner, portable: Scanner, example_lines: list[str]) -> None:
    log = "".join(f"2026-01-01T00:00:00Z {line}\n" for line in ["##[group]Run x", "##[endgroup]", *example_lines])
    readings = [read_log(scanner, segments(io.BytesIO(log.encode()))) for scanner in (fast, portable)]
    assert readings[0] == readings[1]
    assert any(section.hits for section in readings[0][0].sections)


def test_what_was_compiled_is_found_again(small_book: Rulebook, tmp_path: Path) -> None:
    pytest.importorskip("hyperscan")
    book = Rulebook(small_book.platforms, small_book.rules, keep_in=tmp_path / "new")
    first = Scanner(book)
    assert not first.fast
    first.expect(MUCH - 1)
    assert not first.fast
    first.expect(MUCH)
    second = Scanner(book)
    assert second.fast
    log = b"exchange failure:\ncannot publish over 1.0.0\n" + b"x" * 5000 + b" npm error code E401\n"
    assert found(second, log) == found(first, log) == found(Scanner(small_book), log)


@pytest.mark.parametrize("damage", [b"", b"{", b"[[1]]\n", b"[[1]]\n" + b"x" * 500, b"\xff\n\xff"])
def test_what_is_damaged_is_not_used(small_book: Rulebook, tmp_path: Path, damage: bytes) -> None:
    pytest.importorskip("hyperscan")
    book = Rulebook(small_book.platforms, small_book.rules, keep_in=tmp_path)
    Scanner(book).expect(MUCH)
    (kept,) = tmp_path.glob(f"*{SUFFIX}")
    kept.write_bytes(damage)
    assert not Scanner(book).fast


def test_other_rules_are_compiled_anew(small_book: Rulebook, tmp_path: Path) -> None:
    pytest.importorskip("hyperscan")
    book = Rulebook(small_book.platforms, small_book.rules, keep_in=tmp_path)
    Scanner(book).expect(MUCH)
    assert not Scanner(Rulebook(book.platforms, book.rules[:-1], keep_in=tmp_path)).fast


def test_a_folder_that_cannot_be_written_does_no_harm(small_book: Rulebook, tmp_path: Path) -> None:
    pytest.importorskip("hyperscan")
    (tmp_path / "file").write_text("in the way")
    scanner = Scanner(Rulebook(small_book.platforms, small_book.rules, keep_in=tmp_path / "file"))
    scanner.expect(MUCH)
    assert scanner.fast


def test_without_hyperscan_the_portable_engine_goes_on(
    small_book: Rulebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    assert FastFinder.compiled(Needs(small_book)) is None
    assert FastFinder.recalled(Needs(small_book), tmp_path) is None
    scanner = Scanner(small_book)
    scanner.expect(MUCH)
    assert [number for number, *_ in found(scanner, b"\ncannot publish over 1.0.0\n")] == [2]
