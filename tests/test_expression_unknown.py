"""What the facts do not tell stays unknown, and only what depends on it does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.workflows.expression import (
    UNKNOWN,
    ExpressionError,
    Partial,
    Status,
    evaluate,
    evaluate_condition,
    interpolate,
    is_constant_false,
    truth,
    undecided,
    why_false,
)

CONTEXT: dict[str, Any] = {
    "github": Partial({"event_name": "push", "event": Partial({"action": None})}),
    "needs": {"a": {"result": UNKNOWN, "outputs": Partial({})}, "b": {"result": "failure", "outputs": {}}},
    "inputs": {},
}


@pytest.mark.parametrize(
    "text",
    [
        "secrets.TOKEN",
        "secrets.TOKEN != ''",
        "vars.X",
        "github.actor",
        "github.event.sender.login == 'x'",
        "needs.a.result",
        "needs.a.outputs.anything",
        "startsWith(github.actor, 'a')",
        "format('{0}', github.actor)",
        "join(needs.*.result)",
        "toJSON(github)",
        "fromJSON(github.actor)",
        "github.*",
        "github[vars.KEY]",
        "!github.actor",
        "hashFiles('**/go.sum')",
        "someFunctionOfTheFuture(1)",
        "contains('a')",
        "fromJSON('{not json')",
        "format('{3}', 1)",
        "case(github.actor, 1, 2)",
        "github.actor && true",
        "vars.X || 'x'",
    ],
)
def test_unknown_parts_make_the_value_unknown(text: str) -> None:
    assert evaluate(text, CONTEXT) is UNKNOWN


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("inputs.anything", None),
        ("github.event.action", None),
        ("needs.nobody.result", None),
        ("false && secrets.X", False),
        ("true || secrets.X", True),
        ("'' && vars.X", ""),
        ("'x' || vars.X", "x"),
        ("contains(needs.*.result, 'failure')", True),
        ("!(github.event_name == 'release' && vars.X)", True),
        ("!(vars.X && false)", True),
        ("case(true, 1, vars.X)", UNKNOWN),
    ],
)
def test_what_does_not_depend_on_the_unknown_is_known(text: str, value: Any) -> None:
    if value is UNKNOWN:
        assert evaluate(text, CONTEXT) == 1
    else:
        assert evaluate(text, CONTEXT) == value


def test_an_unknown_item_may_be_the_one_looked_for() -> None:
    assert evaluate("contains(needs.*.result, 'cancelled')", CONTEXT) is UNKNOWN


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("vars.PUBLISH == 'true' && github.event_name == 'release'", False),
        ("vars.PUBLISH == 'true' || github.event_name == 'push'", UNKNOWN),
        ("always() || vars.X", True),
        ("vars.X", UNKNOWN),
    ],
)
def test_one_false_part_decides_a_condition_whatever_is_unknown(text: str, answer: Any) -> None:
    assert evaluate_condition(text, CONTEXT) is answer


@pytest.mark.parametrize(
    ("text", "constant"),
    [
        ("false", True),
        ("${{ false }}", True),
        ("${{ false && always() }}", True),
        ("github.event_name == 'x' && false", True),
        ("1 == 2", True),
        ("!true", True),
        ("''", True),
        ("null", True),
        ("github.event_name == 'never'", False),
        ("success()", False),
        ("${{ false }} ", False),
        ("", False),
        ("true", False),
    ],
)
def test_constant_conditions_are_told_from_false_ones(text: str, constant: bool) -> None:
    assert is_constant_false(text) is constant


def test_a_template_with_an_unknown_part_is_unknown() -> None:
    assert interpolate("v${{ vars.X }}", CONTEXT) is UNKNOWN


def test_unknown_has_no_truth_of_its_own() -> None:
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(UNKNOWN)
    assert truth(UNKNOWN) is UNKNOWN


def test_undecided_names_the_reads_that_nobody_knows() -> None:
    text = "github.event_name == 'push' && (vars.A == vars.A || needs.a.outputs.go == 'true')"
    assert undecided(text, CONTEXT) == ("vars.A", "needs.a.outputs.go")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 60 + "1" + ")" * 60,
        "!" * 60 + "1",
        "a" + ".b" * 60,
        "a" + "[0]" * 60,
        "f(" * 60 + ")" * 60,
        " == ".join(["1"] * 60),
        "1 || " * 10_000 + "1",
    ],
)
def test_expressions_beyond_githubs_limits_are_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match=r"nested deeper|longer than"):
        evaluate(text, {})


def test_long_chains_within_the_limits_are_no_problem() -> None:
    assert evaluate(" && ".join(["true"] * 2_000), {}) is True


def test_growing_text_is_bounded() -> None:
    doubled = "'" + "x" * 200 + "'"
    for _ in range(14):
        doubled = f"format('{{0}}{{0}}', {doubled})"
    assert evaluate(doubled, {}) is UNKNOWN


TEXTS = st.text(alphabet="ab.[]()'*!=<>&|{}$ ,019-_\n", max_size=60)
PIECES = [
    "github",
    ".",
    "event",
    "*",
    "[",
    "]",
    "(",
    ")",
    "'a'",
    "1",
    "&&",
    "||",
    "!",
    "==",
    "<",
    ",",
    "contains",
    "toJSON",
    "format",
    "'{0}'",
    "success",
    "always",
    "null",
    "vars",
    "needs",
    "a",
    "result",
    "${{",
    "}}",
    " ",
]
WORDS = st.lists(st.sampled_from(PIECES), max_size=20).map(" ".join)


@given(TEXTS | WORDS)
@settings(max_examples=400, deadline=None)
def test_any_text_has_a_value_or_an_error_with_a_position(text: str) -> None:
    try:
        value = evaluate(text, CONTEXT)
    except ExpressionError as error:
        caught = error
    else:
        assert evaluate(text, CONTEXT) == value or value != value
        why_false(text, CONTEXT, Status(success=False))
        undecided(text, CONTEXT)
        return
    assert 0 <= caught.position <= len(text)


VALUES = st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.sampled_from(["", "a", "A", "1", " 2 ", "x"])


@given(VALUES, VALUES)
def test_equality_is_symmetric_and_consistent_with_order(left: Any, right: Any) -> None:
    context = {"c": {"l": left, "r": right}}
    assert evaluate("c.l == c.r", context) is evaluate("c.r == c.l", context)
    assert evaluate("c.l == c.r", context) is not evaluate("c.l != c.r", context)
    assert evaluate("c.l < c.r", context) is evaluate("c.r > c.l", context)
    assert evaluate("c.l <= c.r", context) is evaluate("c.l < c.r || c.l == c.r", context)


@given(st.lists(st.tuples(st.sampled_from(["&&", "||"]), st.sampled_from(["true", "false", "u.u"])), max_size=6))
def test_what_is_known_holds_for_either_value_of_the_unknown(parts: list[tuple[str, str]]) -> None:
    text = "true" + "".join(f" {operator} {operand}" for operator, operand in parts)
    answer = evaluate_condition(f"always() && ({text})", {})
    possible = {evaluate_condition(f"always() && ({text})", {"u": {"u": value}}) for value in (True, False)}
    if answer is not UNKNOWN:
        assert possible == {answer}
