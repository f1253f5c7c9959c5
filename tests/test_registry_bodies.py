"""Bodies of strangers: whatever they hold, reading them ends soon, and in a value or a plain reason."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.registries.bodies import read_json, read_ndjson, read_xml, read_yaml
from auditor.registries.records import digest
from auditor.registries.times import time_of


def test_xml_becomes_mappings_without_namespaces() -> None:
    body = b'<f xmlns="a" xmlns:d="b"><e x="1"><d:v>1.0</d:v></e><e><d:v m:null="true" xmlns:m="q">2</d:v></e><n/></f>'
    assert read_xml(body) == {"e": [{"@x": "1", "v": "1.0"}, {"v": {"@null": "true", "#text": "2"}}], "n": ""}


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>',
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b"<a>" * 5000,
        b"<a>&undeclared;</a>",
        b"",
        b"<a></b>",
        b'<?xml version="1.0" encoding="klingon"?><a/>',
    ],
)
def test_xml_that_could_hurt_or_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        read_xml(body)


@pytest.mark.parametrize(
    "body", [b"[" * 200_000, b'{"a":' * 100_000, b"NaN", b"[1" + b"1" * 6000 + b"]", b"<html>", b"", b"{"]
)
def test_json_that_could_hurt_or_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        read_json(body)


def test_lines_of_json_are_read_one_by_one() -> None:
    assert read_ndjson(b'{"a":1}\n\n{"a":2}\r\n') == [{"a": 1}, {"a": 2}]
    assert read_ndjson('{"a":"x\u2028y\x85z"}'.encode()) == [{"a": "x\u2028y\x85z"}]


def test_yaml_is_read_without_guessing_at_types() -> None:
    assert read_yaml(b'a: [1.10, {b: true}]\n"1.20": "x"\nd: 2026-01-01\n') == {
        "a": ["1.10", {"b": "true"}],
        "1.20": "x",
        "d": "2026-01-01",
    }


@pytest.mark.parametrize(
    "body",
    [
        b"a: &x [1]\nb: [*x, *x]",
        b"[" * 100_000,
        b"a:\n  - b\n c: d\n e",
        b"!!python/object/apply:os.system [x]: [" * 90,
    ],
)
def test_yaml_that_could_hurt_or_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        read_yaml(body)


def test_a_tag_in_yaml_makes_no_object() -> None:
    assert read_yaml(b'a: !!python/object/apply:os.system ["x"]') == {"a": ["x"]}


@given(st.binary(max_size=300))
def test_any_bytes_are_a_value_or_refused(body: bytes) -> None:
    for reader in (read_json, read_ndjson, read_xml, read_yaml):
        try:
            reader(body)
        except ValueError:
            continue


@given(
    st.recursive(
        st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    )
)
def test_yaml_is_read_as_it_was_written(value: Any) -> None:
    import yaml

    text = yaml.safe_dump(value, allow_unicode=True)
    if "&id" not in text:
        assert read_yaml(text.encode()) == yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - only texts


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00+00:00"),
        ("2026-03-01T10:00:00.123", "2026-03-01T10:00:00.123000+00:00"),
        ("Sun, 01 Mar 2026 10:00:00 GMT", "2026-03-01T10:00:00+00:00"),
        ("1772359200", "2026-03-01T10:00:00+00:00"),
        ("1772359200000", "2026-03-01T10:00:00+00:00"),
        ("yesterday", None),
        ("9" * 13, None),
        ("", None),
    ],
)
def test_dates_are_read_as_registries_write_them(text: str, iso: str | None) -> None:
    found = time_of(text)
    assert (found.isoformat() if found and found.year < 2200 else None) == iso


def test_digests_are_written_alike() -> None:
    assert digest("AB" * 32, "sha256") == "sha256:" + "ab" * 32
    assert digest("sha512-" + "A" * 86 + "==") == "sha512:" + "00" * 64
    assert digest("sha256:" + "ab" * 32) == "sha256:" + "ab" * 32
    assert digest("not one", "sha256") is None
    assert digest("ab" * 32) is None
