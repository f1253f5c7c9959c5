"""Each example's step works with exactly the permissions that its job has: the stand-in answers 403 to anything more."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.deliver.check_comment import KEY
from auditor.deliver.marker import read_marker
from auditor.model.check_report import CheckReport
from auditor.model.finding import Finding, Place, Remedy
from auditor.model.vocabulary import Confidence, Severity
from tests.composite import GIT, Runner, new_runner
from tests.example_workflows import ME, job, run_step
from tests.github_standin import Board, Standin, World
from tests.live_command import TOKEN
from tests.test_action import SAMPLES, TAG, after_release, spoil_npm

REPOSITORY = "relaudit-samples/pagemark"
HEAD = "ab" * 20
EVIL = "@everyone ![x](https://evil.example/x.png) <script>1</script> [here](https://evil.example) #1 ::error::x"


@pytest.fixture
def github() -> Iterator[Standin]:
    with Standin(World.of_bundles([SAMPLES / "all-green"])) as standin:
        yield standin


@pytest.fixture
def runner(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    made = new_runner(tmp_path, tmp_path_factory.getbasetemp() / "rules", TOKEN)
    words = ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "x"]
    for command in (["init", "-q"], words, ["tag", TAG]):
        subprocess.run([GIT, *command], cwd=made.workspace, check=True)
    return made


def board(github: Standin) -> Board:
    return github.world.only().board


def refused(github: Standin) -> list[str]:
    return [f"{each.method} {each.path}" for each in github.recording.exchanges if each.status == 403]


AUDITS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("audit-after-release.yml", "audit", "workflow_run", after_release()),
    ("audit-on-schedule.yml", "audit", "schedule", {}),
    ("deployment-status.yml", "status", "schedule", {}),
]


def without_a_log(github: Standin) -> None:
    """Let the last job have failed before it wrote a log, so that its annotations are asked for."""
    spoil_npm(github)
    (attempt,) = github.world.only().latest()
    from tests.github_standin.world import NoLog

    attempt.logs[attempt.jobs[-1]["id"]] = NoLog(404)


@pytest.mark.parametrize(("name", "key", "event", "payload"), AUDITS)
def test_an_audit_needs_what_its_job_may(
    runner: Runner, github: Standin, name: str, key: str, event: str, payload: dict[str, Any]
) -> None:
    without_a_log(github)
    ran = run_step(runner, github, job(name, key), event, payload)
    assert (ran.code, refused(github)) == (0, []), ran.out
    assert ran.outputs["verdict"] == "problem"
    assert len(board(github).issues) == ("issues" in job(name, key).permissions)
    audit = json.loads(Path(ran.outputs["json"]).read_text("utf-8"))
    assert not [gap for gap in audit["missing"] if "permission" in gap["why"] or "403" in gap["why"]]


@pytest.mark.parametrize(
    ("name", "key", "event", "payload", "without"),
    [(*each, without) for each in AUDITS for without in job(each[0], each[1]).permissions],
)
def test_an_audit_needs_every_permission_that_its_job_has(
    runner: Runner, github: Standin, name: str, key: str, event: str, payload: dict[str, Any], without: str
) -> None:
    without_a_log(github)
    run_step(runner, github, job(name, key), event, payload, without)
    assert refused(github)


PLACE = Place(path=".github/workflows/release.yml", line=7)


def finding(**fields: Any) -> Finding:
    return Finding(
        **{
            "check": "inherited-skip",
            "severity": Severity.ERROR,
            "confidence": Confidence.HIGH,
            "message": "`publish` is skipped",
            "place": PLACE,
            **fields,
        }
    )


def artifact(runner: Runner, report: CheckReport) -> None:
    """What the job without rights has uploaded, where the example downloads it to."""
    folder = runner.temp / "relaudit-check"
    folder.mkdir()
    (folder / "check.json").write_text(report.model_dump_json(), "utf-8")


def after_check(github: Standin, **run: Any) -> dict[str, Any]:
    """The payload after a fork's pull request was checked; that pull request is open as number 9, another one as 8."""
    board(github).add_pull(REPOSITORY, 8, head="cd" * 20, source="stranger:other")
    if 9 not in board(github).pulls:
        board(github).add_pull(REPOSITORY, 9, head=HEAD, source="stranger:fix")
    github.world.only().files[HEAD] = {PLACE.path: b"on: push\n" * 9}
    fork = {"full_name": "stranger/pagemark", "owner": {"login": "stranger"}}
    found = {"event": "pull_request", "head_branch": "fix", "head_repository": fork, "head_sha": HEAD}
    return {
        "repository": {"full_name": REPOSITORY, "default_branch": "main"},
        "workflow_run": {**found, "pull_requests": [], **run},
    }


COMMENT = job("check-pull-requests-comment.yml", "comment")


def test_the_comment_goes_to_the_forks_pull_request_with_the_jobs_permissions(runner: Runner, github: Standin) -> None:
    artifact(runner, CheckReport(base="1" * 40, workflows=1, findings=(finding(),)))
    ran = run_step(runner, github, COMMENT, "workflow_run", after_check(github))
    assert (ran.code, refused(github)) == (0, []), ran.out
    ((comment,),) = board(github).comments.values()
    assert list(board(github).comments) == [9]
    marker = read_marker(comment["body"], "comment")
    assert (comment["user"]["login"], marker and marker.key) == (ME, KEY)
    assert "1 error in 1 workflow file" in comment["body"]


@pytest.mark.parametrize("without", ["pull-requests", "contents"])
def test_without_one_of_them_there_is_no_comment(runner: Runner, github: Standin, without: str) -> None:
    """The third one, actions: read, is for the step that downloads the artifact."""
    artifact(runner, CheckReport(base="1" * 40, workflows=1, findings=(finding(),)))
    ran = run_step(runner, github, COMMENT, "workflow_run", after_check(github), without)
    assert (ran.code in (2, 3), board(github).comments) == (True, {}), ran.out
    assert refused(github)


def test_a_hostile_artifact_is_told_as_text_and_counts_nothing_of_its_own(runner: Runner, github: Standin) -> None:
    seen = PLACE.model_copy(update={"what": EVIL})
    evil = finding(message=EVIL, related=(seen,), remedy=Remedy(summary=EVIL, snippet=f"```\n{EVIL}"))
    invented = (finding(check=EVIL), finding(tool=EVIL), finding(place=Place(path=EVIL, line=2)))
    about = {"repository": EVIL, "ref": EVIL, "base": EVIL, "commit": EVIL}
    report = CheckReport(**about, workflows=1, findings=(evil, *invented), notes=(EVIL,), known=1)
    artifact(runner, report.model_copy(update={"tally": report.tally.model_copy(update={"errors": 0})}))
    ran = run_step(runner, github, COMMENT, "workflow_run", after_check(github))
    assert (ran.code, ran.outputs["verdict"]) == (0, "problem"), ran.out
    ((comment,),) = board(github).comments.values()
    for body in (comment["body"], ran.summary):
        assert_inert(body)
    assert f"`{REPOSITORY}` at `{HEAD}`" in comment["body"]
    assert "1 error in 1 workflow file" in comment["body"]
    assert not [line for line in ran.out.splitlines() if line.lstrip().startswith("::error::")]


def assert_inert(body: str) -> None:
    from markdown_it import MarkdownIt

    parsed = MarkdownIt("gfm-like", {"linkify": False}).parse(body)
    tokens = [inner for token in parsed for inner in (token, *(token.children or ()))]
    assert {"link_open", "image", "html_inline"}.isdisjoint({token.type for token in tokens})
    html = [token.content for token in tokens if token.type == "html_block"]
    assert all(text.startswith("<!-- relaudit:comment ") for text in html), html
    text = [token.content for token in tokens if token.type == "text"]
    assert not [each for each in text if "@everyone" in each or "https://evil" in each]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"findings": [{}]}', '{"findings": [], "evil": 1', '{"findings": ' + "[" * 100_000, "\x00"],
)
def test_an_artifact_that_is_no_report_is_told_and_nothing_is_posted(
    runner: Runner, github: Standin, text: str
) -> None:
    (runner.temp / "relaudit-check").mkdir()
    (runner.temp / "relaudit-check" / "check.json").write_text(text, "utf-8")
    ran = run_step(runner, github, COMMENT, "workflow_run", after_check(github))
    assert (ran.code, board(github).comments) == (2, {}), ran.out
    assert "Traceback" not in ran.out


def test_a_pull_request_that_has_moved_on_gets_no_old_findings(runner: Runner, github: Standin) -> None:
    artifact(runner, CheckReport(base="1" * 40, workflows=1, findings=(finding(),)))
    ran = run_step(runner, github, COMMENT, "workflow_run", after_check(github, head_sha="ef" * 20))
    assert (ran.code, board(github).comments) == (0, {})
    assert "nothing to comment on" in ran.out


def test_findings_that_are_gone_are_told_in_the_same_comment_and_none_begin_one(
    runner: Runner, github: Standin
) -> None:
    payload = after_check(github)
    artifact(runner, CheckReport(base="1" * 40, workflows=1))
    clean = run_step(runner, github, COMMENT, "workflow_run", payload)
    assert (clean.code, board(github).comments) == (0, {}), clean.out
    report = runner.temp / "relaudit-check" / "check.json"
    report.write_text(CheckReport(base="1" * 40, workflows=1, findings=(finding(),)).model_dump_json(), "utf-8")
    run_step(runner, github, COMMENT, "workflow_run", payload)
    report.write_text(CheckReport(base="1" * 40, workflows=1).model_dump_json(), "utf-8")
    run_step(runner, github, COMMENT, "workflow_run", payload)
    ((comment,),) = board(github).comments.values()
    assert "Nothing new compared with `main`" in comment["body"]
