"""`relaudit secrets`: which secrets a release reads, which exist, and what a human must do. Names only."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.errors import written_clearly
from auditor.cli.live import ApiUrlOption, RepoOption, TimeoutOption
from auditor.cli.source import (
    BundleOption,
    ConfigOption,
    PathArgument,
    Read,
    RefOption,
    RulesOption,
    Source,
    mistakes_told,
    question,
    read,
)
from auditor.cli.written import write_text

if TYPE_CHECKING:
    from auditor.checks.subject import Subject
    from auditor.collect.github.secret_names import SecretNames


class SecretsFormat(StrEnum):
    """How the report is printed."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"


def secrets(
    path: PathArgument = None,
    repo: RepoOption = None,
    ref: RefOption = None,
    source: BundleOption = None,
    older_than: Annotated[
        int | None, typer.Option("--older-than", help="Days after which a secret is old.", min=1, metavar="DAYS")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask GitHub which secrets exist.")] = False,
    output_format: Annotated[
        SecretsFormat | None, typer.Option("--format", help="Default: terminal on a terminal, else markdown.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write here instead of to standard output.", metavar="FILE")
    ] = None,
    config: ConfigOption = None,
    rules: RulesOption = None,
    api_url: ApiUrlOption = None,
    timeout: TimeoutOption = 30.0,
) -> None:
    """List the secrets that publishing reads, which of them exist and how old they are. Never a value.

    Exit code: 0 all there; 1 one is missing or old; 2 wrong usage; 3 it could not be seen whether they are there.
    """
    with mistakes_told():
        from datetime import UTC, datetime

        from auditor.release_map.secrets import secret_report

        found = read(Source(path, repo, ref, source, config, tuple(rules or ()), api_url, timeout))
        subject = found.subject()
        report = secret_report(
            subject,
            None if offline or source is not None else _asked(found, subject),
            datetime.now(UTC),
            older_than_days=older_than or found.config.secrets.max_age_days,
            ignore=found.config.secrets.ignore,
        )
        wanted = output_format or (
            SecretsFormat.TERMINAL if output is None and sys.stdout.isatty() else SecretsFormat.MARKDOWN
        )
        with written_clearly(output):
            if wanted is SecretsFormat.TERMINAL:
                from rich.console import Console

                from auditor.report.secrets_terminal import print_secrets

                if output is None:
                    print_secrets(report, Console(highlight=False))
                else:
                    with output.open("w", encoding="utf-8") as file:
                        print_secrets(report, Console(file=file, highlight=False, width=100))
                raise typer.Exit(report.exit_code)
            if wanted is SecretsFormat.JSON:
                text = report.model_dump_json(indent=2) + "\n"
            else:
                from auditor.report.secrets_markdown import secrets_markdown

                text = secrets_markdown(report)
            write_text(text, output)
    raise typer.Exit(report.exit_code)


def _asked(found: Read, subject: Subject) -> SecretNames | None:
    """What GitHub says; nothing, with a line on standard error, when there is nobody to ask."""
    from auditor.collect.github.problems import GitHubError
    from auditor.collect.github.secret_names import secret_names
    from auditor.release_map.secrets import environments_of

    try:
        asked = question(found.source, found.root)
        return secret_names(asked, environments_of(subject))
    except GitHubError as error:
        if found.source.repo is not None:
            raise
        typer.echo(f"relaudit: {error}; GitHub is not asked", err=True)
        return None
