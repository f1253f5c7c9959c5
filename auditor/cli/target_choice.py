"""What `verify` and `stats` share: which targets are asked about, and out of which bundle."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from auditor.api.verifying import chosen_targets, known_platforms, replay_of, tag_of_bundle
from auditor.cli.errors import WRONG_USAGE, told_clearly

__all__ = [
    "AnswersOption",
    "OnlyOption",
    "TargetOption",
    "answers_cache",
    "chosen_targets",
    "known_platforms",
    "mistakes_told",
    "replay_of",
    "tag_of_bundle",
]

TargetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        help="platform:package, platform:package@version or a Package URL, instead of the checkout's. Repeatable.",
        metavar="TARGET",
    ),
]
AnswersOption = Annotated[
    Path | None,
    typer.Option("--from", help="The answers stored in a bundle; nobody is asked.", metavar="BUNDLE"),
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option("--only", help="Only these platforms, by comma or repeated.", metavar="PLATFORMS"),
]


@contextmanager
def mistakes_told() -> Iterator[None]:
    """Turn the errors that a person can cause into their message and exit code 2."""
    from auditor.targets.by_name import TargetError

    with told_clearly():
        try:
            yield
        except TargetError as error:
            typer.echo(f"relaudit: {error}", err=True)
            raise typer.Exit(WRONG_USAGE) from None


def answers_cache() -> Path:
    """The folder for answers of registries."""
    from auditor.collect.github.cache import cache_folder

    return cache_folder(os.environ)
