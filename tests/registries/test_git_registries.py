"""Registries that are git repositories: WinGet, nixpkgs, Scoop, Homebrew and its taps; a version may wait in a pull request."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import LiveState
from tests.registries.public import Public, told, told_by_mirror
from tests.registry_standin import Answer, Seen
from tests.registry_standin.asking import target

NOT_FOUND = Answer.text("404: Not Found", 404)
PAGE_404 = Answer(404, b"<!DOCTYPE html><html><title>404: Page not found</title></html>", {"Content-Type": "text/html"})


class Repositories(Public):
    """Answers GitHub's search for pull requests with the titles that are open."""

    def __init__(self, *titles: str, otherwise: Answer = NOT_FOUND, status: int = 200) -> None:
        super().__init__(otherwise)
        self.titles = titles
        self.status = status

    def answer(self, seen: Seen) -> Answer:
        if seen.path.startswith("/search/issues"):
            self.seen.append(seen)
            items = [
                {
                    "number": 100 + number,
                    "title": title,
                    "state": "open",
                    "html_url": f"https://github.com/a/b/pull/{100 + number}",
                    "created_at": "2026-03-01T10:00:00Z",
                }
                for number, title in enumerate(self.titles)
            ]
            return Answer.json({"total_count": len(items), "incomplete_results": False, "items": items}, self.status)
        return super().answer(seen)


def winget(standin: Public, version: str = "1.0.4") -> LiveAnswer:
    return told(target("winget", "Quill.Stone", version), standin)


MANIFEST = "PackageIdentifier: Quill.Stone\nPackageVersion: {0}\nDefaultLocale: en-US\nManifestType: version\n"
WINGET_AT = "/microsoft/winget-pkgs/HEAD/manifests/q/Quill/Stone/{0}/Quill.Stone.yaml"
WINGET_FOLDER = "/repos/microsoft/winget-pkgs/contents/manifests/q/Quill/Stone"


def test_winget_has_a_version_whose_manifest_names_it() -> None:
    with Repositories() as it:
        it.at(WINGET_AT.format("1.0.4"), Answer.text(MANIFEST.format("1.0.4")))
        it.at(WINGET_FOLDER, Answer.json([{"type": "dir", "name": n} for n in ("1.0.4", "1.0.42", "Extra")]))
        answer = winget(it)
    assert (answer.state, answer.latest) == (LiveState.LIVE, "1.0.42")


def test_winget_lacks_a_version_though_a_longer_one_begins_with_it() -> None:
    with Repositories() as it:
        it.at(WINGET_AT.format("1.0.42"), Answer.text(MANIFEST.format("1.0.42")))
        it.at(WINGET_FOLDER, Answer.json([{"type": "dir", "name": "1.0.42"}]))
        answer = winget(it)
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, True)


def test_winget_does_not_know_the_package() -> None:
    with Repositories(otherwise=NOT_FOUND) as it:
        it.at(WINGET_FOLDER, Answer.json({"message": "Not Found"}, 404))
        answer = winget(it)
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, False)


def test_winget_holds_a_version_in_an_open_pull_request() -> None:
    with Repositories("New version: Quill.Stone version 1.0.4") as it:
        answer = winget(it)
    assert answer.state is LiveState.HELD
    assert "microsoft/winget-pkgs#100" in answer.reason
    assert answer.url == "https://github.com/a/b/pull/100"


@pytest.mark.parametrize(
    "title",
    [
        "New version: Quill.Stone version 1.0.42",
        "New version: Quill.Stone.Beta version 1.0.4",
        "New version: Other.Quill.Stone version 1.0.4",
        "Remove Quill.Stone 1.0.4.1",
    ],
)
def test_winget_is_not_misled_by_pull_requests_of_others(title: str) -> None:
    with Repositories(title) as it:
        assert winget(it).state is LiveState.ABSENT


def test_a_search_that_is_refused_leaves_absent_and_says_so() -> None:
    with Repositories(status=403) as it:
        answer = winget(it)
    assert answer.state is LiveState.ABSENT
    assert "could not be asked" in answer.reason


def test_a_mirror_of_the_users_is_not_told_to_github() -> None:
    with Repositories("New version: Quill.Stone version 1.0.4") as it:
        assert told_by_mirror(target("winget", "Quill.Stone", "1.0.4"), it).state is LiveState.ABSENT
        assert not [path for path in it.paths if path.startswith("/search")]


def test_no_pull_request_is_searched_for_what_is_not_known_to_be_absent() -> None:
    with Repositories("New version: Quill.Stone version 1.0.4", otherwise=Answer.text("slow down", 429)) as it:
        assert winget(it).state is LiveState.UNKNOWN
        assert not [path for path in it.paths if path.startswith("/search")]


NIX_FILE = "/NixOS/nixpkgs/master/pkgs/by-name/qu/quillstone/package.nix"


def nix(standin: Public, *known: dict[str, Any], version: str = "1.0.4") -> LiveAnswer:
    standin.at("/project/quillstone", Answer.json(list(known)))
    return told(target("nix", "quillstone", version), standin)


def known(version: str, repo: str = "nix_unstable", status: str = "newest") -> dict[str, Any]:
    return {"repo": repo, "visiblename": "quillstone", "version": version, "status": status}


def test_nix_unstable_has_the_version() -> None:
    with Repositories() as it:
        answer = nix(it, known("1.0.4"), known("0.9", repo="arch"))
    assert (answer.state, answer.latest) == (LiveState.LIVE, "1.0.4")


def test_nix_has_a_version_of_another_repository_only() -> None:
    with Repositories() as it:
        assert nix(it, known("1.0.3"), known("1.0.4", repo="arch")).state is LiveState.ABSENT


def test_nixpkgs_master_is_ahead_of_the_channel() -> None:
    with Repositories() as it:
        it.at(NIX_FILE, Answer.text('  pname = "quillstone";\n  version = "1.0.4";\n'))
        answer = nix(it, known("1.0.3"))
    assert answer.state is LiveState.HELD
    assert "master" in answer.reason


def test_an_older_version_than_nix_tells_is_unknown() -> None:
    with Repositories() as it:
        assert nix(it, known("1.0.42")).state is LiveState.UNKNOWN


def test_an_empty_list_of_repology_proves_nothing() -> None:
    """A project has other names there."""
    with Repositories() as it:
        answer = nix(it)
    assert answer.state is LiveState.UNKNOWN


def test_nix_holds_a_version_in_an_open_pull_request() -> None:
    with Repositories("quillstone: 1.0.3 -> 1.0.4") as it:
        assert nix(it, known("1.0.3")).state is LiveState.HELD
    with Repositories("quillstone-extra: 1.0.3 -> 1.0.4", "quillstone: 1.0.3 -> 1.0.42") as it:
        assert nix(it, known("1.0.3")).state is LiveState.ABSENT


def scoop(standin: Public, version: str = "1.0.4", **places: str) -> LiveAnswer:
    return told(target("scoop", "stone", version, places=places), standin)


APP = {
    "version": "1.0.4",
    "architecture": {"64bit": {"url": "https://example.com/stone-x64.zip", "hash": "ab" * 32}},
}


def test_scoop_reads_the_bucket_that_the_target_names() -> None:
    with Public(NOT_FOUND) as it:
        it.at("/quill/scoop-bucket/HEAD/bucket/stone.json", Answer.json(APP))
        answer = scoop(it, repository="quill/scoop-bucket")
        newer, older = (
            scoop(it, "1.0.5", repository="quill/scoop-bucket"),
            scoop(it, "1.0.3", repository="quill/scoop-bucket"),
        )
    assert answer.state is LiveState.LIVE
    assert answer.files[0].digest == "sha256:" + "ab" * 32
    assert (newer.state, newer.latest) == (LiveState.ABSENT, "1.0.4")
    assert older.state is LiveState.UNKNOWN


def test_scoop_looks_into_an_old_buckets_root_too() -> None:
    with Public(NOT_FOUND) as it:
        it.at("/quill/bucket/HEAD/stone.json", Answer.json(APP))
        assert scoop(it, repository="quill/bucket").state is LiveState.LIVE


def test_scoop_without_a_bucket_means_main_and_extras() -> None:
    with Public(NOT_FOUND) as it:
        missing = scoop(it)
        it.at("/ScoopInstaller/Extras/HEAD/bucket/stone.json", Answer.json(APP))
        found = scoop(it)
    assert (missing.state, missing.package_known) == (LiveState.ABSENT, False)
    assert found.state is LiveState.LIVE


def test_scoop_is_unknown_when_one_of_the_places_did_not_answer() -> None:
    with Public(NOT_FOUND) as it:
        it.at("/ScoopInstaller/Extras/HEAD/bucket/stone.json", Answer.text("slow down", 429))
        assert scoop(it).state is LiveState.UNKNOWN


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
