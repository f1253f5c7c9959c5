"""`relaudit action`: what the steps of `action.yml` run. Its inputs are environment variables, `RELAUDIT_INPUT_…`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

from auditor.cli.errors import INCOMPLETE, WRONG_USAGE, told_clearly

if TYPE_CHECKING:
    from auditor.deliver.actions.event import Event
    from auditor.deliver.actions.inputs import Inputs
    from auditor.deliver.actions.result import Result, Step

TOKEN_INPUT = "RELAUDIT_INPUT_TOKEN"  # noqa: S105 - the name of a variable


def action() -> None:
    """Do what a step of the GitHub Action asks for; see docs/action.md.

    Exit code: by the input `fail-on`; whatever that says, 2 when the step cannot be done as asked or something could not be
    posted, and 3 when GitHub gave nothing to report on.
    """
    with told_clearly():
        from auditor.deliver.actions.event import read_event
        from auditor.deliver.actions.inputs import read_inputs

        _hand_over_token()
        inputs, event = read_inputs(os.environ), read_event(os.environ)
        _enter(inputs)
    try:
        code = _done(inputs, event)
    except typer.Exit as stop:
        _leave_without_report(stop.exit_code)
        raise
    raise typer.Exit(inputs.fail_on.ends_with(code))


def _hand_over_token() -> None:
    """Put the input where every command looks for a token; a token of the job's own environment gives way."""
    token = os.environ.pop(TOKEN_INPUT, "").strip()
    if token:
        os.environ["GITHUB_TOKEN"] = token


def _enter(inputs: Inputs) -> None:
    from auditor.deliver.problems import DeliverError

    try:
        os.chdir(inputs.path)
    except OSError as error:
        raise DeliverError(f"path: {inputs.path} cannot be entered: {error.strerror or error}") from None


def _done(inputs: Inputs, event: Event) -> int:
    """Report, then deliver; the exit code of the report, or 2 when something could not be delivered."""
    from auditor.cli.actions_log import print_commands
    from auditor.cli.source import mistakes_told
    from auditor.deliver.actions.result import leave
    from auditor.deliver.problems import DeliverError

    with mistakes_told():
        try:
            result = _result(inputs, event)
            leave(result, os.environ)
        except OSError as error:
            raise DeliverError(f"{error.filename or 'a file'}: {error.strerror or error}") from None
        print_commands(result.annotations)
        failed = [step for step in result.then if not _delivered(step)]
        return WRONG_USAGE if failed else result.exit_code


def _result(inputs: Inputs, event: Event) -> Result:
    from auditor.deliver.actions.inputs import Command

    if inputs.command is Command.CHECK:
        from auditor.cli.action_check import check_result

        return check_result(inputs, event)
    if inputs.command is Command.VERIFY:
        from auditor.cli.action_verify import verify_result

        return verify_result(inputs, event)
    from auditor.cli.action_audit import audit_result

    return audit_result(inputs, event)


def _delivered(step: Step) -> bool:
    """Whether it worked; what did not is told, and the next thing is tried all the same."""
    from auditor.deliver.problems import DeliverError
    from auditor.history.problems import HistoryError

    try:
        typer.echo(step())
    except (DeliverError, HistoryError) as error:
        typer.echo(f"relaudit: {error}", err=True)
        return False
    except OSError as error:
        typer.echo(f"relaudit: {error.filename or 'a file'}: {error.strerror or error}", err=True)
        return False
    return True


def _leave_without_report(code: int) -> None:
    """Say as an output that there is no report; the reason is in the log."""
    from auditor.cli.actions_log import print_commands
    from auditor.deliver.actions.result import verdict
    from auditor.deliver.actions.runner_files import write_outputs
    from auditor.report.annotations import annotation

    write_outputs(os.environ, verdict(code))
    if code == INCOMPLETE:
        print_commands(annotation("error", "There is nothing to report on; the log says why.", title="relaudit") + "\n")
