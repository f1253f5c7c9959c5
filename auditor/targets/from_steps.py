"""What the inputs of an action, or the lines of a script, say about the packages they publish."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from auditor.rulebook.patterns import FLAGS
from auditor.rulebook.recognise import command_lines
from auditor.rulebook.target_schema import StepSource, TargetRules
from auditor.targets.values import filled, is_whole, shown, with_version

MOST_LINES = 400
LONGEST_LINE = 1_000
"""Characters that are searched of a command line, or of one value of an input; longer ones are nobody's hand."""
LONGEST_INPUT = 20_000
MOST_NAMES = 100
_OWN_GROUPS = frozenset({"package", "version", "folder", "member"})


@dataclass(frozen=True, slots=True)
class StepText:
    """A step with its expressions replaced. `publishes`: it is known to publish to the platform that is asked about."""

    uses: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    script: str = ""
    publishes: bool = True


@dataclass(frozen=True, slots=True)
class StepName:
    """One package that a step names; `line` is the text that did."""

    package: str
    version: str | None
    places: Mapping[str, str]
    line: str


@dataclass(slots=True)
class StepWords:
    """Everything a step says: names, and where else the names are: folders, members, or every package there is."""

    names: list[StepName] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    """Where it publishes to, said apart from any name."""
    every: bool = False
    open: bool = False
    """It names something that is not known to its end, a folder or package in a variable."""

    def add(self, other: StepWords) -> None:
        """Take over what another step says."""
        self.names += other.names
        self.folders += other.folders
        self.members += other.members
        self.places = {**other.places, **self.places}
        self.every = self.every or other.every
        self.open = self.open or other.open


def words_of(rules: TargetRules, step: StepText, release: Mapping[str, str]) -> StepWords:
    """What the step says by the platform's rules. `release` are the values that templates may use."""
    words = StepWords()
    for source in rules.steps:
        if not (source.beside or step.publishes):
            continue
        if source.uses is not None and step.uses is not None and _is_action(step.uses, source.uses):
            _of_action(source, step, release, words)
        elif source.run is not None and step.uses is None:
            _of_script(source, step.script, release, words)
    return words


def leads_elsewhere(rules: TargetRules, step: StepText) -> bool | None:
    """Whether later steps of the job publish to another registry; nothing for a step that says nothing about it."""
    for place in rules.elsewhere:
        if step.uses is not None and _is_action(step.uses, place.uses):
            given = {name.lower(): value for name, value in step.inputs.items()}
            return _search(place.match, given.get(place.input.lower(), "")) is not None
    return None


def _is_action(uses: str, wanted: str) -> bool:
    action = uses.split("@", 1)[0].strip().lower()
    return action == wanted.lower() or action.startswith(wanted.lower() + "/")


def _of_action(source: StepSource, step: StepText, release: Mapping[str, str], words: StepWords) -> None:
    given = {name.lower(): value for name, value in step.inputs.items()}
    if not all(_search(pattern, given.get(name.lower(), "")) for name, pattern in source.when.items()):
        return
    several: list[tuple[str, dict[str, str]]] = []
    shared: dict[str, str] = {}
    for name, pattern in source.inputs.items():
        value = given.get(name.lower(), "")
        matches = [
            (piece.strip(), groups)
            for piece in _pieces(value, source.split)
            if (found := _search(pattern, piece)) is not None and (groups := _groups(found))
        ]
        if len(matches) == 1:
            shared |= matches[0][1]
            several = several or [(f"{name}: {matches[0][0]}", {})]
        elif matches:
            several = [(f"{name}: {line}", groups) for line, groups in matches]
    if source.every:
        words.every = True
    for line, groups in several or [(f"uses: {step.uses}", {})]:
        all_groups = {**shared, **groups}
        if source.versions is not None and "version" not in all_groups:
            version = _version_of(source, given, {**release, **all_groups})
            all_groups |= {"version": version} if version else {}
        _take(source, line, all_groups, release, words)


def _of_script(source: StepSource, script: str, release: Mapping[str, str], words: StepWords) -> None:
    for number, line in enumerate(command_lines(script)):
        if number >= MOST_LINES:
            return
        for found in list(re.finditer(source.run or "", line[:LONGEST_LINE], FLAGS | re.IGNORECASE))[:MOST_NAMES]:
            words.every = words.every or source.every
            _take(source, line.strip(), _groups(found), release, words)


def _take(
    source: StepSource, line: str, groups: Mapping[str, str], release: Mapping[str, str], words: StepWords
) -> None:
    for own, listed in (("folder", words.folders), ("member", words.members)):
        if own in groups and len(listed) < MOST_NAMES:
            if is_whole(groups[own]):
                listed.append(groups[own].strip("\"'"))
            else:
                words.open = True
    values = {**release, **groups}
    places = {name: value for name, value in groups.items() if name not in _OWN_GROUPS and is_whole(value)}
    for name, template in source.places.items():
        value = filled(template, values)
        if is_whole(value):
            places[name] = value or ""
    package = filled(source.package, values) if source.package is not None else groups.get("package")
    if package is None or len(words.names) >= MOST_NAMES:
        words.places = {**places, **words.places}
        return
    if not is_whole(package):
        words.open = True
        return
    version = with_version(groups.get("version"), release.get("version", ""))
    words.names.append(StepName(package, version, places, shown(line)))


def _version_of(source: StepSource, given: Mapping[str, str], values: Mapping[str, str]) -> str | None:
    assert source.versions is not None  # noqa: S101 - asked by the caller
    for line in given.get(source.versions.input.lower(), "").splitlines():
        for case in source.versions.cases:
            if _search(case.match, line):
                return filled(case.version, values)
    return filled(source.versions.otherwise, values) if source.versions.otherwise is not None else None


def _pieces(value: str, split: str | None) -> Iterable[str]:
    lines = [line for line in value.splitlines()[:MOST_LINES] if line.strip() and not line.lstrip().startswith("#")]
    if split is None:
        return lines or [""]
    return [piece for line in lines for piece in re.split(split, line[:LONGEST_INPUT]) if piece.strip()] or [""]


def _groups(found: re.Match[str]) -> dict[str, str]:
    return {name: value for name, value in found.groupdict().items() if value}


def _search(pattern: str, text: str) -> re.Match[str] | None:
    return re.search(pattern, text[:LONGEST_LINE], FLAGS | re.IGNORECASE)


def matches_step(pattern: str, uses: str | None, script: str) -> bool:
    """Whether an action's name, or a command line of the script, matches."""
    if uses is not None:
        return _search(pattern, uses) is not None
    return any(_search(pattern, line) is not None for line in command_lines(script))
