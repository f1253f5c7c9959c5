"""A log copied out of an archive into a temporary file, so that any part of it can be read at once."""

from __future__ import annotations

import io
import threading
import weakref
from typing import IO


class UnpackedMember:
    """Its readers share one file, each at its own place; the file is closed with the last of them."""

    def __init__(self, name: str, file: IO[bytes]) -> None:
        self.name = name
        self.file = file
        self.lock = threading.Lock()
        weakref.finalize(self, file.close)

    def open(self) -> IO[bytes]:
        """Open it."""
        return io.BufferedReader(_SharedStream(self), 1 << 16)


class _SharedStream(io.RawIOBase):
    def __init__(self, member: UnpackedMember) -> None:
        self._member = member
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with self._member.lock:
            if whence == io.SEEK_CUR:
                self._member.file.seek(self._at)
            self._at = self._member.file.seek(offset, whence)
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        with self._member.lock:
            self._member.file.seek(self._at)
            data = self._member.file.read(len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
