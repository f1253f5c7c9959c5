"""Which repository, on which GitHub: names, API addresses, and what a git remote says."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from auditor.collect.github.problems import GitHubError
from auditor.logs.redact import printable

PUBLIC_API = "https://api.github.com"
PUBLIC_HOST = "github.com"

_REPOSITORY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9_])?/[A-Za-z0-9_.-]{1,100}")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::[0-9]{1,5})?")
_REMOTE = re.compile(
    r"(?:[a-z+]{2,10}://)?(?:[^@/\s]{1,300}@)?(?P<host>[^/:\s]{1,255})(?::[0-9]{1,5}(?=/))?[:/](?P<path>[^\s?#]{3,250})"
)


@dataclass(frozen=True, slots=True)
class Server:
    """A GitHub: `api` is its REST API's address without a slash at the end, `host` the name that people type."""

    api: str = PUBLIC_API
    host: str = PUBLIC_HOST

    @property
    def public(self) -> bool:
        """Whether it is github.com or a data residency tenant of it, whose tokens are in `GITHUB_TOKEN`."""
        return self.host == PUBLIC_HOST or self.host.endswith(".ghe.com")


def is_repository(name: object) -> bool:
    """Whether something is `owner/name`."""
    return isinstance(name, str) and _REPOSITORY.fullmatch(name) is not None


def server(api_url: str | None, environ: Mapping[str, str]) -> Server:
    """Find the GitHub to ask: the address given, then `GITHUB_API_URL`, then `GH_HOST`, then github.com.

    Raises `GitHubError` when an address is none. https://docs.github.com/en/enterprise-server@latest/rest
    """
    given = api_url or environ.get("GITHUB_API_URL")
    if given:
        return _of_api(given.strip().rstrip("/"), "--api-url" if api_url else "GITHUB_API_URL")
    host = environ.get("GH_HOST", "").strip().lower()
    return of_host(host) if host else Server()


def of_host(host: str) -> Server:
    """The API of a host. Raises `GitHubError` when it is no host name."""
    if not _HOST.fullmatch(host):
        raise GitHubError(f"GH_HOST is not the name of a host: {printable(host, 100)}")
    if host == PUBLIC_HOST:
        return Server()
    return Server(f"https://api.{host}" if host.endswith(".ghe.com") else f"https://{host}/api/v3", host)


def repository_name(given: str) -> tuple[str, str | None]:
    """`owner/name` out of what people give: that, `host/owner/name`, or the repository's URL; and the host, if named.

    Raises `GitHubError`.
    """
    text = given.strip().removesuffix("/").removesuffix(".git")
    if _REPOSITORY.fullmatch(text):
        return text, None
    remote = _REMOTE.fullmatch(text)
    if remote and _REPOSITORY.fullmatch(remote["path"].strip("/")):
        return remote["path"].strip("/"), remote["host"].lower()
    raise GitHubError(f"--repo is not `owner/name`: {printable(given, 200)}")


def repository_of_checkout(folder: Path, github: Server) -> str:
    """The repository of a git checkout, by its remotes; `upstream` before `origin`, because releases are made there.

    Only remotes on the GitHub that is asked count: a checkout must not decide to whom a token goes. Raises
    `GitHubError` when there is none.
    """
    found: dict[str, str] = {}
    others: list[str] = []
    for name, url in _remotes(folder):
        remote = _REMOTE.fullmatch(url.removesuffix("/").removesuffix(".git"))
        if remote is None or not _REPOSITORY.fullmatch(path := remote["path"].strip("/")):
            continue
        host = {"ssh.github.com": PUBLIC_HOST}.get(remote["host"].lower(), remote["host"].lower())
        if host == github.host:
            found.setdefault(name, path)
        else:
            others.append(host)
    for name in ("upstream", "origin", *found):
        if name in found:
            return found[name]
    hint = f" (there is one on {printable(others[0], 100)}: set GH_HOST if that is a GitHub)" if others else ""
    raise GitHubError(f"no git remote here is a repository on {github.host}{hint}; name it with --repo owner/name")


def _remotes(folder: Path) -> list[tuple[str, str]]:
    command = ["git", "-C", str(folder), "config", "--get-regexp", r"^remote\..*\.url$"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return []
    pairs = (line.split(" ", 1) for line in answer.stdout.splitlines()[:200] if " " in line)
    return [(key.removeprefix("remote.").removesuffix(".url"), url.strip()) for key, url in pairs]


def _of_api(url: str, source: str) -> Server:
    parts = urlsplit(url)
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if parts.scheme not in ("https", "http") or not host or parts.username or parts.query or parts.fragment:
        raise GitHubError(f"{source} is not an address like {PUBLIC_API}: {printable(url.split('@')[-1], 200)}")
    if parts.scheme == "http" and host not in ("localhost", "127.0.0.1", "::1"):
        raise GitHubError(f"{source} is not encrypted (http), and a token would be sent over it; use https")
    if url == PUBLIC_API:
        return Server()
    name = host.removeprefix("api.") if host.endswith(".ghe.com") else host
    return Server(url, name if port is None else f"{name}:{port}")
