"""What a green job overcame, provided for, or only spoke of; and what another's success does not make good."""

from __future__ import annotations

import pytest

from auditor.diagnose.judgement import LogJudgement
from auditor.model.vocabulary import Classification
from auditor.rulebook.book import Rulebook
from auditor.rulebook.load import RulesFile
from tests.judging import book_of, judge, text_of
from tests.logtext import JobLog
from tests.small_rules import NPM

MORE = r"""
  - id: npm/refused
    classification: auth-failure
    match: 'may not publish (?P<package>\S+)'
    fix: {summary: Ask for the right., rerun: after-fix}
    docs: https://docs.npmjs.com/
    examples: {match: [may not publish tidepool]}
  - id: npm/in-review
    classification: moderation-hold
    match: 'earlier version is in review'
    in_success: true
    fix: {summary: Wait., rerun: can-succeed}
    docs: https://docs.npmjs.com/
    examples: {match: [an earlier version is in review]}
  - id: npm/status
    classification: auth-failure
    match: '^status 403$'
    survivable: true
    in_success: true
    fix: {summary: Check the token., rerun: after-fix}
    docs: https://docs.npmjs.com/
    examples: {match: [status 403]}
  - id: npm/some-failed
    classification: unknown-failure
    role: wrapper
    match: 'some packages failed to publish'
    fix: {summary: See above.}
    docs: https://docs.npmjs.com/
    examples: {match: [some packages failed to publish]}
"""
BUNDLES = r"""
platform: bundles
title: bundles
order: 20
recognise:
  commands: ['\bbundle-it push\b']
  examples: {match: [bundle-it push], no_match: [bundle-it list]}
success:
  - id: bundles/sent
    match: '^sent$'
    examples: {match: [sent]}
failures:
  - id: bundles/taken
    classification: duplicate-version
    match: 'bundle is fixed'
    in_success: true
    fix: {summary: Take another version., rerun: needs-new-tag}
    docs: 'none: invented'
    examples: {match: [the bundle is fixed]}
"""
GOOD = "+ tidepool@1.0.0"
OTHER = "+ rockpool@1.0.0"
E401 = "npm error code E401"
TAKEN = "cannot publish over 1.0.0"


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return Rulebook.of([RulesFile("npm.yml", NPM + MORE.removeprefix("\n")), RulesFile("bundles.yml", BUNDLES)])


def said(judged: LogJudgement) -> tuple[Classification, bool]:
    return judged.classification, judged.hidden


SWALLOWED = (Classification.AUTH_FAILURE, True)
SHIPPED = (Classification.SUCCESS, False)


@pytest.mark.parametrize(
    ("script", "output"),
    [
        ("for p in pond pool; do npm publish $p || echo no; done", [E401, "no", GOOD]),
        ("for p in a b c; do npm publish $p || echo no; done", [OTHER, E401, "no", GOOD]),
        ("for p in *; do (cd $p && npm publish) & done\nwait", [E401, GOOD]),
        ("while read -r p; do npm publish $p || true; done < list", [GOOD, E401, OTHER]),
        ("npm publish ./a & npm publish ./b & wait", [E401, GOOD]),
        ("npm publish -ws || true", ["may not publish rockpool", GOOD]),
        ("npm publish --registry a || true\nnpm publish --registry b", ["may not publish tidepool", GOOD]),
    ],
)
def test_a_success_of_another_package_does_not_outlive_a_failure(
    book: Rulebook, script: str, output: list[str]
) -> None:
    judged = judge(book, JobLog().run("Publish", script, output), "success")
    assert said(judged) == SWALLOWED
    assert (
        judged.reasons[-1]
        == "the job is green, but what it published afterwards is not the same: the failure was swallowed"
    )


@pytest.mark.parametrize(
    ("script", "output"),
    [
        ("for p in a b; do npm publish $p || npm publish $p; done", [OTHER, E401, GOOD]),
        ("for p in a b; do npm publish $p || true; done", [E401, OTHER, GOOD]),
        ("for p in a b; do (cd $p && npm publish); done", [OTHER, E401, GOOD]),
        ("for i in 1 2 3; do npm publish && break; done", [E401, GOOD]),
        ("npm publish -ws || true", ["may not publish tidepool", GOOD]),
        ("npm publish || true", [E401, GOOD]),
        ("npm publish ./a & npm publish ./b & wait", [E401, GOOD, OTHER]),
    ],
)
def test_a_success_outlives_a_failure_that_was_made_good(book: Rulebook, script: str, output: list[str]) -> None:
    assert said(judge(book, JobLog().run("Publish", script, output), "success")) == SHIPPED


def test_a_tool_that_sums_up_what_failed_behind_its_successes_did_not_make_it_good(book: Rulebook) -> None:
    output = [E401, GOOD, "some packages failed to publish"]
    assert said(judge(book, JobLog().run("Publish", "npm publish -ws || true", output), "success")) == SWALLOWED
    before = ["some packages failed to publish", E401, GOOD]
    assert said(judge(book, JobLog().run("Publish", "npm publish || true", before), "success")) == SHIPPED


@pytest.mark.parametrize(
    "script",
    [
        'if ! out=$(npm publish 2>&1); then\n  echo "$out"\n  case "$out" in *"publish over"*|*cannot*) ;; *) exit 1;; esac\nfi',
        "npm publish > log 2>&1 || true\ncat log\ngrep -q 'cannot publish over' log && echo fine",
        'out=$(npm publish 2>&1) || true\necho "$out"\n[[ "$out" == *"cannot publish"* ]] && echo fine',
        "code=$(npm publish | tail -n1)\ncase $code in 201) ;; 409) echo fine;; esac",
        'npm publish | tee log || true\nif [ "$code" = 409 ]; then echo fine; fi',
        "npm publish || npm publish --access public",
    ],
)
def test_a_script_that_looks_for_the_refusal_provides_for_it(book: Rulebook, script: str) -> None:
    judged = judge(book, JobLog().run("Publish", script, [TAKEN]), "success")
    assert said(judged) == (Classification.SKIPPED_BY_CONDITION, False)


@pytest.mark.parametrize(
    "script",
    [
        "npm publish || true\ngrep -q version package.json",
        'case "$MODE" in release) npm publish || true;; esac',
        "npm publish | grep -v over || true",
    ],
)
def test_a_script_that_looks_for_something_else_does_not_provide_for_a_refusal(book: Rulebook, script: str) -> None:
    judged = judge(book, JobLog().run("Publish", script, [TAKEN]), "success")
    assert said(judged) == (Classification.DUPLICATE_VERSION, True)


def test_a_refused_login_is_not_provided_for_by_a_look_for_a_version(book: Rulebook) -> None:
    script = "npm publish > log 2>&1 || true\ncat log\ngrep -q E401 log && echo fine"
    assert said(judge(book, JobLog().run("Publish", script, [E401]), "success")) == SWALLOWED


def test_a_sentence_that_the_shell_shows_as_printed_is_no_evidence(book: Rulebook) -> None:
    shown = ["+ npm publish", "+ grep -q E403 log", f"+ echo '{E401}'", E401]
    assert said(judge(book, JobLog().run("Publish", "./publish.sh # npm publish", shown), "success")) == SHIPPED
    captured = ["+ out='npm error code E401'", f"+ echo '{E401}'", E401]
    judged = judge(book, JobLog().run("Publish", "npm publish | tee log\n./more.sh", captured), "success")
    assert said(judged) == SWALLOWED


def test_an_unseen_script_that_published_others_passed_a_taken_version_over(book: Rulebook) -> None:
    script = "./publish.sh # npm publish"
    assert said(judge(book, JobLog().run("Publish", script, [TAKEN, OTHER]), "success")) == SHIPPED
    alone = judge(book, JobLog().run("Publish", script, [TAKEN]), "success")
    assert said(alone) == (Classification.DUPLICATE_VERSION, True)
    assert said(judge(book, JobLog().run("Publish", script, [E401, "done"]), "success")) == SWALLOWED


def test_a_script_that_an_action_tries_again_is_read_like_one_of_its_own(book: Rulebook) -> None:
    inputs = {"command": "npm publish", "max_attempts": "2"}
    swallowing = {**inputs, "continue_on_error": "true"}
    output = ["Attempt 1", E401, "Attempt 2", E401]
    hidden = judge(book, JobLog().uses("Publish", "acme/retry@v3", swallowing, output), "success")
    assert (said(hidden), hidden.platforms) == (SWALLOWED, ("npm",))
    overcome = judge(book, JobLog().uses("Publish", "acme/retry@v3", inputs, [*output[:3], "Done"]), "success")
    assert (said(overcome), overcome.platforms) == (SHIPPED, ("npm",))


@pytest.mark.parametrize(("caught", "wanted"), [("core.warning(e)", SWALLOWED), ("core.setFailed(e)", SHIPPED)])
def test_a_warning_of_a_script_that_catches_what_its_action_throws_is_its_failure(
    book: Rulebook, caught: str, wanted: tuple[Classification, bool]
) -> None:
    script = f"try {{ exec('npm publish') }} catch (e) {{ {caught} }}"
    log = JobLog().uses("Publish", "acme/script@v7", {"script": script}, [f"##[warning]{E401}"])
    assert said(judge(book, log, "success")) == wanted


def test_the_reason_right_below_a_bare_status_is_the_cause(book: Rulebook) -> None:
    output = ["status 403", "see the error below", "an earlier version is in review"]
    judged = judge(book, JobLog().run("Publish", "npm publish || true", output), "success")
    assert said(judged) == (Classification.MODERATION_HOLD, True)
    assert text_of(judged) == "an earlier version is in review"


@pytest.mark.parametrize(
    ("script", "output", "wanted"),
    [
        ("python ship.py --release", ["the bundle is fixed", "a", "b", "c", "d", "announced"], True),
        ("python ship.py --release", ["the bundle is fixed", "a", "b", "c", "d", "sent"], False),
        ("make integration-release", ["the bundle is fixed", "a", "b", "c", "d", "passed"], False),
        ("python count.py", ["the bundle is fixed", "a", "b", "c", "d", "done"], False),
    ],
)
def test_words_of_a_refusal_count_in_an_unseen_script_that_ships(
    book: Rulebook, script: str, output: list[str], wanted: bool
) -> None:
    assert judge(book, JobLog("all").run("Go", script, output), "success").hidden is wanted


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("Smoke", "./tool publish --token bad || echo 'refused, as it should'"),
        ("End to end", "./e2e/release.sh"),
        ("Acceptance", "./accept.sh release"),
        ("Go", "./tool publish --token bad || echo refused as expected"),
    ],
)
def test_what_a_rehearsal_of_a_publish_prints_last_is_no_failure(book: Rulebook, name: str, script: str) -> None:
    log = JobLog("all").run(name, script, ["the bundle is fixed", "refused, as it should"])
    assert said(judge(book, log, "success")) == SHIPPED


def test_what_tidying_up_behind_a_publish_says_last_is_no_failure(book: Rulebook) -> None:
    script = "bundle-it push\nnpm owner rm old tidepool || echo 'was gone'"
    assert said(judge(book, JobLog("all").run("Go", script, ["sent", E401, "was gone"]), "success")) == SHIPPED


def test_a_login_that_may_fail_is_no_failure_of_a_job_that_published_elsewhere(book: Rulebook) -> None:
    login = "npm login --scope @tidepool || echo 'without it then' # before npm publish"
    log = JobLog().run("Log in", login, [E401, "without it then"])
    assert said(judge(book, log, "success")) == SWALLOWED
    log = JobLog().run("Log in", login, [E401, "without it then"]).run("Publish", "npm publish", [GOOD])
    assert said(judge(book, log, "success")) == SHIPPED


def test_a_step_that_was_allowed_to_fail_and_did_shows_what_only_wraps_its_cause(book: Rulebook) -> None:
    output = ["could not sign", "##[error]Process completed with exit code 1."]
    signing = book_of({"id": "sign", "classification": "signing-failure", "match": "could not sign", "role": "wrapper"})
    judged = judge(signing, JobLog("all").run("Push the tag", "git push origin v1", output), "success")
    assert said(judged) == (Classification.SIGNING_FAILURE, True)
    assert said(judge(signing, JobLog("all").run("Lint", "make lint", output), "success")) == SHIPPED
