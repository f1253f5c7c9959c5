"""`relaudit check`: find the defects of a release in its workflow files, before the next tag does."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from auditor.cli.errors import written_clearly
from auditor.cli.live import ApiUrlOption, RepoOption, TimeoutOption
from auditor.cli.source import (
    BundleOption,
    ConfigOption,
    PathArgument,
    RefOption,
    RulesOption,
    Source,
    mistakes_told,
    read,
    refuse,
)
from auditor.cli.written import write_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from auditor.model.check_report import CheckReport

_DEFAULT_BASELINE = ".relaudit-baseline.json"


class CheckFormat(StrEnum):
    """How the findings are printed."""

    TERMINAL = "terminal"
    JSON = "json"
    MARKDOWN = "markdown"
    SARIF = "sarif"
    GITHUB = "github"


class Fix(StrEnum):
    """Which fixes are applied."""

    SAFE = "safe"
    ALL = "all"


class Level(StrEnum):
    """The severities, as on the command line."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class OptionalFixCommand(TyperCommand):
    """Lets `--fix` stand without a value, which then is `safe`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Write the value out before the options are read."""
        end = args.index("--") if "--" in args else len(args)
        spelled = [f"--fix={Fix.SAFE}" if word == "--fix" else word for word in args[:end]]
        return super().parse_args(ctx, [*spelled, *args[end:]])


def check(
    path: PathArgument = None,
    repo: RepoOption = None,
    ref: RefOption = None,
    source: BundleOption = None,
    output_format: Annotated[
        CheckFormat | None,
        typer.Option("--format", help="Default: terminal; github inside of GitHub Actions."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write here instead of to standard output.", metavar="FILE")
    ] = None,
    min_severity: Annotated[
        Level | None, typer.Option("--min-severity", help="Leave out findings below this severity.")
    ] = None,
    fix: Annotated[
        Fix | None,
        typer.Option(
            "--fix", help="Apply fixes: `--fix` those that need no thought, `--fix=all` every one.", metavar="[=all]"
        ),
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Print the fixes as a patch; change no file.")] = False,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Only these checks; ids, by comma or repeated.", metavar="IDS")
    ] = None,
    with_tools: Annotated[
        list[str] | None,
        typer.Option("--with", help="Also run zizmor, actionlint, and merge what they find.", metavar="TOOLS"),
    ] = None,
    base: Annotated[
        str | None, typer.Option("--base", help="Only what is new against this ref.", metavar="REF")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="Leave out the findings in this file.", metavar="FILE")
    ] = None,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Write all findings into the baseline and accept them.")
    ] = False,
    config: ConfigOption = None,
    rules: RulesOption = None,
    api_url: ApiUrlOption = None,
    timeout: TimeoutOption = 30.0,
) -> None:
    """Find what will break, shadow-fail or ship twice, in workflow files and the configuration of release tools.

    Exit code: 0 nothing but notes; 1 errors or warnings; 2 wrong usage or configuration; 3 GitHub did not answer.
    """
    where = Source(path, repo, ref, source, config, tuple(rules or ()), api_url, timeout)
    with mistakes_told():
        from auditor.checks.read_files import is_workflow
        from auditor.cli.checking import Asked, checked, write_fixes

        found = read(where)
        if not any(is_workflow(file.path) for file in found.files):
            raise refuse(f"{found.root or repo or source}: there are no workflow files in .github/workflows")
        if fix is not None and not diff and (found.root is None or ref is not None):
            raise refuse("--fix changes files in a checkout; with --repo, --from or --ref use --diff")
        asked = Asked(
            only=_names(only),
            tools=_names(with_tools),
            base=base,
            baseline=baseline
            or found.config.check.baseline
            or ((found.root or Path()) / _DEFAULT_BASELINE if write_baseline else None),
            write_baseline=write_baseline,
            min_severity=min_severity.value if min_severity is not None else None,
            fix=fix is not None or diff,
            unsafe=fix is Fix.ALL,
        )
        answer = checked(found, asked)
        if diff:
            from auditor.report.patch import patch

            text: str | None = patch(answer.before, answer.after)
        else:
            if fix is not None:
                answer = write_fixes(found, answer)
            text = _text(answer.report, output_format or _default(output), answer.lines, output)
        with written_clearly(output):
            _write(text, output, commands=(output_format or _default(output)) is CheckFormat.GITHUB and not diff)
    # A patch changes nothing yet: what it would fix is still a problem.
    still_there = diff and any(each.severity.value != Level.NOTE for each in answer.report.fixed)
    raise typer.Exit(1 if still_there else answer.report.exit_code)


def _names(given: list[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for entry in given or () for name in entry.split(",") if name.strip()))


def _default(output: Path | None) -> CheckFormat:
    import os

    if output is not None:
        by_ending = {".sarif": CheckFormat.SARIF, ".json": CheckFormat.JSON, ".md": CheckFormat.MARKDOWN}
        return by_ending.get(output.suffix, CheckFormat.TERMINAL)
    return CheckFormat.GITHUB if os.environ.get("GITHUB_ACTIONS") == "true" else CheckFormat.TERMINAL


def _text(
    report: CheckReport, wanted: CheckFormat, lines: Callable[[str], Sequence[str]], output: Path | None
) -> str | None:
    """The report as text; nothing when it was printed to the terminal already."""
    if wanted is CheckFormat.JSON:
        return report.model_dump_json(indent=2) + "\n"
    if wanted is CheckFormat.MARKDOWN:
        from auditor.report.findings_markdown import findings_markdown

        return findings_markdown(report, lines)
    if wanted is CheckFormat.SARIF:
        from auditor.checks.registry import all_checks
        from auditor.report.sarif import sarif

        return sarif(report, {each.id: each.title for each in all_checks()}, lines)
    if wanted is CheckFormat.GITHUB:
        from auditor.report.annotations import workflow_commands

        return workflow_commands(report)
    from io import StringIO

    from rich.console import Console

    from auditor.report.findings_terminal import print_findings

    if output is None:
        print_findings(report, lines, Console(highlight=False))
        return None
    told = StringIO()
    print_findings(report, lines, Console(file=told, highlight=False, width=100))
    return told.getvalue()


def _write(text: str | None, output: Path | None, *, commands: bool) -> None:
    if text is None:
        return
    if commands and output is None:
        from auditor.cli.actions_log import print_commands

        print_commands(text)
        return
    write_text(text, output)
