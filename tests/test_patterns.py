import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from auditor.rulebook.patterns import FLAGS, PatternError, required_literals


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        (r"cannot publish over", {"cannot publish over"}),
        (r"(?i)Cannot Publish", {"cannot publish"}),
        (r"error: (?:could|can)not find", {"error: cannot find", "error: couldnot find"}),
        (r"(?:alpha|beta) \d+", {"alpha ", "beta "}),
        (r"^\+ (?P<package>[^@\s]+)@\d", {"\n+ "}),
        (r"(?:^|key: )(?i:Done)$", {"\ndone\n", "key: done\n"}),
        (r"(?:^^alpha|\bbeta\b)", {"\nalpha", "beta"}),
        (r"(?:foo)+ bar", {"foo bar"}),
        (r"^\s*[*] qx", {"\n* qx", " * qx", "\t* qx"}),
        (r"^(?:#\d+ )?zx[a-z]", {"\nzx", *(f"{n} zx" for n in range(10))}),
        (r"EQ[12]{2}[a-z]", {"eq1", "eq2"}),
        (r"[Ee]rror in \d+", {"error in "}),
        (r"\w*required", {"required"}),
    ],
)
def test_literals_are_read_from_the_expression(pattern: str, literals: set[str]) -> None:
    assert required_literals(pattern) == literals


@pytest.mark.parametrize("pattern", [r"(?=a)bcd", r"(?<!x)abc", r"(abc)\1", r"(?>abc)d", r"abc*+d"])
def test_constructs_that_need_backtracking_are_refused(pattern: str) -> None:
    with pytest.raises(PatternError, match="not allowed"):
        required_literals(pattern)


@pytest.mark.parametrize("pattern", [r"\d+", r".*", r"(?:abc)?", r"a|\d"])
def test_expressions_without_certain_text_are_refused(pattern: str) -> None:
    with pytest.raises(PatternError, match="spell out a fixed word"):
        required_literals(pattern)


PIECES = st.sampled_from(
    [
        "abc",
        "de+f",
        "(?:gh|ij)k",
        "[lL]m",
        r"\d",
        r"\w*",
        "(?:no)?",
        "(?i:Pq)",
        "r{2,3}",
        "é",
        ".",
        r"\s",
        "^st",
        "uv$",
        r"\b",
    ]
)


@given(st.lists(PIECES, min_size=1, max_size=6), st.data())
def test_every_match_contains_one_of_the_literals(pieces: list[str], data: st.DataObject) -> None:
    pattern = "".join(pieces)
    try:
        literals = required_literals(pattern)
    except PatternError:
        return
    text = data.draw(st.from_regex(re.compile(pattern, FLAGS)))
    assume(not set("\n\r\f\v") & set(text))
    assert any(literal in f"\n{text}\n".lower() for literal in literals)
