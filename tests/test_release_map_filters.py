"""Filters on tags, as GitHub evaluates them; the examples of its documentation are among them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.workflow import Trigger
from auditor.workflows.ref_filter import accepted, branch_filter_takes, fits, push_starts


@pytest.mark.parametrize(
    ("pattern", "name", "fitting"),
    [
        ("feature/*", "feature/my-branch", True),
        ("feature/*", "feature/beta-a/my-branch", False),
        ("feature/**", "feature/beta-a/my-branch", True),
        ("main", "main", True),
        ("main", "mainline", False),
        ("*", "main", True),
        ("*", "releases/10", False),
        ("**", "all/the/branches", True),
        ("**", "", True),
        ("*feature", "mona-feature", True),
        ("*feature", "ver-10-feature", True),
        ("v2*", "v2", True),
        ("v2*", "v2.0", True),
        ("v2*", "v3", False),
        ("v[12].[0-9]+.[0-9]+", "v1.10.1", True),
        ("v[12].[0-9]+.[0-9]+", "v2.0.0", True),
        ("v[12].[0-9]+.[0-9]+", "v3.0.0", False),
        ("v[12].[0-9]+.[0-9]+", "v1.10.1-rc1", False),
        ("v[0-9]+.[0-9]+.[0-9]+*", "v1.10.1-rc1", True),
        ("v?1.0", "v1.0", True),
        ("v?1.0", "1.0", True),
        ("v?1.0", "vv1.0", False),
        ("a+b", "aaab", True),
        ("a+b", "b", False),
        ("*.jsx?", "page.js", True),
        ("*.jsx?", "page.jsx", True),
        ("**/README.md", "README.md", True),
        ("**/README.md", "js/README.md", True),
        ("**/docs/**", "docs/hello.md", True),
        ("**/docs/**", "dir/docs/my-file.txt", True),
        ("**/docs/**", "mydocs/x", False),
        ("**/*src/**", "my-src/code/js/app.js", True),
        ("release-1.0", "release-1x0", False),
        ("V*", "v1", False),
        ("v1\\+build", "v1+build", True),
        ("v1\\+build", "v11build", False),
        ("+x", "+x", True),
        ("[v", "[v", True),
        ("[a-c]x", "bx", True),
        ("[^a]x", "^x", True),
        ("[^a]x", "bx", False),
        ("v*-*", "v1.0-rc", True),
        ("", "", True),
        ("", "v", False),
    ],
)
def test_one_pattern(pattern: str, name: str, fitting: bool) -> None:
    assert fits(pattern, name) is fitting


@pytest.mark.parametrize(
    ("patterns", "name", "taken"),
    [
        (("v*", "!v*-rc*"), "v1.0", True),
        (("v*", "!v*-rc*"), "v1.0-rc1", False),
        (("v*", "!v*-rc*", "v2*"), "v2.0-rc1", True),
        (("!v*",), "x", False),
        (("!v1*", "v*"), "v1.0", True),
        (("v1!",), "v1!", True),
        ((), "v1", False),
    ],
)
def test_of_several_patterns_the_last_one_that_fits_decides(patterns: tuple[str, ...], name: str, taken: bool) -> None:
    assert accepted(patterns, name) is taken


@pytest.mark.parametrize(
    ("filters", "starts"),
    [
        ({}, True),
        ({"tags": ("v*",)}, True),
        ({"tags": ("release-*",)}, False),
        ({"tags_ignore": ("v1*",)}, False),
        ({"tags_ignore": ("v2*",)}, True),
        ({"branches": ("main",)}, False),
        ({"branches_ignore": ("main",)}, False),
        ({"branches": ("main",), "tags": ("v*",)}, True),
        ({"branches": ("main",), "tags_ignore": ("x",)}, True),
        ({"paths": ("src/**",)}, True),
        ({"paths_ignore": ("**",)}, True),
        ({"tags": ("v*",), "paths": ("src/**",)}, True),
        ({"tags": ("!v1*",)}, False),
    ],
)
def test_filters_of_a_push_and_a_tag(filters: dict[str, tuple[str, ...]], starts: bool) -> None:
    assert push_starts(Trigger(event="push", line=1, **filters), "v1.2.3") is starts


def test_a_following_workflow_filters_by_the_head_of_the_run() -> None:
    assert branch_filter_takes(Trigger(event="workflow_run", line=1), "v1")
    assert not branch_filter_takes(Trigger(event="workflow_run", line=1, branches=("main",)), "v1")
    assert branch_filter_takes(Trigger(event="workflow_run", line=1, branches=("v*",)), "v1")
    assert not branch_filter_takes(Trigger(event="workflow_run", line=1, branches_ignore=("v*",)), "v1")


@given(st.text(alphabet="ab/*+?[]!\\-v1", max_size=30), st.text(alphabet="ab/v1-", max_size=30))
def test_every_pattern_has_an_answer(pattern: str, name: str) -> None:
    assert fits(pattern, name) in (True, False)


@given(st.text(alphabet="abv1.-/", max_size=40))
def test_a_pattern_without_signs_fits_itself_alone(name: str) -> None:
    assert fits(name, name)
    assert not fits(name, f"{name}x")


@given(st.text(alphabet="ab/*+?", max_size=8), st.text(alphabet="ab/", max_size=8))
def test_patterns_agree_with_regular_expressions_made_of_them(pattern: str, name: str) -> None:
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        if pattern.startswith("**/", at) and (at == 0 or pattern[at - 1] == "/"):
            parts.append("(?:.*/)?")
            at += 3
        elif pattern.startswith("**", at):
            parts.append(".*")
            at += 2
        elif pattern[at] == "*":
            parts.append("[^/]*")
            at += 1
        elif pattern[at] in "+?" and parts:
            if len(parts[-1].removeprefix("\\")) == 1:
                parts[-1] = f"(?:{parts[-1]})"
            if parts[-1].startswith("(?:") and ".*" not in parts[-1]:
                parts[-1] = f"(?:{parts[-1]}{pattern[at]})"
            at += 1
        else:
            parts.append(re.escape(pattern[at]) if pattern[at] in "+?" else pattern[at])
            at += 1
    assert fits(pattern, name) is (re.fullmatch("".join(parts), name) is not None)


def test_hostile_patterns_are_answered_at_once() -> None:
    assert not fits("a+" * 200 + "x", "a" * 2_000)
    assert not fits("*a" * 240, "a" * 100 + "b" * 2_000)
    assert fits("**" * 250, "x/" * 1_000)
