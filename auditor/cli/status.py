"""`relaudit status`: write or update a status document. `relaudit badge`: draw a badge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.audited import (
    Audited,
    ConfigOption,
    OptionalTagArgument,
    RulesOption,
    SourceOption,
    VerifyOption,
    audited,
    chosen,
    tag_here,
)
from auditor.cli.errors import WRONG_USAGE, told_clearly, written_clearly
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
from auditor.cli.written import write_text
from auditor.report.document_kinds import Document

if TYPE_CHECKING:
    from auditor.model.release_map import ReleaseMap

HistoryOption = Annotated[
    Path | None,
    typer.Option("--history", help="A folder of what earlier audits said; this one is added.", metavar="DIR"),
]


def status(
    tag: OptionalTagArgument = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="The document. Default: print the region.", metavar="FILE"),
    ] = None,
    kind: Annotated[Document, typer.Option("--document", help="Which document.")] = Document.STATUS,
    history: HistoryOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the document, and write nothing.")] = False,
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
    """Write a status document, or update the region of one that is there; every other byte of it stays.

    The region stands between `<!-- relaudit:begin NAME -->` and `<!-- relaudit:end NAME -->`, NAME being that of the
    document. Ticks in its checklist are kept. Exit code: 0 when it is written, whatever the audit says; 2 when not.
    """
    options = LiveOptions(repo, api_url, tuple(run_ids or ()), all_logs, no_cache, timeout, verbose, debug_http)
    with told_clearly():
        from auditor.deliver.status_file import with_region, write_region
        from auditor.history.entry import entry_of
        from auditor.history.folder import read_entries, write_entry
        from auditor.report.status import status_document

        done = audited(tag_here(tag, source, repo), source, options, rules, chosen(verify, None, config))
        found = done.whole("written")
        past = read_entries(history, found.repository) if history is not None else ()
        plan = _map_of(done) if kind is Document.ARCHITECTURE else None
        text = status_document(kind, found, done.book, history=past, release_map=plan)
        with written_clearly(output):
            if output is None:
                write_text(text, None)
                return
            if dry_run:
                write_text(with_region(output, kind, text), None)
                return
            changed = write_region(output, kind, text)
            if history is not None:
                write_entry(history, entry_of(found))
    typer.echo(f"{output}: {'written' if changed else 'nothing new'}")


def badge(
    tag: OptionalTagArgument = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Where to; an .svg is drawn, a .json is for shields.io.", metavar="FILE"),
    ] = None,
    platform: Annotated[
        str | None, typer.Option("--platform", help="Of one platform instead of the release.", metavar="NAME")
    ] = None,
    source: SourceOption = None,
    verify: VerifyOption = None,
    config: ConfigOption = None,
    rules: RulesOption = None,
    repo: RepoOption = None,
    api_url: ApiUrlOption = None,
    run_ids: RunOption = None,
    no_cache: NoCacheOption = False,
    timeout: TimeoutOption = 30.0,
    verbose: VerboseOption = False,
    debug_http: DebugHttpOption = False,
) -> None:
    """Draw the badge of a release, or of one platform of it.

    An `.svg` is a picture of its own; anything else is JSON for https://shields.io/badges/endpoint-badge.
    """
    options = LiveOptions(repo, api_url, tuple(run_ids or ()), False, no_cache, timeout, verbose, debug_http)
    with told_clearly():
        from auditor.report.badge import badge as badge_of

        found = audited(tag_here(tag, source, repo), source, options, rules, chosen(verify, None, config)).whole(
            "drawn"
        )
        try:
            drawn = badge_of(found, platform)
        except KeyError:
            names = ", ".join(p.platform for p in found.platforms) or "none"
            typer.echo(f"relaudit: no job of {found.tag} publishes to {platform}; there are: {names}", err=True)
            raise typer.Exit(WRONG_USAGE) from None
        text = drawn.svg() if output is not None and output.suffix == ".svg" else drawn.endpoint()
        with written_clearly(output):
            write_text(text, output)


def _map_of(done: Audited) -> ReleaseMap:
    """What the release's own workflow files start for its tag."""
    from auditor.checks.subject import subject_of
    from auditor.release_map.build import release_map

    return release_map(subject_of(done.workflows, done.book, done.audit.repository), done.audit.tag)
