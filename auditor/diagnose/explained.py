"""Which findings in the workflow files explain what happened: most failed releases were readable before they ran."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from auditor.checks.knowledge import data
from auditor.checks.running import findings
from auditor.checks.subject import subject_of
from auditor.diagnose.execution import Execution
from auditor.model.facts import ReleaseFacts
from auditor.model.finding import Finding
from auditor.rulebook.book import Rulebook

MOST_OF_A_JOB = 5


def explains() -> dict[str, frozenset[str]]:
    """What each check explains, by its id: `auditor/checks/data/explains.yml`."""
    return {check: frozenset(words) for check, words in data("explains").items()}


def explaining(facts: ReleaseFacts, executions: Sequence[Execution], book: Rulebook) -> dict[str, tuple[Finding, ...]]:
    """Return, by job key, the findings that explain a failure, a skip or a repetition; at most `MOST_OF_A_JOB` each.

    Only the checks that could explain something are run, and none when all went well.
    """
    known = explains()
    happened = {e.key: _words(e) for e in executions}
    wanted = [check for check, words in known.items() if any(words & told for told in happened.values())]
    if not wanted:
        return {}
    subject = subject_of(facts.workflows, book, facts.repository.full_name)
    found = findings(subject, only=wanted)
    told = {e.key: tuple(_of(e, happened[e.key], found, known))[:MOST_OF_A_JOB] for e in executions}
    return {key: each for key, each in told.items() if each}


def _words(e: Execution) -> frozenset[str]:
    words = set()
    if e.classification.failed:
        words.add(e.classification.value)
    if e.cascade is not None:
        words.add(f"cascade:{e.cascade.how.value}")
    if e.skip is not None:
        words.add(f"skip:{e.skip.reason.value}")
    if e.judged.hidden:
        words.add("hidden")
    if e.harmless:
        words.add("repeated")
    return frozenset(words)


def _of(
    e: Execution, words: frozenset[str], found: Iterable[Finding], known: Mapping[str, frozenset[str]]
) -> Iterable[Finding]:
    if e.workflow is None or e.workflow_job is None:
        return
    job = e.workflow_job
    for finding in found:
        if not (known.get(finding.check, frozenset()) & words):
            continue
        places = (finding.place, *finding.related)
        inside = any(p.path == e.workflow.path and job.line <= p.line <= job.end_line for p in places)
        about_file = finding.job is None and finding.place.path == e.workflow.path
        if inside or (about_file and (not finding.platforms or set(finding.platforms) & set(e.platforms))):
            yield finding
