"""`relaudit explain`: judge single logs."""

from __future__ import annotations

import errno
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.errors import WRONG_USAGE, told_clearly
from auditor.cli.rulebook import load_rulebook
from auditor.cli.written import write_text

if TYPE_CHECKING:
    from auditor.diagnose.explain import Explainer
    from auditor.model.explanation import Explanation
    from auditor.model.facts import Job


class ExplainFormat(StrEnum):
    """How the answers are printed: for people, as one JSON array, or as one JSON object a line."""

    TERMINAL = "terminal"
    JSON = "json"
    JSONL = "jsonl"


def explain(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Raw job logs, `gh run view --log` output, run-logs zips; `-` reads standard input.", metavar="PATH…"
        ),
    ],
    job: Annotated[
        Path | None,
        typer.Option(
            "--job", help="The API's job object of the log. Default: NAME.job.json beside NAME.log.", metavar="JOB.json"
        ),
    ] = None,
    output_format: Annotated[
        ExplainFormat | None, typer.Option("--format", help="Default: terminal on a terminal, else json.")
    ] = None,
    rules: Annotated[
        list[Path] | None, typer.Option("--rules", help="A folder of rules, merged by id.", metavar="DIR")
    ] = None,
) -> None:
    """Name the cause of a failed job from its log alone, with the line that proves it.

    Exit code: 0 no failure found; 1 a failure was explained; 2 wrong usage; 3 a file could not be read.
    """
    from auditor.diagnose.explain import Explainer

    if job is not None and len(paths) > 1:
        typer.echo("relaudit: --job belongs to one log; give one path with it", err=True)
        raise typer.Exit(WRONG_USAGE)
    wanted = output_format or (ExplainFormat.TERMINAL if sys.stdout.isatty() else ExplainFormat.JSON)
    with told_clearly():
        explainer = Explainer(load_rulebook(rules))
        known = _job(job) if job is not None else None
    answers = []
    for path in paths:
        answer = _answer(explainer, path, known)
        answers.append(answer)
        if wanted is not ExplainFormat.JSON:
            _print(answer, wanted)
    if wanted is ExplainFormat.JSON:
        write_text("[" + ",\n".join(answer.model_dump_json(indent=2) for answer in answers) + "]\n", None)
    raise typer.Exit(_exit_code(answers))


def _answer(explainer: Explainer, path: str, job: Job | None) -> Explanation:
    from auditor.diagnose.side_by_side import explain_zip
    from auditor.logs.archive import looks_like_run_logs
    from auditor.logs.source import FileLog

    try:
        if Path(path).is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder; name a log in it, or use `relaudit run TAG --from`")
        with _file(path) as file:
            if looks_like_run_logs(file):
                return explain_zip(explainer, file, path)
            return explainer.explain(FileLog(file), path, job or _sidecar(file))
    except OSError as error:
        from auditor.diagnose.explain import unreadable

        answer = unreadable(path, error.strerror or str(error))
        typer.echo(f"relaudit: {path}: {answer.error}", err=True)
        return answer


@contextmanager
def _file(path: str) -> Iterator[Path]:
    """The log as a file: standard input is kept in a temporary one, because quoting reads a log twice."""
    if path != "-":
        yield Path(path)
        return
    with tempfile.NamedTemporaryFile(suffix=".log") as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept)
        kept.flush()
        yield Path(kept.name)


def _sidecar(path: Path) -> Job | None:
    beside = path.with_name(path.name.removesuffix(".log").removesuffix(".txt") + ".job.json")
    return _job(beside) if beside != path and beside.is_file() else None


def _job(path: Path) -> Job:
    from pydantic import ValidationError

    from auditor.model.facts import Job

    try:
        return Job.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not the API's job object"
        typer.echo(f"relaudit: {path}: cannot be used as a job object: {reason}", err=True)
        raise typer.Exit(WRONG_USAGE) from None


def _print(answer: Explanation, wanted: ExplainFormat) -> None:
    if wanted is ExplainFormat.JSONL:
        write_text(answer.model_dump_json() + "\n", None)
        return
    from rich.console import Console

    from auditor.report.terminal import print_explanation

    print_explanation(answer, Console(highlight=False))


def _exit_code(answers: list[Explanation]) -> int:
    if any(answer.status == "unknown" for answer in answers):
        return 3
    return 1 if any(answer.classification.failed for answer in answers) else 0
