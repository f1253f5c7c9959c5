"""`relaudit run`: audit the release of a tag."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.errors import INTERRUPTED, WRONG_USAGE, told_clearly, written_clearly
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
    gathered_release,
)
from auditor.cli.rulebook import load_rulebook

if TYPE_CHECKING:
    from auditor.collect.collected import Collected
    from auditor.model.audit import Audit
    from auditor.rulebook.book import Rulebook


class RunFormat(StrEnum):
    """How the audit is printed."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"
    HTML = "html"


def run(
    tag: Annotated[str, typer.Argument(help="The release tag, for example v1.0.35.")],
    source: Annotated[
        Path | None,
        typer.Option("--from", help="A bundle: a folder, or a .zip of it (docs/bundles.md).", metavar="BUNDLE"),
    ] = None,
    output_format: Annotated[
        RunFormat | None, typer.Option("--format", help="Default: terminal on a terminal, else markdown.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write here instead of to standard output.", metavar="FILE")
    ] = None,
    rules: Annotated[
        list[Path] | None, typer.Option("--rules", help="A folder of rules, merged by id.", metavar="DIR")
    ] = None,
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
    if source is not None and (repo is not None or run_ids):
        typer.echo("relaudit: --from reads a recorded release; leave out --repo and --run", err=True)
        raise typer.Exit(WRONG_USAGE)
    options = LiveOptions(repo, api_url, tuple(run_ids or ()), all_logs, no_cache, timeout, verbose, debug_http)
    interrupted = False
    with told_clearly():
        from auditor.diagnose.release import audit

        book = load_rulebook(rules)
        with _collected(tag, source, options, book) as (collected, interrupted):
            found = audit(collected, book)
        with written_clearly(output):
            _print(found, output_format or _default(output), output)
    raise typer.Exit(INTERRUPTED if interrupted else found.exit_code)


@contextmanager
def _collected(tag: str, source: Path | None, options: LiveOptions, book: Rulebook) -> Iterator[tuple[Collected, bool]]:
    """The facts, from a bundle or from GitHub; and whether getting them was interrupted."""
    if source is not None:
        from auditor.collect.bundle import read_bundle

        yield read_bundle(source, tag), False
        return
    from auditor.collect.github.gather import read_gathered

    with gathered_release(tag, options, book) as release:
        yield read_gathered(release, tag), release.interrupted


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
    if output is None:
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.flush()
    else:
        output.write_text(text, "utf-8")
