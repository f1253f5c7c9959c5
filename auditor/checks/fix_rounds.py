"""Fixes in rounds: apply what does not collide, look again, until nothing is left that can be applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from auditor.checks.fixing import Refused, fixed
from auditor.model.facts import WorkflowFile
from auditor.model.finding import Finding

MOST_ROUNDS = 25

Look = Callable[[Sequence[WorkflowFile]], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class FixOutcome:
    """The texts that changed, by path, before and after; what was applied; what was not, with the reason."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    applied: tuple[Finding, ...]
    refused: tuple[Refused, ...]


def fix_in_rounds(files: Sequence[WorkflowFile], look: Look, *, unsafe: bool = False) -> FixOutcome:
    """Apply the edits of what `look` finds in files, and again of what it finds then.

    A finding that comes back after its edits were applied is not tried again, and is told as such.
    """
    texts = {file.path: file.text for file in files}
    first = dict(texts)
    applied: list[Finding] = []
    refused: dict[str, Refused] = {}
    tried: set[str] = set()
    for _ in range(MOST_ROUNDS):
        found = tuple(look([WorkflowFile(path=path, text=text) for path, text in texts.items()]))
        here = {finding.fingerprint for finding in found}
        for finding in list(applied):
            if finding.fingerprint in here and finding.fingerprint not in refused:
                refused[finding.fingerprint] = Refused(finding, "its fix was applied and did not settle it")
        result = fixed(texts, [each for each in found if each.fingerprint not in tried], unsafe=unsafe)
        tried |= {finding.fingerprint for finding in result.applied}
        refused |= {each.finding.fingerprint: each for each in result.refused if not each.later}
        if not result.texts:
            refused |= {each.finding.fingerprint: each for each in result.refused if each.later}
            break
        applied += result.applied
        texts |= result.texts
    changed = {path: text for path, text in texts.items() if text != first[path]}
    unsettled = {each.finding.fingerprint for each in refused.values()}
    return FixOutcome(
        {path: first[path] for path in changed},
        changed,
        tuple(finding for finding in applied if finding.fingerprint not in unsettled),
        tuple(refused.values()),
    )
