"""`relaudit run`: audit the release of a tag."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.errors import WRONG_USAGE, told_clearly

if TYPE_CHECKING:
    from auditor.model.audit import Audit


class RunFormat(StrEnum):
    """How the audit is printed."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"


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
) -> None:
    """Audit what the release of TAG really shipped, why the rest did not, and what to do next.

    Exit code: 0 all that should have shipped has; 1 a problem was found; 2 wrong usage; 3 the audit is incomplete.
    """
    from auditor.rulebook.book import Rulebook

    if source is None:
        typer.echo(
            "relaudit: name the recorded release with --from BUNDLE (docs/bundles.md tells how to record one)", err=True
        )
        raise typer.Exit(WRONG_USAGE)
    with told_clearly():
        from auditor.collect.bundle import read_bundle
        from auditor.diagnose.release import audit

        book = Rulebook.load(rules or ())
        found = audit(read_bundle(source, tag), book)
        _print(found, output_format or _default(output), output)
    raise typer.Exit(found.exit_code)


def _default(output: Path | None) -> RunFormat:
    """By the file's ending where there is a file; else whatever reads best where the output goes."""
    if output is not None:
        return RunFormat.JSON if output.suffix == ".json" else RunFormat.MARKDOWN
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
    else:
        from auditor.report.markdown import markdown

        text = markdown(found)
    if output is None:
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.flush()
    else:
        output.write_text(text, "utf-8")
