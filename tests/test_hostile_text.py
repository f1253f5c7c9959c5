"""Whatever strangers write into logs, names, tags and workflows comes out as harmless text, in every output."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.console import Console

from auditor.collect.bundle import read_bundle
from auditor.diagnose.explain import Explainer
from auditor.diagnose.release import audit
from auditor.logs.source import TextLog
from auditor.model.audit import Audit
from auditor.report.markdown import markdown
from auditor.report.terminal import print_audit, print_explanation
from auditor.rulebook.book import Rulebook
from tests.bundle_maker import RUN_7, BundleMaker, job, page, run
from tests.logtext import JobLog
from tests.shipped import explainer, shipped

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
TOKEN = "ghp_" + "k3Jd9sLq0pWm" * 3

ATTACKS = [
    "@octocat @acme/maintainers",
    "closes #1, acme/widget#2",
    "[x](https://evil.example) ![y](https://evil.example/z.png) <https://evil.example>",
    "<script>alert(1)</script><img src=x onerror=1><!-- -->",
    "```\n````\n# owned\n",
    "| a | b |\n|---|---|",
    "http://|",
    "</details></summary>",
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred",
    "^[[31mred^[[0m",
    "::set-output name=x::y ::add-mask::z",
    "\u202egnp.exe\u2066",
    "a\x00b\rc\x08",
    f"token {TOKEN}",
    "[bold red]markup[/bold red] [link=https://evil.example]x[/link]",
    '"]; click n0 href "https://evil.example" %%{init: {}}%%',
    "{{ 7 * 7 }} {% raw %} ${{ secrets.NPM_TOKEN }}",
    "$(rm -rf ~) `id` ; rm -rf ~ #",
    "A" * 5000,
]
HOSTILE = st.one_of(
    st.sampled_from(ATTACKS),
    st.text(max_size=80),
    st.lists(st.sampled_from([*"`|<>[]()#@*_~!\\\n\x1b:/.$&;\"'", "a", "https://", "x"]), max_size=40).map("".join),
)
FAILURES = st.sampled_from(
    [
        "npm error You cannot publish over the previously published versions: {}.",
        "npm error 403 403 Forbidden - PUT https://npm.example/{} - no",
        "main.go:1:2: undefined: {}",
        "{}",
        "fatal: {}",
    ]
)


@cache
def rulebook() -> Rulebook:
    # Not a fixture: on a failure hypothesis would print all of it.
    return shipped()


def hostile_bundle(texts: list[str], failure: str) -> BundleMaker:
    one, two, three, four = texts
    bundle = BundleMaker()
    log = JobLog("publish").run(two or "Publish", f"npm publish {one}", [three, failure.format(four), three], "failure")
    text = log.text()
    steps = json.loads(log.job("failure").model_dump_json())["steps"]
    bundle[f"{RUN_7}run.json"] = run(7, name=one, path=".github/workflows/release.yml")
    bundle[f"{RUN_7}jobs.json"] = page(
        job(71, two, conclusion="skipped", steps=[]),
        job(
            72,
            f"publish npm {one}",
            conclusion="failure",
            steps=steps,
            html_url=f"https://github.com/acme/widget/{four}",
        ),
    )
    bundle[f"{RUN_7}logs/72.log"] = text.encode("utf-8", "replace")
    bundle["files/.github/workflows/release.yml"] = json.dumps(
        {
            "on": {"push": {}},
            "jobs": {"publish": {"name": f"publish npm {one}", "if": three, "steps": [{"name": two, "run": four}]}},
        }
    )
    return bundle


def flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from flat(token.children or [])


def check_markdown(text: str) -> None:
    tokens = list(flat(PARSER.parse(text)))
    for token in tokens:
        if token.type in ("html_block", "html_inline"):
            assert token.content.strip() in ("<details><summary>Steps</summary>", "</details>")
        if token.type == "link_open":
            href = str(token.attrs["href"])
            assert href.startswith(
                ("https://github.com/", "https://docs.", "https://goreleaser.com/", "https://go.dev/")
            )
        assert token.type != "image"
        if token.type == "text":
            assert "@octocat" not in token.content
            assert "evil.example" not in token.content.replace("\u2060", "") or "://" not in token.content
    headings = [
        tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h2"
    ]
    assert headings == [
        "Executive summary",
        "Success rate",
        "All platforms",
        "Details",
        "Skipped platforms",
        "Root cause analysis",
        "Good patterns",
        "Action plan",
        "Metrics",
    ]
    assert TOKEN not in text
    assert "\x1b" not in text


def check_terminal(text: str) -> None:
    assert all(char == "\n" or char.isprintable() or char == "\ufffd" for char in text)
    assert TOKEN not in text


def printed(found: Audit) -> str:
    out = io.StringIO()
    print_audit(found, Console(file=out, width=80, highlight=False))
    return out.getvalue()


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(HOSTILE, min_size=4, max_size=4), failure=FAILURES)
def test_a_hostile_release_is_audited_into_harmless_documents(texts: list[str], failure: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = audit(read_bundle(hostile_bundle(texts, failure).folder(Path(folder))), rulebook())
        check_markdown(markdown(found))
        check_terminal(printed(found))
        assert TOKEN not in found.model_dump_json()


@settings(max_examples=60, deadline=None)
@given(data=st.one_of(st.binary(max_size=3000), HOSTILE.map(lambda text: text.encode("utf-8", "replace"))))
def test_any_bytes_are_explained_without_an_accident(data: bytes) -> None:
    prefix = b"2026-01-01T00:00:00.0000000Z ##[group]Run npm publish\n2026-01-01T00:00:00.0000000Z ##[endgroup]\n"
    for source in (
        TextLog("x.log", data),
        TextLog("x.log", prefix + data + b"\n##[error]Process completed with exit code 1.\n"),
    ):
        answer = explainer().explain(source, "x.log")
        out = io.StringIO()
        print_explanation(answer, Console(file=out, width=80, highlight=False))
        check_terminal(out.getvalue())
        assert json.loads(answer.model_dump_json())["file"] == "x.log"


def test_a_line_of_ten_megabytes_is_read_and_cut(shipped_book: Rulebook) -> None:
    log = JobLog().run(
        "Publish",
        "npm publish",
        ["x" * 10_000_000, "npm error 401 Unauthorized - PUT https://npm.example/tidepool"],
        "failure",
    )
    answer = Explainer(shipped_book).explain(log.source(), "x.log")
    assert answer.classification == "auth-failure"
    assert len(answer.model_dump_json()) < 50_000


@pytest.mark.parametrize("value", ["$(rm -rf ~)", "a; rm -rf ~", "`id`", "a b", "a|b", "a&&b", "--flag\nrm", "'x'"])
def test_a_command_to_paste_never_carries_shell_syntax_from_a_log(small_book: Rulebook, value: str) -> None:
    log = JobLog().run(
        "Publish", "npm publish", [f"+ {value.replace(' ', '')}@1.0.0", "cannot publish over 1.0.0"], "failure"
    )
    answer = Explainer(small_book).explain(log.source(), "x.log")
    assert answer.fix is not None
    for command in answer.fix.commands:
        assert not set("$`;|&'\"\n()") & set(command)
