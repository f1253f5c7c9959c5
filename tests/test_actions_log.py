"""Inside of GitHub Actions nothing that is printed is a workflow command, and JSON stays JSON."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from auditor.cli.actions_log import InertText, inert
from tests.bundle_maker import RUN_7
from tests.test_hostile_text import hostile_bundle

PIECES = st.lists(
    st.sampled_from(["::set-output name=a::b", " ", "\n", "x", ":", "#", "##[", "[", "##[error]no", "\t"])
)


def is_command(line: str) -> bool:
    """As the runner decides: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs"""
    return line.lstrip().startswith("::") or "##[" in line


@given(PIECES, st.booleans())
def test_no_line_is_a_command_however_it_is_written(pieces: list[str], flushing: bool) -> None:
    real = io.StringIO()
    stream = InertText(real)
    for piece in pieces:
        stream.write(piece)
        if flushing:
            stream.flush()
    stream.finish()
    assert not any(is_command(line) for line in real.getvalue().split("\n"))
    assert real.getvalue().replace("\u2060", "") == "".join(pieces)


@given(st.text(max_size=40).map(lambda text: f"::warning::{text} ##[x]"))
def test_json_stays_valid(text: str) -> None:
    said = json.loads(inert(json.dumps({"line": text}, indent=2, ensure_ascii=False)))
    assert said["line"].replace("\u2060", "") == text.replace("\u2060", "")


def test_a_hostile_release_is_printed_without_a_command(tmp_path: Path) -> None:
    evil = "::set-output name=x::y ##[add-path]/evil"
    bundle = hostile_bundle([evil, evil, evil, evil], "{}")
    assert f"{RUN_7}logs/72.log" in bundle.files
    folder = bundle.folder(tmp_path)
    for form in ("terminal", "markdown", "json"):
        done = subprocess.run(
            [sys.executable, "-m", "auditor", "run", "v1.2.3", "--from", str(folder), "--format", form],
            env={**os.environ, "GITHUB_ACTIONS": "true", "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode in (0, 1, 3), done.stderr
        assert re.search("set-output", done.stdout)
        assert not any(is_command(line) for line in done.stdout.split("\n"))
        if form == "json":
            json.loads(done.stdout)
