"""The command tree. Command modules import what they need when they run, so that start-up stays light."""

from __future__ import annotations

import typer

from auditor.cli import rules
from auditor.cli.explain import explain

app = typer.Typer(no_args_is_help=True)
app.add_typer(rules.app, name="rules")
app.command()(explain)
