"""`relaudit fetch`: keep the facts of a release as a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.audited import ConfigOption, RulesOption, VerifyOnlyOption, VerifyOption, chosen, fetched
from auditor.cli.errors import INCOMPLETE, INTERRUPTED, told_clearly
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


def fetch(
    tag: Annotated[str, typer.Argument(help="The release tag, for example v1.0.35.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Where to: a folder, or a file that ends in .zip.", metavar="BUNDLE")
    ],
    repo: RepoOption = None,
    api_url: ApiUrlOption = None,
    run: RunOption = None,
    all_logs: AllLogsOption = False,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    verify: VerifyOption = None,
    verify_only: VerifyOnlyOption = None,
    config: ConfigOption = None,
    no_cache: NoCacheOption = False,
    timeout: TimeoutOption = 30.0,
    rules: RulesOption = None,
    verbose: VerboseOption = False,
    debug_http: DebugHttpOption = False,
) -> None:
    """Fetch what GitHub and the registries say about the release of TAG into a bundle, for `relaudit run TAG --from BUNDLE`.

    Exit code: 0 all is there; 2 wrong usage; 3 something could not be had (the bundle says what); 130 interrupted.
    """
    with told_clearly():
        from auditor.collect.write import check_target, summary, write_bundle

        check_target(output, force)
        options = LiveOptions(repo, api_url, tuple(run or ()), all_logs, no_cache, timeout, verbose, debug_http)
        with fetched(tag, options, rules, chosen(verify, verify_only, config)) as release:
            masked = write_bundle(release.folder, output, force)
            told = summary(release.folder)
        typer.echo(f"{output}: {told.text}")
        if masked:
            more = f" and {len(masked) - 5} more" if len(masked) > 5 else ""
            typer.echo(f"secrets masked in: {', '.join(masked[:5])}{more}", err=True)
        for what, why in told.missing:
            typer.echo(f"missing: {what}: {why}", err=True)
    if release.interrupted:
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(INCOMPLETE if told.missing else 0)
