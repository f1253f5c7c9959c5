"""Measures `relaudit check` over a thousand workflow files in one repository: `python -m benchmarks.checks`.

The files are made up, no two alike: one in ten is a release workflow of several jobs, the others build, test and tidy
up, as in repositories that have so many. Findings are expected; how many is printed, so that nothing is left out unseen.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FILES = 1_000
ALLOWED = 5.0
"""Seconds, on two cores."""

_HEAD = """\
name: {name}
on:
  {event}
permissions:
  contents: read
jobs:
"""
_JOB = """\
  {job}:
    runs-on: ubuntu-latest
    timeout-minutes: {minutes}
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: {number}
      - uses: actions/setup-node@v4
        with:
          node-version: {node}
          cache: npm
      - name: Install {name}
        run: npm ci --prefix packages/{name}
      - name: {job} {name}
        run: |
          set -euo pipefail
          mkdir -p out/{name}
          for target in one two {name}; do
            make {job} TARGET=$target OUT=out/{name} LEVEL={number}
          done
      - uses: actions/upload-artifact@v4
        with:
          name: {name}-{job}
          path: out/{name}
"""
_PUBLISH = """\
  publish:
    needs: [build]
    runs-on: ubuntu-latest
    timeout-minutes: 20
    environment: release
    permissions:
      contents: read
      id-token: write
    steps:
      - uses: actions/checkout@v4
      - name: Is {name} there?
        id: there
        run: |
          if npm view {name}@${{GITHUB_REF_NAME#v}} version | grep -q {number}; then
            echo "skip=true" >> "$GITHUB_OUTPUT"
          else
            echo "skip=false" >> "$GITHUB_OUTPUT"
          fi
      - name: Publish {name}
        if: steps.there.outputs.skip == 'false'
        run: npm publish packages/{name} --access public
        env:
          NODE_AUTH_TOKEN: ${{{{ secrets.NPM_TOKEN_{number} }}}}
"""


def write_repository(root: Path, files: int = FILES) -> None:
    """Write a repository with so many workflow files."""
    folder = root / ".github" / "workflows"
    folder.mkdir(parents=True)
    (root / ".git").mkdir()
    for number in range(files):
        (folder / f"w{number}.yml").write_text(_workflow(number), "utf-8")


def _workflow(number: int) -> str:
    release = number % 10 == 0
    values = {"name": f"tool{number}", "number": number, "node": 18 + number % 5, "minutes": 5 + number % 40}
    event = f"push: {{ tags: ['tool{number}-v*'] }}" if release else "[push, pull_request]"
    text = _HEAD.format(event=event, **values)
    for job in ("build", "test", "lint")[: 1 + number % 3]:
        text += _JOB.format(job=job, **values)
    return text + (_PUBLISH.format(**values) if release else "")


def main() -> None:
    """Measure the whole command, twice, and print the better time."""
    with tempfile.TemporaryDirectory() as name:
        write_repository(Path(name))
        command = [sys.executable, "-m", "auditor", "check", name, "--format", "json"]
        best = float("inf")
        for _ in range(2):
            begun = time.perf_counter()
            done = subprocess.run(command, capture_output=True, check=False)
            best = min(best, time.perf_counter() - begun)
        report = json.loads(done.stdout)
        found = sum(report["tally"].values())
        assert report["workflows"] == FILES, done.stderr.decode()
        print(f"  relaudit check, {FILES} workflow files, {os.cpu_count()} cores {best:8.2f} s  ({found} findings)")
        print(f"  {'allowed on two cores':42} {ALLOWED:8.2f} s")


if __name__ == "__main__":
    main()
