"""One finding for what is said several times over in one job or step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from auditor.model.finding import Finding

_MOST_PLACES = 20


def folded(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Fold neighbours with the same words, job and kind of remedy into one: the first, with the others as `related`.

    The edits of all of them go in together. A finding whose remedy has none is not mixed with one that has.
    """
    ordered = sorted(findings, key=_key)
    for _, group in groupby(ordered, key=_key):
        several = sorted(group, key=lambda each: each.place.line)
        first = several[0]
        if len(several) == 1:
            yield first
            continue
        edits = tuple(edit for each in several for edit in (each.remedy.edits if each.remedy is not None else ()))
        yield first.model_copy(
            update={
                "message": f"{first.message} ({len(several)} times)",
                "step": first.step if len({each.step for each in several}) == 1 else None,
                "related": tuple(
                    each.place.model_copy(update={"what": "again"}) for each in several[1 : _MOST_PLACES + 1]
                ),
                "remedy": first.remedy.model_copy(update={"edits": edits}) if first.remedy is not None else None,
            }
        )


def _key(finding: Finding) -> tuple[str, str, str, bool]:
    return (
        finding.place.path,
        finding.job or "",
        finding.message,
        finding.remedy is not None and bool(finding.remedy.edits),
    )
