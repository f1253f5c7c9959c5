"""What the event that started a workflow run says: its tag, its pull request, the commit to compare with.

https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from auditor.deliver.problems import DeliverError
from auditor.logs.redact import printable

LARGEST_EVENT = 32 << 20
"""Bytes. GitHub delivers no payload above 25 MB."""
LONGEST_TAG = 255
_NO_TAG = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[-/.]|/\.|[/.]$|\.lock(?:/|$)")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_BY_TAG = ("push", "create", "release", "workflow_dispatch")
"""Events whose runs have the tag as their head branch."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a pull request comes from: the owner of the fork, or of the repository; the branch; its last commit."""

    owner: str
    branch: str
    commit: str


@dataclass(frozen=True, slots=True)
class Event:
    """The event's name, the ref it is about (`refs/tags/v1.2.3`), and its payload."""

    name: str = ""
    ref: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)


def read_event(environ: Mapping[str, str]) -> Event:
    """Read the event of this workflow run; outside of one there is none. Raises `DeliverError`."""
    name, ref, path = (environ.get(f"GITHUB_{key}", "") for key in ("EVENT_NAME", "REF", "EVENT_PATH"))
    if not path:
        return Event(name, ref)
    file = Path(path)
    try:
        if file.stat().st_size > LARGEST_EVENT:
            raise DeliverError(f"the event's payload is larger than {LARGEST_EVENT >> 20} MiB: name the tag")
        payload = json.loads(file.read_bytes())
    except OSError as error:
        raise DeliverError(f"the event's payload cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise DeliverError("the event's payload is no JSON: GITHUB_EVENT_PATH leads elsewhere") from None
    return Event(name, ref, payload if isinstance(payload, dict) else {})


def tag_of(event: Event) -> str | None:
    """The tag that the event is about, or None. Raises `DeliverError` for a name that no tag can have.

    Of a `workflow_run` event only runs of this repository count: a pull request's branch may be called as a tag is.
    """
    if event.name == "release":
        return _tag(_text(event.payload, "release", "tag_name"))
    if event.name == "workflow_run":
        return _tag(_of_run(event.payload))
    if event.ref.startswith("refs/tags/") and not event.payload.get("deleted"):
        return _tag(event.ref.removeprefix("refs/tags/"))
    return None


def _of_run(payload: Mapping[str, Any]) -> str | None:
    ours = _text(payload, "repository", "full_name")
    if _text(payload, "workflow_run", "event") not in _BY_TAG or ours is None:
        return None
    if _text(payload, "workflow_run", "head_repository", "full_name") != ours:
        return None
    branch = _text(payload, "workflow_run", "head_branch")
    return None if branch == _text(payload, "repository", "default_branch") else branch


def valid_tag(text: str) -> str:
    """The name of a tag, without `refs/tags/`. Raises `DeliverError` when git would take no tag of that name.

    https://git-scm.com/docs/git-check-ref-format
    """
    name = text.strip().removeprefix("refs/tags/")
    if not name or len(name) > LONGEST_TAG or _NO_TAG.search(name):
        raise DeliverError(f"no tag can be called {printable(text, 100)!r}")
    return name


def _tag(name: str | None) -> str | None:
    return valid_tag(name) if name else None


def pull_of(event: Event) -> int | None:
    """The number of the pull request that the event is about, where it says so itself."""
    number = _at(event.payload, "pull_request", "number")
    return number if isinstance(number, int) and not isinstance(number, bool) and number > 0 else None


def head_of(event: Event) -> Head | None:
    """Of a `workflow_run` event after a pull request's run: where that pull request comes from.

    GitHub leaves `pull_requests` empty when it comes from a fork; these facts are there, and they are GitHub's own.
    """
    if event.name != "workflow_run" or _text(event.payload, "workflow_run", "event") != "pull_request":
        return None
    owner = _text(event.payload, "workflow_run", "head_repository", "owner", "login")
    branch = _text(event.payload, "workflow_run", "head_branch")
    commit = _commit(_text(event.payload, "workflow_run", "head_sha"))
    return Head(owner, branch, commit) if owner and branch and commit else None


def base_of(event: Event) -> str | None:
    """The commit that the pull request of the event is to be merged into."""
    return _commit(_text(event.payload, "pull_request", "base", "sha"))


def _commit(text: str | None) -> str | None:
    return text if text is not None and _COMMIT.fullmatch(text) else None


def _text(payload: Mapping[str, Any], *names: str) -> str | None:
    found = _at(payload, *names)
    return found if isinstance(found, str) and len(found) <= 1_000 else None


def _at(payload: object, *names: str) -> object:
    for name in names:
        if not isinstance(payload, Mapping):
            return None
        payload = payload.get(name)
    return payload
