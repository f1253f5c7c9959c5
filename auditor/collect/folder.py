"""A bundle's files, whether they lie in a folder or in a zip of it; nothing outside of the bundle can be reached."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from auditor.logs.redact import printable
from auditor.logs.source import FileLog, LogSource
from auditor.logs.zips import MOST_MEMBERS, ZipRefusedError, ZipView

HEADER = "bundle.json"
_TOP_FILES = (HEADER, "repository.json", "release.json", "tags.json", "releases.json")
_TOP_FOLDERS = ("runs", "files", "registries")


class BundleError(Exception):
    """The bundle cannot be audited at all; the message is one line: which file, what is wrong, what to do."""


class BundleFiles(Protocol):
    """The regular files of a bundle by their paths, with `/` between the parts."""

    @property
    def name(self) -> str:
        """What to call the bundle in a message."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Every file that can be read, with its size in bytes."""

    @property
    def refused(self) -> Mapping[str, str]:
        """Files that are not read, with the reason."""

    def read(self, path: str, most: int) -> bytes:
        """Read a whole file of at most `most` bytes. Raises `OSError` when it cannot be read or is larger."""

    def log(self, path: str) -> LogSource:
        """A file as a log."""

    def seekable_log(self, path: str) -> LogSource:
        """A file as a log from whose middle one can read. Raises `ZipRefusedError` or `OSError`."""

    def archive(self, path: str) -> ZipView:
        """A file as a zip. Raises `ZipRefusedError` or `OSError`."""


def open_files(path: Path) -> BundleFiles:
    """Look into a folder or a zip. Raises `BundleError` when it is neither, or cannot be read."""
    name = printable(str(path), 300)
    try:
        if path.is_dir():
            return FolderFiles(path)
        if path.is_file():
            return ZippedFiles(path)
    except ZipRefusedError as error:
        raise BundleError(f"{error}; a bundle is a folder or a zip of it, see docs/bundles.md") from None
    except (OSError, ValueError) as error:
        raise BundleError(f"{name} cannot be read: {os_words(error)}") from None
    raise BundleError(f"{name} does not exist, or is neither a folder nor a zip; name the bundle's folder or zip")


def os_words(error: Exception) -> str:
    """An `OSError` as the few words that matter."""
    return printable(getattr(error, "strerror", None) or str(error) or type(error).__name__, 200)


class FolderFiles:
    """A bundle in a folder. Links are followed to files inside of it only."""

    def __init__(self, root: Path) -> None:
        self.name = printable(str(root), 300)
        self._root = root.resolve(strict=True)
        self._sizes: dict[str, int] = {}
        self._refused: dict[str, str] = {}
        for path in self._walk():
            self._sort_in(path)

    @property
    def sizes(self) -> Mapping[str, int]:
        """Every file that can be read, with its size in bytes."""
        return self._sizes

    @property
    def refused(self) -> Mapping[str, str]:
        """Files that are not read, with the reason."""
        return self._refused

    def read(self, path: str, most: int) -> bytes:
        """Read a whole file. Raises `OSError`, also when it has more than `most` bytes."""
        with (self._root / path).open("rb") as stream:
            data = stream.read(most + 1)
        if len(data) > most:
            raise OSError(f"it is larger than {most >> 20} MiB")
        return data

    def log(self, path: str) -> LogSource:
        """A file as a log."""
        return FileLog(self._root / path)

    def seekable_log(self, path: str) -> LogSource:
        """A file as a log."""
        return FileLog(self._root / path)

    def archive(self, path: str) -> ZipView:
        """A file as a zip. Raises `ZipRefusedError` or `OSError`."""
        return ZipView.open(self._root / path, f"{self.name}/{path}")

    def _walk(self) -> Iterator[Path]:
        yield from (self._root / name for name in _TOP_FILES)
        for folder in _TOP_FOLDERS:
            if (self._root / folder).is_symlink():
                self._refused[folder] = "it is a link to a folder; put the folder itself there"
                continue
            for parent, folders, files in os.walk(self._root / folder, onerror=self._unreadable):
                for name in folders:
                    if (Path(parent) / name).is_symlink():
                        self._refused[self._path(Path(parent) / name)] = (
                            "it is a link to a folder; links are not followed"
                        )
                yield from (Path(parent) / name for name in files)

    def _unreadable(self, error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            self._refused[self._path(Path(str(error.filename)))] = f"the folder cannot be read: {os_words(error)}"

    def _sort_in(self, file: Path) -> None:
        path = self._path(file)
        if len(self._sizes) + len(self._refused) >= MOST_MEMBERS:
            places = ", ".join(f"{folder}/" for folder in _TOP_FOLDERS)
            raise BundleError(f"{self.name} has more than {MOST_MEMBERS} files under {places}; is it a bundle?")
        try:
            if file.is_symlink() and not file.resolve().is_relative_to(self._root):
                self._refused[path] = "it is a link that leads out of the bundle"
            elif file.is_file():
                self._sizes[path] = file.stat().st_size
            elif file.exists():
                self._refused[path] = "it is not a regular file"
        except (OSError, RuntimeError) as error:
            self._refused[path] = os_words(error)

    def _path(self, file: Path) -> str:
        return file.relative_to(self._root).as_posix()


class ZippedFiles:
    """A bundle in a zip, with or without one folder around it."""

    def __init__(self, path: Path) -> None:
        self.name = printable(str(path), 300)
        self._view = ZipView.open(path, self.name)
        self._top = _top_folder({*self._view.members, *self._view.refused})
        cut = len(self._top)
        self._sizes = {
            member[cut:]: info.file_size for member, info in self._view.members.items() if member.startswith(self._top)
        }
        self._refused = {member.removeprefix(self._top): why for member, why in self._view.refused.items()}

    @property
    def sizes(self) -> Mapping[str, int]:
        """Every file that can be read, with its size in bytes."""
        return self._sizes

    @property
    def refused(self) -> Mapping[str, str]:
        """Members that are not read, with the reason."""
        return self._refused

    def read(self, path: str, most: int) -> bytes:
        """Read a whole member. Raises `OSError`, also when it has more than `most` bytes."""
        return self._view.read(self._top + path, most)

    def log(self, path: str) -> LogSource:
        """A member as a log, read as a stream."""
        return self._view.log(self._top + path)

    def seekable_log(self, path: str) -> LogSource:
        """A member as a log from whose middle one can read. Raises `ZipRefusedError` or `OSError`."""
        return self._view.unpacked(self._top + path)

    def archive(self, path: str) -> ZipView:
        """A zip inside the zip. Raises `ZipRefusedError` or `OSError`."""
        return self._view.nested(self._top + path)


def _top_folder(members: set[str]) -> str:
    """`folder/` when everything that a bundle consists of lies in one folder, else nothing."""
    if HEADER in members:
        return ""
    tops = {member.split("/", 1)[0] for member in members if "/" in member}
    holders = [top for top in tops if f"{top}/{HEADER}" in members] or list(tops)
    return f"{holders[0]}/" if len(holders) == 1 and holders[0] not in _TOP_FOLDERS else ""
