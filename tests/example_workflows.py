"""The workflows in docs/examples, as GitHub would read them, and relaudit's steps in them run as GitHub would run them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.composite import Ran, Runner, filled
from tests.github_standin import Account, Standin
from tests.live_command import RELAUDIT, TOKEN

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.yml"))
OURS = "OWNER/relaudit@"
ME = "github-actions[bot]"


@dataclass(frozen=True, slots=True)
class Job:
    """One job of an example."""

    name: str
    body: dict[str, Any]

    @property
    def permissions(self) -> dict[str, str]:
        """What its token may."""
        return dict(self.body["permissions"])

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Its steps in order."""
        return list(self.body["steps"])

    @property
    def ours(self) -> dict[str, Any] | None:
        """The step that uses relaudit."""
        return next((step for step in self.steps if str(step.get("uses", "")).startswith(OURS)), None)


def workflow(name: str) -> dict[str, Any]:
    """The workflow in this file. YAML 1.1 takes the key `on` for true."""
    body: dict[Any, Any] = yaml.safe_load((ROOT / "docs" / "examples" / name).read_text("utf-8"))
    return {("on" if key is True else str(key)): value for key, value in body.items()}


def jobs(name: str) -> Iterator[Job]:
    """The jobs of this file."""
    for key, body in workflow(name)["jobs"].items():
        yield Job(f"{name}: {key}", body)


def job(name: str, key: str) -> Job:
    """One job of this file."""
    return next(each for each in jobs(name) if each.name == f"{name}: {key}")


def run_step(
    runner: Runner, github: Standin, each: Job, event: str, payload: Mapping[str, Any], without: str | None = None
) -> Ran:
    """Run the job's relaudit step with a token that holds the job's permissions, `without` one of them."""
    held = {name: level for name, level in each.permissions.items() if name != without}
    github.world.accounts[TOKEN] = Account(ME, held)
    file = runner.root / "event.json"
    file.write_text(json.dumps(payload), "utf-8")
    runner.environ |= {
        "GITHUB_API_URL": github.url,
        "GITHUB_REPOSITORY": github.world.only().name,
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": str(file),
        "GITHUB_REF": "refs/heads/main",
    }
    assert each.ours is not None
    context = {"runner.temp": str(runner.temp)}
    given = {name: filled(str(value), context) for name, value in each.ours.get("with", {}).items()}
    if given.get("command", "run") in ("run", "status"):
        given["verify"] = "false"  # a test asks no registry
    return runner.run(ROOT / "action.yml", given, skip={"install": {"program": RELAUDIT}})
