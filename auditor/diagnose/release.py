"""Audits a release: reads like the list of what it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from auditor import __version__
from auditor.collect.collected import Collected
from auditor.diagnose.cascades import mark_cascades
from auditor.diagnose.causes import problem_groups, root_causes
from auditor.diagnose.contradictions import contradictions
from auditor.diagnose.drift import drift
from auditor.diagnose.evidence import Quoting
from auditor.diagnose.execution import Execution
from auditor.diagnose.executions import ExecutionReader
from auditor.diagnose.explain import named_in_log, packages
from auditor.diagnose.explained import explaining
from auditor.diagnose.fixes import fix_for
from auditor.diagnose.gate import cleaned
from auditor.diagnose.hubs import hub_map
from auditor.diagnose.judged import Ask, JudgedRelease
from auditor.diagnose.notes import notes_of
from auditor.diagnose.outcomes import RELEASE_PLATFORM, Standing, explain_repeats, outcome, standings, tally
from auditor.diagnose.patterns import good_patterns
from auditor.diagnose.plan import plan_of
from auditor.diagnose.skips import explain_skips
from auditor.diagnose.statements import judged_job, next_action, run_summaries
from auditor.diagnose.stitch import stitch
from auditor.diagnose.verdicts import settled, weigh
from auditor.model.audit import Audit, HubMap, JobAttempt, RootCause
from auditor.model.evidence import Evidence, Fix
from auditor.model.facts import Missing, ReleaseFacts
from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import JobKind, SkipReason
from auditor.model.workflow import Workflow
from auditor.rulebook.book import Rulebook
from auditor.workflows.analysis import WorkflowAnalysis
from auditor.workflows.errors import WorkflowError
from auditor.workflows.parse import parse_workflow


def audit(collected: Collected, book: Rulebook, ask: Ask | None = None) -> Audit:
    """Judge everything that is known about the release of one tag.

    `ask` looks up what the registries have; without it the audit rests on the jobs alone. Does no I/O of its own but for
    reading the logs through `collected.logs`. Facts that are missing or broken give a partial audit that says so in
    `missing`.
    """
    judged = judge(collected, book)
    return state(judged, ask(judged) if ask is not None else ())


def judge(collected: Collected, book: Rulebook) -> JudgedRelease:
    """Judge every job by its log, its workflow and the others: all that can be known without asking a registry."""
    facts = collected.facts
    workflows, broken = _workflows(facts)
    analysis = WorkflowAnalysis()
    reader = ExecutionReader(book, workflows, collected)
    current, earlier = stitch(reader.read(facts.attempts))
    current = explain_skips(current, facts, workflows, book, analysis)
    current = explain_repeats(current, earlier)
    hub = hub_map(current, facts.repository.full_name)
    current = mark_cascades(current, hub)
    told = [gap for gap in facts.missing if gap.what not in reader.named]
    return JudgedRelease(
        facts=facts,
        book=book,
        current=current,
        earlier=earlier,
        hub=hub,
        workflows=workflows,
        analysis=analysis,
        standings=standings(current, earlier, hub.hubs, book),
        missing=(*told, *broken, *reader.missing),
    )


def state(judged: JudgedRelease, answers: Sequence[LiveAnswer] = ()) -> Audit:
    """Weigh the registries' answers against what the jobs claim, and state the audit."""
    return cleaned(_state(judged, answers))


def _workflows(facts: ReleaseFacts) -> tuple[dict[str, Workflow], list[Missing]]:
    parsed: dict[str, Workflow] = {}
    broken: list[Missing] = []
    for file in facts.workflows:
        try:
            parsed[file.path] = parse_workflow(file)
        except WorkflowError as error:
            broken.append(Missing(what=f"workflow file {file.path}", why=str(error)))
    return parsed, broken


def _state(judged: JudgedRelease, answers: Sequence[LiveAnswer]) -> Audit:
    """Put what was found into the audit's words."""
    facts, book, hub, earlier = judged.facts, judged.book, judged.hub, judged.earlier
    quoting = Quoting(facts)
    standing, targets = weigh(judged.standings, answers, book, judged.began)
    current = settled(judged.current, standing)
    evidence = {e.key: found for e in current if (found := quoting.of(e)) is not None}
    fixes = {e.key: fix for e in current if (fix := _fix(e, facts)) is not None}
    kinds = {e.key: _kind(e, hub) for e in current}
    titles = {name: rules.title for name, rules in book.platforms.items()}
    groups = problem_groups(current, standing)
    counts = tally(standing, current, kinds, len(groups))
    told = contradictions(standing, targets, book)
    causes = root_causes(groups, current, standing, counts.shipped, evidence, fixes, told)
    blocks = _blocks(causes)
    readable = explaining(facts, current, book)
    return Audit(
        tool_version=__version__,
        repository=facts.repository.full_name,
        repository_url=facts.repository.html_url,
        tag=facts.tag,
        commit=facts.commit,
        collected_at=facts.collected_at,
        runs=run_summaries(facts),
        jobs=tuple(
            judged_job(
                e,
                kinds[e.key],
                evidence.get(e.key),
                fixes.get(e.key),
                blocks.get(e.key, ()),
                readable.get(e.key, ()),
                quoting,
            )
            for e in current
        ),
        earlier=tuple(_earlier(e, quoting) for e in earlier),
        platforms=tuple(
            outcome(
                s, titles.get(s.platform, s.platform), next_action(s, fixes, causes), _cause(s, evidence), _packages(s)
            )
            for s in standing
        ),
        targets=tuple(targets),
        drift=drift(answers, book, facts.tag, facts.tags) if answers else None,
        tally=counts,
        root_causes=tuple(causes),
        plan=tuple(plan_of(causes, current, standing, hub, titles, counts.shipped)),
        hub=hub,
        good_patterns=tuple(good_patterns(current, judged.workflows, book, judged.analysis)),
        notes=tuple(notes_of(facts, current, earlier, standing)),
        missing=judged.missing,
    )


def _kind(execution: Execution, hub: HubMap) -> JobKind:
    if execution.key in hub.hubs:
        return JobKind.HUB
    return JobKind.PUBLISH if execution.platforms else JobKind.HELPER


def _fix(execution: Execution, facts: ReleaseFacts) -> Fix | None:
    hit = execution.judged.hit
    if hit is None or not (execution.classification.failed):
        return None
    platform = next((p for p in execution.platforms if p != RELEASE_PLATFORM), None)
    known = {
        "platform": platform,
        "job": execution.job.name,
        "step": execution.judged.step.name if execution.judged.step else None,
        "workflow": execution.run.path,
        "run_id": str(execution.run.id),
        "tag": facts.tag,
        "version": facts.tag.removeprefix("v"),
        "repository": facts.repository.full_name,
    }
    return fix_for(hit.rule, {**known, **named_in_log(execution.judged)}, hit.captures)


def _blocks(causes: Sequence[RootCause]) -> dict[str, tuple[str, ...]]:
    return {key: cause.blocked_jobs for cause in causes for key in cause.jobs}


def _cause(standing: Standing, evidence: Mapping[str, Evidence]) -> str | None:
    decisive = standing.decisive
    if decisive.cascade is not None:
        root = decisive.cascade.root_job.split("/", 1)[1]
        return f"held up by `{root}` ({decisive.cascade.how.value})"
    if decisive.skip is not None:
        if decisive.skip.reason is SkipReason.DISABLED and decisive.skip.expression:
            return f"switched off by `if: {decisive.skip.expression}`"
        return decisive.skip.explanation
    if decisive.harmless is not None:
        return decisive.harmless
    if not standing.classification.failed:
        return None
    found = evidence.get(decisive.key)
    return f"`{found.text.strip()[:160].replace('`', chr(39))}`" if found is not None else decisive.judged.reasons[-1]


def _packages(standing: Standing) -> tuple[str, ...]:
    judged = standing.decisive.judged
    proved = {p: hit for p, hit in judged.proved.items() if p == standing.platform}
    return packages(replace(judged, proved=proved))


def _earlier(execution: Execution, quoting: Quoting) -> JobAttempt:
    return JobAttempt(
        key=execution.key,
        attempt=execution.attempt,
        classification=execution.classification,
        cause=quoting.of(execution),
        url=execution.job.html_url,
    )
