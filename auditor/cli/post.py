"""`relaudit post`: bring the audit of a tag to an issue or a pull request, and findings of a check to a pull request."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.audited import ConfigOption, RulesOption, SourceOption, TagArgument, VerifyOption, audited, chosen
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
from auditor.cli.post_check import post_check

if TYPE_CHECKING:
    from auditor.deliver.issue import Posted
    from auditor.deliver.tracker import Tracker
    from auditor.model.audit import Audit

app = typer.Typer(help="Bring an audit, or new findings, to issues and pull requests.", no_args_is_help=True)
app.command("check")(post_check)

DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")]


@app.command()
def issue(
    tag: TagArgument,
    source: SourceOption = None,
    rolling: Annotated[bool | None, typer.Option("--rolling/--per-tag", help="One issue for all tags.")] = None,
    always: Annotated[bool | None, typer.Option("--always", help="Open one also when all has shipped.")] = None,
    dry_run: DryRunOption = False,
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
    """Open or update the one issue about TAG; close it when everything has shipped.

    Labels, assignees and milestone come from the configuration. Exit code: 0 when it could be posted, whatever the audit
    says; 2 when it could not.
    """
    options = LiveOptions(repo, api_url, tuple(run_ids or ()), all_logs, no_cache, timeout, verbose, debug_http)
    with told_clearly():
        from auditor.config import load_config
        from auditor.deliver.issue import IssueSettings, post_issue

        written = load_config(config).issue
        settings = IssueSettings(
            written.labels,
            written.assignees,
            written.milestone,
            written.rolling if rolling is None else rolling,
            written.close,
            written.always if always is None else always,
        )
        found = audited(tag, source, options, rules, chosen(verify, None, config)).whole("posted")
        _say(post_issue(_tracker(found, options, dry_run), found, settings), "issue", dry_run)


@app.command("pr")
def pull_request(
    tag: TagArgument,
    source: SourceOption = None,
    pull: Annotated[
        int | None,
        typer.Option("--pr", help="The pull request. Default: the one the tag's commit came from.", metavar="NUMBER"),
    ] = None,
    dry_run: DryRunOption = False,
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
    """Keep one comment about TAG on a pull request.

    Exit code: 0 when it could be posted, whatever the audit says; 2 when it could not.
    """
    options = LiveOptions(repo, api_url, tuple(run_ids or ()), all_logs, no_cache, timeout, verbose, debug_http)
    with told_clearly():
        from auditor.deliver.pull_request import post_audit

        found = audited(tag, source, options, rules, chosen(verify, None, config)).whole("posted")
        _say(post_audit(_tracker(found, options, dry_run), found, pull), "pull request", dry_run)


def _tracker(found: Audit, options: LiveOptions, dry_run: bool) -> Tracker:
    from auditor.collect.github.address import server
    from auditor.collect.github.token import find_token
    from auditor.deliver.dry_run import DryRun
    from auditor.deliver.problems import DeliverError
    from auditor.deliver.tracker import GitHubTracker

    github = server(options.api_url, os.environ)
    token = find_token(github, found.repository, os.environ)
    real = GitHubTracker(found.repository, token.value, github.api, timeout=options.timeout) if token else None
    if dry_run:
        return DryRun(typer.echo, real)
    if real is None:
        raise DeliverError("posting needs a token: set GITHUB_TOKEN, log in with `gh auth login`, or try --dry-run")
    return real


def _say(done: Posted, what: str, dry_run: bool) -> None:
    if dry_run:
        if not done.did:
            typer.echo("nothing would be written")
        return
    if done.number is None:
        typer.echo(f"no {what} is needed: everything has shipped")
        return
    did = ", ".join(done.did) if done.did else "nothing new"
    typer.echo(f"{what} #{done.number}: {did.replace(',,', ',')}  {done.url or ''}".rstrip())
