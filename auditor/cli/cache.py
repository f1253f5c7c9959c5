"""`relaudit cache`: what is kept of completed runs, and how to get rid of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from auditor.collect.github.cache import Cache, CacheInfo

app = typer.Typer(help="Show or clear what is kept of completed runs.", no_args_is_help=True)


@app.command()
def info() -> None:
    """Show where the cache is and how much is in it."""
    found = _cache().info()
    typer.echo(f"{found.folder}: {_amount(found)}")


@app.command()
def clear() -> None:
    """Remove everything from the cache: completed runs, registries' answers, and the rules as they were read."""
    import shutil

    from auditor.cli.rulebook import forget_rulebook
    from auditor.collect.github.cache import cache_folder
    from auditor.registries.kept import answers_folder

    before = _cache().clear()
    shutil.rmtree(answers_folder(cache_folder(os.environ)), ignore_errors=True)
    forget_rulebook()
    typer.echo(f"{before.folder}: removed {_amount(before)}")


def _cache() -> Cache:
    from auditor.collect.github.cache import Cache, cache_folder

    return Cache(cache_folder(os.environ))


def _amount(found: CacheInfo) -> str:
    if not found.entries:
        return "nothing"
    repositories = "1 repository" if found.repositories == 1 else f"{found.repositories} repositories"
    return f"{found.entries} entries of {repositories}, {found.size / 1_000_000:.1f} MB"
