"""The Action's command `verify`: what the registries say, as a table and as annotations."""

from __future__ import annotations

import os

import typer

from auditor.cli.verify import VerifyFormat, verify
from auditor.cli.verify_print import markdown, why
from auditor.deliver.actions.event import Event, tag_of
from auditor.deliver.actions.inputs import Inputs
from auditor.deliver.actions.result import Result, rate
from auditor.deliver.actions.runner_files import report_folder
from auditor.logs.redact import safe_line
from auditor.registries.verification import Verification
from auditor.report.annotations import annotation
from auditor.report.audit_annotations import MOST


def verify_result(inputs: Inputs, event: Event) -> Result:
    """Ask the registries as `relaudit verify` does. Raises `typer.Exit` when there are no answers, `OSError`."""
    folder = report_folder(os.environ)
    answers = folder / "verification.json"
    tag = inputs.tag or (tag_of(event) if inputs.source is None else None)
    try:
        verify(tag, source=inputs.source, output_format=VerifyFormat.JSON, output=answers, config=inputs.config)
    except typer.Exit as stop:
        if stop.exit_code not in (0, 1, 3) or not answers.exists():
            raise
    found = Verification.model_validate_json(answers.read_bytes())
    report = folder / "report.md"
    report.write_bytes(markdown(found).encode("utf-8", "replace"))
    there = sum(found.counts_as_there(answer) for answer in found.answers)
    return Result(
        exit_code=found.exit_code,
        summary=markdown(found),
        annotations=_annotations(found),
        outputs={
            "tag": found.version,
            "success-rate": rate(there, len(found.answers)),
            "shipped": str(there),
            "attempted": str(len(found.answers)),
            "report": str(report),
            "json": str(answers),
        },
    )


def _annotations(found: Verification) -> str:
    told = []
    for level, answers in (("error", found.missing), ("warning", found.unknown)):
        for answer in answers[:MOST]:
            title = safe_line(f"{answer.target.key} {answer.target.version}: {answer.state.value}", 200)
            told.append(annotation(level, safe_line(why(answer), 1_000), title=title))
    return "".join(f"{line}\n" for line in told)
