"""The zip of an attempt's logs, laid out as GitHub does: one file per job, and a folder per job with a file per step."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime

from tests.github_standin.world import AttemptState, Json

_STARTS = re.compile(
    rb"\S+Z (?:##\[group\]Run |Post job cleanup\.|Cleaning up orphan processes|Evaluate and set |Current runner version:)"
)
_BOM = b"\xef\xbb\xbf"


def log_zip(attempt: AttemptState) -> bytes:
    """The zip of the logs that are there; it is made anew when they have changed."""
    if attempt.zipped is None or attempt.zipped[0] != attempt.logs:
        attempt.zipped = dict(attempt.logs), _made(attempt)
    return attempt.zipped[1]


def _made(attempt: AttemptState) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for ordinal, job in enumerate(attempt.jobs):
            log = attempt.logs.get(job["id"])
            if not isinstance(log, bytes):
                continue
            name = _kept(job["name"])
            archive.writestr(f"{ordinal}_{name}.txt", log)
            for file, part in _steps(job, log):
                archive.writestr(f"{name}/{file}", _BOM + part)
    return data.getvalue()


def _kept(name: str) -> str:
    """What GitHub keeps of a job's name: no `/`, no `:`, at most 90 UTF-16 units."""
    units = name.replace("/", "").replace(":", "").encode("utf-16-le")[:180]
    return units.decode("utf-16-le", "replace").strip()


def _steps(job: Json, log: bytes) -> Iterator[tuple[str, bytes]]:
    """The log cut at the starts of steps that were not skipped; a section begins its step when the API says so."""
    steps = [step for step in job.get("steps", []) if step["conclusion"] not in ("skipped", None)]
    at, part = 0, b""
    for line in log.removeprefix(_BOM).splitlines(keepends=True):
        if part and at + 1 < len(steps) and _STARTS.match(line) and _time(line) >= _begun(steps[at + 1]):
            yield _file(steps[at]), part
            at, part = at + 1, b""
        part += line
    if steps and part:
        yield _file(steps[at]), part


def _file(step: Json) -> str:
    return f"{step['number']}_{str(step['name']).replace('/', '_').replace(':', '')[:90]}.txt"


def _time(line: bytes) -> datetime:
    return datetime.fromisoformat(line[:19].decode() + "+00:00")


def _begun(step: Json) -> datetime:
    return datetime.fromisoformat(step["started_at"])
