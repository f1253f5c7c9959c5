"""What a bundle gives when it is whole, and when a part of it is missing."""

from __future__ import annotations

import codecs
import json
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.bundle import BundleError, read_bundle
from auditor.collect.collected import Collected
from auditor.model.facts import Job, Missing
from auditor.model.vocabulary import LogState
from tests.bundle_maker import COMMIT, RUN_7, WORKFLOW, BundleMaker, job, page, run


@pytest.fixture
def maker() -> BundleMaker:
    return BundleMaker()


def whys(collected: Collected, what: str) -> list[str]:
    return [entry.why for entry in collected.facts.missing if entry.what == what]


def only_why(collected: Collected) -> tuple[str, str]:
    assert len(collected.facts.missing) == 1, collected.facts.missing
    return collected.facts.missing[0].what, collected.facts.missing[0].why


def test_a_whole_bundle_gives_all_facts_and_misses_nothing(maker: BundleMaker, tmp_path: Path) -> None:
    facts = read_bundle(maker.folder(tmp_path)).facts
    assert (facts.repository.full_name, facts.repository.default_branch) == ("acme/widget", "main")
    assert (facts.tag, facts.commit) == ("v1.2.3", COMMIT)
    assert facts.collected_at is not None
    assert facts.collected_at.isoformat() == "2026-03-02T08:00:00+00:00"
    assert facts.release is not None
    assert facts.release.assets[0].name == "widget.tar.gz"
    assert [(file.path, file.text) for file in facts.workflows] == [(".github/workflows/release.yml", WORKFLOW)]
    (attempt,) = facts.attempts
    assert attempt.run.path == ".github/workflows/release.yml"
    assert [found.name for found in attempt.jobs] == ["build", "publish / npm"]
    assert attempt.jobs[0].steps[0].name == "Set up job"
    assert attempt.annotations[72][0].message == "no"
    assert facts.missing == ()


@pytest.mark.parametrize("top", ["", "bundle-v1.2.3/"])
@pytest.mark.parametrize("folders", [False, True])
def test_a_zip_gives_the_same_as_the_folder(maker: BundleMaker, tmp_path: Path, top: str, folders: bool) -> None:
    zipped = read_bundle(maker.zip(tmp_path / "bundle.zip", top, folders))
    assert zipped.facts == read_bundle(maker.folder(tmp_path / "bundle")).facts


def test_attempts_are_ordered_by_the_run_s_creation_then_by_attempt(maker: BundleMaker, tmp_path: Path) -> None:
    for number, attempt, created in (
        (3, 2, "2026-03-01T13:00:00Z"),
        (3, 1, "2026-03-01T13:00:00Z"),
        (9, 1, "2026-03-01T09:00:00Z"),
    ):
        maker[f"runs/{number}/attempt-{attempt}/run.json"] = run(number, attempt, created_at=created)
        maker[f"runs/{number}/attempt-{attempt}/jobs.json"] = page()
    facts = read_bundle(maker.folder(tmp_path)).facts
    assert [(found.run.id, found.run.run_attempt) for found in facts.attempts] == [(9, 1), (7, 1), (3, 1), (3, 2)]


def test_a_run_whose_creation_is_unknown_is_ordered_by_its_jobs(maker: BundleMaker, tmp_path: Path) -> None:
    maker["runs/3/attempt-1/jobs.json"] = page(
        job(31, "x", run_id=3, created_at="2026-03-01T20:00:00Z"), job(32, "y", run_id=3)
    )
    facts = read_bundle(maker.folder(tmp_path)).facts
    assert [found.run.id for found in facts.attempts] == [7, 3]
    stub = facts.attempts[1].run
    assert (stub.name, stub.head_branch, stub.path) == ("Release", "v1.2.3", "")


@pytest.mark.parametrize(
    "pages",
    [
        json.dumps(page(job(71, "a"), total=2)) + json.dumps(page(job(72, "b"), total=2)),
        json.dumps(page(job(71, "a"), total=2)) + "\n\n" + json.dumps(page(job(72, "b"), total=2)) + "\n",
        json.dumps([page(job(71, "a"), total=2), page(job(72, "b"), total=2)]),
        json.dumps(job(71, "a")) + "\n" + json.dumps(job(72, "b")),
        json.dumps([job(71, "a"), job(72, "b")]),
    ],
    ids=["pages", "pages-on-lines", "slurped", "jobs", "array-of-jobs"],
)
def test_jobs_are_read_in_every_form_that_gh_prints(maker: BundleMaker, tmp_path: Path, pages: str) -> None:
    maker[f"{RUN_7}jobs.json"] = pages
    collected = read_bundle(maker.folder(tmp_path))
    assert [found.name for found in collected.facts.attempts[0].jobs] == ["a", "b"]
    assert collected.facts.missing == ()


def test_a_job_that_stands_on_two_pages_counts_once(maker: BundleMaker, tmp_path: Path) -> None:
    maker[f"{RUN_7}jobs.json"] = [page(job(71, "a"), total=3), page(job(71, "a"), job(72, "b"), total=3)]
    collected = read_bundle(maker.folder(tmp_path))
    assert [found.id for found in collected.facts.attempts[0].jobs] == [71, 72]
    assert "2 of 3 jobs" in only_why(collected)[1]


def test_annotations_are_read_from_several_pages(maker: BundleMaker, tmp_path: Path) -> None:
    maker[f"{RUN_7}annotations/71.json"] = '[{"message": "one"}][{"message": "two"}]'
    maker[f"{RUN_7}annotations/72.json"] = [[{"message": "three"}], []]
    found = read_bundle(maker.folder(tmp_path)).facts.attempts[0].annotations
    assert [note.message for note in found[71] + found[72]] == ["one", "two", "three"]


def test_run_and_attempt_of_a_job_come_from_the_folder_when_the_job_does_not_tell(
    maker: BundleMaker, tmp_path: Path
) -> None:
    bare = {"id": 71, "name": "a", "status": None, "labels": None, "steps": [{"name": None, "number": 1}]}
    maker["runs/7/attempt-2/run.json"] = run(7, 2)
    maker["runs/7/attempt-2/jobs.json"] = page(bare, job(72, "b", run_attempt=1))
    attempt = read_bundle(maker.folder(tmp_path)).facts.attempts[1]
    assert [(found.run_id, found.run_attempt) for found in attempt.jobs] == [(7, 2), (7, 1)]
    assert attempt.jobs[0].steps[0].name == ""


def test_times_without_zone_are_in_utc(maker: BundleMaker, tmp_path: Path) -> None:
    maker[f"{RUN_7}run.json"] = run(7, created_at="2026-03-01T11:59:58")
    maker[f"{RUN_7}jobs.json"] = page(
        job(71, "build", started_at="2026-03-01 12:00:00", steps=[{"completed_at": "2026-03-01T12:00:00"}])
    )
    maker["release.json"] = {"tag_name": "v1.2.3", "assets": [{"name": "a", "created_at": "2026-03-01T12:00:00"}]}
    facts = read_bundle(maker.folder(tmp_path)).facts
    found = facts.attempts[0].jobs[0]
    assert facts.release is not None
    for time in (
        facts.attempts[0].run.created_at,
        found.started_at,
        found.steps[0].completed_at,
        facts.release.assets[0].created_at,
    ):
        assert time is not None
        assert time.utcoffset() is not None
    assert found.seconds == 300


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_files_with_a_byte_order_mark_are_read(maker: BundleMaker, tmp_path: Path, encoding: str) -> None:
    for path in ("bundle.json", f"{RUN_7}jobs.json", "files/.github/workflows/release.yml"):
        maker.files[path] = maker.files[path].decode().encode(encoding)
    facts = read_bundle(maker.folder(tmp_path)).facts
    assert facts.missing == ()
    assert facts.workflows[0].text == WORKFLOW
    assert len(facts.attempts[0].jobs) == 2


def test_half_characters_in_json_do_not_spoil_a_job(maker: BundleMaker, tmp_path: Path) -> None:
    maker[f"{RUN_7}jobs.json"] = json.dumps(page(job(71, "cut \ud83d"), job(72, "whole \U0001f600")))
    names = [found.name for found in read_bundle(maker.folder(tmp_path)).facts.attempts[0].jobs]
    assert names == ["cut \ufffd", "whole \U0001f600"]


def test_a_workflow_file_keeps_its_text_whatever_it_is(maker: BundleMaker, tmp_path: Path) -> None:
    maker["files/.github/workflows/odd.yaml"] = b"jobs: [\xff\n"
    maker["files/.github/workflows/notes.md"] = "not a workflow"
    maker["files/.github/workflows/deep/er.yml"] = "not a workflow either"
    texts = {file.path: file.text for file in read_bundle(maker.folder(tmp_path)).facts.workflows}
    assert texts == {".github/workflows/odd.yaml": "jobs: [\ufffd\n", ".github/workflows/release.yml": WORKFLOW}


def test_the_same_tag_may_be_asked_for_in_either_spelling(maker: BundleMaker, tmp_path: Path) -> None:
    maker.folder(tmp_path)
    assert read_bundle(tmp_path, "v1.2.3").facts == read_bundle(tmp_path, "refs/tags/v1.2.3").facts


def test_another_tag_is_an_error_that_names_both(maker: BundleMaker, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"is a bundle of tag v1\.2\.3, not of v1\.2\.4"):
        read_bundle(maker.folder(tmp_path), "v1.2.4")


@pytest.mark.parametrize("number", [2, 0, "1", True, [1], 10**40])
def test_another_format_is_an_error(maker: BundleMaker, tmp_path: Path, number: Any) -> None:
    maker.header(format=number)
    with pytest.raises(BundleError, match=r"bundle\.json is of format .* reads format 1"):
        read_bundle(maker.folder(tmp_path))


@pytest.mark.parametrize("broken", [None, b"", b'{"format": 1,', b"[]", b"\xff\xfe\x00", b"\x80abc"])
def test_without_bundle_json_the_other_files_tell_whose_facts_these_are(
    maker: BundleMaker, tmp_path: Path, broken: bytes | None
) -> None:
    if broken is None:
        del maker["bundle.json"]
    else:
        maker["bundle.json"] = broken
    collected = read_bundle(maker.folder(tmp_path))
    assert (collected.facts.repository.full_name, collected.facts.tag) == ("acme/widget", "v1.2.3")
    assert whys(collected, "bundle.json")


def test_the_tag_that_was_asked_for_stands_in_for_a_lost_one(maker: BundleMaker, tmp_path: Path) -> None:
    del maker["bundle.json"], maker["release.json"]
    root = maker.folder(tmp_path)
    with pytest.raises(BundleError, match="name the tag"):
        read_bundle(root)
    assert read_bundle(root, "v1.2.3").facts.tag == "v1.2.3"


def test_without_any_name_of_the_repository_nothing_can_be_audited(maker: BundleMaker, tmp_path: Path) -> None:
    maker.header(repository="https://github.com/acme/widget")
    del maker["repository.json"]
    with pytest.raises(BundleError, match="names no repository"):
        read_bundle(maker.folder(tmp_path))


def test_a_lost_repository_json_is_missed_and_the_rest_audited(maker: BundleMaker, tmp_path: Path) -> None:
    del maker["repository.json"]
    collected = read_bundle(maker.folder(tmp_path))
    assert only_why(collected) == ("repository.json", "it is not in the bundle")
    assert collected.facts.repository.html_url == "https://github.com/acme/widget"


def test_facts_of_another_repository_or_release_are_not_used(maker: BundleMaker, tmp_path: Path) -> None:
    maker["repository.json"] = {"full_name": "acme/gadget", "default_branch": "trunk"}
    maker["release.json"] = {"tag_name": "v9"}
    collected = read_bundle(maker.folder(tmp_path))
    assert collected.facts.repository.full_name == "acme/widget"
    assert collected.facts.repository.default_branch is None
    assert collected.facts.release is None
    assert "acme/gadget" in whys(collected, "repository.json")[0]
    assert "v9" in whys(collected, "release")[0]


@pytest.mark.parametrize("status", [{"status": "404"}, {}])
def test_a_tag_without_release_misses_nothing(maker: BundleMaker, tmp_path: Path, status: dict[str, str]) -> None:
    maker["release.json"] = {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", **status}
    facts = read_bundle(maker.folder(tmp_path)).facts
    assert facts.release is None
    assert facts.missing == ()


def test_an_answer_of_github_that_is_an_error_is_told_as_such(maker: BundleMaker, tmp_path: Path) -> None:
    answer = {
        "message": "API rate limit exceeded",
        "documentation_url": "https://docs.github.com/rest",
        "status": "403",
    }
    maker["release.json"] = answer
    maker[f"{RUN_7}run.json"] = answer
    maker[f"{RUN_7}jobs.json"] = answer
    collected = read_bundle(maker.folder(tmp_path))
    assert len(collected.facts.missing) == 3
    assert all("API rate limit exceeded (HTTP 403)" in entry.why for entry in collected.facts.missing)


def test_a_commit_that_is_none_is_missed(maker: BundleMaker, tmp_path: Path) -> None:
    maker.header(commit="v1.2.3", collected_at="yesterday", missing={"what": "x"})
    collected = read_bundle(maker.folder(tmp_path))
    assert collected.facts.commit is None
    assert collected.facts.collected_at is None
    assert [entry.what for entry in collected.facts.missing] == ["commit", "collected_at", "missing"]


def test_what_the_collector_could_not_get_is_passed_on(maker: BundleMaker, tmp_path: Path) -> None:
    maker.header(missing=[{"what": "release", "why": "HTTP 500"}, {"what": 3}, "x"])
    collected = read_bundle(maker.folder(tmp_path))
    assert whys(collected, "release") == ["HTTP 500"]
    assert len(whys(collected, "missing")) == 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "it is not in the bundle"),
        (b'{"total_count": 2, "jobs": [{"id": 71, "na', "it is cut off"),
        (b'{"total_count": 2, "jobs": [{"id": 71]}', "it is not JSON"),
        (b"", "it is empty"),
        (b"{}", "`jobs` is not there"),
        (b'{"jobs": NaN}', "it is not JSON that GitHub writes: NaN is no JSON number"),
        (b'"jobs"', "pages of jobs are expected"),
        (b'{"jobs": "\xe9"}', "it is not UTF-8 text"),
        (codecs.BOM_UTF16_LE + b"{\x00\x00\xd8", "it is not UTF-16 text"),
        (b"[" * 100_000, "it is not JSON that GitHub writes"),
        (b'{"total_count": 1' + b"0" * 5000 + b', "jobs": []}', "it is not JSON that GitHub writes"),
    ],
)
def test_a_run_without_usable_jobs_is_kept_and_said_to_be_incomplete(
    maker: BundleMaker, tmp_path: Path, content: bytes | None, why: str
) -> None:
    if content is None:
        del maker[f"{RUN_7}jobs.json"]
    else:
        maker[f"{RUN_7}jobs.json"] = content
    collected = read_bundle(maker.folder(tmp_path))
    assert [len(attempt.jobs) for attempt in collected.facts.attempts] == [0]
    assert only_why(collected)[0] == "jobs of run 7 attempt 1"
    assert only_why(collected)[1].startswith(f"{RUN_7}jobs.json: {why}")


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ({"id": "seventy"}, "id: "),
        ({"name": "no id"}, "id: Field required"),
        ({"id": 73, "run_id": 8}, "job 73 belongs to run 8"),
        ({"id": 73, "steps": "none"}, "steps: "),
        ({"id": 73, "started_at": "noon"}, "started_at: "),
        (17, "a JSON object is expected"),
    ],
)
def test_a_broken_job_is_left_out_and_the_others_stay(maker: BundleMaker, tmp_path: Path, bad: Any, why: str) -> None:
    maker[f"{RUN_7}jobs.json"] = {"total_count": 2, "jobs": [bad, job(71, "build")]}
    collected = read_bundle(maker.folder(tmp_path))
    assert [found.id for found in collected.facts.attempts[0].jobs] == [71]
    assert why in only_why(collected)[1]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (run(8), "it is about run 8"),
        (run(7, 3), "it is about attempt 3"),
        ({"name": "x"}, "id: Field required"),
        ([], "one JSON object"),
    ],
)
def test_jobs_are_audited_without_a_usable_run_json(maker: BundleMaker, tmp_path: Path, content: Any, why: str) -> None:
    maker[f"{RUN_7}run.json"] = content
    collected = read_bundle(maker.folder(tmp_path))
    (attempt,) = collected.facts.attempts
    assert (attempt.run.id, attempt.run.run_attempt, attempt.run.head_sha) == (7, 1, COMMIT)
    assert len(attempt.jobs) == 2
    assert only_why(collected)[0] == "run 7 attempt 1"
    assert why in only_why(collected)[1]


def test_an_attempt_of_which_nothing_can_be_read_is_left_out_and_told(maker: BundleMaker, tmp_path: Path) -> None:
    maker["runs/7/attempt-2/run.json"] = b"{"
    maker["runs/7/attempt-3/logs/73.log"] = b"x"
    collected = read_bundle(maker.folder(tmp_path))
    assert [attempt.run.run_attempt for attempt in collected.facts.attempts] == [1]
    assert whys(collected, "jobs of run 7 attempt 2") == ["runs/7/attempt-2/jobs.json: it is not in the bundle"]
    assert whys(collected, "run 7 attempt 3")


def test_folders_that_are_no_run_are_told(maker: BundleMaker, tmp_path: Path) -> None:
    for path in ("runs/latest/attempt-1/run.json", "runs/7/run.json", "runs/07/attempt-1/run.json"):
        maker[path] = run(7)
    collected = read_bundle(maker.folder(tmp_path))
    assert len(collected.facts.missing) == 3
    assert all("it is in no folder runs/<run id>/attempt-<n>" in entry.why for entry in collected.facts.missing)


def test_the_workflow_file_of_a_run_is_missed_when_it_is_absent(maker: BundleMaker, tmp_path: Path) -> None:
    del maker["files/.github/workflows/release.yml"]
    maker["runs/8/attempt-1/run.json"] = run(8, path="dynamic/pages/pages-build-deployment")
    maker["runs/8/attempt-1/jobs.json"] = page()
    what, why = only_why(read_bundle(maker.folder(tmp_path)))
    assert what == "workflow file .github/workflows/release.yml"
    assert why == "files/.github/workflows/release.yml is not in the bundle"


def test_a_workflow_file_too_large_to_be_one_is_missed(maker: BundleMaker, tmp_path: Path) -> None:
    maker["files/.github/workflows/release.yml"] = b"#" * ((1 << 20) + 1)
    what, why = only_why(read_bundle(maker.folder(tmp_path)))
    assert what == "workflow file .github/workflows/release.yml"
    assert "larger than 1 MiB" in why


def test_broken_annotations_are_missed_and_the_job_stays(maker: BundleMaker, tmp_path: Path) -> None:
    maker[f"{RUN_7}annotations/72.json"] = {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"}
    collected = read_bundle(maker.folder(tmp_path))
    assert only_why(collected)[0] == "annotations of job 72"
    assert collected.facts.attempts[0].annotations == {}
    assert len(collected.facts.attempts[0].jobs) == 2


def test_a_release_without_runs_can_be_audited_and_says_what_is_missing(maker: BundleMaker, tmp_path: Path) -> None:
    maker.files = {path: content for path, content in maker.files.items() if not path.startswith("runs/")}
    collected = read_bundle(maker.folder(tmp_path))
    assert collected.facts.attempts == ()
    assert only_why(collected)[0] == "runs"


def test_a_bundle_without_anything_to_audit_is_an_error_that_names_the_broken_parts(
    maker: BundleMaker, tmp_path: Path
) -> None:
    del maker["release.json"], maker["files/.github/workflows/release.yml"]
    maker[f"{RUN_7}jobs.json"] = b'{"jobs"'
    with pytest.raises(BundleError, match=r"no run, release or workflow file .*jobs\.json: it is cut off") as raised:
        read_bundle(maker.folder(tmp_path))
    assert "\n" not in str(raised.value)


def test_what_is_no_bundle_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello")
    with pytest.raises(BundleError, match=r"has no bundle\.json: it is not a bundle"):
        read_bundle(tmp_path)
    with pytest.raises(BundleError, match="is not a zip"):
        read_bundle(tmp_path / "note.txt")
    with pytest.raises(BundleError, match="does not exist"):
        read_bundle(tmp_path / "absent")
    with pytest.raises(BundleError):
        read_bundle(tmp_path / ("x" * 5000))


def test_an_unknown_job_has_no_log(maker: BundleMaker, tmp_path: Path) -> None:
    found = read_bundle(maker.folder(tmp_path)).logs.log(Job(id=1))
    assert getattr(found, "state", None) is LogState.NOT_COLLECTED


def test_the_list_of_missing_parts_is_bounded(maker: BundleMaker, tmp_path: Path) -> None:
    maker.header(missing=[{"what": f"thing {number}", "why": "x" * 5000} for number in range(1500)])
    missing = read_bundle(maker.folder(tmp_path)).facts.missing
    assert len(missing) == 1001
    assert missing[-1] == Missing(what="more", why="500 further parts are missing and not listed")
    assert all(len(entry.why) <= 500 for entry in missing)
