"""What the stand-in knows: repositories with their tags, runs, jobs, logs and files, in GitHub's own JSON."""

from __future__ import annotations

import copy
import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.github_standin.board import Account, Board
from tests.github_standin.permissions import allows

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HugeLog:
    """A log of `size` bytes that is made while it is sent; `last` are its last lines."""

    size: int
    last: bytes = b""

    def blocks(self, start: int = 0) -> Iterator[bytes]:
        """The log from an offset on, in blocks of about 1 MiB."""
        line = b"2026-01-01T00:00:00.0000000Z " + b"noise " * 16 + b"\n"
        block = line * ((1 << 20) // len(line))
        at, end = start, self.size - len(self.last)
        while at < end:
            piece = block[at % len(line) :][: end - at]
            yield piece
            at += len(piece)
        yield self.last[max(start - end, 0) :]


@dataclass(frozen=True, slots=True)
class NoLog:
    """Why a job has no log: GitHub answers 410 when it has deleted it, and 404 when there never was one."""

    status: int


Log = bytes | HugeLog | NoLog


@dataclass(slots=True)
class AttemptState:
    """One attempt of one run: GitHub's run and job objects, logs and annotations by the job's id."""

    run: Json
    jobs: list[Json]
    logs: dict[int, Log] = field(default_factory=dict)
    annotations: dict[int, list[Json]] = field(default_factory=dict)
    zipped: tuple[dict[int, Log], bytes] | None = None
    """The zip as it was made last, and of which logs."""


@dataclass(frozen=True, slots=True)
class TagState:
    """A tag: the commit it leads to; an annotated one has an object of its own on the way."""

    name: str
    commit: str
    annotated: bool = False

    @property
    def object_sha(self) -> str:
        """The SHA of the annotated tag's object, which is not the commit's."""
        return hashlib.sha1(f"tag {self.name} {self.commit}".encode(), usedforsecurity=False).hexdigest()


@dataclass(slots=True)
class RepositoryState:
    """One repository. `files` are by commit and path, `branches` lead to commits; `renamed_from` are names it had before."""

    body: Json
    tags: dict[str, TagState] = field(default_factory=dict)
    runs: dict[int, dict[int, AttemptState]] = field(default_factory=dict)
    releases: list[Json] = field(default_factory=list)
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    board: Board = field(default_factory=Board)
    branches: dict[str, str] = field(default_factory=dict)
    renamed_from: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`owner/name`."""
        return str(self.body["full_name"])

    @property
    def private(self) -> bool:
        """Whether only those with a token see it."""
        return bool(self.body["private"])

    def latest(self) -> list[AttemptState]:
        """The latest attempt of every run, the newest run first, as the listing has them."""
        last = [attempts[max(attempts)] for attempts in self.runs.values()]
        return sorted(last, key=lambda attempt: (attempt.run["created_at"], attempt.run["id"]), reverse=True)

    def holder(self, job_id: int) -> tuple[AttemptState, Json] | None:
        """The job of this id, and the attempt it belongs to."""
        for attempts in self.runs.values():
            for attempt in attempts.values():
                for job in attempt.jobs:
                    if job["id"] == job_id:
                        return attempt, job
        return None

    def commit_of(self, ref: str) -> str | None:
        """The commit that a branch, a tag, a SHA or the first digits of one lead to."""
        name = ref.removeprefix("refs/")
        for tag in self.tags.values():
            if name in (tag.name, f"tags/{tag.name}") or ref == tag.object_sha:
                return tag.commit
        if (branch := name.removeprefix("heads/")) in self.branches:
            return self.branches[branch]
        if branch in (self.body["default_branch"], "HEAD"):
            return next(iter(self.files), None)
        found = [sha for sha in self.files if len(ref) >= 7 and sha.startswith(ref)]
        return found[0] if len(found) == 1 else None


@dataclass(slots=True)
class World:
    """All repositories. `tokens` are the ones that are accepted; None accepts any."""

    repositories: dict[str, RepositoryState] = field(default_factory=dict)
    tokens: frozenset[str] | None = None
    accounts: dict[str, Account] = field(default_factory=dict)
    """Who the tokens belong to; any other token is a user's who may do everything."""

    def login(self, token: str | None) -> str:
        """Whose token this is."""
        return self.accounts[token].login if token in self.accounts else "release-bot"

    def may(self, token: str | None, name: str, level: str) -> bool:
        """Whether the token holds a permission."""
        account = self.accounts.get(token or "")
        return account is None or account.permissions is None or allows(account.permissions, name, level)

    @classmethod
    def of_bundles(cls, bundles: Iterable[Path]) -> World:
        """A world of the releases in these bundle folders, whose logs are one file per job."""
        world = cls()
        for bundle in bundles:
            world.add(bundle)
        return world

    def add(self, bundle: Path) -> RepositoryState:
        """Add one bundle's release to its repository. Raises `ValueError` when its logs are in another form."""
        header = _read(bundle / "bundle.json")
        repository = self.repositories.setdefault(
            header["repository"].lower(), RepositoryState(_read(bundle / "repository.json"))
        )
        commit, tag = header["commit"], header["tag"]
        repository.tags[tag] = TagState(tag, commit)
        root = bundle / "files"
        repository.files[commit] = {
            file.relative_to(root).as_posix(): file.read_bytes() for file in sorted(root.rglob("*")) if file.is_file()
        }
        if (bundle / "release.json").exists():
            repository.releases.append(_read(bundle / "release.json"))
        for entry in _list(bundle / "tags.json"):
            repository.tags.setdefault(entry["name"], TagState(entry["name"], entry["commit"]["sha"]))
        known = {release["tag_name"] for release in repository.releases}
        repository.releases += [entry for entry in _list(bundle / "releases.json") if entry["tag_name"] not in known]
        gone = {entry["what"] for entry in header["missing"] if entry["why"].startswith("expired:")}
        for folder in sorted((bundle / "runs").glob("*/attempt-*")):
            attempt = _attempt(folder, gone)
            repository.runs.setdefault(attempt.run["id"], {})[attempt.run["run_attempt"]] = attempt
        return repository

    def find(self, name: str) -> RepositoryState | None:
        """The repository of this `owner/name`, whatever its case."""
        return self.repositories.get(name.lower())

    def renamed(self, name: str) -> RepositoryState | None:
        """The repository that had this name once."""
        old = name.lower()
        return next((each for each in self.repositories.values() if old in map(str.lower, each.renamed_from)), None)

    def only(self) -> RepositoryState:
        """The one repository there is."""
        (repository,) = self.repositories.values()
        return repository


def another_run(attempt: AttemptState, number: int, **changes: Any) -> AttemptState:
    """A run like this one with a number of its own and other facts; it has no jobs."""
    run = copy.deepcopy(attempt.run)
    text = json.dumps(run).replace(str(run["id"]), str(number))
    return AttemptState({**json.loads(text), "run_attempt": 1, **changes}, [])


def another_job(job: Json, number: int, **changes: Any) -> Json:
    """A job like this one with a number of its own and other facts."""
    text = json.dumps(job).replace(str(job["id"]), str(number))
    node = f"CR_{uuid.uuid5(uuid.NAMESPACE_OID, str(number)).hex[:16]}"
    return {**json.loads(text), "node_id": node, **changes}


def _attempt(folder: Path, gone: set[str]) -> AttemptState:
    others = [name for name in ("logs.zip", "gh-run-view.log") if (folder / name).exists()]
    if others:
        raise ValueError(f"{folder}: {others[0]} is not what GitHub's API gives job by job")
    jobs = _read(folder / "jobs.json")["jobs"]
    logs: dict[int, Log] = {}
    for job in jobs:
        file = folder / "logs" / f"{job['id']}.log"
        expired = f"log of job {job['id']}" in gone
        logs[job["id"]] = file.read_bytes() if file.exists() else NoLog(410 if expired else 404)
    notes = {int(file.stem): json.loads(file.read_bytes()) for file in sorted(folder.glob("annotations/*.json"))}
    return AttemptState(_read(folder / "run.json"), jobs, logs, notes)


def _list(file: Path) -> list[Json]:
    """A list of the bundle's, which need not be there."""
    found: list[Json] = json.loads(file.read_bytes()) if file.exists() else []
    return found


def _read(file: Path) -> Json:
    value: Json = json.loads(file.read_bytes())
    return value
