"""`relaudit stats`: what the registries publish about downloads."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.errors import written_clearly
from auditor.cli.live import DebugHttpOption, LiveOptions, NoCacheOption, TimeoutOption, VerboseOption, log_to_stderr
from auditor.cli.rulebook import rulebook_for
from auditor.cli.source import ConfigOption, RulesOption
from auditor.cli.target_choice import (
    AnswersOption,
    OnlyOption,
    TargetOption,
    answers_cache,
    chosen_targets,
    known_platforms,
    mistakes_told,
    replay_of,
    tag_of_bundle,
)
from auditor.cli.written import write_text

if TYPE_CHECKING:
    from auditor.model.downloads import DownloadStats


class StatsFormat(StrEnum):
    """How the numbers are printed."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"
    CSV = "csv"


def stats(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            help="platform:package, or a Package URL. Default: the packages of this checkout.", metavar="[TARGET]..."
        ),
    ] = None,
    target: TargetOption = None,
    source: AnswersOption = None,
    only: OnlyOption = None,
    output_format: Annotated[
        StatsFormat | None, typer.Option("--format", help="Default: terminal on a terminal, else markdown.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Write here, in the form of its ending (.json, .csv).", metavar="FILE"),
    ] = None,
    config: ConfigOption = None,
    rules: RulesOption = None,
    no_cache: NoCacheOption = False,
    timeout: TimeoutOption = 20.0,
    verbose: VerboseOption = False,
    debug_http: DebugHttpOption = False,
) -> None:
    """Print the download numbers that the registries publish, each with its date and with what it counts.

    Numbers are not added up: each registry counts something of its own. Exit code: 0; 2 wrong usage; 3 some registry gave
    no answer.
    """
    log_to_stderr(LiveOptions(verbose=verbose, debug_http=debug_http))
    with mistakes_told():
        from auditor.api.verification import registry_settings
        from auditor.config import load_config
        from auditor.registries.ask import ask
        from auditor.registries.downloads import NO_VERSION, answers_with_downloads, download_stats

        folder = Path.cwd()
        settings_file = load_config(config or folder)
        book = rulebook_for(settings_file, rules)
        replay = replay_of(source)
        named = [*(targets or ()), *(target or ())]
        platforms = known_platforms(only, () if named else settings_file.verify.only, book)
        tag = tag_of_bundle(source)
        _, chosen = chosen_targets(tag, named, replay, folder, settings_file, book, platforms, NO_VERSION)
        cache = None if no_cache else answers_cache()
        settings = registry_settings(settings_file, book, folder=folder, timeout=timeout, cache=cache)
        answers = answers_with_downloads(chosen, lambda some: ask(some, settings, replay=replay))
        asked = [answer.asked_at for answer in answers if answer.asked_at is not None]
        titles = {name: found.title for name, found in book.platforms.items()}
        notes = replay.problems if replay is not None else ()
        found = download_stats(answers, titles, min(asked, default=datetime.now(UTC)), notes)
        with written_clearly(output):
            _print(found, output_format or _default(output), output)
    raise typer.Exit(found.exit_code)


def _default(output: Path | None) -> StatsFormat:
    if output is not None:
        return {".json": StatsFormat.JSON, ".csv": StatsFormat.CSV}.get(output.suffix.lower(), StatsFormat.MARKDOWN)
    return StatsFormat.TERMINAL if sys.stdout.isatty() else StatsFormat.MARKDOWN


def _print(found: DownloadStats, wanted: StatsFormat, output: Path | None) -> None:
    if wanted is StatsFormat.TERMINAL:
        from rich.console import Console

        from auditor.report.stats_terminal import print_stats

        if output is None:
            print_stats(found, Console(highlight=False))
            return
        with output.open("w", encoding="utf-8") as file:
            print_stats(found, Console(file=file, highlight=False, width=140))
        return
    write_text(_text(found, wanted), output)


def _text(found: DownloadStats, wanted: StatsFormat) -> str:
    if wanted is StatsFormat.JSON:
        return found.model_dump_json(indent=2) + "\n"
    if wanted is StatsFormat.CSV:
        from auditor.report.stats_csv import stats_csv

        return stats_csv(found)
    from auditor.report.stats_markdown import stats_markdown

    return stats_markdown(found)
