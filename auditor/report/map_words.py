"""The release map in words: its headline, and what stands in the cells of its table."""

from __future__ import annotations

from auditor.logs.redact import safe_line
from auditor.model.release_map import MapJob, MapWorkflow, ReleaseMap
from auditor.report.words import plural


def headline(found: ReleaseMap) -> str:
    """The map in one sentence: so many workflows, systems, platforms."""
    if not found.workflows:
        return f"Pushing {found.tag} starts no workflow."
    sure = sum(workflow.sure for workflow in found.workflows)
    maybe = len(found.workflows) - sure
    if not sure:
        starts = f"Pushing {found.tag} starts no workflow at once, and {maybe} when something else happens"
    else:
        starts = f"Pushing {found.tag} starts {plural(sure, 'workflow')}"
        starts += f", and {maybe} more when something else happens" if maybe else ""
    if not found.platforms:
        return f"{starts}; none of them publishes to a platform that relaudit knows."
    own = [platform for platform in found.platforms if not platform.for_hub]
    to = plural(len(own), "platform")
    if len(own) < len(found.platforms):
        to = f"{to} and the GitHub release" if own else "the GitHub release"
    off = sum(platform.off for platform in own)
    switched = f" ({off} of them by jobs that never run)" if off else ""
    publish = "publishes" if found.systems == 1 else "publish"
    return f"{starts}: {plural(found.systems, 'system')} that {publish} to {to}{switched}."


def inventory_words(found: ReleaseMap) -> str:
    """The whole repository in one sentence, whatever starts its workflows."""
    whole = found.inventory
    publish = "publishes" if whole.publishing == 1 else "publish"
    return (
        f"In all: {plural(whole.workflows, 'workflow')}, of which {whole.publishing} {publish}, in "
        f"{plural(whole.systems, 'system')}, to {plural(whole.platforms, 'platform')}."
    )


def start_words(workflow: MapWorkflow) -> str:
    """Why the workflow starts, the surest way first."""
    ordered = sorted(workflow.starts, key=lambda start: not start.sure)
    return "; ".join(safe_line(start.why, 200) for start in ordered[:3])


def runs_words(job: MapJob) -> str:
    """Whether the job runs: `yes`, `no`, or `depends`."""
    return "yes" if job.runs else "no" if job.runs is False else "depends"


def guard_words(job: MapJob) -> str:
    """What stands before its publishing: the checks, the environment, the condition."""
    parts = [f"{safe_line(guard.step, 60)}{' (blind)' if guard.blind else ''}" for guard in job.guards[:2]]
    if job.environment is not None:
        parts.append(f"environment {safe_line(job.environment, 40)}")
    if job.condition is not None and not parts:
        parts.append(f"if: {safe_line(job.condition, 60)}")
    return ", ".join(parts) or "nothing"


def access_words(job: MapJob) -> str:
    """The secrets it reads, and what its token may write."""
    writes = [scope for scope, level in job.permissions.items() if level == "write"]
    shown = [safe_line(name, 60) for name in job.secrets[:5]]
    shown += [f"{len(job.secrets) - 5} more"] if len(job.secrets) > 5 else []
    shown += [f"{safe_line(scope, 40)}: write" if scope != "*" else "writes everything" for scope in writes[:4]]
    return ", ".join(shown) or "—"


def publishing(found: ReleaseMap) -> list[MapJob]:
    """The jobs that publish, or make what is published, in the order of workflows."""
    order = {workflow.path: number for number, workflow in enumerate(found.workflows)}
    jobs = [job for job in found.jobs if job.platforms or job.kind.value == "hub"]
    return sorted(jobs, key=lambda job: (order.get(job.path, 0), job.line))


def titles(found: ReleaseMap, job: MapJob) -> str:
    """The names of the platforms that a job publishes to."""
    names = {platform.platform: platform.title for platform in found.platforms}
    return ", ".join(names[platform] for platform in job.platforms) or "—"
