"""Which platforms a step publishes to, by its script, its action, or the name of its job."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from auditor.rulebook.book import Rulebook
from auditor.rulebook.patterns import FLAGS
from auditor.rulebook.schema import ActionUse, Recognise

_CONTINUED = re.compile(r"[\\`^][ \t]*\r?\n[ \t]*")
_SAYS = re.compile(r"^\s*(echo|printf)\b")
_NOT_A_COMMAND = re.compile(r"^\s*(#|//|REM\b|echo\b|printf\b|Write-(Host|Output)\b|::)", re.IGNORECASE)


class Recogniser:
    """Answers for steps and jobs, in the order of the rulebook's platforms."""

    def __init__(self, book: Rulebook) -> None:
        self._entries = [
            (name, _Compiled(rules.recognise)) for name, rules in book.platforms.items() if rules.recognise is not None
        ]

    def script(self, text: str) -> tuple[str, ...]:
        """Platforms that a shell script publishes to."""
        lines = list(command_lines(text))
        return tuple(name for name, entry in self._entries if any(entry.command(line) for line in lines))

    def action(self, uses: str, inputs: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """Platforms that `uses: owner/name@ref` publishes to when it is given these inputs."""
        return tuple(name for name, entry in self._entries if entry.action(uses, inputs or {}))

    def reusable(self, uses: str) -> tuple[str, ...]:
        """Platforms that a called reusable workflow publishes to."""
        return tuple(name for name, entry in self._entries if entry.reusable(uses))

    def job_name(self, name: str) -> tuple[str, ...]:
        """Platforms that the name of a job suggests; the weakest hint."""
        return tuple(platform for platform, entry in self._entries if entry.job(name))


def command_lines(script: str) -> Iterator[str]:
    """Yield the lines of a script that run something, with continued lines joined."""
    for line in _CONTINUED.sub(" ", script).splitlines():
        if _SAYS.match(line) and "|" in line:
            line = line.split("|", 1)[1]
        if line.strip() and not _NOT_A_COMMAND.match(line):
            yield line[:2000]


class _Compiled:
    def __init__(self, written: Recognise) -> None:
        self._written = written
        self._commands = _any_of(written.commands)
        self._never = _any_of(written.never)
        self._jobs = _any_of(written.jobs)

    def command(self, line: str) -> bool:
        return bool(self._commands and self._commands.search(line) and not (self._never and self._never.search(line)))

    def action(self, uses: str, inputs: Mapping[str, str]) -> bool:
        return any(_names(uses, entry.uses) and _inputs_fit(entry, inputs) for entry in self._written.actions)

    def reusable(self, uses: str) -> bool:
        return any(uses.lower().startswith(entry.lower()) for entry in self._written.reusable)

    def job(self, name: str) -> bool:
        return bool(self._jobs and self._jobs.search(name))


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{p})" for p in patterns), FLAGS | re.IGNORECASE) if patterns else None


def _names(uses: str, entry: str) -> bool:
    action = uses.split("@", 1)[0].strip().lower()
    return action == entry.lower() or action.startswith(entry.lower() + "/")


def _inputs_fit(entry: ActionUse, inputs: Mapping[str, str]) -> bool:
    given = {name.lower(): str(value) for name, value in inputs.items()}
    return all(
        re.search(pattern, given.get(name.lower(), ""), FLAGS | re.IGNORECASE) for name, pattern in entry.inputs.items()
    )
