import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.rulebook.alternatives import Sought, sought
from auditor.rulebook.book import Rulebook
from tests.test_relaxed import PIECES, line_of, lines_of


def wants(what: Sought, line: str) -> bool:
    """Whether the line holds what is looked for."""
    low = f"\n{line}\n".lower()
    if any(text in low or (text.startswith("\n") and " " + text[1:] in low) for text in what.texts):
        return True
    data = f"before\n{line}\nafter\n".encode()
    return any(
        re.search(each.expression, data, re.MULTILINE | (re.IGNORECASE if each.caseless else 0))
        for each in what.expressions
    )


def test_an_alternative_with_a_rare_text_is_looked_for_by_it_and_only_the_other_as_an_expression() -> None:
    told = sought(r"zqxjk went wrong|^\s*- [^\n]{0,80}error \w")
    assert told.texts == {"zqxjk went wrong"}
    assert [each.expression.count(b"error") for each in told.expressions] == [1]


def test_what_follows_the_alternatives_belongs_to_each_of_them() -> None:
    told = sought(r"(?:qzx|error) \d+ (?:error|jkq)$")
    assert told.texts == {"qzx "}
    assert [each.expression for each in told.expressions] == [
        rb"error\x20[0-9]+\x20error$",
        rb"error\x20[0-9]+\x20jkq$",
    ]


def test_more_alternatives_than_are_worth_it_stay_together() -> None:
    told = sought(r"(?:error|version|found|releas)\S*" * 3)
    assert not told.texts
    assert len(told.expressions) == 1


@pytest.mark.parametrize("flag", ["", "(?i)"])
def test_case_is_minded_where_the_rule_minds_it(flag: str) -> None:
    told = sought(flag + r"^\s*- [^\n]{0,80}error \w")
    assert [each.caseless for each in told.expressions] == [bool(flag)]


@given(st.lists(PIECES, min_size=1, max_size=4), st.lists(PIECES, min_size=1, max_size=4), st.booleans(), st.data())
def test_it_is_in_every_line_that_the_expression_matches(
    one: list[str], other: list[str], caseless: bool, data: st.DataObject
) -> None:
    pattern = ("(?i)" if caseless else "") + f"(?:{''.join(one)}|{''.join(other)})"
    text = line_of(pattern, data)
    assert wants(sought(pattern), text)


def test_it_is_in_every_example_of_every_shipped_rule(shipped_book: Rulebook) -> None:
    for rule in shipped_book.rules:
        what = sought(rule.written.match)
        for line in (line for example in rule.written.examples.match for line in lines_of(example)):
            assert not rule.search(line) or wants(what, line), rule.id
