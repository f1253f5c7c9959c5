"""Version drift: one table of all targets, and one sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from auditor.diagnose.drift import drift
from auditor.model.facts import Tagged
from auditor.model.live import LiveAnswer, Target
from auditor.model.vocabulary import LiveState, TargetSource
from auditor.rulebook.book import Rulebook
from auditor.rulebook.load import RulesFile

TITLES = {"npm": ("npm", "npm"), "pypi": ("PyPI", "pep440"), "releases": ("GitHub Releases", "verbatim")}
TITLES |= {"aur": ("AUR", "pacman"), "brew": ("Homebrew", "homebrew"), "go": ("Go", "go"), "image": ("GHCR", "oci")}


@pytest.fixture(scope="module")
def book() -> Rulebook:
    text = "platform: {name}\ntitle: {title}\nregistry: {{ scheme: {scheme} }}\n"
    return Rulebook.of(
        RulesFile(f"{name}.yml", text.format(name=name, title=title, scheme=scheme))
        for name, (title, scheme) in TITLES.items()
    )


def answer(platform: str, latest: str | None, state: LiveState = LiveState.LIVE, **more: Any) -> LiveAnswer:
    target = Target(
        platform=platform,
        package=more.pop("package", "tidepool"),
        version=more.pop("version", "1.1.19"),
        source=TargetSource.CONFIGURATION,
    )
    return LiveAnswer(target=target, state=state, reason="said so", latest=latest, **more)


def at(day: int) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC)


TAGS = (Tagged("v1.1.19", at(9), True), Tagged("v1.1.18", at(5), True), Tagged("v1.1.17", at(1), True))


def test_the_sentence_says_what_everybody_has(book: Rulebook) -> None:
    answers = [
        answer("npm", "1.1.17", LiveState.ABSENT, latest_at=at(2)),
        answer("pypi", "1.1.17", LiveState.ABSENT),
        answer("releases", "v1.1.19", version="v1.1.19"),
    ]
    found = drift(answers, book, "v1.1.19", TAGS)
    assert found.sentence == "npm 1.1.17, PyPI 1.1.17, GitHub Releases 1.1.19"
    assert found.verdict == "npm and PyPI are 2 releases behind 1.1.19."
    assert found.newest == "1.1.19"
    assert found.lagging == ("npm:tidepool", "pypi:tidepool")
    assert found.leading == ("releases:tidepool",)
    row = found.rows[0]
    assert (row.live, row.behind, row.since, row.live_at) == ("1.1.17", 2, at(5), at(2))
    assert (row.version, row.newest) == ("1.1.19", "1.1.19")


def test_each_platforms_own_spelling_is_compared_parsed(book: Rulebook) -> None:
    tags = (Tagged("v2.0.0-rc.1"), Tagged("v1.10.0"), Tagged("v1.9.0"))
    answers = [
        answer("npm", "1.10.0", version="1.10.0"),
        answer("pypi", "1.10", version="1.10.0"),
        answer("go", "v1.10.0", version="v1.10.0"),
        answer("aur", "1:1.10.0-3", version="1.10.0"),
        answer("brew", "1.10.0_1", version="1.10.0"),
        answer("image", "v1.10.0", version="v1.10.0"),
        answer("releases", "v1.10.0", version="v1.10.0"),
    ]
    found = drift(answers, book, "v1.10.0", tags)
    assert [row.behind for row in found.rows] == [0] * 7
    assert found.verdict == "All have 1.10.0."
    assert found.lagging == found.leading == ()


def test_who_gives_out_a_prerelease_lags_behind_the_next_one(book: Rulebook) -> None:
    tags = (Tagged("v2.0.0-rc.2"), Tagged("v2.0.0-rc.1"), Tagged("v1.0.0"))
    answers = [answer("pypi", "2.0.0rc1", LiveState.ABSENT), answer("npm", "2.0.0-rc.2", version="2.0.0-rc.2")]
    assert [row.behind for row in drift(answers, book, "v2.0.0-rc.2", tags).rows] == [1, 0]


def test_a_version_that_is_live_counts_before_the_registry_calls_it_latest(book: Rulebook) -> None:
    found = drift([answer("npm", "1.1.18", published_at=at(9))], book, "v1.1.19", TAGS)
    assert (found.rows[0].live, found.rows[0].behind, found.rows[0].live_at) == ("1.1.19", 0, at(9))


def test_a_version_that_is_held_or_hidden_is_not_what_people_get(book: Rulebook) -> None:
    for state in (LiveState.HELD, LiveState.LIVE_HIDDEN):
        assert drift([answer("npm", "1.1.18", state)], book, "v1.1.19", TAGS).rows[0].behind == 1


def test_without_tags_the_versions_that_registries_list_are_the_releases(book: Rulebook) -> None:
    answers = [
        answer("npm", None, LiveState.ABSENT, versions=("1.0.0",)),
        answer("pypi", "1.2.0", version="1.2.0", versions=("1.2.0", "1.1.0", "1.0.0", "2.0.0rc1")),
    ]
    found = drift(answers, book, "v1.2.0")
    assert found.newest == "1.2.0"
    assert [(row.live, row.behind) for row in found.rows] == [("1.0.0", 2), ("1.2.0", 0)]
    assert found.rows[0].since is None


def test_since_is_not_said_when_a_release_in_between_has_no_date(book: Rulebook) -> None:
    tags = (Tagged("v1.1.19", at(9)), Tagged("v1.1.18"), Tagged("v1.1.17", at(1)))
    assert drift([answer("npm", "1.1.17", LiveState.ABSENT)], book, "v1.1.19", tags).rows[0].since is None


def test_what_is_not_known_is_said_and_never_counted_as_lagging(book: Rulebook) -> None:
    answers = [
        answer("npm", None, LiveState.UNKNOWN),
        answer("aur", None, LiveState.ABSENT, package_known=False),
        answer("pypi", "1.1.19"),
    ]
    found = drift(answers, book, "v1.1.19", TAGS)
    assert found.sentence == "npm not known, AUR nothing, PyPI 1.1.19"
    assert found.verdict == "All others have 1.1.19; AUR has none; npm did not tell."
    assert found.lagging == ()
    assert [row.behind for row in found.rows] == [None, None, 0]


def test_nothing_known_anywhere_is_said_so(book: Rulebook) -> None:
    assert (
        drift([answer("npm", None, LiveState.UNKNOWN)], book, "v1.1.19", TAGS).verdict
        == "No version is known anywhere."
    )
    assert drift([], book).sentence == ""


def test_several_packages_of_a_platform_are_told_apart(book: Rulebook) -> None:
    answers = [
        answer("npm", "1.1.19", package="@acme/core"),
        answer("npm", "1.1.18", LiveState.ABSENT, package="@acme/ui"),
    ]
    found = drift(answers, book, "v1.1.19", TAGS)
    assert found.sentence == "npm (@acme/core) 1.1.19, npm (@acme/ui) 1.1.18"
    assert found.verdict == "npm (@acme/ui) is 1 release behind 1.1.19."


def test_tags_that_never_became_releases_are_named_newest_first(book: Rulebook) -> None:
    tags = (
        Tagged("v1.0.9", released=False),
        Tagged("v1.0.10", released=False),
        Tagged("v1.0.8", released=True),
        Tagged("v1.0.7"),
        Tagged("nightly", released=False),
        Tagged("cli-v9.0.0", released=False),
    )
    assert drift([], book, "v1.0.10", tags).unreleased_tags == ("v1.0.10", "v1.0.9")


def test_only_tags_of_the_same_package_count(book: Rulebook) -> None:
    tags = (Tagged("core-v1.1.0"), Tagged("core-v1.0.0"), Tagged("cli-v9.0.0"))
    found = drift([answer("npm", "1.0.0", LiveState.ABSENT, version="1.1.0")], book, "core-v1.1.0", tags)
    assert (found.newest, found.rows[0].behind) == ("1.1.0", 1)
