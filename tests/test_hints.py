"""What a failure is called when no rule knows a line of it."""

from __future__ import annotations

import pytest

from auditor.diagnose.explain import Explainer
from auditor.model.explanation import Explanation
from auditor.model.vocabulary import Classification, Confidence
from auditor.rulebook.book import Rulebook
from auditor.rulebook.load import RulesError, RulesFile
from auditor.rulebook.selftest import problems
from tests.logtext import JobLog
from tests.small_rules import COMMON, NPM

HINTS = r"""
platform: common
title: Anywhere
order: 900
hints:
  - id: common/hint-tests
    classification: test-failure
    runs: '(?i)\btests?\b'
    unless: '(?i)\bpublish\b'
    fix: {summary: Read the report of the tests.}
    docs: 'none: a guess'
    examples: {match: [make test, Unit tests], no_match: [npm publish --tag test]}
  - id: common/hint-auth
    classification: auth-failure
    match: '(?i)\b(?P<what>token|key) is (?:invalid|missing)\b'
    fix: {summary: 'Set the {{ what }} anew.'}
    docs: 'none: a guess'
    examples: {match: [the token is invalid, 'oops, key is missing']}
  - id: common/hint-missing
    classification: missing-artifact
    match: '(?i)\bis missing\b'
    fix: {summary: Make it.}
    docs: 'none: a guess'
    examples: {match: [the file is missing, it is missing]}
"""


def book(hints: str = HINTS) -> Rulebook:
    return Rulebook.of([RulesFile("npm.yml", NPM), RulesFile("common.yml", COMMON), RulesFile("hints.yml", hints)])


def explained(log: JobLog, conclusion: str = "failure") -> Explanation:
    source = log.source()
    return Explainer(book()).explain(source, "a.log", log.job(conclusion))


def test_words_of_a_telling_line_name_a_failure_that_no_rule_knows() -> None:
    answer = explained(JobLog().run("Ship", "./ship", ["connecting", "error: the token is invalid", "bye"], "failure"))
    assert (answer.classification, answer.confidence) == (Classification.AUTH_FAILURE, Confidence.LOW)
    assert answer.rule == "common/hint-auth"
    assert answer.cause is not None
    assert answer.cause.text == "error: the token is invalid"
    assert answer.fix is not None
    assert answer.fix.summary == "Set the token anew."
    assert answer.reasons == (
        "no rule knows a line of the failed step",
        "the step ran “./ship”",
        "rule common/hint-auth: the words of a telling line suggest it",
    )


def test_the_last_words_are_asked_also_when_they_do_not_look_like_an_error() -> None:
    answer = explained(JobLog().run("Ship", "./ship", ["connecting", "so the key is missing"], "failure"))
    assert answer.rule == "common/hint-auth"


def test_what_the_step_ran_names_the_failure_before_its_words() -> None:
    answer = explained(JobLog().run("Check it", "make test", ["error: the token is invalid"], "failure"))
    assert (answer.classification, answer.rule) == (Classification.TEST_FAILURE, "common/hint-tests")
    assert answer.reasons[-1] == "rule common/hint-tests: what the step ran suggests it"


def test_of_a_step_that_publishes_only_the_words_are_asked() -> None:
    answer = explained(JobLog().run("Test and ship", "npm publish", ["error: the file is missing"], "failure"))
    assert answer.rule == "common/hint-missing"


def test_a_line_that_a_rule_knows_is_not_asked_for_hints() -> None:
    output = ["main.go:1:2: undefined: x", "error: the token is invalid"]
    answer = explained(JobLog().run("Run tests", "make test", output, "failure"))
    assert (answer.classification, answer.rule) == (Classification.BUILD_FAILURE, "common/undefined")


def test_a_failure_without_words_stays_unknown() -> None:
    assert (
        explained(JobLog().run("Ship", "./ship", ["hello"], "failure")).classification is Classification.UNKNOWN_FAILURE
    )
    assert explained(JobLog().run("Ship", "./ship", [], "failure")).classification is Classification.UNKNOWN_FAILURE


def test_a_green_job_is_never_hinted() -> None:
    log = JobLog().run("Ship", "./ship || true", ["error: the token is invalid"])
    assert explained(log, "success").classification is Classification.SUCCESS


def test_far_apart_words_of_a_very_long_line_are_not_asked() -> None:
    line = "error " + "x " * 300 + "the token is invalid"
    answer = explained(JobLog().run("Ship", "./ship", [line], "failure"))
    assert answer.classification is Classification.UNKNOWN_FAILURE


def test_the_self_test_holds_hints_to_their_examples_and_their_order() -> None:
    assert list(problems(book())) == []
    swapped = HINTS.replace("(?i)\\bis missing\\b", "(?i)\\bmissing\\b").replace(
        "[the token is invalid,", "[a token is lost,"
    )
    told = {(problem.rule, problem.text.split(":")[0]) for problem in problems(book(swapped))}
    assert told == {("common/hint-auth", "does not match its own example")}
    earlier = HINTS.replace("match: [the file is missing,", "match: [the key is missing,")
    told = {(problem.rule, problem.text.split(":")[0]) for problem in problems(book(earlier))}
    assert told == {("common/hint-missing", "common/hint-auth, which is asked before, claims its example")}


@pytest.mark.parametrize("both", ["    match: x y\n    runs: z\n", ""])
def test_a_hint_asks_one_thing(both: str) -> None:
    hint = "  - id: common/hint\n    classification: test-failure\n" + both
    hint += "    fix: {summary: x}\n    docs: 'none: x'\n    examples: {match: [x y]}\n"
    with pytest.raises(RulesError, match="give either `match` or `runs`"):
        Rulebook.of([RulesFile("hints.yml", f"platform: common\ntitle: Anywhere\nhints:\n{hint}")])


def test_a_later_file_replaces_a_hint_by_its_id_and_leaves_the_others() -> None:
    own = "platform: common\ntitle: Anywhere\nhints:\n  - id: common/hint-auth\n    classification: quota-exceeded\n"
    own += "    match: 'token is'\n    fix: {summary: x}\n    docs: 'none: x'\n    examples: {match: [token is]}\n"
    merged = Rulebook.of([RulesFile("hints.yml", HINTS), RulesFile("own.yml", own)])
    assert [hint.id for hint in merged.hints] == ["common/hint-tests", "common/hint-auth", "common/hint-missing"]
    assert merged.rule("common/hint-auth").written.examples.match == ("token is",)


def test_shipped_hints_say_that_they_guess_and_what_to_do(shipped_book: Rulebook) -> None:
    assert shipped_book.hints
    for hint in shipped_book.hints:
        assert len(hint.written.examples.match) >= 2
