"""Linux: the AUR, the Snap Store, Flathub, and repositories of apt and dnf."""

from __future__ import annotations

import gzip
import lzma
from datetime import UTC, datetime
from typing import Any

import pytest

from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import LiveState
from tests.registries.public import Public, told
from tests.registry_standin import Answer, Seen
from tests.registry_standin.asking import target

AUR_AT = "/rpc/?v=5&type=info&arg%5B%5D=stone-bin"


def aur(standin: Public, version: str = "1.0.4") -> LiveAnswer:
    return told(target("aur", "stone-bin", version), standin)


def rpc(*results: dict[str, Any]) -> Answer:
    return Answer.json({"resultcount": len(results), "results": list(results), "type": "multiinfo", "version": 5})


def pkg(version: str, name: str = "stone-bin") -> dict[str, Any]:
    return {"Name": name, "Version": version, "LastModified": 1772359200, "OutOfDate": None, "Maintainer": "quill"}


@pytest.mark.parametrize("version", ["1.0.4-1", "1:1.0.4-3", "1.0.4-2"])
def test_the_aur_has_the_version_whatever_its_epoch_and_release(version: str) -> None:
    with Public() as it:
        it.at(AUR_AT, rpc(pkg(version)))
        answer = aur(it)
    assert (answer.state, answer.latest) == (LiveState.LIVE, version)
    assert answer.published_at == datetime.fromtimestamp(1772359200, UTC)


def test_the_aur_tells_only_what_is_current() -> None:
    with Public() as it:
        it.at(AUR_AT, rpc(pkg("1.0.4-1")))
        assert aur(it, "1.0.42").state is LiveState.ABSENT
        assert aur(it, "1.0.3").state is LiveState.UNKNOWN


def test_the_aur_answers_200_for_what_it_does_not_know() -> None:
    with Public() as it:
        it.at(AUR_AT, rpc())
        answer = aur(it)
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, False)


def test_an_error_of_the_aur_comes_with_200_too_and_is_unknown() -> None:
    with Public() as it:
        it.at(AUR_AT, Answer.json({"error": "Too many", "resultcount": 0, "results": [], "type": "error"}))
        assert aur(it).state is LiveState.UNKNOWN


def test_another_package_of_the_aur_is_not_taken_for_it() -> None:
    with Public() as it:
        it.at(AUR_AT, rpc(pkg("1.0.4-1", name="stone")))
        assert aur(it).state is LiveState.UNKNOWN


class SnapStore(Public):
    """Insists on the header of the device's series."""

    def answer(self, seen: Seen) -> Answer:
        if seen.headers.get("snap-device-series") != "16":
            self.seen.append(seen)
            missing = {"code": "missing-header", "message": "Snap-Device-Series header is required"}
            return Answer.json({"error-list": [missing]}, 400)
        return super().answer(seen)


SNAP_AT = "/snaps/info/stone?fields=version,revision,download,created-at,unlisted"
SNAP_404 = Answer.json({"error-list": [{"code": "resource-not-found", "message": "No snap named 'stone' found."}]}, 404)


def channel(name: str, version: str, architecture: str = "amd64") -> dict[str, Any]:
    track, _, risk = name.rpartition("/")
    return {
        "channel": {
            "name": name,
            "track": track or "latest",
            "risk": risk,
            "architecture": architecture,
            "released-at": "2026-03-01T10:00:00Z",
        },
        "version": version,
        "download": {"size": 5000, "sha3-384": "ab" * 48},
        "created-at": "2026-03-01T09:00:00Z",
    }


def snap(standin: Public, version: str = "1.0.4", **more: Any) -> LiveAnswer:
    return told(target("snap", "stone", version, **more), standin)


def info(*channels: dict[str, Any], **more: Any) -> Answer:
    return Answer.json({"name": "stone", "snap-id": "x", "channel-map": list(channels), "snap": more})


def test_an_unlisted_snap_is_hidden() -> None:
    with SnapStore(SNAP_404) as it:
        it.at(SNAP_AT, info(channel("stable", "1.0.4"), unlisted=True))
        assert snap(it).state is LiveState.LIVE_HIDDEN


def test_the_store_tells_which_channels_hold_the_version() -> None:
    with SnapStore(SNAP_404) as it:
        it.at(SNAP_AT, info(channel("stable", "1.0.4"), channel("stable", "1.0.4", "arm64"), channel("edge", "1.0.42")))
        answer = snap(it)
        wanted = snap(it, places={"channel": "latest/stable"}, expected_files=("amd64", "armhf"))
    assert (answer.state, answer.latest) == (LiveState.LIVE, "1.0.4")
    assert "latest/stable" in answer.reason
    assert wanted.state is LiveState.LIVE
    assert wanted.missing_files == ("armhf",)


def test_a_version_that_is_only_in_edge_is_not_in_stable() -> None:
    with SnapStore(SNAP_404) as it:
        it.at(SNAP_AT, info(channel("stable", "1.0.3"), channel("edge", "1.0.4")))
        answer = snap(it, places={"channel": "stable"})
        anywhere = snap(it)
    assert answer.state is LiveState.ABSENT
    assert "latest/edge" in answer.reason
    assert anywhere.state is LiveState.LIVE


def test_a_version_that_no_channel_holds_now_is_unknown_when_it_is_old() -> None:
    with SnapStore(SNAP_404) as it:
        it.at(SNAP_AT, info(channel("stable", "1.0.4")))
        assert snap(it, "1.0.3").state is LiveState.UNKNOWN
        assert snap(it, "1.0.42").state is LiveState.ABSENT


def test_the_store_does_not_know_the_snap() -> None:
    with SnapStore(SNAP_404) as it:
        answer = snap(it)
    assert (answer.state, answer.package_known) == (LiveState.ABSENT, False)


def flathub(standin: Public, version: str = "1.0.4") -> LiveAnswer:
    return told(target("flathub", "io.quill.Stone", version), standin)


def appstream(*versions: str, **more: Any) -> Answer:
    releases = [{"version": v, "timestamp": "1772359200"} for v in versions]
    return Answer.json({"id": "io.quill.Stone", "releases": releases, **more})


def test_flathub_has_the_version_and_its_installations() -> None:
    with Public(Answer.json(None, 404)) as it:
        it.at("/appstream/io.quill.Stone", appstream("1.0.42", "1.0.4"))
        counted = {"id": "io.quill.Stone", "installs_total": 500, "installs_last_month": 20}
        it.at("/stats/io.quill.Stone", Answer.json(counted))
        answer = flathub(it)
    assert (answer.state, answer.latest) == (LiveState.LIVE, "1.0.42")
    assert [(count.count, count.days) for count in answer.downloads] == [(500, None), (20, 30)]


def test_flathub_lacks_a_version_and_an_app() -> None:
    with Public(Answer.json(None, 404)) as it:
        it.answer_search = Answer.json({"items": []})
        missing_app = flathub(it)
        it.at("/appstream/io.quill.Stone", appstream("1.0.3"))
        missing_version = flathub(it)
    assert (missing_app.state, missing_app.package_known) == (LiveState.ABSENT, False)
    assert (missing_version.state, missing_version.package_known) == (LiveState.ABSENT, True)


def test_flathub_answering_200_with_null_is_unknown() -> None:
    """An older form of its interface did that for apps that are not there."""
    with Public(Answer.json(None)) as it:
        assert flathub(it).state is LiveState.UNKNOWN


def test_an_app_at_its_end_of_life_is_hidden() -> None:
    with Public(Answer.json(None, 404)) as it:
        it.at("/appstream/io.quill.Stone", appstream("1.0.4", is_eol=True))
        assert flathub(it).state is LiveState.LIVE_HIDDEN


def test_flathub_holds_a_version_in_a_pull_request() -> None:
    with Public(Answer.json(None, 404)) as it:
        it.at("/appstream/io.quill.Stone", appstream("1.0.3"))
        opened = {"number": 3, "state": "open", "html_url": "https://github.com/flathub/io.quill.Stone/pull/3"}
        items = [{**opened, "title": "Update to v1.0.4", "created_at": "2026-03-01T10:00:00Z"}]
        it.answer_search = Answer.json({"items": items})
        assert flathub(it).state is LiveState.HELD


PACKAGES = """Package: stone
Version: {0}
Architecture: amd64
Filename: pool/main/s/stone/stone_{0}_amd64.deb
Size: 4096
SHA256: {1}
Description: Stone
 with more

Package: stone-extra
Version: 9.9.9
Architecture: amd64
"""


def apt(standin: Public, version: str = "1.0.4", name: str = "stone", **places: str) -> LiveAnswer:
    return told(target("apt-rpm", name, version, places={"repository": standin.url, **places}), standin)


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bytes], ids=["gz", "xz", "plain"])
def test_an_apt_repository_is_read_by_its_index(pack: Any) -> None:
    ending = {gzip.compress: ".gz", lzma.compress: ".xz", bytes: ""}[pack]
    with Public(Answer.text("not found", 404)) as it:
        body = pack(PACKAGES.format("1:1.0.4-1", "ab" * 32).encode())
        it.at(f"/dists/stable/main/binary-amd64/Packages{ending}", Answer(200, body))
        live, absent = apt(it, suite="stable"), apt(it, "1.0.42", suite="stable")
        missing = apt(it, name="slate", suite="stable")
    assert live.state is LiveState.LIVE
    assert (live.files[0].name, live.files[0].size) == ("stone_1:1.0.4-1_amd64.deb", 4096)
    assert (absent.state, absent.latest) == (LiveState.ABSENT, "1:1.0.4-1")
    assert (missing.state, missing.package_known) == (LiveState.ABSENT, False)


def test_a_flat_apt_repository_has_its_index_at_the_top() -> None:
    with Public(Answer.text("not found", 404)) as it:
        it.at("/Packages.gz", Answer(200, gzip.compress(PACKAGES.format("1.0.4", "ab" * 32).encode())))
        assert apt(it).state is LiveState.LIVE


REPOMD = """<?xml version="1.0"?><repomd xmlns="http://linux.duke.edu/metadata/repo">
<data type="filelists"><location href="repodata/f.xml.gz"/></data>
<data type="primary"><location href="repodata/p.xml.gz"/></data></repomd>"""
PRIMARY = """<?xml version="1.0"?><metadata xmlns="http://linux.duke.edu/metadata/common" packages="1">
<package type="rpm"><name>stone</name><arch>x86_64</arch><version epoch="0" ver="1.0.4" rel="1.fc40"/>
<checksum type="sha256" pkgid="YES">{0}</checksum><time file="1772359200" build="1772359200"/>
<size package="4096" installed="9"/><location href="Packages/stone-1.0.4-1.fc40.x86_64.rpm"/></package></metadata>"""


def test_a_dnf_repository_is_read_by_its_metadata() -> None:
    with Public(Answer.text("not found", 404)) as it:
        it.at("/repodata/repomd.xml", Answer.xml(REPOMD))
        it.at("/repodata/p.xml.gz", Answer(200, gzip.compress(PRIMARY.format("ab" * 32).encode())))
        live, absent = apt(it), apt(it, "1.0.42")
    assert live.state is LiveState.LIVE
    assert (live.files[0].digest, live.files[0].size) == ("sha256:" + "ab" * 32, 4096)
    assert absent.state is LiveState.ABSENT


def test_an_index_that_is_cut_off_is_unknown() -> None:
    with Public(Answer.text("not found", 404)) as it:
        body = gzip.compress(PACKAGES.format("1.0.42", "ab" * 32).encode())
        it.at("/Packages.gz", Answer(200, body[:-20]))
        answer = apt(it)
    assert answer.state is LiveState.UNKNOWN
    assert "cut off" in answer.reason


@pytest.mark.parametrize("answer", [Answer.html(200), Answer.text("slow", 429), Answer.text("hello")])
def test_what_is_no_repository_is_unknown(answer: Answer) -> None:
    with Public(answer) as it:
        assert apt(it, suite="stable").state is LiveState.UNKNOWN
        assert apt(it).state is LiveState.UNKNOWN


def test_a_linux_package_without_a_repository_cannot_be_asked_for() -> None:
    with Public() as it:
        answer = told(target("apt-rpm", "stone", "1.0.4"), it)
        assert it.seen == []
    assert answer.state is LiveState.UNKNOWN
    assert "no repository is configured" in answer.reason.lower()


PPA_AT = "/~quill/+archive/ubuntu/stone-ppa?ws.op=getPublishedSources&source_name=stone&exact_match=true"


def source(version: str, status: str) -> dict[str, Any]:
    published = {"date_published": "2026-03-01T10:00:00+00:00"}
    return {"source_package_name": "stone", "source_package_version": version, "status": status, **published}


@pytest.mark.parametrize(
    ("entries", "state"),
    [
        ([source("1.0.4-1~noble1", "Published")], LiveState.LIVE),
        ([source("1.0.4-1~noble1", "Pending")], LiveState.HELD),
        ([source("1.0.42-1", "Published"), source("1.0.4-1", "Superseded")], LiveState.LIVE_HIDDEN),
        ([source("1.0.42-1", "Published"), source("1.0.4-1", "Deleted")], LiveState.ABSENT),
        ([], LiveState.ABSENT),
    ],
)
def test_a_ppa_is_asked_at_launchpad(entries: list[dict[str, Any]], state: LiveState) -> None:
    with Public(Answer.text("Object: <...>, name: 'stone-ppa'", 404)) as it:
        it.at(PPA_AT, Answer.json({"start": 0, "total_size": len(entries), "entries": entries}))
        answer = told(target("apt-rpm", "stone", "1.0.4", places={"ppa": "quill/stone-ppa"}), it)
    assert answer.state is state
