"""Finds the token for a GitHub. A token is a secret: it is never in a message, a log or a `repr`."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field

from auditor.collect.github.address import Server
from auditor.collect.github.problems import GitHubError

_FIT = re.compile(r"[\x21-\x7e]{1,4096}")


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it came from."""

    value: str = field(repr=False)
    source: str


def find_token(github: Server, repository: str, environ: Mapping[str, str]) -> Token | None:
    """The token for this GitHub: of a GitHub App, from the environment, or of the `gh` tool; None to go on without.

    github.com: `GITHUB_TOKEN`, then `GH_TOKEN`. Other servers: `GH_ENTERPRISE_TOKEN`, then
    `GITHUB_ENTERPRISE_TOKEN` first, as `gh` does (https://cli.github.com/manual/gh_help_environment).
    Raises `GitHubError` for a token that cannot be one.
    """
    if environ.get("RELAUDIT_APP_ID", "").strip():
        from auditor.collect.github.app import installation_token

        return _checked(installation_token(github, repository, environ), "the GitHub App")
    names = ["GITHUB_TOKEN", "GH_TOKEN"]
    if not github.public:
        names = ["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", *names]
    for name in names:
        value = environ.get(name, "").strip()
        if value:
            return _checked(value, name)
    return _of_gh(github, environ)


def _checked(value: str, source: str) -> Token:
    if not _FIT.fullmatch(value):
        raise GitHubError(f"{source} holds characters that no token has; set it anew")
    return Token(value, source)


def _of_gh(github: Server, environ: Mapping[str, str]) -> Token | None:
    """What `gh auth token` prints: https://cli.github.com/manual/gh_auth_token"""
    program = shutil.which("gh", path=environ.get("PATH"))
    if program is None:
        return None
    command = [program, "auth", "token", "--hostname", github.host]
    try:
        answer = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=10, check=False, env=dict(environ)
        )
    except (OSError, subprocess.SubprocessError):
        return None
    value = answer.stdout.strip()
    return Token(value, "gh auth token") if answer.returncode == 0 and _FIT.fullmatch(value) else None
