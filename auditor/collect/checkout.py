"""The workflow files and manifests of a checkout on disk, bounded in number, size and depth."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from auditor.collect.bundle_parts import BrokenPartError, decoded
from auditor.collect.manifests import LARGEST_MANIFEST, MOST_MANIFESTS, is_aside
from auditor.model.facts import ManifestFile, WorkflowFile

MOST_WORKFLOWS = 200
DEEPEST_FOLDER = 12
MOST_ENTRIES = 100_000
"""Files and folders that are looked at."""

_WORKFLOWS = Path(".github/workflows")
_REMOTE = re.compile(r"^\s*url\s*=\s*\S*github\.com[:/]([\w.-]{1,100}/[\w.-]{1,100}?)(?:\.git)?/?\s*$", re.MULTILINE)
_PACKED = re.compile(r"^[0-9a-f]{40,64} refs/tags/(\S{1,250})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Checkout:
    """What a folder holds. `repository` is the `owner/name` of its remote on github.com, if it has one."""

    workflows: tuple[WorkflowFile, ...] = ()
    manifests: tuple[ManifestFile, ...] = ()
    repository: str | None = None
    tags: tuple[str, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    """Files that could not be read, and why."""


def read_checkout(folder: Path, wanted: Callable[[str], bool]) -> Checkout:
    """Read a checkout: its workflow files, and those manifests whose path (with `/`) is `wanted`.

    Links are not followed; folders of dependencies and of test data are left out. Raises `OSError` when the folder
    cannot be read at all.
    """
    root = folder.resolve(strict=True)
    if not root.is_dir():
        raise NotADirectoryError(20, "it is not a folder", str(folder))
    unread: dict[str, str] = {}
    workflows = [
        WorkflowFile(path=path, text=text)
        for path in _workflow_paths(root)
        if (text := _text(root, path, unread)) is not None
    ]
    paths = sorted((path for path in _paths(root) if wanted(path)), key=lambda path: (path.count("/"), path))
    manifests = [
        ManifestFile(path=path, text=text)
        for path in paths[:MOST_MANIFESTS]
        if (text := _text(root, path, unread)) is not None
    ]
    return Checkout(tuple(workflows), tuple(manifests), _repository(root), _tags(root), unread)


def _workflow_paths(root: Path) -> list[str]:
    try:
        names = sorted(entry.name for entry in (root / _WORKFLOWS).iterdir() if entry.suffix in (".yml", ".yaml"))
    except OSError:
        return []
    return [f"{_WORKFLOWS.as_posix()}/{name}" for name in names[:MOST_WORKFLOWS]]


def _paths(root: Path) -> Iterator[str]:
    seen = 0
    for parent, folders, files in os.walk(root):
        at = Path(parent).relative_to(root)
        prefix = "" if at == Path() else f"{at.as_posix()}/"
        deep = len(at.parts) >= DEEPEST_FOLDER
        folders[:] = [] if deep else sorted(name for name in folders if not is_aside(f"{prefix}{name}/"))
        seen += len(folders) + len(files)
        if seen > MOST_ENTRIES:
            return
        yield from (f"{prefix}{name}" for name in sorted(files))


def _text(root: Path, path: str, unread: dict[str, str]) -> str | None:
    file = root / path
    try:
        if file.is_symlink() or not file.is_file():
            return None
        with file.open("rb") as stream:
            data = stream.read(LARGEST_MANIFEST + 1)
        if len(data) > LARGEST_MANIFEST:
            unread[path] = f"it is larger than {LARGEST_MANIFEST >> 20} MiB"
            return None
        return decoded(data, "replace")
    except OSError as error:
        unread[path] = error.strerror or type(error).__name__
    except BrokenPartError as error:
        unread[path] = str(error)
    return None


def _repository(root: Path) -> str | None:
    text = _git_file(root, "config")
    found = _REMOTE.search(text)
    return found[1] if found else None


def _tags(root: Path) -> tuple[str, ...]:
    """The tags that this checkout knows: of actions/checkout, the one that was pushed."""
    loose = root / ".git" / "refs" / "tags"
    names = []
    if loose.is_dir():
        names = [path.relative_to(loose).as_posix() for path in sorted(loose.rglob("*"))[:10_000] if path.is_file()]
    return tuple(dict.fromkeys((*names, *_PACKED.findall(_git_file(root, "packed-refs")))))


def _git_file(root: Path, name: str) -> str:
    try:
        with (root / ".git" / name).open("rb") as stream:
            return stream.read(8 << 20).decode("utf-8", "replace")
    except OSError:
        return ""
