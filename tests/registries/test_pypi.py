"""Python indexes: the simple index as JSON and HTML, the second interface of the public one, yanks and provenance."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from auditor.model.vocabulary import LiveState
from tests.registries.public import Public, told, told_by_mirror
from tests.registry_standin import Answer
from tests.registry_standin.asking import target

JSON = "application/vnd.pypi.simple.v1+json"
NOT_FOUND = Answer.json({"message": "Not Found"}, 404)


def index_file(name: str, **more: Any) -> dict[str, Any]:
    return {
        "filename": name,
        "url": f"https://files.example/{name}",
        "hashes": {"sha256": "ab" * 32},
        "size": 1200,
        "upload-time": "2026-03-01T10:00:00.123456Z",
        "yanked": False,
        **more,
    }


def page(*files: dict[str, Any], versions: tuple[str, ...] = (), name: str = "quill-stone") -> Answer:
    body = {"meta": {"api-version": "1.3"}, "name": name, "versions": list(versions), "files": list(files)}
    return Answer(200, Answer.json(body).body, {"Content-Type": JSON})


def html(*links: str, title: str = "Links for quill-stone") -> Answer:
    body = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{''.join(links)}</body></html>"
    return Answer(200, body.encode(), {"Content-Type": "text/html"})


def test_a_live_version_is_found_under_every_spelling_of_name_and_version() -> None:
    with Public(NOT_FOUND) as index:
        index.at(
            "/quill-stone/",
            page(
                index_file("quill_stone-1.0.0rc1.tar.gz"),
                index_file("quill_stone-1.0.0rc1-py3-none-any.whl", size=900),
                versions=("1.0.0rc1",),
            ),
        )
        answer = told(target("pypi", "Quill.Stone", "1.0.0-rc1"), index)
        assert index.seen[0].headers["accept"].startswith(JSON)
    assert answer.state is LiveState.LIVE
    assert [file.name for file in answer.files] == [
        "quill_stone-1.0.0rc1.tar.gz",
        "quill_stone-1.0.0rc1-py3-none-any.whl",
    ]
    assert answer.files[0].digest == "sha256:" + "ab" * 32
    assert answer.files[0].size == 1200
    assert answer.published_at == datetime(2026, 3, 1, 10, 0, 0, 123456, UTC)


def test_a_missing_version_is_absent_though_a_longer_one_begins_with_it() -> None:
    with Public(NOT_FOUND) as index:
        index.at("/quill-stone/", page(index_file("quill_stone-1.0.42.tar.gz"), versions=("1.0.42",)))
        answer = told(target("pypi", "quill-stone", "1.0.4"), index)
    assert answer.state is LiveState.ABSENT
    assert answer.package_known is True
    assert answer.latest == "1.0.42"


def test_a_page_that_lags_behind_is_outvoted_by_the_other_interface() -> None:
    with Public(NOT_FOUND) as index:
        index.at("/quill-stone/", page(index_file("quill_stone-1.0.3.tar.gz"), versions=("1.0.3",)))
        release = {
            "info": {"name": "quill-stone", "version": "1.0.4", "yanked": False},
            "urls": [
                {
                    "filename": "quill_stone-1.0.4.tar.gz",
                    "size": 10,
                    "digests": {"sha256": "cd" * 32},
                    "upload_time_iso_8601": "2026-03-02T10:00:00Z",
                    "yanked": False,
                }
            ],
        }
        index.at("/pypi/quill-stone/1.0.4/json", Answer.json(release))
        answer = told(target("pypi", "quill-stone", "1.0.4"), index)
    assert answer.state is LiveState.LIVE
    assert [file.digest for file in answer.files] == ["sha256:" + "cd" * 32]
    assert answer.versions == ("1.0.3",)


def test_a_missing_package_is_absent_by_the_public_indexs_own_words() -> None:
    with Public(NOT_FOUND) as index:
        index.at("/quill-stone/", Answer.html(404))
        answer = told(target("pypi", "quill-stone", "1.0.4"), index)
    assert answer.state is LiveState.ABSENT
    assert answer.package_known is False


def test_a_web_page_with_404_is_not_absent() -> None:
    with Public(Answer.html(404)) as index:
        assert told(target("pypi", "quill-stone", "1.0.4"), index).state is LiveState.UNKNOWN


def test_a_release_without_files_is_absent() -> None:
    with Public(NOT_FOUND) as index:
        index.at("/quill-stone/", page(index_file("quill_stone-1.0.3.tar.gz"), versions=("1.0.3", "1.0.4")))
        release = {"info": {"name": "quill-stone", "version": "1.0.4", "yanked": False}, "urls": []}
        index.at("/pypi/quill-stone/1.0.4/json", Answer.json(release))
        answer = told(target("pypi", "quill-stone", "1.0.4"), index)
    assert answer.state is LiveState.ABSENT
    assert "without any file" in answer.reason


def test_a_yanked_version_is_hidden_and_says_why() -> None:
    with Public(NOT_FOUND) as index:
        index.at(
            "/quill-stone/",
            page(index_file("quill_stone-1.0.4.tar.gz", yanked="broken wheel"), index_file("quill_stone-1.0.3.tar.gz")),
        )
        answer = told(target("pypi", "quill-stone", "1.0.4"), index)
    assert answer.state is LiveState.LIVE_HIDDEN
    assert "broken wheel" in answer.reason
    assert answer.latest == "1.0.3"


def test_one_yanked_file_of_two_hides_the_file_and_not_the_version() -> None:
    with Public(NOT_FOUND) as index:
        index.at(
            "/quill-stone/",
            page(
                index_file("quill_stone-1.0.4.tar.gz", yanked=True),
                index_file("quill_stone-1.0.4-py3-none-any.whl"),
            ),
        )
        answer = told(target("pypi", "quill-stone", "1.0.4"), index)
    assert answer.state is LiveState.LIVE
    assert [file.hidden for file in answer.files] == [True, False]


def test_a_wheel_that_should_be_there_is_named() -> None:
    with Public(NOT_FOUND) as index:
        index.at("/quill-stone/", page(index_file("quill_stone-1.0.4.tar.gz")))
        one = target("pypi", "quill-stone", "1.0.4", expected_files=("*.tar.gz", "*-win_amd64.whl"))
        answer = told(one, index)
    assert answer.state is LiveState.LIVE
    assert answer.missing_files == ("*-win_amd64.whl",)


def test_an_index_of_html_is_read_by_its_links() -> None:
    with Public(Answer.text("Not Found (quill-stone does not exist)", 404)) as index:
        index.at(
            "/quill-stone/",
            html(
                f'<a href="../../files/quill_stone-1.0.4.tar.gz#sha256={"ab" * 32}">quill_stone-1.0.4.tar.gz</a>',
                '<a href="quill-stone-1.0.3.zip" data-yanked="oops">quill-stone-1.0.3.zip</a>',
                '<a href="quill_stone_extra-1.0.9.tar.gz">another project</a>',
            ),
        )
        live = told_by_mirror(target("pypi", "quill-stone", "1.0.4"), index)
        hidden = told_by_mirror(target("pypi", "quill-stone", "1.0.3"), index)
        absent = told_by_mirror(target("pypi", "quill-stone", "1.0.9"), index)
        missing = told_by_mirror(target("pypi", "other", "1.0.9"), index)
    assert live.state is LiveState.LIVE
    assert live.files[0].digest == "sha256:" + "ab" * 32
    assert hidden.state is LiveState.LIVE_HIDDEN
    assert absent.state is LiveState.ABSENT
    assert (missing.state, missing.package_known) == (LiveState.ABSENT, False)


def test_a_login_page_is_no_index() -> None:
    with Public(html('<a href="/sso/login">Log in</a>', title="Company single sign-on")) as index:
        assert told_by_mirror(target("pypi", "quill-stone", "1.0.4"), index).state is LiveState.UNKNOWN


def test_a_page_of_another_project_is_not_taken_for_it() -> None:
    with Public(NOT_FOUND) as index:
        index.at("/quill-stone/", page(index_file("other-1.0.4.tar.gz"), name="other"))
        assert told(target("pypi", "quill-stone", "1.0.4"), index).state is LiveState.UNKNOWN


@pytest.mark.parametrize("answer", [Answer.text("slow down", 429), Answer.html(403), Answer.html(200)])
def test_an_error_is_never_read_as_absent(answer: Answer) -> None:
    with Public(answer) as index:
        assert told(target("pypi", "quill-stone", "1.0.4"), index).state is LiveState.UNKNOWN


def der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x82, size >> 8, size & 255])
    return bytes([tag]) + length + content


def certificate(said: dict[int, str]) -> str:
    """As much of a certificate as there must be around Fulcio's extensions."""
    prefix = bytes.fromhex("2b0601040183bf3001")
    extensions = b"".join(
        der(0x30, der(0x06, prefix + bytes([number])) + der(0x04, der(0x0C, text.encode())))
        for number, text in said.items()
    )
    other = der(0x30, der(0x06, bytes.fromhex("551d0f")) + der(0x01, b"\xff") + der(0x04, b"\x03\x02\x07\x80"))
    return base64.b64encode(der(0x30, der(0x30, der(0xA3, der(0x30, other + extensions))))).decode()


RUN = certificate(
    {
        12: "https://github.com/quill/stone",
        13: "b" * 40,
        18: "https://github.com/quill/stone/.github/workflows/release.yml@refs/tags/v1.0.4",
        21: "https://github.com/quill/stone/actions/runs/815/attempts/3",
    }
)


def test_provenance_names_the_run_of_the_certificate() -> None:
    publisher = {"kind": "GitHub", "repository": "quill/stone", "workflow": "release.yml"}
    attestation = {"version": 1, "verification_material": {"certificate": RUN}, "envelope": {"statement": "e30="}}
    with Public(NOT_FOUND) as index:
        where = f"{index.url}/integrity/quill-stone/1.0.4/quill_stone-1.0.4.tar.gz/provenance"
        index.at("/quill-stone/", page(index_file("quill_stone-1.0.4.tar.gz", provenance=where)))
        bundles = {"version": 1, "attestation_bundles": [{"publisher": publisher, "attestations": [attestation]}]}
        index.at("/integrity/quill-stone/1.0.4/quill_stone-1.0.4.tar.gz/provenance", Answer.json(bundles))
        provenance = told(target("pypi", "quill-stone", "1.0.4"), index).provenance
    assert provenance is not None
    assert (provenance.repository, provenance.run_id, provenance.attempt) == ("quill/stone", 815, 3)
    assert (provenance.commit, provenance.workflow) == ("b" * 40, ".github/workflows/release.yml")


def test_provenance_at_another_domain_is_not_asked_for() -> None:
    with Public(NOT_FOUND) as index:
        where = "http://elsewhere.example/provenance"
        index.at("/quill-stone/", page(index_file("quill_stone-1.0.4.tar.gz", provenance=where)))
        answer = told(target("pypi", "quill-stone", "1.0.4"), index)
    assert answer.state is LiveState.LIVE
    assert answer.provenance is None


def test_downloads_are_those_of_the_public_counter() -> None:
    with Public(NOT_FOUND) as index:
        index.at("/quill-stone/", page(index_file("quill_stone-1.0.4.tar.gz")))
        counted = {"data": {"last_day": 1, "last_week": 2, "last_month": 345}, "package": "quill-stone"}
        index.at("/packages/quill-stone/recent", Answer.json(counted))
        answer = told(target("pypi", "quill-stone", "1.0.4"), index)
        assert told_by_mirror(target("pypi", "quill-stone", "1.0.4"), index).downloads == ()
    assert [(count.count, count.days) for count in answer.downloads] == [(345, 30)]
