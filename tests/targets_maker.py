"""Makes small releases for tests of targets: one workflow job, its log, and the repository's manifests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from auditor.collect.bundle import read_bundle
from auditor.config.settings import Config
from auditor.diagnose.executions import ExecutionReader
from auditor.diagnose.stitch import stitch
from auditor.model.live import Target
from auditor.rulebook.book import Rulebook
from auditor.targets import targets_of_release
from auditor.workflows.parse import parse_workflow
from tests.bundle_maker import RUN_7, BundleMaker, job, log_text, page, run


def workflow(*steps: str, more: str = "") -> str:
    """A workflow of one job, `publish`, with these steps; each is YAML, indented by nothing."""
    written = "".join("      - " + step.rstrip("\n").replace("\n", "\n        ") + "\n" for step in steps)
    return f"on:\n  push:\n    tags: ['v*']\njobs:\n  publish:\n    runs-on: ubuntu-latest\n{more}    steps:\n{written}"


def echoed(script: str) -> list[str]:
    """The lines by which a log begins a `run:` step."""
    lines = script.splitlines()
    return [f"##[group]Run {lines[0]}", *(f"\x1b[36;1m{line}\x1b[0m" for line in lines), "shell: bash", "##[endgroup]"]


def called(uses: str, inputs: Mapping[str, str]) -> list[str]:
    """The lines by which a log begins a step that calls an action."""
    return [f"##[group]Run {uses}", "with:", *(f"  {name}: {text}" for name, text in inputs.items()), "##[endgroup]"]


def release_targets(
    book: Rulebook,
    folder: Path,
    text: str,
    log: Sequence[str] | None = None,
    files: Mapping[str, str] | None = None,
    config: Config | None = None,
    conclusion: str = "success",
    name: str = "publish",
    tag: str = "v1.2.3",
    released: bool = False,
) -> dict[str, Target]:
    """The targets of a release of `acme/widget` by their keys; `files` are the manifests by path."""
    maker = BundleMaker()
    maker.header(tag=tag)
    if released:
        maker["release.json"] = {"id": 1, "tag_name": tag, "assets": []}
    else:
        del maker["release.json"]
    for path in [path for path in maker.files if path.startswith(RUN_7)]:
        del maker[path]
    maker[f"{RUN_7}run.json"] = run(7, head_branch=tag, conclusion=conclusion)
    maker[f"{RUN_7}jobs.json"] = page(job(71, name, conclusion=conclusion, steps=[], head_branch=tag))
    if log is not None:
        maker[f"{RUN_7}logs/71.log"] = log_text(name, *log)
    maker["files/.github/workflows/release.yml"] = text
    for path, content in (files or {}).items():
        maker[f"files/{path}"] = content
    collected = read_bundle(maker.folder(folder))
    parsed = {file.path: parse_workflow(file) for file in collected.facts.workflows}
    current, _ = stitch(ExecutionReader(book, parsed, collected).read(collected.facts.attempts))
    return {target.key: target for target in targets_of_release(collected.facts, current, book, config)}
