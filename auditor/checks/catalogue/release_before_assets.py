"""A release is public before all of its assets are there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.publishing import RELEASES, Publication, creates_release, publications
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Workflow
from auditor.workflows.graph import ancestors

_DRAFT = re.compile(r"(?im)^\s*draft:\s*(?:true|\$\{\{)|--draft\b(?!=false)|\brelease\s+create\b[^\n]*\s-p?dp?(?=\s|$)")
_UPLOADS = re.compile(
    r"\bgh\s+(?:-R\s+\S+\s+)?release\s+upload\b|upload-release-asset|upload-release-action|upload-rust-binary-action|action-gh-release"
)
_PUBLISHES_DRAFT = re.compile(r"\bgh\s[^\n]{0,100}\brelease\s+edit\b[^\n]*--draft[= ]false\b")
_WHOLE = ("goreleaser/goreleaser-action",)


def _find(subject: Subject) -> Iterator[Finding]:
    for _, workflow in sorted(subject.workflows.items()):
        several = [each for each in publications(subject, workflow) if each.platform == RELEASES]
        for one in several:
            after = _after_it_is_public(workflow, one, several)
            if after is not None:
                where = "in a later step" if after.job.id == one.job.id else f"by `{after.job.id}`"
                yield _finding(one, after, f"what is uploaded {where} is added when it is public already")
                break
            if not creates_release(one) or _DRAFT.search(one.text) or one.action in _WHOLE:
                continue
            later = _later(workflow, one, several)
            legs = one.job.matrix.combos if one.job.matrix is not None else ()
            if later is not None:
                yield _finding(one, later, f"`{later.job.id}` adds to it when it is public already")
                break
            if one.job.matrix is not None and (legs is None or len(legs) > 1):
                yield _finding(one, one, "the first leg of the matrix makes it public, and the others add to it")
                break


def _after_it_is_public(workflow: Workflow, one: Publication, several: list[Publication]) -> Publication | None:
    """The upload that follows on the command that makes a draft public."""
    if not _PUBLISHES_DRAFT.search(one.text):
        return None
    for each in several:
        later = each.line > one.line if each.job.id == one.job.id else one.job.id in ancestors(workflow, each.job.id)
        if later and re.search(r"\brelease\s+upload\b", each.text):
            return each
    return None


def _later(workflow: Workflow, one: Publication, several: list[Publication]) -> Publication | None:
    """The upload of a job that waits for the one that made the release."""
    for each in several:
        if each.job.id != one.job.id and _UPLOADS.search(each.text) and one.job.id in ancestors(workflow, each.job.id):
            return each
    return None


def _finding(one: Publication, later: Publication, why: str) -> Finding:
    return Finding(
        check=CHECK.id,
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        message=(
            f"`{one.job.id}` publishes the release before its assets are complete: {why}, "
            "so who is quick finds files missing"
        ),
        place=one.place(),
        related=(later.place("what comes later"),) if later is not one else (),
        job=one.job.id,
        step=one.step.number if one.step is not None else None,
        platforms=(one.platform,),
        remedy=Remedy(
            summary="Make the release as a draft, add everything, and publish it in a last job.",
            snippet='gh release edit "$GITHUB_REF_NAME" --draft=false\n',
        ),
    )


CHECK = Check(
    id="release-before-assets",
    title="A release is public before its assets are complete",
    severity=Severity.WARNING,
    find=_find,
)
