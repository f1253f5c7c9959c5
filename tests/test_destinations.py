"""Where a publish command really sends its package: what earlier steps set up, and what its output says."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.facts import WorkflowFile
from auditor.model.vocabulary import Classification
from auditor.rulebook.book import Rulebook
from auditor.rulebook.course import filled
from auditor.rulebook.load import RulesError, RulesFile
from auditor.rulebook.publish_steps import StepIndex, platforms_of_job, platforms_of_steps
from auditor.rulebook.recognise import Recogniser
from auditor.rulebook.selftest import problems
from auditor.workflows.parse import parse_workflow
from tests.judging import judge
from tests.logtext import JobLog

HARBOUR = r"""
platform: harbour
title: Harbour
order: 10
recognise:
  commands: ['\bship\s+publish\b']
  redirects:
    - {uses: acme/setup-ship, inputs: {registry: 'quay\.example'}, to: quay}
    - {uses: acme/setup-ship, inputs: {registry: '\S'}, to: harbour}
    - {line: '\bship config registry \S*quay\.example', to: quay}
  stays: ['--registry\b']
  examples: {match: [ship publish], no_match: [ship list]}
success:
  - id: harbour/published
    match: '^shipped (?P<package>\w+)'
    examples: {match: [shipped relay]}
destinations:
  - id: harbour/says-where
    match: 'sending to harbour\.example'
    instead_of: [quay]
    examples: {match: [sending to harbour.example]}
failures:
  - id: harbour/refused
    classification: auth-failure
    match: 'the harbour is shut'
    needs_platform: true
    in_success: true
    fix: {summary: Ask.}
    docs: 'none: invented'
    examples: {match: [the harbour is shut]}
"""

QUAY = r"""
platform: quay
title: Quay
order: 20
recognise:
  commands: ['\bquay-push\b']
  examples: {match: [quay-push], no_match: [quay-pull]}
destinations:
  - id: quay/says-where
    match: 'sending to quay\.example|tied up at quay\.example'
    instead_of: [harbour, any-port]
    anywhere: true
    examples: {match: [sending to quay.example, tied up at quay.example]}
"""

ANY_PORT = r"""
platform: any-port
title: Any port
order: 30
recognise:
  commands: ['\bdock push \$']
  examples: {match: [dock push $X], no_match: [dock pull $X]}
success:
  - id: any-port/pushed
    match: '^digest: \w+'
    examples: {match: ['digest: abc']}
"""


@pytest.fixture(scope="module")
def book() -> Rulebook:
    files = {"harbour": HARBOUR, "quay": QUAY, "any-port": ANY_PORT}
    return Rulebook.of([RulesFile(f"{name}.yml", text) for name, text in files.items()])


def test_the_book_holds_its_own_examples(book: Rulebook) -> None:
    assert list(problems(book)) == []


def setup(registry: str | None) -> JobLog:
    inputs: Mapping[str, str] = {"registry": registry} if registry is not None else {}
    return JobLog("go").uses("Set up", "acme/setup-ship@v4", dict(inputs), ["ready"])


def test_an_action_before_sends_the_publish_command_of_a_later_step_elsewhere(book: Rulebook) -> None:
    judged = judge(book, setup("https://quay.example").run("Out", "ship publish", ["shipped relay"]), "success")
    assert judged.platforms == ("quay",)
    assert list(judged.proved) == ["quay"]
    assert judged.classification is Classification.SUCCESS


def test_rules_of_the_tool_count_for_the_place_that_it_publishes_to(book: Rulebook) -> None:
    log = setup("https://quay.example").run("Out", "ship publish", ["the harbour is shut"], "failure")
    judged = judge(book, log, "failure")
    assert (judged.classification, judged.platforms) == (Classification.AUTH_FAILURE, ("quay",))
    hidden = judge(book, setup("https://quay.example").run("Out", "ship publish", ["the harbour is shut"]), "success")
    assert (hidden.hidden, hidden.platforms) == (True, ("quay",))


@pytest.mark.parametrize("registry", ["https://harbour.example", None])
def test_an_action_that_sends_nowhere_else_changes_nothing(book: Rulebook, registry: str | None) -> None:
    assert judge(book, setup(registry).run("Out", "ship publish", []), "success").platforms == ("harbour",)


def test_the_last_word_before_the_step_holds(book: Rulebook) -> None:
    log = setup("https://quay.example").uses("Again", "acme/setup-ship@v4", {"registry": "https://harbour.example"}, [])
    assert judge(book, log.run("Out", "ship publish", []), "success").platforms == ("harbour",)


def test_what_is_set_up_after_the_publish_does_not_concern_it(book: Rulebook) -> None:
    log = JobLog("go").run("Out", "ship publish", [])
    log.uses("Later", "acme/setup-ship@v4", {"registry": "https://quay.example"}, [])
    assert judge(book, log, "success").platforms == ("harbour",)


def test_a_line_of_the_same_script_sends_the_command_elsewhere(book: Rulebook) -> None:
    script = "ship config registry https://quay.example\nship publish"
    assert judge(book, JobLog("go").run("Out", script, []), "success").platforms == ("quay",)


def test_a_command_that_names_its_target_is_left_alone(book: Rulebook) -> None:
    log = setup("https://quay.example").run("Out", "ship publish --registry https://x.example", [])
    assert judge(book, log, "success").platforms == ("harbour",)


def test_the_output_is_the_better_witness_than_what_was_set_up(book: Rulebook) -> None:
    log = setup("https://quay.example").run("Out", "ship publish", ["sending to harbour.example", "shipped relay"])
    judged = judge(book, log, "success")
    assert (judged.platforms, list(judged.proved)) == (("harbour",), ["harbour"])


def test_the_output_tells_where_a_command_without_a_name_went(book: Rulebook) -> None:
    judged = judge(book, JobLog("go").run("Out", "dock push $X", ["tied up at quay.example", "digest: abc"]), "success")
    assert (judged.platforms, list(judged.proved)) == (("quay",), ["quay"])


def test_the_output_of_one_push_takes_nothing_from_a_command_that_names_its_registry(book: Rulebook) -> None:
    script = "ship publish --registry https://harbour.example\nquay-push"
    judged = judge(book, JobLog("go").run("Out", script, ["sending to quay.example"], "failure"), "failure")
    assert set(judged.platforms) == {"harbour", "quay"}


def test_a_step_that_went_to_both_places_published_to_both(book: Rulebook) -> None:
    output = ["sending to harbour.example", "shipped a", "sending to quay.example", "shipped b"]
    judged = judge(book, JobLog("go").run("Out", "ship publish", output), "success")
    assert set(judged.platforms) == {"harbour", "quay"}


def test_a_witness_anywhere_makes_a_publish_step_of_an_unknown_command(book: Rulebook) -> None:
    assert judge(book, JobLog("go").run("Out", "make out", ["tied up at quay.example"]), "success").platforms == (
        "quay",
    )
    assert judge(book, JobLog("go").run("Out", "make out", ["sending to harbour.example"]), "success").platforms == ()


def test_a_platform_that_the_output_disproves_is_not_taken_back_from_the_workflow(book: Rulebook) -> None:
    log = JobLog("go").run("Out", "dock push $X", ["tied up at quay.example"])
    assert judge(book, log, "success", named=("any-port",)).platforms == ("quay",)


WORKFLOW = """
on: push
jobs:
  out:
    runs-on: ubuntu-latest
    steps:
      - uses: acme/setup-ship@v4
        with: {registry: https://quay.example}
      - name: first
        run: ship publish
      - uses: acme/setup-ship@v4
        with: {registry: https://harbour.example}
      - name: second
        run: ship publish
"""


def test_the_workflow_is_read_in_the_same_way(book: Rulebook) -> None:
    job = parse_workflow(WorkflowFile(path=".github/workflows/out.yml", text=WORKFLOW)).jobs[0]
    recogniser = Recogniser(book)
    assert platforms_of_job([job], "out", recogniser) == ("quay", "harbour")
    index = StepIndex(job)
    assert (index.platforms("first", recogniser), index.platforms("second", recogniser)) == (("quay",), ("harbour",))
    assert index.platforms("nowhere", recogniser) == ()


def test_a_redirect_is_an_action_or_a_line_and_never_both() -> None:
    both = HARBOUR.replace("{line: '", "{uses: acme/x, line: '")
    with pytest.raises(RulesError, match="either `uses` or `line`"):
        Rulebook.of([RulesFile("harbour.yml", both)])


def test_a_redirect_to_a_platform_without_rules_is_reported_and_moves_nothing() -> None:
    alone = Rulebook.of([RulesFile("harbour.yml", HARBOUR)])
    assert [problem.text for problem in problems(alone) if problem.rule == "harbour/recognise"] == [
        "redirects to 'quay', which no file of rules describes"
    ]
    log = setup("https://quay.example").run("Out", "ship publish", [])
    assert judge(alone, log, "success").platforms == ("harbour",)


def env(**values: str) -> JobLog:
    """A step that runs `dock push "$IMAGE"` and `dock push ${OTHER}` with these variables, echoed as GitHub does."""
    log = JobLog("go").run("Out", 'dock push "$IMAGE"\ndock push ${OTHER}', ["digest: abc"])
    at = next(index for index, line in enumerate(log.lines) if line.endswith("shell: /usr/bin/bash -e {0}"))
    stamp = log.lines[at].split(" ")[0]
    log.lines[at + 1 : at + 1] = [f"{stamp} env:", *(f"{stamp}   {name}: {value}" for name, value in values.items())]
    return log


@pytest.fixture(scope="module")
def ports() -> Rulebook:
    named = QUAY.replace(
        r"commands: ['\bquay-push\b']", r"commands: ['\bquay-push\b', '\bdock push \W?quay\.example/']"
    )
    any_port = ANY_PORT.replace(r"'\bdock push \$'", r"'\bdock push \W?\$'")
    return Rulebook.of([RulesFile("quay.yml", named.replace("harbour, ", "")), RulesFile("any-port.yml", any_port)])


def test_variables_that_the_log_shows_are_put_into_the_command(ports: Rulebook) -> None:
    judged = judge(ports, env(IMAGE="quay.example/relay", OTHER="quay.example/b"), "success", named=("any-port",))
    assert judged.platforms == ("quay",)


def test_a_variable_that_is_not_shown_leaves_the_command_as_it_is_written(ports: Rulebook) -> None:
    assert set(judge(ports, env(IMAGE="quay.example/relay"), "success").platforms) == {"quay", "any-port"}
    assert judge(ports, env(IMAGE="***", OTHER=""), "success").platforms == ("any-port",)


def test_a_variable_is_put_in_once_and_only_where_its_whole_name_stands(ports: Rulebook) -> None:
    assert judge(ports, env(IMAGE="$IMAGE", OTHE="quay.example/x"), "success").platforms == ("any-port",)


def test_the_variables_of_a_workflow_are_put_in_too(ports: Rulebook) -> None:
    text = """
on: push
jobs:
  out:
    runs-on: ubuntu-latest
    env: {IMAGE: quay.example/relay}
    steps:
      - run: dock push $IMAGE
      - run: dock push $IMAGE
        env: {IMAGE: "${{ vars.IMAGE }}"}
"""
    job = parse_workflow(WorkflowFile(path=".github/workflows/out.yml", text=text)).jobs[0]
    assert platforms_of_steps(job, Recogniser(ports)) == [("quay",), ("any-port",)]


@pytest.mark.parametrize(
    ("command", "filled_in"),
    [
        ("push $A", "push x.example/a"),
        ("push ${A}:1", "push x.example/a:1"),
        ("push %A%", "push x.example/a"),
        ("push $env:A", "push x.example/a"),
        ("push $AB", "push $AB"),
        ("push $SECRET $EXPRESSION $EMPTY", "push $SECRET $EXPRESSION $EMPTY"),
        ("push $(date) $? 100%", "push $(date) $? 100%"),
    ],
)
def test_a_variable_is_put_in_as_each_shell_writes_it(command: str, filled_in: str) -> None:
    known = {"A": "x.example/a", "SECRET": "***", "EXPRESSION": "${{ vars.X }}", "EMPTY": ""}
    assert filled(command, known) == filled_in


@given(st.text("$%{}Aenv: ", max_size=300), st.text("$%{}A", max_size=600))
def test_any_command_stays_bounded_and_one_without_variables_as_it_is(command: str, value: str) -> None:
    result = filled(command, {"A": value})
    assert len(result) <= 2000
    if "$" not in command and "%" not in command:
        assert result == command


def test_variables_of_the_workflow_and_env_expressions_are_put_into_commands(ports: Rulebook) -> None:
    text = """
on: push
env: {IMAGE: quay.example/relay}
jobs:
  out:
    runs-on: ubuntu-latest
    steps:
      - run: dock push $IMAGE
      - run: dock push ${{ env.IMAGE }}
      - run: dock push $IMAGE
        env: {IMAGE: "${{ vars.IMAGE }}"}
"""
    workflow = parse_workflow(WorkflowFile(path=".github/workflows/out.yml", text=text))
    found = platforms_of_steps(workflow.jobs[0], Recogniser(ports), workflow.env)
    assert found == [("quay",), ("quay",), ("any-port",)]
