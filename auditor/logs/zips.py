"""Reads zips written by strangers: names that stay inside, bounded sizes, one kind of error, nothing written to disk.

The format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

from __future__ import annotations

import io
import re
import stat
import struct
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from auditor.logs.inflate import opened
from auditor.logs.redact import printable
from auditor.logs.unpacked import UnpackedMember

MOST_MEMBERS = 50_000
LARGEST_DIRECTORY = 32 << 20
"""Bytes of the table of contents, which is read into memory before its members can be counted."""
LARGEST_MEMBER = 2 << 30
LARGEST_TOTAL = 16 << 30
LARGEST_NESTED = 1 << 30
MOST_EXPANSION = 250
"""A log compresses 10 to 40 times, because every line carries a different time stamp."""
_EXPANSION_COUNTS_FROM = 4 << 20
_SPOOL_IN_MEMORY = 1 << 20

_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x06"
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)
_DRIVE = re.compile(r"[A-Za-z]:")
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1


class ZipRefusedError(Exception):
    """The zip, or one of its members, cannot be used; the message is one line that says why."""


class ZipView:
    """The regular files of a zip by their paths. It stays open as long as something refers to it.

    `members` are readable; `refused` tells for the others, by their path as far as it can be printed, why not.
    """

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self.name = name
        self.members: Mapping[str, zipfile.ZipInfo]
        self.refused: Mapping[str, str]
        self.members, self.refused = _sorted_out(archive.infolist())
        if sum(info.file_size for info in self.members.values()) > LARGEST_TOTAL:
            raise ZipRefusedError(f"{name} holds more than {LARGEST_TOTAL >> 30} GiB of files")

    @classmethod
    def open(cls, source: Path | IO[bytes], name: str | None = None) -> ZipView:
        """Open a zip on disk, or in a seekable stream, which the view does not close.

        Raises `ZipRefusedError` when it is damaged or too large, and `OSError` when it cannot be read.
        """
        name = name or str(source if isinstance(source, Path) else getattr(source, "name", "zip"))
        try:
            if isinstance(source, Path):
                with source.open("rb") as stream:
                    _check_directory(stream, name)
            else:
                _check_directory(source, name)
            return cls(zipfile.ZipFile(source), name)
        except _DAMAGE as error:
            raise ZipRefusedError(f"{name} is not a usable zip: {_words(error)}") from None

    def read(self, path: str, most: int) -> bytes:
        """Read a whole member of at most `most` bytes. Raises `OSError`, `KeyError` when there is no such member."""
        if self.members[path].file_size > most:
            raise OSError(f"{path} has {self.members[path].file_size} bytes; at most {most} are read")
        with self.stream(path) as stream:
            return stream.read(most)

    def stream(self, path: str) -> IO[bytes]:
        """Open a member; its checksum is verified while it is read.

        Raises `KeyError` when there is no such member, and `OSError`, also while reading, when it is damaged.
        """
        info = self.members[path]
        try:
            return io.BufferedReader(_MemberStream(self, opened(self._archive, info), path), 1 << 16)
        except _DAMAGE as error:
            raise OSError(f"{self.name}:{path} is damaged: {_words(error)}") from None

    def log(self, path: str) -> ZipMember:
        """A member as a log."""
        return ZipMember(self, path)

    def unpacked(self, path: str) -> UnpackedMember:
        """A member as a log of which any part can be read at once, by way of a temporary file that vanishes with it.

        Raises `ZipRefusedError` when it is too large, `OSError` when it is damaged, `KeyError` when there is none.
        """
        return UnpackedMember(f"{self.name}:{path}", self._spooled(path))

    def nested(self, path: str) -> ZipView:
        """Open a zip inside this one, by way of a temporary file that vanishes with the returned view.

        Raises `ZipRefusedError` or `OSError` like `open`, and `KeyError` when there is no such member.
        """
        spool = self._spooled(path)
        try:
            view = ZipView.open(spool, f"{self.name}:{path}")
        except BaseException:
            spool.close()
            raise
        weakref.finalize(view, spool.close)
        return view

    def _spooled(self, path: str) -> IO[bytes]:
        """A copy that the caller closes."""
        if self.members[path].file_size > LARGEST_NESTED:
            raise ZipRefusedError(f"{self.name}:{path} is larger than {LARGEST_NESTED >> 30} GiB")
        spool = tempfile.SpooledTemporaryFile(_SPOOL_IN_MEMORY)  # noqa: SIM115 - the caller closes it
        try:
            with self.stream(path) as stream:
                while block := stream.read(1 << 20):
                    spool.write(block)
        except BaseException:
            spool.close()
            raise
        return spool


@dataclass(frozen=True, slots=True)
class ZipMember:
    """A log inside a zip that stays open between readings."""

    archive: ZipView
    member: str

    @property
    def name(self) -> str:
        """`archive.zip:member`."""
        return f"{self.archive.name}:{self.member}"

    @property
    def size(self) -> int:
        """How many bytes it has, as the zip's table of contents says; 0 when there is no such member."""
        info = self.archive.members.get(self.member)
        return info.file_size if info is not None else 0

    def open(self) -> IO[bytes]:
        """Open the member. Raises `OSError`, also while reading, when it is damaged."""
        try:
            return self.archive.stream(self.member)
        except KeyError:
            raise OSError(f"{self.name}: there is no such member") from None


class _MemberStream(io.RawIOBase):
    """A member's bytes, with all the ways in which a zip can be damaged told as `OSError`."""

    def __init__(self, view: ZipView, member: IO[bytes], path: str) -> None:
        self._view = view  # keeps the archive open
        self._member = member
        self._path = path

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._member.read(len(buffer))
        except _DAMAGE as error:
            raise OSError(f"{self._view.name}:{self._path} is damaged: {_words(error)}") from None
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._member.close()
        super().close()


def inside_path(name: str) -> str | None:
    """The path of a member relative to the zip, or None when it is absolute or leads out of it.

    Backslashes count as separators, as some Windows tools write them.
    """
    name = name.replace("\\", "/")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or _DRIVE.match(name) or ".." in parts or not parts:
        return None
    return "/".join(parts)


def _sorted_out(infos: list[zipfile.ZipInfo]) -> tuple[dict[str, zipfile.ZipInfo], dict[str, str]]:
    if len(infos) > MOST_MEMBERS:
        raise zipfile.BadZipFile(f"it has more than {MOST_MEMBERS} members")
    members: dict[str, zipfile.ZipInfo] = {}
    refused: dict[str, str] = {}
    for info in infos:
        name = _decoded(info)
        path = inside_path(name)
        if name.endswith(("/", "\\")) or _is_clutter(name):
            continue
        if path is None:
            refused[f"“{printable(name, 200)}”"] = "its name leads out of the zip"
        elif why := _objection(info):
            refused[path] = why
        elif path in members or path in refused:
            refused[path] = "the zip has two members of this name"
        else:
            members[path] = info
    return {path: info for path, info in members.items() if path not in refused}, refused


def _objection(info: zipfile.ZipInfo) -> str | None:
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "it is a link or a special file"
    if info.flag_bits & _ENCRYPTED:
        return "it is encrypted; pack it without a password"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "its compression is unusual; pack it with deflate"
    if info.file_size > LARGEST_MEMBER:
        return f"it is larger than {LARGEST_MEMBER >> 30} GiB"
    if info.file_size > _EXPANSION_COUNTS_FROM and info.file_size > MOST_EXPANSION * info.compress_size:
        return f"it expands more than {MOST_EXPANSION} times"
    return None


def _is_clutter(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] in (".DS_Store", "Thumbs.db", "desktop.ini")


def _decoded(info: zipfile.ZipInfo) -> str:
    """The member's name; tools that forget the UTF-8 flag are common."""
    if not info.flag_bits & _UTF8_NAME and not info.filename.isascii():
        try:
            return info.filename.encode("cp437").decode("utf-8")
        except UnicodeError:
            return info.filename
    return info.filename


def _check_directory(stream: IO[bytes], name: str) -> None:
    """Refuse a table of contents that would take too much memory, before it is read."""
    end = stream.seek(0, io.SEEK_END)
    start = stream.seek(max(0, end - 22 - 0xFFFF - 76))
    tail = stream.read()
    # The same choice as zipfile's: the record at the very end, otherwise the last one before a comment.
    at = len(tail) - 22
    if at < 0 or tail[at : at + 4] != _END or tail[-2:] != b"\0\0":
        at = tail.rfind(_END)
    if at < 0 or len(tail) - at < 22:
        raise ZipRefusedError(f"{name} is not a zip, or it is cut off")
    (size,) = struct.unpack_from("<L", tail, at + 12)
    if at >= 76 and tail[at - 76 : at - 72] == _END_64:
        (size,) = struct.unpack_from("<Q", tail, at - 76 + 40)
    if size > LARGEST_DIRECTORY or size > start + len(tail):
        raise ZipRefusedError(f"{name} has a table of contents of {size} bytes, which is too large or damaged")


def _words(error: BaseException) -> str:
    return printable(str(error) or type(error).__name__, 200)
