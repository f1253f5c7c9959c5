"""Lines of programs that other programs run: what stands in front of them is theirs."""

from __future__ import annotations

import io
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.logs.prefixes import inner_lines
from auditor.logs.segments import segments
from auditor.rulebook.book import Rulebook
from auditor.rulebook.load import RulesFile
from auditor.rulebook.scan import Scanner

RULES = """
platform: common
title: Anywhere
order: 900
failures:
  - id: common/begins
    match: '^fatal: (?P<what>[^\\n]{1,80})$'
    unless: '^retry |retried'
    near: {match: '^because', after: 1}
    classification: build-failure
    fix: {summary: Mend it.}
    docs: 'none: invented here'
    examples:
      match: ["fatal: it broke\\nbecause of it", "fatal: it fell\\nbecause it could"]
"""
CALLERS = (
    "#12 3.456 ",
    "12.345 ",
    "web:build: ",
    "@acme/web:build: ",
    "@acme/web: ",
    "packages/web build: ",
    ". build: ",
    "[0] ",
    "[web] ",
    "[@acme/web]: ",
    "[gw3] ",
    "web-1  | ",
    "10:11:12 web.1  | ",
    "[10:11:12] [build] ",
    "2026-01-02 10:11:12,345 - INFO - ",
    "2026-01-02T10:11:12.345Z ERROR release: ",
    "[1:06:39 AM] [semantic-release] [@semantic-release/npm] › ✘  ",
    "[ERROR] ",
    "tidepool-1.2.3> ",
    "stderr: ",
    "Error: ",
    "remote: ",
    "> ",
    "│   ",
    "    ",
    "#12 3.456       ",
    "web-1  | packages/web build: ",
)


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(Rulebook.of([RulesFile("common.yml", RULES)]))


def rules_in(scanner: Scanner, text: str) -> list[str]:
    found = [line for _, line in scanner.lines(segments(io.BytesIO(text.encode())))]
    return [rule.id for line in found for rule, _ in line.rules]


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("stamp", ["", "2026-01-02T10:11:12.3456789Z "])
def test_a_rule_about_the_beginning_of_a_line_finds_it_behind_what_a_caller_wrote(
    scanner: Scanner, caller: str, stamp: str
) -> None:
    assert rules_in(scanner, f"{stamp}{caller}fatal: it broke\n") == ["common/begins"]


@pytest.mark.parametrize(
    "line",
    [
        "src/main.c:12: fatal: it broke",
        "src/main.c:12:5: fatal: it broke",
        "[warn] fatal: it broke",
        "[WARNING] fatal: it broke",
        "DEBUG fatal: it broke",
        "10:11:12 WARN fatal: it broke",
        "npm warn fatal: it broke",
        "+ echo fatal: it broke",
        "12 |     fatal: it broke",
        "the words fatal: it broke",
        "https://example.com fatal: it broke",
        "web-1  | fatal: it broke and was retried",
        "Error: retry fatal: it broke",
    ],
)
def test_what_is_no_prefix_of_a_caller_or_a_mild_one_stays_a_part_of_the_line(scanner: Scanner, line: str) -> None:
    assert rules_in(scanner, f"{line}\n") == []


def test_the_line_is_told_as_it_was_written_and_its_groups_without_the_prefix(scanner: Scanner) -> None:
    (_, found), *_ = scanner.lines(segments(io.BytesIO(b"#12 3.456 fatal: it broke\n")))
    (_, match), *_ = found.rules
    assert found.text == "#12 3.456 fatal: it broke"
    assert match["what"] == "it broke"


def test_a_side_condition_may_stand_behind_a_prefix(scanner: Scanner) -> None:
    data = b"fatal: it broke\n#12 3.456 because of it\nbecause\n"
    near = scanner.nears["^because"]
    assert list(scanner.fulfils(near, data, 0, len(data))) == [1, 2]


def test_each_prefix_may_as_well_be_a_part_of_the_line() -> None:
    assert inner_lines("stderr: error: x") == ("error: x", "x")
    assert inner_lines("  error: x") == ("error: x", "x")


def test_a_line_without_a_prefix_has_no_inner_lines() -> None:
    assert inner_lines("npm error code E403") == ()
    assert inner_lines("") == ()
    assert inner_lines("   ") == ()


@given(
    st.one_of(
        st.text(max_size=400),
        st.lists(st.sampled_from([*CALLERS, "a", "/", ":", "[", "]", " ", "1", "@"]), max_size=60).map("".join),
    )
)
def test_inner_lines_are_ever_shorter_ends_of_the_line(text: str) -> None:
    lines = (text, *inner_lines(text))
    assert len(lines) <= 6
    for longer, shorter in pairwise(lines):
        assert shorter
        assert len(shorter) < len(longer)
        assert longer.endswith(shorter)
