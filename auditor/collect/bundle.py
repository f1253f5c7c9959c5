"""Reads a bundle: the facts of one release, recorded as GitHub gave them. docs/bundles.md describes the layout."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from pathlib import Path

from auditor.collect.bundle_header import HOW_TO, Header, read_header
from auditor.collect.bundle_logs import find_logs, told_of_job
from auditor.collect.bundle_parts import BrokenPartError, Parts
from auditor.collect.bundle_runs import PlacedAttempt, read_attempts
from auditor.collect.bundle_tags import read_tags
from auditor.collect.collected import Collected
from auditor.collect.folder import HEADER, BundleError, BundleFiles, open_files
from auditor.collect.manifests import MOST_MANIFESTS
from auditor.logs.archive import looks_like_run_logs
from auditor.model.facts import ManifestFile, ReleaseFacts, WorkflowFile

__all__ = ["BundleError", "read_bundle"]

_WORKFLOW = re.compile(r"files/(\.github/workflows/[^/]+\.ya?ml)", re.IGNORECASE)


def read_bundle(path: Path, tag: str | None = None) -> Collected:
    """Read a bundle, a folder or a zip of it; `tag` is the tag that was asked for, if any.

    Parts that are broken or absent are in `facts.missing`. Raises `BundleError`, with one line that says what to do,
    when nothing can be audited: no bundle, another tag or format, or no run, release or workflow file that can be read.
    Logs are read when they are opened; opening and reading them raises `OSError` when they are damaged.
    """
    files = open_files(path)
    _check_kind(path, files)
    parts = Parts(files)
    header = read_header(parts, tag)
    attempts = read_attempts(parts)
    workflows = _workflows(parts, attempts)
    if not (header.release or workflows or any(attempt.facts.jobs for attempt in attempts)):
        why = "; ".join(f"{entry.what}: {entry.why}" for entry in parts.missing[:3])
        raise BundleError(f"{files.name} has no run, release or workflow file to audit ({why}); {HOW_TO}")
    if not any(file.startswith("runs") for file in (*files.sizes, *files.refused)):
        parts.say("runs", "no run of the tag is in the bundle, under runs/<run id>/attempt-<n>/")
    tags = read_tags(parts)
    logs = find_logs(parts, attempts, header.missing)
    _retell(parts, header, logs.logs)
    parts.say_refused()
    facts = ReleaseFacts(
        repository=header.repository,
        tag=header.tag,
        commit=header.commit,
        collected_at=header.collected_at,
        attempts=tuple(attempt.facts for attempt in attempts),
        workflows=workflows,
        manifests=_manifests(parts),
        release=header.release,
        tags=tags,
        missing=parts.missing,
    )
    return Collected(facts, logs)


def _check_kind(path: Path, files: BundleFiles) -> None:
    """Tell people what they gave us when it is something else than a bundle."""
    present = (*files.sizes, *files.refused)
    if HEADER in present or any(file.startswith("runs/") for file in present):
        return
    if path.is_file() and looks_like_run_logs(path):
        raise BundleError(f"{files.name} holds the logs of one run, not a bundle of a release; {HOW_TO}")
    raise BundleError(f"{files.name} has no {HEADER}: it is not a bundle; {HOW_TO}")


def _workflows(parts: Parts, attempts: Sequence[PlacedAttempt]) -> tuple[WorkflowFile, ...]:
    """The workflow files; those of the runs are missed when they are not there."""
    found: dict[str, WorkflowFile] = {}
    tried: set[str] = set()
    for file in sorted((*parts.files.sizes, *parts.files.refused)):
        if match := _WORKFLOW.fullmatch(file):
            tried.add(match[1])
            try:
                found[match[1]] = WorkflowFile(path=match[1], text=parts.text(file))
            except BrokenPartError as error:
                parts.say(f"workflow file {match[1]}", f"{file}: {error}")
    for attempt in attempts:
        path = attempt.facts.run.path.split("@", 1)[0]
        # Runs of GitHub's own making, such as `dynamic/pages/pages-build-deployment`, have no file.
        if path.startswith(".github/workflows/") and path not in tried:
            parts.say(f"workflow file {path}", f"files/{path} is not in the bundle")
    return tuple(found.values())


def _manifests(parts: Parts) -> tuple[ManifestFile, ...]:
    """The other files of the commit, which name what it publishes; the shallowest, when there are too many."""
    paths = [file.removeprefix("files/") for file in parts.files.sizes if file.startswith("files/")]
    other = [path for path in paths if not path.lower().startswith(".github/workflows/")]
    other.sort(key=lambda path: (path.count("/"), path))
    found = []
    for path in other[:MOST_MANIFESTS]:
        try:
            found.append(ManifestFile(path=path, text=parts.text(f"files/{path}")))
        except BrokenPartError as error:
            parts.say(f"manifest {path}", f"files/{path}: {error}")
    if len(other) > MOST_MANIFESTS:
        parts.say("more manifests", f"there are {len(other)} files of the commit; only {MOST_MANIFESTS} are read")
    return tuple(found)


def _retell(parts: Parts, header: Header, judged: Container[int]) -> None:
    """Pass on what the collector could not get; what became of the logs of known jobs is told already."""
    for entry in header.missing:
        if told_of_job(entry) not in judged:
            parts.say(entry.what, entry.why)
