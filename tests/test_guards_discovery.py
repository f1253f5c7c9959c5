"""Guards are found where a later condition reads a step, in the job or through its outputs."""

from __future__ import annotations

from auditor.model.facts import WorkflowFile
from auditor.model.workflow import Text
from auditor.workflows.guards import Guard, find_guards
from auditor.workflows.parse import parse_workflow

CHECK = "      - id: check\n        run: |\n          if npm view a@1; then echo found=true >> $GITHUB_OUTPUT; fi\n"


def guards(jobs: str) -> tuple[Guard, ...]:
    return find_guards(parse_workflow(WorkflowFile(path="w.yml", text="on: push\njobs:\n" + jobs)))


def test_every_later_step_that_depends_on_the_answer_is_listed() -> None:
    (guard,) = guards(
        f"  p:\n    steps:\n{CHECK}      - if: steps.check.outputs.found != 'true'\n        run: build\n"
        "      - run: always here\n      - name: Publish\n        if: steps.check.outputs.found != 'true' && always()\n"
        "        run: publish\n      - if: steps.check.outputs.found == 'true'\n        run: echo there\n"
    )
    assert (guard.job_id, guard.step.id, guard.output) == ("p", "check", "found")
    assert guard.asks == (Text(text="if npm view a@1; then echo found=true >> $GITHUB_OUTPUT; fi", line=7),)
    assert [(each.step.number if each.step else None, each.line) for each in guard.guarded] == [
        (2, 8),
        (4, 12),
        (5, 14),
    ]
    assert [each.goes_on for each in guard.guarded] == [("",), ("",), ("true",)]
    assert guard.blind_for == ()


def test_an_answer_passed_on_as_a_job_output_guards_other_jobs_and_their_steps() -> None:
    (guard,) = guards(
        f"  c:\n    outputs:\n      there: ${{{{ steps.check.outputs.found }}}}\n    steps:\n{CHECK}"
        "  npm:\n    needs: c\n    if: needs.c.outputs.there != 'true'\n"
        "  pypi:\n    needs: [c]\n    steps:\n      - if: ${{ needs.c.outputs.there != 'true' }}\n        run: x\n"
        "  stranger:\n    if: needs.c.outputs.there != 'true'\n"
    )
    assert [(each.job_id, each.step is None, each.line) for each in guard.guarded] == [
        ("npm", True, 12),
        ("pypi", False, 16),
    ]
    assert {each.can_run.word for each in guard.guarded} == {"yes"}


def test_a_blind_check_is_blind_for_the_jobs_behind_it_too() -> None:
    (guard,) = guards(
        "  c:\n    outputs: {there: '${{ steps.check.outputs.found }}'}\n    steps:\n      - id: check\n"
        "        run: echo found=true >> $GITHUB_OUTPUT\n  npm:\n    needs: c\n    if: needs.c.outputs.there == 'false'\n"
    )
    assert [each.job_id for each in guard.blind_for] == ["npm"]


def test_the_outcome_of_a_step_is_an_answer_when_the_job_goes_on() -> None:
    jobs = "  p:\n    steps:\n      - id: c\n        run: npm view a@1\n{0}      - if: steps.c.{1} == 'failure'\n        run: x\n"
    (guard,) = guards(jobs.format("        continue-on-error: true\n", "outcome"))
    assert guard.output == "outcome"
    assert (guard.guarded[0].can_run.word, guard.guarded[0].can_be_held.word) == ("yes", "yes")
    (guard,) = guards(jobs.format("        continue-on-error: true\n", "conclusion"))
    assert guard.guarded[0].can_run.word == "no"
    assert guard.guarded[0].can_run.reason == "the conclusion of the step is always `success`"
    (guard,) = guards(jobs.format("", "outcome"))
    assert guard.guarded[0].can_run.word == "no"
    assert "continue-on-error" in guard.guarded[0].can_run.reason


def test_what_an_action_answers_is_unknown() -> None:
    (guard,) = guards(
        "  p:\n    steps:\n      - id: changes\n        uses: acme/check@v1\n"
        "      - if: steps.changes.outputs.found != 'true'\n        run: x\n"
    )
    assert guard.guarded[0].can_run.word == "unknown"
    assert guard.asks == ()


def test_the_outcome_of_an_action_is_known_to_go_both_ways() -> None:
    jobs = (
        "  p:\n    steps:\n      - {{id: a, uses: acme/check@v1, continue-on-error: true}}\n"
        "      - if: steps.a.{} == 'failure'\n        run: x\n"
    )
    (guard,) = guards(jobs.format("outcome"))
    assert guard.guarded[0].can_run.word == "yes"
    (guard,) = guards(jobs.format("conclusion"))
    assert guard.guarded[0].can_run.word == "no"
    assert guard.guarded[0].can_run.line == 5


def test_steps_without_id_and_conditions_it_does_not_decide_are_no_guards() -> None:
    assert guards("  p:\n    steps:\n      - run: a\n      - if: always()\n        run: b\n") == ()
    undecided = "steps.check.outputs.found == 'true' || true"
    assert guards(f"  p:\n    steps:\n{CHECK}      - if: {undecided}\n        run: x\n") == ()


def test_a_condition_before_the_step_or_unreadable_is_none_of_its() -> None:
    jobs = (
        f"  p:\n    steps:\n      - if: steps.check.outputs.found\n        run: x\n{CHECK}"
        "      - if: steps.check.outputs.found ==\n        run: x\n"
    )
    assert guards(jobs) == ()
