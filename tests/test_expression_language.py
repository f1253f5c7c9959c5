"""The expression language gives what GitHub gives, value by value."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from auditor.workflows.expression import (
    UNKNOWN,
    ExpressionError,
    Status,
    evaluate,
    evaluate_condition,
    interpolate,
    uses_status_function,
)

CONTEXT: dict[str, Any] = {
    "github": {"event_name": "push", "ref": "refs/tags/v1.4.0", "event": {"release": None}},
    "needs": {
        "build": {"result": "success", "outputs": {"version": "1.4.0", "count": "0"}},
        "lint": {"result": "failure", "outputs": {}},
    },
    "matrix": {"os": "ubuntu-latest", "python-version": 3.1, "flags": ["a", {"name": "b"}]},
    "true-ish": {"true": "named like a constant"},
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("null", None),
        ("42", 42.0),
        ("-9.2", -9.2),
        (".5", 0.5),
        ("0xff", 255.0),
        ("0o17", 15.0),
        ("-2.99e-2", -0.0299),
        ("'it''s here'", "it's here"),
        ("''", ""),
        ("Infinity", math.inf),
        ("-Infinity", -math.inf),
    ],
)
def test_literals(text: str, value: Any) -> None:
    assert evaluate(text, {}) == value
    assert type(evaluate(text, {})) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("github.event_name", "push"),
        ("GITHUB.Event_Name", "push"),
        ("github['event_name']", "push"),
        ("github[format('{0}_name', 'event')]", "push"),
        ("github.nothing", None),
        ("github.event.release.tag_name", None),
        ("github.event_name.deeper", None),
        ("matrix.python-version", 3.1),
        ("matrix.flags[0]", "a"),
        ("matrix.flags[1].name", "b"),
        ("matrix.flags[7]", None),
        ("matrix.flags[-1]", None),
        ("matrix.flags['0']", "a"),
        ("true-ish.true", "named like a constant"),
        ("(github).event_name", "push"),
        ("fromJSON('{\"a\": [1, 2]}').a[1]", 2.0),
    ],
)
def test_access_is_without_case_and_null_when_absent(text: str, value: Any) -> None:
    assert evaluate(text, CONTEXT) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("needs.*.result", ["success", "failure"]),
        ("needs[*].result", ["success", "failure"]),
        ("needs.*.outputs.version", ["1.4.0"]),
        ("matrix.flags.*.name", ["b"]),
        ("needs.*.outputs.*", ["1.4.0", "0"]),
        ("github.event_name.*", []),
    ],
)
def test_the_object_filter_collects_what_is_there(text: str, value: Any) -> None:
    assert evaluate(text, CONTEXT) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'Push' == 'PUSH'", True),
        ("'ı' == 'I'", False),
        ("1 == '1'", True),
        ("1 == ' 1.0 '", True),
        ("1 == 'one'", False),
        ("true == 1", True),
        ("true == 'true'", False),
        ("null == ''", True),
        ("null == 0", True),
        ("null == false", True),
        ("null == null", True),
        ("'' == 0", True),
        ("NaN == NaN", False),
        ("NaN != NaN", True),
        ("github == github", True),
        ("github == needs", False),
        ("github == 'Object'", False),
        ("fromJSON('[]') == fromJSON('[]')", False),
        ("'abc' < 'ABD'", True),
        ("2 < '10'", True),
        ("'x' < 1", False),
        ("'x' >= 1", False),
        ("null < 1", True),
        ("null < null", False),
        ("null <= null", True),
        ("true > false", True),
        ("github > 1", False),
    ],
)
def test_comparison_is_loose_and_without_case(text: str, value: bool) -> None:
    assert evaluate(text, CONTEXT) is value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!2 < 3", True),
        ("!(2 < 3)", False),
        ("3 < 2 < 1", True),
        ("3 < (2 < 1)", False),
        ("2 <= 3 == true", True),
        ("2 == 2 != 0", True),
        ("1 == 1 && 'b'", "b"),
        ("false && 0 || 'last'", "last"),
        ("1 || 2 && 3", 1.0),
        ("(1 || 2) && 3", 3.0),
        ("!!'x'", True),
        ("github.ref == 'refs/tags/v1.4.0' && 'prod' || 'test'", "prod"),
        ("'' || 0 || null", None),
        ("'a' && 0 && 'b'", 0.0),
    ],
)
def test_precedence_and_operands_as_results(text: str, value: Any) -> None:
    assert evaluate(text, CONTEXT) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("startsWith(github.ref, 'REFS/tags/')", True),
        ("startsWith(123, 12)", True),
        ("startsWith(github, 'O')", False),
        ("endsWith(github.ref, '.0')", True),
        ("contains('Release it', 'release')", True),
        ("contains(needs.*.result, 'Failure')", True),
        ("contains(needs.*.result, 'cancelled')", False),
        ("contains(fromJSON('[1, \"2\"]'), 2)", True),
        ("contains(github, 'ref')", False),
        ("format('{1}-{0}{{}}', 'a', 2)", "2-a{}"),
        ("format('{0}{0}', null)", ""),
        ("join(needs.*.result)", "success,failure"),
        ("join(needs.*.result, ' + ')", "success + failure"),
        ("join('alone', '+')", "alone"),
        ("case(false, 'a', 1 == 1, 'b', 'c')", "b"),
        ("case(false, 'a', 'c')", "c"),
        ("STARTSWITH('abc', 'a')", True),
    ],
)
def test_functions(text: str, value: Any) -> None:
    assert evaluate(text, CONTEXT) == value


def test_json_is_written_over_several_lines_and_read_back() -> None:
    text = evaluate('toJSON(fromJSON(\'{"a":[1,1.5,true,null,"x"]}\'))', {})
    assert isinstance(text, str)
    assert text.startswith('{\n  "a"')
    assert json.loads(text) == {"a": [1, 1.5, True, None, "x"]}


@pytest.mark.parametrize(
    ("value", "text"),
    [("1.0", "1"), ("0.84551240822557006", "0.84551240822557"), ("-0.0", "0"), ("1.2e2", "120"), ("NaN", "NaN")],
)
def test_numbers_become_text_with_fifteen_digits(value: str, text: str) -> None:
    assert evaluate(f"format('{{0}}', {value})", {}) == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("plain", "plain"),
        ("v${{ needs.build.outputs.version }}!", "v1.4.0!"),
        ("${{ matrix.os }}-${{ matrix.python-version }}", "ubuntu-latest-3.1"),
        ("${{ '}}' }}", "}}"),
        ("${{ true }}${{ null }}${{ matrix.flags }}${{ github }}", "trueArrayObject"),
        ("a } b {{ c", "a } b {{ c"),
    ],
)
def test_templates_are_filled_in(template: str, text: str) -> None:
    assert interpolate(template, CONTEXT) == text


def test_wrapped_and_bare_expressions_are_the_same() -> None:
    assert evaluate("${{ github.event_name }}", CONTEXT) == evaluate("github.event_name", CONTEXT) == "push"
    assert evaluate("   ", CONTEXT) is None


SUCCEEDED = Status(success=True, failure=False, cancelled=False)
FAILED = Status(success=False, failure=True, cancelled=False)


@pytest.mark.parametrize(
    ("text", "succeeded", "failed"),
    [
        ("", True, False),
        ("true", True, False),
        ("github.event_name == 'push'", True, False),
        ("github.event_name == 'release'", False, False),
        ("always()", True, True),
        ("!cancelled()", True, True),
        ("failure()", False, True),
        ("failure() || github.event_name == 'push'", True, True),
        ("${{ always() && needs.lint.result == 'success' }}", False, False),
    ],
)
def test_a_condition_without_status_function_asks_for_success(text: str, succeeded: bool, failed: bool) -> None:
    assert evaluate_condition(text, CONTEXT, SUCCEEDED) is succeeded
    assert evaluate_condition(text, CONTEXT, FAILED) is failed


@pytest.mark.parametrize(
    "text",
    ["${{ false }} ", "${{ false }}\n", "${{ false }} && true", "!${{ true }}", "github.ref == '${{ github.x }}'"],
)
def test_text_around_an_expression_makes_a_condition_always_true(text: str) -> None:
    assert evaluate_condition(text, CONTEXT, SUCCEEDED) is True


def test_a_wrapped_string_is_read_as_a_condition_once_more() -> None:
    assert evaluate_condition("${{ 'false' }}", CONTEXT, SUCCEEDED) is False
    assert evaluate_condition("'false'", CONTEXT, SUCCEEDED) is True


@pytest.mark.parametrize(
    ("text", "uses"),
    [("always()", True), ("!Cancelled() && true", True), ("'always()'", False), ("github.success", False), ("", False)],
)
def test_status_functions_are_recognised_as_calls_only(text: str, uses: bool) -> None:
    assert uses_status_function(text) is uses


def test_status_functions_may_name_jobs() -> None:
    status = Status(success=False, failure=True, cancelled=False, results={"build": "success", "lint": "failure"})
    assert evaluate("success('build')", {}, status) is True
    assert evaluate("success('build', 'lint')", {}, status) is False
    assert evaluate("failure('lint')", {}, status) is True
    assert evaluate("failure('build')", {}, status) is False
    assert evaluate("success('other')", {}, status) is UNKNOWN


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("a b", 2, "unexpected `b`"),
        ("(a", 2, "too early"),
        ("a ==", 4, "too early"),
        ("'open", 0, "not closed"),
        ("a & b", 2, "unexpected `& b`"),
        ("a = b", 2, "unexpected `= b`"),
        ("f(a,)", 4, "unexpected `)`"),
        ("f(a b)", 4, "unexpected `b`"),
        ("1.2.3", 0, "is not a number"),
        ("a.1", 2, "unexpected `1`"),
        ('"double"', 0, "unexpected"),
        ("a[]", 2, "unexpected `]`"),
        ("${{ a b }}", 6, "unexpected `b`"),
        ("x ${{ a", 2, "not closed"),
        ("${{ }}", 0, "empty"),
        ("'a'.b", 3, "unexpected `.b`"),
    ],
)
def test_syntax_errors_say_where(text: str, position: int, said: str) -> None:
    with pytest.raises(ExpressionError, match=said.replace("(", r"\(").replace(")", r"\)")) as caught:
        evaluate(text, {})
    assert caught.value.position == position
    assert str(caught.value).endswith(f"at position {position + 1}")
