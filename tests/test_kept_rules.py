from pathlib import Path

import pytest

from auditor.api.rulebooks import FOLDER
from auditor.rulebook import kept
from auditor.rulebook.kept import parse_or_recall
from auditor.rulebook.load import RulesError, RulesFile, parse_rules
from tests.small_rules import COMMON, NPM

FILES = [RulesFile("npm.yml", NPM), RulesFile("common.yml", COMMON)]


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were really parsed."""
    names: list[str] = []

    def noted(file: RulesFile) -> object:
        names.append(file.name)
        return parse_rules(file)

    monkeypatch.setattr(kept, "parse_rules", noted)
    return names


def test_the_second_time_nothing_is_parsed_and_all_is_equal(tmp_path: Path, parsed: list[str]) -> None:
    first = parse_or_recall(FILES, tmp_path / "new" / "folder")
    second = parse_or_recall(FILES, tmp_path / "new" / "folder")
    assert parsed == ["npm.yml", "common.yml"]
    assert first == second == [parse_rules(file) for file in FILES]
    assert [rules.model_fields_set for rules in first] == [rules.model_fields_set for rules in second]


def test_a_changed_rule_is_parsed_anew(tmp_path: Path, parsed: list[str]) -> None:
    parse_or_recall(FILES, tmp_path)
    changed = RulesFile("npm.yml", NPM.replace("title: npm", "title: other"))
    assert parse_or_recall([changed, FILES[1]], tmp_path)[0].title == "other"
    assert len(parsed) == 4


@pytest.mark.parametrize("damage", [b"", b"{", b'{"platforms": [], "requirements": {}}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_damaged_is_parsed_and_kept_again(tmp_path: Path, parsed: list[str], damage: bytes) -> None:
    whole = parse_or_recall(FILES, tmp_path)
    (entry,) = tmp_path.iterdir()
    good = entry.read_bytes()
    entry.write_bytes(damage)
    assert parse_or_recall(FILES, tmp_path) == whole
    assert entry.read_bytes() == good
    assert len(parsed) == 4


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert parse_or_recall(FILES, tmp_path / "file") == [parse_rules(file) for file in FILES]


def test_wrong_rules_are_told_and_not_kept(tmp_path: Path) -> None:
    with pytest.raises(RulesError):
        parse_or_recall([RulesFile("x.yml", "- npm\n")], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_only_a_few_rulebooks_are_kept_and_no_parts(tmp_path: Path) -> None:
    for number in range(kept.MOST_KEPT + 3):
        parse_or_recall([RulesFile("npm.yml", NPM + f"# {number}\n")], tmp_path)
    names = [path.name for path in tmp_path.iterdir()]
    assert len(names) == kept.MOST_KEPT
    assert all(name.endswith(".json") for name in names)


def test_clearing_the_cache_forgets_the_rulebook_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from auditor.cli.cache import clear
    from auditor.cli.rulebook import load_rulebook

    monkeypatch.setenv("RELAUDIT_CACHE_DIR", str(tmp_path))
    monkeypatch.delenv(FOLDER)
    load_rulebook(None)
    assert any(path.suffix == ".json" for path in tmp_path.rglob("*"))
    clear()
    assert not any(path.suffix == ".json" for path in tmp_path.rglob("*"))
