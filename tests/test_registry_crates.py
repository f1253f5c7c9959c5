"""crates.io: an index of lines, asked by its sparse protocol."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import LiveState
from tests.registry_standin import Answer, Standin
from tests.registry_standin.asking import asked, on_loopback, shipped, target

DIGEST = "ab" * 32
INDEX = "/co/nt/contextlite-client"


def line(version: str, *, yanked: bool = False, name: str = "contextlite-client") -> dict[str, object]:
    return {"name": name, "vers": version, "deps": [], "cksum": DIGEST, "features": {}, "yanked": yanked}


@pytest.fixture
def crates() -> Iterator[Standin]:
    with Standin() as standin:
        standin.at(INDEX, Answer.ndjson(line("1.0.42"), line("1.0.41", yanked=True), line("1.1.0-rc.1")))
        yield standin


def ask_index(standin: Standin, version: str, package: str = "contextlite-client") -> LiveAnswer:
    """As at a mirror of the index, where the API of crates.io is not asked."""
    return asked(target("crates", package, version), standin.url)


def test_a_version_in_the_index_is_live_with_its_digest(crates: Standin) -> None:
    answer = ask_index(crates, "1.0.42")
    assert (answer.state, answer.package_known, answer.latest) == (LiveState.LIVE, True, "1.0.42")
    assert [(file.name, file.digest) for file in answer.files] == [
        ("contextlite-client-1.0.42.crate", f"sha256:{DIGEST}")
    ]
    assert answer.url == f"{crates.url}{INDEX}"
    assert answer.page == "https://crates.io/crates/contextlite-client/1.0.42"
    assert answer.versions == ("1.1.0-rc.1", "1.0.42", "1.0.41")


def test_a_version_that_begins_another_is_absent(crates: Standin) -> None:
    answer = ask_index(crates, "1.0.4")
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, True)
    assert "3 versions" in answer.reason


def test_a_yanked_version_is_hidden(crates: Standin) -> None:
    answer = ask_index(crates, "1.0.41")
    assert answer.state is LiveState.LIVE_HIDDEN
    assert "yanked" in answer.reason


def test_build_metadata_does_not_make_another_version(crates: Standin) -> None:
    assert ask_index(crates, "1.0.42+build.7").state is LiveState.LIVE


@pytest.mark.parametrize("status", [404, 410, 451])
def test_a_crate_that_is_not_in_the_index_is_absent(crates: Standin, status: int) -> None:
    crates.at("/mi/ss/missing", Answer.text("<Error><Code>NoSuchKey</Code></Error>", status))
    answer = ask_index(crates, "1.0.0", "missing")
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, False)


@pytest.mark.parametrize(
    ("name", "path"), [("a", "/1/a"), ("Ab", "/2/ab"), ("aBc", "/3/a/abc"), ("Serde", "/se/rd/serde")]
)
def test_the_index_is_asked_in_lower_case(crates: Standin, name: str, path: str) -> None:
    crates.at(path, Answer.ndjson(line("1.0.0", name=name.lower())))
    assert ask_index(crates, "1.0.0", name).state is LiveState.LIVE


def test_the_lines_of_another_crate_prove_nothing(crates: Standin) -> None:
    crates.at(INDEX, Answer.ndjson(line("1.0.42", name="contextlite")))
    assert ask_index(crates, "1.0.42").state is LiveState.UNKNOWN


@pytest.mark.parametrize("status", [200, 403, 404, 503])
def test_a_web_page_is_never_absent_and_never_live(crates: Standin, status: int) -> None:
    crates.at(INDEX, Answer.html(status))
    answer = ask_index(crates, "1.0.42")
    assert answer.state is LiveState.UNKNOWN
    assert answer.package_known is None


def test_too_many_requests_say_when_to_come_back(crates: Standin) -> None:
    crates.at(INDEX, Answer.text("slow down", 429, Retry_After="600"))
    answer = ask_index(crates, "1.0.42")
    assert answer.state is LiveState.UNKNOWN
    assert answer.status == 429
    assert answer.retry_after is not None
    assert len(crates.seen) == 1


def test_a_short_wait_is_waited_for(crates: Standin) -> None:
    crates.at(INDEX, Answer.text("slow down", 429, Retry_After="1"), Answer.ndjson(line("1.0.42")))
    assert ask_index(crates, "1.0.42").state is LiveState.LIVE
    assert len(crates.seen) == 2


class TestTheApiOfThePublicRegistry:
    def ask(self, standin: Standin, version: str, package: str = "contextlite-client") -> LiveAnswer:
        return asked(
            target("crates", package, version), None, on_loopback(shipped("crates"), standin.url, f"{standin.url}/api")
        )

    def test_it_tells_latest_and_downloads_of_a_live_version(self, crates: Standin) -> None:
        facts = {"id": "contextlite-client", "max_stable_version": "1.0.42", "downloads": 900, "recent_downloads": 40}
        crates.at("/api/crates/contextlite-client?include=", Answer.json({"crate": facts}))
        answer = self.ask(crates, "1.0.42")
        assert answer.state is LiveState.LIVE
        assert [(count.count, count.days) for count in answer.downloads] == [(900, None), (40, 90)]

    def test_a_crate_of_the_same_name_with_other_dashes_is_found(self, crates: Standin) -> None:
        crates.at("/co/nt/contextlite_client", Answer.text("", 404))
        version = {
            "num": "1.0.42",
            "crate": "contextlite-client",
            "yanked": False,
            "created_at": "2026-03-01T10:00:00Z",
        }
        listed = {"crate": {"id": "contextlite-client"}, "versions": [version]}
        crates.at("/api/crates/contextlite_client?include=versions", Answer.json(listed))
        crates.at("/api/crates/contextlite_client?include=", Answer.json({"crate": {"id": "contextlite-client"}}))
        answer = self.ask(crates, "1.0.42", "contextlite_client")
        assert (answer.state, answer.package_known) == (LiveState.LIVE, True)

    def test_its_trouble_does_not_unsay_what_the_index_said(self, crates: Standin) -> None:
        crates.at("/api/crates/contextlite-client?include=", Answer.html(403))
        assert self.ask(crates, "1.0.42").state is LiveState.LIVE
        crates.at("/api/crates/contextlite-client?include=versions", Answer.html(403))
        assert self.ask(crates, "1.0.4").state is LiveState.ABSENT
