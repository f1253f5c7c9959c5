"""What one run of `relaudit check` says; every output of it, and its exit code, is made from this."""

from __future__ import annotations

from auditor.model.base import Statement
from auditor.model.finding import Finding
from auditor.model.vocabulary import Severity


class CheckTally(Statement):
    """How many findings there are, counted once."""

    errors: int = 0
    warnings: int = 0
    notes: int = 0


class NotFixed(Statement):
    """A finding whose edits were not applied, and why."""

    fingerprint: str
    check: str
    path: str
    line: int
    why: str


class CheckReport(Statement):
    """The findings of a repository at one ref, and what was done about them."""

    repository: str | None = None
    ref: str | None = None
    """The ref as asked for; nothing for files as they lie in the working directory."""
    commit: str | None = None
    base: str | None = None
    """The ref whose findings are left out."""
    workflows: int = 0
    """Workflow files that were looked at, the unreadable ones too."""
    findings: tuple[Finding, ...] = ()
    tally: CheckTally = CheckTally()
    known: int = 0
    """Findings left out because the baseline, or the base, has them."""
    below: int = 0
    """Findings left out because they are below the severity asked for."""
    fixed: tuple[Finding, ...] = ()
    """Findings whose edits were applied; they are not among `findings`."""
    not_fixed: tuple[NotFixed, ...] = ()
    notes: tuple[str, ...] = ()
    """What could not be looked at, and why."""

    @property
    def exit_code(self) -> int:
        """1 when an error or a warning is left; notes alone are no problem."""
        return 1 if self.tally.errors or self.tally.warnings else 0


def tally_of(findings: tuple[Finding, ...]) -> CheckTally:
    """Count findings by severity."""
    count = {severity: sum(each.severity is severity for each in findings) for severity in Severity}
    return CheckTally(errors=count[Severity.ERROR], warnings=count[Severity.WARNING], notes=count[Severity.NOTE])
