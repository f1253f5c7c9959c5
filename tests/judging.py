"""Judges one invented log by a small rulebook of the test's own."""

from __future__ import annotations

from auditor.diagnose.judgement import LogJudgement
from auditor.diagnose.log_judgement import judge_log
from auditor.diagnose.step_reading import steps_of
from auditor.logs.segments import segments
from auditor.model.facts import Job
from auditor.rulebook.book import Rulebook
from auditor.rulebook.load import RulesFile
from auditor.rulebook.reading import read_log
from auditor.rulebook.recognise import Recogniser
from auditor.rulebook.scan import Scanner
from tests.logtext import JobLog


def judge(book: Rulebook, log: JobLog, conclusion: str | None, **more: object) -> LogJudgement:
    """Judge a log; without a conclusion there is no job object either."""
    source = log.source()
    job: Job | None = log.job(conclusion) if conclusion else None
    with source.open() as stream:
        (reading,) = read_log(Scanner(book), segments(stream))
    return judge_log(reading, steps_of(reading, job, Recogniser(book)), job, **more)  # type: ignore[arg-type]


def text_of(judged: LogJudgement) -> str | None:
    """The line that is shown as the cause."""
    return judged.hit.text if judged.hit else judged.line.text if judged.line else None


def book_of(*failures: dict[str, str], platform: str = "common") -> Rulebook:
    """A rulebook of one file with these failure rules; each needs `id`, `classification` and `match` at least."""
    lines = [f"platform: {platform}", f"title: {platform}", "failures:"]
    for given in failures:
        rule = {"fix": "{summary: Mend it.}", "docs": "'none: invented'", **given}
        rule.setdefault("examples", f"{{match: [{rule['match']}]}}")
        rule["id"] = f"{platform}/{rule['id']}"
        lines += [f"  {'- ' if index == 0 else '  '}{key}: {value}" for index, (key, value) in enumerate(rule.items())]
    return Rulebook.of([RulesFile(f"{platform}.yml", "\n".join(lines) + "\n")])
