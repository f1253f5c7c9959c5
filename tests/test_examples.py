"""The example workflows: what every one of them must be, by its text and by three checkers."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from auditor.collect.linters import run_linter
from auditor.model.facts import WorkflowFile
from tests.composite import BASH, GIT
from tests.example_workflows import EXAMPLES, OURS, ROOT, jobs, workflow
from tests.live_command import in_process

NAMES = [path.name for path in EXAMPLES]
INPUTS = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]


def workflow_files() -> list[WorkflowFile]:
    found = [WorkflowFile(path=f".github/workflows/{path.name}", text=path.read_text("utf-8")) for path in EXAMPLES]
    return [*found, WorkflowFile(path="action.yml", text=(ROOT / "action.yml").read_text("utf-8"))]


def test_there_is_one_for_every_use() -> None:
    assert NAMES == [
        "audit-after-release.yml",
        "audit-on-schedule.yml",
        "check-pull-requests-comment.yml",
        "check-pull-requests.yml",
        "deployment-status.yml",
        "release-with-verify.yml",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_its_token_may_nothing_but_what_a_job_asks_for(name: str) -> None:
    found = workflow(name)
    assert found["permissions"] == {}
    assert "pull_request_target" not in found["on"]
    assert found["concurrency"]["group"]
    for job in jobs(name):
        assert job.permissions, job.name
        assert 1 <= job.body["timeout-minutes"] <= 60, job.name


@pytest.mark.parametrize("name", NAMES)
def test_its_actions_are_pinned_and_its_scripts_hold_no_expression(name: str) -> None:
    text = (ROOT / "docs" / "examples" / name).read_text("utf-8")
    for line in re.findall(r"^ *(?:- )?uses: (.*)$", text, re.MULTILINE):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line
    for job in jobs(name):
        for step in job.steps:
            assert "${{" not in step.get("run", "")
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("name", NAMES)
def test_it_uses_inputs_that_exist(name: str) -> None:
    used = [job.ours for job in jobs(name) if job.ours is not None]
    assert used, f"{name} does not use {OURS}"
    for step in used:
        assert set(step.get("with", {})) <= set(INPUTS)


@pytest.mark.parametrize("name", NAMES)
def test_a_job_with_rights_checks_out_nothing_of_a_strangers_run(name: str) -> None:
    """After a `workflow_run` event only the default branch is taken, which is what checkout does when it is told nothing."""
    if "workflow_run" not in workflow(name)["on"]:
        return
    for job in jobs(name):
        for step in job.steps:
            assert not {"ref", "repository"} & set(step.get("with", {})), job.name
            assert "run" not in step, job.name


def test_our_own_check_finds_nothing(tmp_path: Path) -> None:
    for file in workflow_files():
        place = tmp_path / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(file.text, "utf-8")
    subprocess.run([GIT, "init", "-q", str(tmp_path)], check=True)
    done = in_process(["check", str(tmp_path), "--format", "json"], {})
    assert '"findings": []' in done.out, done.out
    assert done.code == 0


@pytest.mark.parametrize("tool", ["zizmor", "actionlint"])
def test_another_checker_finds_nothing(tool: str) -> None:
    answer = run_linter(tool, workflow_files())
    if answer.trouble is not None:
        pytest.skip(answer.trouble)
    assert [(finding.check, finding.place.path, finding.place.line) for finding in answer.findings] == []


def test_the_commit_step_commits_what_has_changed_and_nothing_twice(tmp_path: Path) -> None:
    """`gh auth setup-git` is what would give git the token; here the remote is a folder and needs none."""
    (step,) = [step for job in jobs("deployment-status.yml") for step in job.steps if "run" in step]
    remote, work, tools = tmp_path / "remote.git", tmp_path / "work", tmp_path / "tools"
    subprocess.run([GIT, "init", "-q", "--bare", "-b", "main", str(remote)], check=True)
    subprocess.run([GIT, "clone", "-q", str(remote), str(work)], check=True, capture_output=True)
    subprocess.run([GIT, "-C", str(work), "checkout", "-q", "-b", "main"], check=True)
    tools.mkdir()
    (tools / "gh").write_text('#!/bin/sh\ntest "$*" = "auth setup-git" && test -n "$GH_TOKEN"\n')
    (tools / "gh").chmod(0o755)
    for name in ("docs/DEPLOYMENT_STATUS.md", "docs/shipped.svg", "docs/audits/v1.json"):
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text("x\n")
    environ = {"PATH": f"{tools}:{Path(GIT).parent}:/usr/bin:/bin", "GH_TOKEN": "x", "TAG": "v1; $(touch evil)"}
    environ |= {"HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run([GIT, "-C", str(work), "config", "push.autoSetupRemote", "true"], check=True)
    for _ in range(2):
        subprocess.run([BASH, "-e", "-c", step["run"]], cwd=work, env=environ, check=True, capture_output=True)
    told = subprocess.run([GIT, "-C", str(remote), "log", "--format=%an %s", "main"], capture_output=True, text=True)
    assert told.stdout == "github-actions[bot] Deployment status of v1; $(touch evil)\n"
    assert not (work / "evil").exists()
