"""Runs other checkers of workflow files where they are installed, and reads what they say as findings.

zizmor judges security (https://docs.zizmor.sh/), actionlint syntax (https://github.com/rhysd/actionlint); relaudit repeats
neither.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from auditor.model.facts import WorkflowFile
from auditor.model.finding import Finding, Place, Remedy
from auditor.model.vocabulary import Confidence, Severity

LINTERS = ("zizmor", "actionlint")
LARGEST_ANSWER = 50_000_000
_SECONDS = 300
_ZIZMOR_SEVERITY = {"High": Severity.ERROR, "Medium": Severity.WARNING}
_CONFIDENCE = {"High": Confidence.HIGH, "Medium": Confidence.MEDIUM}
_CONFIGURATION = (".github/zizmor.yml", ".github/zizmor.yaml", "zizmor.yml", "zizmor.yaml", ".github/actionlint.yaml")


@dataclass(frozen=True, slots=True)
class LinterAnswer:
    """What one tool found, or why it could say nothing."""

    findings: tuple[Finding, ...] = ()
    trouble: str | None = None


def run_linter(tool: str, files: Sequence[WorkflowFile], root: Path | None = None) -> LinterAnswer:
    """Run a tool over copies of the workflow and action files; its configuration is taken from `root`.

    Offline, and without the environment's tokens. A tool that is not installed, or whose answer cannot be read, gives
    its `trouble`, never an exception.
    """
    program = _program(tool)
    if program is None:
        return LinterAnswer(trouble=f"{tool} is not installed")
    with TemporaryDirectory(prefix="relaudit-") as name:
        folder = Path(name)
        written = _write(folder, files, root)
        if not written:
            return LinterAnswer()
        try:
            done = subprocess.run(  # noqa: S603 - no shell, and every path is one of ours
                [program, *_words(tool, written)],
                cwd=folder,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
                env=_environment(),
            )
        except (OSError, subprocess.SubprocessError) as error:
            return LinterAnswer(trouble=f"{tool} did not come to an end ({type(error).__name__})")
    try:
        return LinterAnswer(_READ[tool](_entries(done.stdout), {file.path: file.text for file in files}))
    except (ValueError, KeyError, TypeError, RecursionError):
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        return LinterAnswer(trouble=f"{tool} gave no answer that can be read{f': {said[-1][:200]}' if said else ''}")


def _program(tool: str) -> str | None:
    """The tool on the path, or beside the Python that runs us."""
    return shutil.which(tool) or shutil.which(
        tool, path=f"{sysconfig.get_path('scripts')}:{Path(sys.executable).parent}"
    )


def _environment() -> dict[str, str]:
    import os

    kept = ("PATH", "HOME", "TMPDIR", "TEMP", "LANG", "SYSTEMROOT")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"NO_COLOR": "1"}


def _words(tool: str, written: Sequence[str]) -> list[str]:
    if tool == "zizmor":
        return ["--offline", "--no-progress", "--no-exit-codes", "--quiet", "--format", "json-v1", "--", *written]
    return ["-no-color", "-format", "{{json .}}", *(path for path in written if "/workflows/" in path)]


def _write(folder: Path, files: Sequence[WorkflowFile], root: Path | None) -> list[str]:
    written = []
    for file in files:
        inside = file.path.startswith(".github/workflows/") and file.path.endswith((".yml", ".yaml"))
        if not inside and file.path.rpartition("/")[2] not in ("action.yml", "action.yaml"):
            continue
        place = folder / file.path
        if not place.resolve().is_relative_to(folder.resolve()):
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.text.encode("utf-8", "replace"))
        written.append(file.path)
    for path in _CONFIGURATION if root is not None else ():
        source = root / path if root is not None else folder
        if source.is_file() and not source.is_symlink():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / path)
    (folder / ".git").mkdir()
    return sorted(written)


def _entries(answer: bytes) -> list[dict[str, Any]]:
    if len(answer) > LARGEST_ANSWER:
        raise ValueError("too much")
    found = json.loads(answer or b"[]") or []
    if not isinstance(found, list):
        raise ValueError("no list")
    return found


def _zizmor(entries: Iterable[dict[str, Any]], texts: Mapping[str, str]) -> tuple[Finding, ...]:
    findings = []
    for entry in entries:
        places = [place for each in entry["locations"] if (place := _zizmor_place(each, texts)) is not None]
        if entry.get("ignored") or not places:
            continue
        primary = next(
            (number for number, each in enumerate(entry["locations"]) if each["symbolic"].get("kind") == "Primary"), 0
        )
        own = places[min(primary, len(places) - 1)]
        findings.append(
            Finding(
                check=str(entry["ident"]),
                severity=_ZIZMOR_SEVERITY.get(entry["determinations"]["severity"], Severity.NOTE),
                confidence=_CONFIDENCE.get(entry["determinations"]["confidence"], Confidence.LOW),
                message=f"{entry['desc']}: {own.what}" if own.what else str(entry["desc"]),
                place=own.model_copy(update={"what": None}),
                related=tuple(place for place in places if place is not own),
                remedy=Remedy(summary=f"See {entry['url']}") if entry.get("url") else None,
                tool="zizmor",
            )
        )
    return tuple(findings)


def _zizmor_place(location: dict[str, Any], texts: Mapping[str, str]) -> Place | None:
    """Rows and columns count from 0, columns in bytes. https://docs.zizmor.sh/usage/#output-formats"""
    key = location["symbolic"]["key"]["Local"]
    path = str(key.get("verbatim_path") or key.get("given_path")).removeprefix("./")
    if path not in texts:
        return None
    lines = texts[path].split("\n")
    spot = location["concrete"]["location"]
    start, end = spot["start_point"], spot["end_point"]
    first, last = int(start["row"]) + 1, int(end["row"]) + 1
    return Place(
        path=path,
        line=first,
        column=_characters(lines, first, int(start["column"])),
        end_line=last,
        end_column=_characters(lines, last, int(end["column"])),
        what=str(location["symbolic"].get("annotation") or "") or None,
    )


def _characters(lines: Sequence[str], line: int, column: int) -> int:
    """A column of bytes from 0 as one of characters from 1."""
    text = lines[line - 1] if 1 <= line <= len(lines) else ""
    return len(text.encode("utf-8", "replace")[:column].decode("utf-8", "ignore")) + 1


def _actionlint(entries: Iterable[dict[str, Any]], texts: Mapping[str, str]) -> tuple[Finding, ...]:
    """https://github.com/rhysd/actionlint/blob/main/docs/usage.md#format"""
    findings = []
    for entry in entries:
        path = str(entry["filepath"]).removeprefix("./")
        if path not in texts:
            continue
        column, end = max(1, int(entry["column"])), int(entry.get("end_column") or 0)
        findings.append(
            Finding(
                check=str(entry["kind"]),
                severity=Severity.WARNING if entry["kind"] in ("shellcheck", "pyflakes") else Severity.ERROR,
                confidence=Confidence.HIGH,
                message=str(entry["message"]),
                place=Place(
                    path=path,
                    line=max(1, int(entry["line"])),
                    column=column,
                    end_column=end + 1 if end >= column else None,
                ),
                tool="actionlint",
            )
        )
    return tuple(findings)


_READ = {"zizmor": _zizmor, "actionlint": _actionlint}
