"""Paths into answers, templates of addresses, and the conditions on what is found."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.registries.conditions import View, holds
from auditor.rulebook.address_templates import TemplateError, UnfitError, fill_address, fill_text, parse_template
from auditor.rulebook.answer_paths import Node, PathError, nodes, parse_path, text_of
from auditor.rulebook.answer_schema import Condition
from auditor.rulebook.template_filters import crate_path, go_escape, pep503

DOCUMENT: dict[str, Any] = {
    "versions": {"1.0.0": {"yanked": True}, "1.0.42": {}},
    "channel-map": [{"channel": {"risk": "edge"}, "version": "2"}, {"channel": {"risk": "stable"}, "version": "1"}],
    "dotted.key": {"x": 1},
    "one": {"a": "b"},
    "list": ["a", "b"],
}


def values(path: str, document: Any = DOCUMENT) -> list[Any]:
    names = {"version": "1.0.42"}
    found = nodes(path, Node(document), document, lambda key: fill_text(key, names, lambda text: text))
    return [node.value for node in found]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("one.a", ["b"]),
        ("$.one.a", ["b"]),
        ("list[]", ["a", "b"]),
        ("list[1]", ["b"]),
        ("list[7]", []),
        ("one[].a", ["b"]),
        ("channel-map[channel.risk=stable].version", ["1"]),
        ("channel-map[].channel.risk", ["edge", "stable"]),
        ("versions.*.@key", ["1.0.0", "1.0.42"]),
        ("versions.*.yanked", [True]),
        ('"dotted.key".x', [1]),
        ("versions.{version}", [{}]),
        ("nothing.at.all", []),
        ("list.a", []),
        ("one.a.b", []),
    ],
)
def test_a_path_gives_what_it_leads_to(path: str, found: list[Any]) -> None:
    assert values(path) == found


def test_the_empty_path_is_the_whole() -> None:
    assert values("") == [DOCUMENT]


@pytest.mark.parametrize("path", ["a..b", ".a", "a[", "a[b]", "a]b", "a[=b]", "a b.", "x" * 400])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(PathError):
        parse_path(path)


@given(st.text(max_size=60))
def test_any_text_is_a_path_or_is_refused(text: str) -> None:
    try:
        parsed = parse_path(text)
    except PathError:
        return
    assert parsed.steps or text in ("", "$", "$.")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_answer_makes_a_path_fail(document: Any) -> None:
    for path in ("a[].b", "*.@key", "a[b=c].d[0]", "[]", "", "{version}.x"):
        for value in values(path, document):
            text_of(value)


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("/{package}", "/%40scope%2Fname"),
        ("/{package|path}", "/%40scope/name"),
        ("/{package|no-scope}", "/name"),
        ("/{package|last}", "/name"),
        ("/{version|strip-v}", "/1.2.3"),
        ("/{version|strip-v|with-v}", "/v1.2.3"),
        ("/{places.channel|or:stable}", "/stable"),
        ("/(Id='{quoted|odata}')", "/(Id='it%27%27s')"),
        ("/{{literal}}", "/{literal}"),
        ("/{query}", "/a%3Fb%23c%20d%26e"),
    ],
)
def test_values_are_encoded_so_that_they_stay_one_part_of_the_address(template: str, filled: str) -> None:
    names = {"package": "@scope/name", "version": "v1.2.3", "quoted": "it's", "query": "a?b#c d&e"}
    assert fill_address(template, names, lambda text: text) == filled


@pytest.mark.parametrize("package", ["..", ".", "a/../b", "../x", "a\nb", "a\x00b", "x" * 600, "a\u202eb"])
def test_a_value_that_leads_elsewhere_is_not_filled_in(package: str) -> None:
    with pytest.raises(UnfitError):
        fill_address("/{package|path}", {"package": package}, lambda text: text)


def test_a_value_that_is_not_there_is_named() -> None:
    with pytest.raises(UnfitError, match="channel"):
        fill_address("/{places.channel}", {}, lambda text: text)


@pytest.mark.parametrize("template", ["/{", "/}", "/{Package}", "/{package|shout}", "/{a b}"])
def test_what_is_no_template_is_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        parse_template(template)


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_filled_value_adds_no_part_and_no_query(package: str, version: str) -> None:
    try:
        filled = fill_address("/a/{package}/{version}", {"package": package, "version": version}, lambda text: text)
    except UnfitError:
        return
    assert filled.count("/") == 3
    assert not set("?#\\ \n\r") & set(filled)


def test_names_are_written_as_each_registry_writes_them() -> None:
    assert [crate_path(name) for name in ("A", "ab", "abc", "abcd")] == ["1/a", "2/ab", "3/a/abc", "ab/cd/abcd"]
    assert go_escape("github.com/BurntSushi/toml") == "github.com/!burnt!sushi/toml"
    assert pep503("My_Pkg..x") == "my-pkg-x"


def says(document: Any, **test: Any) -> bool:
    condition = Condition.model_validate({"path": "x", **test})
    return holds(condition, View(Node(document), document, {"etag": "abc"}, lambda key: key))


@pytest.mark.parametrize(
    ("document", "test", "holds_"),
    [
        ({"x": True}, {}, True),
        ({"x": "false"}, {}, False),
        ({"x": 0}, {}, False),
        ({"x": ""}, {}, False),
        ({"x": "a reason"}, {}, True),
        ({"x": [False]}, {}, False),
        ({}, {}, False),
        ({"x": "Approved"}, {"is": "approved"}, True),
        ({"x": True}, {"is": True}, True),
        ({"x": "true"}, {"is": True}, True),
        ({"x": ["main", "broken"]}, {"is": ["broken"]}, True),
        ({"x": "other"}, {"is_not": ["approved"]}, True),
        ({}, {"is_not": ["approved"]}, False),
        ({"x": []}, {"empty": True}, True),
        ({}, {"empty": True}, True),
        ({"x": [1]}, {"empty": False}, True),
        ({"x": "1900-01-01T00:00:00"}, {"before": "1901-01-01"}, True),
        ({"x": "2026-01-01T00:00:00Z"}, {"before": "1901-01-01"}, False),
        ({"x": "no date"}, {"before": "1901-01-01"}, False),
        ({"x": "abc-123"}, {"matches": r"\d{3}$"}, True),
    ],
)
def test_conditions(document: Any, test: dict[str, Any], holds_: bool) -> None:
    assert says(document, **test) is holds_


def test_a_condition_can_look_at_a_header() -> None:
    condition = Condition.model_validate({"header": "ETag", "is": "abc"})
    assert holds(condition, View(Node({}), {}, {"etag": "abc"}, lambda key: key))
