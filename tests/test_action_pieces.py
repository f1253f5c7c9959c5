"""The pieces of the Action that read what strangers wrote, and write what the runner reads."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.collect.folder import BundleError
from auditor.deliver.actions.event import Event, base_of, head_of, pull_of, read_event, tag_of, valid_tag
from auditor.deliver.actions.inputs import Command, FailOn, Post, read_inputs
from auditor.deliver.actions.runner_files import SUMMARY_LIMIT, summary_room, write_outputs, write_summary
from auditor.deliver.check_comment import check_body
from auditor.deliver.problems import DeliverError
from auditor.deliver.status_file import write_region
from auditor.history.recorded_check import read_check
from auditor.model.audit import Audit, RootCause
from auditor.model.check_report import CheckReport
from auditor.model.evidence import Evidence, Fix
from auditor.model.facts import Missing
from auditor.model.finding import Finding, Place
from auditor.model.vocabulary import Classification, Confidence, Severity
from auditor.report.audit_annotations import MOST, audit_annotations
from auditor.report.document_kinds import Document
from tests.composite import GIT, read_pairs
from tests.test_actions_log import is_command
from tests.test_verdicts import with_answers

WORDS = """release tag_name workflow_run event head_branch head_repository full_name owner login repository
default_branch pull_request number base sha head_sha"""
KEYS = st.sampled_from(WORDS.split())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["verdict", "report", "x"]), st.text(max_size=60), max_size=3))
def test_no_output_can_end_itself_or_begin_another(tmp_path_factory: Any, values: dict[str, str]) -> None:
    file = tmp_path_factory.mktemp("runner") / "output"
    write_outputs({"GITHUB_OUTPUT": str(file)}, values)
    text = file.read_bytes().decode("utf-8") if file.exists() else ""
    found = read_pairs(text)
    assert list(found) == list(values)
    for name, value in values.items():
        assert found[name].split() == value.encode("utf-8", "replace").decode().split()


@pytest.mark.parametrize("evil", ["ok\nverdict=ok", "x\nverdict<<EOF\nok\nEOF", "relaudit_\n"])
def test_an_output_of_several_lines_stays_one(tmp_path: Path, evil: str) -> None:
    file = tmp_path / "output"
    write_outputs({"GITHUB_OUTPUT": str(file)}, {"tag": evil, "verdict": "problem"})
    assert read_pairs(file.read_text("utf-8"))["verdict"] == "problem"


@given(st.sampled_from(["push", "release", "workflow_run", "schedule", "pull_request"]), st.text(max_size=30), JSON)
def test_whatever_a_payload_holds_it_is_a_tag_or_none_or_told(name: str, ref: str, payload: Any) -> None:
    event = Event(name, ref, payload if isinstance(payload, dict) else {})
    try:
        tag = tag_of(event)
    except DeliverError:
        tag = None
    assert tag is None or valid_tag(tag) == tag
    assert pull_of(event) is None or isinstance(pull_of(event), int)
    assert (base_of(event) or "0" * 40).isalnum()
    head_of(event)


@given(st.text(alphabet="vV1.0-/@{}^~:?*[\\ \x7fé\n", min_size=1, max_size=12) | st.text(min_size=1, max_size=10))
def test_a_valid_tag_is_one_line_without_blanks_that_is_no_option(text: str) -> None:
    try:
        tag = valid_tag(text)
    except DeliverError:
        return
    assert tag
    assert not tag.startswith("-")
    assert not any(sign in tag for sign in " \n\r\t~^:?*[\\\x7f")


@pytest.mark.parametrize("name", ["v1.2.3", "release/1.0", "@acme/widget@1.0#2", "v1.0-β", "1.0+build.5", "a{b}"])
def test_what_git_takes_for_a_tag_is_one(name: str) -> None:
    assert subprocess.run([GIT, "check-ref-format", f"refs/tags/{name}"], check=False).returncode == 0
    assert valid_tag(f" refs/tags/{name}\n") == name


@pytest.mark.parametrize(
    "name", ["", "a b", "a..b", "a.lock", ".a", "a/", "a//b", "a@{b", "a~1", "a^", "a:b", "a\\b", "a."]
)
def test_what_git_refuses_is_none(name: str) -> None:
    assert subprocess.run([GIT, "check-ref-format", f"refs/tags/{name}"], check=False).returncode == 1
    with pytest.raises(DeliverError):
        valid_tag(name)


@pytest.mark.parametrize("text", ["{", "", "[" * 100_000, "\ufeff"])
def test_a_payload_that_is_no_json_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "event.json"
    file.write_text(text, "utf-8")
    with pytest.raises(DeliverError, match="no JSON"):
        read_event({"GITHUB_EVENT_PATH": str(file)})


def test_inputs_that_are_not_given_have_their_defaults_and_lists_take_commas_and_blanks() -> None:
    found = read_inputs(
        {"RELAUDIT_INPUT_TAG": "  ", "RELAUDIT_INPUT_POST": "pr, issue,none", "RELAUDIT_INPUT_NOTIFY": "A\nB A"}
    )
    assert (found.command, found.tag, found.verify, found.fail_on) == (Command.RUN, None, None, FailOn.PROBLEM)
    assert (found.post, found.notify) == ((Post.PR, Post.ISSUE), ("A", "B"))


def test_the_summary_never_grows_beyond_what_github_takes(tmp_path: Path) -> None:
    file = tmp_path / "summary"
    environ = {"GITHUB_STEP_SUMMARY": str(file)}
    assert write_summary(environ, "€" * summary_room(environ))
    assert not write_summary(environ, "€" * (SUMMARY_LIMIT // 4))
    assert file.stat().st_size <= SUMMARY_LIMIT


@cache
def an_audit() -> Audit:
    return with_answers()


def hostile_audit(text: str) -> Audit:
    cause = RootCause(
        number=1,
        title=text,
        classification=Classification.BUILD_FAILURE,
        jobs=(),
        shipped_before=0,
        shipped_after=1,
        evidence=Evidence(source="workflow", text=text, path=text, line=3, url=text),
        fix=Fix(summary=text),
    )
    gap = Missing(what=text, why=text)
    return an_audit().model_copy(update={"tag": text, "root_causes": (cause,) * 12, "missing": (gap,) * 12})


@settings(deadline=None)
@given(
    st.text(max_size=60) | st.sampled_from(["a\n::set-output name=verdict::ok", "x,line=1::y", "##[error]z\r::stop::"])
)
def test_an_annotation_is_one_command_of_ours_whatever_is_quoted(text: str) -> None:
    lines = audit_annotations(hostile_audit(text)).split("\n")
    assert lines.pop() == ""
    assert [line.split(" ", 1)[0] for line in lines].count("::error") == MOST
    for line in lines:
        assert line.startswith(("::error ", "::warning ", "::notice "))
        assert "\r" not in line
        properties, _, message = line.partition(" ")[2].partition("::")
        names = [each.partition("=")[0] for each in properties.split(",")]
        assert names in (["file", "line", "title"], ["title"])
        assert is_command(line)
        assert message


def finding(number: int) -> Finding:
    return Finding(
        check="inherited-skip",
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message=f"finding {number} " + "x" * 300,
        place=Place(path=".github/workflows/a.yml", line=number + 1),
    )


@pytest.mark.parametrize("limit", [65_536, 20_000, 3_000])
def test_findings_that_do_not_fit_are_counted(limit: int) -> None:
    report = CheckReport(workflows=1, findings=tuple(finding(number) for number in range(600)))
    text = check_body(report, limit=limit)
    assert len(text) <= limit
    assert "more finding" in text
    assert "finding 0 " in text or limit < 5_000


def test_a_report_counts_itself_and_too_many_findings_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "check.json"
    body = json.loads(CheckReport(findings=(finding(1),)).model_dump_json())
    file.write_text(json.dumps({**body, "tally": {"errors": 0, "warnings": 0, "notes": 99}}), "utf-8")
    assert read_check(file).tally.model_dump() == {"errors": 1, "warnings": 0, "notes": 0}
    file.write_text(json.dumps({**body, "findings": body["findings"] * 2_001}), "utf-8")
    with pytest.raises(BundleError, match="more findings than"):
        read_check(file)


def test_a_status_file_is_written_once_and_its_own_text_stays(tmp_path: Path) -> None:
    file = tmp_path / "docs" / "S.md"
    assert write_region(file, Document.STATUS, "one\n")
    assert not write_region(file, Document.STATUS, "one\n")
    file.write_bytes(b"before\r\n\r\n" + file.read_bytes().replace(b"\n", b"\r\n") + b"\xff after")
    assert write_region(file, Document.STATUS, "two\n")
    written = file.read_bytes()
    assert written.startswith(b"before\r\n\r\n")
    assert written.endswith(b"\xff after")
    assert b"\r\ntwo\r\n" in written
