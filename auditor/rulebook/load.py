"""Reads `rules/*.yml` into the models of `schema`, with errors that name file, rule and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from auditor.rulebook.patterns import PatternError, required_literals
from auditor.rulebook.schema import SECTIONS, FailureRule, LineRule, PlatformRules

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class RulesError(Exception):
    """A rules file is wrong; the message says where and why, one problem a line."""


@dataclass(frozen=True, slots=True)
class RulesFile:
    """The text of one rules file and the name to show for it."""

    name: str
    text: str


def shipped_rules() -> list[RulesFile]:
    """Return the rules that come with relaudit: from the wheel, or from a checkout."""
    packaged = resources.files("auditor").joinpath("data", "rules")
    if packaged.is_dir():
        entries = sorted(packaged.iterdir(), key=lambda entry: entry.name)
        return [RulesFile(e.name, e.read_text("utf-8")) for e in entries if e.name.endswith(".yml")]
    return rules_in(Path(__file__).resolve().parents[2] / "rules")


def rules_in(folder: Path) -> list[RulesFile]:
    """Return the rules files of a folder, sorted by name; raise `RulesError` when there are none."""
    try:
        paths = sorted(p for p in folder.iterdir() if p.suffix in (".yml", ".yaml"))
        files = [RulesFile(str(path), path.read_text("utf-8")) for path in paths]
    except NotADirectoryError:
        raise RulesError(f"{folder}: it is a file; name the folder that holds it") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RulesError(f"{folder}: cannot read rules: {error}") from None
    if not files:
        raise RulesError(f"{folder}: no rules here (expected files named <platform>.yml)")
    return files


def parse_rules(file: RulesFile) -> PlatformRules:
    """Validate one rules file. Raises `RulesError` with `file:line: where: what` for every problem."""
    try:
        data = yaml.load(file.text, Loader=_LOADER)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise RulesError(f"{file.name}:{line}: not valid YAML: {getattr(error, 'problem', error)}") from None
    if not isinstance(data, dict):
        raise RulesError(f"{file.name}:1: a rules file is a mapping with `platform:` and `title:`")
    try:
        rules = PlatformRules.model_validate(data)
        problems = list(_unusable(rules))
    except ValidationError as error:
        problems = [(e["loc"], e["msg"]) for e in error.errors()]
    if problems:
        # Lines are looked up only now: most files are right, and composing the document again takes its time.
        node = yaml.compose(file.text, Loader=_LOADER)
        raise RulesError(
            "\n".join(f"{file.name}:{_line_of(node, loc)}: {_where(data, loc)}: {why}" for loc, why in problems)
        )
    return rules


def _unusable(rules: PlatformRules) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Problems that need more than the shape: literals that cannot be found, ids used twice."""
    seen: set[str] = set()
    for section in SECTIONS:
        entries: Iterable[LineRule | FailureRule] = getattr(rules, section)
        for index, rule in enumerate(entries):
            if rule.id in seen:
                yield (section, index, "id"), f"the id {rule.id!r} is used twice"
            seen.add(rule.id)
            for key, pattern in (("match", rule.match), ("near", rule.near.match if rule.near else None)):
                try:
                    if pattern is not None:
                        required_literals(pattern)
                except PatternError as error:
                    yield (section, index, key), str(error)


def _line_of(node: yaml.Node | None, loc: tuple[str | int, ...]) -> int:
    """The line, from 1, of the deepest part of `loc` that the document has."""
    line = 0
    for part in (None, *loc):
        node = node if part is None or node is None else _child(node, part)
        if node is None:
            break
        line = node.start_mark.line
    return line + 1


def _child(node: yaml.Node, part: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == part), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        child: yaml.Node = node.value[part]
        return child
    return None


def _where(data: Any, loc: tuple[str | int, ...]) -> str:
    """`npm/previously-published.match` where the place is inside a rule with an id, else the plain path."""
    if len(loc) >= 2 and isinstance(loc[1], int):
        try:
            rule_id = data[loc[0]][loc[1]]["id"]
        except (KeyError, IndexError, TypeError):
            rule_id = None
        if rule_id:
            return ".".join(map(str, (rule_id, *loc[2:])))
    return ".".join(map(str, loc)) or "file"
