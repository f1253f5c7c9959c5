"""`relaudit notify`: tell people of an audit when a verdict has changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.audited import (
    ConfigOption,
    OptionalTagArgument,
    RulesOption,
    SourceOption,
    VerifyOption,
    audited,
    chosen,
    tag_here,
)
from auditor.cli.errors import told_clearly
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
)


def notify(
    tag: OptionalTagArgument = None,
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to",
            help="NAME of an environment variable that holds an address in Apprise's form. Default: the configuration's.",
            metavar="VARIABLE",
        ),
    ] = None,
    history: Annotated[
        Path | None,
        typer.Option("--history", help="Tell only what is new since the audit kept in this folder.", metavar="DIR"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the message, and send nothing.")] = False,
    source: SourceOption = None,
    verify: VerifyOption = None,
    config: ConfigOption = None,
    rules: RulesOption = None,
    repo: RepoOption = None,
    api_url: ApiUrlOption = None,
    run_ids: RunOption = None,
    all_logs: AllLogsOption = False,
    no_cache: NoCacheOption = False,
    timeout: TimeoutOption = 30.0,
    verbose: VerboseOption = False,
    debug_http: DebugHttpOption = False,
) -> None:
    """Send one line about TAG to Slack, Discord, Teams, mail or a webhook.

    With --history, only when a verdict has changed since. Exit code: 0 when everybody was told or nothing is new; 2 when
    somebody could not be.
    """
    options = LiveOptions(repo, api_url, tuple(run_ids or ()), all_logs, no_cache, timeout, verbose, debug_http)
    with told_clearly():
        from auditor.config import load_config
        from auditor.deliver.changes import changes
        from auditor.deliver.notify import message, send
        from auditor.deliver.problems import DeliverError
        from auditor.history.entry import entry_of
        from auditor.history.folder import read_entries, write_entry

        names = tuple(to or (each.url_variable for each in load_config(config).notify))
        if not names and not dry_run:
            raise DeliverError("nobody to tell: give --to VARIABLE, or [[notify]] in relaudit.toml")
        found = audited(tag_here(tag, source, repo), source, options, rules, chosen(verify, None, config)).whole("sent")
        entries = read_entries(history, found.repository) if history is not None else ()
        before = next((entry for entry in entries if entry.tag == found.tag), None)
        news = changes({p: v.value for p, v in before.verdicts.items()}, found) if before is not None else ()
        if before is not None and not news:
            typer.echo("nothing new: nobody was told")
            return
        told = message(found, news)
        if dry_run:
            typer.echo(f"would send to {', '.join(names) or 'nobody'}\n{told.title}\n{told.body}")
            return
        reached = send(told, names)
        if history is not None:
            write_entry(history, entry_of(found))
    typer.echo(f"told {', '.join(reached)}")
