"""Which path is answered how. Paths and answers are those of https://docs.github.com/en/rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.github_standin import board, git_objects, runs
from tests.github_standin.answers import Answer, Request, error, json_answer, not_found, page
from tests.github_standin.permissions import needed
from tests.github_standin.storage import Storage
from tests.github_standin.world import RepositoryState, World

Found = re.Match[str]


@dataclass(frozen=True, slots=True)
class Api:
    """The API over a world; downloads are redirected to the storage at `host`."""

    world: World
    storage: Storage
    host: str

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        if not request.headers.get("user-agent"):
            return Answer(
                403, b"Request forbidden by administrative rules. Please make sure your request has a User-Agent"
            )
        if request.token is not None and self.world.tokens is not None and request.token not in self.world.tokens:
            return error(401, "Bad credentials")
        if request.path in ("/graphql", "/api/graphql") and request.method == "POST":
            return board.graphql(self.world, request)
        if numbered := re.fullmatch(r"/repositories/(\d{1,12})(/.*)?", request.path):
            return self._in_repository(self._by_number(int(numbered[1])), request, numbered[2] or "")
        match = re.fullmatch(r"/repos/([^/]+/[^/]+)(/.*)?", request.path)
        if match is None:
            return not_found()
        if moved := self.world.renamed(match[1]):
            target = f"{request.base}/repositories/{moved.body['id']}{match[2] or ''}"
            return json_answer({"message": "Moved Permanently", "url": target}, "", 301, Location=target)
        return self._in_repository(self.world.find(match[1]), request, match[2] or "")

    def _by_number(self, number: int) -> RepositoryState | None:
        return next((each for each in self.world.repositories.values() if each.body["id"] == number), None)

    def _in_repository(self, repository: RepositoryState | None, request: Request, rest: str) -> Answer:
        if repository is None or (repository.private and request.token is None):
            return not_found("https://docs.github.com/rest/repos/repos#get-a-repository")
        wanted = needed(request.method, rest)
        if wanted is not None and not any(self.world.may(request.token, name, wanted[1]) for name in wanted[0]):
            return error(403, "Resource not accessible by integration")
        if (kept := board.answer(self.world, repository, request, rest)) is not None:
            return kept
        if request.method != "GET":
            return not_found()
        for form, make in ROUTES:
            if match := form.fullmatch(rest):
                return make(self, repository, request, match)
        return not_found()


def _repository(api: Api, repository: RepositoryState, request: Request, _: Found) -> Answer:
    return json_answer(repository.body, request.base)


def _ref(api: Api, repository: RepositoryState, request: Request, found: Found) -> Answer:
    tag = repository.tags.get(found["tag"])
    missing = not_found("https://docs.github.com/rest/git/refs#get-a-reference")
    return json_answer(git_objects.reference(repository, tag), request.base) if tag else missing


def _branch(api: Api, repository: RepositoryState, request: Request, found: Found) -> Answer:
    sha = repository.commit_of(f"heads/{found['branch']}")
    if sha is None:
        return not_found("https://docs.github.com/rest/git/refs#get-a-reference")
    return json_answer(git_objects.branch_reference(repository, found["branch"], sha), request.base)


def _matching(api: Api, repository: RepositoryState, request: Request, found: Found) -> Answer:
    near = [tag for name, tag in sorted(repository.tags.items()) if name.startswith(found["tag"])]
    return json_answer([git_objects.reference(repository, tag) for tag in near], request.base)


def _tag_object(api: Api, repository: RepositoryState, request: Request, found: Found) -> Answer:
    tag = next((tag for tag in repository.tags.values() if tag.annotated and tag.object_sha == found["sha"]), None)
    return json_answer(git_objects.tag_object(repository, tag), request.base) if tag else not_found()


def _tags(api: Api, repository: RepositoryState, request: Request, _: Found) -> Answer:
    listed = [git_objects.listed_tag(repository, tag) for _, tag in sorted(repository.tags.items(), reverse=True)]
    return page(request, listed, None, repository.body["id"])


def _commit(api: Api, repository: RepositoryState, request: Request, found: Found) -> Answer:
    sha = repository.commit_of(found["ref"])
    if sha is None:
        docs = "https://docs.github.com/rest/commits/commits#get-a-commit"
        return error(422, f"No commit found for SHA: {found['ref']}", docs)
    if request.media == "sha":
        return Answer(200, sha.encode(), {"Content-Type": "application/vnd.github.sha; charset=utf-8"})
    return json_answer(git_objects.commit(repository, sha), request.base)


def _git_commit(api: Api, repository: RepositoryState, request: Request, found: Found) -> Answer:
    known = found["sha"] in repository.files
    return json_answer(git_objects.git_commit(repository, found["sha"]), request.base) if known else not_found()


def _tree(api: Api, repository: RepositoryState, request: Request, found: Found) -> Answer:
    tree = git_objects.tree(repository, found["name"], "recursive" in request.query)
    return not_found() if tree is None else json_answer(tree, request.base)


def _blob(api: Api, repository: RepositoryState, request: Request, found: Found) -> Answer:
    content = git_objects.blob(repository, found["sha"])
    if content is None:
        return not_found()
    return (
        _raw(content)
        if request.media == "raw"
        else json_answer(git_objects.blob_body(repository, content), request.base)
    )


def _contents(api: Api, repository: RepositoryState, request: Request, found: Found) -> Answer:
    ref = request.query.get("ref") or repository.body["default_branch"]
    path = (found["path"] or "").strip("/")
    docs = "https://docs.github.com/v3/repos/contents/"
    sha = repository.commit_of(ref)
    if sha is None:
        return error(404, f"No commit found for the ref {ref}", docs)
    what = git_objects.contents(repository, sha, ref, path)
    if what is None:
        return not_found("https://docs.github.com/rest/repos/contents#get-repository-content")
    if isinstance(what, dict) and request.media == "raw":
        return _raw(repository.files[sha][path])
    if isinstance(what, list) and request.media == "object":
        folder = {**what[0], "path": path, "name": path.rsplit("/", 1)[-1], "type": "dir", "size": 0}
        return json_answer({**folder, "entries": what}, request.base)
    return json_answer(what, request.base)


def _raw(content: bytes) -> Answer:
    return Answer(200, content, {"Content-Type": "application/vnd.github.raw+json; charset=utf-8"})


def _release(api: Api, repository: RepositoryState, request: Request, found: Found) -> Answer:
    mine = (each for each in repository.releases if each["tag_name"] == found["tag"] and not each["draft"])
    docs = "https://docs.github.com/rest/releases/releases#get-a-release-by-tag-name"
    release = next(mine, None)
    return json_answer(release, request.base) if release else not_found(docs)


def _releases(api: Api, repository: RepositoryState, request: Request, _: Found) -> Answer:
    return page(request, repository.releases, None, repository.body["id"])


def _log(api: Api, repository: RepositoryState, request: Request, found: Found) -> Answer:
    return runs.job_log(repository, request, int(found["id"]), api.storage, api.host)


def _logs(api: Api, repository: RepositoryState, request: Request, found: Found) -> Answer:
    return runs.run_logs(repository, request, int(found["id"]), _number(found), api.storage, api.host)


def _number(found: Found) -> int | None:
    return int(found["attempt"]) if found["attempt"] else None


Route = Callable[[Api, RepositoryState, Request, Found], Answer]
_RUN = r"/actions/runs/(?P<id>\d{1,18})(?:/attempts/(?P<attempt>\d{1,9}))?"
ROUTES: tuple[tuple[re.Pattern[str], Route], ...] = tuple(
    (re.compile(form, re.DOTALL), make)
    for form, make in (
        (r"", _repository),
        (r"/git/ref/tags/(?P<tag>.+)", _ref),
        (r"/git/ref/heads/(?P<branch>.+)", _branch),
        (r"/git/matching-refs/tags/?(?P<tag>.*)", _matching),
        (r"/git/tags/(?P<sha>[0-9a-f]{40})", _tag_object),
        (r"/git/commits/(?P<sha>[0-9a-f]{40})", _git_commit),
        (r"/git/trees/(?P<name>.+)", _tree),
        (r"/git/blobs/(?P<sha>[0-9a-f]{40})", _blob),
        (r"/tags", _tags),
        (r"/commits/(?P<ref>.+)", _commit),
        (r"/contents(?P<path>/.*)?", _contents),
        (r"/releases/tags/(?P<tag>.+)", _release),
        (r"/releases", _releases),
        (r"/actions/runs", lambda api, repository, request, found: runs.list_runs(repository, request)),
        (_RUN, lambda api, repo, request, found: runs.show_run(repo, request, int(found["id"]), _number(found))),
        (
            _RUN + "/jobs",
            lambda api, repo, request, found: runs.list_jobs(repo, request, int(found["id"]), _number(found)),
        ),
        (_RUN + "/logs", _logs),
        (r"/actions/jobs/(?P<id>\d{1,18})/logs", _log),
        (
            r"/actions/jobs/(?P<id>\d{1,18})",
            lambda api, repo, request, found: runs.show_job(repo, request, int(found["id"])),
        ),
        (
            r"/check-runs/(?P<id>\d{1,18})/annotations",
            lambda api, repo, request, found: runs.list_annotations(repo, request, int(found["id"])),
        ),
        (r"/actions/workflows", lambda api, repo, request, found: runs.list_workflows(repo, request)),
        (
            r"/actions/workflows/(?P<name>[^/]+)",
            lambda api, repo, request, found: runs.show_workflow(repo, request, found["name"]),
        ),
    )
)
