"""Holds findings that somebody else wrote down to what the pull request really has."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.deliver.problems import DeliverError
from auditor.deliver.pulls import Pull
from auditor.model.check_report import CheckReport, tally_of
from auditor.model.facts import WorkflowFile
from auditor.model.finding import Finding
from auditor.report.words import plural
from auditor.workflows.yaml_tree import split_lines


def held_to(
    report: CheckReport, pull: Pull, repository: str, files: Sequence[WorkflowFile], ids: Sequence[str]
) -> CheckReport:
    """The report as far as it can be true: findings of known checks, in files and lines that the pull request's head has.

    What it is about is what GitHub says, whatever the file claims; what was left out is told in a note. Other tools name their
    checks themselves. Raises `DeliverError` for a report of all findings instead of the new ones.
    """
    if report.base is None:
        raise DeliverError("the report has all findings, not only new ones: write it with `relaudit check --base REF`")
    length = {file.path: len(split_lines(file.text)) for file in files}
    kept = tuple(finding for finding in report.findings if _possible(finding, length, ids))
    left_out = len(report.findings) - len(kept)
    note = f"{plural(left_out, 'finding')} of the report: of no known check, or at no line of the pull request's files"
    return report.model_copy(
        update={
            "repository": repository,
            "ref": None,
            "commit": pull.head,
            "base": pull.base_name,
            "findings": kept,
            "tally": tally_of(kept),
            "fixed": (),
            "not_fixed": (),
            "notes": (*report.notes[:20], *((note,) if left_out else ())),
        }
    )


def _possible(finding: Finding, length: dict[str, int], ids: Sequence[str]) -> bool:
    known = finding.check in ids if finding.tool == "relaudit" else finding.tool in ("zizmor", "actionlint")
    places = (finding.place, *finding.related)
    return known and all(1 <= place.line <= length.get(place.path, 0) for place in places)
