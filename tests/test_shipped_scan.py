"""The fast way through a log finds what trying every shipped rule on every line finds."""

import io
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.logs.prefixes import inner_lines
from auditor.logs.segments import segments
from auditor.rulebook.book import Rulebook
from auditor.rulebook.scan import Scanner

HEADS = ["", "2026-01-01T00:00:00.0000000Z ", "##[error]", "2026-01-01T00:00:00Z ##[error]"]


@pytest.fixture(scope="module")
def scanner(shipped_book: Rulebook) -> Scanner:
    return Scanner(shipped_book)


@pytest.fixture(scope="module")
def example_lines(shipped_book: Rulebook) -> list[str]:
    examples = (
        each for rule in shipped_book.rules for each in (*rule.written.examples.match, *rule.written.examples.no_match)
    )
    lines = {
        line.translate(dict.fromkeys((9, 11, 12, 13, 27, 0xA0, *range(0x2000, 0x200B), 0x202F), " "))
        for each in examples
        for line in each.splitlines()
    }
    # Markers and time stamps at the beginning are the runner's for the reader, and a part of the text for a bare search.
    plain = re.compile(r"(?!\d{4}-\d\d-\d\dT)(?!.*##\[).{0,2000}")
    return sorted(line for line in lines if plain.fullmatch(line))


def found_in(scanner: Scanner, lines: list[str]) -> set[tuple[str, int]]:
    data = "".join(line + "\n" for line in lines).encode()
    found = [line for _, line in scanner.lines(segments(io.BytesIO(data)))]
    return {(rule.id, line.number) for line in found for rule, _ in line.rules}


def tried_on(scanner: Scanner, texts: list[str]) -> set[tuple[str, int]]:
    return {
        (rule.id, number)
        for number, text in enumerate(texts, start=1)
        for rule in scanner.book.rules
        if rule.search(text, inner_lines)
    }


def test_every_example_line_is_seen_by_the_rules_that_match_it(scanner: Scanner, example_lines: list[str]) -> None:
    sample = example_lines[::7]
    assert found_in(scanner, sample) == tried_on(scanner, sample)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_lines_made_of_pieces_of_examples_are_seen_the_same(
    scanner: Scanner, example_lines: list[str], data: st.DataObject
) -> None:
    line = st.sampled_from(example_lines)
    cut = st.builds(lambda text, at: text[at:], line, st.integers(0, 30))
    shouted = line.map(str.upper)
    glued = st.builds(lambda one, other: f"{one[: len(one) // 2]}{other[len(other) // 2 :]}", line, line)
    texts = data.draw(st.lists(st.one_of(line, cut, shouted, glued, st.just("")), min_size=1, max_size=12))
    heads = data.draw(st.lists(st.sampled_from(HEADS), min_size=len(texts), max_size=len(texts)))
    lines = [head + text for head, text in zip(heads, texts, strict=True)]
    assert found_in(scanner, lines) == tried_on(scanner, texts)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_side_conditions_are_met_by_the_lines_that_their_expressions_match(
    scanner: Scanner, example_lines: list[str], data: st.DataObject
) -> None:
    texts = data.draw(st.lists(st.sampled_from(example_lines), min_size=1, max_size=12))
    raw = "".join(f"2026-01-01T00:00:00Z {text}\n" for text in texts).encode()
    for rule in scanner.book.rules:
        if rule.written.near is not None and rule.near is not None:
            index = scanner.nears[rule.written.near.match]
            near = rule.near
            met = [at for at, text in enumerate(texts) if any(map(near.search, (text, *inner_lines(text))))]
            assert list(scanner.fulfils(index, raw, 0, len(raw))) == met
