"""Findings as SARIF, annotations, Markdown and on a terminal: exact places, and nothing foreign that breaks out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.cells import cell_len
from rich.console import Console

from auditor.checks.registry import all_checks
from auditor.checks.running import findings
from auditor.checks.subject import subject_of
from auditor.collect.bundle import read_bundle
from auditor.model.check_report import CheckReport, tally_of
from auditor.model.finding import Edit, Finding, Place, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.report.annotations import workflow_commands
from auditor.report.findings_markdown import findings_markdown
from auditor.report.findings_terminal import excerpt, print_findings
from auditor.report.sarif import sarif
from auditor.rulebook.book import Rulebook
from tests.sarif_subset import SARIF

ROOT = Path(__file__).resolve().parents[1]
PATH = ".github/workflows/ünïcode name.yml"
LINES = ("on: push", "name: '𝒳𝒳 here'", "\tkey: value", "x" * 300 + "HERE" + "y" * 300, "日本語 there")


def lines(_: str) -> Sequence[str]:
    return LINES


def finding(place: Place, **more: Any) -> Finding:
    given: dict[str, Any] = {
        "check": "some-check",
        "severity": Severity.WARNING,
        "confidence": Confidence.HIGH,
        "message": "what is wrong",
        "fingerprint": "f" * 32,
    }
    return Finding(place=place, **{**given, **more})


def report(*several: Finding, **more: Any) -> CheckReport:
    return CheckReport(findings=several, tally=tally_of(several), workflows=1, **more)


def log(*several: Finding, **more: Any) -> Any:
    document = json.loads(sarif(report(*several, **more), {"some-check": "A title"}, lines))
    jsonschema.Draft202012Validator(SARIF).validate(document)
    return document


def at(line: int, column: int | None = None, end: int | None = None) -> Place:
    return Place(path=PATH, line=line, column=column, end_column=end)


def test_regions_count_utf16_units_and_addresses_are_quoted() -> None:
    result = log(finding(at(2, 11, 15)))["runs"][0]["results"][0]
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == ".github/workflows/%C3%BCn%C3%AFcode%20name.yml"
    assert location["region"] == {"startLine": 2, "startColumn": 13, "endColumn": 17}
    units = LINES[1].encode("utf-16-le")
    assert units[2 * 12 : 2 * 16].decode("utf-16-le") == "here"
    assert result["partialFingerprints"] == {"relaudit/v1": "f" * 32}


def test_fixes_replace_exactly_what_the_edits_replace() -> None:
    edits = (
        Edit(path=PATH, line=2, column=11, end_line=2, end_column=15, text="there"),
        Edit(path=PATH, line=3, column=1, end_line=3, end_column=1, text="a: 1\n"),
    )
    result = log(finding(at(2), remedy=Remedy(summary="Mend it.", edits=edits)))["runs"][0]["results"][0]
    first, second = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert first["deletedRegion"] == {"startLine": 2, "startColumn": 13, "endLine": 2, "endColumn": 17}
    assert first["insertedContent"] == {"text": "there"}
    assert second["deletedRegion"] == {"startLine": 3, "startColumn": 1, "endLine": 3, "endColumn": 1}


def test_rules_are_those_of_the_results_and_tools_have_runs_of_their_own() -> None:
    document = log(
        finding(at(1)),
        finding(at(2), check="other", severity=Severity.ERROR),
        finding(at(3)),
        finding(at(1), tool="zizmor", check="artipacked"),
        notes=("zizmor could not look at everything",),
    )
    own, other = document["runs"]
    assert [rule["id"] for rule in own["tool"]["driver"]["rules"]] == ["some-check", "other"]
    assert [result["ruleIndex"] for result in own["results"]] == [0, 1, 0]
    assert own["tool"]["driver"]["rules"][0]["shortDescription"]["text"] == "A title"
    assert own["tool"]["driver"]["rules"][1]["defaultConfiguration"] == {"level": "error"}
    assert other["tool"]["driver"]["name"] == "zizmor"
    assert own["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].startswith("zizmor could")


def test_no_finding_is_a_log_too() -> None:
    assert log()["runs"][0]["results"] == []


@pytest.mark.parametrize("sample", sorted(path.name for path in (ROOT / "sample_runs").iterdir() if path.is_dir()))
def test_every_sample_gives_a_valid_log_with_places_inside_its_files(shipped_book: Rulebook, sample: str) -> None:
    facts = read_bundle(ROOT / "sample_runs" / sample).facts
    read = subject_of(facts.workflows, shipped_book, facts.repository.full_name)
    every = findings(read)
    document = json.loads(sarif(report(*every), {each.id: each.title for each in all_checks()}, read.lines))
    jsonschema.Draft202012Validator(SARIF).validate(document)
    for result in document["runs"][0]["results"]:
        for location in (*result["locations"], *result.get("relatedLocations", ())):
            physical = location["physicalLocation"]
            text = read.lines(physical["artifactLocation"]["uri"])
            region = physical["region"]
            assert region["startLine"] <= len(text)
            if "endColumn" in region and "endLine" not in region:
                assert region["startColumn"] < region["endColumn"] <= len(text[region["startLine"] - 1]) + 1


def test_the_caret_stands_below_the_place_behind_tabs_and_wide_characters() -> None:
    assert excerpt(at(3, 2, 5), LINES, 80)[1:3] == ["3 |     key: value", "  |     ^^^"]
    assert excerpt(at(5, 5, 10), LINES, 80)[1:] == ["5 | 日本語 there", "  |        ^^^^^"]
    assert excerpt(at(1), LINES, 80)[:2] == ["1 | on: push", "  | ^^^^^^^^"]


def test_a_long_line_is_cut_around_the_place() -> None:
    rows = excerpt(at(4, 301, 305), LINES, 80)
    shown, caret = rows[1], rows[2]
    assert max(map(cell_len, rows)) <= 80
    assert shown[caret.index("^") :].startswith("HERE")
    assert caret.count("^") == 4


def test_a_place_outside_of_the_file_has_no_excerpt() -> None:
    assert excerpt(at(99), LINES, 80) == []


@example("0" * 18 + "⺀", 20, 0, 20)  # the place is behind the last character of a line that just fits
@given(st.text(max_size=200), st.integers(1, 220), st.integers(0, 40), st.integers(20, 120))
def test_no_row_is_wider_than_the_terminal(line: str, column: int, length: int, width: int) -> None:
    line = line.replace("\n", " ")
    rows = excerpt(Place(path="a", line=1, column=column, end_column=column + length), [line], width)
    assert len(rows) == 2
    assert max(map(cell_len, rows)) <= max(width, 24)
    assert all(row.isprintable() for row in rows)


HOSTILE = "x\n::error::y\x1b[31m\u202e %0A `]\n# <b>@all</b> | [l](javascript:x) ghp_" + "Ab12" * 9


def hostile() -> CheckReport:
    place = Place(path="a,b:c%\n.yml", line=1, what=HOSTILE)
    return report(finding(place, message=HOSTILE, related=(place,), remedy=Remedy(summary=HOSTILE, snippet=HOSTILE)))


def test_annotations_stay_one_command_a_line() -> None:
    told = workflow_commands(hostile())
    assert told.count("\n") == 1
    assert told.startswith("::warning file=a%2Cb%3Ac%25%0A.yml,line=1,title=relaudit%3A some-check::")
    assert "Ab12Ab12" not in told


def test_markdown_takes_no_markup_from_strangers() -> None:
    text = findings_markdown(hostile(), lambda _: [HOSTILE])
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    kinds = {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}
    assert not kinds & {"link_open", "image", "html_block", "html_inline"}
    assert "Ab12Ab12" not in text
    assert "\x1b" not in text


def test_the_terminal_shows_no_control_characters_and_no_token() -> None:
    told = StringIO()
    print_findings(hostile(), lambda _: [HOSTILE.replace("\n", " ")], Console(file=told, width=80, highlight=False))
    text = told.getvalue()
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "Ab12Ab12" not in text
    assert max(map(cell_len, text.splitlines())) <= 80
