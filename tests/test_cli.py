"""The commands as a person runs them: real processes, real files."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.logtext import JobLog

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_runs" / "contextlite-v1.0.35"


def relaudit(*arguments: str | Path, stdin: bytes = b"", columns: int = 80) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "auditor", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": str(columns), "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"},
        check=False,
    )


def failing_log() -> JobLog:
    return JobLog().run(
        "Publish",
        "npm publish",
        ["npm error You cannot publish over the previously published versions: 1.0.0."],
        "failure",
    )


def test_version_is_printed() -> None:
    done = relaudit("--version")
    assert (done.returncode, done.stdout.split()[0]) == (0, b"relaudit")


def test_no_arguments_print_help() -> None:
    assert b"Usage" in relaudit().stdout + relaudit().stderr


def test_the_audit_as_json_has_exit_code_one_and_parses() -> None:
    done = relaudit("run", "v1.0.35", "--from", SAMPLE, "--format", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["tally"]["platforms"] == 13


def test_the_terminal_report_fits_eighty_columns_and_has_no_colour_when_piped() -> None:
    done = relaudit("run", "v1.0.35", "--from", SAMPLE, "--format", "terminal")
    text = done.stdout.decode()
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80
    assert "3 of 13 platforms shipped" in text


def test_without_the_registries_the_logs_have_the_last_word() -> None:
    asked = relaudit("run", "v1.0.35", "--from", SAMPLE, "--format", "json").stdout
    unasked = relaudit("run", "v1.0.35", "--from", SAMPLE, "--format", "json", "--no-verify").stdout
    assert [json.loads(text)["tally"]["shipped"] for text in (asked, unasked)] == [3, 4]


def test_a_file_name_decides_the_format(tmp_path: Path) -> None:
    relaudit("run", "v1.0.35", "--from", SAMPLE, "-o", tmp_path / "audit.json")
    relaudit("run", "v1.0.35", "--from", SAMPLE, "-o", tmp_path / "AUDIT.md")
    assert json.loads((tmp_path / "audit.json").read_text())["tag"] == "v1.0.35"
    assert (tmp_path / "AUDIT.md").read_text().startswith("# Deployment audit")


def test_a_zip_of_the_bundle_gives_the_same_audit(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(SAMPLE.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(SAMPLE))
    folder = relaudit("run", "v1.0.35", "--from", SAMPLE, "--format", "json")
    zipped = relaudit("run", "v1.0.35", "--from", tmp_path / "bundle.zip", "--format", "json")
    assert zipped.stdout == folder.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("run", "v1.0.35", "--from", "no/such/bundle"), "no/such/bundle"),
        (("run", "v9.9.9", "--from", str(SAMPLE)), "v1.0.35"),
        (("run", "v1.0.35", "--from", str(SAMPLE), "--rules", "no/such/rules"), "cannot read rules"),
        (("rules", "show", "npm/previously-publishd"), "did you mean npm/previously-published"),
        (("rules", "list", "nmp"), "no platform 'nmp'"),
    ],
)
def test_a_mistake_is_told_in_one_line_without_a_traceback(arguments: tuple[str, ...], says: str) -> None:
    done = relaudit(*arguments)
    message = done.stderr.decode()
    assert done.returncode == 2
    assert says in message
    assert len(message.strip().splitlines()) == 1


def test_explain_reads_a_file_and_uses_the_job_object_beside_it(tmp_path: Path) -> None:
    log = failing_log()
    (tmp_path / "publish.log").write_text(log.text())
    (tmp_path / "publish.job.json").write_text(log.job("failure").model_dump_json())
    done = relaudit("explain", tmp_path / "publish.log", "--format", "jsonl")
    answer = json.loads(done.stdout)
    assert done.returncode == 1
    assert answer["classification"] == "duplicate-version"
    assert answer["cause"]["step"] == "Publish"
    assert {"file", "platform", "status", "confidence", "reasons", "rule", "fix", "contributing"} <= set(answer)


def test_explain_reads_standard_input() -> None:
    done = relaudit("explain", "-", "--format", "json", stdin=failing_log().text().encode())
    (answer,) = json.loads(done.stdout)
    assert (answer["file"], answer["classification"]) == ("-", "duplicate-version")


def test_explain_reads_a_run_logs_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "logs.zip", "w") as archive:
        archive.writestr("0_build.txt", JobLog("build").run("Build", "make", ["ok"]).text())
        archive.writestr("1_publish.txt", failing_log().text())
    (answer,) = json.loads(relaudit("explain", tmp_path / "logs.zip", "--format", "json").stdout)
    assert (answer["job"], answer["classification"]) == ("publish", "duplicate-version")
    assert [job["job"] for job in answer["jobs"]] == ["build"]


def test_explain_reads_gh_run_view_output(tmp_path: Path) -> None:
    lines = failing_log().text().removeprefix("\ufeff").splitlines()
    text = "".join(f"publish\tUNKNOWN STEP\t{line}\n" for line in lines)
    (tmp_path / "view.log").write_text("build\tBuild\t2026-01-01T00:00:00.0000000Z fine\n" + text)
    (answer,) = json.loads(relaudit("explain", tmp_path / "view.log", "--format", "json").stdout)
    assert (answer["job"], answer["classification"]) == ("publish", "duplicate-version")


def test_explain_goes_on_after_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "good.log").write_text(failing_log().text())
    done = relaudit("explain", tmp_path / "absent.log", tmp_path / "good.log", "--format", "jsonl")
    first, second = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 3
    assert first["error"] == "No such file or directory"
    assert second["classification"] == "duplicate-version"


def test_explain_refuses_a_job_object_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text("[]")
    done = relaudit("explain", SAMPLE / "bundle.json", "--job", tmp_path / "job.json")
    assert done.returncode == 2
    assert b"not the API's job object" in done.stderr


def test_rules_of_ones_own_decide_too(tmp_path: Path) -> None:
    (tmp_path / "house.yml").write_text(
        """
platform: house
title: House registry
recognise:
  commands: ['\\bhouse-push\\b']
  examples: {match: [house-push dist/*], no_match: [house-pull]}
failures:
  - id: house/closed
    classification: auth-failure
    match: 'house is closed for (?P<user>\\w+)'
    fix: {summary: 'Ask {{ user }} to knock.', rerun: after-fix}
    docs: 'none: ours'
    examples: {match: [house is closed for bot, house is closed for me]}
"""
    )
    log = JobLog().run("Push", "house-push dist/*", ["house is closed for bot"], "failure").text()
    done = relaudit("explain", "-", "--rules", tmp_path, "--format", "jsonl", stdin=log.encode())
    answer = json.loads(done.stdout)
    assert (answer["platform"], answer["rule"], answer["confidence"]) == ("house", "house/closed", "high")
    assert answer["fix"]["summary"] == "Ask bot to knock."


def test_shell_completion_can_be_shown() -> None:
    assert (
        b"relaudit" in relaudit("--show-completion", "bash").stdout or relaudit("--help").stdout.find(b"completion") > 0
    )


@pytest.mark.parametrize("target", ["no/such/folder/audit.md", "."])
def test_an_output_that_cannot_be_written_is_told_in_one_line(target: str) -> None:
    done = relaudit("run", "v1.0.35", "--from", SAMPLE, "-o", target)
    assert done.returncode == 2
    assert b"cannot be written" in done.stderr
    assert b"Traceback" not in done.stderr


def test_explain_of_a_folder_says_what_to_name_instead() -> None:
    done = relaudit("explain", ".", "--format", "jsonl")
    assert done.returncode == 3
    assert b"it is a folder" in done.stderr


def test_an_empty_log_is_not_called_a_failure() -> None:
    done = relaudit("explain", "-", "--format", "jsonl", stdin=b"")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["classification"], answer["reasons"]) == (3, "not-run", ["the log is empty"])


def test_when_no_rule_fits_the_echo_of_the_script_is_not_shown_as_the_cause() -> None:
    log = JobLog().run("Odd", "npm view x || echo 'npm ERR! 403 Forbidden'", ["something odd"], "failure").text()
    answer = json.loads(relaudit("explain", "-", "--format", "jsonl", stdin=log.encode()).stdout)
    assert answer["cause"]["text"] == "something odd"
