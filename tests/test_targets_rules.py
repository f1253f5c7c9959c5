"""The `targets:` sections of the shipped rules: they do what their examples say, and are written as they must be."""

from __future__ import annotations

import pytest

from auditor.rulebook.book import Rulebook
from auditor.rulebook.load import RulesError, RulesFile
from auditor.targets import manifest_patterns, matches_any
from auditor.targets.selftest import problems

WITHOUT = {"apt-rpm", "github-pages"}
"""Platforms whose targets only a configuration can name."""


def book_of(targets: str) -> Rulebook:
    return Rulebook.of([RulesFile("npm.yml", f"platform: npm\ntitle: npm\ntargets:\n{targets}")])


def test_the_examples_of_every_platform_hold(shipped_book: Rulebook) -> None:
    assert [f"{problem.rule}: {problem.text}" for problem in problems(shipped_book)] == []


def test_every_platform_that_has_packages_says_where_their_names_are(shipped_book: Rulebook) -> None:
    silent = {name for name, rules in shipped_book.platforms.items() if rules.recognise and rules.targets is None}
    assert silent == WITHOUT


@pytest.mark.parametrize(
    ("targets", "says"),
    [
        ("  steps: [{ uses: a/b, run: x }]\n", "either `uses` or `run`"),
        ("  steps: [{ run: x, inputs: { a: b } }]\n", "go with `uses`"),
        ("  steps: [{ run: '(' }]\n", "not a valid regular expression"),
        ("  names: { forms: ['.*'] }\n", "a group named package"),
        ("  repository: '{owner'\n", "no other braces"),
        (
            "  manifests: [{ path: [a], format: json, fields: { name: [name] }, package: '{nam}' }]\n",
            "no field is called",
        ),
        ("  manifests: [{ path: [a], format: text, fields: { name: ['x'] } }]\n", "has one group"),
        ("  manifests: [{ path: [a], format: json, fields: { name: [n] }, refuse: { x: y } }]\n", "no field is called"),
        ("  tep: []\n", "Extra inputs"),
    ],
)
def test_a_section_that_is_wrong_is_refused_with_its_line(targets: str, says: str) -> None:
    with pytest.raises(RulesError, match=r"^npm\.yml:\d+: ") as refused:
        book_of(targets)
    assert says in str(refused.value)


def test_an_example_that_does_not_hold_is_told() -> None:
    book = book_of(
        "  manifests: [{ path: [package.json], format: json, fields: { name: [name] } }]\n"
        '  examples: [{ path: package.json, text: \'{"name": "a"}\', gives: [b] }]\n'
    )
    assert [f"{p.rule}: {p.text}" for p in problems(book)] == ["npm/targets: 'package.json' gives ['a'], not ['b']"]
    assert [problem.text for problem in problems(book_of("  repository: '{owner}'\n"))] == ["has no examples"]


def test_the_files_to_collect_are_those_of_the_platforms(shipped_book: Rulebook) -> None:
    npm = manifest_patterns(shipped_book, ["npm"])
    assert {"package.json", "pnpm-workspace.yaml", ".goreleaser.yml"} <= set(npm)
    assert "Cargo.toml" not in npm
    assert {"Cargo.toml", "package.json", "*.gemspec"} <= set(manifest_patterns(shipped_book))


@pytest.mark.parametrize(
    ("path", "patterns", "fits"),
    [
        ("package.json", ["package.json"], True),
        ("a/b/package.json", ["package.json"], True),
        ("a/package.json.bak", ["package.json"], False),
        ("a/xpackage.json", ["package.json"], False),
        ("src/a.app.src", ["src/*.app.src"], True),
        ("lib/src/a.app.src", ["src/*.app.src"], False),
        ("tools/x.nuspec", ["*.nuspec"], True),
        ("a/b/c/x.rb", ["a/**/x.rb"], True),
        ("a/b/c/x.rb", ["a/*/x.rb"], False),
    ],
)
def test_globs_without_a_slash_are_about_the_name(path: str, patterns: list[str], fits: bool) -> None:
    assert matches_any(path, patterns) is fits
