"""RubyGems: a list of JSON, one record per version and platform."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from auditor.model.vocabulary import LiveState
from tests.registry_standin import Answer, Standin
from tests.registry_standin.asking import asked, target

LIST = "/api/v1/versions/relay.json"
DIGEST = "0123456789abcdef" * 4


def record(number: str, platform: str = "ruby") -> dict[str, object]:
    return {
        "number": number,
        "platform": platform,
        "created_at": "2026-03-01T10:00:00.000Z",
        "downloads_count": 12,
        "prerelease": False,
        "sha": DIGEST,
    }


@pytest.fixture
def gems() -> Iterator[Standin]:
    with Standin() as standin:
        standin.at(
            LIST,
            Answer.json([record("1.0.42"), record("1.0.42", "x86_64-linux"), record("1.0.0.pre.rc1"), record("0.9.0")]),
        )
        standin.at(
            "/api/v1/gems/relay.json",
            Answer.json({"name": "relay", "version": "1.0.42", "downloads": 1234, "sha": DIGEST}),
        )
        yield standin


def test_a_listed_version_is_live_with_its_platforms(gems: Standin) -> None:
    answer = asked(target("rubygems", "relay", "1.0.42"), gems.url)
    assert (answer.state, answer.latest) == (LiveState.LIVE, "1.0.42")
    assert [(file.name, file.digest) for file in answer.files] == [
        ("ruby", f"sha256:{DIGEST}"),
        ("x86_64-linux", f"sha256:{DIGEST}"),
    ]
    assert [(count.count, count.days) for count in answer.downloads] == [(1234, None)]
    assert answer.published_at is not None


def test_a_platform_that_should_be_there_is_named_when_it_is_not(gems: Standin) -> None:
    expected = ("ruby", "arm64-darwin")
    answer = asked(target("rubygems", "relay", "1.0.42", expected_files=expected), gems.url)
    assert (answer.state, answer.missing_files) == (LiveState.LIVE, ("arm64-darwin",))


def test_a_semantic_prerelease_is_found_under_its_gem_spelling(gems: Standin) -> None:
    assert asked(target("rubygems", "relay", "1.0.0-rc1"), gems.url).state is LiveState.LIVE


@pytest.mark.parametrize("version", ["1.0.4", "1.0.420", "2.0.0"])
def test_a_version_that_is_not_listed_is_absent(gems: Standin, version: str) -> None:
    answer = asked(target("rubygems", "relay", version), gems.url)
    assert (answer.state, answer.package_known, answer.latest) == (LiveState.ABSENT, True, "1.0.42")


def test_a_gem_that_does_not_exist_is_absent(gems: Standin) -> None:
    gems.at("/api/v1/versions/nothing.json", Answer.text("This rubygem could not be found.", 404))
    answer = asked(target("rubygems", "nothing", "1.0.0"), gems.url)
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, False)


def test_another_case_is_another_gem(gems: Standin) -> None:
    gems.at("/api/v1/versions/Relay.json", Answer.text("This rubygem could not be found.", 404))
    assert asked(target("rubygems", "Relay", "1.0.42"), gems.url).state is LiveState.ABSENT


@pytest.mark.parametrize(
    "answer",
    [
        Answer.html(200),
        Answer.html(404),
        Answer.html(403),
        Answer.json({"error": "internal"}, 500),
        Answer.json({"status": "ok"}),
        Answer.text("[", 200),
        Answer.text("null", 200),
        Answer.text("", 200),
    ],
    ids=["page", "page-404", "page-403", "error", "other-json", "half", "null", "empty"],
)
def test_what_is_no_list_says_nothing(gems: Standin, answer: Answer) -> None:
    gems.at(LIST, answer)
    said = asked(target("rubygems", "relay", "1.0.42"), gems.url)
    assert (said.state, said.package_known) == (LiveState.UNKNOWN, None)


def test_an_empty_list_says_nothing_because_this_registry_never_gives_one(gems: Standin) -> None:
    gems.at(LIST, Answer.json([]))
    assert asked(target("rubygems", "relay", "1.0.42"), gems.url).state is LiveState.UNKNOWN
