"""Explains single logs, without a release around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from auditor.diagnose.choice import failure
from auditor.diagnose.fixes import fix_for
from auditor.diagnose.gate import cleaned
from auditor.diagnose.hints import hinted
from auditor.diagnose.judgement import LogJudgement
from auditor.diagnose.log_judgement import judge_log
from auditor.diagnose.signature import signature
from auditor.diagnose.step_reading import steps_of
from auditor.diagnose.telling import best_line
from auditor.logs.archive import ArchivedJob, RunLogs
from auditor.logs.quote import excerpt
from auditor.logs.redact import safe_line, safe_line_with
from auditor.logs.segments import Segment, segments
from auditor.logs.source import LogSource
from auditor.model.evidence import Fix
from auditor.model.explanation import CauseLine, Contributing, Explanation, JobExplanation
from auditor.model.facts import Job
from auditor.model.vocabulary import Classification, Confidence
from auditor.rulebook.book import Rulebook
from auditor.rulebook.publish_steps import platforms_by_name
from auditor.rulebook.reading import Hit, JobReading, read_log


class Explainer:
    """The rulebook made ready; explains any number of logs."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self._scanner = book.scanner
        self._recogniser = book.recogniser

    def expect(self, size: int) -> None:
        """Get ready for `size` bytes of logs: for many, a faster engine is worth its set-up."""
        self._scanner.expect(size)

    def explain(self, source: LogSource, file: str, job: Job | None = None) -> Explanation:
        """Judge one log. A log of several jobs gives the decisive one, the others under `jobs`.

        Raises `OSError` when the log cannot be read.
        """
        with source.open() as stream:
            readings = read_log(self._scanner, segments(stream))
        if not readings:
            readings = [JobReading(None)]
        answers = [self._job(source, reading, job if len(readings) == 1 else None) for reading in readings]
        return decide(file, answers)

    def explain_archive(self, logs: RunLogs, file: str) -> Explanation:
        """Judge the zip of a run's logs, job by job. Raises `OSError` when a log in it cannot be read."""
        return decide_archive(file, [self.explain_archived(archived) for archived in logs.jobs])

    def explain_archived(self, archived: ArchivedJob) -> JobExplanation | None:
        """Judge one job of a zip; None when the zip has no log of it. Raises `OSError` when it cannot be read."""
        source = archived.text
        if source is None:
            return None
        readings = read_log(self._scanner, _segments(archived, source))
        reading = readings[0] if readings else JobReading(None)
        reading.name = archived.name
        return self._job(source, reading, None)

    def _job(self, source: LogSource, reading: JobReading, job: Job | None) -> JobExplanation:
        name = job.name if job is not None else reading.name
        if not reading.lines:
            return JobExplanation(
                job=_shown(name),
                status="unknown",
                classification=Classification.NOT_RUN,
                confidence=Confidence.LOW,
                reasons=("the log is empty",),
            )
        steps = steps_of(reading, job, self._recogniser)
        judged = judge_log(reading, steps, job, named=platforms_by_name(name or "", self._recogniser))
        judged = hinted(judged, source, self.book.hints)
        cause = _cause(source, judged)
        return JobExplanation(
            job=_shown(name),
            platform=judged.platforms[0] if judged.platforms else None,
            platforms=judged.platforms,
            status=_status(judged, job),
            classification=judged.classification,
            confidence=judged.confidence,
            reasons=tuple(safe_line(reason) for reason in judged.reasons),
            rule=judged.hit.rule.id if judged.hit else None,
            cause=cause,
            fix=_fix(judged, job, name),
            contributing=tuple(_contributing(hit) for hit in judged.contributing),
            packages=packages(judged),
            skip=judged.skip,
            hidden=judged.hidden,
            signature=signature(cause.text) if cause is not None and judged.classification.failed else None,
        )


def _segments(archived: ArchivedJob, source: LogSource) -> Iterator[Segment]:
    """The job's log; where the zip has a file for each step, its segments carry the steps' names."""
    if not archived.steps:
        with source.open() as stream:
            yield from segments(stream)
        return
    number = 1
    for step in archived.steps:
        with step.log.open() as stream:
            for segment in segments(stream):
                yield replace(segment, first=number, step=step.name)
                number += segment.lines


def decide_archive(file: str, answers: Sequence[JobExplanation | None]) -> Explanation:
    """Make a zip's answer of its jobs' answers. Raises `OSError` when there are none."""
    known = [answer for answer in answers if answer is not None]
    if not known:
        raise OSError(f"{file}: the zip holds no job's log")
    return decide(file, known)


def decide(file: str, answers: Sequence[JobExplanation]) -> Explanation:
    """Make one file's answer of its jobs' answers: failures first, the best known and most specific of them."""
    best = max(range(len(answers)), key=lambda index: (_weight(answers[index]), -index))
    others = tuple(answer for index, answer in enumerate(answers) if index != best)
    return cleaned(Explanation(file=file, jobs=others, **dict(answers[best])))


def packages(judged: LogJudgement) -> tuple[str, ...]:
    """`name@version` of what the success lines say was published."""
    found = []
    for hit in judged.proved.values():
        name, version = hit.captures.get("package"), hit.captures.get("version")
        if name:
            found.append(safe_line(f"{name}@{version}" if version else name, 200))
    return tuple(dict.fromkeys(found))


def named_in_log(judged: LogJudgement) -> dict[str, str]:
    """Package and version that other lines of the same platform name, for a cause line that does not."""
    if judged.hit is None:
        return {}
    known: dict[str, str] = {}
    for hit in (hit for step in judged.steps for hit in step.hits if hit.rule.platform == judged.hit.rule.platform):
        known |= {name: value for name, value in hit.captures.items() if name in ("package", "version")}
    return known


_CONFIDENCE = {Confidence.LOW: 0, Confidence.MEDIUM: 1, Confidence.HIGH: 2}


def _weight(answer: JobExplanation) -> tuple[int, ...]:
    """How much a job's answer says about the whole log: open failures first, then known, sure, and publishing ones."""
    failed = answer.classification.failed
    known = answer.classification not in (Classification.UNKNOWN_FAILURE, Classification.CANCELLED)
    sure = _CONFIDENCE[answer.confidence]
    return (int(failed), int(not answer.hidden), int(known), sure, int(bool(answer.platform)), int(bool(answer.rule)))


def _status(judged: LogJudgement, job: Job | None) -> str:
    if job is not None and job.conclusion:
        return safe_line(job.conclusion, 40)
    if judged.classification is Classification.CANCELLED:
        return "cancelled"
    return "failure" if judged.classification.failed and not judged.hidden else "success"


def _cause(source: LogSource, judged: LogJudgement) -> CauseLine | None:
    number, text, words = None, "", ""
    if judged.hit is not None:
        number, text = judged.hit.number, ("##[error]" if judged.hit.marked else "") + judged.hit.text
        words = judged.hit.words
    elif judged.classification is Classification.UNKNOWN_FAILURE and judged.step is not None and judged.step.first:
        telling = best_line(source, *judged.step.output)
        if telling is not None:
            number, text = telling.number, telling.text
    if number is None and judged.line is not None:
        number, text = judged.line.number, f"##[error]{judged.line.text}"
    if number is None:
        return None
    step = judged.step
    first, last = (step.first, step.last) if step is not None and step.first else (number, number)
    return CauseLine(
        line=number,
        text=safe_line_with(words, text),
        step=_shown(step.name) if step is not None else None,
        step_line=number - first + 1,
        excerpt=excerpt(source, number, first, max(last, number)),
    )


def _fix(judged: LogJudgement, job: Job | None, name: str | None) -> Fix | None:
    if judged.hit is None or not judged.classification.failed:
        return None
    tag = job.head_branch if job is not None else None
    facts = {
        "platform": judged.platforms[0] if judged.platforms else None,
        "job": name,
        "step": judged.step.name if judged.step else None,
        "run_id": str(job.run_id) if job is not None and job.run_id else None,
        "tag": tag,
        "version": tag.removeprefix("v") if tag else None,
    }
    return fix_for(judged.hit.rule, {**facts, **named_in_log(judged)}, judged.hit.captures)


def _contributing(hit: Hit) -> Contributing:
    rule = failure(hit)
    assert rule is not None  # noqa: S101 - only failure hits contribute
    return Contributing(
        rule=hit.rule.id, classification=rule.classification, role=rule.role, line=hit.number, text=safe_line(hit.text)
    )


def _shown(name: str | None) -> str | None:
    return safe_line(name, 200) if name else None


def unreadable(file: str, why: str) -> Explanation:
    """The answer for a file that cannot be read."""
    return Explanation(
        file=file,
        status="unknown",
        classification=Classification.UNKNOWN_FAILURE,
        confidence=Confidence.LOW,
        reasons=("the file cannot be read",),
        error=safe_line(why),
    )
