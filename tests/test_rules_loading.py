from pathlib import Path

import pytest

from auditor.rulebook.book import Rulebook
from auditor.rulebook.load import RulesError, RulesFile, parse_rules, rules_in, shipped_rules
from auditor.rulebook.selftest import problems
from tests.small_rules import NPM


def broken(old: str, new: str) -> str:
    assert old in NPM
    with pytest.raises(RulesError) as raised:
        parse_rules(RulesFile("npm.yml", NPM.replace(old, new, 1)))
    return str(raised.value)


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(NPM.splitlines(), 1) if text in line)


def test_a_wrong_word_is_named_with_file_rule_and_line() -> None:
    message = broken("classification: duplicate-version", "classification: duplicate")
    assert message.startswith(f"npm.yml:{line_of('classification: duplicate-version')}: npm/taken.classification: ")


def test_a_wrong_expression_is_named_with_file_rule_and_line() -> None:
    message = broken("match: 'cannot publish over", "match: '(cannot publish over")
    assert message.startswith(f"npm.yml:{line_of('cannot publish over (')}: npm/taken.match: ")
    assert "not a valid regular expression" in message


def test_an_expression_without_fixed_text_is_refused_at_its_line() -> None:
    message = broken("match: 'npm error code E401'", r"match: '\d+'")
    assert message.startswith(f"npm.yml:{line_of('npm error code E401')}: npm/unauthorized.match: ")
    assert "spell out a fixed word" in message


def test_an_unknown_key_is_an_error() -> None:
    assert "npm/taken.severity" in broken(
        "    classification: duplicate-version", "    severity: high\n    classification: duplicate-version"
    )


def test_an_id_of_another_platform_is_an_error() -> None:
    assert "must start with 'npm/'" in broken("id: npm/taken", "id: pypi/taken")


def test_an_id_used_twice_is_an_error() -> None:
    assert "used twice" in broken("id: npm/unauthorized", "id: npm/taken")


def test_broken_yaml_is_named_with_its_line() -> None:
    with pytest.raises(RulesError, match=r"^x\.yml:2: not valid YAML"):
        parse_rules(RulesFile("x.yml", "platform: npm\n  title: [\n"))


def test_a_file_that_is_no_mapping_is_an_error() -> None:
    with pytest.raises(RulesError, match="a rules file is a mapping"):
        parse_rules(RulesFile("x.yml", "- npm\n"))


def test_a_folder_without_rules_says_so(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="no rules here"):
        rules_in(tmp_path)
    with pytest.raises(RulesError, match="cannot read rules"):
        rules_in(tmp_path / "absent")


def test_user_rules_merge_by_id(tmp_path: Path) -> None:
    (tmp_path / "npm.yml").write_text(
        """
platform: npm
title: npm
failures:
  - id: npm/taken
    classification: git-conflict
    match: 'cannot publish over'
    fix: {summary: Ours.}
    docs: 'none: a test'
    examples: {match: [cannot publish over]}
  - id: npm/new
    classification: timed-out
    match: 'house rule'
    fix: {summary: Ours.}
    docs: 'none: a test'
    examples: {match: [house rule]}
"""
    )
    book = Rulebook.of([RulesFile("npm.yml", NPM), *rules_in(tmp_path)])
    assert book.rule("npm/taken").written.match == "cannot publish over"
    assert book.rule("npm/new").written.id == "npm/new"
    assert book.rule("npm/unauthorized").platform == "npm"
    assert book.platforms["npm"].recognise is not None


def test_no_two_shipped_files_define_the_same_rule() -> None:
    seen: dict[str, str] = {}
    for file in shipped_rules():
        rules = parse_rules(file)
        for rule in (*rules.success, *rules.already, *rules.failures):
            assert rule.id not in seen, f"{rule.id} is in {seen[rule.id]} and in {file.name}"
            seen[rule.id] = file.name


def test_every_shipped_rule_has_two_examples_and_says_where_its_knowledge_is_from() -> None:
    for file in shipped_rules():
        for rule in parse_rules(file).failures:
            assert len(rule.examples.match) >= 2, rule.id
            assert len(rule.fix.summary) > 10, rule.id


def test_the_shipped_rulebook_holds_all_its_examples(shipped_book: Rulebook) -> None:
    assert list(problems(shipped_book)) == []
