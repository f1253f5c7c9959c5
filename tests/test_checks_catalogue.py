"""Every check fires exactly where its bad workflows say, and on no good workflow of any check.

`tests/checks/<id>/bad-*.yml` begin with `# expect: <line>[, <line>…]`. Further files of a case, by their path in the
repository, stand in a folder named as the case without `.yml`. `well-kept/` holds whole release workflows.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import auditor.checks.catalogue as catalogue
from auditor.checks.check import Check
from auditor.rulebook.book import Rulebook
from tests.checks_fixing import assert_fix, found

CASES = Path(__file__).parent / "checks"
DOCS = Path(__file__).parent.parent / "docs" / "checks"
SAMPLES = Path(__file__).parent.parent / "sample_runs"
HEADINGS = ["What it detects", "Why it matters", "Bad", "Good", "Remedy", "Automatic fix"]

CHECKS: dict[str, Check] = {
    module.name: importlib.import_module(f"auditor.checks.catalogue.{module.name}").CHECK
    for module in pkgutil.iter_modules(catalogue.__path__)
}
BY_ID = {check.id: check for check in CHECKS.values()}


def _cases(pattern: str) -> list[Path]:
    return sorted(CASES.glob(f"*/{pattern}"))


def _files(case: Path) -> dict[str, str]:
    files = {case.name: case.read_bytes().decode("utf-8")}
    folder = case.with_suffix("")
    for extra in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if extra.is_file():
            files[extra.relative_to(folder).as_posix()] = extra.read_bytes().decode("utf-8")
    return files


def _expected(text: str) -> list[int]:
    first = re.match(r"# expect: ([\d, ]+)", text)
    assert first is not None, "a bad workflow begins with `# expect: <line>`"
    return sorted(int(number) for number in first[1].split(","))


def _id(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def _lines(check: Check, book: Rulebook, files: dict[str, str]) -> list[int]:
    return sorted(finding.place.line for finding in found(check, book, files))


@pytest.mark.parametrize("case", _cases("bad-*.yml"), ids=_id)
def test_a_bad_workflow_is_found_on_exactly_the_lines_it_names(case: Path, shipped_book: Rulebook) -> None:
    files = _files(case)
    assert _lines(BY_ID[case.parent.name], shipped_book, files) == _expected(files[case.name])


@pytest.mark.parametrize("case", [*_cases("good-*.yml"), *sorted((CASES / "well-kept").glob("*.yml"))], ids=_id)
def test_no_check_fires_on_a_good_workflow(case: Path, shipped_book: Rulebook) -> None:
    files = _files(case)
    said = [
        (each.check, each.place.line, each.message)
        for check in BY_ID.values()
        for each in found(check, shipped_book, files)
    ]
    assert said == []


@pytest.mark.parametrize("case", _cases("bad-*.yml"), ids=_id)
def test_the_fixes_of_a_bad_workflow_apply_and_silence_the_check(case: Path, shipped_book: Rulebook) -> None:
    check, files = BY_ID[case.parent.name], _files(case)
    findings = found(check, shipped_book, files)
    fixable = [each for each in findings if each.remedy is not None and each.remedy.edits]
    if fixable:
        assert_fix(check, shipped_book, files, leaves=len(findings) - len(fixable))


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_check_has_its_cases_and_its_page(name: str) -> None:
    check = CHECKS[name]
    assert check.id == name.replace("_", "-")
    folder = CASES / check.id
    assert len(list(folder.glob("bad-*.yml"))) >= 2
    assert len(list(folder.glob("good-*.yml"))) >= 2
    page = (DOCS / f"{check.id}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {check.id}\n")
    assert re.findall(r"(?m)^## (.+)$", page) == HEADINGS


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_a_check_says_it_fixes_only_when_one_of_its_cases_is_fixed(name: str, shipped_book: Rulebook) -> None:
    check = CHECKS[name]
    findings = [
        each
        for case in sorted((CASES / check.id).glob("bad-*.yml"))
        for each in found(check, shipped_book, _files(case))
    ]
    assert check.fixes == any(each.remedy is not None and each.remedy.edits for each in findings)


@pytest.mark.parametrize("case", _cases("bad-*.yml"), ids=_id)
def test_a_finding_names_a_job_of_the_file_and_says_one_sentence(case: Path, shipped_book: Rulebook) -> None:
    for finding in found(BY_ID[case.parent.name], shipped_book, _files(case)):
        assert finding.message
        assert "\n" not in finding.message
        assert not finding.message.endswith(".")
        assert finding.remedy is not None
        assert finding.remedy.summary.endswith(".")


def _sample(name: str) -> dict[str, str]:
    folder = SAMPLES / name / "files" / ".github" / "workflows"
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yml"))}


def test_the_contextlite_sample_shows_its_race_its_blind_check_and_its_disabled_jobs(shipped_book: Rulebook) -> None:
    files = _sample("contextlite-v1.0.35")
    race = found(BY_ID["spoke-without-need"], shipped_book, files)
    assert {each.job for each in race} == {"publish-snap", "publish-homebrew"}
    assert _lines(BY_ID["blind-check"], shipped_book, files) == [237]
    assert _lines(BY_ID["disabled-job"], shipped_book, files) == [395, 406, 453, 492]


def test_the_double_trigger_sample_shows_its_two_triggers(shipped_book: Rulebook) -> None:
    assert _lines(BY_ID["double-trigger"], shipped_book, _sample("double-trigger")) == [6]
