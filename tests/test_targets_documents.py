"""Manifests are read as data: never executed, never beyond their bounds, whatever is in them."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.facts import ManifestFile
from auditor.rulebook.book import Rulebook
from auditor.rulebook.target_schema import ManifestFormat
from auditor.targets.documents import LARGEST, Unreadable, read_document
from auditor.targets.from_manifests import MOST_PACKAGES, Manifests
from auditor.targets.go_templates import without_go_templates
from auditor.targets.values import GAP

RELEASE = {"owner": "acme", "repository": "tidepool", "tag": "v1.2.3", "version": "1.2.3"}
FORMATS = get_args(ManifestFormat)
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]>'
    "<package><metadata><id>&b;</id></metadata></package>"
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    "<package><metadata><id>&a;</id></metadata></package>"
)
ALIASES = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def values(text: str, form: ManifestFormat, path: str) -> tuple[str, ...]:
    document = read_document(ManifestFile(path="x", text=text), form)
    return document.value(document.root, path)


@pytest.mark.parametrize(
    ("text", "form", "path", "found"),
    [
        ('{"name": "a", "n": {"b": [1, true, null]}}', "json", "n.b", ("1\nTrue",)),
        ('{"a": true}', "json", "a", ("true",)),
        ('{"a": []}', "json", "a", ("[]",)),
        ('\ufeff{\n  // note\n  "name": "a",\n}', "json", "name", ("a",)),
        ('[project]\nname = "a"', "toml", "project.name", ("a",)),
        ("app-id: dev.acme.A\n", "yaml", "app-id", ("dev.acme.A",)),
        ("a: null\nb: ~\nc: 'null'\n", "yaml", "a", ()),
        ("brews:\n  - name: a\n  - name: b\n", "yaml", "brews.*.name", ("a", "b")),
        ("brews:\n  - name: a\n", "yaml", "brews.name", ("a",)),
        ("<p xmlns='u'><m><id> a </id></m></p>", "xml", "m.id", ("a",)),
        ("x = 1\nspec.name = 'a'\n", "text", r"\.name\s*=\s*'(\w+)'", ("a",)),
    ],
)
def test_a_value_is_found_by_its_path(text: str, form: ManifestFormat, path: str, found: tuple[str, ...]) -> None:
    assert values(text, form, path) == found


def test_the_line_is_the_one_with_key_and_value() -> None:
    text = '{\n  "keywords": ["tidepool"],\n  "name": "tidepool"\n}'
    document = read_document(ManifestFile(path="package.json", text=text), "json")
    assert document.line_of("tidepool", "name") == 3
    assert document.line_of("absent") == 1


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("{", "json"),
        ("[" * 100_000, "json"),
        ('{"a": ' * 50_000, "json"),
        ("a = ", "toml"),
        ("a = " + "[" * 50_000, "toml"),
        ("a = " + "9" * 10_000, "toml"),
        ("a: [", "yaml"),
        ("[" * 5_000, "yaml"),
        (ALIASES, "yaml"),
        (BOMB, "xml"),
        (OUTSIDE, "xml"),
        ("<a>" * 5_000, "xml"),
        ("<a>" * 200 + "</a>" * 200, "xml"),
        ("<a><b></a>", "xml"),
        (" " * (LARGEST + 1), "text"),
    ],
)
def test_hostile_files_are_unreadable_and_nothing_else(text: str, form: ManifestFormat) -> None:
    with pytest.raises(Unreadable):
        read_document(ManifestFile(path="x", text=text), form)


@pytest.mark.parametrize("form", FORMATS)
@settings(deadline=None)
@given(text=st.text(max_size=300))
def test_any_text_is_read_or_refused(form: ManifestFormat, text: str) -> None:
    try:
        document = read_document(ManifestFile(path="x", text=text), form)
    except Unreadable:
        return
    assert all(isinstance(value, str) for value in document.value(document.root, "*" if form != "text" else "(x+)"))


def test_unreadable_manifests_name_nothing_and_stop_nobody(shipped_book: Rulebook) -> None:
    targets = shipped_book.platforms["npm"].targets
    assert targets is not None
    files = [
        ManifestFile(path="a/package.json", text="{"),
        ManifestFile(path="b/package.json", text='{"name": ["x"]}'),
        ManifestFile(path="c/package.json", text='["x"]'),
        ManifestFile(path="d/package.json", text='{"name": "good"}'),
    ]
    found = Manifests(files, RELEASE).packages(targets.manifests)
    assert [package.package for package in found] == ["x", "good"]


def test_a_repository_of_very_many_packages_is_cut(shipped_book: Rulebook) -> None:
    targets = shipped_book.platforms["npm"].targets
    assert targets is not None
    files = [
        ManifestFile(path=f"packages/p{number}/package.json", text=f'{{"name": "p{number}"}}')
        for number in range(MOST_PACKAGES + 50)
    ]
    assert len(Manifests(files, RELEASE).packages(targets.manifests)) == MOST_PACKAGES


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("ghcr.io/acme/{{ .ProjectName }}:{{.Tag}}", "ghcr.io/acme/tide:v1.2.3"),
        ("acme/x:{{- .Version -}}", "acme/x:1.2.3"),
        ("acme/x:{{ .Env.PLACE }}", f"acme/x:{GAP}"),
        ("{{ `literal` }}", "literal"),
        ("{{ if .Prerelease }}x{{ end }}", f"{GAP}x{GAP}"),
        ("{{" * 1000, "{{" * 1000),
    ],
)
def test_go_templates_are_filled_as_far_as_they_are_known(text: str, meant: str) -> None:
    assert without_go_templates(text, {**RELEASE, "project": "tide"}) == meant
