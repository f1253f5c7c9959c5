"""Keeps one comment on a pull request saying what the audit, or the check of its workflows, says now."""

from __future__ import annotations

from auditor.deliver.body import LIMIT, body
from auditor.deliver.changes import verdicts
from auditor.deliver.issue import Posted
from auditor.deliver.marker import Marker, content_hash, read_marker
from auditor.deliver.problems import DeliverError, GoneError
from auditor.deliver.tracker import Remark, Tracker
from auditor.model.audit import Audit


def post_audit(tracker: Tracker, audit: Audit, pull: int | None = None) -> Posted:
    """Comment an audit on a pull request: the given one, or the one that the tag's commit came from.

    Raises `DeliverError`, also when the commit came from no pull request.
    """
    if pull is None:
        if audit.commit is None:
            raise DeliverError("the tag's commit is not known, so its pull request cannot be found: give --pr")
        pulls = tracker.pulls_of(audit.commit)
        if not pulls:
            raise DeliverError(f"commit {audit.commit[:12]} came from no pull request: give --pr, or post an issue")
        pull = pulls[0]
    marker = Marker("comment", f"audit-{audit.tag}", content_hash(body(audit)), verdicts(audit))
    room = LIMIT - len(marker.text()) - 1
    return sticky(tracker, pull, marker, body(audit, heading=True, limit=room))


def sticky(tracker: Tracker, pull: int, marker: Marker, text: str) -> Posted:
    """Make a pull request have exactly one comment of ours with this marker's key, and let it say `text`."""
    whole = f"{text.rstrip()}\n{marker.text()}"
    found = _ours(tracker, pull, marker.key)
    first = found[0] if found else None
    did = [_retire(tracker, pull, other) for other in found[1:]]
    if first is not None:
        before = read_marker(first.body, "comment")
        if before is not None and before.content == marker.content:
            return Posted(pull, first.url, tuple(did))
        try:
            tracker.edit_remark(pull, first, whole)
            return Posted(pull, first.url, (*did, "updated"))
        except GoneError:
            pass  # somebody deleted it a moment ago
    made = tracker.remark(pull, whole)
    return Posted(pull, made.url, (*did, "commented"))


def _ours(tracker: Tracker, pull: int, key: str) -> list[Remark]:
    def has_key(remark: Remark) -> bool:
        marker = read_marker(remark.body, "comment")
        return marker is not None and marker.key == key

    return [remark for remark in tracker.own_remarks(pull) if has_key(remark)]


def _retire(tracker: Tracker, pull: int, remark: Remark) -> str:
    """Take the marker off a second comment of ours and fold it away."""
    tracker.edit_remark(pull, remark, "Outdated: there is a newer audit in another comment.")
    tracker.hide_remark(remark)
    return "hid an outdated comment,"
