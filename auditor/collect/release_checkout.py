"""Reads the release files of a checkout: from the disk, or as they are at another ref of its git repository."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

from auditor.collect.release_files import LARGEST_FILE, MOST_FILES, also_used, chosen, is_wanted
from auditor.model.facts import WorkflowFile

MOST_ENTRIES = 50_000
"""Names that are looked at in a checkout."""
_DEEPEST = 4
_SECONDS = 60
_NEVER = frozenset({"node_modules", "vendor", "third_party", "target", ".git", ".venv", "venv", "testdata", "fixtures"})


class CheckoutError(Exception):
    """A checkout, or a ref of it, that cannot be read."""


def root_of(path: Path) -> Path:
    """Return the root of the repository a path is in: the folder with `.git`, or with `.github/workflows`, or itself.

    A workflow file, or its folder, stands for its repository. Raises `CheckoutError` when there is nothing.
    """
    if not path.exists():
        raise CheckoutError(f"{path}: there is no such file or folder")
    start = path.absolute() if path.is_dir() else path.absolute().parent
    for folder in (start, *start.parents):
        if (folder / ".git").exists() or (folder / ".github" / "workflows").is_dir():
            return folder
    return start


def read_checkout(root: Path) -> tuple[WorkflowFile, ...]:
    """Return the release files below a folder, by path. Symbolic links that leave the folder are not followed.

    Bytes that are no UTF-8 become replacement characters. Raises `CheckoutError` when a file cannot be read.
    """
    texts = {path: text for path in chosen(_paths(root)) if (text := read_text(root, path)) is not None}
    for _ in range(3):
        more = {path: text for path in also_used(texts) if (text := read_text(root, path)) is not None}
        if not more or len(texts) >= MOST_FILES:
            break
        texts |= more
    return tuple(WorkflowFile(path=path, text=texts[path]) for path in sorted(texts))


def read_ref(root: Path, ref: str) -> tuple[WorkflowFile, ...]:
    """Return the release files as they are at a ref of the repository. Raises `CheckoutError`, for a ref too."""
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}").decode().strip()
    if not commit:
        raise CheckoutError(f"{root}: there is no ref {ref!r} here; fetch it first")
    listed = _git(root, "ls-tree", "-r", "-z", "--full-tree", commit)
    objects: dict[str, str] = {}
    for entry in listed.decode("utf-8", "replace").split("\0"):
        header, _, path = entry.partition("\t")
        words = header.split(" ")
        if len(words) == 3 and words[1] == "blob" and words[0] != "120000":
            objects[path] = words[2]
    texts = _blobs(root, {path: objects[path] for path in chosen(objects)})
    for _ in range(3):
        more = {path: objects[path] for path in also_used(texts) if path in objects}
        if not more:
            break
        texts |= _blobs(root, more)
    return tuple(WorkflowFile(path=path, text=texts[path]) for path in sorted(texts))


def parents(folder: Path) -> tuple[str, ...]:
    """The commit that is checked out, and its parents, which need not be here. Raises `CheckoutError` without a git."""
    commit = _git(folder, "rev-parse", "--verify", "HEAD").decode("ascii", "replace").strip()
    # The object itself: of a shallow checkout, `git log` shows no parents.
    header = _git(folder, "cat-file", "commit", commit).partition(b"\n\n")[0].decode("utf-8", "replace")
    return (commit, *(line[7:] for line in header.splitlines() if line.startswith("parent ")))


def read_text(root: Path, path: str) -> str | None:
    """The text of a file, or nothing when it does not exist, is no plain file, or lies outside of the folder."""
    place = root / path
    try:
        if not place.resolve().is_relative_to(root.resolve()) or not stat.S_ISREG(place.stat().st_mode):
            return None
        with place.open("rb") as file:
            return file.read(LARGEST_FILE).decode("utf-8", "replace")
    except (FileNotFoundError, RuntimeError):  # the second for links that lead in a circle
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return None
        raise CheckoutError(f"{place}: cannot be read: {error.strerror or error}") from None


def _paths(root: Path) -> Iterator[str]:
    """The wanted names below a folder; walked by hand, because only a few levels matter."""
    seen = 0
    stack = [""]
    while stack:
        inside = stack.pop()
        depth = inside.count("/")
        try:
            entries = sorted(os.scandir(root / inside), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            seen += 1
            if seen > MOST_ENTRIES:
                return
            path = f"{inside}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _NEVER and (depth < _DEEPEST or path.startswith(".github/actions")):
                    stack.append(f"{path}/")
            elif is_wanted(path):
                yield path


def _blobs(root: Path, wanted: dict[str, str]) -> dict[str, str]:
    """The texts of git objects, all in one call."""
    asked = "".join(f"{name}\n" for name in wanted.values()).encode()
    answer = _git(root, "cat-file", "--batch", given=asked)
    texts: dict[str, str] = {}
    at = 0
    for path in wanted:
        end = answer.index(b"\n", at)
        size = answer[at:end].split(b" ")[-1]
        if not size.isdigit():
            at = end + 1
            continue
        body = answer[end + 1 : end + 1 + int(size)]
        texts[path] = body[:LARGEST_FILE].decode("utf-8", "replace")
        at = end + 2 + int(size)
    return texts


def _git(root: Path, *words: str, given: bytes = b"") -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - no shell; refs come behind `--end-of-options`
            ["git", "-C", str(root), *words],  # noqa: S607 - git as the person has it
            input=given,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise CheckoutError("git is not installed; it is needed to read another ref") from None
    except subprocess.TimeoutExpired:
        raise CheckoutError(f"{root}: git did not answer within {_SECONDS} seconds") from None
    said = done.stderr.decode("utf-8", "replace").strip()[:300]
    if done.returncode and (words[0] != "rev-parse" or said):
        raise CheckoutError(f"{root}: git {words[0]}: {said}")
    return done.stdout
