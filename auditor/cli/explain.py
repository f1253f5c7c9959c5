"""`relaudit explain`: judge single logs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class ExplainFormat(StrEnum):
    """How the answers are printed."""

    TERMINAL = "terminal"
    JSON = "json"
    JSONL = "jsonl"


def explain(
    paths: Annotated[list[Path], typer.Argument(help="Log files; `-` reads standard input.")],
    job: Annotated[Path | None, typer.Option(help="The API's job object for the log.")] = None,
    output_format: Annotated[ExplainFormat, typer.Option("--format")] = ExplainFormat.TERMINAL,
    rules: Annotated[list[Path] | None, typer.Option("--rules", help="A folder of rules to merge by id.")] = None,
) -> None:
    """Name the cause of a failed job from its log alone."""
    from auditor.diagnose.explain import Explainer
    from auditor.logs.source import FileLog
    from auditor.model.facts import Job
    from auditor.rulebook.book import Rulebook

    explainer = Explainer(Rulebook.load(rules or ()))
    for path in paths:
        sidecar = path.with_suffix(".job.json")
        known = Job.model_validate_json(sidecar.read_bytes()) if sidecar.exists() else None
        answer = explainer.explain(FileLog(path), str(path), known)
        typer.echo(answer.model_dump_json())
