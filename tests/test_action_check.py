"""The Action's commands `check` and `verify`: on a checkout, and against a registry that stands in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.composite import BASH, GIT, Runner, new_runner
from tests.example_workflows import job, run_step
from tests.github_standin import Standin, World
from tests.live_command import TOKEN
from tests.registry_standin import Answer
from tests.registry_standin import Standin as Registry
from tests.test_action import REPOSITORY, SAMPLES, act, after_release, commands, on_github

pytestmark = pytest.mark.skipif(shutil.which(BASH) is None, reason="the steps are bash scripts")

CLEAN = "name: Test\non: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n"
OLD = CLEAN.replace("ubuntu-latest", "ubuntu-18.04")
NEW = OLD + "      - run: echo '::set-output name=x::y'\n"
FILE = ".github/workflows/test.yml"


@pytest.fixture
def runner(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    return new_runner(tmp_path, tmp_path_factory.getbasetemp() / "rules", TOKEN)


@pytest.fixture
def github() -> Iterator[Standin]:
    with Standin(World.of_bundles([SAMPLES / "all-green"])) as standin:
        yield standin


def commit(runner: Runner, text: str) -> str:
    """Commit this text as the only workflow; returns the commit."""
    place = runner.workspace / FILE
    if not place.exists():
        git(runner, "init", "-q")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, "utf-8")
    git(runner, "add", ".")
    git(runner, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "x")
    return git(runner, "rev-parse", "HEAD").strip()


def git(runner: Runner, *words: str) -> str:
    done = subprocess.run([GIT, *words], cwd=runner.workspace, check=True, capture_output=True, text=True)
    return done.stdout


def pull_request(base: str) -> dict[str, Any]:
    return {"pull_request": {"number": 9, "base": {"sha": base}, "head": {"sha": "2" * 40}}}


def test_only_what_is_new_against_the_pull_requests_base_is_annotated(runner: Runner, github: Standin) -> None:
    base = commit(runner, OLD)
    commit(runner, NEW)
    ran = run_step(runner, github, job("check-pull-requests.yml", "check"), "pull_request", pull_request(base))
    assert (ran.code, ran.outputs["verdict"]) == (1, "problem"), ran.out
    (line,) = [each for level in ("error", "warning") for each in commands(ran, level)]
    assert f"file={FILE},line=8" in line
    assert "relaudit%3A deprecated-command" in line
    found = json.loads(Path(ran.outputs["json"]).read_text("utf-8"))
    assert ([each["check"] for each in found["findings"]], found["known"]) == (["deprecated-command"], 1)
    assert json.loads(Path(ran.outputs["sarif"]).read_text("utf-8"))["version"] == "2.1.0"
    assert "deprecated-command" in ran.summary
    assert not github.recording.exchanges, "a checkout needs nobody else"
    told = [each for each in ran.out.splitlines() if each.lstrip().startswith("::") or "##[" in each]
    assert told == [line]


def test_what_a_fork_changes_is_posted_by_the_second_workflow(runner: Runner, github: Standin) -> None:
    """From the checkout of one to the comment of the other, by the file alone."""
    base = commit(runner, OLD)
    head = commit(runner, NEW)
    first = run_step(runner, github, job("check-pull-requests.yml", "check"), "pull_request", pull_request(base))
    board = github.world.only().board
    board.add_pull(REPOSITORY, 9, head=head, source="stranger:fix")
    github.world.only().files[head] = {FILE: NEW.encode()}
    second = Runner(runner.root / "second", dict(runner.environ), TOKEN)
    (second.temp / "relaudit-check").mkdir()
    shutil.copy(first.outputs["json"], second.temp / "relaudit-check" / "check.json")
    fork = {"full_name": "stranger/pagemark", "owner": {"login": "stranger"}}
    payload = after_release(event="pull_request", head_branch="fix", head_repository=fork, head_sha=head)
    ran = run_step(second, github, job("check-pull-requests-comment.yml", "comment"), "workflow_run", payload)
    assert ran.code == 0, ran.out
    ((comment,),) = board.comments.values()
    assert "deprecated-command" in comment["body"]
    assert "::set-output" in comment["body"], "the line is shown as GitHub has it"


def test_a_base_that_the_checkout_does_not_have_is_told(runner: Runner) -> None:
    commit(runner, CLEAN)
    ran = act(runner, command="check", base="9" * 40, fail_on="never")
    assert ran.code == 2
    assert "9" * 40 in ran.out


def test_relaudit_check_itself_annotates_inside_of_github_actions(runner: Runner) -> None:
    commit(runner, NEW)
    done = subprocess.run(
        [sys.executable, "-m", "auditor", "check", str(runner.workspace)],
        env={**os.environ, "GITHUB_ACTIONS": "true"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert len([line for line in done.stdout.splitlines() if line.startswith(("::error ", "::warning "))]) == 2


@pytest.mark.parametrize(("version", "code", "verdict"), [("1.0.42", 0, "ok"), ("1.0.4", 1, "problem")])
def test_the_end_of_a_release_asks_the_registry(
    runner: Runner, github: Standin, version: str, code: int, verdict: str
) -> None:
    with Registry() as registry:
        registry.at(
            "/api/v1/versions/relay.json", Answer.json([{"number": "1.0.42", "platform": "ruby", "sha": "ab" * 32}])
        )
        registry.at("/api/v1/gems/relay.json", Answer.json({"name": "relay", "version": "1.0.42"}))
        (runner.workspace / "relaudit.toml").write_text(
            f'[[targets]]\nplatform = "rubygems"\npackage = "relay"\n'
            f'[registries.rubygems]\nurl = "{registry.url}"\nallow_private = true\n',
            "utf-8",
        )
        on_github(runner, github, "push", {}, f"refs/tags/v{version}")
        ran = act(runner, command="verify")
    assert (ran.code, ran.outputs["verdict"]) == (code, verdict), ran.out
    assert (ran.outputs["tag"], ran.outputs["attempted"]) == (f"v{version}", "1")
    assert ran.outputs["shipped"] == ("1" if code == 0 else "0")
    assert "rubygems:relay" in ran.summary
    assert len(commands(ran, "error")) == code
