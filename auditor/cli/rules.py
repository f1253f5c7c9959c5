"""`relaudit rules`: list, show and test the rulebook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.errors import WRONG_USAGE, told_clearly
from auditor.cli.rulebook import load_rulebook

if TYPE_CHECKING:
    from auditor.rulebook.book import Rule, Rulebook

app = typer.Typer(help="List, show and test the rules.", no_args_is_help=True)

RulesOption = Annotated[
    list[Path] | None, typer.Option("--rules", help="A folder of rules, merged by id.", metavar="DIR")
]


def _book(rules: list[Path] | None) -> Rulebook:

    with told_clearly():
        return load_rulebook(rules)


@app.command("list")
def list_rules(
    platform: Annotated[str | None, typer.Argument(help="Only this platform's rules.")] = None,
    rules: RulesOption = None,
) -> None:
    """List platforms and their rules: id, and what a match means."""
    book = _book(rules)
    if platform is not None and platform not in book.platforms:
        typer.echo(f"relaudit: no platform {platform!r}; there are: {', '.join(book.platforms)}", err=True)
        raise typer.Exit(WRONG_USAGE)
    shown = [rule for rule in (*book.rules, *book.hints) if platform in (None, rule.platform)]
    width = max((len(rule.id) for rule in shown), default=0)
    for rule in shown:
        typer.echo(f"{rule.id:{width}}  {_meaning(rule)}")


@app.command()
def show(rule_id: Annotated[str, typer.Argument(help="A rule's id.", metavar="ID")], rules: RulesOption = None) -> None:
    """Show one rule: its expression, what it means, its fix and its examples."""
    book = _book(rules)
    try:
        rule = book.rule(rule_id)
    except KeyError:
        import difflib

        near = difflib.get_close_matches(rule_id, [rule.id for rule in (*book.rules, *book.hints)], n=3)
        hint = f"; did you mean {', '.join(near)}?" if near else "; `relaudit rules list` names them all"
        typer.echo(f"relaudit: no rule {rule_id!r}{hint}", err=True)
        raise typer.Exit(WRONG_USAGE) from None
    from auditor.rulebook.show import rule_text

    typer.echo(rule_text(rule), nl=False)


@app.command()
def test(
    rules: RulesOption = None,
    only: Annotated[str, typer.Option(help="Only problems of rules whose id begins like this.", metavar="PREFIX")] = "",
) -> None:
    """Run every rule on its own examples and on those of all others. Exit code 1 when something does not hold."""
    from auditor.rulebook.selftest import problems

    book = _book(rules)
    found = [problem for problem in problems(book) if problem.rule.startswith(only)]
    for problem in found:
        typer.echo(f"{problem.rule}: {problem.text}")
    tested = (*book.rules, *book.hints)
    examples = sum(len(rule.written.examples.match) + len(rule.written.examples.no_match) for rule in tested)
    typer.echo(
        f"{len(book.platforms)} platforms, {len(tested)} rules, {examples} examples: "
        + (f"{len(found)} problems" if found else "all hold")
    )
    raise typer.Exit(1 if found else 0)


def _meaning(rule: Rule) -> str:
    from auditor.rulebook.schema import FailureRule

    if isinstance(rule.written, FailureRule):
        return f"{rule.written.classification.value} ({rule.written.role.value})"
    return {"success": "published", "already": "nothing to publish"}.get(rule.section, rule.section)
