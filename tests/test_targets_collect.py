"""Manifests: fetched from the tag's commit, kept in the bundle, read from a bundle and from a checkout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.bundle import read_bundle
from auditor.collect.checkout import read_checkout
from auditor.collect.github.address import Server
from auditor.collect.github.cache import Cache
from auditor.collect.github.gather import Wanted, gathered
from auditor.collect.github.manifests import MOST_WITHOUT_TOKEN
from auditor.collect.github.token import Token
from auditor.collect.manifests import LARGEST_MANIFEST, MOST_MANIFESTS, chosen, is_aside, is_safe
from auditor.diagnose.log_needs import LogNeeds
from auditor.model.facts import ReleaseFacts
from auditor.rulebook.book import Rulebook
from auditor.targets import ManifestsNeeded
from tests.bundle_maker import BundleMaker
from tests.github_standin import Standin, World
from tests.github_standin.faults import server_error
from tests.github_standin.synthetic import REPOSITORY, TAG, synthetic

SOME_TOKEN = Token("t", "GITHUB_TOKEN")
PACKAGE = b'{"name": "@flotilla/p000", "version": "6.0.0"}'


def world_with(files: dict[str, bytes]) -> World:
    world = synthetic(2, 1)
    (commit,) = world.only().files
    world.only().files[commit].update(files)
    return world


def gather(
    github: Standin,
    book: Rulebook,
    cache: Path | None = None,
    token: Token | None = SOME_TOKEN,
    **more: Any,
) -> tuple[ReleaseFacts, list[str]]:
    wanted = Wanted(
        REPOSITORY,
        TAG,
        Server(github.url, "github.example"),
        token,
        cache=Cache(cache),
        **{"manifests": ManifestsNeeded(book), **more},
    )
    with gathered(wanted, LogNeeds(book)) as release:
        stored = [p.relative_to(release.folder).as_posix() for p in release.folder.glob("files/**/*") if p.is_file()]
        return read_bundle(release.folder, TAG).facts, sorted(stored)


def asked(github: Standin, part: str) -> list[str]:
    return [exchange.path for exchange in github.recording.exchanges if part in exchange.path]


def test_the_manifests_of_what_the_workflows_publish_are_fetched(shipped_book: Rulebook) -> None:
    world = world_with({"packages/p000/package.json": PACKAGE, "Cargo.toml": b"[package]", "README.md": b"# Flotilla"})
    with Standin(world) as github:
        facts, stored = gather(github, shipped_book)
        assert len(asked(github, "/git/trees/")) == 1
    assert [(file.path, file.text) for file in facts.manifests] == [("packages/p000/package.json", PACKAGE.decode())]
    assert "files/packages/p000/package.json" in stored
    assert "files/Cargo.toml" not in stored, "nothing publishes to crates.io"


def test_nobody_is_asked_for_manifests_that_nobody_wants(shipped_book: Rulebook) -> None:
    with Standin(world_with({"package.json": PACKAGE})) as github:
        facts, _ = gather(github, shipped_book, manifests=None)
        assert not asked(github, "/git/trees/")
    assert facts.manifests == ()


def test_a_second_audit_finds_listing_and_manifests_in_the_cache(shipped_book: Rulebook, tmp_path: Path) -> None:
    with Standin(world_with({"package.json": PACKAGE})) as github:
        first, _ = gather(github, shipped_book, tmp_path)
        before = len(asked(github, "/git/trees/")) + len(asked(github, "/contents/package.json"))
        second, _ = gather(github, shipped_book, tmp_path)
        after = len(asked(github, "/git/trees/")) + len(asked(github, "/contents/package.json"))
    assert first.manifests == second.manifests != ()
    assert (before, after) == (2, 2)


def test_dependencies_and_test_data_are_not_fetched(shipped_book: Rulebook) -> None:
    aside = ("node_modules/left/package.json", "test/fixtures/a/package.json", "vendor/x/package.json")
    with Standin(world_with(dict.fromkeys(aside, PACKAGE))) as github:
        facts, _ = gather(github, shipped_book)
    assert facts.manifests == ()


def test_without_a_token_only_a_few_are_asked_for(shipped_book: Rulebook) -> None:
    many = {f"packages/p{number:03}/package.json": PACKAGE for number in range(30)}
    with Standin(world_with(many)) as github:
        facts, _ = gather(github, shipped_book, token=None)
    assert len(facts.manifests) == MOST_WITHOUT_TOKEN
    assert any(entry.what == "more manifests" for entry in facts.missing)


def test_a_listing_that_fails_leaves_the_audit_whole(shipped_book: Rulebook) -> None:
    with Standin(world_with({"package.json": PACKAGE})) as github:
        github.fault(r"/git/trees/", server_error(404), times=None)
        facts, _ = gather(github, shipped_book)
    assert facts.attempts[0].jobs
    assert [entry.what for entry in facts.missing if "manifest" in entry.what] == ["manifests"]


def test_a_bundle_gives_its_manifests(tmp_path: Path) -> None:
    maker = BundleMaker()
    maker["files/clients/js/package.json"] = b"\xef\xbb\xbf" + PACKAGE
    maker["files/huge.json"] = b" " * (LARGEST_MANIFEST + 1)
    bundle = maker.folder(tmp_path)
    facts = read_bundle(bundle).facts
    assert [(file.path, json.loads(file.text)["version"]) for file in facts.manifests] == [
        ("clients/js/package.json", "6.0.0")
    ]
    assert any(entry.what == "manifest huge.json" for entry in facts.missing)


def test_a_listing_is_cut_to_what_is_small_and_near_the_root() -> None:
    listed = [(f"deep/{number}/package.json", 10) for number in range(MOST_MANIFESTS)]
    listed += [("package.json", 10), ("other/package.json", LARGEST_MANIFEST + 1), ("a/../package.json", 10)]
    paths, left = chosen(listed, lambda path: path.endswith("package.json"))
    assert paths[0] == "package.json"
    assert len(paths) == MOST_MANIFESTS
    assert left == 2


@pytest.mark.parametrize(
    "path",
    ["../x", "/x", "a//b", "a/./b", "a\\b", "a\nb", "c:x", "x" * 500, f"{'n' * 200}/x", ".github/workflows/a.yml"],
)
def test_a_path_that_could_leave_the_bundle_is_not_used(path: str) -> None:
    assert not is_safe(path)


@pytest.mark.parametrize(
    "path", ["a/node_modules/b", "examples/x/package.json", "tests/x", "testdata/y", ".git/config"]
)
def test_folders_that_are_not_the_projects_own_are_left_out(path: str) -> None:
    assert is_aside(path)
    assert not is_aside(f"src/{path.rpartition('/')[2]}")


def test_a_checkout_is_read_within_its_bounds(tmp_path: Path) -> None:
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "release.yml").write_text("on: push\njobs: {}\n")
    (tmp_path / ".git" / "refs" / "tags").mkdir(parents=True)
    (tmp_path / ".git" / "refs" / "tags" / "v1.2.3").write_text("0" * 40)
    (tmp_path / ".git" / "packed-refs").write_text(f"# pack-refs\n{'1' * 40} refs/tags/v1.2.2\n")
    (tmp_path / ".git" / "config").write_text('[remote "origin"]\n\turl = git@github.com:acme/tidepool.git\n')
    (tmp_path / "package.json").write_bytes(PACKAGE)
    (tmp_path / "node_modules" / "left").mkdir(parents=True)
    (tmp_path / "node_modules" / "left" / "package.json").write_bytes(PACKAGE)
    (tmp_path / "large").mkdir()
    (tmp_path / "large" / "package.json").write_bytes(b" " * (LARGEST_MANIFEST + 1))
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "package.json").symlink_to(tmp_path / "package.json")
    read = read_checkout(tmp_path, lambda path: path.endswith("package.json"))
    assert [file.path for file in read.workflows] == [".github/workflows/release.yml"]
    assert [file.path for file in read.manifests] == ["package.json"]
    assert list(read.unread) == ["large/package.json"]
    assert read.repository == "acme/tidepool"
    assert read.tags == ("v1.2.3", "v1.2.2")


def test_a_checkout_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"No such|not a folder"):
        read_checkout(tmp_path / "absent", lambda _: True)
