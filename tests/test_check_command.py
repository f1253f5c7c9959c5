"""`relaudit check` from the command line: formats, exit codes, fixes and patches with real git, baseline and base."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from auditor.checks.check import Check
from auditor.checks.edits import job_key, place, replaced
from auditor.cli.app import app
from auditor.collect.linters import _program
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.rulebook.book import Rulebook

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_runs" / "contextlite-v1.0.35"
WORKFLOW = """\
name: Release   # the one
on:
    push:
        tags: [ 'v*' ]
jobs:
    build:
        runs-on: ubuntu-latest # cheap
        steps:
        - run: make    # "quoted"
    ship:
        runs-on: "ubuntu-latest"
        steps:
        - run: make danger"""


def _find_timeouts(subject):  # type: ignore[no-untyped-def]
    for workflow, job in subject.jobs():
        if job.timeout_minutes is None:
            edit = job_key(workflow, job, "timeout-minutes: 30")
            yield Finding(
                check="needs-timeout",
                severity=Severity.WARNING,
                confidence=Confidence.HIGH,
                message=f"`{job.id}` has no timeout",
                place=place(workflow, job.line, job.id),
                job=job.id,
                remedy=Remedy(summary="Give it one.", edits=(edit,) if edit else (), safe=True),
            )


def _find_danger(subject):  # type: ignore[no-untyped-def]
    for workflow, job in subject.jobs():
        for step in job.steps:
            if step.run is not None and "danger" in step.run.text:
                edit = replaced(workflow, step.run.line, "danger", "safe")
                yield Finding(
                    check="danger",
                    severity=Severity.ERROR,
                    confidence=Confidence.HIGH,
                    message="danger: 100%, or more",
                    place=place(workflow, step.run.line, "danger"),
                    job=job.id,
                    step=step.number,
                    remedy=Remedy(summary="Make it safe.", edits=(edit,) if edit else ()),
                )


@pytest.fixture(autouse=True)
def two_checks(monkeypatch: pytest.MonkeyPatch, shipped_book: Rulebook) -> None:
    monkeypatch.setattr("auditor.api.rulebooks.load_rulebook", lambda rules: shipped_book)
    checks = (
        Check("danger", "Danger", Severity.ERROR, _find_danger, fixes=True),
        Check("needs-timeout", "No timeout", Severity.WARNING, _find_timeouts, fixes=True),
    )
    monkeypatch.setattr("auditor.checks.running.all_checks", lambda: checks)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    (folder / ".github" / "workflows").mkdir(parents=True)
    (folder / ".github" / "workflows" / "release.yml").write_text(WORKFLOW, "utf-8")
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder)
    return folder


def git(folder: Path, *words: str, given: bytes | None = None) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=T", "-c", "user.email=t@example.org", *words]
    done = subprocess.run(command, input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "-c", "commit.gpgsign=false", "commit", "--quiet", "--message", "x")


def check(*words: str | Path, code: int = 1) -> str:
    done = CliRunner().invoke(app, ["check", *map(str, words)])
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


def file(folder: Path) -> Path:
    return folder / ".github" / "workflows" / "release.yml"


def test_the_terminal_shows_the_line_with_a_caret_at_eighty_columns(checkout: Path) -> None:
    told = check(checkout)
    assert "error[danger] danger: 100%, or more\n" in told
    assert "--> .github/workflows/release.yml:13:21\n" in told
    assert "13 |         - run: make danger\n   |                     ^^^^^^\n" in told
    assert "1 error, 2 warnings in 1 workflow file." in told
    assert max(map(len, told.splitlines())) <= 80
    assert "\x1b" not in told
    assert not any(line.endswith(" ") for line in told.splitlines())


def test_exit_codes_tell_problems_from_notes_and_wrong_usage(checkout: Path) -> None:
    check(checkout, code=1)
    check(checkout, "--min-severity", "error", "--only", "needs-timeout", code=0)
    (checkout / "relaudit.toml").write_text(
        '[checks.danger]\nseverity = "note"\n[checks.needs-timeout]\nenabled = false\n'
    )
    assert "1 note" in check(checkout, code=0)
    (checkout / "relaudit.toml").write_text("[chekcs]\n")
    assert "did you mean `checks`?" in check(checkout, code=2)
    check(checkout / "nowhere", code=2)
    assert "did you mean `danger`?" in check(checkout, "--config", ROOT / "pyproject.toml", "--only", "dangr", code=2)


def test_an_unknown_check_in_the_configuration_is_an_error(checkout: Path) -> None:
    (checkout / "relaudit.toml").write_text("\n[checks.dangerous]\nenabled = false\n")
    assert "relaudit.toml:2: there is no check `dangerous`; did you mean `danger`?" in check(checkout, code=2)
    (checkout / "relaudit.toml").unlink()
    (checkout / "pyproject.toml").write_text("[project]\n[tool.relaudit]\nchecks.dangerous.enabled = false\n")
    assert "pyproject.toml:3: there is no check `dangerous`" in check(checkout, code=2)


def test_json_is_the_report(checkout: Path) -> None:
    report = json.loads(check(checkout, "--format", "json"))
    assert report["tally"] == {"errors": 1, "warnings": 2, "notes": 0}
    assert [each["check"] for each in report["findings"]] == ["needs-timeout", "needs-timeout", "danger"]


def test_annotations_cannot_be_broken_out_of(checkout: Path) -> None:
    told = check(checkout, "--format", "github").splitlines()
    assert told[2] == (
        "::error file=.github/workflows/release.yml,line=13,col=21,endColumn=26,title=relaudit%3A danger"
        "::danger: 100%25, or more%0AMake it safe."
    )


def test_inside_of_actions_annotations_are_the_default(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert check(checkout).startswith("::warning ")


def test_markdown_goes_to_a_file_by_its_ending(checkout: Path, tmp_path: Path) -> None:
    check(checkout, "-o", tmp_path / "out.md")
    assert "# Release check" in (tmp_path / "out.md").read_text()


def test_fix_applies_only_what_is_safe_and_keeps_every_other_byte(checkout: Path) -> None:
    told = check(checkout, "--fix")
    expected = WORKFLOW.replace("# cheap\n", "# cheap\n        timeout-minutes: 30\n").replace(
        '"ubuntu-latest"\n', '"ubuntu-latest"\n        timeout-minutes: 30\n'
    )
    assert file(checkout).read_text() == expected
    assert "2 findings fixed" in told
    assert "danger" in told
    check(checkout, "--fix=all", code=0)
    assert file(checkout).read_text() == expected.replace("danger", "safe")


@pytest.mark.parametrize("mode", ["--fix", "--fix=all"])
@pytest.mark.parametrize("form", ["plain", "crlf", "bom", "newline"])
def test_the_patch_is_one_that_git_applies_and_gives_what_fix_gives(checkout: Path, mode: str, form: str) -> None:
    text = {
        "plain": WORKFLOW,
        "crlf": WORKFLOW.replace("\n", "\r\n"),
        "bom": "\ufeff" + WORKFLOW,
        "newline": WORKFLOW + "\n",
    }[form]
    file(checkout).write_bytes(text.encode())
    git(checkout, "config", "core.autocrlf", "false")
    commit(checkout) if form != "plain" else None
    done = CliRunner().invoke(app, ["check", str(checkout), mode, "--diff"])
    assert file(checkout).read_bytes() == text.encode(), "--diff changed the file"
    patch = done.stdout_bytes
    assert patch.startswith(b"diff --git a/.github/workflows/release.yml b/.github/workflows/release.yml\n")
    git(checkout, "apply", "--check", "-", given=patch)
    git(checkout, "apply", "-", given=patch)
    applied = file(checkout).read_bytes()
    assert applied != text.encode()
    git(checkout, "checkout", "--quiet", "--", ".")
    check(checkout, mode, code=0 if mode == "--fix=all" else 1)
    assert file(checkout).read_bytes() == applied


def test_a_patch_for_a_path_with_odd_characters_is_quoted_as_git_does(checkout: Path) -> None:
    odd = checkout / ".github" / "workflows" / 'a "b" é.yml'
    odd.write_text(WORKFLOW + "\n", "utf-8")
    commit(checkout)
    patch = CliRunner().invoke(app, ["check", str(checkout), "--diff"]).stdout_bytes
    git(checkout, "apply", "-", given=patch)
    assert odd.read_text("utf-8").count("timeout-minutes") == 2


def test_bytes_that_are_no_utf8_are_never_written_over(checkout: Path) -> None:
    raw = WORKFLOW.replace("the one", "caf\udce9").encode("utf-8", "surrogateescape")
    file(checkout).write_bytes(raw)
    told = " ".join(check(checkout, "--fix").split())
    assert file(checkout).read_bytes() == raw
    assert "holds bytes that are no UTF-8" in told


def test_fix_is_refused_where_there_is_no_checkout(checkout: Path) -> None:
    assert "--fix changes files in a checkout" in check("--from", SAMPLE, "--fix", code=2)
    assert "--fix changes files in a checkout" in check(checkout, "--ref", "HEAD", "--fix", code=2)
    assert "diff --git" in check("--from", SAMPLE, "--fix", "--diff")


def test_a_baseline_is_written_and_then_holds(checkout: Path) -> None:
    check(checkout, "--write-baseline", code=0)
    known = checkout / ".relaudit-baseline.json"
    assert "3 findings in the baseline already" in check(checkout, "--baseline", known, code=0)
    file(checkout).write_text(f"# moved\n{WORKFLOW}\n        - run: more danger\n")
    told = check(checkout, "--baseline", known)
    assert "1 error in 1 workflow file." in told
    assert "15 |         - run: more danger" in told
    known.write_text("{")
    assert "baseline.json: this is no baseline file" in " ".join(check(checkout, "--baseline", known, code=2).split())


def test_base_shows_only_what_is_new_against_a_ref(checkout: Path) -> None:
    git(checkout, "tag", "v1")
    assert "3 findings in v1 already" in check(checkout, "--base", "v1", code=0)
    file(checkout).write_text(WORKFLOW.replace("make    #", "make danger #"))
    told = check(checkout, "--base", "v1")
    assert "1 error in 1 workflow file." in told
    assert "no ref 'nowhere'" in " ".join(check(checkout, "--base", "nowhere", code=2).split())
    assert "no ref" in " ".join(check(checkout, "--base", "--help", code=2).split())


def test_a_ref_is_read_without_touching_the_checkout(checkout: Path) -> None:
    git(checkout, "tag", "v1")
    file(checkout).write_text("on: push\njobs: {}\n")
    check(checkout, code=0)
    assert "1 error, 2 warnings" in check(checkout, "--ref", "v1")


def test_a_file_and_a_folder_inside_stand_for_their_repository(checkout: Path) -> None:
    assert "release.yml:13:21" in check(file(checkout))
    assert "release.yml:13:21" in check(checkout / ".github")


def test_a_folder_without_workflows_is_wrong_usage_and_not_a_clean_bill(tmp_path: Path) -> None:
    assert "there are no workflow files" in " ".join(check(tmp_path, code=2).split())


def test_a_single_file_outside_of_a_repository_is_read_as_a_workflow(tmp_path: Path) -> None:
    (tmp_path / "alone.yml").write_text(WORKFLOW)
    assert ".github/workflows/alone.yml:13:21" in check(tmp_path / "alone.yml")
    check(tmp_path / "alone.yml", "--fix=all", code=0)
    assert (tmp_path / "alone.yml").read_text().count("timeout-minutes") == 2


def test_a_link_that_leaves_the_repository_is_not_followed(checkout: Path, tmp_path: Path) -> None:
    outside = tmp_path / "secret.yml"
    outside.write_text("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: danger from outside\n")
    (checkout / ".github" / "workflows" / "link.yml").symlink_to(outside)
    told = check(checkout)
    assert "from outside" not in told


def test_two_sources_at_once_are_refused(checkout: Path) -> None:
    assert "leave one out" in check(checkout, "--from", SAMPLE, code=2)


@pytest.mark.skipif(_program("zizmor") is None, reason="zizmor is not installed")
def test_zizmors_findings_are_merged_under_its_name(checkout: Path) -> None:
    file(checkout).write_text(
        WORKFLOW.replace("on:\n    push:\n        tags: [ 'v*' ]", "on: issues").replace(
            "make danger", "'echo é ${{ github.event.issue.title }}'"
        )
    )
    report = json.loads(check(checkout, "--with", "zizmor", "--format", "json"))
    injected = [each for each in report["findings"] if each["check"] == "template-injection"]
    assert len(injected) == 1
    assert injected[0]["tool"] == "zizmor"
    place = injected[0]["place"]
    line = file(checkout).read_text().splitlines()[place["line"] - 1]
    assert line[place["column"] - 1 : place["end_column"] - 1] == "github.event.issue.title"
    assert injected[0]["fingerprint"]


def test_a_tool_that_is_not_installed_is_said_and_stops_nothing(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditor.collect.linters._program", lambda tool: None)
    assert "actionlint is not installed" in check(checkout, "--with", "actionlint")
    assert "there is no tool `actionlnt`; did you mean `actionlint`?" in " ".join(
        check(checkout, "--with", "actionlnt", code=2).split()
    )


def test_actionlints_answer_is_read(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {
        "message": 'unexpected key "runs_on"',
        "filepath": ".github/workflows/release.yml",
        "line": 7,
        "column": 9,
        "kind": "syntax-check",
        "end_column": 15,
    }
    tool = tmp_path / "actionlint"
    tool.write_text(f"#!/bin/sh\ncat <<'EOF'\n{json.dumps([entry])}\nEOF\nexit 1\n")
    tool.chmod(0o755)
    monkeypatch.setattr("auditor.collect.linters._program", lambda name: str(tool))
    report = json.loads(check(checkout, "--with", "actionlint", "--format", "json"))
    found = [each for each in report["findings"] if each["tool"] == "actionlint"]
    assert [(each["check"], each["place"]["line"], each["place"]["end_column"]) for each in found] == [
        ("syntax-check", 7, 16)
    ]


@pytest.mark.parametrize("answer", ["not json", '{"a": 1}', '[{"message": 1}]', "[" * 100_000])
def test_an_answer_that_cannot_be_read_is_said(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    (tmp_path / "answer").write_text(answer)
    tool = tmp_path / "zizmor"
    tool.write_text(f"#!/bin/sh\ncat {tmp_path}/answer\necho trouble >&2\n")
    tool.chmod(0o755)
    monkeypatch.setattr("auditor.collect.linters._program", lambda name: str(tool))
    assert "zizmor gave no answer that can be read: trouble" in check(checkout, "--with", "zizmor")
