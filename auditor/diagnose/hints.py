"""Names a failure whose lines no rule knows: by the words of its most telling lines, or by what the failed step ran."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from auditor.diagnose.choice import failure
from auditor.diagnose.judgement import LogJudgement
from auditor.diagnose.step_reading import StepReading
from auditor.diagnose.telling import telling_and_last_lines
from auditor.logs.quote import PlainLine
from auditor.logs.source import LogSource
from auditor.model.vocabulary import Classification, Confidence
from auditor.rulebook.book import Rule
from auditor.rulebook.hints import asks_what_ran, fits
from auditor.rulebook.reading import Hit

_MARK = "##[error]"


def hinted(judged: LogJudgement, source: LogSource, hints: Sequence[Rule]) -> LogJudgement:
    """Give an unknown failure the name that the first fitting hint has for it; everything else stays as it is judged.

    Raises `OSError` when the log cannot be read again.
    """
    step = judged.step
    if judged.classification is not Classification.UNKNOWN_FAILURE or step is None or not step.first:
        return judged
    lines = telling_and_last_lines(source, *step.output)
    for hint, line, match in _fitting(hints, step, lines):
        captures = {name: value for name, value in match.groupdict().items() if value is not None}
        text = line.text.removeprefix(_MARK)
        hit = Hit(hint, line.number, text, captures, line.text.startswith(_MARK), words=match.group())
        rule = failure(hit)
        assert rule is not None  # noqa: S101 - hints are failure rules
        how = "what the step ran suggests it" if asks_what_ran(hint) else "the words of a telling line suggest it"
        return replace(
            judged,
            classification=rule.classification,
            confidence=Confidence.LOW,
            reasons=(*judged.reasons, f"rule {hint.id}: {how}"),
            hit=hit,
            line=None,
        )
    return judged


def _fitting(
    hints: Sequence[Rule], step: StepReading, lines: Sequence[PlainLine]
) -> Iterator[tuple[Rule, PlainLine, re.Match[str]]]:
    ran = _ran(step)
    for hint in hints:
        if not asks_what_ran(hint):
            for line in lines:
                if match := fits(hint, line.text.removeprefix(_MARK)):
                    yield hint, line, match
        elif lines and not step.published and (match := fits(hint, ran)):
            yield hint, lines[0], match


def _ran(step: StepReading) -> str:
    """The step's name, its commands and its actions, a line each."""
    parts = [step.name, *(each for section in step.sections for each in (section.script, section.uses or ""))]
    return "\n".join(part for part in parts if part)
