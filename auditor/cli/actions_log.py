"""Keeps what we print in a GitHub Actions log from being read as a workflow command.

The runner takes a line whose first sign that is no blank is `::` for a command, and `##[` anywhere in a line. What we quote
from other logs holds both. https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import atexit
import codecs
import io
import os
import re
import sys
from typing import BinaryIO, TextIO, cast

_COMMAND = re.compile(r"^(\s*):(?=:)", re.MULTILINE)
_OLD_COMMAND = re.compile(r"#(?=#\[)")
_JOINER = "\u2060"


def inert(text: str) -> str:
    """The same text to a reader's eyes, and no command to the runner. JSON stays the same JSON."""
    return _OLD_COMMAND.sub(lambda _: f"#{_JOINER}", _COMMAND.sub(rf"\1:{_JOINER}", text))


def guard_streams() -> None:
    """Inside of GitHub Actions, let standard output and standard error print nothing that is a command."""
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for name in ("stdout", "stderr"):
            guarded = InertText(getattr(sys, name))
            atexit.register(guarded.finish)
            setattr(sys, name, guarded)


def print_commands(text: str) -> None:
    """Print workflow commands of our own making, whose parts have been escaped by whoever made them."""
    stream: object = sys.stdout
    real = stream.real if isinstance(stream, InertText) else sys.stdout
    sys.stdout.flush()
    real.write(text)
    real.flush()


class InertText(io.TextIOBase):
    """A text stream whose lines are no commands; it hands on whole lines, and the rest when it is flushed."""

    def __init__(self, real: TextIO) -> None:
        self.real = real
        self._line = ""
        self._bytes = _InertBytes(self)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Of the stream behind."""
        return self.real.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """Of the stream behind."""
        return self.real.errors

    @property
    def buffer(self) -> BinaryIO:
        """For bytes, which are read as UTF-8."""
        return cast("BinaryIO", self._bytes)

    def isatty(self) -> bool:
        """Of the stream behind."""
        return self.real.isatty()

    def fileno(self) -> int:
        """Of the stream behind."""
        return self.real.fileno()

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, text: str) -> int:
        """Hand on the whole lines."""
        whole, newline, self._line = (self._line + text).rpartition("\n")
        if newline:
            self.real.write(inert(whole) + newline)
        return len(text)

    def flush(self) -> None:
        """Hand on the line as far as it is clear that no command begins at its end."""
        clear = self._line.rstrip(":# \t")
        if clear:
            self.real.write(inert(clear))
            self._line = self._line[len(clear) :]
        self.real.flush()

    def finish(self) -> None:
        """Hand on the rest."""
        rest, self._line = self._line, ""
        self.real.write(inert(rest))
        self.real.flush()


class _InertBytes(io.RawIOBase):
    def __init__(self, text: InertText) -> None:
        self._text = text
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def write(self, data: object) -> int:
        given = bytes(cast("bytes", data))
        self._text.write(self._decoder.decode(given))
        return len(given)

    def writable(self) -> bool:
        return True

    def flush(self) -> None:
        self._text.flush()
