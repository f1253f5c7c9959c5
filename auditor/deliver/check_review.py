"""Brings the new findings of a check to a pull request: at their lines where the diff shows them, else in one comment.

A finding is told once: our own earlier comments carry a marker with its name, and comments of others do not count. What is not
found any more has its comment folded away as outdated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256

from auditor.deliver.body import LIMIT
from auditor.deliver.check_comment import KEY, check_body, no_lines
from auditor.deliver.issue import Posted
from auditor.deliver.marker import Marker, content_hash, read_marker
from auditor.deliver.patch_lines import right_lines
from auditor.deliver.problems import GoneError, RefusedError
from auditor.deliver.pull_request import sticky
from auditor.deliver.pulls import LineRemark, Pull, PullTracker
from auditor.deliver.tracker import Remark
from auditor.model.check_report import CheckReport, tally_of
from auditor.model.finding import Finding
from auditor.report import neutral
from auditor.report.finding_comment import finding_comment
from auditor.report.findings_markdown import Lines
from auditor.report.words import plural

KIND = "finding"
MOST_REMARKS = 50
"""Comments at lines in one review; further findings stand in the pull request's one comment."""

_Told = dict[str, list[tuple[Remark, Marker]]]


def post_findings(tracker: PullTracker, report: CheckReport, pull: Pull, lines: Lines = no_lines) -> Posted:
    """Make a pull request say these findings, and no other ones. Raises `DeliverError`.

    `lines` gives the lines of the checked files; a finding stands at its line only if the diff has the same text there.
    Without any finding, and without an earlier comment that says otherwise, nothing is written.
    """
    found = {finding_key(finding): finding for finding in report.findings}
    told = _told(tracker, pull)
    did = [*_folded_away(tracker, pull, told, found), *_reworded(tracker, pull, told, found)]
    fresh = {key: finding for key, finding in found.items() if key not in told}
    fitting = _fitting(tracker, pull, fresh, lines) if fresh else {}
    url = pull.url
    if fitting:
        try:
            url = _reviewed(tracker, pull, fitting) or url
            did.append(f"commented on {plural(len(fitting), 'line')}")
            _told_once(tracker, pull)
        except RefusedError:
            fitting = {}  # the branch has moved meanwhile, or an unfinished review of ours is open
    rest = tuple(finding for key, finding in fresh.items() if key not in fitting)
    at_lines = len(found) - len(rest)
    if rest or _speaks_already(tracker, pull):
        text = _comment(report, rest, at_lines, lines)
        done = sticky(tracker, pull.number, Marker("comment", KEY, content_hash(text)), text)
        did += done.did
        url = done.url or url
    return Posted(pull.number, url, tuple(did))


def finding_key(finding: Finding) -> str:
    """A name for a finding that stays when it moves, whatever stands in a report that others wrote."""
    parts = (finding.tool, finding.check, finding.place.path, finding.fingerprint)
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def _told(tracker: PullTracker, pull: Pull) -> _Told:
    """Our comments at lines that have not been folded away, by the name of their finding; the oldest first."""
    told: _Told = {}
    for remark in tracker.own_line_remarks(pull.number):
        marker = read_marker(remark.body, KIND)
        if marker is not None and not marker.closed:
            told.setdefault(marker.key, []).append((remark, marker))
    return told


def _folded_away(tracker: PullTracker, pull: Pull, told: _Told, found: Mapping[str, Finding]) -> Iterable[str]:
    """Fold away what is not found any more, and what was said twice."""
    gone = [entry for key, entries in told.items() if key not in found for entry in entries]
    twice = [entry for key, entries in told.items() if key in found for entry in entries[1:]]
    for remark, marker in gone:
        _fold(tracker, pull, remark, marker, "This is not found any more.")
    for remark, marker in twice:
        _fold(tracker, pull, remark, marker, "This stands here twice.")
    if gone or twice:
        yield f"folded {plural(len(gone) + len(twice), 'outdated comment')} away"


def _fold(tracker: PullTracker, pull: Pull, remark: Remark, marker: Marker, why: str) -> None:
    said = remark.body.replace(marker.text(), "").rstrip()
    tracker.hide_remark(remark)
    with suppress(GoneError):  # somebody deleted it a moment ago
        tracker.edit_line_remark(pull.number, remark, _within(f"**{why}**\n\n{said}", replace(marker, closed=True)))


def _reworded(tracker: PullTracker, pull: Pull, told: _Told, found: Mapping[str, Finding]) -> Iterable[str]:
    """Bring comments up to date whose finding says something else now."""
    changed = 0
    for key, finding in found.items():
        for remark, marker in told.get(key, ())[:1]:
            text = finding_comment(finding)
            if marker.content != content_hash(text):
                try:
                    tracker.edit_line_remark(pull.number, remark, _within(text, _marker(key, text)))
                    changed += 1
                except GoneError:
                    del told[key]
    if changed:
        yield f"updated {plural(changed, 'comment')}"


def _fitting(tracker: PullTracker, pull: Pull, fresh: Mapping[str, Finding], lines: Lines) -> dict[str, Finding]:
    """The findings whose line the diff shows, as it was checked; the first `MOST_REMARKS`."""
    paths = {finding.place.path for finding in fresh.values()}
    shown = {file.path: right_lines(file.patch) for file in tracker.changed_files(pull.number) if file.path in paths}
    fitting: dict[str, Finding] = {}
    for key, finding in fresh.items():
        number, text = finding.place.line, lines(finding.place.path)
        line = shown.get(finding.place.path, {}).get(number)
        same = line is not None and (not text or _same(text[number - 1 : number], line))
        if same and len(fitting) < MOST_REMARKS:
            fitting[key] = finding
    return fitting


def _same(checked: Iterable[str], shown: str) -> bool:
    return [line.rstrip("\r\n") for line in checked] == [shown.rstrip("\r")]


def _reviewed(tracker: PullTracker, pull: Pull, fitting: Mapping[str, Finding]) -> str:
    remarks = []
    for key, finding in fitting.items():
        text = finding_comment(finding)
        remarks.append(LineRemark(finding.place.path, finding.place.line, _within(text, _marker(key, text))))
    body = f"`relaudit check` has {plural(len(remarks), 'new finding')} here."
    return tracker.review(pull.number, pull.head, body, remarks)


def _told_once(tracker: PullTracker, pull: Pull) -> None:
    """Another process may have said the same at the same time: the older comment stays."""
    for entries in _told(tracker, pull).values():
        for remark, marker in entries[1:]:
            _fold(tracker, pull, remark, marker, "This stands here twice.")


def _marker(key: str, text: str) -> Marker:
    return Marker(KIND, key, content_hash(text))


def _within(text: str, marker: Marker) -> str:
    return f"{text[: LIMIT - len(marker.text()) - 2].rstrip()}\n\n{marker.text()}"


def _speaks_already(tracker: PullTracker, pull: Pull) -> bool:
    markers = (read_marker(remark.body, "comment") for remark in tracker.own_remarks(pull.number))
    return any(marker is not None and marker.key == KEY for marker in markers)


def _comment(report: CheckReport, rest: tuple[Finding, ...], at_lines: int, lines: Lines) -> str:
    """What the one comment says: the findings that stand at no line, and how many do."""
    room = LIMIT - 1_000
    one = at_lines == 1
    elsewhere = f"{plural(at_lines, 'new finding')} {'stands at its line' if one else 'stand at their lines'}."
    if rest:
        text = check_body(report.model_copy(update={"findings": rest, "tally": tally_of(rest)}), lines, room)
        return f"{text.rstrip()}\n\n{elsewhere}\n" if at_lines else text
    against = f" compared with {neutral.code(report.base[:200])}" if report.base else ""
    said = elsewhere if at_lines else f"Nothing new{against}."
    return f"# Release check\n\n**{said}**\n"
