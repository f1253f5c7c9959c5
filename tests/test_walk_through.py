"""`docs/add-a-platform.md`, followed word for word by somebody who reads nothing else."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "add-a-platform.md").read_text("utf-8")


def block(language: str, number: int = 0) -> str:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[number]


def follow(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command.strip().removeprefix("$ "))
    assert words[0] == "relaudit"
    return subprocess.run(
        [sys.executable, "-m", "auditor", *words[1:]], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_walk_through_ends_as_the_page_says(tmp_path: Path) -> None:
    (tmp_path / "my-rules").mkdir()
    (tmp_path / "my-rules" / "acorn.yml").write_text(block("yaml"))
    (tmp_path / "publish.log").write_text(block("text"))
    tested = follow(block("console", 0), tmp_path)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    explained = follow(block("console", 1), tmp_path)
    answer = json.loads(explained.stdout)
    assert (answer["classification"], answer["platform"], answer["confidence"]) == (
        "duplicate-version",
        "acorn",
        "high",
    )
    assert answer["cause"]["line"] == 6
    assert answer["fix"]["commands"] == ["acorn show quillstone@2.0.1"]
