"""The command tree. Command modules import what they need when they run, so that start-up stays light."""

from __future__ import annotations

from typing import Annotated

import typer

from auditor import __version__
from auditor.cli import cache, post, rules
from auditor.cli.action import action
from auditor.cli.check import OptionalFixCommand, check
from auditor.cli.explain import explain
from auditor.cli.fetch import fetch
from auditor.cli.init import init
from auditor.cli.map import map_command
from auditor.cli.notify import notify
from auditor.cli.run import run
from auditor.cli.secrets import secrets
from auditor.cli.stats import stats
from auditor.cli.status import badge, status
from auditor.cli.verify import verify

app = typer.Typer(
    name="relaudit",
    help="Audit what a release tag really shipped: what went where, why the rest did not, and what to do next.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(run)
app.command()(verify)
app.command()(stats)
app.command()(explain)
app.command()(fetch)
app.command()(status)
app.command()(badge)
app.command()(notify)
app.command(cls=OptionalFixCommand)(check)
app.command("map")(map_command)
app.command()(init)
app.command()(secrets)
app.command(hidden=True)(action)
app.add_typer(post.app, name="post")
app.add_typer(rules.app, name="rules")
app.add_typer(cache.app, name="cache")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"relaudit {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Audit what a release tag really shipped."""
