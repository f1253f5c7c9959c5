import re

import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from auditor.rulebook.book import Rulebook
from auditor.rulebook.patterns import FLAGS, PatternError, required_literals
from auditor.rulebook.relaxed import LINE_START, Relaxed, relaxed

HEADS = [b"", b"2026-01-01T00:00:00.0000000Z ", b"##[error]", b"2026-01-01T00:00:00Z ##[warning]"]


def found(lax: Relaxed, line: bytes) -> bool:
    flags = re.MULTILINE | (re.IGNORECASE if lax.caseless else 0)
    return all(re.search(lax.expression, b"before\n" + head + line + b"\nafter\n", flags) for head in HEADS)


@pytest.mark.parametrize(
    ("pattern", "expression"),
    [
        (r"abc\b", b"abc"),
        (r"ab(?P<rest>[^\n]{1,300})", rb"ab(?:[^\x0a\n])"),
        (r"ab \d+(?: of \d+)?", rb"ab\x20[0-9]"),
        (r"ab(?:cd|e\w*)$", rb"ab(?:cd|e[0-9A-Za-z_]*)$"),
        (r"(?:ab$|cd)ef", rb"(?:ab|cd)ef"),
        (r"[Aa]b\d{2}cd", rb"[Aa]b[0-9]{2}cd"),
        (r"^\W{0,8}ab", b"ab"),
        (r"^\s*\w[^\n]{0,80}ab", b"ab"),
        (r"^\s*x[^\n]{0,80}ab", LINE_START + rb"[ \t\r\f\v]*x[^\x0a\n]*ab"),
        (r"^\s*ab", LINE_START + rb"[ \t\r\f\v]*ab"),
        (r"ab.cd", rb"ab[^\n]+cd"),
        (r"[✖x] ab", rb"(?:\xe2\x9c\x96|[x])\x20ab"),
    ],
)
def test_what_does_not_choose_lines_is_left_out(pattern: str, expression: bytes) -> None:
    assert relaxed(pattern).expression == expression


def test_case_is_minded_where_the_rule_minds_it() -> None:
    assert relaxed("(?i)ab").caseless
    assert not relaxed("ab").caseless
    assert relaxed("(?i:ab)c").expression == b"(?i:ab)c"


PIECES = st.sampled_from(
    [
        "abc",
        "de+f",
        "(?:gh|ij)k",
        "[lL]m",
        "[a-fü✖]",
        "[^✖x]",
        r"\d{1,3}",
        r"\w*",
        r"\S+",
        r"[^\w]",
        "(?:no)?",
        "(?i:Pq)",
        "r{2,3}",
        "é",
        "(?:✖|❌) ?",
        ".",
        r"\s",
        "^st",
        "uv$",
        r"\b",
        "(?:^|key: )wx",
        "(?:yz$|ab)",
    ]
)


def line_of(pattern: str, data: st.DataObject) -> str:
    """Draw a line that a pattern matches; a pattern that rules may not have, and a text that is no line, are passed over."""
    try:
        required_literals(pattern)
    except PatternError:
        reject()
    text = data.draw(st.from_regex(re.compile(pattern, FLAGS)))
    assume(not set("\n\r\f\v") & set(text) and not any("\ud800" <= char <= "\udfff" for char in text))
    return text


def lines_of(example: str) -> list[str]:
    """The lines of a rule's example, as cleaning leaves them."""
    return [re.sub(r"[\r\f\v]", " ", text) for text in re.split(r"\r?\n", example)]


@given(st.lists(PIECES, min_size=1, max_size=6), st.booleans(), st.data())
def test_it_is_in_every_line_that_the_expression_matches(
    pieces: list[str], caseless: bool, data: st.DataObject
) -> None:
    pattern = ("(?i)" if caseless else "") + "".join(pieces)
    text = line_of(pattern, data)
    assert found(relaxed(pattern), text.encode())


@given(st.lists(PIECES, min_size=1, max_size=4), st.lists(st.binary(max_size=3), max_size=6))
def test_bytes_that_are_no_text_hide_nothing(pieces: list[str], between: list[bytes]) -> None:
    pattern = "".join(pieces)
    try:
        required_literals(pattern)
    except PatternError:
        return
    plain = re.sub(r"\\.|\{[^}]*\}|[\[\](){}?:^$|.*+]|\\S|\\w", "", pattern)
    line = b"".join(part + char.encode() for part, char in zip([*between, *[b""] * len(plain)], plain, strict=False))
    assume(not set(b"\n\r\f\v") & set(line))
    if re.search(pattern, line.decode("utf-8", "replace"), FLAGS):
        assert found(relaxed(pattern), line)


def test_it_is_in_every_example_of_every_shipped_rule(shipped_book: Rulebook) -> None:
    for rule in shipped_book.rules:
        lax = relaxed(rule.written.match)
        for line in (line for example in rule.written.examples.match for line in lines_of(example)):
            assert not rule.search(line) or found(lax, line.encode()), rule.id
