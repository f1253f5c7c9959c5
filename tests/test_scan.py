import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.logs.segments import segments
from auditor.rulebook.book import Rulebook
from auditor.rulebook.reading import JobReading, read_log
from auditor.rulebook.scan import Scanner
from auditor.rulebook.selftest import problems
from tests.logtext import JobLog


def read(book: Rulebook, text: str) -> list[JobReading]:
    return read_log(Scanner(book), segments(io.BytesIO(text.encode())))


def hits(reading: JobReading) -> list[tuple[str, int]]:
    return [(hit.rule.id, hit.number) for section in reading.sections for hit in section.hits]


def test_the_small_rulebook_holds_its_own_examples(small_book: Rulebook) -> None:
    assert list(problems(small_book)) == []


def test_rules_do_not_see_the_echo_of_the_script(small_book: Rulebook) -> None:
    log = JobLog().run("Publish", "echo 'cannot publish over 1.0.0'", ["done"]).text()
    assert hits(read(small_book, log)[0]) == []


def test_warnings_are_never_a_failure(small_book: Rulebook) -> None:
    log = JobLog().run("Publish", "npm publish", ["##[warning]cannot publish over 1.0.0"]).text()
    assert hits(read(small_book, log)[0]) == []


def test_a_rule_sees_the_text_behind_the_error_marker(small_book: Rulebook) -> None:
    log = JobLog().run("Publish", "npm publish", ["##[error]cannot publish over 1.0.0"]).text()
    (hit,) = (hit for section in read(small_book, log)[0].sections for hit in section.hits)
    assert (hit.text, hit.marked, hit.captures) == ("cannot publish over 1.0.0", True, {"version": "1.0.0"})


def test_near_counts_only_within_its_distance(small_book: Rulebook) -> None:
    close = JobLog().run("P", "x", ["exchange failure:", "", "* invalid-publisher"]).text()
    far = JobLog().run("P", "x", ["exchange failure:", *["."] * 9, "* invalid-publisher"]).text()
    assert "common/reason-after-headline" in [rule for rule, _ in hits(read(small_book, close)[0])]
    assert "common/reason-after-headline" not in [rule for rule, _ in hits(read(small_book, far)[0])]


def test_near_does_not_reach_into_another_step(small_book: Rulebook) -> None:
    log = JobLog().run("A", "x", ["exchange failure:"]).run("B", "x", ["* invalid-publisher"]).text()
    assert "common/reason-after-headline" not in [rule for rule, _ in hits(read(small_book, log)[0])]


def test_an_anchored_rule_does_not_match_in_the_middle_of_an_overlong_line(small_book: Rulebook) -> None:
    log = JobLog().run("P", "npm publish", ["x" * 9000 + "+ tidepool@1.0.0"]).text()
    assert hits(read(small_book, log)[0]) == []


def test_evidence_deep_in_an_overlong_line_is_found(small_book: Rulebook) -> None:
    log = JobLog().run("P", "npm publish", ["x" * 9000 + " cannot publish over 1.0.0"]).text()
    assert [rule for rule, _ in hits(read(small_book, log)[0])] == ["npm/taken"]


def test_the_header_gives_script_action_and_inputs(small_book: Rulebook) -> None:
    log = JobLog().run("A", "set -e\nnpm publish", []).uses("B", "acme/npm-publish@v1", {"dry-run": "false"}, []).text()
    sections = [section for section in read(small_book, log)[0].sections if section.kind == "run"]
    assert sections[0].script == "set -e\nnpm publish"
    assert (sections[1].uses, sections[1].inputs) == ("acme/npm-publish@v1", {"dry-run": "false"})


def test_thousands_of_hits_of_one_rule_are_kept_in_bounds(small_book: Rulebook) -> None:
    log = JobLog().run("P", "npm publish", ["cannot publish over 1.0.0"] * 5000).text()
    assert len(hits(read(small_book, log)[0])) < 50


WORDS = [
    "cannot publish over 1.0.0",
    "exchange failure:",
    "invalid-publisher",
    "npm error code E401",
    "fine",
    "",
    "ECONNRESET",
    "+ a@1.0.0",
]


@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_one_pass_finds_what_trying_every_rule_on_every_line_finds(small_book: Rulebook, texts: list[str]) -> None:
    found = {
        (rule, number)
        for reading in read(small_book, "".join(t + "\n" for t in texts))
        for rule, number in hits(reading)
    }
    assert found == set(_naive(small_book, texts))


def _naive(book: Rulebook, texts: list[str]) -> list[tuple[str, int]]:
    found = []
    for rule in book.rules:
        for index, text in enumerate(texts):
            if rule.search(text) is None:
                continue
            near = rule.written.near
            if near is not None and rule.near is not None:
                around = texts[max(0, index - near.before) : index] + texts[index + 1 : index + 1 + near.after]
                if not any(rule.near.search(other) for other in around):
                    continue
            found.append((rule.id, index + 1))
    return found


@pytest.mark.parametrize("cut", [1, 7, 100, 1000])
def test_blocks_of_any_size_give_the_same_reading(
    small_book: Rulebook, cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = JobLog().run("A", "npm publish", ["one", "cannot publish over 1.0.0", "two"], "failure").text()
    whole = hits(read(small_book, log)[0])
    monkeypatch.setattr("auditor.logs.segments.BLOCK_BYTES", cut)
    assert hits(read(small_book, log)[0]) == whole


@given(st.lists(st.sampled_from(WORDS), max_size=25), st.integers(1, 60))
def test_side_conditions_reach_from_one_block_into_the_next(small_book: Rulebook, texts: list[str], cut: int) -> None:
    log = "".join(text + "\n" for text in texts)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("auditor.logs.segments.BLOCK_BYTES", cut)
        found = {hit for reading in read(small_book, log) for hit in hits(reading)}
    assert found == set(_naive(small_book, texts))


@pytest.mark.parametrize("cut", [20, 1 << 20])
def test_a_side_condition_is_not_met_by_the_echo_of_a_script(
    small_book: Rulebook, cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditor.logs.segments.BLOCK_BYTES", cut)
    echoed = JobLog().run("P", "echo invalid-publisher", ["exchange failure:"]).text()
    printed = JobLog().run("P", "echo", ["invalid-publisher", "exchange failure:"]).text()
    assert "common/reason-after-headline" not in [rule for rule, _ in hits(read(small_book, echoed)[0])]
    assert "common/reason-after-headline" not in [rule for rule, _ in hits(read(small_book, printed)[0])]


def test_a_side_condition_deep_in_an_overlong_line_is_met(small_book: Rulebook) -> None:
    log = JobLog().run("P", "x", ["exchange failure:", "x" * 9000 + " invalid-publisher"]).text()
    assert "common/reason-after-headline" in [rule for rule, _ in hits(read(small_book, log)[0])]
