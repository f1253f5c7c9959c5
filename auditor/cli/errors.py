"""Errors a person can cause become one clear line on standard error, and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

WRONG_USAGE = 2
INCOMPLETE = 3
INTERRUPTED = 130


@contextmanager
def written_clearly(output: Path | None) -> Iterator[None]:
    """Turn the error of a file, or of standard output, that cannot be written into its message and exit code 2."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        typer.echo(f"relaudit: {output or 'standard output'}: cannot be written: {error.strerror or error}", err=True)
        raise typer.Exit(WRONG_USAGE) from None


@contextmanager
def told_clearly() -> Iterator[None]:
    """Turn errors into their message and exit code: 2 for wrong input, 3 for what GitHub does not give, 130 for Ctrl-C."""
    from auditor.collect.folder import BundleError
    from auditor.collect.github.problems import (
        AnswerError,
        GitHubError,
        NoRunsError,
        RateLimitedError,
        UnreachableError,
    )
    from auditor.config.errors import ConfigError
    from auditor.deliver.problems import DeliverError
    from auditor.errors import UsageError
    from auditor.history.problems import HistoryError
    from auditor.rulebook.load import RulesError

    try:
        yield
    except (BundleError, ConfigError, DeliverError, HistoryError, RulesError, GitHubError, UsageError) as error:
        typer.echo(f"relaudit: {error}", err=True)
        not_given = isinstance(error, AnswerError | NoRunsError | RateLimitedError | UnreachableError)
        raise typer.Exit(INCOMPLETE if not_given else WRONG_USAGE) from None
    except KeyboardInterrupt:
        typer.echo("relaudit: interrupted before there was anything to tell", err=True)
        raise typer.Exit(INTERRUPTED) from None
