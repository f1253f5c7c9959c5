"""Why a job was skipped is decided from its condition, its run and what it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from auditor.model.audit import Skip
from auditor.model.facts import Release, Run, WorkflowFile
from auditor.model.vocabulary import SkipReason
from auditor.model.workflow import Workflow
from auditor.workflows.conditions import explain_skip, failed_roots
from auditor.workflows.expression import UNKNOWN, Partial, evaluate
from auditor.workflows.parse import parse_workflow
from auditor.workflows.results import needs_result
from auditor.workflows.run_context import Caller, github_context

HEAD = "on: {push: {tags: ['v*']}, release: {types: [published]}, workflow_dispatch: {inputs: {go: {type: boolean}}}}\njobs:\n"
OK = {"build": "success", "test": "success", "check": "success"}


def flow(jobs: str, head: str = HEAD, path: str = ".github/workflows/r.yml") -> Workflow:
    return parse_workflow(WorkflowFile(path=path, text=head + jobs))


def run(event: str = "push", conclusion: str | None = "failure", **more: Any) -> Run:
    facts = {"id": 7, "event": event, "head_branch": "v1.0.0", "conclusion": conclusion, **more}
    return Run(html_url="https://github.com/acme/cli/actions/runs/7", **facts)


def explained(
    condition: str | None, results: Mapping[str, str | None] | None = None, needs: str = "[build]", **more: Any
) -> Skip:
    """Explain the skip of a job `ship`, behind `build` ← `test`, with `check` beside."""
    line = f", if: {condition!r}" if condition is not None else ""
    jobs = (
        "  test: {}\n  build: {needs: test, outputs: {version: '${{ steps.v.outputs.v }}', kind: stable}}\n"
        f"  check: {{}}\n  ship: {{needs: {needs}{line}}}\n"
    )
    workflow = more.pop("workflow", None) or flow(jobs)
    return explain_skip(workflow, "ship", more.pop("run", run()), "v1.0.0", results or {}, **more)


@pytest.mark.parametrize("condition", ["false", "${{ false }}", "${{ false && always() }}", "1 == 2", "!true"])
def test_a_condition_that_is_never_true_means_disabled(condition: str) -> None:
    skip = explained(condition, {"build": "failure", "test": "success"})
    assert skip.reason is SkipReason.DISABLED
    assert skip.explanation == "switched off: the condition in line 6 is never true"
    assert skip.expression == condition


def test_a_false_boolean_in_yaml_is_disabled_too() -> None:
    skip = explain_skip(flow("  ship:\n    if: false\n"), "ship", run(), "v1.0.0", {})
    assert skip.reason is SkipReason.DISABLED


def test_a_condition_false_by_the_event_outweighs_a_failed_need() -> None:
    skip = explained("github.event_name == 'release' && needs.build.result == 'success'", {**OK, "build": "failure"})
    assert skip.reason is SkipReason.CONDITION_FALSE
    assert skip.explanation == "`github.event_name == 'release'` is false: the event was `push`"


@pytest.mark.parametrize(
    "condition", [None, "github.event_name == 'push'", "success()", "needs.build.result == 'success'"]
)
def test_a_failed_need_is_named(condition: str | None) -> None:
    skip = explained(condition, {**OK, "build": "failure"})
    assert skip.reason is SkipReason.FAILED_NEED
    assert skip.explanation == "`build`, which it needs, failed"
    assert skip.expression == condition


def test_the_root_of_a_chain_of_failures_is_named() -> None:
    results = {**OK, "test": "timed_out", "build": "skipped"}
    skip = explained(None, results)
    assert skip.reason is SkipReason.FAILED_NEED
    assert skip.explanation == "`test` failed, so `build`, which it needs, was skipped"
    assert failed_roots(flow("  test: {}\n  build: {needs: test}\n  ship: {needs: build}\n"), "ship", results) == (
        "test",
    )


def test_a_failed_ancestor_behind_a_job_that_ran_anyway_counts() -> None:
    skip = explained(None, {**OK, "test": "failure", "build": "success"})
    assert skip.reason is SkipReason.FAILED_NEED
    assert skip.explanation == "`test` failed; it needs it through `build`, and all ancestors must have succeeded"


@pytest.mark.parametrize(
    "condition",
    [
        "always() && needs.build.result == 'success'",
        "!failure()",
        "!failure() && !cancelled()",
        "!cancelled() && success()",
    ],
)
def test_a_status_function_that_still_asks_for_success_blames_the_need(condition: str) -> None:
    assert explained(condition, {**OK, "build": "failure"}).reason is SkipReason.FAILED_NEED


def test_a_condition_on_outputs_of_a_failed_job_blames_that_job() -> None:
    skip = explained("always() && needs.build.outputs.version != ''", {**OK, "build": "failure"})
    assert skip.reason is SkipReason.FAILED_NEED


@pytest.mark.parametrize("condition", ["failure()", "cancelled()", "always() && needs.build.result == 'failure'"])
def test_a_job_for_failures_only_is_skipped_by_its_condition(condition: str) -> None:
    assert explained(condition, OK).reason is SkipReason.CONDITION_FALSE


def test_a_skipped_need_is_inherited() -> None:
    skip = explained(None, {**OK, "build": "skipped"})
    assert skip.reason is SkipReason.INHERITED_SKIP
    assert skip.explanation == "`build`, which it needs, was skipped"


def test_a_skipped_ancestor_counts_although_the_need_itself_ran() -> None:
    skip = explained("github.event_name == 'push'", {**OK, "test": "skipped", "build": "success"})
    assert skip.reason is SkipReason.INHERITED_SKIP
    assert "through `build`" in skip.explanation


def test_a_skipped_ancestor_does_not_matter_to_a_status_function() -> None:
    skip = explained("!cancelled() && vars.SHIP == 'yes'", {**OK, "test": "skipped"})
    assert skip.reason is SkipReason.CONDITION_FALSE
    assert "`vars.SHIP`" in skip.explanation


def test_a_job_switched_off_counts_as_skipped_without_being_told() -> None:
    workflow = flow("  off: {if: false}\n  ship: {needs: off}\n")
    assert explain_skip(workflow, "ship", run(), "v1.0.0", {}).reason is SkipReason.INHERITED_SKIP


def test_continue_on_error_makes_a_failure_look_like_success_to_dependants() -> None:
    workflow = flow("  build: {continue-on-error: true}\n  ship: {needs: build, if: vars.SHIP}\n")
    skip = explain_skip(workflow, "ship", run(), "v1.0.0", {"build": "failure"})
    assert skip.reason is SkipReason.CONDITION_FALSE
    unsure = flow("  build: {continue-on-error: '${{ matrix.x }}'}\n  ship: {needs: build}\n")
    assert explain_skip(unsure, "ship", run(), "v1.0.0", {"build": "failure"}).reason is SkipReason.UNKNOWN


def test_what_remains_when_everything_succeeded_is_the_condition() -> None:
    skip = explained("needs.build.outputs.version != '1.0.0' && vars.SHIP", OK)
    assert skip.reason is SkipReason.CONDITION_FALSE
    assert skip.explanation == (
        "everything it needs succeeded, so its condition was false; it depends on `needs.build.outputs.version`, "
        "`vars.SHIP`, which the facts do not tell"
    )


def test_what_remains_without_needs_is_the_condition() -> None:
    skip = explain_skip(flow("  ship: {if: vars.SHIP}\n"), "ship", run(), "v1.0.0", {})
    assert skip.reason is SkipReason.CONDITION_FALSE
    assert "needs no other job" in skip.explanation


def test_a_plain_output_and_an_undeclared_one_are_known() -> None:
    assert "was `stable`" in explained("needs.build.outputs.kind == 'beta'", OK).explanation
    assert "set no output `other`" in explained("needs.build.outputs.other == 'x'", OK).explanation


def test_a_cancelled_need_means_cancelled_before_start() -> None:
    skip = explained(None, {**OK, "build": "cancelled"}, run=run(conclusion="cancelled"))
    assert skip.reason is SkipReason.CANCELLED_BEFORE_START
    assert skip.explanation == "`build`, which it needs, was cancelled"


def test_a_cancelled_run_explains_a_job_that_could_have_run() -> None:
    stopped = run(conclusion="cancelled")
    assert explained(None, OK, run=stopped).reason is SkipReason.CANCELLED_BEFORE_START
    assert explained("github.event_name == 'push'", OK, run=stopped).reason is SkipReason.CANCELLED_BEFORE_START
    assert explained("vars.SHIP", OK, run=stopped).reason is SkipReason.UNKNOWN
    assert explained("!cancelled()", OK, run=stopped).reason is SkipReason.CANCELLED_BEFORE_START


@pytest.mark.parametrize("results", [{}, {"build": None}, {"test": "success"}, {"build": "success"}])
def test_results_that_are_not_known_leave_it_unknown(results: dict[str, str | None]) -> None:
    skip = explained(None, results)
    assert skip.reason is SkipReason.UNKNOWN
    assert "it is not known how" in skip.explanation


def test_a_contradiction_is_unknown_and_not_explained_away() -> None:
    skip = explained("github.event_name == 'push'", OK)
    assert (skip.reason, skip.explanation) == (SkipReason.UNKNOWN, "nothing in the workflow file explains the skip")


def test_an_unreadable_condition_or_unknown_job_never_raises() -> None:
    assert "cannot be read" in explained("a ==", OK).explanation
    assert explain_skip(flow("  a: {}\n"), "ghost", run(), "v1", {}).reason is SkipReason.UNKNOWN


def test_needs_in_a_cycle_end() -> None:
    knot = flow("  a: {needs: b}\n  b: {needs: a}\n")
    assert explain_skip(knot, "a", run(), "v1.0.0", {"b": "failure"}).reason is SkipReason.FAILED_NEED


CALLEE = flow(
    "  pack: {if: 'inputs.kind != ''beta'''}\n  npm: {needs: pack}\n  only: {if: inputs.go}\n",
    "on: {workflow_call: {inputs: {kind: {type: string, default: beta}, go: {type: boolean}}}}\njobs:\n",
    ".github/workflows/callee.yml",
)


def called(with_: str, job: str, results: Mapping[str, str], outer: Mapping[str, str]) -> Skip:
    caller = flow(
        "  lint: {}\n  build: {needs: lint}\n"
        f"  pub: {{needs: build, if: '!cancelled()', uses: ./.github/workflows/callee.yml, with: {with_}}}\n"
    )
    return explain_skip(CALLEE, job, run(), "v1.0.0", results, caller=Caller(caller, "pub", outer))


def test_a_called_workflow_sees_the_inputs_of_its_caller() -> None:
    fine = {"lint": "success", "build": "success"}
    assert called("{}", "pack", {}, fine).explanation == "`inputs.kind != 'beta'` is false: input `kind` was `beta`"
    assert called("{kind: stable}", "pack", {}, fine).reason is SkipReason.UNKNOWN
    assert called("{go: false}", "only", {}, fine).explanation == "`inputs.go` is false: input `go` was `false`"
    assert "`inputs.go`" in called("{go: '${{ vars.GO }}'}", "only", {}, fine).explanation


def test_jobs_of_a_called_workflow_inherit_what_their_caller_waited_for() -> None:
    skip = called("{kind: stable}", "npm", {"pack": "success"}, {"lint": "skipped", "build": "success"})
    assert skip.reason is SkipReason.INHERITED_SKIP
    assert skip.explanation == (
        "`lint` was skipped; the calling job `pub` needs it through `build`, and all ancestors must have succeeded"
    )


@pytest.mark.parametrize(
    ("conclusions", "result"),
    [
        (["success", "success"], "success"),
        (["success", "failure", "cancelled"], "failure"),
        (["success", "cancelled"], "cancelled"),
        (["skipped", "skipped"], "skipped"),
        (["skipped", "success"], "success"),
        (["timed_out"], "failure"),
        (["success", None], None),
        (["failure", None], "failure"),
        (["something new"], None),
        ([], None),
    ],
)
def test_matrix_legs_join_into_one_result(conclusions: list[str | None], result: str | None) -> None:
    assert needs_result(conclusions) == result


def told(expression: str, facts: Run, release: Release | None = None, trigger: str = "push") -> Any:
    workflow = flow("  a: {}\n")
    return evaluate(expression, {"github": github_context(facts, "v1.0.0", workflow.trigger(trigger), release)})


@pytest.mark.parametrize(
    ("expression", "facts", "value"),
    [
        ("github.ref", run(), "refs/tags/v1.0.0"),
        ("github.ref_type", run(), "tag"),
        ("github.ref", run(head_branch="main"), UNKNOWN),
        ("github.ref_name", run(head_branch="main"), "main"),
        ("github.ref", run("workflow_dispatch", head_branch="main"), "refs/heads/main"),
        ("github.ref", run("workflow_dispatch"), "refs/tags/v1.0.0"),
        ("github.ref", run("release", head_branch=None), "refs/tags/v1.0.0"),
        ("github.ref", run("pull_request", head_branch="topic"), UNKNOWN),
        ("github.repository", run(), "acme/cli"),
        ("github.repository_owner", run(), "acme"),
        ("github.actor", run(), UNKNOWN),
        ("github.event.release.prerelease", run(), None),
        ("github.event.release.prerelease", run("release"), UNKNOWN),
        ("github.event.release.tag_name", run("release"), "v1.0.0"),
        ("github.event.inputs.go", run(), None),
        ("github.event.inputs.go", run("workflow_dispatch"), UNKNOWN),
        ("github.event.pull_request.merged", run(), None),
        ("github.event.action", run(), None),
        ("github.event.action", run("release"), "published"),
        ("github.event.sender.login", run(), UNKNOWN),
        ("github.event.anything", run("deployment"), UNKNOWN),
        ("github.run_attempt == 1", run(run_attempt=1), True),
        ("github.sha", run(head_sha="abc"), "abc"),
        ("github.sha", run("workflow_run", head_sha="abc"), UNKNOWN),
    ],
)
def test_the_run_tells_this_much_of_the_github_context(expression: str, facts: Run, value: Any) -> None:
    found = told(expression, facts, trigger=facts.event)
    assert found is value if value is UNKNOWN else found == value


def test_the_release_tells_whether_it_is_a_prerelease() -> None:
    release = Release(id=5, tag_name="v1.0.0", prerelease=True)
    assert told("github.event.release.prerelease", run("release"), release) is True
    other = Release(id=6, tag_name="v2.0.0", prerelease=True)
    assert told("github.event.release.prerelease", run("release"), other) is UNKNOWN


def test_the_context_is_partial_so_that_nothing_is_null_by_ignorance() -> None:
    assert isinstance(github_context(run(), "v1.0.0"), Partial)
