"""Runs a composite action's steps in order as GitHub's runner does, on this machine.

What is done: inputs with their defaults; `${{ inputs.x }}`, `${{ github.token }}` and `${{ steps.x.outputs.y }}` in `env:` and
in outputs; each `run` step in bash, with files of its own for outputs, environment, path and summary; a step that fails ends
the action, whose outputs are evaluated all the same. https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

BASH = shutil.which("bash") or "bash"
GIT = shutil.which("git") or "git"
_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "TMPDIR",
    "SSL_CERT_FILE",
    "PIP_CERT",
    "PIP_CACHE_DIR",
    "PIP_FIND_LINKS",
    "PIP_INDEX_URL",
)
"""What a step inherits of this machine; nothing of it says GITHUB or RELAUDIT."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How the action ended: the exit code of its last step, its outputs, what it printed, its job summary."""

    code: int
    outputs: dict[str, str]
    out: str
    summary: str


@dataclass(slots=True)
class Runner:
    """A machine with a workspace and a folder for temporary files; `environ` is what the job sets besides."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)
    token: str = ""

    @property
    def workspace(self) -> Path:
        """Where a job's steps begin."""
        return _made(self.root / "work")

    @property
    def temp(self) -> Path:
        """RUNNER_TEMP."""
        return _made(self.root / "temp")

    def run(
        self, action: Path, given: Mapping[str, str] | None = None, skip: Mapping[str, Mapping[str, str]] = {}
    ) -> Ran:
        """Run the action in this file with these inputs.

        `skip` has the ids of steps that are not run, with the outputs that they would have had.
        """
        described: dict[str, Any] = yaml.safe_load(action.read_text("utf-8"))
        unknown = set(given or {}) - set(described["inputs"])
        assert not unknown, f"no such inputs: {unknown}"
        context = {f"inputs.{name}": str(each.get("default", "")) for name, each in described["inputs"].items()}
        context |= {f"inputs.{name}": value for name, value in (given or {}).items()}
        context["github.token"] = self.token
        context = {name: filled(value, context) for name, value in context.items()}
        extra: dict[str, str] = {}
        code, out, summary = 0, "", ""
        for number, step in enumerate(described["runs"]["steps"]):
            name = step.get("id", f"step-{number}")
            if name in skip:
                context |= {f"steps.{name}.outputs.{key}": value for key, value in skip[name].items()}
                continue
            assert step["shell"] == "bash"
            assert "${{" not in step["run"], "an expression inside of a script is run as a part of it"
            ran = self._step(step, name, action.parent, context, extra)
            context |= {f"steps.{name}.outputs.{key}": value for key, value in ran.outputs.items()}
            code, out, summary = ran.code, out + ran.out, summary + ran.summary
            if code != 0:
                break
        outputs = {name: filled(each["value"], context) for name, each in described["outputs"].items()}
        return Ran(code, outputs, out, summary)

    def _step(
        self, step: dict[str, Any], name: str, action: Path, context: Mapping[str, str], extra: dict[str, str]
    ) -> Ran:
        files = {key: self.temp / f"{name}-{key.lower()}" for key in ("OUTPUT", "ENV", "PATH", "STEP_SUMMARY")}
        for file in files.values():
            file.write_bytes(b"")
        script = self.temp / f"{name}.sh"
        script.write_text(step["run"], "utf-8")
        own = {key: filled(str(value), context) for key, value in step.get("env", {}).items()}
        environ = {
            **{key: os.environ[key] for key in KEPT if key in os.environ},
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_ACTION_PATH": str(action),
            "RUNNER_TEMP": str(self.temp),
            **self.environ,
            **extra,
            **{f"GITHUB_{key}": str(file) for key, file in files.items()},
            **own,
        }
        done = subprocess.run(
            [BASH, "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=self.workspace,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
            check=False,
        )
        extra |= read_pairs(files["ENV"].read_text("utf-8"))
        for folder in files["PATH"].read_text("utf-8").splitlines():
            extra["PATH"] = f"{folder}{os.pathsep}{extra.get('PATH', os.environ['PATH'])}"
        summary = files["STEP_SUMMARY"].read_bytes()
        assert len(summary) <= 1 << 20, "GitHub refuses a summary of more than 1 MiB"
        return Ran(
            done.returncode,
            read_pairs(files["OUTPUT"].read_text("utf-8")),
            done.stdout.decode("utf-8", "replace"),
            summary.decode("utf-8"),
        )


def new_runner(root: Path, rules: Path, token: str) -> Runner:
    """A machine of its own, with a cache of its own but for the parsed rules, which are kept in `rules` for the next one."""
    cache = _made(root / "cache")
    (cache / "rulebook").symlink_to(_made(rules), target_is_directory=True)
    return Runner(root, {"RELAUDIT_CACHE_DIR": str(cache)}, token)


def filled(text: str, context: Mapping[str, str]) -> str:
    """The text with its expressions evaluated; what a step never set is empty."""
    assert "${{" not in _EXPRESSION.sub("", text), f"this runner cannot evaluate {text}"
    return _EXPRESSION.sub(lambda found: context.get(found[1], ""), text)


def read_pairs(text: str) -> dict[str, str]:
    """`name=value` and `name<<DELIMITER` as the runner reads them from an environment file."""
    pairs: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, sign, value = line.partition("<<") if "<<" in line.partition("=")[0] else line.partition("=")
        if sign != "<<":
            pairs[name] = value
            continue
        kept = []
        for inner in lines:
            if inner == value:
                break
            kept.append(inner)
        else:
            raise AssertionError(f"{name} has no end")
        pairs[name] = "\n".join(kept)
    return pairs


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
