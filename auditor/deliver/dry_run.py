"""Says what would be written, and writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from auditor.deliver.tracker import NewTicket, Remark, State, Ticket, Tracker


class DryRun:
    """Reads through another tracker and tells every write to `say`; without a tracker, nothing has been posted yet."""

    def __init__(self, say: Callable[[str], None], real: Tracker | None = None) -> None:
        self._say = say
        self._real = real
        self._opened: list[Ticket] = []

    def own_tickets(self) -> Iterator[Ticket]:
        """See `Tracker`; what would have been opened is among them."""
        yield from self._opened
        if self._real is not None:
            yield from self._real.own_tickets()

    def open_ticket(self, new: NewTicket) -> Ticket:
        """See `Tracker`."""
        facts = [
            f"labels: {', '.join(new.labels)}" if new.labels else "",
            f"assignees: {', '.join(new.assignees)}" if new.assignees else "",
            f"milestone: {new.milestone}" if new.milestone else "",
        ]
        told = "".join(f"\n{fact}" for fact in facts if fact)
        self._say(f"would open an issue\ntitle: {new.title}{told}\n\n{new.body}")
        made = Ticket(max([0, *(t.number for t in self.own_tickets())]) + 1, new.title, new.body, "open", False, "")
        self._opened.append(made)
        return made

    def edit_ticket(
        self, number: int, *, title: str | None = None, body: str | None = None, state: State | None = None
    ) -> None:
        """See `Tracker`."""
        told = "".join(
            f"\n{name}: {value}" for name, value in (("title", title), ("state", state)) if value is not None
        )
        self._say(f"would edit issue #{number}{told}" + (f"\n\n{body}" if body is not None else ""))

    def own_remarks(self, number: int) -> Iterator[Remark]:
        """See `Tracker`."""
        return self._real.own_remarks(number) if self._real is not None else iter(())

    def remark(self, number: int, body: str) -> Remark:
        """See `Tracker`."""
        self._say(f"would comment on #{number}\n\n{body}")
        return Remark(0, body, "", "")

    def edit_remark(self, number: int, remark: Remark, body: str) -> None:
        """See `Tracker`."""
        self._say(f"would edit comment {remark.id} of #{number}\n\n{body}")

    def hide_remark(self, remark: Remark) -> None:
        """See `Tracker`."""
        self._say(f"would hide comment {remark.id} as outdated")

    def pulls_of(self, commit: str) -> tuple[int, ...]:
        """See `Tracker`."""
        return self._real.pulls_of(commit) if self._real is not None else ()

    def pull_from(self, owner: str, branch: str, commit: str) -> int | None:
        """See `Tracker`."""
        return self._real.pull_from(owner, branch, commit) if self._real is not None else None
