"""Findings as SARIF 2.1.0, for code scanning. https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html

Columns count UTF-16 code units, as `columnKind` says; ours count characters and are converted with the lines at hand.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import quote

from auditor import __version__
from auditor.logs.redact import safe_line
from auditor.model.check_report import CheckReport
from auditor.model.finding import Edit, Finding, Place, Remedy
from auditor.model.vocabulary import Confidence, Severity

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 25_000
"""Results that code scanning takes of one run."""
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_PRECISION = {Confidence.HIGH: "high", Confidence.MEDIUM: "medium", Confidence.LOW: "low"}
_LONGEST = 1_000

Lines = Callable[[str], Sequence[str]]


def sarif(report: CheckReport, titles: dict[str, str], lines: Lines) -> str:
    """The SARIF log, one run for each tool. `titles` names checks by id; `lines` gives a file's lines by path."""
    tools = sorted({finding.tool for finding in report.findings} - {"relaudit"})
    runs = [_run(tool, report, titles, lines) for tool in ("relaudit", *tools)]
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": runs}, indent=2, ensure_ascii=False) + "\n"


def _run(tool: str, report: CheckReport, titles: dict[str, str], lines: Lines) -> dict[str, Any]:
    found = [finding for finding in report.findings if finding.tool == tool][:MOST_RESULTS]
    ids = list(dict.fromkeys(finding.check for finding in found))
    driver: dict[str, Any] = {"name": tool, "rules": [_rule(name, titles.get(name), found) for name in ids]}
    if tool == "relaudit":
        driver["semanticVersion"] = __version__
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The root of the repository."}}},
        "results": [_result(finding, ids.index(finding.check), lines) for finding in found],
    }
    if tool == "relaudit" and report.notes:
        run["invocations"] = [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {"level": "note", "message": {"text": safe_line(note, _LONGEST)}} for note in report.notes
                ],
            }
        ]
    return run


def _rule(name: str, title: str | None, found: Iterable[Finding]) -> dict[str, Any]:
    of_it = [finding for finding in found if finding.check == name]
    text = title or name.replace("-", " ")
    level = min((finding.severity for finding in of_it), key=list(_LEVELS).index)
    return {
        "id": name,
        "shortDescription": {"text": text},
        "help": {"text": f"{text}. Described in docs/checks/{name}.md." if title else text},
        "defaultConfiguration": {"level": _LEVELS[level]},
        "properties": {"precision": _PRECISION[of_it[0].confidence], "tags": ["release"]},
    }


def _result(finding: Finding, rule: int, lines: Lines) -> dict[str, Any]:
    message = safe_line(finding.message, _LONGEST)
    if finding.remedy is not None:
        message += "\n" + safe_line(finding.remedy.summary, _LONGEST)
    result: dict[str, Any] = {
        "ruleId": finding.check,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": message},
        "locations": [_location(finding.place, finding.job, lines)],
    }
    if finding.fingerprint:
        result["partialFingerprints"] = {"relaudit/v1": finding.fingerprint}
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, **_location(place, None, lines)} for number, place in enumerate(finding.related, 1)
        ]
    if finding.remedy is not None and finding.remedy.edits:
        result["fixes"] = [_fix(finding.remedy, lines)]
    properties = {"platforms": list(finding.platforms)} if finding.platforms else {}
    return {**result, "properties": {"confidence": finding.confidence.value, **properties}}


def _location(place: Place, job: str | None, lines: Lines) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": _artifact(place.path), "region": _region(place, lines)}
    }
    if job is not None:
        location["logicalLocations"] = [{"name": job, "kind": "member"}]
    if place.what is not None:
        location["message"] = {"text": safe_line(place.what, _LONGEST)}
    return location


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(path, safe="/.-_~"), "uriBaseId": "SRCROOT"}


def _region(place: Place, lines: Lines) -> dict[str, int]:
    text = lines(place.path)
    region = {"startLine": place.line}
    if place.column is not None:
        region["startColumn"] = _units(text, place.line, place.column)
    if place.end_line is not None:
        region["endLine"] = place.end_line
    if place.column is not None and place.end_column is not None:
        region["endColumn"] = _units(text, place.end_line or place.line, place.end_column)
    return region


def _fix(remedy: Remedy, lines: Lines) -> dict[str, Any]:
    paths = list(dict.fromkeys(edit.path for edit in remedy.edits))
    return {
        "description": {"text": safe_line(remedy.summary, _LONGEST)},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(path),
                "replacements": [_replacement(edit, lines) for edit in remedy.edits if edit.path == path],
            }
            for path in paths
        ],
    }


def _replacement(edit: Edit, lines: Lines) -> dict[str, Any]:
    text = lines(edit.path)
    region = {
        "startLine": edit.line,
        "startColumn": _units(text, edit.line, edit.column),
        "endLine": edit.end_line,
        "endColumn": _units(text, edit.end_line, edit.end_column),
    }
    return {"deletedRegion": region, "insertedContent": {"text": edit.text}}


def _units(lines: Sequence[str], line: int, column: int) -> int:
    """A column of characters as one of UTF-16 code units."""
    text = lines[line - 1] if 1 <= line <= len(lines) else ""
    return column + sum(ord(char) > 0xFFFF for char in text[: column - 1])
