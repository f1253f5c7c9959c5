"""Gathers a release: its runs, their jobs and workflow files, the logs that are needed; each as early as can be."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from auditor.collect.bundle import read_bundle
from auditor.collect.collected import Collected
from auditor.collect.folder import HEADER, BundleError
from auditor.collect.github import paths, tag
from auditor.collect.github.address import Server, is_repository
from auditor.collect.github.attempts import Attempts
from auditor.collect.github.cache import Cache, Shelf
from auditor.collect.github.client import Client
from auditor.collect.github.download import Bounds
from auditor.collect.github.files import Files
from auditor.collect.github.logs import Logs
from auditor.collect.github.manifests import ManifestFiles
from auditor.collect.github.problems import AnswerError, GitHubError, RateLimitedError, UnreachableError
from auditor.collect.github.progress import Progress, Silent
from auditor.collect.github.record import Record
from auditor.collect.github.seam import Needs
from auditor.collect.github.tag_history import TagHistory
from auditor.collect.github.token import Token
from auditor.collect.github.workspace import Workspace
from auditor.collect.manifests import ManifestNeeds


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to gather: the release of `tag`, and `extra_runs` that are not the tag's by GitHub's own account.

    With `manifests`, also the files at the tag's commit that name what the runs publish.
    """

    repository: str
    tag: str
    server: Server = field(default_factory=Server)
    token: Token | None = None
    extra_runs: tuple[int, ...] = ()
    cache: Cache = field(default_factory=lambda: Cache(None))
    timeout: float = 30.0
    bounds: Bounds = field(default_factory=Bounds)
    manifests: ManifestNeeds | None = None
    history: bool = False
    """Also the repository's newest tags and releases, which say what became of earlier versions."""


@dataclass(slots=True)
class Gathered:
    """A bundle's folder, as full as it became. `stopped` says why it is not full; `interrupted`: somebody pressed Ctrl-C."""

    folder: Path
    stopped: str | None = None
    interrupted: bool = False
    requests: int = 0
    downloads: int = 0
    received: int = 0


def read_gathered(release: Gathered, tag: str) -> Collected:
    """Read what was gathered. Raises `GitHubError` when there is nothing in it that can be audited."""
    try:
        return read_bundle(release.folder, tag)
    except BundleError:
        said = json.loads((release.folder / HEADER).read_bytes())["missing"]
        why = "; ".join(f"{entry['what']}: {entry['why']}" for entry in said[:3])
        raise AnswerError(f"GitHub gave nothing that can be audited ({why or 'the runs have no jobs'})") from None


@contextmanager
def gathered(wanted: Wanted, needs: Needs, progress: Progress | None = None) -> Iterator[Gathered]:
    """Gather a release into a folder that lasts as long as the context.

    What could not be had is named in the bundle. Where nothing could be had that can be audited, raises `GitHubError`
    (`NoSuchRepositoryError`, `NoSuchTagError`, `NoRunsError`, …) with one line that says what to do, or
    `KeyboardInterrupt`.
    """
    with wanted.cache.workspace() as folder:
        gathering = _Gathering(wanted, needs, progress or Silent(), Workspace(folder))
        result = Gathered(folder)
        try:
            asyncio.run(gathering.run())
        except RateLimitedError as error:
            if not gathering.found_runs:
                raise
            result.stopped = str(error)
        except KeyboardInterrupt:
            if not gathering.found_runs:
                raise
            result.stopped, result.interrupted = "interrupted before everything was fetched", True
        if result.stopped is not None:
            gathering.workspace.miss("the rest", result.stopped)
        gathering.finish()
        result.requests, result.downloads, result.received = gathering.cost
        yield result


class _Gathering:
    def __init__(self, wanted: Wanted, needs: Needs, progress: Progress, workspace: Workspace) -> None:
        self._wanted = wanted
        self._needs = needs
        self._progress = progress
        self._tag = wanted.tag.removeprefix("refs/tags/")
        self._repository = wanted.repository
        self._commit: str | None = None
        self._look_up_failed: AnswerError | None = None
        self._shelf: Shelf = wanted.cache.of(wanted.server, wanted.repository)
        self.workspace = workspace
        self.found_runs = False
        self.cost = (0, 0, 0)

    async def run(self) -> None:
        """Fetch everything. Raises `GitHubError` when there is nothing to audit."""
        wanted = self._wanted
        async with Client(wanted.server, wanted.token, self._progress, wanted.timeout) as client:
            history = TagHistory(client, self._repository, self.workspace) if wanted.history else None
            try:
                async with asyncio.TaskGroup() as group:
                    await self._release(client, group)
                if history is not None:
                    await history.arrive()
            except BaseExceptionGroup as errors:
                raise _first(errors) from None
            finally:
                if history is not None:
                    await history.stop()
                self.cost = (client.requests, client.downloads, client.received)

    def finish(self) -> None:
        """Write what says whose facts these are."""
        if not self.workspace.has("repository.json"):
            api = self._wanted.server.host
            self.workspace.write_json(
                "repository.json", {"full_name": self._repository, "html_url": f"https://{api}/{self._repository}"}
            )
        self.workspace.finish(self._repository, self._tag, self._commit)

    async def _release(self, client: Client, group: asyncio.TaskGroup) -> None:
        record = Record.read(self._shelf, self._tag)
        group.create_task(self._get_release(client))
        if record is None:
            looking = group.create_task(self._look_up(client))
            listed = await tag.runs_of_branch(client, self._repository, self._tag)
            commit = await looking
        else:
            listed = await tag.runs_of_branch(client, self._repository, self._tag)
            if record.still_holds(listed):
                commit = record.commit
            else:
                commit, record = await self._look_up(client), None
        self._commit = commit
        every = tag.runs_on(self._tag, listed)
        if record is None:
            every = await tag.without_branch(client, self._repository, self._tag, commit, every)
        own = tag.newest(every, commit)
        if len(own) < len(every):
            self.workspace.miss("older runs", f"the tag has {len(every)} runs; only the newest {len(own)} are read")
        self._name_repository(own)
        sha = commit or next((body["head_sha"] for body in own if isinstance(body.get("head_sha"), str)), None)
        work = _Work(self, client, group, sha)
        for body in own:
            work.start(body)
        extra = [await self._extra(client, number) for number in self._wanted.extra_runs]
        for body in extra:
            work.start(body)
        if commit is None and own and self._look_up_failed is None:
            self.workspace.miss("tag", "the repository has no such tag any more; these are the runs it once set off")
        if record is not None:
            for body in record.followers:
                work.start(body)
            return
        other = await self._followers(client, work, commit, [*own, *extra])
        if not work.started:
            if self._look_up_failed is not None:
                raise self._look_up_failed
            raise await tag.nothing_found(client, self._repository, self._tag, commit, other or ())
        followers = [body for body in work.started if body not in own and body not in extra]
        if other is not None:
            Record(commit, tuple(listed), tuple(followers)).write(self._shelf, self._tag)

    async def _followers(
        self, client: Client, work: _Work, commit: str | None, own: list[dict[str, Any]]
    ) -> list[dict[str, Any]] | None:
        """Start on the runs of the same commit that the tag's runs set off; returns those that they did not, if known."""
        if commit is None:
            return None
        try:
            bodies = await tag.runs_of_commit(client, self._repository, commit)
        except AnswerError as error:
            self.workspace.miss("runs that followed on other refs", str(error))
            return None
        accepted = list(own)
        for body in tag.runs_on(self._tag, bodies):
            if body["id"] not in {known["id"] for known in accepted}:
                accepted.append(body)
                work.start(body)
        for body in tag.candidates(self._tag, bodies, accepted):
            if tag.set_off_by(body, accepted) and await self._listens(work, body, accepted):
                accepted.append(body)
                work.start(body)
        taken = {body["id"] for body in accepted}
        return [body for body in bodies if body["id"] not in taken]

    async def _listens(self, work: _Work, body: dict[str, Any], runs: list[dict[str, Any]]) -> bool:
        """A `workflow_run` names the workflows it follows; what sent a `repository_dispatch` is not known."""
        if body.get("event") != "workflow_run":
            return True
        file = await work.files.one(str(body.get("path", "")).split("@", 1)[0])
        return file is not None and self._needs.follows(file, {str(run.get("name")) for run in runs})

    async def fetch(self, client: Client, files: Files, manifests: ManifestFiles, body: dict[str, Any]) -> None:
        """Get one run: its jobs and files, then the logs and manifests that these ask for."""
        attempts = Attempts(client, self._repository, self.workspace, self._shelf)
        logs = Logs(client, self._repository, self.workspace, self._shelf, self._wanted.bounds)
        found, texts = await asyncio.gather(attempts.of(body), files.of_run(body))
        self._progress.done("runs")
        self._progress.found("jobs", sum(len(attempt.facts.jobs) for attempt in found))
        judged = (asyncio.to_thread(self._needs.logs, one.facts, texts, self._repository) for one in found)
        needed, _ = await asyncio.gather(asyncio.gather(*judged), manifests.of_run(texts))
        await logs.of_run(found, needed)
        self._progress.done("jobs", sum(len(attempt.facts.jobs) for attempt in found))

    async def _look_up(self, client: Client) -> str | None:
        try:
            return await tag.commit_of(client, self._repository, self._tag)
        except AnswerError as error:
            self._look_up_failed = error
            self.workspace.miss("commit", str(error))
            return None

    async def _get_release(self, client: Client) -> None:
        try:
            release = await tag.release_of(client, self._repository, self._tag)
        except AnswerError as error:
            self.workspace.miss("release", str(error))
            return
        if release is not None:
            self.workspace.write_json("release.json", release)

    async def _extra(self, client: Client, number: int) -> dict[str, Any]:
        status, value = await client.json(paths.run(self._repository, number), expected=(404,))
        if status == 404 or not isinstance(value, dict) or value.get("id") != number:
            raise GitHubError(f"{self._repository} has no run {number}; look up the number in the run's address")
        return value

    def _name_repository(self, runs: list[dict[str, Any]]) -> None:
        """The repository as GitHub calls it now, out of a run, which saves a request."""
        for body in runs:
            said = body.get("repository")
            if isinstance(said, dict) and is_repository(said.get("full_name")):
                self._repository = said["full_name"]
                self.workspace.write_json("repository.json", said)
                return


class _Work:
    """The runs that are being fetched; each is started once."""

    def __init__(self, gathering: _Gathering, client: Client, group: asyncio.TaskGroup, sha: str | None) -> None:
        self.files = Files(client, gathering._repository, sha, gathering.workspace, gathering._shelf, group)
        self.manifests = ManifestFiles(
            client, gathering._repository, sha, gathering.workspace, gathering._shelf, gathering._wanted.manifests
        )
        self.started: list[dict[str, Any]] = []
        self._gathering = gathering
        self._client = client
        self._group = group

    def start(self, body: dict[str, Any]) -> None:
        """Fetch a run, at the same time as everything else."""
        if body["id"] in {known["id"] for known in self.started}:
            return
        self.started.append(body)
        self._gathering.found_runs = True
        self._gathering._progress.found("runs", 1)
        self._group.create_task(self._gathering.fetch(self._client, self.files, self.manifests, body))


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that says most, of those that ended the gathering together."""
    flat: list[BaseException] = []
    for error in errors.exceptions:
        flat.append(_first(error) if isinstance(error, BaseExceptionGroup) else error)
    order = (RateLimitedError, UnreachableError, GitHubError)
    for kind in order:
        for error in flat:
            if isinstance(error, kind):
                return error
    return flat[0]
