"""The cache: what is kept is checked, whole or absent, safe among processes, and losing it loses nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.collect.github.address import Server
from auditor.collect.github.cache import LONGEST_KEPT_DAYS, Cache, Shelf, cache_folder

NAME = "runs/7/attempt-1/logs/71.log"


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def shelf(cache: Cache) -> Shelf:
    return cache.of(Server(), "Octo-Org/Repo")


def again(cache: Cache) -> Shelf:
    return cache.of(Server(), "octo-org/repo")


def test_what_is_kept_is_found_by_whoever_asks_next_whatever_the_case_of_the_name(cache: Cache, shelf: Shelf) -> None:
    shelf.keep(NAME, b"a log")
    found = again(cache).find(NAME)
    assert found is not None
    assert found.read_bytes() == b"a log"


def test_another_server_and_another_repository_have_entries_of_their_own(cache: Cache, shelf: Shelf) -> None:
    shelf.keep(NAME, b"a log")
    assert cache.of(Server("https://git.acme.example/api/v3", "git.acme.example"), "octo-org/repo").find(NAME) is None
    assert cache.of(Server(), "octo-org/other").find(NAME) is None


def test_an_entry_that_was_changed_is_as_good_as_absent(cache: Cache, shelf: Shelf) -> None:
    shelf.keep(NAME, b"a log")
    entry = shelf.find(NAME)
    assert entry is not None
    entry.chmod(0o644)
    entry.write_bytes(b"another log")
    assert again(cache).find(NAME) is None
    assert not entry.exists()


def test_an_entry_that_was_cut_off_is_as_good_as_absent(cache: Cache, shelf: Shelf, tmp_path: Path) -> None:
    shelf.keep(NAME, b"a log")
    entry = shelf.find(NAME)
    assert entry is not None
    os.truncate(entry, 2)
    assert not again(cache).link(NAME, tmp_path / "out" / "71.log")
    assert not (tmp_path / "out" / "71.log").exists()


def test_a_link_has_the_content_and_removing_the_cache_does_not_take_it_away(
    cache: Cache, shelf: Shelf, tmp_path: Path
) -> None:
    shelf.keep(NAME, b"a log")
    assert shelf.link(NAME, tmp_path / "out" / "71.log")
    cache.clear()
    assert (tmp_path / "out" / "71.log").read_bytes() == b"a log"


def test_a_mutable_entry_replaces_the_one_before(cache: Cache, shelf: Shelf) -> None:
    shelf.keep("tags/x.json", b"1", only=True)
    shelf.keep("tags/x.json", b"2", only=True)
    assert again(cache).read("tags/x.json") == 2
    assert cache.info().entries == 1


def test_json_that_is_broken_is_no_entry(shelf: Shelf) -> None:
    shelf.keep("tags/x.json", b"{")
    assert shelf.read("tags/x.json") is None


def test_a_cache_without_a_folder_keeps_nothing_and_still_has_a_workspace() -> None:
    cache = Cache(None)
    shelf = cache.of(Server(), "o/r")
    shelf.keep(NAME, b"a log")
    assert shelf.find(NAME) is None
    with cache.workspace() as folder:
        assert list(folder.iterdir()) == []
    assert not folder.exists()


def test_a_cache_that_cannot_be_written_keeps_nothing_and_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    cache = Cache(tmp_path / "file")
    cache.of(Server(), "o/r").keep(NAME, b"a log")
    assert cache.of(Server(), "o/r").find(NAME) is None
    with cache.workspace() as folder:
        assert folder.is_dir()


def test_info_counts_and_clear_leaves_nothing(cache: Cache, shelf: Shelf) -> None:
    shelf.keep(NAME, b"12345")
    cache.of(Server(), "octo-org/other").keep(NAME, b"123")
    assert (cache.info().entries, cache.info().size, cache.info().repositories) == (2, 8, 2)
    assert cache.clear().entries == 2
    assert (cache.info().entries, cache.info().size, cache.info().repositories) == (0, 0, 0)
    assert again(cache).find(NAME) is None


def test_what_nobody_read_for_long_is_removed_and_what_was_read_stays(cache: Cache, shelf: Shelf) -> None:
    shelf.keep("runs/1/attempt-1/jobs.json", b"old")
    shelf.keep("runs/2/attempt-1/jobs.json", b"read")
    for number in (1, 2):
        entry = shelf.find(f"runs/{number}/attempt-1/jobs.json")
        assert entry is not None
        long_ago = entry.stat().st_mtime - (LONGEST_KEPT_DAYS + 1) * 86_400
        os.utime(entry, (long_ago, long_ago))
    shelf.find("runs/2/attempt-1/jobs.json")
    with cache.workspace():
        pass
    assert again(cache).find("runs/1/attempt-1/jobs.json") is None
    assert again(cache).find("runs/2/attempt-1/jobs.json") is not None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nobody_else_may_look_into_the_cache(cache: Cache, shelf: Shelf) -> None:
    shelf.keep(NAME, b"a log of a private repository")
    entry = shelf.find(NAME)
    assert entry is not None
    assert entry.parent.stat().st_mode & 0o077 == 0


WRITER = """
import sys
from pathlib import Path
from auditor.collect.github.address import Server
from auditor.collect.github.cache import Cache
shelf = Cache(Path(sys.argv[1])).of(Server(), "o/r")
for number in range(40):
    shelf.keep(f"runs/{number % 5}/attempt-1/jobs.json", b"x" * 200_000)
    found = Cache(Path(sys.argv[1])).of(Server(), "o/r").find(f"runs/{number % 5}/attempt-1/jobs.json")
    assert found is None or found.read_bytes() == b"x" * 200_000
"""


def test_several_processes_write_the_same_entries_at_once_and_none_is_ever_half(tmp_path: Path) -> None:
    workers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)]) for _ in range(3)]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0]
    assert Cache(tmp_path).info().entries == 5
    assert [file for file in tmp_path.rglob("tmp/*") if file.is_file()] == []


def test_the_folder_is_the_variables_or_the_systems(tmp_path: Path) -> None:
    assert cache_folder({"RELAUDIT_CACHE_DIR": str(tmp_path)}) == tmp_path
    assert cache_folder({}).name in ("relaudit", "Cache")
