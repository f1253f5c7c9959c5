"""`relaudit run`: audit the release of a tag."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.audited import ConfigOption, RulesOption, SourceOption, VerifyOnlyOption, VerifyOption, audited, chosen
from auditor.cli.errors import INTERRUPTED, told_clearly, written_clearly
from auditor.cli.live import (
    AllLogsOption,
    ApiUrlOption,
    DebugHttpOption,
    LiveOptions,
    NoCacheOption,
    RepoOption,
    RunOption,
    TimeoutOption,
    VerboseOption,
)
from auditor.cli.written import write_text

if TYPE_CHECKING:
    from auditor.model.audit import Audit


class RunFormat(StrEnum):
    """How the audit is printed."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"
    HTML = "html"


def run(
    tag: Annotated[str, typer.Argument(help="The release tag, for example v1.0.35.")],
    source: SourceOption = None,
    output_format: Annotated[
        RunFormat | None, typer.Option("--format", help="Default: terminal on a terminal, else markdown.")
    ] = None,
    outputs: Annotated[
        list[Path] | None,
        typer.Option(
            "-o",
            "--output",
            help="Write here instead of to standard output; in the form of its ending. Repeatable.",
            metavar="FILE",
        ),
    ] = None,
    verify: VerifyOption = None,
    verify_only: VerifyOnlyOption = None,
    config: ConfigOption = None,
    rules: RulesOption = None,
    repo: RepoOption = None,
    api_url: ApiUrlOption = None,
    run_ids: RunOption = None,
    all_logs: AllLogsOption = False,
    no_cache: NoCacheOption = False,
    timeout: TimeoutOption = 30.0,
    verbose: VerboseOption = False,
    debug_http: DebugHttpOption = False,
) -> None:
    """Audit what the release of TAG really shipped, why the rest did not, and what to do next.

    Exit code: 0 all that should have shipped has; 1 a problem was found; 2 wrong usage; 3 the audit is incomplete;
    130 interrupted, the audit is partial.
    """
    options = LiveOptions(repo, api_url, tuple(run_ids or ()), all_logs, no_cache, timeout, verbose, debug_http)
    with told_clearly():
        done = audited(tag, source, options, rules, chosen(verify, verify_only, config))
        for output in outputs or (None,):
            with written_clearly(output):
                _print(done.audit, output_format or _default(output), output)
    raise typer.Exit(INTERRUPTED if done.interrupted else done.audit.exit_code)


def _default(output: Path | None) -> RunFormat:
    """By the file's ending where there is a file; else whatever reads best where the output goes."""
    if output is not None:
        return {".json": RunFormat.JSON, ".html": RunFormat.HTML}.get(output.suffix, RunFormat.MARKDOWN)
    return RunFormat.TERMINAL if sys.stdout.isatty() else RunFormat.MARKDOWN


def _print(found: Audit, wanted: RunFormat, output: Path | None) -> None:
    if wanted is RunFormat.TERMINAL:
        from rich.console import Console

        from auditor.report.terminal import print_audit

        if output is None:
            print_audit(found, Console(highlight=False))
            return
        with output.open("w", encoding="utf-8") as file:
            print_audit(found, Console(file=file, highlight=False, width=100))
        return
    if wanted is RunFormat.JSON:
        text = found.model_dump_json(indent=2) + "\n"
    elif wanted is RunFormat.HTML:
        from auditor.report.html import html

        text = html(found)
    else:
        from auditor.report.markdown import markdown

        text = markdown(found)
    write_text(text, output)
