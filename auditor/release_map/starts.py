"""Which workflows a tag starts: at once, one after the other, and only when something else happens too.

https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.checks.subject import Subject
from auditor.checks.tokens import given_token
from auditor.model.release_map import Start
from auditor.model.workflow import Trigger, Workflow, WorkflowJob, WorkflowStep
from auditor.release_map.conditions import contexts, jobs_run
from auditor.release_map.dispatches import Dispatch, dispatches
from auditor.workflows.graph import called_path
from auditor.workflows.ref_filter import branch_filter_takes, push_starts

MOST_STARTS = 5_000
DEEPEST_FOLLOWING = 3
"""Workflows that may follow one another by `workflow_run`; GitHub's own limit."""
RELEASES = "github-releases"
_TOKEN_INPUTS = ("token", "github_token", "github-token", "repo-token", "repo_token", "access-token")
_TOKEN_VARIABLES = ("GITHUB_TOKEN", "GH_TOKEN")
_PUBLISHING = frozenset({"published", "created", "released", "prereleased"})


@dataclass(frozen=True, slots=True)
class Started:
    """One start of one workflow: the event its conditions see, and how many `workflow_run` lie behind it."""

    workflow: Workflow
    event: str
    start: Start
    depth: int = 0


def starts(subject: Subject, tag: str) -> tuple[Started, ...]:
    """Return every way in which the tag starts a workflow, in the order in which they follow from one another."""
    spread = _Spread(subject, tag)
    spread.take(_at_once(subject, tag))
    if not spread.released:
        spread.take(_by_release(subject, None))
    return tuple(spread.found)


class _Spread:
    """Follows starts to what they start, each start once."""

    def __init__(self, subject: Subject, tag: str) -> None:
        self.found: list[Started] = []
        self.released = False
        self._subject = subject
        self._tag = tag
        self._seen: set[tuple[str, str, str | None, int | None]] = set()

    def take(self, begin: Iterable[Started]) -> None:
        queue = list(begin)
        for current in queue:
            key = (current.workflow.path, current.event, current.start.by, current.start.by_line)
            if key in self._seen or len(self.found) >= MOST_STARTS:
                continue
            self._seen.add(key)
            self.found.append(current)
            queue += followed_from(current, self._subject, self._tag)
            if not self.released and current.start.sure and _releases_openly(current, self._subject, self._tag):
                self.released = True
                queue += _by_release(self._subject, current)


def _at_once(subject: Subject, tag: str) -> Iterator[Started]:
    for path in sorted(subject.workflows):
        workflow = subject.workflows[path]
        push = workflow.trigger("push")
        if push is not None and push_starts(push, tag):
            yield Started(workflow, "push", Start(event="push", line=push.line, sure=True, why=_push_words(push, tag)))
        create = workflow.trigger("create")
        if create is not None:
            said = "a new tag is a `create` event, which has no filters"
            yield Started(workflow, "create", Start(event="create", line=create.line, sure=True, why=said))


def _push_words(trigger: Trigger, tag: str) -> str:
    if trigger.tags:
        return f"pushing `{tag}` passes its filter on tags"
    if trigger.tags_ignore:
        return f"pushing `{tag}` passes, because `tags-ignore` does not name it"
    return "a push without a filter on branches or tags starts for every tag"


def _by_release(subject: Subject, maker: Started | None) -> Iterator[Started]:
    for path in sorted(subject.workflows):
        workflow = subject.workflows[path]
        trigger = workflow.trigger("release")
        if trigger is None or (trigger.types and not _PUBLISHING & set(trigger.types)):
            continue
        if maker is not None:
            why = f"`{maker.workflow.path}` publishes the release with a token that is not GITHUB_TOKEN"
        else:
            why = "when somebody publishes the release by hand, or with another token than GITHUB_TOKEN, which starts nothing"
        yield Started(
            workflow,
            "release",
            Start(
                event="release",
                line=trigger.line,
                sure=maker is not None,
                by=maker.workflow.path if maker is not None else None,
                why=why,
            ),
        )


def _releases_openly(current: Started, subject: Subject, tag: str) -> bool:
    """Whether the workflow publishes a release in a way that starts other workflows."""
    answers = jobs_run(current.workflow, contexts(current.workflow, current.event, tag))
    for site in subject.sites:
        if site.workflow.path != current.workflow.path or site.platform != RELEASES or site.step is None:
            continue
        if answers[site.job.id][0] is False or _draft(site.step):
            continue
        if given_token(site.workflow, site.job, site.step, _TOKEN_INPUTS, _TOKEN_VARIABLES) == "other":
            return True
    return False


def _draft(step: WorkflowStep) -> bool:
    draft = step.inputs.get("draft")
    script = step.run.text if step.run is not None else ""
    return (draft is not None and draft.text.strip().lower() not in ("", "false")) or "--draft" in script


def followed_from(current: Started, subject: Subject, tag: str) -> Iterator[Started]:
    """Yield what a workflow that has been started starts in its turn."""
    answers = jobs_run(current.workflow, contexts(current.workflow, current.event, tag))
    for job in current.workflow.jobs:
        runs, _ = answers[job.id]
        if runs is False:
            continue
        sure = current.start.sure and runs is True
        called = called_path(job, subject.repository)
        if called is not None and called in subject.workflows:
            yield _call(current, job, subject.workflows[called], sure)
        for dispatch in dispatches(job, subject.repository):
            yield from _dispatched(current, job, dispatch, subject, sure)
    if current.depth < DEEPEST_FOLLOWING and current.event != "workflow_call":
        yield from _followers(current, subject, tag)


def _call(current: Started, job: WorkflowJob, workflow: Workflow, sure: bool) -> Started:
    trigger = workflow.trigger("workflow_call")
    line = job.uses.line if job.uses is not None else job.line
    start = Start(
        event="workflow_call",
        line=trigger.line if trigger is not None else 1,
        sure=sure,
        by=current.workflow.path,
        by_job=job.id,
        by_line=line,
        why=f"called by job `{job.id}` of `{current.workflow.path}`",
    )
    # Conditions in a called workflow see the event of the caller.
    return Started(workflow, current.event, start, current.depth)


def _dispatched(
    current: Started, job: WorkflowJob, dispatch: Dispatch, subject: Subject, sure: bool
) -> Iterator[Started]:
    if dispatch.elsewhere is not None:
        return
    event = "workflow_dispatch" if dispatch.workflow is not None else "repository_dispatch"
    for path in sorted(subject.workflows):
        workflow = subject.workflows[path]
        trigger = workflow.trigger(event)
        if trigger is None or not _meant(dispatch, workflow, trigger):
            continue
        said = f"event `{dispatch.event_type}`" if dispatch.event_type is not None else f"`{dispatch.workflow}`"
        start = Start(
            event=event,
            line=trigger.line,
            sure=sure,
            by=current.workflow.path,
            by_job=job.id,
            by_line=dispatch.line,
            why=f"job `{job.id}` of `{current.workflow.path}` dispatches {said}",
        )
        yield Started(workflow, event, start, current.depth)


def _meant(dispatch: Dispatch, workflow: Workflow, trigger: Trigger) -> bool:
    if dispatch.workflow is None:
        return not trigger.types or dispatch.event_type in trigger.types
    name = workflow.name.text if workflow.name is not None else ""
    wanted = dispatch.workflow.removeprefix("./")
    return wanted in (workflow.path, workflow.path.rpartition("/")[2]) or (bool(name) and wanted == name)


def _followers(current: Started, subject: Subject, tag: str) -> Iterator[Started]:
    own = current.workflow.name.text if current.workflow.name is not None else current.workflow.path
    for path in sorted(subject.workflows):
        workflow = subject.workflows[path]
        trigger = workflow.trigger("workflow_run")
        if trigger is None or own not in trigger.workflows or not branch_filter_takes(trigger, tag):
            continue
        when = " and ".join(trigger.types) or "requested and completed"
        start = Start(
            event="workflow_run",
            line=trigger.line,
            sure=current.start.sure,
            by=current.workflow.path,
            why=f"follows `{own}` when that is {when}",
        )
        yield Started(workflow, "workflow_run", start, current.depth + 1)
