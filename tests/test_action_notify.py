"""The Action's input `notify`: names of variables, told once and then only what is new."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.composite import Runner, new_runner
from tests.live_command import TOKEN
from tests.test_action import act, sample
from tests.test_notify import Webhook, address, webhook

__all__ = ["webhook"]

pytest.importorskip("apprise")


@pytest.fixture
def runner(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    return new_runner(tmp_path, tmp_path_factory.getbasetemp() / "rules", TOKEN)


def test_people_are_told_once_and_again_when_a_verdict_has_changed(
    runner: Runner, request: pytest.FixtureRequest
) -> None:
    hook: Webhook = request.getfixturevalue("webhook")
    runner.environ["CHAT_URL"] = address(hook)
    given = {"from_": sample("all-green"), "verify": "false", "notify": "CHAT_URL", "history": "kept"}
    first = act(runner, **given)
    assert "told CHAT_URL" in first.out
    assert "secret-path" not in first.out
    assert len(hook.got) == 1
    assert "nothing new: nobody was told" in act(runner, **given).out
    (entry,) = (runner.workspace / "kept").iterdir()
    kept = json.loads(entry.read_text("utf-8"))
    kept["verdicts"]["npm"] = "not-shipped"
    entry.write_text(json.dumps(kept), "utf-8")
    assert "told CHAT_URL" in act(runner, **given).out
    assert hook.got[1]["message"].startswith("npm: not-shipped → shipped.")


def test_somebody_who_cannot_be_told_fails_the_step_and_the_next_time_is_tried_again(runner: Runner) -> None:
    given = {"from_": sample("all-green"), "verify": "false", "notify": "CHAT_URL", "history": "kept"}
    ran = act(runner, **given)
    assert (ran.code, ran.outputs["verdict"]) == (2, "ok")
    assert "CHAT_URL is not set" in ran.out
    assert not (runner.workspace / "kept").exists()
