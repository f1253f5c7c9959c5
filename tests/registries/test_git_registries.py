"""Registries that are git repositories: WinGet, nixpkgs and Scoop; a version may wait in a pull request."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import LiveState
from tests.registries.public import Public, told, told_by_mirror
from tests.registries.repositories import NOT_FOUND, Repositories
from tests.registry_standin import Answer
from tests.registry_standin.asking import target


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
