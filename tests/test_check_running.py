"""Running the checks: settings, comments that accept findings, crashes, fingerprints, the baseline, hostile files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.checks.baseline import BaselineError, baseline_of, baseline_text, new_ones, read_baseline
from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.globs import matches
from auditor.checks.registry import all_checks
from auditor.checks.running import findings
from auditor.checks.subject import Subject
from auditor.config import parse_config
from auditor.model.finding import Finding
from auditor.model.vocabulary import Confidence, Severity
from auditor.rulebook.book import Rulebook
from tests.checks_fixing import subject

ROOT = Path(__file__).resolve().parents[1]
RELEASE = """\
on: push
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - name: Loud
        run: |
          echo hello
          bad thing
      - run: other bad thing
"""


def _find_bad(read: Subject) -> Iterator[Finding]:
    for workflow, job in read.jobs():
        for step in job.steps:
            for index, line in enumerate(step.run.text.split("\n") if step.run is not None else ()):
                if "bad thing" in line and step.run is not None:
                    yield Finding(
                        check="no-bad-things",
                        severity=Severity.WARNING,
                        confidence=Confidence.HIGH,
                        message=f"`{job.id}` does a bad thing",
                        place=place(workflow, step.run.line_of(index), "bad thing"),
                        job=job.id,
                        step=step.number,
                    )


def _crash(_: Subject) -> Iterator[Finding]:
    yield from ()
    raise RuntimeError("boom ghp_" + "a1B2" * 9)


BAD = Check("no-bad-things", "A bad thing", Severity.WARNING, _find_bad)
CRASHING = Check("crashing", "Crashes", Severity.ERROR, _crash)


def found(book: Rulebook, text: str, settings: str = "", *, checks: tuple[Check, ...] = (BAD,)) -> list[Finding]:
    config = parse_config(settings, "relaudit.toml", ROOT)
    return list(findings(subject(book, {"release.yml": text}), config, checks=checks))


def told(every: list[Finding]) -> list[tuple[str, int]]:
    return [(each.check, each.place.line) for each in every]


def test_findings_come_by_line_with_fingerprints(small_book: Rulebook) -> None:
    every = found(small_book, RELEASE)
    assert told(every) == [("no-bad-things", 9), ("no-bad-things", 10)]
    assert len({each.fingerprint for each in every}) == 2
    assert all(len(each.fingerprint) == 32 for each in every)


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        ("          bad thing\n", "          bad thing # relaudit: ignore[no-bad-things] known\n", [10]),
        ("          bad thing\n", "          # relaudit: ignore[no-bad-things]: known\n          bad thing\n", [11]),
        ("      - name: Loud\n", "      - name: Loud # relaudit: ignore[no-bad-things] known\n", [10]),
        ("      - name: Loud\n", "      # relaudit: ignore[no-bad-things] known\n      - name: Loud\n", [11]),
        ("  one:\n", "  one: # relaudit: ignore[other-check, no-bad-things] known\n", []),
        (
            "          echo hello\n",
            "          echo # relaudit: ignore[no-bad-things] the line before does not count\n",
            [9, 10],
        ),
    ],
)
def test_a_comment_accepts_what_stands_on_its_line_below_it_or_in_its_step_or_job(
    small_book: Rulebook, old: str, new: str, left: list[int]
) -> None:
    every = found(small_book, RELEASE.replace(old, new))
    assert [line for check, line in told(every) if check == "no-bad-things"] == left


def test_a_comment_without_reason_works_and_is_noted(small_book: Rulebook) -> None:
    every = found(small_book, RELEASE.replace("  one:\n", "  one: # relaudit: ignore[no-bad-things]\n"))
    assert told(every) == [("suppression", 3)]
    assert every[0].severity is Severity.NOTE
    assert "gives no reason" in every[0].message


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("# relaudit: ignore[no-bad-thing] why", "there is no check `no-bad-thing`; did you mean `no-bad-things`?"),
        ("# relaudit: ignore why", "names no check"),
        ("# relaudit: ignore[no-bad-things] why", "nothing here that it finds; remove it"),
    ],
)
def test_a_comment_without_effect_is_noted(small_book: Rulebook, comment: str, said: str) -> None:
    every = found(small_book, f"{comment}\n{RELEASE}")
    assert [each for each in every if each.check == "suppression" and said in each.message]


def test_a_comment_for_a_check_that_does_not_run_is_not_called_needless(small_book: Rulebook) -> None:
    text = RELEASE.replace("  one:\n", "  one: # relaudit: ignore[no-bad-things] known\n")
    assert found(small_book, text, "[checks.no-bad-things]\nenabled = false\n") == []


def test_settings_switch_off_change_severity_and_leave_out_paths(small_book: Rulebook) -> None:
    assert found(small_book, RELEASE, "[checks.no-bad-things]\nenabled = false\n") == []
    assert found(small_book, RELEASE, '[checks.no-bad-things]\nignore = [".github/workflows/rel*.yml"]\n') == []
    every = found(small_book, RELEASE, '[checks.no-bad-things]\nseverity = "error"\n')
    assert {each.severity for each in every} == {Severity.ERROR}


def test_a_check_that_crashes_is_a_note_and_silences_no_other(small_book: Rulebook) -> None:
    every = found(small_book, RELEASE, checks=(CRASHING, BAD))
    assert [each.check for each in every] == ["check-crashed", "no-bad-things", "no-bad-things"]
    assert "`crashing` ended with an error" in every[0].message
    assert "a1B2a1B2a1B2" not in every[0].message
    assert every[0].severity is Severity.NOTE


def test_what_is_said_twice_is_told_once(small_book: Rulebook) -> None:
    twice = Check("no-bad-things", "Twice", Severity.WARNING, lambda read: iter([*_find_bad(read), *_find_bad(read)]))
    assert len(found(small_book, RELEASE, checks=(twice,))) == 2


def test_only_restricts_to_the_checks_named(small_book: Rulebook) -> None:
    read = subject(small_book, {"release.yml": RELEASE, "empty.yml": ""})
    every = findings(read, only=("unreadable-workflow",), checks=(BAD,))
    assert [each.check for each in every] == ["unreadable-workflow"]


def test_a_fingerprint_survives_changes_elsewhere(small_book: Rulebook) -> None:
    before = found(small_book, RELEASE)
    moved = RELEASE.replace("on: push\n", "# a comment\non: push\nname: x\n").replace(
        "echo hello", "echo bye\n          ls"
    )
    after = found(small_book, moved)
    assert [each.place.line for each in after] != [each.place.line for each in before]
    assert [each.fingerprint for each in after] == [each.fingerprint for each in before]
    changed = found(small_book, RELEASE.replace("          bad thing", "          very bad thing"))
    assert changed[0].fingerprint != before[0].fingerprint
    assert changed[1].fingerprint == before[1].fingerprint


def test_equal_findings_have_fingerprints_of_their_own(small_book: Rulebook) -> None:
    text = RELEASE.replace("          bad thing\n", "          bad thing\n          bad thing\n")
    every = found(small_book, text)
    assert len({each.fingerprint for each in every}) == 3


def test_a_baseline_accepts_what_was_there_and_shows_what_is_new(small_book: Rulebook) -> None:
    text = baseline_text(baseline_of(found(small_book, RELEASE)))
    known = [entry.fingerprint for entry in read_baseline(text, "b.json").findings]
    assert new_ones(found(small_book, RELEASE), known) == ()
    more = found(small_book, RELEASE + "      - run: a new bad thing\n")
    assert [each.place.line for each in new_ones(more, known)] == [11]


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"version": 2, "findings": []}', '{"findings": [{"x": 1}]}', "[" * 9999]
)
def test_what_is_no_baseline_is_one_clear_error(text: str) -> None:
    with pytest.raises(BaselineError, match=r"b\.json: "):
        read_baseline(text, "b.json")


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("\ufeff  \n\n", "the file is empty"),
        ("# nothing but a comment\n", "empty"),
        ("on: push\n\tjobs: {}\n", "not valid YAML"),
        ("on: [push\n", "not valid YAML"),
        ("- a list\n", "must be a mapping"),
        (BOMB, "once its aliases are expanded"),
        ("a: &a\n  b: *a\n", "inside its own anchor"),
        ("on: " + "[" * 100 + "]" * 100, "nested deeper"),
        ("on: push\x00", "not valid YAML"),
        ("---\non: push\n---\non: push\n", "more than one YAML document"),
        ("on: push #" + "x" * 5_000_001, "larger than 5 MB"),
    ],
    ids=["empty", "blank", "comment", "tab", "open", "list", "bomb", "cycle", "deep", "nul", "documents", "large"],
)
def test_a_file_that_cannot_be_read_is_a_finding(small_book: Rulebook, text: str, said: str) -> None:
    every = [each for each in found(small_book, text) if each.check == "unreadable-workflow"]
    assert len(every) == 1
    assert said in every[0].message
    assert every[0].severity is Severity.ERROR
    assert every[0].fingerprint


@pytest.mark.parametrize(
    "text", ["", BOMB, "on: push\njobs:\n  a: 1\n  b: []\n  c:\n    steps: x\n    needs: {a: b}\n  d:\n"]
)
def test_the_real_checks_take_odd_files_without_an_error(shipped_book: Rulebook, text: str) -> None:
    every = findings(subject(shipped_book, {"a.yml": text, "b.yml": "on: push\njobs: {}\njobs: {}\n"}))
    assert "check-crashed" not in [each.check for each in every], [each.message for each in every]


@given(st.text(alphabet="on: push\njobs{}[]-'\"#&*!|>%@`,relaudit?ignore", max_size=120))
def test_no_text_makes_running_raise(text: str) -> None:
    book = Rulebook({}, ())
    assert isinstance(findings(subject(book, {"a.yml": text}), checks=(BAD,)), tuple)


def test_every_check_of_the_catalogue_is_found_by_its_id() -> None:
    checks = all_checks()
    assert checks
    assert [each.id for each in checks] == sorted({each.id for each in checks})
    for check in checks:
        assert check.title
        assert not check.title.endswith(".")


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("a/*.yml", "a/b.yml", True),
        ("a/*.yml", "a/b/c.yml", False),
        ("**/c.yml", "c.yml", True),
        ("**/c.yml", "a/b/c.yml", True),
        ("**/c.yml", "xc.yml", False),
        ("a/**", "a/b/c", True),
        ("a/", "a/b/c", True),
        ("./a/?.yml", "a/b.yml", True),
        ("a/?.yml", "a//.yml", False),
        ("a/**/c", "a/c", True),
        ("a/**/c", "a/b/b/c", True),
        ("a/**/c", "a/bc", False),
        ("a", "a", True),
        ("a", "ab", False),
        ("*" * 400 + "x", "y" * 200, False),
    ],
)
def test_paths_to_leave_out_are_globs(pattern: str, path: str, fits: bool) -> None:
    assert matches(pattern, path) is fits
