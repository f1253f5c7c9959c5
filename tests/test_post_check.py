"""`relaudit post check`: whose files are read, what they are compared with, and what a stranger's report may claim."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.subject import Subject
from auditor.model.finding import Finding
from auditor.model.vocabulary import Confidence, Severity
from auditor.rulebook.book import Rulebook
from tests.github_standin import Account, Board, Standin, World
from tests.github_standin.reviews import changed_file, patch_of
from tests.live_command import Ran, environment, in_process
from tests.test_post_issue import ME, REPOSITORY
from tests.test_verdicts import SAMPLES

PATH = ".github/workflows/release.yml"
OLD = "on: push\njobs:\n  ship:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make danger\n"
NEW = OLD + "      - run: make more danger\n"
PULL = 7
BASE, HEAD = "a" * 40, "b" * 40
TOKEN = "mine"  # noqa: S105 - the stand-in's


def _find_danger(subject: Subject) -> Iterator[Finding]:
    for workflow, job in subject.jobs():
        for step in job.steps:
            if step.run is not None and "danger" in step.run.text:
                yield Finding(
                    check="danger",
                    severity=Severity.ERROR,
                    confidence=Confidence.HIGH,
                    message="this is dangerous",
                    place=place(workflow, step.run.line, "danger"),
                    job=job.id,
                )


@pytest.fixture(autouse=True)
def one_check(monkeypatch: pytest.MonkeyPatch, shipped_book: Rulebook, tmp_path: Path) -> None:
    monkeypatch.setattr("auditor.api.rulebooks.load_rulebook", lambda rules: shipped_book)
    monkeypatch.setattr(
        "auditor.checks.running.all_checks", lambda: (Check("danger", "Danger", Severity.ERROR, _find_danger),)
    )
    for name in ("GITHUB_ACTIONS", "GITHUB_REPOSITORY", "GITHUB_EVENT_PATH", "GITHUB_EVENT_NAME", "GITHUB_REF"):
        monkeypatch.delenv(name, raising=False)
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)


@pytest.fixture
def github() -> Iterator[Standin]:
    world = World.of_bundles([SAMPLES / "all-green"])
    world.accounts[TOKEN] = Account(ME, {"pull-requests": "write", "contents": "read"})
    repository = world.only()
    repository.files |= {BASE: {PATH: OLD.encode()}, HEAD: {PATH: NEW.encode()}}
    pull = repository.board.add_pull(REPOSITORY, PULL, head=HEAD, source="stranger:change")
    pull["base"] = {"sha": BASE, "ref": "main"}
    pull["files"] = [changed_file(PATH, patch_of(NEW, 5, 7))]
    with Standin(world) as standin:
        yield standin


def board(github: Standin) -> Board:
    return github.world.only().board


def at_lines(github: Standin) -> list[tuple[str, int]]:
    return [(each["path"], each["line"]) for each in board(github).line_comments.get(PULL, [])]


def post(github: Standin, folder: Path, *more: str, **env: str) -> Ran:
    return in_process(["post", "check", *more], {**environment(github, folder, TOKEN), **env})


def after_a_run(folder: Path, commit: str = HEAD, owner: str = "stranger") -> dict[str, str]:
    """The environment of a workflow that runs after a pull request's own one."""
    run = {
        "event": "pull_request",
        "head_sha": commit,
        "head_branch": "change",
        "head_repository": {"owner": {"login": owner}, "full_name": f"{owner}/pagemark"},
        "pull_requests": [],
    }
    file = folder / "event.json"
    file.write_text(json.dumps({"workflow_run": run, "repository": {"full_name": REPOSITORY}}))
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_EVENT_NAME": "workflow_run",
        "GITHUB_EVENT_PATH": str(file),
    }


def written(folder: Path, **changes: Any) -> str:
    """A report as `relaudit check` writes it, of one finding, with changes to the finding or the report."""
    where = {"path": PATH, "line": 7} | changes.pop("place", {})
    finding = {
        "check": "danger",
        "severity": "error",
        "confidence": "high",
        "message": "this is dangerous",
        "place": where,
        "fingerprint": "f1",
        **changes.pop("finding", {}),
    }
    report = {"repository": "evil/other", "commit": "e" * 40, "base": "origin/main", "workflows": 1}
    file = folder / "check.json"
    file.write_text(json.dumps(report | {"findings": [finding], "tally": {"errors": 99}} | changes))
    return str(file)


def test_without_a_checkout_the_files_come_from_github_and_only_the_new_finding_is_told(
    github: Standin, tmp_path: Path
) -> None:
    done = post(github, tmp_path, "--repo", REPOSITORY, "--pr", str(PULL))
    assert (done.code, done.err) == (0, "")
    assert "pull request #7: commented on 1 line" in done.out
    assert at_lines(github) == [(PATH, 7)]
    assert post(github, tmp_path, "--repo", REPOSITORY, "--pr", str(PULL)).out.startswith(
        "pull request #7: nothing new"
    )


def test_it_is_compared_with_where_the_branch_began(github: Standin, tmp_path: Path) -> None:
    github.world.only().files["d" * 40] = {PATH: b"on: push\njobs: {}\n"}
    board(github).pulls[PULL]["base"]["sha"] = "d" * 40
    board(github).merge_bases["d" * 40, HEAD] = BASE
    post(github, tmp_path, "--repo", REPOSITORY, "--pr", str(PULL))
    assert at_lines(github) == [(PATH, 7)]


def test_another_base_can_be_named(github: Standin, tmp_path: Path) -> None:
    github.world.only().files["d" * 40] = {PATH: b"on: push\njobs: {a: {runs-on: x, steps: [{run: x}]}}\n"}
    assert post(github, tmp_path, "--repo", REPOSITORY, "--pr", str(PULL), "--base", "d" * 40).code == 0
    assert at_lines(github) == [(PATH, 6), (PATH, 7)]


def test_a_fork_is_served_after_its_own_run_with_the_event_alone(github: Standin, tmp_path: Path) -> None:
    done = post(github, tmp_path, **after_a_run(tmp_path))
    assert (done.code, at_lines(github)) == (0, [(PATH, 7)]), done.err


def test_a_report_out_of_an_artifact_is_posted(github: Standin, tmp_path: Path) -> None:
    done = post(github, tmp_path, "--from", written(tmp_path), **after_a_run(tmp_path))
    assert (done.code, at_lines(github)) == (0, [(PATH, 7)]), done.err


def test_a_report_of_a_run_that_is_not_the_pull_requests_last_one_is_not_posted(
    github: Standin, tmp_path: Path
) -> None:
    done = post(github, tmp_path, "--from", written(tmp_path), **after_a_run(tmp_path, "c" * 40))
    assert (done.code, board(github).writes) == (0, [])
    assert "nothing to comment on" in done.out


def test_a_number_out_of_an_artifact_counts_only_for_the_runs_own_commit(github: Standin, tmp_path: Path) -> None:
    board(github).add_pull(REPOSITORY, 9, head="9" * 40)
    done = post(github, tmp_path, "--from", written(tmp_path), "--pr", "9", **after_a_run(tmp_path))
    assert (done.code, board(github).writes) == (2, [])
    assert "pull request #9 ends at 999999999999, and the run was for bbbbbbbbbbbb" in done.err


@pytest.mark.parametrize(
    "changes",
    [
        {"place": {"path": "../../etc/passwd"}},
        {"place": {"path": "README.md"}},
        {"place": {"line": 4_000}},
        {"place": {"line": 0}},
        {"finding": {"check": "you-have-been-hacked"}},
        {"finding": {"tool": "evil"}},
        {"finding": {"related": [{"path": "secret.txt", "line": 1}]}},
    ],
)
def test_findings_that_cannot_be_are_left_out(github: Standin, tmp_path: Path, changes: dict[str, Any]) -> None:
    done = post(github, tmp_path, "--from", written(tmp_path, **changes), **after_a_run(tmp_path))
    assert (done.code, board(github).writes) == (0, []), done.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "no findings of this version"),
        ('{"base": "x", "surprise": 1}', "no findings of this version"),
        ("{" * 100_000, "no findings of this version"),
        ("", "no findings of this version"),
        (" " * (9 << 20), "too large"),
    ],
)
def test_a_file_that_is_no_report_is_refused(github: Standin, tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "check.json"
    file.write_text(text)
    done = post(github, tmp_path, "--from", str(file), **after_a_run(tmp_path))
    assert (done.code, board(github).writes) == (2, [])
    assert message in done.err


def test_a_report_of_all_findings_is_refused(github: Standin, tmp_path: Path) -> None:
    done = post(github, tmp_path, "--from", written(tmp_path, base=None), **after_a_run(tmp_path))
    assert done.code == 2
    assert "--base" in done.err


def test_what_a_report_says_about_itself_is_not_believed_and_its_text_stays_text(
    github: Standin, tmp_path: Path
) -> None:
    board(github).pulls[PULL]["files"] = []
    message = "@everyone see https://evil.example/x ghp_" + "a1B2" * 9
    post(github, tmp_path, "--from", written(tmp_path, finding={"message": message}), **after_a_run(tmp_path))
    ((text,),) = ([each["body"] for each in comments] for comments in board(github).comments.values())
    assert "evil/other" not in text
    assert "99 errors" not in text
    assert "a1B2a1B2" not in text
    assert "@everyone" not in text
    assert "https://evil" not in text


def test_a_checkout_of_the_pull_request_is_checked_itself(
    github: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "checkout"
    head = _checkout(folder, OLD, NEW)
    board(github).pulls[PULL]["head"]["sha"] = head
    base = _git(folder, "rev-parse", "HEAD^")
    board(github).pulls[PULL]["base"]["sha"] = base
    monkeypatch.chdir(folder)
    done = post(github, tmp_path, GITHUB_ACTIONS="true", GITHUB_REPOSITORY=REPOSITORY)
    assert (done.code, at_lines(github)) == (0, [(PATH, 7)]), done.err
    assert not any("/contents/" in asked.path for asked in github.recording.exchanges)


def test_a_checkout_without_its_base_has_the_base_from_github(
    github: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "checkout"
    board(github).pulls[PULL]["head"]["sha"] = _checkout(folder, NEW)
    monkeypatch.chdir(folder)
    done = post(github, tmp_path, "--pr", str(PULL), GITHUB_ACTIONS="true", GITHUB_REPOSITORY=REPOSITORY)
    assert (done.code, at_lines(github)) == (0, [(PATH, 7)]), done.err


def test_a_dry_run_writes_nothing(github: Standin, tmp_path: Path) -> None:
    done = post(github, tmp_path, "--repo", REPOSITORY, "--pr", str(PULL), "--dry-run")
    assert done.out.startswith(f"would review #{PULL} at {HEAD}")
    assert board(github).writes == []


def test_nothing_tells_the_pull_request(github: Standin, tmp_path: Path) -> None:
    done = post(github, tmp_path, "--repo", REPOSITORY)
    assert (done.code, "give --pr" in done.err) == (2, True)


def test_a_token_is_needed(github: Standin, tmp_path: Path) -> None:
    done = in_process(["post", "check", "--repo", REPOSITORY, "--pr", "7"], environment(github, tmp_path, None))
    assert (done.code, "a token is needed" in done.err) == (2, True)


def _checkout(folder: Path, *texts: str) -> str:
    """A repository whose commits have these texts as its one workflow; returns the last commit."""
    (folder / PATH).parent.mkdir(parents=True)
    _git(folder, "init", "-q")
    for text in texts:
        (folder / PATH).write_text(text)
        _git(folder, "add", "-A")
        _git(folder, "-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "change")
    return _git(folder, "rev-parse", "HEAD")


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=True)  # noqa: S607
    return done.stdout.strip()
