"""Follows a job through its steps: what one sets up decides where the commands of later ones publish to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from auditor.rulebook.recognise import Recogniser, command_lines, whole_lines

_LONGEST_LINE = 2000
_SCRIPTS = ("command", "run", "script", "cmd")
"""How actions call the input that is a script: to try it again, in a container, on another machine."""
_VARIABLE = re.compile(
    r"\$\{\{ *env\.(\w{1,100}) *\}\}|\$\{(\w{1,100})\}|\$env:(\w{1,100})\b|\$(\w{1,100})\b|%(\w{1,100})%"
)
_UNKNOWN = ("***", "${{")
"""A value that is masked, or an expression, from its start on does not tell the registry."""


class Published(NamedTuple):
    """What a step publishes to.

    `moved` are the platforms whose commands it uses, and those it reaches with them. `named` are those whose registry the
    command or the action names itself. `disproved` are platforms that a command suggests as it is written, but not with
    its variables put in.
    """

    platforms: tuple[str, ...]
    moved: Mapping[str, str]
    named: frozenset[str]
    disproved: frozenset[str]


class Course:
    """One job; ask for its steps in their order, for the ones that publish nothing, too."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        self._sent: dict[str, str] = {}

    def step(
        self, uses: str | None, inputs: Mapping[str, str], script: str = "", env: Mapping[str, str] | None = None
    ) -> Published:
        """The platforms of a step that calls an action, or runs a script, or (a composite action) does both."""
        called: list[str] = []
        found: set[str] = set()
        moved: dict[str, str] = {}
        stay: set[str] = set()
        named: set[str] = set()
        disproved: set[str] = set()
        if uses:
            script = f"{script_in(inputs)}\n{script}".strip()
            self._sent.update(self._recogniser.redirects(uses, inputs))
            called += self._recogniser.action(uses, inputs)
            told = "\n".join(value[:_LONGEST_LINE] for value in inputs.values())
            named |= {platform for platform in called if self._recogniser.stays(platform, told)}
        for line in whole_lines(script):
            self._sent.update(self._recogniser.redirects(None, {}, filled(line[:_LONGEST_LINE], env or {})))
            for written in command_lines(line):
                command = filled(written, env or {})
                platforms = self._recogniser.command(command)
                if platforms and command != written:
                    disproved |= set(self._recogniser.command(written)) - set(platforms)
                for platform in platforms:
                    to = self._sent.get(platform, platform)
                    if self._recogniser.stays(platform, command):
                        named.add(platform)
                    if to == platform or platform in named:
                        stay.add(platform)
                    else:
                        moved[platform] = to
                    found.add(platform if platform in stay else to)
            if line.startswith("uses: "):
                called += self._recogniser.action(line.removeprefix("uses: "))
        return Published(
            tuple(dict.fromkeys((*called, *self._recogniser.in_order(found)))),
            {platform: to for platform, to in moved.items() if platform not in stay},
            frozenset(named),
            frozenset(disproved - found),
        )


def script_in(inputs: Mapping[str, str]) -> str:
    """The script that an action is given to run; empty when it is given none."""
    return next(
        (inputs[name].strip().removeprefix("|").strip() for name in _SCRIPTS if inputs.get(name, "").strip()), ""
    )


def filled(command: str, env: Mapping[str, str]) -> str:
    """The command with the variables put in whose values are known; once, so that no value is read for variables."""
    if not env or not ("$" in command or "%" in command):
        return command
    return _VARIABLE.sub(lambda found: _value(found, env), command)[:_LONGEST_LINE]


def _value(found: re.Match[str], env: Mapping[str, str]) -> str:
    value = env.get(next(name for name in found.groups() if name), "")
    known = value and not value.startswith(_UNKNOWN) and "\n" not in value
    return value if known else found.group()
