"""Real registries on loopback, for those who have them installed.

`RELAUDIT_REALSERVERS` names a folder, or several, in which their programs and the clients' are looked for before `PATH`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from auditor.config.settings import RegistrySettings
from auditor.diagnose.explain import Explainer
from auditor.logs.source import TextLog
from auditor.model.explanation import Explanation
from auditor.model.live import LiveAnswer, Target
from auditor.registries.ask import ask
from auditor.registries.settings import Settings
from auditor.rulebook.book import Rulebook
from tests.registry_standin.asking import shipped

START = 60.0
"""Seconds in which a server has to answer for the first time."""


def program(name: str) -> str:
    """The path of a program; the test is skipped where it is not installed."""
    where = os.pathsep.join([os.environ.get("RELAUDIT_REALSERVERS", ""), os.environ.get("PATH", "")])
    found = shutil.which(name, path=where.strip(os.pathsep))
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(command: Sequence[str], url: str, folder: Path, environ: Mapping[str, str] | None = None) -> Iterator[str]:
    """A server, started and waited for; stopped at the end."""
    log = folder / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, cwd=folder, env={**os.environ, **(environ or {})}
        )
        try:
            _wait(url, server, log)
            yield url
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(10)


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START
    while time.monotonic() < until:
        if server.poll() is not None:
            pytest.fail(f"the server ended at once: {log.read_text('utf-8', 'replace')[-2000:]}")
        try:
            httpx.get(url, timeout=2.0)
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"the server did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


def ran(command: Sequence[str], folder: Path, environ: Mapping[str, str] | None = None) -> tuple[int, str]:
    """A client's exit code, and what it printed on both streams."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "CI": "true", **(environ or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=180,
        check=False,
    )
    return done.returncode, done.stdout.decode("utf-8", "replace")


def found(one: Target, url: str) -> LiveAnswer:
    """What relaudit says about a target at the user's own registry."""
    access = {one.platform: RegistrySettings(url=url, allow_private=True)}
    return ask([one], Settings({one.platform: shipped(one.platform)}, access))[0]


def explained(command: str, output: str, code: int) -> Explanation:
    """What relaudit says about a client's output, as the log of a job that ran it."""
    stamp = "2026-03-01T10:00:00.0000000Z"
    lines = [
        f"##[group]Run {command}",
        f"\x1b[36;1m{command}\x1b[0m",
        "shell: /usr/bin/bash -e {0}",
        "##[endgroup]",
        *output.splitlines(),
        f"##[error]Process completed with exit code {code}.",
    ]
    log = "".join(f"{stamp} {line}\n" for line in lines)
    return Explainer(Rulebook.load()).explain(TextLog("publish.log", log.encode()), "publish.log")
