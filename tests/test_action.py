"""The GitHub Action, its steps run in order as a composite action's are: on sample bundles, and against the stand-in."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.composite import GIT, Ran, Runner, new_runner
from tests.github_standin import Account, Board, Standin, World
from tests.live_command import RELAUDIT, TOKEN
from tests.wheelhouse import needs_of, write_wheel

ROOT = Path(__file__).resolve().parents[1]
ACTION = ROOT / "action.yml"
SAMPLES = ROOT / "sample_runs"
REPOSITORY = "relaudit-samples/pagemark"
TAG = "v3.1.0"
ME = "github-actions[bot]"

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the steps are bash scripts")


@pytest.fixture
def runner(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    return new_runner(tmp_path, tmp_path_factory.getbasetemp() / "rules", TOKEN)


@pytest.fixture
def github() -> Iterator[Standin]:
    with Standin(World.of_bundles([SAMPLES / "all-green"])) as standin:
        standin.world.accounts[TOKEN] = Account(ME, None)
        yield standin


def act(runner: Runner, **given: str) -> Ran:
    """Run the action with relaudit as it is installed here; `test_it_installs_itself` runs the step that installs it."""
    words = {name.removesuffix("_").replace("_", "-"): value for name, value in given.items()}
    return runner.run(ACTION, words, skip={"install": {"program": RELAUDIT}})


def sample(name: str) -> str:
    return str(SAMPLES / name)


def on_github(
    runner: Runner, github: Standin, name: str, payload: Mapping[str, Any], ref: str = "refs/heads/main"
) -> None:
    """Let the runner be one of a run that this event started."""
    event = runner.root / "event.json"
    event.write_text(json.dumps(payload), "utf-8")
    runner.environ |= {
        "GITHUB_API_URL": github.url,
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_EVENT_NAME": name,
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_REF": ref,
    }


def after_release(**run: Any) -> dict[str, Any]:
    """The payload of a `workflow_run` event after a tag was pushed."""
    mine = {"full_name": REPOSITORY, "default_branch": "main"}
    found = {"event": "push", "head_branch": TAG, "head_repository": mine, "head_sha": "1" * 40, **run}
    return {"action": "completed", "repository": mine, "workflow_run": found}


def board(github: Standin) -> Board:
    return github.world.only().board


def commands(ran: Ran, level: str) -> list[str]:
    return [line for line in ran.out.splitlines() if line.startswith(f"::{level} ")]


def test_a_bundle_with_problems_gives_reports_outputs_summary_and_annotations(runner: Runner) -> None:
    ran = act(runner, from_=sample("contextlite-v1.0.35"), verify="false")
    assert ran.code == 1, ran.out
    audit = json.loads(Path(ran.outputs["json"]).read_text("utf-8"))
    shipped, platforms = audit["tally"]["shipped"], audit["tally"]["platforms"]
    wanted = {"verdict": "problem", "exit-code": "1", "tag": "v1.0.35", "shipped": str(shipped)}
    wanted |= {"attempted": str(audit["tally"]["attempted"]), "success-rate": str(round(100 * shipped / platforms))}
    assert wanted.items() <= ran.outputs.items()
    assert Path(ran.outputs["report"]).read_text("utf-8").startswith("# ")
    assert Path(ran.outputs["html"]).read_text("utf-8").startswith("<!DOCTYPE html>")
    assert all(Path(ran.outputs[kind]).is_relative_to(runner.temp) for kind in ("report", "html", "json"))
    assert "### Deployment audit of `v1.0.35`" in ran.summary
    assert len(commands(ran, "error")) == len(audit["root_causes"])
    assert "build-and-release" in commands(ran, "error")[0]
    assert TOKEN not in ran.out


@pytest.mark.parametrize(
    ("name", "fail_on", "code", "verdict"),
    [
        ("contextlite-v1.0.35", "problem", 1, "problem"),
        ("contextlite-v1.0.35", "never", 0, "problem"),
        ("in-progress", "problem", 0, "incomplete"),
        ("in-progress", "incomplete", 3, "incomplete"),
        ("in-progress", "never", 0, "incomplete"),
        ("all-green", "incomplete", 0, "ok"),
    ],
)
def test_fail_on_says_what_makes_the_step_fail(
    runner: Runner, name: str, fail_on: str, code: int, verdict: str
) -> None:
    ran = act(runner, from_=sample(name), verify="false", fail_on=fail_on)
    assert (ran.code, ran.outputs["verdict"]) == (code, verdict), ran.out


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"command": "publish"}, "it may be: run, verify, check, status"),
        ({"post": "issue,twitter"}, "it may be: none, issue, pr"),
        ({"verify": "yes"}, "it may be: true, false"),
        ({"fail_on": "always"}, "it may be: problem, incomplete, never"),
        ({"tag": "v1 ; rm -rf"}, "no tag can be called"),
        ({"tag": "v1\n::set-output name=verdict::ok"}, "no tag can be called"),
        ({"notify": "https://hooks.example/secret"}, "NAMES of environment variables"),
        ({"command": "check", "post": "issue"}, "an issue is about a release"),
        ({"command": "check", "badge_file": "b.svg"}, "badge-file goes with the command run or status"),
        ({"command": "verify", "post": "pr"}, "the command verify posts nothing"),
        ({"base": "main"}, "base goes with the command check"),
        ({"path": "nowhere"}, "cannot be entered"),
        ({"from_": "no-such-bundle"}, "no-such-bundle"),
    ],
)
def test_wrong_inputs_are_told_and_always_fail(runner: Runner, given: dict[str, str], said: str) -> None:
    ran = act(runner, **{"fail_on": "never", **given})
    assert ran.code == 2
    assert said in ran.out
    assert "Traceback" not in ran.out
    assert not any(line.startswith("::") for line in ran.out.splitlines())


def test_the_command_status_writes_the_document_once_and_no_byte_more(runner: Runner) -> None:
    given = {"command": "status", "from_": sample("contextlite-v1.0.35"), "verify": "false", "history": "kept"}
    given |= {"badge_file": "docs/badge.svg"}
    first = act(runner, **given)
    assert first.code == 0, first.out
    document = runner.workspace / "docs" / "DEPLOYMENT_STATUS.md"
    before = document.read_bytes()
    assert b"<!-- relaudit:begin status -->" in before
    assert (runner.workspace / "docs" / "badge.svg").read_text("utf-8").startswith("<svg")
    again = act(runner, **given)
    assert "DEPLOYMENT_STATUS.md: nothing new" in again.out
    assert document.read_bytes() == before
    assert len(list((runner.workspace / "kept").iterdir())) == 1


def test_after_a_release_the_tag_is_that_of_the_run_and_the_issue_is_posted(runner: Runner, github: Standin) -> None:
    spoil_npm(github)
    on_github(runner, github, "workflow_run", after_release())
    ran = act(runner, post="issue", verify="false", fail_on="never")
    assert ran.code == 0, ran.out
    (issue,) = board(github).issues.values()
    assert (issue["title"], ran.outputs["issue-number"]) == (f"Deployment audit: {TAG}", str(issue["number"]))
    assert ran.outputs["verdict"] == "problem"


def spoil_npm(github: Standin) -> None:
    """Let the release's last job have failed."""
    (attempt,) = github.world.only().latest()
    job = attempt.jobs[-1]
    job["conclusion"] = "failure"
    job["steps"][-1]["conclusion"] = "failure"


@pytest.mark.parametrize(
    ("name", "payload", "ref"),
    [
        ("push", {"ref": f"refs/tags/{TAG}"}, f"refs/tags/{TAG}"),
        ("workflow_dispatch", {"inputs": {}}, f"refs/tags/{TAG}"),
        ("release", {"action": "published", "release": {"tag_name": TAG}}, f"refs/tags/{TAG}"),
        ("workflow_run", after_release(), "refs/heads/main"),
    ],
)
def test_the_tag_is_the_events(runner: Runner, github: Standin, name: str, payload: dict[str, Any], ref: str) -> None:
    on_github(runner, github, name, payload, ref)
    ran = act(runner, verify="false")
    assert (ran.code, ran.outputs["tag"]) == (0, TAG), ran.out


@pytest.mark.parametrize(
    "payload",
    [
        after_release(event="pull_request"),
        after_release(head_repository={"full_name": "stranger/pagemark"}),
        after_release(head_branch="main"),
        {"workflow_run": 7, "repository": []},
        {},
    ],
)
def test_a_run_that_is_not_of_a_tag_of_ours_names_none(
    runner: Runner, github: Standin, payload: dict[str, Any]
) -> None:
    on_github(runner, github, "workflow_run", payload)
    ran = act(runner, verify="false")
    assert ran.code == 2
    assert "there is no tag here to go by" in ran.out
    assert not github.recording.exchanges


def test_on_a_schedule_the_tag_is_the_newest_of_the_checkout(runner: Runner, github: Standin) -> None:
    git(runner, "init", "-q")
    git(runner, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "x")
    git(runner, "tag", TAG)
    on_github(runner, github, "schedule", {"schedule": "0 4 * * *"})
    assert act(runner, verify="false").outputs["tag"] == TAG


def git(runner: Runner, *words: str) -> None:
    subprocess.run([GIT, *words], cwd=runner.workspace, check=True)


def test_github_that_gives_nothing_fails_the_step_whatever_it_should_fail_on(runner: Runner, github: Standin) -> None:
    on_github(runner, github, "push", {}, f"refs/tags/{TAG}")
    github.world.only().runs.clear()
    ran = act(runner, verify="false", fail_on="never")
    assert (ran.code, ran.outputs["verdict"], ran.outputs["exit-code"]) == (3, "incomplete", "3"), ran.out
    assert len(commands(ran, "error")) == 1


def test_what_cannot_be_posted_fails_the_step_and_keeps_the_outputs(runner: Runner, github: Standin) -> None:
    spoil_npm(github)
    github.world.accounts[TOKEN] = Account(ME, {"contents": "read", "actions": "read"})
    on_github(runner, github, "workflow_run", after_release())
    ran = act(runner, post="issue", verify="false", fail_on="never", badge_file="badge.json")
    assert ran.code == 2
    assert "issues: write" in ran.out or "issues: read" in ran.out
    assert ran.outputs["verdict"] == "problem"
    assert (runner.workspace / "badge.json").exists()


def test_an_audit_of_another_repository_is_not_posted(runner: Runner, github: Standin) -> None:
    on_github(runner, github, "push", {}, "refs/heads/main")
    ran = act(runner, from_=sample("contextlite-v1.0.35"), post="issue", verify="false")
    assert ran.code == 2
    assert "a workflow of relaudit-samples/pagemark posts only there" in ran.out
    assert not github.recording.exchanges


@pytest.mark.install
def test_it_installs_itself_and_runs_nothing_of_the_workspace(runner: Runner, tmp_path: Path) -> None:
    """Offline: what it needs comes out of wheels made of what is installed here."""
    try:
        needed = needs_of("relaudit", "hatchling")
    except PackageNotFoundError as error:
        pytest.skip(f"without a network it can be built only where {error.name} is installed")
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for name, each in needed.items():
        if name != "relaudit":
            write_wheel(each, wheels)
    for name in ("pip", "venv", "ensurepip", "sitecustomize", "hatchling"):
        (runner.workspace / f"{name}.py").write_text("open('stranger', 'w')", "utf-8")
    runner.environ |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    ran = runner.run(ACTION, {"from": sample("all-green"), "verify": "false"})
    assert ran.code == 0, ran.out
    assert ran.outputs["verdict"] == "ok"
    assert not (runner.workspace / "stranger").exists()


def test_it_says_so_when_there_is_no_fitting_python(runner: Runner, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "cat", "printf"):
        (tools / name).symlink_to(str(shutil.which(name)))
    for name in ("python", "python3"):
        (tools / name).write_text("#!/bin/sh\nexit 1\n")
        (tools / name).chmod(0o755)
    runner.environ["PATH"] = str(tools)
    ran = runner.run(ACTION, {"from": sample("all-green")})
    assert ran.code == 2
    assert commands(ran, "error") == [
        "::error title=relaudit::There is no Python 3.11 or newer here: put actions/setup-python before this step."
    ]


def test_every_input_reaches_the_command_and_every_output_comes_from_it() -> None:
    described = yaml.safe_load(ACTION.read_text("utf-8"))
    install, run = described["runs"]["steps"]
    handed = {
        name.removeprefix("RELAUDIT_INPUT_").lower().replace("_", "-"): value for name, value in run["env"].items()
    }
    for name in described["inputs"]:
        assert handed[name] == f"${{{{ inputs.{name} }}}}"
    assert {f"${{{{ steps.relaudit.outputs.{name} }}}}" for name in described["outputs"]} == {
        each["value"] for each in described["outputs"].values()
    }
    assert "${{" not in install["run"] + run["run"]
    assert sys.version_info >= (3, 11)
