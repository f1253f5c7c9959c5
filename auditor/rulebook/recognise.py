"""Which platforms a step publishes to, by its script, its action, or the name of its job."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from auditor.rulebook.book import Rulebook
from auditor.rulebook.patterns import FLAGS
from auditor.rulebook.schema import Recognise

MOST_REMEMBERED = 50_000
"""Command lines whose answer is kept."""

_CONTINUED = re.compile(r"[\\`^][ \t]*\r?\n[ \t]*")
_OTHERWISE = re.compile(r"\|\|[ \t]*\r?\n[ \t]*")
_EXPECTS = re.compile(r"(?i)\balready\b|\bexists?\b|\b(?:view|show|info|search|inspect|list)\b")
_CONFLICT = re.compile(
    r"(?m)(?:=|-eq|-in)[ \t]*[\"'@(]{0,2}409\b|(?:^|\bin|;;|\|)[ \t]*\(?[\"']?409[\"']?(?:\|[^\s()]{1,60})?\)"
)
"""A test on the answer 409: a comparison, or an arm of a `case`."""
_IF = re.compile(r"(?m)^[ \t]*(?:if|elif|until|while)\s")
_SAYS = re.compile(r"^\s*(echo|printf)\b")
_NOT_A_COMMAND = re.compile(r"^\s*(#|//|REM\b|echo\b|printf\b|Write-(Host|Output)\b|::)", re.IGNORECASE)


class Recogniser:
    """Answers for steps and jobs, in the order of the rulebook's platforms."""

    def __init__(self, book: Rulebook) -> None:
        self._entries = [
            (name, _Compiled(rules.recognise)) for name, rules in book.platforms.items() if rules.recognise is not None
        ]
        self._known = {name: place for place, name in enumerate(book.platforms)}
        self._redirecting = [(name, entry) for name, entry in self._entries if entry.redirects]
        lines = (written.line for _, entry in self._redirecting for written, _ in entry.redirects if written.line)
        self._sending = _any_of(tuple(lines))
        self._staying = [(name, entry) for name, entry in self._entries if entry.can_stay]
        self._lines: dict[str, tuple[str, ...]] = {}
        self._acting: dict[str, list[tuple[str, _Compiled]]] = {}
        for name, entry in self._entries:
            for action in entry.actions:
                self._acting.setdefault(action, []).append((name, entry))

    def redirects(self, uses: str | None, inputs: Mapping[str, str], line: str = "") -> dict[str, str]:
        """Where an action, or a line of a script, sends what later commands publish: platform to platform."""
        if not uses and (self._sending is None or not self._sending.search(line)):
            return {}
        told = ((name, entry.redirect(uses, inputs, line)) for name, entry in self._redirecting)
        return {name: to for name, to in told if to is not None and to in self._known}

    def stays(self, platform: str, line: str) -> bool:
        """Whether a command line, or the inputs of an action, of this platform names its registry itself."""
        return any(name == platform and entry.stays(line) for name, entry in self._staying)

    def in_order(self, platforms: Iterable[str]) -> tuple[str, ...]:
        """Each platform once, in the order of the rulebook."""
        return tuple(sorted(set(platforms), key=lambda name: self._known[name]))

    def script(self, text: str) -> tuple[str, ...]:
        """Platforms that a shell script publishes to."""
        found: set[str] = set()
        for line in command_lines(text):
            found.update(self.command(line))
        return self.in_order(found) if found else ()

    def expects_it_there(self, text: str) -> bool:
        """Whether a shell script provides for a refused publish: by asking, or saying, that the version is there; by looking
        for the answer 409; or by another command that publishes to the same platform.

        `npm publish || npm view …` does, and `if ! …; then echo "already there"`, and `gh release create … || gh release
        upload …`; `npm publish || true` provides for nothing.
        """
        if _CONFLICT.search(text):
            return True
        if "||" not in text and not _EXPECTS.search(text):
            return False
        asks = _EXPECTS.search(text) is not None
        joined = _OTHERWISE.sub("|| ", text)
        for line in command_lines(joined):
            tried, _, otherwise = line.partition("||")
            provides = (asks and _IF.match(line)) or _EXPECTS.search(otherwise)
            if not provides and not otherwise:
                continue
            to = self.command(tried)
            if to and (provides or set(to) & set(self.command(otherwise))):
                return True
        return False

    def command(self, line: str) -> tuple[str, ...]:
        """Platforms of one command line, as `command_lines` gives it; remembered, because scripts repeat each other's lines."""
        known = self._lines.get(line)
        if known is None:
            known = tuple(name for name, entry in self._entries if entry.command(line))
            if len(self._lines) < MOST_REMEMBERED:
                self._lines[line] = known
        return known

    def action(self, uses: str, inputs: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """Platforms that `uses: owner/name@ref` publishes to when it is given these inputs."""
        candidates = self._acting.get(_repository(uses), ())
        return tuple(name for name, entry in candidates if entry.action(uses, inputs or {}))

    def reusable(self, uses: str) -> tuple[str, ...]:
        """Platforms that a called reusable workflow publishes to."""
        return tuple(name for name, entry in self._entries if entry.reusable(uses))

    def job_name(self, name: str) -> tuple[str, ...]:
        """Platforms that the name of a job suggests; the weakest hint."""
        return tuple(platform for platform, entry in self._entries if entry.job(name))


def whole_lines(script: str) -> list[str]:
    """The lines of a script, with continued lines joined."""
    return _CONTINUED.sub(" ", script).splitlines()


def command_lines(script: str) -> Iterator[str]:
    """Yield the lines of a script that run something, with continued lines joined."""
    for line in whole_lines(script):
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
        self._stays = _any_of(written.stays)
        self.redirects = [(entry, _any_of((entry.line,)) if entry.line else None) for entry in written.redirects]
        self.actions = tuple(dict.fromkeys(_repository(entry.uses) for entry in written.actions))
        """The repositories of its actions, `owner/name` in small letters."""

    def command(self, line: str) -> bool:
        return bool(self._commands and self._commands.search(line) and not (self._never and self._never.search(line)))

    def action(self, uses: str, inputs: Mapping[str, str]) -> bool:
        return any(_names(uses, entry.uses) and _fit(entry.inputs, inputs) for entry in self._written.actions)

    def redirect(self, uses: str | None, inputs: Mapping[str, str], line: str) -> str | None:
        for entry, pattern in self.redirects:
            if pattern is not None and pattern.search(line):
                return entry.to
            if uses and entry.uses and _names(uses, entry.uses) and _fit(entry.inputs, inputs):
                return entry.to
        return None

    @property
    def can_stay(self) -> bool:
        return self._stays is not None

    def stays(self, line: str) -> bool:
        return bool(self._stays and self._stays.search(line))

    def reusable(self, uses: str) -> bool:
        return any(uses.lower().startswith(entry.lower()) for entry in self._written.reusable)

    def job(self, name: str) -> bool:
        return bool(self._jobs and self._jobs.search(name))


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{p})" for p in patterns), FLAGS | re.IGNORECASE) if patterns else None


def _repository(uses: str) -> str:
    return "/".join(uses.partition("@")[0].strip().lower().split("/")[:2])


def _names(uses: str, entry: str) -> bool:
    action = uses.split("@", 1)[0].strip().lower()
    return action == entry.lower() or action.startswith(entry.lower() + "/")


def _fit(wanted: Mapping[str, str], inputs: Mapping[str, str]) -> bool:
    given = {name.lower(): str(value) for name, value in inputs.items()}
    return all(
        re.search(pattern, given.get(name.lower(), ""), FLAGS | re.IGNORECASE) for name, pattern in wanted.items()
    )
