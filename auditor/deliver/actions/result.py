"""What one step of the Action comes to, and how it is left with the runner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from auditor.deliver.actions.runner_files import write_outputs, write_summary

VERDICTS = {0: "ok", 1: "problem", 3: "incomplete"}
"""The output `verdict`, by the exit code of the audit, the check or the verification."""
Step = Callable[[], str]
"""Delivers something and says in one line what it did. Raises `DeliverError`, `HistoryError` or `OSError`."""


@dataclass(frozen=True, slots=True)
class Result:
    """The outputs, the job summary and the annotations; `then` is done after those are written, one after another."""

    exit_code: int
    summary: str
    annotations: str
    outputs: Mapping[str, str] = field(default_factory=dict)
    then: tuple[Step, ...] = ()


def leave(result: Result, environ: Mapping[str, str]) -> None:
    """Write outputs and summary. Raises `OSError`."""
    write_outputs(environ, {**result.outputs, **verdict(result.exit_code)})
    write_summary(environ, result.summary)


def verdict(exit_code: int) -> dict[str, str]:
    """The outputs that every command has."""
    return {"verdict": VERDICTS.get(exit_code, "incomplete"), "exit-code": str(exit_code)}


def rate(part: int, whole: int) -> str:
    """The output `success-rate`: whole percent, empty when there is nothing to take a part of."""
    return str(round(100 * part / whole)) if whole else ""
