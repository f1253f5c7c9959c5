"""What is shown while registries are asked: a table that changes on a terminal, a line for every change elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from auditor.api.verifying import Shows

if TYPE_CHECKING:
    from rich.table import Table

    from auditor.model.live import LiveAnswer, Target


class Lines:
    """One line on standard error for every answer that is another one than before."""

    def __init__(self) -> None:
        self._states: dict[str, str] = {}

    def told(self, answer: LiveAnswer) -> None:
        """Print it when it is news."""
        key, state = answer.target.key, answer.state.value
        before = self._states.get(key)
        self._states[key] = state
        if before is not None and before != state:
            now = datetime.now().astimezone()
            typer.echo(f"{now:%H:%M:%S} {key} {answer.target.version}: {before} → {state}", err=True)


class LiveTable:
    """The table of all targets, as far as they have answered."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self._answers: dict[str, LiveAnswer | None] = {target.key: None for target in targets}

    def told(self, answer: LiveAnswer) -> None:
        """Put it into its row."""
        self._answers[answer.target.key] = answer

    def __rich__(self) -> Table:
        from rich.table import Table
        from rich.text import Text

        from auditor.cli.verify_print import STYLES

        table = Table(box=None, pad_edge=False, show_header=False)
        for key, answer in self._answers.items():
            state = Text("asking …", style="dim") if answer is None else Text(answer.state.value, STYLES[answer.state])
            table.add_row(Text(key), state, Text(answer.reason if answer else "", style="dim", overflow="ellipsis"))
        return table


@contextmanager
def shown(targets: Sequence[Target]) -> Iterator[Shows]:
    """Show while the context lasts; on a terminal nothing is left behind."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console
    from rich.live import Live

    table = LiveTable(targets)
    with Live(table, console=Console(stderr=True), transient=True, refresh_per_second=4):
        yield table
