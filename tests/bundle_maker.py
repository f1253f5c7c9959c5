"""Builds small bundles for tests: a release, one run, two jobs; as a folder or as a zip."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from auditor.logs.source import LogAbsent, LogSource

COMMIT = "5f0c1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b"
WORKFLOW = "on:\n  push:\n    tags: ['v*']\njobs:\n  build:\n    runs-on: ubuntu-latest\n"
RUN_7 = "runs/7/attempt-1/"


def job(number: int, name: str, **fields: Any) -> dict[str, Any]:
    """A job as the API gives it: completed, successful, with one step, unless told otherwise."""
    start = "2026-03-01T12:00:00Z"
    step = {
        "name": "Set up job",
        "status": "completed",
        "conclusion": "success",
        "number": 1,
        "started_at": start,
        "completed_at": "2026-03-01T12:00:02Z",
    }
    return {
        "id": number,
        "run_id": 7,
        "run_attempt": 1,
        "name": name,
        "workflow_name": "Release",
        "status": "completed",
        "conclusion": "success",
        "created_at": start,
        "started_at": start,
        "completed_at": "2026-03-01T12:05:00Z",
        "head_branch": "v1.2.3",
        "head_sha": COMMIT,
        "runner_name": "GitHub Actions 4",
        "steps": [step],
        **fields,
    }


def run(number: int, attempt: int = 1, **fields: Any) -> dict[str, Any]:
    """A run as the API gives it."""
    return {
        "id": number,
        "name": "Release",
        "path": ".github/workflows/release.yml",
        "event": "push",
        "head_branch": "v1.2.3",
        "head_sha": COMMIT,
        "status": "completed",
        "conclusion": "failure",
        "run_attempt": attempt,
        "created_at": "2026-03-01T11:59:58Z",
        "html_url": f"https://github.com/acme/widget/actions/runs/{number}",
        "referenced_workflows": None,
        **fields,
    }


def page(*jobs: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    """One answer of the jobs endpoint."""
    return {"total_count": len(jobs) if total is None else total, "jobs": list(jobs)}


def log_text(job_name: str, *lines: str, second: int = 1) -> bytes:
    """A raw job log as GitHub gives it, its first line at 12:00 and so many seconds."""
    texts = ["Current runner version: '2.328.0'", f"Complete job name: {job_name}", *lines]
    stamped = [f"2026-03-01T12:00:{second:02}.{index:07}Z {text}" for index, text in enumerate(texts)]
    return ("\ufeff" + "\n".join(stamped) + "\n").encode()


class BundleMaker:
    """The files of a bundle; `self[path]` takes bytes, text, or anything to be written as JSON."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self["bundle.json"] = {
            "format": 1,
            "repository": "acme/widget",
            "tag": "v1.2.3",
            "commit": COMMIT,
            "collected_at": "2026-03-02T08:00:00Z",
            "missing": [],
        }
        self["repository.json"] = {
            "full_name": "acme/widget",
            "html_url": "https://github.com/acme/widget",
            "default_branch": "main",
            "private": False,
        }
        self["release.json"] = {"id": 1, "tag_name": "v1.2.3", "assets": [{"name": "widget.tar.gz", "size": 10}]}
        self[f"{RUN_7}run.json"] = run(7)
        self[f"{RUN_7}jobs.json"] = page(job(71, "build"), job(72, "publish / npm", conclusion="failure"))
        self[f"{RUN_7}logs/71.log"] = log_text("build", "compiled")
        self[f"{RUN_7}logs/72.log"] = log_text("publish / npm", "##[error]no")
        self[f"{RUN_7}annotations/72.json"] = [{"annotation_level": "failure", "message": "no"}]
        self["files/.github/workflows/release.yml"] = WORKFLOW

    def __setitem__(self, path: str, content: Any) -> None:
        if isinstance(content, str):
            content = content.encode()
        self.files[path] = content if isinstance(content, bytes) else json.dumps(content).encode()

    def __getitem__(self, path: str) -> Any:
        return json.loads(self.files[path])

    def __delitem__(self, path: str) -> None:
        del self.files[path]

    def header(self, **fields: Any) -> None:
        """Change fields of `bundle.json`."""
        self["bundle.json"] = {**self["bundle.json"], **fields}

    def folder(self, root: Path) -> Path:
        """Write the bundle into a folder."""
        for path, content in self.files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
        return root

    def zip(self, path: Path, top: str = "", folders: bool = False) -> Path:
        """Write the bundle into a zip, below `top`, with entries for folders if wanted."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            if folders:
                for folder in sorted({file.rpartition("/")[0] for file in self.files if "/" in file}):
                    archive.writestr(f"{top}{folder}/", b"")
            for file, content in self.files.items():
                archive.writestr(top + file, content)
        return path


def zipped(files: dict[str, bytes], path: Path) -> Path:
    """Any files as a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def text_of(found: LogSource | LogAbsent | None) -> str:
    """The text of a log that must be there."""
    assert found is not None
    assert not isinstance(found, LogAbsent), found
    with found.open() as stream:
        return stream.read().decode("utf-8")


def lines_of(found: LogSource | LogAbsent | None) -> Iterator[str]:
    """Its lines without time stamps and columns."""
    for line in text_of(found).removeprefix("\ufeff").splitlines():
        yield line.rsplit("\t", 1)[-1].removeprefix("\ufeff").split(" ", 1)[-1]
