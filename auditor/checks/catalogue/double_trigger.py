"""A workflow that publishes is started twice by one release: by the tag and by its release."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.edits import place
from auditor.checks.publishing import Publication, creates_release, publications_by_job, title
from auditor.checks.scenarios import Scenario, runs_in, starts
from auditor.checks.subject import Subject
from auditor.model.finding import Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity
from auditor.model.workflow import Trigger, Workflow

_ONE_RELEASE = ("created", "published", "released")


def _find(subject: Subject) -> Iterator[Finding]:
    by_job = publications_by_job(subject)
    for path, workflow in sorted(subject.workflows.items()):
        release = workflow.trigger("release")
        if release is None:
            continue
        found = [each for (where, _), several in by_job.items() if where == path for each in several]
        events = _events(subject, workflow, found)
        twice = [each for each in found if len(events[_key(each)]) > 1]
        if twice:
            yield _finding(subject, workflow, release, twice, found, events[_key(twice[0])])


def _events(subject: Subject, workflow: Workflow, found: list[Publication]) -> dict[tuple[str, int], tuple[str, ...]]:
    """Return, by publication, the events of one release that let it run; only of those one and the same tag gives."""
    samples = [each for each in starts(subject, workflow) if each.tag is not None]
    by_key: dict[tuple[str, int], tuple[str, ...]] = {}
    for each in found:
        most: tuple[str, ...] = ()
        by_tag: dict[str, dict[str, None]] = {}
        for scenario in runs_in(each.workflow, each.job, samples, each.step):
            by_tag.setdefault(scenario.tag or "", {})[_event(scenario)] = None
        for events in by_tag.values():
            if len(events) > len(most):
                most = tuple(events)
        by_key[_key(each)] = most
    return by_key


def _event(scenario: Scenario) -> str:
    return f"release: {scenario.action}" if scenario.event == "release" else scenario.event


def _key(each: Publication) -> tuple[str, int]:
    return each.job.id, each.line


def _finding(
    subject: Subject,
    workflow: Workflow,
    release: Trigger,
    twice: list[Publication],
    found: list[Publication],
    events: tuple[str, ...],
) -> Finding:
    platforms = tuple(dict.fromkeys(each.platform for each in twice))
    jobs = tuple(dict.fromkeys(each.job.id for each in twice))
    names = ", ".join(title(subject, each) for each in platforms)
    # A release made with GITHUB_TOKEN starts nothing, so the second run only comes when a person makes the release.
    own_release = any(creates_release(each) for each in found)
    immutable = any(subject.book.platforms[each].registry.immutable for each in platforms)
    pushed = workflow.trigger("push")
    related = [each.place(f"`{each.job.id}` publishes") for each in twice[:5]]
    if pushed is not None:
        related.insert(0, place(workflow, pushed.line, "push", "the push of the tag starts it too"))
    told = " and ".join(f"`{each.replace('push', 'push of the tag')}`" for each in events[:3])
    return Finding(
        check=CHECK.id,
        severity=Severity.WARNING if own_release or not immutable else Severity.ERROR,
        confidence=Confidence.MEDIUM if own_release else Confidence.HIGH,
        message=(
            f"publishing a release starts this workflow by {told}, so {', '.join(f'`{job}`' for job in jobs[:6])} "
            f"publish{'es' if len(jobs) == 1 else ''} to {names} more than once"
        ),
        place=place(workflow, release.line, "release"),
        related=tuple(related),
        job=jobs[0] if len(jobs) == 1 else None,
        platforms=platforms,
        remedy=Remedy(
            summary="Keep one trigger: the push of the tag, or `release` with `types: [published]` alone.",
            snippet="on:\n  push:\n    tags: ['v*']\n",
        ),
    )


CHECK = Check(
    id="double-trigger",
    title="One release starts the workflow more than once",
    severity=Severity.ERROR,
    find=_find,
)
