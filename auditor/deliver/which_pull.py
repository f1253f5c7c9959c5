"""Which pull request is meant: the one that is named, that of the workflow's event, or that of the commit."""

from __future__ import annotations

from auditor.deliver.actions.event import Event, head_of, pull_of
from auditor.deliver.problems import DeliverError
from auditor.deliver.pulls import Pull, PullTracker


def which_pull(tracker: PullTracker, event: Event, named: int | None, commit: str | None = None) -> Pull | None:
    """The pull request; nothing when the event's commit is not the last one of any open pull request any more.

    After another workflow's run (`workflow_run`), only a pull request counts that ends at the commit GitHub says the run was
    for: a number may come out of that run's artifacts, which a stranger's code may have written. Raises `DeliverError`.
    """
    head = head_of(event)
    if head is None:
        number = named or pull_of(event) or _of_commit(tracker, commit)
        if number is None:
            raise DeliverError("which pull request? Neither the event nor the commit here says; give --pr")
        return tracker.pull(number)
    if named is None:
        number = tracker.pull_from(head.owner, head.branch, head.commit)
        return tracker.pull(number) if number is not None else None
    pull = tracker.pull(named)
    if pull.head != head.commit:
        raise DeliverError(
            f"pull request #{named} ends at {pull.head[:12]}, and the run was for {head.commit[:12]}: "
            "it has moved on, or the number is another one's"
        )
    return pull


def _of_commit(tracker: PullTracker, commit: str | None) -> int | None:
    pulls = tracker.pulls_of(commit) if commit is not None else ()
    return pulls[0] if len(pulls) == 1 else None
