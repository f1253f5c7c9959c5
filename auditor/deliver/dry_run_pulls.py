"""Says which review would be written, and writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from auditor.deliver.dry_run import DryRun
from auditor.deliver.pulls import ChangedFile, LineRemark, Pull, PullTracker
from auditor.deliver.tracker import Remark


class DryRunPulls(DryRun):
    """A `DryRun` for pull requests; they are read through the real tracker."""

    def __init__(self, say: Callable[[str], None], real: PullTracker) -> None:
        super().__init__(say, real)
        self._pulls = real

    def pull(self, number: int) -> Pull:
        """See `PullTracker`."""
        return self._pulls.pull(number)

    def merge_base(self, pull: Pull) -> str:
        """See `PullTracker`."""
        return self._pulls.merge_base(pull)

    def changed_files(self, number: int) -> Iterator[ChangedFile]:
        """See `PullTracker`."""
        return self._pulls.changed_files(number)

    def own_line_remarks(self, number: int) -> Iterator[Remark]:
        """See `PullTracker`."""
        return self._pulls.own_line_remarks(number)

    def review(self, number: int, commit: str, body: str, remarks: Sequence[LineRemark]) -> str:
        """See `PullTracker`."""
        lines = "".join(f"\n\nat {each.path}:{each.line}\n{each.body}" for each in remarks)
        self._say(f"would review #{number} at {commit}\n\n{body}{lines}")
        return ""

    def edit_line_remark(self, number: int, remark: Remark, body: str) -> None:
        """See `PullTracker`."""
        self._say(f"would edit review comment {remark.id} of #{number}\n\n{body}")
