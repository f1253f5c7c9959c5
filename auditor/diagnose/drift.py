"""Compares what all registries give out: one row a target, and one sentence for everybody in a hurry."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from auditor.logs.redact import safe_line
from auditor.model.drift import Drift, DriftRow
from auditor.model.facts import Tagged
from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import LiveState
from auditor.rulebook.book import Rulebook
from auditor.versions import (
    Scheme,
    is_prerelease,
    newest_first,
    normalised,
    same,
    tag_parts,
    version_of_tag,
)

MOST_TAGS = 1_000
MOST_TOLD = 50
"""Tags without a release that are named."""


def drift(answers: Sequence[LiveAnswer], book: Rulebook, tag: str | None = None, tags: Sequence[Tagged] = ()) -> Drift:
    """Put the answers about one release side by side.

    `tags` are the repository's, as far as they are known; without any, the versions that the registries list stand for
    the releases there were. Tags without a release are told, and nobody lags behind them. Only tags that are named as
    `tag` is count (`core-v1.2.0` beside `core-v1.3.0`). An answer of state `unknown` takes part with what it knows,
    which may be nothing.
    """
    releases = _releases(answers, book, tag, tags[:MOST_TAGS])
    newest = _newest(releases)
    rows = [_row(answer, book, releases, newest) for answer in answers]
    several = {row.platform for row in rows if sum(other.platform == row.platform for other in rows) > 1}
    names = {id(row): row.title + (f" ({row.package})" if row.platform in several else "") for row in rows}
    lagging = [row for row in rows if row.lags]
    leading = [row for row in rows if lagging and row.behind == 0]
    return Drift(
        rows=tuple(rows),
        newest=newest,
        sentence=", ".join(f"{names[id(row)]} {_shown(row)}" for row in rows),
        verdict=_verdict(rows, lagging, newest, {row.platform + row.package: names[id(row)] for row in rows}),
        lagging=tuple(_key(row) for row in lagging),
        leading=tuple(_key(row) for row in leading),
        unreleased_tags=tuple(_unreleased(tag, tags[:MOST_TAGS])[:MOST_TOLD]),
    )


@dataclass(frozen=True, slots=True)
class _Release:
    version: str
    at: datetime | None


def _releases(
    answers: Sequence[LiveAnswer], book: Rulebook, tag: str | None, tags: Sequence[Tagged]
) -> tuple[_Release, ...]:
    """All releases there were, by the versions of tags; and this one's."""
    # A tag that never became a release is nothing that a platform could lag behind; the one that is audited may.
    named = [
        (version, tagged)
        for version, tagged in _named_alike(tag, tags)
        if tagged.released is not False or tagged.tag == tag
    ]
    if not named:
        own = tag_parts(tag) if tag is not None else None
        texts = [own.version] if own is not None else []
        for answer in answers:
            found = [text for text in (*answer.versions, answer.latest) if text]
            texts += [_plain(book, answer, text) for text in found]
        return tuple(_Release(text, None) for text in _distinct(texts))
    times = {version: tagged.at for version, tagged in reversed(named)}
    return tuple(_Release(version, times[version]) for version in _distinct(times))


def _named_alike(tag: str | None, tags: Sequence[Tagged]) -> list[tuple[str, Tagged]]:
    own = tag_parts(tag) if tag is not None else None
    found = [(parts, tagged) for tagged in tags if (parts := tag_parts(tagged.tag)) is not None]
    return [(parts.version, tagged) for parts, tagged in found if own is None or parts.package == own.package]


def _distinct(versions: Collection[str]) -> tuple[str, ...]:
    """Each version once, however it is spelled, newest first."""
    kept: dict[str, str] = {}
    for version in versions:
        kept.setdefault(normalised(Scheme.PEP440, version) or normalised(Scheme.LOOSE, version) or version, version)
    return newest_first(_order_of(tuple(kept.values())), kept.values())


def _order_of(versions: Sequence[str]) -> Scheme:
    semantic = all(normalised(Scheme.SEMVER, version) is not None for version in versions)
    return Scheme.SEMVER if semantic else Scheme.LOOSE


def _newest(releases: Sequence[_Release]) -> str | None:
    versions = [release.version for release in releases]
    final = [version for version in versions if not is_prerelease(Scheme.LOOSE, version)]
    return next(iter(final or versions), None)


def _row(answer: LiveAnswer, book: Rulebook, releases: Sequence[_Release], newest: str | None) -> DriftRow:
    target = answer.target
    rules = book.platforms.get(target.platform)
    scheme = _scheme(book, target.platform)
    live = live_version(answer, scheme)
    missed = [release for release in releases if live is not None and _is_newer(scheme, release.version, live)]
    if live is not None and not is_prerelease(scheme, live):
        missed = [release for release in missed if not is_prerelease(Scheme.LOOSE, release.version)]
    times = sorted(release.at for release in missed if release.at is not None)
    own = _as_written(scheme, newest) if newest is not None else None
    return DriftRow(
        platform=target.platform,
        title=rules.title if rules is not None else target.platform,
        package=target.name,
        version=target.version,
        state=answer.state,
        live=safe_line(live, 256) if live is not None else None,
        live_at=_live_at(answer, scheme, live),
        newest=own,
        behind=len(missed) if live is not None else None,
        since=times[0] if times and len(times) == len(missed) else None,
    )


def live_version(answer: LiveAnswer, scheme: Scheme) -> str | None:
    """The version that people get: the registry's latest, or this release's where that is newer and can be fetched."""
    shown = [version for version in answer.versions if not is_prerelease(scheme, version)]
    latest = answer.latest or next(iter(newest_first(scheme, shown or answer.versions)), None)
    if answer.state is LiveState.LIVE:
        return newest_first(scheme, [answer.target.version, *([latest] if latest else [])])[0]
    return latest


def _live_at(answer: LiveAnswer, scheme: Scheme, live: str | None) -> datetime | None:
    if live is None:
        return None
    if answer.latest is not None and same(scheme, live, answer.latest) and answer.latest_at is not None:
        return answer.latest_at
    return answer.published_at if same(scheme, live, answer.target.version) else None


def _is_newer(scheme: Scheme, release: str, live: str) -> bool:
    own = _as_written(scheme, release)
    live = live if scheme is not Scheme.VERBATIM else _bare(live)
    compare = Scheme.LOOSE if scheme in (Scheme.VERBATIM, Scheme.OCI) else scheme
    left, right = normalised(compare, own), normalised(compare, live)
    if left is None or right is None or same(compare, left, right):
        return False
    return newest_first(compare, (right, left))[0] == left


def _as_written(scheme: Scheme, version: str) -> str:
    """A release's version as the platform spells it; of verbatim platforms, without prefix."""
    if scheme is Scheme.VERBATIM:
        return version
    return version_of_tag(scheme, version) or version


def _plain(book: Rulebook, answer: LiveAnswer, version: str) -> str:
    return _bare(version) if _scheme(book, answer.target.platform) in (Scheme.VERBATIM, Scheme.GO) else version


def _bare(version: str) -> str:
    parts = tag_parts(version)
    return parts.version if parts is not None else version


def _scheme(book: Rulebook, platform: str) -> Scheme:
    rules = book.platforms.get(platform)
    return Scheme(rules.registry.scheme) if rules is not None else Scheme.LOOSE


def _shown(row: DriftRow) -> str:
    if row.live is not None:
        return _bare(row.live)
    return "not known" if row.state is LiveState.UNKNOWN else "nothing"


def _verdict(rows: Sequence[DriftRow], lagging: Sequence[DriftRow], newest: str | None, names: dict[str, str]) -> str:
    if newest is None or not rows:
        return "No version is known anywhere."
    by_count: dict[int, list[str]] = {}
    for row in lagging:
        by_count.setdefault(row.behind or 0, []).append(names[row.platform + row.package])
    told = [
        f"{_list(by_count[count])} {'is' if len(by_count[count]) == 1 else 'are'} {count} "
        f"release{'' if count == 1 else 's'} behind"
        for count in sorted(by_count, reverse=True)
    ]
    none = [
        names[row.platform + row.package] for row in rows if row.live is None and row.state is not LiveState.UNKNOWN
    ]
    open_ = [names[row.platform + row.package] for row in rows if row.live is None and row.state is LiveState.UNKNOWN]
    if len(none) + len(open_) == len(rows):
        return "No version is known anywhere."
    rest = "All others have" if none or open_ else "All have"
    parts = [f"{'; '.join(told) or rest} {newest}"]
    parts += [f"{_list(none)} {'has' if len(none) == 1 else 'have'} none"] if none else []
    parts += [f"{_list(open_)} did not tell"] if open_ else []
    return "; ".join(parts) + "."


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _unreleased(tag: str | None, tags: Sequence[Tagged]) -> list[str]:
    named = [tagged.tag for _, tagged in _named_alike(tag, tags) if tagged.released is False]
    versions = {name: _bare(name) for name in dict.fromkeys(named)}
    order = newest_first(_order_of(tuple(versions.values())), versions.values())
    return sorted(versions, key=lambda name: order.index(versions[name]))


def _key(row: DriftRow) -> str:
    return f"{row.platform}:{row.package}"
