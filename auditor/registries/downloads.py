"""Asks the registries for their download numbers, and puts them side by side without adding any up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from auditor.model.downloads import DownloadRow, DownloadStats, WithoutNumbers
from auditor.model.live import LiveAnswer, Target
from auditor.model.vocabulary import LiveState

NO_VERSION = "0.0.0"
"""What is asked for where nobody names a version: no registry has it, and the answer tells the latest."""

Asks = Callable[[Sequence[Target]], Sequence[LiveAnswer]]


def answers_with_downloads(targets: Sequence[Target], ask: Asks) -> list[LiveAnswer]:
    """Ask about the targets; about the latest version of those whose own is not there.

    Registries tell numbers of a package beside a version that is there. The second answer counts only if it has numbers.
    """
    answers = list(ask(targets))
    again = [at for at, answer in enumerate(answers) if _is_worth_another(answer)]
    if again:
        latest = [_at_its_latest(answers[at]) for at in again]
        for at, answer in zip(again, ask(latest), strict=True):
            if answer.downloads or any(file.downloads is not None for file in answer.files):
                answers[at] = answer
    return answers


def _is_worth_another(answer: LiveAnswer) -> bool:
    gone = answer.state in (LiveState.ABSENT, LiveState.HELD)
    return gone and not answer.downloads and answer.latest is not None and answer.latest != answer.target.version


def _at_its_latest(answer: LiveAnswer) -> Target:
    target = answer.target
    purl = target.purl.replace(f"@{target.version}", f"@{answer.latest}") if target.purl else None
    return target.model_copy(update={"version": answer.latest, "purl": purl})


def download_stats(
    answers: Sequence[LiveAnswer], titles: Mapping[str, str], asked_at: datetime, notes: Sequence[str] = ()
) -> DownloadStats:
    """All numbers that the answers have. `titles` are the platforms' names for people."""
    rows: list[DownloadRow] = []
    without: list[WithoutNumbers] = []
    for answer in answers:
        title = titles.get(answer.target.platform, answer.target.platform)
        found = _rows(answer, title, asked_at)
        rows += found
        if not found:
            without.append(_without(answer, title))
    return DownloadStats(asked_at=asked_at, rows=tuple(rows), without=tuple(without), notes=tuple(notes))


def _rows(answer: LiveAnswer, title: str, asked_at: datetime) -> list[DownloadRow]:
    at = answer.asked_at or asked_at
    found = [_row(answer, title, one.count, one.days, one.meaning, one.as_of or at) for one in answer.downloads]
    found.sort(key=lambda row: (row.days is not None, -(row.days or 0)))
    counted = [file.downloads for file in answer.files if file.downloads is not None]
    if counted and answer.state in (LiveState.LIVE, LiveState.LIVE_HIDDEN):
        # Files of one version at one registry are counted alike, so that their sum means what each of them means.
        files = "its file" if len(counted) == 1 else f"its {len(counted)} files"
        row = _row(answer, title, sum(counted), None, f"downloads of {files}", at)
        found.append(row.model_copy(update={"version": answer.target.version}))
    return found


def _row(answer: LiveAnswer, title: str, count: int, days: int | None, meaning: str, as_of: datetime) -> DownloadRow:
    return DownloadRow(
        platform=answer.target.platform,
        title=title,
        package=answer.target.name,
        count=count,
        days=days,
        meaning=meaning,
        as_of=as_of,
        page=answer.page,
    )


def _without(answer: LiveAnswer, title: str) -> WithoutNumbers:
    answered = answer.state is not LiveState.UNKNOWN
    if not answered:
        why = answer.reason
    elif answer.package_known is False or (answer.state is LiveState.ABSENT and answer.latest is None):
        why = f"there is nothing to count: {answer.reason[:1].lower()}{answer.reason[1:]}"
    else:
        why = "the registry publishes no number of downloads, or none of this package"
    return WithoutNumbers(
        platform=answer.target.platform, title=title, package=answer.target.name, answered=answered, why=why
    )
