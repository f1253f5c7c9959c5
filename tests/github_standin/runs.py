"""Actions as GitHub's REST API shows them: runs, attempts, jobs, logs. https://docs.github.com/en/rest/actions"""

from __future__ import annotations

from collections.abc import Mapping

from tests.github_standin.answers import Answer, Request, error, json_answer, not_found, page
from tests.github_standin.log_zip import log_zip
from tests.github_standin.storage import Blob, Storage
from tests.github_standin.world import AttemptState, HugeLog, Json, NoLog, RepositoryState

_MOST_FILTERED = 1000
_GONE = "https://docs.github.com/rest/actions/workflow-runs"
_NO_RIGHTS = "Must have admin rights to Repository."


def list_runs(repository: RepositoryState, request: Request) -> Answer:
    """The runs listing with its filters; filtered, GitHub gives at most the first thousand."""
    wanted = [attempt.run for attempt in repository.latest() if _matches(attempt.run, request.query)]
    filtered = set(request.query) & {"actor", "branch", "check_suite_id", "created", "event", "head_sha", "status"}
    most = _MOST_FILTERED if filtered else None
    return page(request, wanted, "workflow_runs", repository.body["id"], most)


def show_run(repository: RepositoryState, request: Request, run_id: int, number: int | None) -> Answer:
    """A run in its latest attempt, or in one of them."""
    attempt = _attempt(repository, run_id, number)
    return not_found() if attempt is None else json_answer(attempt.run, request.base)


def list_jobs(repository: RepositoryState, request: Request, run_id: int, number: int | None) -> Answer:
    """The jobs of one attempt; without a number those of the latest, or with `filter=all` those of all."""
    attempts = repository.runs.get(run_id, {})
    if number is None and request.query.get("filter") == "all":
        jobs = [job for at in sorted(attempts) for job in attempts[at].jobs]
    elif (attempt := _attempt(repository, run_id, number)) is not None:
        jobs = attempt.jobs
    else:
        return not_found()
    return page(request, jobs, "jobs", repository.body["id"]) if attempts else not_found()


def show_job(repository: RepositoryState, request: Request, job_id: int) -> Answer:
    """One job."""
    found = repository.holder(job_id)
    return json_answer(found[1], request.base) if found else not_found()


def job_log(repository: RepositoryState, request: Request, job_id: int, storage: Storage, host: str) -> Answer:
    """Redirect to a job's log. Nobody gets logs without a token, not even those of a public repository."""
    if request.token is None:
        return error(403, _NO_RIGHTS)
    found = repository.holder(job_id)
    if found is None:
        return not_found()
    log = found[0].logs.get(job_id, NoLog(404))
    if isinstance(log, NoLog):
        return gone() if log.status == 410 else not_found()
    kept: Blob = log
    return _redirect(host, storage.link(f"/actions-results/logs/job/{job_id}/job-logs.txt", lambda: kept, "text/plain"))


def run_logs(
    repository: RepositoryState, request: Request, run_id: int, number: int | None, storage: Storage, host: str
) -> Answer:
    """Redirect to the zip of an attempt's logs, which is made when it is downloaded."""
    if request.token is None:
        return error(403, _NO_RIGHTS)
    attempt = _attempt(repository, run_id, number)
    if attempt is None:
        return not_found()
    logs = attempt.logs.values()
    if not any(isinstance(log, bytes | HugeLog) for log in logs):
        return gone() if any(isinstance(log, NoLog) and log.status == 410 for log in logs) else not_found()
    path = f"/actions-results/logs/run/{run_id}/{attempt.run['run_attempt']}.zip"
    return _redirect(host, storage.link(path, lambda: log_zip(attempt), "application/zip"))


def list_annotations(repository: RepositoryState, request: Request, check_run_id: int) -> Answer:
    """The annotations of a check run, which has the number of its job."""
    found = repository.holder(check_run_id)
    if found is None:
        return not_found()
    return page(request, found[0].annotations.get(check_run_id, []), None, repository.body["id"])


def list_workflows(repository: RepositoryState, request: Request) -> Answer:
    """The workflows that have run."""
    every = {attempt.run["workflow_id"]: attempt.run for attempt in repository.latest()}
    return page(request, [_workflow(run) for run in every.values()], "workflows", repository.body["id"])


def show_workflow(repository: RepositoryState, request: Request, name: str) -> Answer:
    """A workflow by its number or file name."""
    for attempt in repository.latest():
        if name in (str(attempt.run["workflow_id"]), attempt.run["path"].rsplit("/", 1)[-1]):
            return json_answer(_workflow(attempt.run), request.base)
    return not_found()


def gone() -> Answer:
    """What GitHub says of logs that it has deleted."""
    return error(410, "Server Error", _GONE)


def _attempt(repository: RepositoryState, run_id: int, number: int | None) -> AttemptState | None:
    attempts = repository.runs.get(run_id, {})
    return attempts.get(max(attempts, default=0) if number is None else number)


def _matches(run: Json, query: Mapping[str, str]) -> bool:
    plain = {"branch": "head_branch", "event": "event", "head_sha": "head_sha", "check_suite_id": "check_suite_id"}
    if any(name in query and str(run[key]) != query[name] for name, key in plain.items()):
        return False
    if "status" in query and query["status"] not in (run["status"], run["conclusion"]):
        return False
    if "actor" in query and run["actor"]["login"].lower() != query["actor"].lower():
        return False
    return _created(run["created_at"], query.get("created", ""))


def _created(at: str, wanted: str) -> bool:
    """https://docs.github.com/en/search-github/getting-started-with-searching-on-github/understanding-the-search-syntax"""
    if not wanted:
        return True
    if ".." in wanted:
        first, last = wanted.split("..", 1)
        return (first in ("", "*") or at >= first) and (last in ("", "*") or at[: len(last)] <= last)
    for sign in (">=", "<=", ">", "<"):
        if wanted.startswith(sign):
            limit = wanted.removeprefix(sign)
            day = at[: len(limit)]
            return {">=": day >= limit, "<=": day <= limit, ">": day > limit, "<": day < limit}[sign]
    return at.startswith(wanted)


def _redirect(host: str, link: str) -> Answer:
    return Answer(302, b"", {"Location": host + link, "Content-Type": "text/html;charset=utf-8"})


def _workflow(run: Json) -> Json:
    html = run["repository"]["html_url"]
    return {
        "id": run["workflow_id"],
        "node_id": f"W_{run['workflow_id']}",
        "name": run["name"],
        "path": run["path"],
        "state": "active",
        "created_at": run["created_at"],
        "updated_at": run["created_at"],
        "url": run["workflow_url"],
        "html_url": f"{html}/blob/main/{run['path']}",
        "badge_url": f"{html}/workflows/{run['name']}/badge.svg",
    }
