"""Chocolatey: Atom, moderation, and a query that answers 200 whatever is missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from auditor.model.vocabulary import LiveState
from tests.registry_standin import Answer, Standin
from tests.registry_standin.asking import asked, target
from tests.registry_standin.feeds import MISSING, document, feed

BY_ID = "/FindPackagesById()?id='contextlite'"
LATEST = "/Packages()?$filter=tolower(Id)%20eq%20'contextlite'%20and%20IsLatestVersion"


def key(version: str) -> str:
    return f"/Packages(Id='contextlite',Version='{version}')"


@pytest.fixture
def choco() -> Iterator[Standin]:
    from tests.registry_standin.feeds import entry

    with Standin() as standin:
        standin.at(LATEST, Answer.xml(feed([entry("contextlite", "1.0.42")])))
        standin.at(BY_ID, Answer.xml(feed([entry("contextlite", "1.0.42")])))
        standin.at(key("1.0.42"), Answer.xml(document("contextlite", "1.0.42", PackageSize="2048")))
        yield standin


def test_an_approved_version_is_live(choco: Standin) -> None:
    answer = asked(target("chocolatey", "contextlite", "1.0.42"), choco.url)
    assert (answer.state, answer.latest, answer.package_known) == (LiveState.LIVE, "1.0.42", True)
    assert [(file.name, file.size, file.downloads) for file in answer.files] == [("contextlite.1.0.42.nupkg", 2048, 7)]
    assert [count.count for count in answer.downloads] == [120]


@pytest.mark.parametrize("detail", ["Ready", "Pending", "Waiting", "Responded"])
def test_a_version_in_moderation_is_held_and_not_absent(choco: Standin, detail: str) -> None:
    submitted = {"PackageStatus": "Submitted", "IsApproved": "false", "Published": "1900-01-01T00:00:00"}
    choco.at(key("1.0.43"), Answer.xml(document("contextlite", "1.0.43", PackageSubmittedStatus=detail, **submitted)))
    answer = asked(target("chocolatey", "contextlite", "1.0.43"), choco.url)
    assert answer.state is LiveState.HELD
    assert "moderation" in answer.reason
    assert detail in answer.reason
    assert answer.published_at is None


def test_the_first_version_of_all_in_moderation_is_held_though_the_feed_is_empty(choco: Standin) -> None:
    choco.at(LATEST, Answer.xml(feed()))
    choco.at(BY_ID, Answer.xml(feed()))
    choco.at(key("0.1.0"), Answer.xml(document("contextlite", "0.1.0", PackageStatus="Submitted")))
    answer = asked(target("chocolatey", "contextlite", "0.1.0"), choco.url)
    assert (answer.state, answer.package_known) == (LiveState.HELD, True)


def test_an_unlisted_version_is_hidden(choco: Standin) -> None:
    choco.at(key("1.0.40"), Answer.xml(document("contextlite", "1.0.40", Published="1900-01-01T00:00:00")))
    answer = asked(target("chocolatey", "contextlite", "1.0.40"), choco.url)
    assert answer.state is LiveState.LIVE_HIDDEN
    assert "unlisted" in answer.reason


def test_a_missing_version_of_a_known_package_is_absent(choco: Standin) -> None:
    choco.at(key("1.0.4"), Answer.xml(MISSING, 404))
    answer = asked(target("chocolatey", "contextlite", "1.0.4"), choco.url)
    assert (answer.state, answer.package_known, answer.latest) == (LiveState.ABSENT, True, "1.0.42")


def test_a_package_whose_feed_is_empty_is_not_known(choco: Standin) -> None:
    choco.at(key("1.0.4"), Answer.xml(MISSING, 404))
    choco.at(LATEST, Answer.xml(feed()))
    choco.at(BY_ID, Answer.xml(feed()))
    answer = asked(target("chocolatey", "contextlite", "1.0.4"), choco.url)
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, False)


def test_an_empty_feed_with_status_200_never_makes_a_version_live(choco: Standin) -> None:
    choco.at(key("1.0.42"), Answer.xml(feed()))
    assert asked(target("chocolatey", "contextlite", "1.0.42"), choco.url).state is not LiveState.LIVE


def test_an_answer_about_another_version_is_no_answer(choco: Standin) -> None:
    choco.at(key("1.0.4"), Answer.xml(document("contextlite", "1.0.42")))
    assert asked(target("chocolatey", "contextlite", "1.0.4"), choco.url).state is LiveState.UNKNOWN


def test_the_name_in_another_case_is_the_same_package(choco: Standin) -> None:
    choco.at("/Packages(Id='ContextLite',Version='1.0.42')", Answer.xml(document("contextlite", "1.0.42")))
    assert asked(target("chocolatey", "ContextLite", "1.0.42"), choco.url).state is LiveState.LIVE


def test_the_version_is_asked_for_as_nuget_normalises_it(choco: Standin) -> None:
    choco.at(key("0.8.0-b1"), Answer.xml(document("contextlite", "0.8.0-b1")))
    assert asked(target("chocolatey", "contextlite", "0.8-b1"), choco.url).state is LiveState.LIVE


def test_the_protecting_page_of_a_firewall_says_nothing(choco: Standin) -> None:
    for path in (key("1.0.42"), LATEST, BY_ID):
        choco.at(path, Answer.html(403))
    answer = asked(target("chocolatey", "contextlite", "1.0.42"), choco.url)
    assert answer.state is LiveState.UNKNOWN
    assert "403" in answer.reason


def test_the_pages_of_a_long_feed_are_followed(choco: Standin) -> None:
    from tests.registry_standin.feeds import entry

    choco.at(key("1.0.4"), Answer.xml(MISSING, 404))
    following = f"{choco.url}{BY_ID}&$skip=40"
    choco.at(BY_ID, Answer.xml(feed([entry("contextlite", "1.0.42")], following.replace("&", "&amp;"))))
    choco.at(f"{BY_ID}&$skip=40", Answer.xml(feed([entry("contextlite", "1.0.4")])))
    answer = asked(target("chocolatey", "contextlite", "1.0.4"), choco.url)
    assert answer.state is LiveState.LIVE
