"""Keeps exactly one issue for each tag, or one that rolls on, saying what the audit says now.

The issue is ours when our own account opened it and its marker names the tag. It is edited only when its content changed,
commented on only when a verdict changed, closed when everything has shipped and reopened when it has not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from auditor.deliver.body import LIMIT, body
from auditor.deliver.changes import Change, changes, verdicts
from auditor.deliver.marker import Marker, content_hash, read_marker
from auditor.deliver.problems import LockedError
from auditor.deliver.tracker import NewTicket, Ticket, Tracker
from auditor.logs.redact import safe_line
from auditor.model.audit import Audit
from auditor.report.neutral import prose

ROLLING = "rolling"


@dataclass(frozen=True, slots=True)
class IssueSettings:
    """How issues are opened. People may change labels and the rest afterwards; they are not set again."""

    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    milestone: str | None = None
    rolling: bool = False
    """One issue for all tags, instead of one for each."""
    close: bool = True
    """Close it when everything has shipped."""
    always: bool = False
    """Open one also when everything has shipped."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What was done: `did` are verbs in the past tense, in order; empty when there was nothing to do."""

    number: int | None
    url: str | None
    did: tuple[str, ...]


def post_issue(tracker: Tracker, audit: Audit, settings: IssueSettings | None = None) -> Posted:
    """Open or update the issue of an audit. Raises `DeliverError`.

    Two processes at once end with one issue: each looks again after it has opened one, and the later issue gives way.
    """
    settings = settings or IssueSettings()
    key = ROLLING if settings.rolling else audit.tag
    found = _ours(tracker, key)
    if not found:
        if audit.exit_code == 0 and not settings.always:
            return Posted(None, None, ())
        _, text = _content(audit, key, ())
        made = tracker.open_ticket(
            NewTicket(_title(audit), text, settings.labels, settings.assignees, settings.milestone)
        )
        first, *later = sorted({*(t.number for t in _ours(tracker, key)), made.number})
        if first == made.number:
            return Posted(made.number, made.url, ("opened", *_give_way(tracker, first, later)))
        _give_way(tracker, first, [made.number])
        found = _ours(tracker, key)
    return _update(tracker, audit, settings, key, min(found, key=lambda ticket: ticket.number), found)


def _ours(tracker: Tracker, key: str) -> list[Ticket]:
    def has_key(ticket: Ticket) -> bool:
        marker = read_marker(ticket.body, "issue")
        return marker is not None and marker.key == key

    return [ticket for ticket in tracker.own_tickets() if has_key(ticket)]


def _give_way(tracker: Tracker, first: int, others: list[int]) -> list[str]:
    """Close the issues that another process opened at the same time; without a marker they are never found again."""
    told = []
    for number in others:
        tracker.edit_ticket(
            number, body=f"Opened twice at the same time; the audit is kept in #{first}.", state="closed"
        )
        told.append(f"closed #{number}, which was opened at the same time,")
    return told


def _update(
    tracker: Tracker, audit: Audit, settings: IssueSettings, key: str, ticket: Ticket, found: list[Ticket]
) -> Posted:
    did = list(_give_way(tracker, ticket.number, [t.number for t in found if t.number != ticket.number]))
    before = read_marker(ticket.body, "issue")
    assert before is not None  # noqa: S101 - `found` holds only issues with a marker
    news = changes(before.state, audit)
    shipped = settings.close and audit.exit_code == 0
    marker, text = _content(audit, key, news)
    close = shipped and ticket.state == "open"
    reopen = not shipped and ticket.state == "closed" and (before.closed or bool(news))
    closed = shipped and (close or before.closed)
    if marker.content != before.content or closed != before.closed or news:
        tracker.edit_ticket(
            ticket.number,
            title=_title(audit) if _title(audit) != ticket.title and settings.rolling else None,
            body=text.replace(marker.text(), replace(marker, closed=closed).text()),
            state="closed" if close else "open" if reopen else None,
        )
        did.append("closed" if close else "reopened" if reopen else "updated")
    if news:
        try:
            tracker.remark(ticket.number, _comment(audit, news))
            did.append("commented")
        except LockedError:
            did.append("left uncommented, because the conversation is locked")
    return Posted(ticket.number, ticket.url, tuple(did))


def _title(audit: Audit) -> str:
    return safe_line(f"Deployment audit: {audit.tag}", 200)


def _content(audit: Audit, key: str, news: tuple[Change, ...]) -> tuple[Marker, str]:
    """The marker and the whole body. What is new is told in the body, but is no content of its own."""
    marker = Marker("issue", key, content_hash(_title(audit), body(audit)), verdicts(audit))
    room = LIMIT - len(marker.text()) - len(" closed") - 2
    return marker, f"{body(audit, news, limit=room)}\n{marker.text()}"


def _comment(audit: Audit, news: tuple[Change, ...]) -> str:
    lines = [
        f"- {prose(change.title)}: {change.before or 'not there'} → **{change.now or 'not there any more'}**"
        for change in news[:60]
    ]
    more = [f"- … and {len(news) - 60} more"] if len(news) > 60 else []
    shipped = f"{audit.tally.shipped} of {audit.tally.platforms} platforms shipped."
    return "\n".join([f"The audit has changed: {shipped}", "", *lines, *more])
