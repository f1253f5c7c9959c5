"""The tag itself: its commit, its release, and which runs belong to it."""

from __future__ import annotations

import asyncio
import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from auditor.collect.github import paths
from auditor.collect.github.client import Client
from auditor.collect.github.pages import listed
from auditor.collect.github.problems import (
    AnswerError,
    GitHubError,
    NoRunsError,
    NoSuchRepositoryError,
    NoSuchTagError,
    RateLimitedError,
)
from auditor.logs.redact import printable

FOLLOWING = ("workflow_run", "repository_dispatch")
"""Events whose runs are on the default branch although a run of the tag set them off."""
LATEST_FOLLOWER = timedelta(minutes=10)
"""A follower is created when a run starts or ends; so late after the end may it come."""

MOST_RUNS = 40
"""Runs of one tag that are read."""

_NEVER_OF_A_TAG = (
    "pull_request",
    "pull_request_target",
    "pull_request_review",
    "pull_request_review_comment",
    "merge_group",
)
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_MOST_SHOWN = 5

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TagRuns:
    """The runs of a tag, as GitHub lists them; `other` are runs of the same commit that are not the tag's."""

    commit: str | None
    runs: tuple[Body, ...]
    other: tuple[Body, ...] = ()


def runs_on(tag: str, bodies: Iterable[Body]) -> list[Body]:
    """The runs whose ref is the tag. A pull request from a branch of that name is none."""
    return [body for body in bodies if body.get("head_branch") == tag and body.get("event") not in _NEVER_OF_A_TAG]


def candidates(tag: str, bodies: Iterable[Body], own: Sequence[Body]) -> list[Body]:
    """Runs of the same commit on another ref that a run of the tag may have set off, the oldest first."""
    known = {body["id"] for body in own}
    starts = [at for body in own if (at := moment(body.get("created_at"))) is not None]
    ends = [at for body in own if (at := moment(body.get("updated_at"))) is not None]
    if not starts:
        return []
    # Followers of followers end later than the tag's own runs; each may last a day.
    last = max(ends, default=max(starts)) + LATEST_FOLLOWER + timedelta(days=1)
    found = [
        body
        for body in bodies
        if body["id"] not in known
        and body.get("head_branch") != tag
        and body.get("event") in FOLLOWING
        and (at := moment(body.get("created_at"))) is not None
        and min(starts) <= at <= last
    ]
    return sorted(found, key=lambda body: (str(body.get("created_at")), body["id"]))


def set_off_by(body: Body, runs: Iterable[Body]) -> bool:
    """Whether a run was created while one of these ran, or soon after it ended."""
    created = moment(body.get("created_at"))
    for run in runs:
        start, end = moment(run.get("created_at")), moment(run.get("updated_at"))
        if created and start and start <= created <= (end or start) + LATEST_FOLLOWER:
            return True
    return False


def moment(value: Any) -> datetime | None:
    """A time of the API, or None."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else None


async def commit_of(client: Client, repository: str, tag: str) -> str | None:
    """The commit that the tag leads to; None when there is no such tag, or no such repository."""
    # GitHub answers 422 “No commit found” where other endpoints answer 404; 409 is an empty repository.
    path = paths.commit_of_tag(repository, tag)
    status, value = await client.json(path, {"per_page": 1}, expected=(404, 409, 422))
    if status != 200:
        return None
    sha = value.get("sha") if isinstance(value, dict) else None
    if not isinstance(sha, str) or not _SHA.fullmatch(sha):
        raise AnswerError(f"GitHub's answer to GET {path} names no commit")
    return sha


async def release_of(client: Client, repository: str, tag: str) -> Body | None:
    """The release of the tag, or None. GitHub shows drafts under no tag."""
    status, value = await client.json(paths.release(repository, tag), expected=(404,))
    if status == 200 and not isinstance(value, dict):
        raise AnswerError("GitHub's answer about the release is not an object")
    return value if status == 200 else None


async def runs_of_branch(client: Client, repository: str, tag: str) -> list[Body]:
    """All runs whose ref has the tag's name. Raises `NoSuchRepositoryError`."""
    try:
        found = await listed(client, paths.runs(repository), {"branch": tag}, "workflow_runs")
    except AnswerError as error:
        if error.status == 404:
            raise _no_repository(client, repository) from None
        raise
    return list(found.entries)


async def runs_of_commit(client: Client, repository: str, sha: str) -> list[Body]:
    """All runs of a commit, whatever their ref."""
    return list((await listed(client, paths.runs(repository), {"head_sha": sha}, "workflow_runs")).entries)


async def without_branch(client: Client, repository: str, tag: str, commit: str | None, runs: list[Body]) -> list[Body]:
    """Where runs have several commits, the tag was moved, or a branch has its name: then only the commit's are its own."""
    if commit is None or {body.get("head_sha") for body in runs} <= {commit}:
        return runs
    status, _ = await client.json(paths.branch_ref(repository, tag), expected=(404,))
    return runs if status == 404 else [body for body in runs if body.get("head_sha") == commit]


def newest(runs: Sequence[Body], commit: str | None) -> list[Body]:
    """The runs to audit of a tag that moves from day to day, such as `nightly`: those of its commit, and the newest others."""
    if len(runs) <= MOST_RUNS:
        return list(runs)
    order = sorted(runs, key=lambda body: (body.get("head_sha") == commit, str(body.get("created_at"))), reverse=True)
    kept = {body["id"] for body in order[:MOST_RUNS]}
    return [body for body in runs if body["id"] in kept]


async def nothing_found(
    client: Client, repository: str, tag: str, commit: str | None, other: Sequence[Body]
) -> GitHubError:
    """Why there is nothing to audit: no tag, or no run of it; with what is near."""
    try:
        names, known = await asyncio.gather(_tags(client, repository), _recent_refs(client, repository))
    except RateLimitedError:
        raise
    except AnswerError:
        names, known = [], set()
    if commit is None:
        near = nearest(tag, names)
        hint = (
            f"nearest: {', '.join(near)}"
            if near
            else "it has no tags"
            if not names
            else "`git tag` lists those you have"
        )
        return NoSuchTagError(f"{repository} has no tag {printable(tag, 255)}; {hint}")
    parts = [f"no workflow run of {repository} belongs to the tag {printable(tag, 255)} (commit {commit[:10]})"]
    if other:
        shown = ", ".join(_shown_run(body) for body in other[:_MOST_SHOWN])
        parts.append(f"its commit has runs on other refs: {shown}; take one in with --run ID")
    near = nearest(tag, [name for name in names if name in known and name != tag])
    if near:
        parts.append(f"nearest tags with runs: {', '.join(near)}")
    elif not other:
        parts.append("no workflow starts on it, or GitHub has deleted its runs")
    return NoRunsError("; ".join(parts))


def nearest(tag: str, names: Sequence[str]) -> list[str]:
    """The names most like the tag, the best first: with and without `v` or a prefix first, then by spelling."""
    bare = _bare(tag)
    same = [name for name in names if name != tag and _bare(name) == bare]
    close = difflib.get_close_matches(tag, names[:2000], n=3, cutoff=0.5)
    found = dict.fromkeys([*same, *close]) or dict.fromkeys(names[:3])
    return [printable(name, 255) for name in [name for name in found if name != tag][:_MOST_SHOWN]]


def _bare(tag: str) -> str:
    match = re.search(r"[0-9].{0,250}", tag)
    return match[0] if match else tag


def _shown_run(body: Mapping[str, Any]) -> str:
    name = printable(str(body.get("name") or body.get("path") or "run"), 60)
    return f"{body['id']} ({name}, {printable(str(body.get('event')), 30)} on {printable(str(body.get('head_branch')), 60)})"


async def _tags(client: Client, repository: str) -> list[str]:
    _, value = await client.json(paths.tags(repository), {"per_page": 100})
    entries = value if isinstance(value, list) else []
    return [entry["name"] for entry in entries if isinstance(entry, dict) and isinstance(entry.get("name"), str)]


async def _recent_refs(client: Client, repository: str) -> set[str]:
    _, value = await client.json(paths.runs(repository), {"per_page": 100})
    entries = value.get("workflow_runs") if isinstance(value, dict) else None
    return {str(entry.get("head_branch")) for entry in entries or () if isinstance(entry, dict)}


def _no_repository(client: Client, repository: str) -> GitHubError:
    host = client.server.host
    if client.token is None:
        return NoSuchRepositoryError(
            f"{host} shows no repository {repository}: the name is wrong, or it is private; "
            "for a private one set GITHUB_TOKEN, or log in with `gh auth login`"
        )
    return NoSuchRepositoryError(
        f"{host} shows no repository {repository}: the name is wrong, or the token from {client.token.source} may not "
        "see it (it needs read access to Actions and Contents of that repository)"
    )
