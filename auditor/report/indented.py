"""Prints wrapped text with an indent, without the blanks at line ends that padding would leave in a file."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text


def print_indented(console: Console, text: Text, indent: int) -> None:
    """Print a text whose every line begins `indent` cells from the left."""
    width = max(20, console.width - indent)
    for line in text.wrap(console, width):
        line.rstrip()
        shown = Text(" " * indent)
        shown.append_text(line)
        console.print(shown, no_wrap=True, overflow="ignore", crop=False)
