"""What a run tells about the contexts its conditions were evaluated in.

https://docs.github.com/en/actions/reference/workflows-and-actions/contexts
https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.model.facts import Release, Run
from auditor.model.workflow import Text, Trigger, Workflow, WorkflowInput, WorkflowJob
from auditor.workflows.expression import UNKNOWN, ExpressionError, Partial, evaluate, interpolate
from auditor.workflows.expression.values import parse_number

_RUN_URL = re.compile(r"(https?://[^/\s]{1,200})/([^/\s]{1,100})/([^/\s]{1,100})/actions/runs/\d{1,30}")

# What only the payload of the named event holds, so that reading it in another event gives null.
# https://docs.github.com/en/webhooks/webhook-events-and-payloads
_PAYLOADS: dict[str, tuple[str, ...]] = {
    "push": ("base_ref", "before", "after", "commits", "head_commit", "pusher", "compare", "created", "forced"),
    "release": ("release",),
    "workflow_dispatch": ("inputs",),
    "repository_dispatch": ("client_payload",),
    "schedule": ("schedule",),
    "workflow_run": ("workflow_run",),
    "pull_request": ("pull_request", "number"),
    "pull_request_target": ("pull_request", "number"),
    "issues": ("issue",),
    "issue_comment": ("issue", "comment"),
    "create": ("master_branch",),
}
_WITHOUT_ACTION = frozenset({"push", "schedule", "workflow_dispatch", "create"})
_ON_A_REF = frozenset({"workflow_dispatch", "repository_dispatch", "schedule", "workflow_run"})


@dataclass(frozen=True, slots=True)
class Caller:
    """The job that called the workflow a job stands in; `caller` is the next one outwards.

    `results` are the conclusions of the jobs in the caller's file, by job id.
    """

    workflow: Workflow
    job_id: str
    results: Mapping[str, str | None] = field(default_factory=dict)
    caller: Caller | None = None


def github_context(run: Run, tag: str, trigger: Trigger | None = None, release: Release | None = None) -> Partial:
    """Return the `github` context as far as the run tells it; the rest is `UNKNOWN`.

    `trigger` is the workflow's own filter for the run's event: a single `types` entry is the event's action.
    """
    known: dict[str, Any] = {
        "event_name": run.event or UNKNOWN,
        "run_id": str(run.id),
        "run_number": str(run.run_number),
        "run_attempt": str(run.run_attempt),
        **_ref(run, tag),
    }
    if run.name:
        known["workflow"] = run.name
    if run.head_sha and run.event != "workflow_run":
        known["sha"] = run.head_sha
    if run.event and not run.event.startswith("pull_request"):
        known |= {"head_ref": "", "base_ref": ""}
    url = _RUN_URL.match(run.html_url)
    repository = {}
    if url is not None:
        known |= {"server_url": url[1], "repository": f"{url[2]}/{url[3]}", "repository_owner": url[2]}
        repository = {"full_name": f"{url[2]}/{url[3]}", "name": url[3]}
    known["event"] = _event(run, known, trigger, release, repository)
    return Partial(known)


def _ref(run: Run, tag: str) -> dict[str, str]:
    name = run.head_branch
    if name == tag or (run.event == "release" and not name):
        return {"ref": f"refs/tags/{tag}", "ref_name": tag, "ref_type": "tag"}
    if not name or run.event.startswith("pull_request"):
        return {}
    if run.event == "release":
        return {"ref": f"refs/tags/{name}", "ref_name": name, "ref_type": "tag"}
    if run.event in _ON_A_REF:
        return {"ref": f"refs/heads/{name}", "ref_name": name, "ref_type": "branch"}
    return {"ref_name": name}


def _event(
    run: Run, github: Mapping[str, Any], trigger: Trigger | None, release: Release | None, repository: dict[str, str]
) -> Any:
    if run.event not in _PAYLOADS:
        return UNKNOWN
    own = _PAYLOADS[run.event]
    known: dict[str, Any] = {key: None for keys in _PAYLOADS.values() for key in keys if key not in own}
    known["repository"] = Partial(repository)
    if run.event in _WITHOUT_ACTION:
        known["action"] = None
    elif trigger is not None and len(trigger.types) == 1:
        known["action"] = trigger.types[0]
    if run.event == "push":
        known["deleted"] = False
    if run.event == "push" and "ref" in github:
        known["ref"] = github["ref"]
    if run.event == "release":
        known["ref"] = None
        known["release"] = Partial(_release(github, release))
    if run.event == "workflow_dispatch":
        known["inputs"] = _dispatch_inputs(trigger)
    return Partial(known)


def _release(github: Mapping[str, Any], release: Release | None) -> dict[str, Any]:
    known: dict[str, Any] = {"tag_name": github.get("ref_name", UNKNOWN)}
    if release is not None and release.tag_name == known["tag_name"]:
        known |= {"id": release.id, "prerelease": release.prerelease}
    return known


def _dispatch_inputs(trigger: Trigger | None) -> Any:
    """Every declared input has a value, which the API does not tell; any other is null."""
    return dict.fromkeys((each.name for each in trigger.inputs), UNKNOWN) if trigger is not None else UNKNOWN


def inputs_context(workflow: Workflow, run: Run, contexts: Mapping[str, Any], caller: Caller | None) -> Any:
    """Return the `inputs` context of a workflow: empty outside dispatches and calls.

    `contexts` are the caller's, in which the values under `with:` are evaluated.
    """
    if caller is None:
        trigger = workflow.trigger("workflow_dispatch")
        return _dispatch_inputs(trigger) if run.event == "workflow_dispatch" else {}
    trigger, call = workflow.trigger("workflow_call"), caller.workflow.job(caller.job_id)
    if trigger is None or call is None:
        return UNKNOWN
    given = {name.lower(): text for name, text in call.inputs.items()}
    return {each.name: input_value(each, given.get(each.name.lower()), contexts) for each in trigger.inputs}


def input_value(declared: WorkflowInput, given: Text | None, contexts: Mapping[str, Any]) -> Any:
    """Return the value of one input of a called workflow, by its type; `UNKNOWN` when an expression cannot be known."""
    text = given.text if given is not None else declared.default
    if text is None:
        return {"boolean": False, "number": 0}.get(declared.type, "")
    try:
        value = evaluate(text, contexts) if text.startswith("${{") else interpolate(text, contexts)
    except ExpressionError:
        return UNKNOWN
    if not isinstance(value, str):
        return value
    if declared.type == "boolean":
        return {"true": True, "false": False}.get(value.lower(), UNKNOWN)
    return parse_number(value) if declared.type == "number" else value


def needs_context(workflow: Workflow, job: WorkflowJob, results: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the `needs` context: the direct needs with what dependants see of them.

    A skipped job has no outputs; the values of other jobs' outputs are not in any fact, unless they are plain text.
    """
    found: dict[str, Any] = {}
    for need in job.need_ids:
        other = workflow.job(need)
        result = results.get(other.id) if other is not None else None
        found[need] = {"result": result or UNKNOWN, "outputs": _outputs(other, result)}
    return found


def _outputs(job: WorkflowJob | None, result: str | None) -> Any:
    if result == "skipped":
        return {}
    if job is None or job.uses is not None:
        return Partial({})
    return {
        name: UNKNOWN if "${{" in text.text or result != "success" else text.text for name, text in job.outputs.items()
    }
