"""The live display on a terminal: what is being fetched, how much came, how many requests GitHub still allows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from auditor.collect.github.progress import Kind


class Display:
    """Keeps the numbers and draws them as one line."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._found: dict[Kind, int] = {}
        self._done: dict[Kind, int] = {}
        self._bytes = 0
        self._requests = 0
        self._remaining: int | None = None
        self._spinner = Spinner("dots")

    def found(self, kind: Kind, number: int) -> None:
        """So many more are to be had."""
        self._found[kind] = self._found.get(kind, 0) + number

    def done(self, kind: Kind, number: int = 1) -> None:
        """So many more are here."""
        self._done[kind] = self._done.get(kind, 0) + number

    def received(self, size: int) -> None:
        """So many more bytes came."""
        self._bytes += size

    def asked(self, remaining: int | None, limit: int | None) -> None:
        """One more request was answered."""
        self._requests += 1
        self._remaining = remaining if remaining is not None else self._remaining

    def note(self, text: str) -> None:
        """A line above the display."""
        self._console.print(Text(text, style="yellow"))

    def line(self) -> str:
        """The numbers in words."""
        parts = []
        for kind in ("runs", "jobs", "files", "logs"):
            found, done = self._found.get(kind), self._done.get(kind, 0)
            if found is not None or done:
                parts.append(f"{kind} {done}/{found}" if found is not None else f"{kind} {done}")
        parts.append(f"{self._bytes / 1_000_000:.1f} MB")
        parts.append(f"{self._requests} requests")
        if self._remaining is not None:
            parts.append(f"{self._remaining:,} allowed")
        return " · ".join(parts)

    def __rich__(self) -> Spinner:
        self._spinner.update(text=Text(f"Asking GitHub: {self.line()}", no_wrap=True, overflow="ellipsis"))
        return self._spinner


@contextmanager
def live_display() -> Iterator[Display]:
    """Draw on standard error while the context lasts, and leave nothing behind."""
    console = Console(stderr=True)
    display = Display(console)
    with Live(display, console=console, transient=True, refresh_per_second=10):
        yield display
