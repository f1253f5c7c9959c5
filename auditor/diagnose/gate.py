"""The one gate through which a finished statement leaves: no foreign text in it is a secret, a control sequence or endless.

Names of jobs, steps, tags and files come from strangers as well as log lines do, and they reach titles, reasons and plans.
Cleaning them here, once and all, leaves no place to forget.
"""

from __future__ import annotations

from typing import Any, TypeVar

from auditor.logs.quote import KeyWatch
from auditor.logs.redact import safe_line
from auditor.model.base import Statement

M = TypeVar("M", bound=Statement)

LONGEST_LINE = 1000
MOST_LINES = 200


def cleaned(statement: M) -> M:
    """Return the same statement with every text in it redacted, printable and bounded. Line feeds stay line feeds."""
    return type(statement).model_validate(_clean(statement.model_dump()))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, dict):
        return {_clean(key): _clean(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(inner) for inner in value]
    return value


def _clean_text(text: str) -> str:
    kept = str(text)
    if "\n" not in kept:
        return safe_line(kept, LONGEST_LINE)
    keys = KeyWatch()
    return "\n".join(safe_line(keys.read(line), LONGEST_LINE) for line in kept.split("\n")[:MOST_LINES])
