"""The status documents by name; apart from what renders them, so that naming one costs nothing."""

from __future__ import annotations

from enum import StrEnum


class Document(StrEnum):
    """The documents; each has a template `status_<name>.md.j2`, and `findings` the audit's own."""

    STATUS = "status"
    FINDINGS = "findings"
    ARCHITECTURE = "architecture"
    STRATEGY = "strategy"
