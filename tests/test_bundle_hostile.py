"""Bundles made to do harm: they are refused, or the harmful part is left out and named."""

from __future__ import annotations

import io
import json
import os
import stat
import struct
import warnings
import zipfile
from pathlib import Path

import pytest

from auditor.collect import bundle_parts, folder
from auditor.collect.bundle import BundleError, read_bundle
from auditor.collect.collected import Collected
from auditor.logs import zips
from auditor.logs.source import LogAbsent
from auditor.logs.zips import ZipRefusedError, ZipView, inside_path
from auditor.model.facts import Job
from auditor.model.vocabulary import LogState
from tests.bundle_maker import RUN_7, BundleMaker, zipped

JOBS = f"{RUN_7}jobs.json"


@pytest.fixture
def maker() -> BundleMaker:
    return BundleMaker()


def whys(collected: Collected, what: str) -> list[str]:
    return [entry.why for entry in collected.facts.missing if entry.what == what]


def add(path: Path, name: str, content: bytes, mode: int = 0, method: int = zipfile.ZIP_DEFLATED) -> Path:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.compress_type = method
    with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of the second member of one name
        archive.writestr(info, content)
    return path


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a/b.json", "a/b.json"),
        ("./a//b.json", "a/b.json"),
        ("a\\b.json", "a/b.json"),
        ("../a", None),
        ("a/../../b", None),
        ("a\\..\\b", None),
        ("/etc/passwd", None),
        ("\\\\server\\share", None),
        ("C:\\a", None),
        ("c:a", None),
        ("", None),
        ("./", None),
        ("..", None),
        ("...", "..."),
        ("a..b", "a..b"),
    ],
)
def test_only_names_that_stay_inside_have_a_path(name: str, path: str | None) -> None:
    assert inside_path(name) == path


@pytest.mark.parametrize("name", ["../bundle.json", "/etc/passwd", "C:/x", "runs/../../x", "..\\x"])
def test_names_that_lead_out_of_a_zip_are_named_and_not_read(maker: BundleMaker, tmp_path: Path, name: str) -> None:
    collected = read_bundle(add(maker.zip(tmp_path / "b.zip"), name, b"{}"))
    assert [entry.why for entry in collected.facts.missing] == ["its name leads out of the zip"]
    assert len(collected.facts.attempts[0].jobs) == 2


def test_a_zip_with_backslashes_is_read(maker: BundleMaker, tmp_path: Path) -> None:
    maker.files = {path.replace("/", "\\"): content for path, content in maker.files.items()}
    assert read_bundle(maker.zip(tmp_path / "b.zip")).facts.missing == ()


def test_two_members_of_one_name_are_both_not_used(maker: BundleMaker, tmp_path: Path) -> None:
    collected = read_bundle(add(maker.zip(tmp_path / "b.zip"), JOBS, b'{"total_count": 0, "jobs": []}'))
    assert collected.facts.attempts[0].jobs == ()
    assert "two members of this name" in whys(collected, "jobs of run 7 attempt 1")[0]
    assert len(collected.facts.missing) == 1


def test_links_in_a_zip_are_not_followed(maker: BundleMaker, tmp_path: Path) -> None:
    del maker[f"{RUN_7}logs/71.log"]
    path = add(maker.zip(tmp_path / "b.zip"), f"{RUN_7}logs/71.log", b"/etc/passwd", stat.S_IFLNK | 0o777)
    found = read_bundle(path).logs.log(Job(id=71))
    assert isinstance(found, LogAbsent)
    assert found.state is LogState.UNREADABLE
    assert "it is a link" in found.why


def test_an_encrypted_zip_says_what_to_do(maker: BundleMaker, tmp_path: Path) -> None:
    path = maker.zip(tmp_path / "b.zip")
    data = path.read_bytes()
    # Bit 0 of the flags, in the local header at offset 6 and in the central one at offset 8.
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data = data[: at + offset] + bytes([data[at + offset] | 1]) + data[at + offset + 1 :]
            at = data.find(mark, at + 4)
    path.write_bytes(data)
    with pytest.raises(BundleError, match=r"bundle\.json: it is encrypted; pack it without a password"):
        read_bundle(path)


def test_uncommon_compression_is_not_used(maker: BundleMaker, tmp_path: Path) -> None:
    del maker[JOBS]
    path = add(maker.zip(tmp_path / "b.zip"), JOBS, b"{}", method=zipfile.ZIP_LZMA)
    assert "pack it with deflate" in whys(read_bundle(path), "jobs of run 7 attempt 1")[0]


def test_a_member_that_expands_beyond_measure_is_not_used(maker: BundleMaker, tmp_path: Path) -> None:
    maker[f"{RUN_7}logs/71.log"] = bytes(zips._EXPANSION_COUNTS_FROM + 1)
    found = read_bundle(maker.zip(tmp_path / "b.zip")).logs.log(Job(id=71))
    assert isinstance(found, LogAbsent)
    assert "expands more than 250 times" in found.why


def test_json_larger_than_it_may_be_is_not_used(
    maker: BundleMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_parts, "LARGEST_JSON", 1 << 20)
    maker[JOBS] = b'{"jobs": []}' + b" " * (1 << 20)
    for path in (maker.zip(tmp_path / "b.zip"), maker.folder(tmp_path / "b")):
        assert "larger than 1 MiB" in whys(read_bundle(path), "jobs of run 7 attempt 1")[0]


def test_json_and_text_are_bounded_altogether(
    maker: BundleMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_parts, "LARGEST_TOTAL", 1600)
    collected = read_bundle(maker.zip(tmp_path / "b.zip"))
    assert any("altogether" in entry.why for entry in collected.facts.missing)


def test_too_many_files_are_refused(maker: BundleMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "MOST_MEMBERS", 5)
    monkeypatch.setattr(folder, "MOST_MEMBERS", 5)
    with pytest.raises(BundleError, match="more than 5 members"):
        read_bundle(maker.zip(tmp_path / "b.zip"))
    with pytest.raises(BundleError, match="more than 5 files"):
        read_bundle(maker.folder(tmp_path / "b"))


def test_files_beside_the_bundle_s_own_are_not_even_looked_at(
    maker: BundleMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        maker[f"node_modules/{number}.js"] = b""
    monkeypatch.setattr(folder, "MOST_MEMBERS", 20)
    assert read_bundle(maker.folder(tmp_path)).facts.missing == ()


def test_a_zip_too_large_altogether_is_refused(
    maker: BundleMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zips, "LARGEST_TOTAL", 100)
    with pytest.raises(BundleError, match="holds more than"):
        read_bundle(maker.zip(tmp_path / "b.zip"))


def test_a_table_of_contents_too_large_is_refused_before_it_is_read(
    maker: BundleMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zips, "LARGEST_DIRECTORY", 100)
    with pytest.raises(BundleError, match="table of contents"):
        read_bundle(maker.zip(tmp_path / "b.zip"))


def test_a_zip_with_a_comment_or_in_the_64_bit_form_is_read(maker: BundleMaker, tmp_path: Path) -> None:
    path = maker.zip(tmp_path / "b.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"made by hand"
    assert read_bundle(path).facts.missing == ()
    data = maker.zip(tmp_path / "c.zip").read_bytes()
    end = len(data) - 22
    count, size, offset = struct.unpack_from("<HLL", data, end + 10)
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    small = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    (tmp_path / "c.zip").write_bytes(data[:end] + record + locator + small)
    assert read_bundle(tmp_path / "c.zip").facts.missing == ()


def test_names_without_the_utf_8_flag_are_understood(tmp_path: Path) -> None:
    data = zipped({"bäume.txt": b"x"}, tmp_path / "a.zip").read_bytes()
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark) + offset
        data = data[:at] + b"\0\0" + data[at + 2 :]
    assert list(ZipView.open(io.BytesIO(data)).members) == ["bäume.txt"]


@pytest.mark.parametrize("cut", [10, 100, 1000])
def test_a_cut_off_zip_is_refused_in_one_line(maker: BundleMaker, tmp_path: Path, cut: int) -> None:
    path = maker.zip(tmp_path / "b.zip")
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(BundleError, match="is not a zip, or it is cut off; a bundle is a folder or a zip of it"):
        read_bundle(path)


def test_a_zip_of_run_logs_is_told_from_a_bundle(tmp_path: Path) -> None:
    path = zipped({"0_build.txt": b"x", "build/1_Set up job.txt": b"x"}, tmp_path / "logs.zip")
    with pytest.raises(BundleError, match="holds the logs of one run, not a bundle"):
        read_bundle(path)


def test_a_nested_zip_too_large_is_not_unpacked(
    maker: BundleMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del maker[f"{RUN_7}logs/71.log"]
    maker[f"{RUN_7}logs.zip"] = zipped({"0_build.txt": b"x"}, tmp_path / "l.zip").read_bytes()
    monkeypatch.setattr(zips, "LARGEST_NESTED", 50)
    found = read_bundle(maker.zip(tmp_path / "b.zip")).logs.log(Job(id=71))
    assert isinstance(found, LogAbsent)
    assert found.state is LogState.UNREADABLE


def test_an_unpacked_member_is_read_side_by_side_from_any_place(tmp_path: Path) -> None:
    text = bytes(range(256)) * 12_000
    source = ZipView.open(zipped({"x.log": text}, tmp_path / "o.zip")).unpacked("x.log")
    with source.open() as one, source.open() as two:
        del source
        assert one.seek(1_000_000) == 1_000_000
        assert one.read(5) == text[1_000_000:1_000_005]
        assert two.read(3) == text[:3]
        assert one.seek(10, io.SEEK_CUR) == 1_000_015
        assert one.read(200_000) == text[1_000_015:1_200_015]
        assert two.seek(-4, io.SEEK_END) == len(text) - 4
        assert two.read() == text[-4:]


def test_a_nested_zip_is_closed_with_the_last_that_reads_it(tmp_path: Path) -> None:
    inner = zipped({"0_build.txt": b"x" * 3_000_000}, tmp_path / "l.zip").read_bytes()
    source = ZipView.open(zipped({"logs.zip": inner}, tmp_path / "o.zip")).nested("logs.zip").log("0_build.txt")
    with source.open() as stream:
        del source
        assert len(stream.read()) == 3_000_000


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="the system has no links")
def test_links_out_of_a_folder_are_not_followed(maker: BundleMaker, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text(json.dumps({"id": 1, "tag_name": "v1.2.3"}))
    (tmp_path / "elsewhere").mkdir()
    root = maker.folder(tmp_path / "b")
    (root / "release.json").unlink()
    (root / "release.json").symlink_to(tmp_path / "secret.json")
    (root / f"{RUN_7}logs/72.log").unlink()
    (root / f"{RUN_7}logs/72.log").symlink_to(Path("71.log"))
    (root / "runs/8").symlink_to(tmp_path / "elsewhere")
    (root / f"{RUN_7}logs/loop.log").symlink_to(Path("loop.log"))
    collected = read_bundle(root)
    assert collected.facts.release is None
    assert whys(collected, "release") == ["release.json: it is a link that leads out of the bundle"]
    assert whys(collected, "runs/8") == ["it is a link to a folder; links are not followed"]
    assert not isinstance(collected.logs.log(Job(id=72)), LogAbsent)


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="the system has no links")
def test_a_linked_runs_folder_is_not_followed(maker: BundleMaker, tmp_path: Path) -> None:
    root = maker.folder(tmp_path / "b")
    (root / "runs").rename(tmp_path / "runs")
    (root / "runs").symlink_to(tmp_path / "runs")
    collected = read_bundle(root)
    assert collected.facts.attempts == ()
    assert whys(collected, "runs")[0] == "it is a link to a folder; put the folder itself there"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes")
def test_a_pipe_in_the_place_of_a_file_does_not_block(maker: BundleMaker, tmp_path: Path) -> None:
    root = maker.folder(tmp_path)
    (root / "release.json").unlink()
    os.mkfifo(root / "release.json")
    assert whys(read_bundle(root), "release") == ["release.json: it is not a regular file"]


def test_control_characters_of_strangers_do_not_reach_messages(maker: BundleMaker, tmp_path: Path) -> None:
    maker["runs/\x1b[31m\u202eevil/run.json"] = b"{}"
    maker.header(missing=[{"what": "a\x1b[2Jb", "why": "line\nline"}])
    for entry in read_bundle(maker.zip(tmp_path / "b.zip")).facts.missing:
        assert (entry.what + entry.why).isprintable()


def test_a_zip_that_names_a_member_in_broken_utf_8_is_refused(tmp_path: Path) -> None:
    data = zipped({"bäume.txt": b"x"}, tmp_path / "a.zip").read_bytes().replace("bäume".encode(), b"b\xff\xffume")
    with pytest.raises(ZipRefusedError, match="is not a usable zip"):
        ZipView.open(io.BytesIO(data), "a.zip")
