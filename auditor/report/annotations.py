"""Findings as GitHub annotations: workflow commands on standard output.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
"""

from __future__ import annotations

from auditor.logs.redact import safe_line
from auditor.model.check_report import CheckReport
from auditor.model.finding import Finding
from auditor.model.vocabulary import Severity

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_LONGEST = 1_000


def workflow_commands(report: CheckReport) -> str:
    """One line per finding. Nothing in a message or a path can end the command or begin another one."""
    return "".join(f"{_command(finding)}\n" for finding in report.findings)


def _command(finding: Finding) -> str:
    place = finding.place
    words = {"file": place.path, "line": str(place.line)}
    if place.end_line is not None:
        words["endLine"] = str(place.end_line)
    if place.column is not None:
        words["col"] = str(place.column)
    if place.column is not None and place.end_column is not None and place.end_line in (None, place.line):
        words["endColumn"] = str(max(place.column, place.end_column - 1))
    words["title"] = f"{finding.tool}: {finding.check}"
    message = safe_line(finding.message, _LONGEST)
    if finding.remedy is not None:
        message += "\n" + safe_line(finding.remedy.summary, _LONGEST)
    return annotation(_COMMANDS[finding.severity], message, **words)


def annotation(level: str, message: str, **properties: str) -> str:
    """One command, `error`, `warning` or `notice`, without a line feed: those in its parts are escaped."""
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {told}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
