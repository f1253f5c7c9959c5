"""A false condition is explained by the part that decided it and by what that part read."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.workflows.expression import Partial, Status, why_false

CONTEXT: dict[str, Any] = {
    "github": Partial({"event_name": "push", "ref": "refs/heads/main", "ref_type": "branch", "repository": "acme/cli"}),
    "needs": {
        "build": {"result": "skipped", "outputs": {}},
        "check": {"result": "success", "outputs": {"publish": "no"}},
    },
    "inputs": {"dry-run": True},
}
STATUS = Status(success=False, failure=True, cancelled=False, why="`build`, which it needs, failed")


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("github.event_name == 'release'", ("`github.event_name == 'release'` is false: the event was `push`",)),
        (
            "startsWith(github.ref, 'refs/tags/')",
            ("`startsWith(github.ref, 'refs/tags/')` is false: the ref was `refs/heads/main`",),
        ),
        ("github.ref_type == 'tag'", ("`github.ref_type == 'tag'` is false: the ref was a `branch`",)),
        (
            "github.repository == 'other/cli'",
            ("`github.repository == 'other/cli'` is false: the repository was `acme/cli`",),
        ),
        (
            "needs.build.result == 'success'",
            ("`needs.build.result == 'success'` is false: job `build` ended as `skipped`",),
        ),
        (
            "needs.build.outputs.go == 'true'",
            ("`needs.build.outputs.go == 'true'` is false: job `build` set no output `go`",),
        ),
        (
            "needs.check.outputs.publish == 'yes'",
            ("`needs.check.outputs.publish == 'yes'` is false: `needs.check.outputs.publish` was `no`",),
        ),
        ("!inputs.dry-run", ("`!inputs.dry-run` is false: input `dry-run` was `true`",)),
        ("inputs.other", ("`inputs.other` is false: input `other` was empty",)),
        ("false", ("`false` is always false",)),
        ("!always()", ("`!always()` is false",)),
        ("failure() && false", ("`false` is always false",)),
    ],
)
def test_the_deciding_part_is_named_with_what_it_read(text: str, reasons: tuple[str, ...]) -> None:
    assert why_false(text, CONTEXT, STATUS) == reasons


def test_of_a_conjunction_only_the_false_part_is_named() -> None:
    text = "${{ github.event_name == 'push' && vars.X && github.ref == 'refs/heads/next' }}"
    assert why_false(text, CONTEXT) == ("`github.ref == 'refs/heads/next'` is false: the ref was `refs/heads/main`",)


def test_of_a_disjunction_all_parts_are_named() -> None:
    text = "github.event_name == 'release' || github.event_name == 'workflow_dispatch'"
    assert why_false(text, CONTEXT) == (
        "`github.event_name == 'release'` is false: the event was `push`",
        "`github.event_name == 'workflow_dispatch'` is false: the event was `push`",
    )


def test_a_negation_is_explained_by_what_is_true_inside() -> None:
    assert why_false("!(github.event_name == 'push')", CONTEXT) == (
        "`github.event_name == 'push'` is true: the event was `push`",
    )


def test_the_implied_success_is_the_reason_when_nothing_else_is() -> None:
    assert why_false("github.event_name == 'push'", CONTEXT, STATUS) == (
        "the implied `success()` is false: `build`, which it needs, failed",
    )
    assert why_false("success()", CONTEXT, STATUS) == ("`success()` is false: `build`, which it needs, failed",)


@pytest.mark.parametrize("text", ["github.event_name == 'push'", "vars.X", "vars.X == 'y' || github.actor", ""])
def test_nothing_is_explained_that_is_not_known_to_be_false(text: str) -> None:
    assert why_false(text, CONTEXT) == ()


def test_foreign_text_in_an_explanation_is_redacted_and_bounded() -> None:
    token = "ghp_" + "a1B2" * 9
    context = {"inputs": {"tag": f"`x`\n{token} " + "y" * 1000}}
    (reason,) = why_false("inputs.tag == 'z'", context)
    assert token not in reason
    assert "\n" not in reason
    assert len(reason) < 400
