"""What `check`, `map`, `init` and `secrets` share: where the files come from, and the configuration that goes with them."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.api.release_source import Read, Source, files_at, question, read
from auditor.cli.errors import WRONG_USAGE, told_clearly

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "BundleOption",
    "ConfigOption",
    "PathArgument",
    "Read",
    "RefOption",
    "RulesOption",
    "Source",
    "files_at",
    "mistakes_told",
    "question",
    "read",
    "refuse",
]

PathArgument = Annotated[
    Path | None, typer.Argument(help="A checkout, or a workflow file in one. Default: the working directory.")
]
RefOption = Annotated[str | None, typer.Option("--ref", help="The branch, tag or commit to look at.", metavar="REF")]
BundleOption = Annotated[
    Path | None, typer.Option("--from", help="The workflow files of a bundle (docs/bundles.md).", metavar="BUNDLE")
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="The configuration. Default: the nearest relaudit.toml.", metavar="FILE"),
]
RulesOption = Annotated[
    list[Path] | None, typer.Option("--rules", help="A folder of rules, merged by id.", metavar="DIR")
]


@contextmanager
def mistakes_told() -> Iterator[None]:
    """Turn every error that a person can cause into one clear line and exit code 2."""
    from auditor.checks.baseline import BaselineError
    from auditor.collect.release_checkout import CheckoutError
    from auditor.config import ConfigError

    with told_clearly():
        try:
            yield
        except (BaselineError, CheckoutError, ConfigError) as error:
            for line in str(error).splitlines():
                typer.echo(f"relaudit: {line}", err=True)
            raise typer.Exit(WRONG_USAGE) from None


def refuse(message: str) -> typer.Exit:
    """Say what is wrong with the command line; to be raised."""
    typer.echo(f"relaudit: {message}", err=True)
    return typer.Exit(WRONG_USAGE)
