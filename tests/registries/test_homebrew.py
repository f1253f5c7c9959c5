"""Homebrew: its own formulae and casks, and those of taps."""

from __future__ import annotations

import pytest

from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import LiveState
from tests.registries.public import Public, told
from tests.registries.repositories import NOT_FOUND, Repositories
from tests.registry_standin import Answer
from tests.registry_standin.asking import target

PAGE_404 = Answer(404, b"<!DOCTYPE html><html><title>404: Page not found</title></html>", {"Content-Type": "text/html"})

FORMULA = {
    "name": "stone",
    "versions": {"stable": "1.0.4", "bottle": True},
    "revision": 0,
    "urls": {"stable": {"url": "https://example.com/stone-1.0.4.tar.gz", "checksum": "ab" * 32}},
    "analytics": {"install": {"30d": {"stone": 120, "stone --HEAD": 3}}},
}


def brew(standin: Public, version: str = "1.0.4", **places: str) -> LiveAnswer:
    return told(target("homebrew", "stone", version, places=places), standin)


def test_homebrew_has_the_formula_at_this_version() -> None:
    with Repositories(otherwise=PAGE_404) as it:
        it.at("/formula/stone.json", Answer.json(FORMULA))
        answer = brew(it)
    assert (answer.state, answer.latest) == (LiveState.LIVE, "1.0.4")
    assert [(count.count, count.days) for count in answer.downloads] == [(123, 30)]


def test_homebrew_counts_a_revision_as_the_same_version() -> None:
    with Repositories(otherwise=PAGE_404) as it:
        it.at("/formula/stone.json", Answer.json({**FORMULA, "versions": {"stable": "1.0.4_1"}}))
        assert brew(it).state is LiveState.LIVE


def test_homebrew_is_still_at_the_version_before() -> None:
    with Repositories(otherwise=PAGE_404) as it:
        it.at("/formula/stone.json", Answer.json(FORMULA))
        assert brew(it, "1.0.42").state is LiveState.ABSENT
        assert brew(it, "1.0.3").state is LiveState.UNKNOWN


def test_homebrew_holds_a_version_in_an_open_pull_request() -> None:
    with Repositories("stone 1.0.5", otherwise=PAGE_404) as it:
        it.at("/formula/stone.json", Answer.json(FORMULA))
        answer = brew(it, "1.0.5")
    assert answer.state is LiveState.HELD
    assert "Homebrew/homebrew-core#100" in answer.reason


def test_homebrew_knows_neither_formula_nor_cask() -> None:
    with Repositories(otherwise=PAGE_404) as it:
        answer = brew(it)
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, False)


def test_homebrew_has_a_cask_whose_version_names_a_build() -> None:
    with Repositories(otherwise=PAGE_404) as it:
        cask = {"token": "stone", "version": "1.0.4,77", "url": "https://example.com/stone.dmg", "sha256": "ab" * 32}
        it.at("/cask/stone.json", Answer.json(cask))
        assert brew(it).state is LiveState.LIVE


def test_a_name_that_is_a_formula_and_a_cask_is_asked_for_by_its_kind() -> None:
    with Repositories(otherwise=PAGE_404) as it:
        it.at("/formula/stone.json", Answer.json(FORMULA))
        cask = {"token": "stone", "version": "9.0", "url": "https://example.com/stone.dmg", "sha256": "ab" * 32}
        it.at("/cask/stone.json", Answer.json(cask))
        assert brew(it, "9.0", kind="cask").state is LiveState.LIVE
        assert brew(it, "9.0", kind="formula").state is LiveState.ABSENT
        assert brew(it, "1.0.4", kind="formula").state is LiveState.LIVE


def test_a_deprecated_formula_is_hidden() -> None:
    with Repositories(otherwise=PAGE_404) as it:
        gone = {**FORMULA, "deprecated": True, "deprecation_reason": "unmaintained"}
        it.at("/formula/stone.json", Answer.json(gone))
        answer = brew(it)
    assert answer.state is LiveState.LIVE_HIDDEN
    assert "unmaintained" in answer.reason


RUBY = """class Stone < Formula
  desc "Stone"
  version "{0}"
  if OS.mac?
    url "https://github.com/quill/stone/releases/download/v{0}/stone-darwin.tar.gz"
    sha256 "{1}"
  end
  on_linux do
    url "https://github.com/quill/stone/releases/download/v{0}/stone-linux.tar.gz"
    sha256 "{2}"
  end
end
"""


def test_a_tap_is_read_from_its_repository() -> None:
    with Public(NOT_FOUND) as it:
        it.at("/quill/homebrew-tap/HEAD/Formula/stone.rb", Answer.text(RUBY.format("1.0.4", "ab" * 32, "cd" * 32)))
        answer = brew(it, repository="quill/homebrew-tap")
        short = brew(it, repository="quill/tap")
        newer, older = brew(it, "1.0.42", repository="quill/tap"), brew(it, "1.0.3", repository="quill/tap")
    assert answer.state is short.state is LiveState.LIVE
    assert [file.digest for file in answer.files] == ["sha256:" + "ab" * 32, "sha256:" + "cd" * 32]
    assert (newer.state, newer.latest, older.state) == (LiveState.ABSENT, "1.0.4", LiveState.UNKNOWN)


def test_a_tap_may_be_a_repository_of_any_name() -> None:
    with Public(NOT_FOUND) as it:
        it.at("/quill/brews/HEAD/Casks/stone.rb", Answer.text(RUBY.format("1.0.4", "ab" * 32, "cd" * 32)))
        assert brew(it, repository="quill/brews", kind="cask").state is LiveState.LIVE


def test_a_tap_with_a_placeholder_for_a_checksum_holds_the_version() -> None:
    with Public(NOT_FOUND) as it:
        it.at("/quill/homebrew-tap/HEAD/Formula/stone.rb", Answer.text(RUBY.format("1.0.4", "PLACEHOLDER", "cd" * 32)))
        answer = brew(it, repository="quill/homebrew-tap")
    assert answer.state is LiveState.HELD
    assert "PLACEHOLDER" in answer.reason


def test_a_tap_without_the_formula_is_absent_in_all_its_folders() -> None:
    with Public(NOT_FOUND) as it:
        answer = brew(it, repository="quill/homebrew-tap")
        assert len(it.paths) == 6
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, False)


@pytest.mark.parametrize("answer", [Answer.html(404), Answer.html(200), Answer.text("no", 429), Answer.text("hello")])
def test_what_is_no_formula_of_a_tap_is_unknown(answer: Answer) -> None:
    with Public(answer) as it:
        assert brew(it, repository="quill/homebrew-tap").state is LiveState.UNKNOWN
