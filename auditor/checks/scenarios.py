"""The events under which a workflow may start, with sample refs, and which of its jobs may run then.

What is not known stays unknown, so that a job is only ruled out when no value could let it run.
https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from auditor.checks.derived import derived
from auditor.checks.ref_samples import samples
from auditor.checks.subject import Subject
from auditor.model.workflow import Text, Trigger, Workflow, WorkflowJob, WorkflowStep
from auditor.workflows.expression import UNKNOWN, ExpressionError, Partial, evaluate_condition, uses_status_function
from auditor.workflows.expression.template import condition_tree
from auditor.workflows.expression.tree import Call, Compare, Literal, children, walk
from auditor.workflows.graph import ancestors
from auditor.workflows.ref_filter import accepted

_TAGS = ("v1.2.3", "1.2.3", "v1.2.3-rc.1", "v1.2", "release-1.2.3", "tool-v1.2.3", "tool@1.2.3", "tool/v1.2.3")
_BRANCHES = ("main", "master", "feature/x", "release/1.2")
_ON_DEFAULT_BRANCH = frozenset({"schedule", "repository_dispatch", "workflow_run", "issues", "issue_comment", "create"})
_RELEASE_ACTIONS = ("published", "created", "released")
"""What happens, in this order, when somebody publishes a release that was no draft: three events of one release."""
_NO_REFS = frozenset(
    {"", "push", "release", "workflow_dispatch", "tag", "branch", "true", "false", "success", "failure"}
)
_WITHOUT_ACTION = frozenset({"push", "workflow_dispatch", "schedule"})
_MOST = 60
_MOST_LITERALS = 4


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way a workflow may start; `ref` is a sample, nothing when it is not known."""

    event: str
    ref: str | None
    action: str | None = None
    contexts: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def tag(self) -> str | None:
        """The tag it runs for, when it is known to run for one."""
        return self.ref.removeprefix("refs/tags/") if self.ref and self.ref.startswith("refs/tags/") else None


def scenarios(workflow: Workflow, words: Iterable[str] = ()) -> tuple[Scenario, ...]:
    """Return sample starts of a workflow; `words` are texts its conditions compare refs with."""
    found: dict[Scenario, None] = {}
    extra = tuple(words)[:_MOST_LITERALS]
    for trigger in workflow.triggers:
        for scenario in _of(trigger, extra):
            if len(found) < _MOST * 4:
                found[scenario] = None
    return tuple(found)


def starts(subject: Subject, workflow: Workflow) -> tuple[Scenario, ...]:
    """Return the sample starts of a workflow for all its conditions together, worked out once."""
    kept: dict[str, tuple[Scenario, ...]] = derived(subject, "starts", lambda _: {})
    if workflow.path not in kept:
        kept[workflow.path] = scenarios(workflow, words_of(workflow))
    return kept[workflow.path]


def tag_starts(subject: Subject, workflow: Workflow) -> tuple[Scenario, ...]:
    """Return the sample starts in which a new tag, or the release of one, starts the workflow by itself."""
    kept: dict[str, tuple[Scenario, ...]] = derived(subject, "tag_starts", lambda _: {})
    if workflow.path not in kept:
        found = (each for each in starts(subject, workflow) if each.event in ("push", "release"))
        kept[workflow.path] = tuple(each for each in found if each.tag is not None)
    return kept[workflow.path]


def words_of(workflow: Workflow) -> tuple[str, ...]:
    """Return the texts that conditions of a workflow compare with, as far as they may be parts of refs."""
    found: dict[str, None] = {}
    for job in workflow.jobs:
        for condition in (job.condition, *(step.condition for step in job.steps)):
            found.update(dict.fromkeys(literals(condition)))
    return tuple(found)


def literals(condition: Text | None) -> tuple[str, ...]:
    """Return the texts written in a condition, without `refs/tags/` and `refs/heads/` before them."""
    if condition is None:
        return ()
    try:
        tree = condition_tree(condition.text)
    except ExpressionError:
        return ()
    nodes = walk(tree) if tree is not None else []
    compared = [part for node in nodes if isinstance(node, (Compare, Call)) for part in children(node)]
    texts = [part.value for part in compared if isinstance(part, Literal) and isinstance(part.value, str)]
    stripped = [text.removeprefix("refs/").removeprefix("tags/").removeprefix("heads/") for text in texts]
    return tuple(dict.fromkeys(text for text in stripped if text not in _NO_REFS and len(text) <= 100))


def condition_answer(condition: Text | None, scenario: Scenario) -> bool | None:
    """Return what a condition is in a scenario; nothing when that is not known. No condition is not known either."""
    if condition is None:
        return None
    try:
        answer = evaluate_condition(condition.text, scenario.contexts)
    except ExpressionError:
        return None
    return answer if isinstance(answer, bool) else None


def has_status_function(condition: Text | None) -> bool:
    """Tell whether a condition names `always()` or its like, so that skipped ancestors do not skip the job."""
    try:
        return condition is not None and uses_status_function(condition.text)
    except ExpressionError:
        return False


def runs_in(
    workflow: Workflow, job: WorkflowJob, found: Iterable[Scenario], step: WorkflowStep | None = None
) -> tuple[Scenario, ...]:
    """Return the scenarios in which a job, and a step of it, may run, the conditions of its ancestors included."""
    conditions = [job.condition, step.condition if step is not None else None]
    if job.needs and not has_status_function(job.condition):
        above = (workflow.job(each) for each in ancestors(workflow, job.id))
        conditions += [each.condition for each in above if each is not None]
    written = [each for each in conditions if each is not None]
    return tuple(each for each in found if all(condition_answer(one, each) is not False for one in written))


def _of(trigger: Trigger, words: tuple[str, ...]) -> Iterator[Scenario]:
    if trigger.event == "push":
        yield from (
            _scenario("push", f"refs/tags/{tag}")
            for tag in _refs(
                trigger.tags, trigger.tags_ignore, bool(trigger.branches or trigger.branches_ignore), _TAGS, words
            )
        )
        yield from (
            _scenario("push", f"refs/heads/{branch}")
            for branch in _refs(
                trigger.branches, trigger.branches_ignore, bool(trigger.tags or trigger.tags_ignore), _BRANCHES, words
            )
        )
    elif trigger.event == "release":
        actions = trigger.types or _RELEASE_ACTIONS
        tags = dict.fromkeys((*_TAGS, *_guesses(words)))
        yield from (_scenario("release", f"refs/tags/{tag}", action) for tag in tags for action in actions)
    elif trigger.event == "workflow_call":
        yield Scenario("workflow_call", None)
    elif trigger.event.startswith("pull_request"):
        yield _scenario(trigger.event, "refs/pull/1/merge")
    elif trigger.event in _ON_DEFAULT_BRANCH:
        yield _scenario(trigger.event, None)
    else:
        yield _scenario(trigger.event, None)


@lru_cache(maxsize=1024)
def _refs(
    wanted: tuple[str, ...],
    unwanted: tuple[str, ...],
    other_filter: bool,
    known: tuple[str, ...],
    words: tuple[str, ...],
) -> tuple[str, ...]:
    """Return sample names that a push filter accepts; a filter only on the other kind of ref accepts none of these."""
    if not wanted and not unwanted and other_filter:
        return ()
    wanted = wanted or ("**",)
    candidates = dict.fromkeys((*samples(wanted), *known, *_guesses(words)))
    return tuple(each for each in candidates if accepted(wanted, each) and not accepted(unwanted, each))[:_MOST]


def _guesses(words: tuple[str, ...]) -> Iterator[str]:
    """Refs that could satisfy comparisons with the words, alone and two together."""
    for word in words:
        yield from (word, f"{word}1.2.3", f"{word}v1.2.3", f"v1.2.3{word}", f"v1.2.3-{word}.1", f"1.2.3-{word}")
        for other in words:
            if other != word:
                yield from (f"{word}1.2.3-{other}.1", f"{word}1.2.3{other}")


def _scenario(event: str, ref: str | None, action: str | None = None) -> Scenario:
    github: dict[str, Any] = {"event_name": event}
    payload: dict[str, Any] = {}
    if ref is not None:
        name = ref.removeprefix("refs/tags/").removeprefix("refs/heads/")
        github |= {"ref": ref, "ref_name": name, "ref_type": "tag" if ref.startswith("refs/tags/") else "branch"}
        payload["ref"] = ref if event == "push" else None
    if action is not None:
        payload["action"] = action
    if event == "release":
        payload["release"] = Partial({"tag_name": ref.removeprefix("refs/tags/") if ref else UNKNOWN, "draft": False})
    else:
        payload["release"] = None
    if not event.startswith("pull_request"):
        payload["pull_request"] = None
    if event in _WITHOUT_ACTION:
        payload["action"] = None
    if event != "workflow_dispatch":
        payload["inputs"] = None
    github["event"] = Partial(payload)
    contexts: dict[str, Any] = {"github": Partial(github)}
    if event not in ("workflow_dispatch", "workflow_call"):
        contexts["inputs"] = {}
    return Scenario(event, ref, action, contexts)
