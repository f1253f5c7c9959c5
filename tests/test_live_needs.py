"""Which logs an audit needs, by what the workflow says of the jobs; and when one zip costs less."""

from __future__ import annotations

import pytest

from auditor.collect.github.logs import ZIP_FROM, zip_costs_less
from auditor.collect.github.seam import AllLogs
from auditor.diagnose.log_needs import LogNeeds
from auditor.model.facts import Attempt, Job, Run, WorkflowFile
from auditor.rulebook.book import Rulebook

PATH = ".github/workflows/release.yml"


@pytest.fixture
def needs(shipped_book: Rulebook) -> LogNeeds:
    return LogNeeds(shipped_book)


def workflow(*steps: str, extra: str = "", job: str = "work") -> WorkflowFile:
    lines = "".join(f"      - {step}\n" for step in steps)
    return WorkflowFile(path=PATH, text=f"on: push\njobs:\n  {job}:\n    runs-on: x\n{extra}    steps:\n{lines}")


def needed(needs: LogNeeds, file: WorkflowFile | None, name: str = "work", conclusion: str = "success") -> bool:
    job = Job(id=5, name=name, status="completed", conclusion=conclusion)
    attempt = Attempt(run=Run(id=1, path=PATH), jobs=(job,))
    return needs.logs(attempt, [file] if file is not None else [], "acme/widget") == {5}


@pytest.mark.parametrize(
    "step",
    ["run: npm test", "run: cargo build --release", "uses: actions/checkout@v5", "uses: actions/upload-artifact@v4"],
)
def test_a_green_job_that_builds_or_tests_needs_no_log(needs: LogNeeds, step: str) -> None:
    assert not needed(needs, workflow(step))


@pytest.mark.parametrize("conclusion", ["failure", "cancelled", "timed_out", "startup_failure"])
def test_whatever_did_not_succeed_needs_its_log(needs: LogNeeds, conclusion: str) -> None:
    assert needed(needs, workflow("run: npm test"), conclusion=conclusion)


def test_a_skipped_job_has_none(needs: LogNeeds) -> None:
    assert not needed(needs, workflow("run: npm publish"), conclusion="skipped")


@pytest.mark.parametrize(
    ("step", "extra"),
    [
        ("run: npm publish", ""),
        ("uses: pypa/gh-action-pypi-publish@release/v1", ""),
        ("run: ./scripts/publish.sh", ""),
        ("run: make deploy", ""),
        ("uses: acme/upload-to-store@v1", ""),
        ("run: ./ship\n        env: {KEY: '${{ secrets.STORE_KEY }}'}", ""),
        ("run: ./ship", "    permissions:\n      id-token: write\n"),
        ("run: ./ship", "    permissions:\n      packages: write\n"),
    ],
)
def test_a_green_job_that_may_have_published_needs_its_log(needs: LogNeeds, step: str, extra: str) -> None:
    assert needed(needs, workflow(step, extra=extra))


def test_the_jobs_own_token_is_no_sign_of_publishing(needs: LogNeeds) -> None:
    step = "run: ./check\n        env: {T: '${{ secrets.GITHUB_TOKEN }}'}"
    assert not needed(needs, workflow(step, extra="    permissions:\n      contents: read\n"))


def test_a_job_that_no_known_file_explains_needs_its_log(needs: LogNeeds) -> None:
    assert needed(needs, None)
    assert needed(needs, workflow("run: npm test"), name="another job")
    assert needed(needs, WorkflowFile(path=PATH, text="on: [push\n\t- x"))


def test_all_logs_wants_every_log(needs: LogNeeds) -> None:
    jobs = tuple(Job(id=number, name="work", conclusion="success") for number in (1, 2))
    attempt = Attempt(run=Run(id=1, path=PATH), jobs=jobs)
    assert AllLogs(needs).logs(attempt, [workflow("run: npm test")], "acme/widget") == {1, 2}


def test_a_follower_names_the_workflow_it_follows(needs: LogNeeds) -> None:
    text = "on:\n  workflow_run:\n    workflows: [Release, Docs]\njobs: {a: {runs-on: x, steps: []}}\n"
    file = WorkflowFile(path=PATH, text=text)
    assert needs.follows(file, ["Release"])
    assert not needs.follows(file, ["Nightly"])
    assert not needs.follows(workflow("run: npm test"), ["Release"])


@pytest.mark.parametrize(
    ("wanted", "ran", "zipped"),
    [(1, 1, False), (ZIP_FROM - 1, ZIP_FROM - 1, False), (ZIP_FROM, ZIP_FROM, True), (30, 60, True), (30, 61, False)],
)
def test_the_zip_is_taken_for_many_logs_of_which_half_are_wanted(wanted: int, ran: int, zipped: bool) -> None:
    assert zip_costs_less(wanted, ran) is zipped
