"""Keeps the parsed rulebook from one command to the next: reading YAML and taking expressions apart takes a second.

What is kept is JSON, read back through the models, under a name made of everything that it was made from. Whatever goes
wrong with it, the rules are parsed as if there were nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
import tempfile
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from auditor.rulebook.load import RulesFile, parse_rules
from auditor.rulebook.patterns import learn_requirements, requirements
from auditor.rulebook.schema import PlatformRules
from auditor.rulebook.written import TRUSTED

MOST_KEPT = 4
"""Rulebooks of other versions, or with other rules of one's own; the oldest go first."""
_MADE_BY = (
    "kept.py",
    "load.py",
    "patterns.py",
    "rarity.py",
    "schema.py",
    "written.py",
    "answer_schema.py",
    "registry_schema.py",
    "target_schema.py",
    "grams.json",
)


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    platforms: tuple[PlatformRules, ...]
    requirements: dict[str, tuple[tuple[str, ...], ...]]


def parse_or_recall(files: Sequence[RulesFile], folder: Path) -> list[PlatformRules]:
    """The files' rules in their order, from `folder` when it has them, else parsed and kept there.

    Raises `RulesError` like `parse_rules`; never for what is in the folder or cannot be written to it.
    """
    path = folder / f"{_key(files)}.json"
    try:
        kept = _Kept.model_validate_json(path.read_bytes(), context=TRUSTED)
        if len(kept.platforms) == len(files):
            learn_requirements(kept.requirements)
            return list(kept.platforms)
    except (OSError, ValueError):
        pass
    parsed = [parse_rules(file) for file in files]
    with contextlib.suppress(OSError, ValueError):
        _keep(path, parsed)
    return parsed


def _keep(path: Path, platforms: Sequence[PlatformRules]) -> None:
    patterns = {pattern for platform in platforms for pattern in platform.patterns()}
    kept = _Kept(
        platforms=tuple(platforms),
        requirements={
            pattern: tuple(tuple(sorted(texts)) for texts in requirements(pattern)) for pattern in sorted(patterns)
        },
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and moved into place: another command sees the whole file or none.
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        part.write(kept.model_dump_json(exclude_unset=True, by_alias=True).encode())
    try:
        Path(part.name).replace(path)
    except OSError:
        Path(part.name).unlink(missing_ok=True)
        raise
    others = sorted(path.parent.glob("*.json"), key=lambda other: other.stat().st_mtime)
    for other in others[:-MOST_KEPT]:
        other.unlink(missing_ok=True)


def _key(files: Sequence[RulesFile]) -> str:
    """A name for these rules as read by this code: neither another version nor a changed checkout finds them."""
    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    package = resources.files("auditor.rulebook")
    for data in (*(package.joinpath(name).read_bytes() for name in _MADE_BY), *(file.text.encode() for file in files)):
        digest.update(hashlib.sha256(data).digest())
    return digest.hexdigest()
