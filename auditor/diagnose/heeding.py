"""Whether a step ends red when a command in it fails, as far as its script and its shell tell."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from auditor.rulebook.recognise import command_lines


class Heeds(Enum):
    """What becomes of a command that fails."""

    YES = "yes"
    """The step fails with it."""
    LOOKS = "looks"
    """The script looks at its status, and can end the step itself."""
    NO = "no"
    """The script goes on, or can."""
    UNSEEN = "unseen"
    """What runs the command, a script of the repository or an action, is not shown in the log."""


_STOPS = re.compile(r"(?:^|\s)-\w*e\w*(?:\s|$)")
_LAST_COUNTS = re.compile(r"(?i)\b(?:pwsh|powershell|cmd)\b")
"""These shells go on after a program that fails; only the last one's status is the step's."""
_OTHERWISE = re.compile(r"\|\|\s*(?P<then>[^\n]*)")
_DOES_NOTHING = re.compile(
    r"(?i)[({ \t\\]*(?:$|true\b|:|exit 0|echo\b|printf\b|cat\b|sleep\b|continue\b|break\b|write-\w+"
    r"|\w*(?:warn|log|note|notice|info|skip|ignore|fail|error|err|say|msg|print)\w*\b)"
)
"""What stands behind `||` and makes up for nothing."""
_ENDS = re.compile(
    r"(?:^|[;{&|(]|\bthen|\belse|\bdo)[ \t]*"
    r"(?:(?:exit|return)[ \t]+(?:[1-9]|\$)|(?:exit|return|false)[ \t]*(?:[;})]|$)|throw\b|die\b)",
    re.MULTILINE,
)
_GOES_ON = re.compile(
    r"(?<![&>|])&\s*$"  # in the background
    r"|\bset \+\w*e|\bexit 0\b|[;&]\s*(?:true|:)\s*$"
    r"|\s-exec(?:dir)? "  # of find, whose own status counts
    r"|\b(?:export|local|declare|readonly|echo|printf)\b[^\n]*(?:\$\(|`)"
    r"|\b(?:ba|z|da)?sh -\w*c\b|\btrap\b|\beval\b"
    r"|\bcurl\b(?![^\n]*\s(?:-[a-zA-Z]*f|--fail))"  # without it, curl takes every answer for a good one
    r"|^\s*(?:if|elif|while|until)\s|^\s*!\s|\btry\s*\{|\bcatch\b"
    r"|&&",
    re.MULTILINE,
)
_PIPE = re.compile(r"(?<![|>])\|(?![|&])")
_RUNS_OTHERS = re.compile(
    r"(?:^|[\s;&|(])(?:\.{0,2}/[\w./-]+|[\w./-]+\.(?:sh|py|m?js|ts|rb|pl|ps1|cmd|bat)"
    r"|(?:python[\d.]*|node|bun|deno|ruby|perl|php|make|just|task|rake|invoke|nox|tox|mage|gulp|grunt|ant)(?=\s|$)"
    r"|(?:npm|pnpm|yarn|bun|composer|cargo|hatch|pdm|poetry|uv|npx|mix|dart) (?:run|run-script|exec|x|xtask|dlx|x)\b"
    r"|yarn [\w:-]+|fastlane)"
)
_TALKS = re.compile(r"\s*(?:echo|printf|cd|export|ls|cat|sleep|wait|Write-\w+)\b")


_LOOP = re.compile(
    r"\bfor \w+ in (?:(?P<each>[\d ]{1,60})|\{1\.\.(?P<last>\d{1,3})\}|\$\(seq (?:1 )?(?P<count>\d{1,3})\))"
)
_LEAVES = re.compile(r"\bbreak\b|\bexit 0\b|\breturn 0\b")


def tries(script: str) -> int | None:
    """How often a script tries at most, when it is a loop that ends with the first success; None when it is none."""
    found = _LOOP.search(script) if _LEAVES.search(script) else None
    if found is None:
        return None
    return len(found["each"].split()) if found["each"] else int(found["last"] or found["count"])


@lru_cache(maxsize=256)
def heeds(script: str, shell: str, action: bool = False) -> Heeds:
    """What becomes of a failing command of this script. `shell` is what the step's header says, empty when it is unknown."""
    if action or not script:
        return Heeds.UNSEEN
    lines = list(command_lines(script))
    last_counts = _LAST_COUNTS.search(shell) is not None
    if last_counts and len(script.strip().splitlines()) > 1:
        return Heeds.NO
    otherwise = [found["then"] for found in _OTHERWISE.finditer(script) if not _ENDS.search(found["then"])]
    goes_on = any(_DOES_NOTHING.match(then) for then in otherwise) or _GOES_ON.search(script) is not None
    goes_on = goes_on or bool(shell and not last_counts and not _STOPS.search(shell))
    if not goes_on and "pipefail" not in shell + script:
        goes_on = any(_PIPE.search(line) for line in lines)
    if goes_on:
        return Heeds.LOOKS if _ENDS.search(script) else Heeds.NO
    if otherwise:  # another way to the same end, whose own status counts
        return Heeds.LOOKS
    # A publish comes last, behind what builds.
    acts = [line for line in lines if not _TALKS.match(line)]
    return Heeds.UNSEEN if acts and _RUNS_OTHERS.search(acts[-1]) else Heeds.YES
