"""`relaudit rules`: list, show and test the rulebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="List, show and test the rules.", no_args_is_help=True)

RulesOption = Annotated[list[Path] | None, typer.Option("--rules", help="A folder of rules to merge by id.")]


@app.command("list")
def list_rules(rules: RulesOption = None) -> None:
    """List all rules: id, classification, role."""
    from auditor.rulebook.book import Rulebook

    for rule in Rulebook.load(rules or ()).rules:
        typer.echo(f"{rule.id}  {getattr(rule.written, 'classification', rule.section)}")


@app.command()
def test(
    rules: RulesOption = None, only: Annotated[str, typer.Option(help="Only problems of ids with this prefix.")] = ""
) -> None:
    """Run every rule on its own examples and on those of all others."""
    from auditor.rulebook.book import Rulebook
    from auditor.rulebook.load import RulesError
    from auditor.rulebook.selftest import problems

    try:
        book = Rulebook.load(rules or ())
    except RulesError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    found = [problem for problem in problems(book) if problem.rule.startswith(only)]
    for problem in found:
        typer.echo(f"{problem.rule}: {problem.text}")
    typer.echo(f"{len(book.rules)} rules, {len(found)} problems")
    raise typer.Exit(1 if found else 0)
