"""Writes a bundle: the folder that live collecting filled, to where a person wants it, as a folder or as a zip.

Secrets are masked on the way: a bundle is made to be handed on.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from auditor.collect.folder import HEADER, BundleError, os_words
from auditor.collect.redact_files import copy_redacted

_NOT_MISSED = ("not needed:",)


@dataclass(frozen=True, slots=True)
class Summary:
    """What is in a bundle, in words; and what is missing that should be there: what, and why."""

    text: str
    missing: tuple[tuple[str, str], ...]


def check_target(target: Path, force: bool) -> None:
    """Raise `BundleError` when a bundle cannot be written there; before anything is fetched."""
    if not target.parent.is_dir():
        raise BundleError(f"{target.parent} is not a folder; make it first")
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        if not force:
            raise BundleError(f"{target} is there already; add --force to replace it")
        if target.is_dir() and not (target / HEADER).is_file():
            raise BundleError(f"{target} is a folder that is no bundle; it is not replaced")


def write_bundle(folder: Path, target: Path, force: bool = False) -> tuple[str, ...]:
    """Copy the bundle in `folder` to `target`, a zip if its name ends so. It appears whole or not at all.

    Returns the paths of the files in which something was masked. Raises `BundleError` when it cannot be written.
    """
    check_target(target, force)
    try:
        if target.suffix.lower() == ".zip":
            return _zip(folder, target)
        return _copy(folder, target)
    except OSError as error:
        raise BundleError(f"{target} cannot be written: {os_words(error)}") from None


def summary(folder: Path) -> Summary:
    """Count what is in a bundle that was just made."""
    files = [path.relative_to(folder).as_posix() for path in _files(folder)]
    attempts = sum(path.endswith("/jobs.json") for path in files)
    logs = sum("/logs/" in path or path.endswith("/logs.zip") for path in files)
    size = sum(path.stat().st_size for path in _files(folder))
    said = json.loads((folder / HEADER).read_bytes())
    missing = tuple(
        (entry["what"], entry["why"]) for entry in said["missing"] if not entry["why"].startswith(_NOT_MISSED)
    )
    words = f"{attempts} attempt{'s' * (attempts != 1)}, {logs} log file{'s' * (logs != 1)}, {size / 1_000_000:.1f} MB"
    return Summary(words, missing)


def _zip(folder: Path, target: Path) -> tuple[str, ...]:
    masked: list[str] = []
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    made = Path(name)
    try:
        with (
            os.fdopen(descriptor, "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
            tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as room,
        ):
            for path in _files(folder):
                name = path.relative_to(folder).as_posix()
                packed = zipfile.ZIP_STORED if path.suffix == ".zip" else zipfile.ZIP_DEFLATED
                redacted = Path(room) / "file"
                masked += [name] if copy_redacted(path, redacted) else []
                archive.write(redacted, name, packed)
        made.chmod(0o644)
        made.replace(target)
        return tuple(masked)
    finally:
        made.unlink(missing_ok=True)


def _copy(folder: Path, target: Path) -> tuple[str, ...]:
    masked: list[str] = []
    made = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        for path in _files(folder):
            to = made / path.relative_to(folder)
            to.parent.mkdir(parents=True, exist_ok=True)
            masked += [path.relative_to(folder).as_posix()] if copy_redacted(path, to) else []
        made.chmod(0o755)
        if target.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
            target.replace(old / target.name)
            made.replace(target)
            shutil.rmtree(old, ignore_errors=True)
        else:
            made.replace(target)
        return tuple(masked)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file())
