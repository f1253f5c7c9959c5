"""Foreign text stays text: parsed back with a CommonMark parser, nothing of it has become structure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from auditor.report import neutral

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

HOSTILE = [
    "@octocat please look",
    "fixes #12 and owner/repo#3, GH-7",
    "[click](https://evil.example)",
    "![pixel](https://evil.example/p.png)",
    "<img src=x onerror=alert(1)>",
    "<!-- hidden -->",
    "``` ```` `````",
    "a | b || c",
    "# heading",
    "> quote",
    "- [ ] task",
    "1. item",
    "https://evil.example www.evil.example",
    "`tick` ``two`` *bold* _em_ ~~gone~~ $x$",
    "a\nb\n\n# c",
    "&lt;script&gt; &#64;octocat",
    "\\`escaped\\`",
    "::error::boom",
]

TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=200),
    st.lists(
        st.sampled_from([*"`@#[]()<>!|*_~\\-+$&;:/.\n ", "http://", "www.", "abc", "octocat", "1"]), max_size=60
    ).map("".join),
)


def flat(tokens: list[Token]) -> list[Token]:
    return [inner for token in tokens for inner in (token, *flat(token.children or []))]


def types(text: str) -> set[str]:
    return {token.type for token in flat(PARSER.parse(text))}


@given(TEXTS)
def test_code_is_one_span_whatever_the_text(text: str) -> None:
    found = types(f"before {neutral.code(text)} after")
    assert found <= {"paragraph_open", "inline", "text", "code_inline", "paragraph_close"}


@given(TEXTS)
def test_prose_has_no_link_image_html_or_block_of_its_own(text: str) -> None:
    found = types(neutral.prose(text))
    assert found <= {"paragraph_open", "inline", "text", "code_inline", "paragraph_close", "text_special"}


@given(TEXTS)
def test_prose_never_mentions_references_or_links_by_itself(text: str) -> None:
    outside = "".join(
        token.content for token in flat(PARSER.parse(neutral.prose(text))) if token.type in ("text", "text_special")
    )
    assert not any(bad in outside.lower() for bad in ("@octocat", "#12", "://", "www.evil"))


@given(TEXTS, TEXTS)
def test_a_cell_stays_one_cell(one: str, other: str) -> None:
    table = f"| a | b |\n|---|---|\n| {neutral.code_cell(one)} | {neutral.prose_cell(other)} |\n"
    tokens = PARSER.parse(table)
    assert sum(token.type == "td_open" for token in tokens) == 2
    assert sum(token.type == "tr_open" for token in tokens) == 2
    assert tokens[-1].type == "table_close"


@given(TEXTS)
def test_a_fence_cannot_be_closed_from_inside(text: str) -> None:
    tokens = PARSER.parse(neutral.fence(text, "text"))
    assert [token.type for token in tokens] == ["fence"]


@given(TEXTS)
def test_a_link_goes_only_where_it_was_meant_to(text: str) -> None:
    link = neutral.link(text, "https://github.com/acme/tool")
    hrefs = [token.attrs["href"] for token in flat(PARSER.parse(link)) if token.type == "link_open"]
    assert hrefs == ["https://github.com/acme/tool"]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://x.example/) [y](https://z.example", "https://x.example/<b>", "", None]
)
def test_an_address_that_is_not_plain_https_makes_no_link(url: str | None) -> None:
    assert "link_open" not in types(neutral.link("label", url))


@given(st.text(max_size=200))
def test_a_mermaid_label_has_nothing_that_mermaid_or_html_reads(text: str) -> None:
    assert not set(neutral.mermaid_label(text)) & set("\"'`<>{}[]|;#&\\\n%")
