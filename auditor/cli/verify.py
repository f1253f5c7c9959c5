"""`relaudit verify`: ask the registries whether a version is there."""

from __future__ import annotations

import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.errors import INTERRUPTED, written_clearly
from auditor.cli.live import DebugHttpOption, LiveOptions, NoCacheOption, TimeoutOption, VerboseOption, log_to_stderr
from auditor.cli.rulebook import rulebook_for
from auditor.cli.source import ConfigOption, RulesOption, refuse
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
    from auditor.registries.verification import Verification

_WAIT = re.compile(r"(?:(?P<h>\d{1,3})h)?(?:(?P<m>\d{1,4})m)?(?:(?P<s>\d{1,6})s?)?")
_LONGEST_WAIT = 86_400.0


class VerifyFormat(StrEnum):
    """How the answers are printed."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"


def verify(
    version: Annotated[
        str | None,
        typer.Argument(
            help="The tag or version. Default: the tag of this workflow run, or of this commit.", metavar="TAG"
        ),
    ] = None,
    target: TargetOption = None,
    source: AnswersOption = None,
    only: OnlyOption = None,
    wait: Annotated[
        str | None, typer.Option("--wait", help="Ask again for so long: 15m, 90s, 1h30m.", metavar="TIME")
    ] = None,
    allow_held: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-held", help="Platforms where a version in moderation counts as there.", metavar="PLATFORMS"
        ),
    ] = None,
    store: Annotated[
        Path | None, typer.Option("--store", help="Store the answers in this bundle's folder.", metavar="FOLDER")
    ] = None,
    output_format: Annotated[
        VerifyFormat | None, typer.Option("--format", help="Default: terminal on a terminal, else markdown.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write here instead of to standard output.", metavar="FILE")
    ] = None,
    config: ConfigOption = None,
    rules: RulesOption = None,
    no_cache: NoCacheOption = False,
    timeout: TimeoutOption = 20.0,
    verbose: VerboseOption = False,
    debug_http: DebugHttpOption = False,
) -> None:
    """Ask the registries whether the version is there. Needs no token and no workflow run.

    Exit code: 0 all of it is there; 1 something is missing, or held; 2 wrong usage; 3 some registry gave no answer and
    nothing is known to be missing; 130 interrupted.
    """
    log_to_stderr(LiveOptions(verbose=verbose, debug_http=debug_http))
    if source is not None and (wait is not None or store is not None):
        raise refuse("--from reads stored answers; leave out --wait and --store")
    with mistakes_told():
        from auditor.api.verification import registry_settings
        from auditor.api.verifying import answered, side_by_side
        from auditor.cli.verify_progress import shown
        from auditor.config import load_config

        folder = Path.cwd()
        settings_file = load_config(config or folder)
        book = rulebook_for(settings_file, rules)
        replay = replay_of(source)
        platforms = known_platforms(only, () if target else settings_file.verify.only, book)
        version = version or tag_of_bundle(source)
        asked, targets = chosen_targets(version, target, replay, folder, settings_file, book, platforms)
        seconds = settings_file.verify.wait if wait is None and replay is None else _seconds(wait)
        cache = None if no_cache or seconds else answers_cache()
        settings = registry_settings(settings_file, book, folder=folder, timeout=timeout, cache=cache)
        found, interrupted = answered(asked, targets, settings, replay=replay, store=store, wait=seconds, shown=shown)
        found = found.model_copy(
            update={
                "allowed_to_be_held": known_platforms(allow_held, (), book),
                "drift": side_by_side(found, source, book),
                "notes": tuple(replay.problems) if replay is not None else (),
            }
        )
        with written_clearly(output):
            _print(found, output_format or _default(output), output)
    raise typer.Exit(INTERRUPTED if interrupted else found.exit_code)


def _seconds(text: str | None) -> float:
    """A time such as `15m`, `90s`, `1h30m` or `90` (seconds)."""
    if text is None:
        return 0.0
    match = _WAIT.fullmatch(text.strip().lower())
    if match is None or not any(match.groups()):
        raise refuse(f"--wait {text}: write a time such as 15m, 90s or 1h30m")
    hours, minutes, seconds = (int(match[part] or 0) for part in ("h", "m", "s"))
    total = hours * 3600.0 + minutes * 60.0 + seconds
    if total > _LONGEST_WAIT:
        raise refuse(f"--wait {text}: at most 24h")
    return total


def _default(output: Path | None) -> VerifyFormat:
    if output is not None:
        return VerifyFormat.JSON if output.suffix == ".json" else VerifyFormat.MARKDOWN
    return VerifyFormat.TERMINAL if sys.stdout.isatty() else VerifyFormat.MARKDOWN


def _print(found: Verification, wanted: VerifyFormat, output: Path | None) -> None:
    from auditor.cli.verify_print import markdown, print_verification

    if wanted is VerifyFormat.TERMINAL:
        from rich.console import Console

        if output is None:
            print_verification(found, Console(highlight=False))
            return
        with output.open("w", encoding="utf-8") as file:
            print_verification(found, Console(file=file, highlight=False, width=120))
        return
    text = found.model_dump_json(indent=2) + "\n" if wanted is VerifyFormat.JSON else markdown(found)
    write_text(text, output)
