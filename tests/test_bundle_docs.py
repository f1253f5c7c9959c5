"""The script in docs/bundles.md makes a bundle that is read without anything missing but what GitHub refused."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.bundle import read_bundle
from auditor.logs.source import LogAbsent
from auditor.model.facts import Job
from auditor.model.vocabulary import LogState
from tests.bundle_maker import COMMIT, WORKFLOW, job, page, run, text_of

DOCS = Path(__file__).parent.parent / "docs" / "bundles.md"
BASH, JQ = shutil.which("bash"), shutil.which("jq")
TAG = "@acme/widget@1.0#2"

pytestmark = pytest.mark.skipif(
    BASH is None or JQ is None or os.name == "nt", reason="bash and jq are needed to run the script"
)

# Stands in for `gh`: answers from a table, filters with jq, and fails as `gh api` does, printing the body all the same.
GH = """
import json, os, subprocess, sys
words, options = sys.argv[1:], {}
assert words.pop(0) == "api", words
places = []
while words:
    word = words.pop(0)
    if word in ("--jq", "-H"):
        options[word] = words.pop(0)
    elif word == "--paginate":
        options[word] = True
    else:
        places.append(word)
(place,) = places
table = json.load(open(os.environ["GH_TABLE"]))
if place not in table:
    print(json.dumps({"message": "Not Found", "documentation_url": "x", "status": "404"}))
    sys.exit("gh: Not Found (HTTP 404)")
answer = table[place]
if "status" in answer:
    print(json.dumps({"message": "Server Error", "documentation_url": "x", "status": str(answer["status"])}))
    sys.exit(f"gh: Server Error (HTTP {answer['status']})")
pages = answer["pages"] if "--paginate" in options else answer["pages"][:1]
for body in pages:
    text = body if isinstance(body, str) else json.dumps(body)
    if "--jq" in options:
        jq = [os.environ["JQ"], "-rc", options["--jq"]]
        text = subprocess.run(jq, input=text, text=True, check=True, capture_output=True).stdout
    sys.stdout.write(text)
"""


def script() -> str:
    """The one bash script of the page."""
    (found,) = re.findall(r"^```bash\n(#!.*?)^```$", DOCS.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return str(found)


def table() -> dict[str, Any]:
    """What GitHub answers about a release with one run of two attempts, and a run of another ref."""
    top = "repos/acme/widget"
    runs = f"{top}/actions/runs"
    jobs = [
        job(71, "build"),
        job(72, "lint", conclusion="failure"),
        job(73, "docs", conclusion="skipped"),
        job(74, "slow"),
    ]
    again = [job(81, "build", run_attempt=2)]
    workflow = f"https://api.github.com/{top}/contents/.github/workflows/re%20lease.yml?ref={COMMIT}"
    answers: dict[str, list[Any]] = {
        top: [{"full_name": "acme/widget", "html_url": "https://github.com/acme/widget", "default_branch": "main"}],
        f"{top}/commits/tags/{TAG.replace('#', '%23')}": [{"sha": COMMIT}],
        f"{runs}?head_sha={COMMIT}&per_page=100": [
            {"workflow_runs": [{"id": 6, "head_branch": "main"}]},
            {"workflow_runs": [{"id": 7, "head_branch": TAG}]},
        ],
        f"{runs}/7": [run(7, 2)],
        f"{runs}/7/attempts/1": [run(7, 1, path=".github/workflows/re lease.yml")],
        f"{runs}/7/attempts/2": [run(7, 2, path=".github/workflows/re lease.yml")],
        f"{runs}/7/attempts/1/jobs?per_page=100": [page(*jobs[:2], total=4), page(*jobs[2:], total=4)],
        f"{runs}/7/attempts/2/jobs?per_page=100": [page(*again)],
        f"{top}/actions/jobs/71/logs": ["\ufeff2026-03-01T12:00:01.0000000Z log of 71\n"],
        f"{top}/actions/jobs/81/logs": ["\ufeff2026-03-01T12:00:01.0000000Z log of 81\n"],
        f"{top}/check-runs/71/annotations?per_page=100": [[], [{"message": "on the second page"}]],
        **{f"{top}/check-runs/{number}/annotations?per_page=100": [[]] for number in (72, 74, 81)},
        f"{top}/contents/.github/workflows?ref={COMMIT}": [
            [
                {"type": "file", "name": "re lease.yml", "path": ".github/workflows/re lease.yml", "url": workflow},
                {"type": "file", "name": "notes.md", "path": ".github/workflows/notes.md", "url": "x"},
                {"type": "dir", "name": "x.yml", "path": ".github/workflows/x.yml", "url": "x"},
            ]
        ],
        workflow: [WORKFLOW],
    }
    return {place: {"pages": pages} for place, pages in answers.items()} | {
        f"{top}/actions/jobs/72/logs": {"status": 410},
    }


def collect(tmp_path: Path, answers: dict[str, Any], *words: str) -> subprocess.CompletedProcess[str]:
    gh = tmp_path / "bin" / "gh"
    gh.parent.mkdir()
    gh.write_text(f"#!{sys.executable} -SE\n{GH}")
    gh.chmod(0o755)
    (tmp_path / "table.json").write_text(json.dumps(answers))
    (tmp_path / "collect.sh").write_text(script())
    path = f"{gh.parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "GH_TABLE": str(tmp_path / "table.json"), "JQ": str(JQ)}
    return subprocess.run(
        [str(BASH), str(tmp_path / "collect.sh"), *words], env=env, capture_output=True, text=True, check=False
    )


def test_the_script_makes_a_bundle_that_is_read(tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    done = collect(tmp_path, table(), "acme/widget", TAG, str(out))
    assert done.returncode == 0, done.stderr
    collected = read_bundle(out, TAG)
    facts = collected.facts
    assert (facts.tag, facts.commit, facts.release) == (TAG, COMMIT, None)
    assert [(a.run.id, a.run.run_attempt, len(a.jobs)) for a in facts.attempts] == [(7, 1, 4), (7, 2, 1)]
    assert [file.text for file in facts.workflows] == [WORKFLOW]
    assert facts.attempts[0].annotations[71][0].message == "on the second page"
    assert text_of(collected.logs.log(Job(id=71))).endswith("log of 71\n")
    assert text_of(collected.logs.log(Job(id=81))).endswith("log of 81\n")
    states = {number: collected.logs.log(Job(id=number)) for number in (72, 73, 74)}
    assert {number: found.state for number, found in states.items() if isinstance(found, LogAbsent)} == {
        72: LogState.EXPIRED,
        73: LogState.NEVER_STARTED,
        74: LogState.NOT_COLLECTED,
    }
    assert [(entry.what, entry.why) for entry in facts.missing] == [
        ("log of job 72", "expired: gh: Server Error (HTTP 410)"),
        ("log of job 74", "gh: Not Found (HTTP 404)"),
    ]
    assert not list(out.rglob("*.part"))


def test_the_script_stops_when_there_is_no_such_tag(tmp_path: Path) -> None:
    done = collect(tmp_path, table(), "acme/widget", "v9", str(tmp_path / "bundle"))
    assert done.returncode == 1
    assert "acme/widget has no tag v9" in done.stderr
    assert not (tmp_path / "bundle" / "bundle.json").exists()
