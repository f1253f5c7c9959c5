"""What a job says several times over becomes one finding, and nothing else does."""

from __future__ import annotations

from auditor.checks.folding import folded
from auditor.model.finding import Edit, Finding, Place, Remedy
from auditor.model.vocabulary import Confidence, Severity


def finding(line: int, message: str = "old", job: str = "a", step: int = 1, *, fixable: bool = True) -> Finding:
    edit = Edit(path="w.yml", line=line, column=1, end_line=line, end_column=2, text="x")
    return Finding(
        check="deprecated-action",
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        message=message,
        place=Place(path="w.yml", line=line),
        job=job,
        step=step,
        remedy=Remedy(summary="Use the new one.", edits=(edit,) if fixable else ()),
    )


def test_the_same_words_in_one_job_are_one_finding_with_all_edits_and_places() -> None:
    (found,) = folded([finding(9, step=3), finding(4, step=1), finding(7, step=1)])
    assert found.place.line == 4
    assert found.message == "old (3 times)"
    assert [each.line for each in found.related] == [7, 9]
    assert found.remedy is not None
    assert [each.line for each in found.remedy.edits] == [4, 7, 9]
    assert found.step is None


def test_other_words_other_jobs_and_other_remedies_stay_apart() -> None:
    said = [finding(1), finding(2, "older"), finding(3, job="b"), finding(4, fixable=False)]
    assert sorted(each.place.line for each in folded(said)) == [1, 2, 3, 4]


def test_nothing_folds_into_nothing() -> None:
    assert list(folded([])) == []
