"""The report on secrets in words, for every output the same."""

from __future__ import annotations

from auditor.logs.redact import safe_line
from auditor.model.secret_report import SecretReport, SecretRow, SecretState
from auditor.report.words import plural

SIGNS = {SecretState.THERE: "+", SecretState.MISSING: "x", SecretState.UNKNOWN: "?"}


def headline(report: SecretReport) -> str:
    """The report in one sentence."""
    names = plural(len(report.secrets), "secret")
    if not report.secrets:
        return "No job reads a secret."
    missing = sum(row.state is SecretState.MISSING for row in report.secrets)
    unknown = sum(row.state is SecretState.UNKNOWN for row in report.secrets)
    old = sum(row.old for row in report.secrets)
    if not report.asked:
        return f"The workflows read {names}; GitHub was not asked which of them exist."
    parts = [f"{missing} missing"] if missing else []
    parts += [f"{unknown} that could not be seen"] if unknown else []
    parts += [f"{old} older than {report.older_than_days} days"] if old else []
    parts += [f"{len(report.unused)} more that no workflow reads"] if report.unused else []
    return f"The workflows read {names}: {', '.join(parts) or 'all there'}."


def where_words(row: SecretRow) -> str:
    """Where it is defined, and how old it is there."""
    found = []
    for place in row.places:
        age = f", {plural(place.days, 'day')} old" if place.days is not None else ""
        found.append(f"{safe_line(place.where, 80)}{age}")
    return "; ".join(found) or (row.state.value if row.state is not SecretState.THERE else "—")


def reader_words(row: SecretRow) -> str:
    """The jobs that read it."""
    shown = list(
        dict.fromkeys(f"{reader.job} ({reader.path.rpartition('/')[2]}:{reader.line})" for reader in row.readers)
    )
    more = f" and {len(shown) - 4} more" if len(shown) > 4 else ""
    return ", ".join(safe_line(each, 120) for each in shown[:4]) + more
