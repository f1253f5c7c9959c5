"""What a step leaves with the runner: outputs, the job summary, files below RUNNER_TEMP.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#environment-files
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

SUMMARY_LIMIT = 1 << 20
"""Bytes of a step's job summary; GitHub refuses a longer one whole."""


def write_outputs(environ: Mapping[str, str], values: Mapping[str, str]) -> None:
    """Set outputs of the step. No value can end itself and begin another: the delimiter is random. Raises `OSError`."""
    if file := environ.get("GITHUB_OUTPUT"):
        _append(Path(file), "".join(_output(name, value) for name, value in values.items()))


def _output(name: str, value: str) -> str:
    delimiter = f"relaudit_{secrets.token_hex(16)}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def summary_room(environ: Mapping[str, str]) -> int:
    """Characters that still fit into the job summary whatever they are: UTF-8 takes at most four bytes for each."""
    file = environ.get("GITHUB_STEP_SUMMARY")
    taken = Path(file).stat().st_size if file and Path(file).exists() else 0
    return max(0, SUMMARY_LIMIT - taken - 2) // 4


def write_summary(environ: Mapping[str, str], text: str) -> bool:
    """Append Markdown to the job summary; False when there is none, or no room. Raises `OSError`."""
    file = environ.get("GITHUB_STEP_SUMMARY")
    data = text.rstrip() + "\n\n"
    if not file or len(text) > summary_room(environ):
        return False
    _append(Path(file), data)
    return True


def report_folder(environ: Mapping[str, str]) -> Path:
    """A new folder for the reports, which lasts as long as the job. Raises `OSError`."""
    parent = environ.get("RUNNER_TEMP") or None
    return Path(tempfile.mkdtemp(prefix="relaudit-report-", dir=parent))


def _append(file: Path, text: str) -> None:
    with file.open("ab") as opened:
        opened.write(text.encode("utf-8", "replace"))
