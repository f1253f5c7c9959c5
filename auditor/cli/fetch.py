"""`relaudit fetch`: keep the facts of a release as a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
    gathered_release,
)
from auditor.cli.rulebook import load_rulebook


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
    no_cache: NoCacheOption = False,
    timeout: TimeoutOption = 30.0,
    rules: Annotated[
        list[Path] | None, typer.Option("--rules", help="A folder of rules, merged by id.", metavar="DIR")
    ] = None,
    verbose: VerboseOption = False,
    debug_http: DebugHttpOption = False,
) -> None:
    """Fetch what GitHub says about the release of TAG into a bundle, for `relaudit run TAG --from BUNDLE`.

    Exit code: 0 all is there; 2 wrong usage; 3 something could not be had (the bundle says what); 130 interrupted.
    """
    with told_clearly():
        from auditor.collect.write import check_target, summary, write_bundle

        check_target(output, force)
        book = load_rulebook(rules)
        options = LiveOptions(repo, api_url, tuple(run or ()), all_logs, no_cache, timeout, verbose, debug_http)
        with gathered_release(tag, options, book) as release:
            write_bundle(release.folder, output, force)
            told = summary(release.folder)
        typer.echo(f"{output}: {told.text}")
        for what, why in told.missing:
            typer.echo(f"missing: {what}: {why}", err=True)
    if release.interrupted:
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(INCOMPLETE if told.missing else 0)
