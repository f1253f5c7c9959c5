"""Reads a bundle's lists of the repository's tags and releases: which tags became releases, and when."""

from __future__ import annotations

from typing import Any

from auditor.collect.bundle_parts import BrokenPartError, Parts, fact, flat
from auditor.model.facts import Release, Tagged

TAGS, RELEASES = "tags.json", "releases.json"
ONE_PAGE = 100
"""Entries that a page of GitHub's lists has at most."""
MOST_TAGS = 1_000
_LONGEST = 255


def read_tags(parts: Parts) -> tuple[Tagged, ...]:
    """The tags in GitHub's order, and releases of tags that are not among them; nothing where neither list is there.

    A tag is known to have no release only when the list of releases is whole and has some: a repository without any
    releases does not make them.
    """
    releases = _listed(parts, RELEASES)
    tags = _listed(parts, TAGS) or []
    whole = releases is not None and len(releases) % ONE_PAGE != 0
    published: dict[str, Release] = {}
    for entry in releases or ():
        try:
            release = fact(Release, entry)
        except BrokenPartError:
            continue
        if release.tag_name and not release.draft:
            published.setdefault(release.tag_name[:_LONGEST], release)
    names = [entry["name"] for entry in tags if isinstance(entry, dict) and isinstance(entry.get("name"), str)]
    # https://git-scm.com/docs/git-check-ref-format : whatever has a control character in it is no tag.
    found = [name for name in dict.fromkeys((*(name[:_LONGEST] for name in names), *published)) if name.isprintable()]
    return tuple(
        Tagged(
            name,
            at=published[name].published_at if name in published else None,
            released=True if name in published else False if whole and published else None,
        )
        for name in found[:MOST_TAGS]
    )


def _listed(parts: Parts, file: str) -> list[Any] | None:
    """All entries of a list, over its pages; nothing when it is absent or broken, which is said."""
    if not parts.has(file) and parts.refusal(file) is None:
        return None
    try:
        values = parts.json(file)
        if any(not isinstance(value, list) for value in values):
            raise BrokenPartError("a JSON array is expected")
    except BrokenPartError as error:
        parts.say(file, str(error))
        return None
    return list(flat(values))
