"""Errors a person can cause become one clear line on standard error, and the exit code for wrong usage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

WRONG_USAGE = 2


@contextmanager
def told_clearly() -> Iterator[None]:
    """Turn the errors of wrong input into their message and exit code 2."""
    from auditor.collect.folder import BundleError
    from auditor.rulebook.load import RulesError

    try:
        yield
    except (BundleError, RulesError) as error:
        typer.echo(f"relaudit: {error}", err=True)
        raise typer.Exit(WRONG_USAGE) from None
