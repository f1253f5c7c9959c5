"""`relaudit init`: write a commented configuration from what the workflows publish."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.errors import written_clearly
from auditor.cli.source import PathArgument, RulesOption, Source, mistakes_told, read, refuse


def init(
    path: PathArgument = None,
    tag: Annotated[str | None, typer.Option("--tag", help="A release tag, where a sample would not do.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Default: relaudit.toml in the repository's root.", metavar="FILE"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    rules: RulesOption = None,
) -> None:
    """Write a relaudit.toml, with comments, from the release map. A file that is there stays, unless you say --force."""
    with mistakes_told():
        from auditor.config import parse_config
        from auditor.config.load import FILE
        from auditor.release_map.build import release_map
        from auditor.release_map.written_config import config_text

        found = read(Source(path, rules=tuple(rules or ())))
        root = found.root or Path.cwd()
        place = output or root / FILE
        if not force and (place.exists() or place.is_symlink()):
            raise refuse(f"{place} is there already; --force writes over it")
        if not force and output is None and found.config.source is not None:
            raise refuse(f"{found.config.source} holds the configuration already; --force writes {place} beside it")
        subject = found.subject()
        drawn = release_map(subject, tag)
        text = config_text(subject, drawn)
        parse_config(text, str(place), place.parent)
        with written_clearly(place):
            place.write_text(text, "utf-8")
    from auditor.report.words import plural

    targets = text.count("\n[[targets]]\n")
    typer.echo(f"{place}: {plural(len(drawn.platforms), 'platform')} found, {plural(targets, 'target')} named")
