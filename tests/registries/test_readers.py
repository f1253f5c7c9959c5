"""The readers of the protocols: what they find in plain cases, and that nothing a stranger writes makes them fail."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.registries.protocols.certificates import provenance_of_certificate
from auditor.registries.protocols.deb_index import deb_packages
from auditor.registries.protocols.formula import read_formula
from auditor.registries.protocols.gomod import read_gomod
from auditor.registries.protocols.images import built_from, read_manifest
from auditor.registries.protocols.rpm_index import primary_place, rpm_packages
from auditor.registries.protocols.simple_index import html_page, json_page, version_of_file
from auditor.registries.protocols.statements import decoded_statement, provenance_of, repository_of, run_of
from auditor.registries.protocols.unpacking import UnpackingError, unpacked

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("quill_stone-1.0.4.tar.gz", "1.0.4"),
        ("Quill.Stone-1.0.4-py3-none-any.whl", "1.0.4"),
        ("quill_stone-1.0.4-py3-none-any.whl", "1.0.4"),
        ("quill-stone-1.0.4.zip", "1.0.4"),
        ("quill-stone-1.0.4.tar.bz2", "1.0.4"),
        ("quill_stone-1.0.4-py2.7.egg", "1.0.4"),
        ("quill-stone-1.0.4.win32.exe", "1.0.4"),
        ("quill_stone_extra-1.0.4.tar.gz", None),
        ("quill-1.0.4.tar.gz", None),
        ("README.md", None),
    ],
)
def test_the_version_of_a_distribution_is_in_its_file_name(name: str, version: str | None) -> None:
    assert version_of_file(name, "quill-stone") == version


@pytest.mark.parametrize(
    ("address", "run"),
    [
        ("https://github.com/quill/stone/actions/runs/12/attempts/3", (12, 3)),
        ("https://github.com/quill/stone/actions/runs/12", (12, None)),
        ("12-3", (12, 3)),
        ("build 12-3", (None, None)),
        (None, (None, None)),
    ],
)
def test_a_run_is_read_from_its_address(address: str | None, run: tuple[int | None, int | None]) -> None:
    assert run_of(address) == run


@pytest.mark.parametrize(
    ("address", "repository"),
    [
        ("git+https://github.com/quill/stone@refs/tags/v1", "quill/stone"),
        ("https://github.com/quill/stone.git", "quill/stone"),
        ("https://github.com/quill/stone.git#refs/tags/v1", "quill/stone"),
        ("https://github.com/quill/stone/actions/runs/1", "quill/stone"),
        ("https://github.com/quill", None),
        ("file:///quill/stone", None),
    ],
)
def test_a_repository_is_read_from_its_address(address: str, repository: str | None) -> None:
    assert repository_of(address) == repository


def test_retractions_cover_what_they_name() -> None:
    words = read_gomod("module m\nretract v1.0.0 // typo\nretract [v1.2.0, v1.3.0]\nrequire a v1.9.9\n")
    covered = {
        v
        for v in ("v1.0.0", "v1.0.1", "v1.2.0", "v1.2.5", "v1.3.0", "v1.3.1", "v1.9.9")
        for r in words.retractions
        if r.covers(v)
    }
    assert covered == {"v1.0.0", "v1.2.0", "v1.2.5", "v1.3.0"}


@pytest.mark.parametrize(
    ("lines", "version"),
    [
        ('url "https://github.com/q/s/archive/refs/tags/v1.0.4.tar.gz"', "1.0.4"),
        ('url "https://github.com/q/s/releases/download/stone-1.0.4/stone.zip"', "1.0.4"),
        ('url "https://example.com/stone-1.0.4-rc1.tgz"', "1.0.4-rc1"),
        ('url "https://github.com/q/s.git",\n      tag: "v1.0.4", revision: "abc"', "1.0.4"),
        ('url "https://example.com/stone-1.0.4.tar.gz"\n  revision 2', "1.0.4_2"),
        ('version "2.0"\n  url "https://example.com/stone-1.0.4.tar.gz"', "2.0"),
        ('resource "x" do\n    version "9"\n    url "https://example.com/x-9.9.9.tar.gz"\n  end\n  version "1"', "1"),
        ('# version "3"', None),
    ],
)
def test_a_formulas_version_is_its_own_or_its_addresss(lines: str, version: str | None) -> None:
    formula = read_formula(f"class Stone < Formula\n  {lines}\nend\n")
    assert formula is not None
    assert formula.version == version


def test_a_cask_has_its_sum_before_its_address() -> None:
    text = f'cask "stone" do\n  version "1.0.4"\n  sha256 "{"ab" * 32}"\n  url "https://example.com/stone.dmg"\nend\n'
    formula = read_formula(text)
    assert formula is not None
    assert [(one.url, one.sha256) for one in formula.downloads] == [("https://example.com/stone.dmg", "ab" * 32)]
    assert formula.problems == ()


@pytest.mark.parametrize("pack", [gzip.compress, bytes])
def test_a_packed_bomb_is_refused(pack: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.registries.protocols.unpacking.MOST_BYTES", 1000)
    with pytest.raises(UnpackingError, match="unpacks to more"):
        unpacked(pack(bytes(5000)), "Packages")


def test_a_form_of_packing_that_cannot_be_read_is_named() -> None:
    with pytest.raises(UnpackingError, match="zstd"):
        unpacked(b"\x28\xb5\x2f\xfd....", "primary.xml")


@given(st.binary(max_size=400))
def test_no_bytes_make_a_reader_fail(body: bytes) -> None:
    provenance_of_certificate(base64.b64encode(b"\x30\x82\x01\x90" + body).decode())
    deb_packages(body.decode("utf-8", "replace"), "stone")
    with contextlib.suppress(UnpackingError):
        unpacked(b"\x1f\x8b" + body, "x")


@given(st.text(max_size=400))
def test_no_text_makes_a_reader_fail(text: str) -> None:
    decoded_statement(text)
    provenance_of_certificate(text)
    read_gomod(text)
    read_gomod(f"retract (\n{text}\n)")
    read_formula(f"class A < Formula\n{text}\nend")
    html_page(text, "stone")
    version_of_file(text, "stone")
    version_of_file(f"stone-{text}.tar.gz", "stone")


@given(VALUES)
def test_no_value_makes_a_reader_fail(value: Any) -> None:
    json_page({"name": "stone", "files": [value, {"filename": "stone-1.tar.gz", "hashes": value}]}, "stone")
    read_manifest({"schemaVersion": 2, "manifests": [value, {"platform": value}], "annotations": value})
    read_manifest({"schemaVersion": 2, "config": {"digest": value}, "layers": [value]})
    provenance_of({"predicateType": "https://slsa.dev/provenance/v1", "predicate": value})
    provenance_of({"predicateType": "https://slsa.dev/provenance/v0.2", "predicate": {"invocation": value}})
    built_from({"predicateType": "x", "predicate": {"builder": value, "metadata": value, "runDetails": value}})
    primary_place({"data": value})
    rpm_packages({"package": [value, {"name": "stone", "version": value}]}, "stone")
    decoded_statement(base64.b64encode(json.dumps(value).encode()).decode())


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "-",
        ".",
        '"',
        "'",
        "1.",
        "v1-",
        " ",
        "url ",
        "#",
        "@",
        "//",
        ":",
        "[",
        "\t",
        "<a ",
        "<!--",
        "<a b='",
        "</",
        "[ ,",
    ],
)
def test_long_lines_of_one_thing_are_read_at_once(piece: str) -> None:
    """Each takes a part of a second at most, or the tests would not end."""
    text = piece * (40_000 // len(piece))
    read_formula(f'class A < Formula\n{text}\nurl "{text}"\nversion {text}\nend')
    read_gomod(f"retract {text}\nretract [{text},{text}]\n// {text}\nmodule {text}")
    html_page(f"<title>{text}</title><a href='{text}'>{text}</a>", "stone")
    version_of_file(f"stone-{text}.whl"[:5000], "stone")
    repository_of(text[:300])
    run_of(text[:300])
