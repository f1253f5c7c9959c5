"""Runs `relaudit` against the stand-in: in this process, which is quick, or as a process of its own, which is the truth."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from auditor.cli.app import app
from tests.github_standin import Standin

TOKEN = "ghs_" + "relauditStandin0" * 2 + "abcd"
"""Has the form of a GitHub token, and is none."""
RELAUDIT = str(Path(sys.executable).with_name("relaudit"))


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def audit(self) -> dict[str, Any]:
        """The audit in its JSON form."""
        audit: dict[str, Any] = json.loads(self.out)
        return audit


def environment(github: Standin, cache: Path, token: str | None = TOKEN) -> dict[str, str]:
    """The environment that leads the command to the stand-in and to a cache of its own; `token` None is anonymous."""
    lead = {"GITHUB_API_URL": github.url, "RELAUDIT_CACHE_DIR": str(cache / "cache"), "NO_COLOR": "1"}
    lead["RELAUDIT_VERIFY"] = "0"  # a test asks no registry but those on loopback
    return {**lead, **({} if token is None else {"GITHUB_TOKEN": token})}


def arguments(github: Standin, tag: str, more: Sequence[str] = ()) -> list[str]:
    """`run TAG` for the stand-in's one repository, as JSON."""
    return ["run", tag, "--repo", github.world.only().name, "--format", "json", *more]


def run_live(
    github: Standin, tag: str, folder: Path, *more: str, token: str | None = TOKEN, env: Mapping[str, str] | None = None
) -> Ran:
    """Run it in this process."""
    return in_process(arguments(github, tag, more), {**environment(github, folder, token), **(env or {})})


def in_process(command: Sequence[str], env: Mapping[str, str]) -> Ran:
    """Run any command in this process, with no variable but the given ones leading it to a GitHub."""
    try:
        result = CliRunner().invoke(app, list(command), env={**dict.fromkeys(_LEADING), **env})
    finally:
        # With `--verbose` it logs to a standard error that lasts as long as the command.
        logging.getLogger("relaudit").handlers.clear()
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)


def spawn_live(
    github: Standin, tag: str, folder: Path, *more: str, token: str | None = TOKEN, env: Mapping[str, str] | None = None
) -> Ran:
    """Run it as a process of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in _LEADING}
    done = subprocess.run(
        [RELAUDIT, *arguments(github, tag, more)],
        env={**kept, **environment(github, folder, token), **(env or {})},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


_LEADING = (
    "GITHUB_TOKEN",
    "GH_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "GH_HOST",
    "GITHUB_API_URL",
    "RELAUDIT_APP_ID",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "SSL_CERT_FILE",
)
