"""`relaudit map`: what a tag will set in motion."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.errors import written_clearly
from auditor.cli.live import ApiUrlOption, RepoOption, TimeoutOption
from auditor.cli.source import (
    BundleOption,
    ConfigOption,
    PathArgument,
    RefOption,
    RulesOption,
    Source,
    mistakes_told,
    read,
)
from auditor.cli.written import write_text


class MapFormat(StrEnum):
    """How the map is printed."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    MERMAID = "mermaid"
    JSON = "json"


def map_command(
    path: PathArgument = None,
    tag: Annotated[str | None, typer.Option("--tag", help="The tag. Default: a sample that starts the most.")] = None,
    repo: RepoOption = None,
    ref: RefOption = None,
    source: BundleOption = None,
    output_format: Annotated[
        MapFormat | None, typer.Option("--format", help="Default: terminal on a terminal, else markdown.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write here instead of to standard output.", metavar="FILE")
    ] = None,
    config: ConfigOption = None,
    rules: RulesOption = None,
    api_url: ApiUrlOption = None,
    timeout: TimeoutOption = 30.0,
) -> None:
    """Show what a tag sets in motion: workflows, jobs that publish, platforms, guards, secrets, hub and spokes."""
    with mistakes_told():
        from auditor.release_map.build import release_map

        found = read(Source(path, repo, ref, source, config, tuple(rules or ()), api_url, timeout))
        drawn = release_map(found.subject(), tag, found.config.hubs)
        wanted = output_format or (MapFormat.TERMINAL if output is None and sys.stdout.isatty() else MapFormat.MARKDOWN)
        if wanted is MapFormat.TERMINAL and output is None:
            from rich.console import Console

            from auditor.report.map_terminal import print_map

            print_map(drawn, Console(highlight=False))
            return
        if wanted is MapFormat.JSON:
            text = drawn.model_dump_json(indent=2) + "\n"
        elif wanted is MapFormat.MERMAID:
            from auditor.report.map_mermaid import map_graph

            text = f"{map_graph(drawn) or 'graph LR'}\n"
        elif wanted is MapFormat.MARKDOWN:
            from auditor.report.map_markdown import map_markdown

            text = map_markdown(drawn)
        else:
            from io import StringIO

            from rich.console import Console

            from auditor.report.map_terminal import print_map

            told = StringIO()
            print_map(drawn, Console(file=told, highlight=False, width=100))
            text = told.getvalue()
        with written_clearly(output):
            write_text(text, output)
