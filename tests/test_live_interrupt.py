"""Ctrl-C while relaudit asks GitHub: what is there is audited, and what is not is named."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.github_standin import Standin, World, faults
from tests.github_standin.synthetic import TAG, synthetic
from tests.live_command import Ran, arguments, environment

pytestmark = pytest.mark.block_network(allowed_hosts=[r"127\.0\.0\..*"])

FAILED = 70_000_000_014
"""The job of the small world that failed."""
# Where nobody can press Ctrl-C, as in the background of a shell, processes are started deaf to it.
_COMMAND = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from auditor.cli import main; main()"
)


def interrupted(world: World, place: str, folder: Path) -> Ran:
    """Run the command as a process, and press Ctrl-C when it waits for the answer at `place`."""
    waiting = threading.Event()
    with Standin(world) as github:
        github.fault(place, faults.then(waiting.set), times=None)
        github.fault(place, faults.hangs(), times=None)
        with subprocess.Popen(
            [sys.executable, "-c", _COMMAND, *arguments(github, TAG)],
            env={**os.environ, **environment(github, folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        ) as child:
            assert waiting.wait(30), "it never asked"
            child.send_signal(signal.SIGINT)
            out, err = child.communicate(timeout=30)
    return Ran(child.returncode, out, err)


def test_ctrl_c_among_the_logs_gives_the_partial_audit_and_130(tmp_path: Path) -> None:
    ran = interrupted(synthetic(4, 20), f"storage .*/{FAILED}/", tmp_path)
    assert ran.code == 130
    assert [job["conclusion"] for job in ran.audit["jobs"]] == ["success", "success", "failure", "success"]
    assert any("interrupted" in each["why"] for each in ran.audit["missing"])
    assert "what follows is partial" in ran.err
    assert "Traceback" not in ran.err
    kept = [file.name for file in (tmp_path / "cache").rglob("*") if file.is_file()]
    assert any(name.startswith("jobs.json.") for name in kept), "what is whole is in the cache"
    assert not any(name.startswith(f"{FAILED}.log") for name in kept), "half a log is not"


def test_ctrl_c_before_anything_is_known_is_one_line_and_130(tmp_path: Path) -> None:
    ran = interrupted(synthetic(4, 20), r"/runs\?branch=", tmp_path)
    assert (ran.code, ran.out) == (130, "")
    (line,) = ran.err.splitlines()
    assert "interrupted" in line
