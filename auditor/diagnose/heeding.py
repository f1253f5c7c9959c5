"""Whether a step ends red when a command in it fails, as far as its script and its shell tell."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from auditor.rulebook.recognise import command_lines, whole_lines


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


HEEDED = (Heeds.YES, Heeds.LOOKS)
"""A step that went on and ended green overcame what failed."""

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
    r"(?:(?:exit|return)[ \t]+(?:[1-9]|\$)|(?:exit|return|false)[ \t]*(?:[;})]|$)|throw\b|die\b|raise\b|sys\.exit\([^0)])",
    re.MULTILINE,
)
_GOES_ON = re.compile(
    r"(?<![&>|])&\s*$|[ \t]&[ \t][^\n]{0,300}\bwait\b"  # in the background
    r"|\bset \+\w*e|\bexit 0\b|[;&]\s*(?:true|:)\s*$"
    r"|\s-exec(?:dir)? "  # of find, whose own status counts
    r"|\b(?:export|local|declare|readonly|echo|printf)\b[^\n]*(?:\$\(|`)"
    r"|\b(?:ba|z|da)?sh -\w*c\b|\btrap\b|\beval\b"
    r"|\bcurl\b(?![^\n]*\s(?:-[a-zA-Z]*f|--fail))"  # without it, curl takes every answer for a good one
    r"|^[ \t]*https?[ \t](?![^\n]*--check-status)(?:[^\n]*[ \t])?(?:POST|PUT|PATCH)\s"  # HTTPie, too
    r"|\bansible-playbook\b"  # whether a task may fail stands in the playbook
    r"|^\s*(?:if|elif|while|until)\s|^\s*!\s|\btry\s*\{|\bcatch\b|^\s*except\b[^\n]*:",
    re.MULTILINE,
)
_CLEANS = re.compile(
    r"(?![^|\n]*\b(?:publish|upload|deploy|push)\b(?![ \t]+(?:\S+[ \t]+)?--delete))"
    r"[ \t]*(?:sudo[ \t]+)?(?:cp|mv|(?:[\w./-]+[ \t]+(?:-\S+[ \t]+)?){0,3}"
    r"(?:rm|rmi|rmdir|remove|delete|delete-\w+|prune|purge|logout|clean|kill|pkill|stop|unlink|umount|uninstall|untag"
    r"|view|show|info|inspect|list|ls|which|command|type|stat|ps|test|grep|find|mkdir|push[ \t]+(?:\S+[ \t]+)?--delete))"
    r"(?:[ \t][^|;&\n]*)?\|\|[ \t]*(?:true|:|echo\b[^|;&\n]*|printf\b[^|;&\n]*)[ \t]*"
)
"""A line that tidies up, or asks, and may fail: what became of the rest of the script does not hang on it."""
_REDIRECTS = re.compile(r"[12]?>&[12]|[12&]?>>?[ \t]*\S{1,200}")
_GOES_THERE = re.compile(
    r"(?:.{0,200}[;({]|.{0,200}\b(?:do|then|else)\b)?[ \t]*(?:cd|pushd|mkdir|export|set|source|\.)[ \t][^&;|]*&&[^&]*"
)
"""`cd x && command` ends a step with the command."""
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
_LOOPS = re.compile(r"\b(?:for|while|until)\b")
_LEAVES = re.compile(r"\bbreak\b|\bexit 0\b|\breturn 0\b")


_TRIES_ALL = re.compile(r"\bcurl\b(?=[^\n]{0,500}\s--retry-all-errors)[^\n]{0,500}\s--retry[ =](\d{1,3})\b")

RETRIES = ("max_attempts", "attempt_limit", "retry_limit", "retries")
"""How actions that try a script again call the input that says how often."""

_CATCHES = re.compile(r"\bcatch\s*(?:\(\s*\w{0,60}\s*\))?\s*\{|\.catch\(")
_RAISES = re.compile(r"\bthrow\b|\bsetFailed\b|\bprocess\.exit\(\s*[1-9]|\bexit [1-9]")


def tries(script: str) -> int | None:
    """How often a script tries at most, when it is a loop that ends with the first success; None when it is none."""
    found = _LOOP.search(script) if _LEAVES.search(script) else None
    if found is None:
        again = _TRIES_ALL.search(script)
        return int(again[1]) + 1 if again else None
    return len(found["each"].split()) if found["each"] else int(found["last"] or found["count"])


@lru_cache(maxsize=256)
def tidies_up_last(script: str) -> bool:
    """Whether the last line of a script only tidies up, or asks, and may fail: then so may its last words."""
    acts = [line for line in whole_lines(script) if line.strip() and not _TALKS.match(line)]
    return bool(acts) and _tidies_up(acts[-1])


def _tidies_up(line: str) -> bool:
    return "||" in line and _CLEANS.fullmatch(_REDIRECTS.sub("", line)) is not None


@lru_cache(maxsize=256)
def heeds(script: str, shell: str) -> Heeds:
    """What becomes of a failing command of this script. `shell` is what the step's header says, empty when it is unknown."""
    if not script:
        return Heeds.UNSEEN
    script = "\n".join(line for line in whole_lines(script) if not _tidies_up(line))
    if not script.strip():
        return Heeds.YES
    lines = list(command_lines(script))
    last_counts = _LAST_COUNTS.search(shell) is not None
    if last_counts and len(script.strip().splitlines()) > 1:
        return Heeds.NO
    otherwise = [
        then for found in _OTHERWISE.finditer(script) for then in _decisive(found["then"]) if not _ENDS.search(then)
    ]
    goes_on = any(_DOES_NOTHING.match(then) for then in otherwise) or _GOES_ON.search(script) is not None
    last = next((line for line in reversed(script.splitlines()) if line.strip()), "")
    goes_on = goes_on or any(_passes_over(line, last=line == last) for line in lines)
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


def _passes_over(line: str, last: bool) -> bool:
    """Whether the script goes on when a command before `&&` fails; the last line's status is that of the script."""
    if "&&" not in line or _GOES_THERE.fullmatch(line):
        return False
    return not last or _LOOPS.search(line) is not None or ";" in line.partition("&&")[2]


def _decisive(then: str) -> list[str]:
    """Of what stands behind `||` on a line, the commands whose status counts: of `a || b || c` the last."""
    parts = then.split("||")
    return [part for part in parts[:-1] if ";" in part] + parts[-1:]


@lru_cache(maxsize=256)
def heeds_inside(script: str, swallows: bool, again: bool) -> Heeds:
    """What becomes of a failing command in a script that an action runs.

    `swallows`: the action is told to end green all the same; `again`: it is one that tries its script again, and ends red
    with the last try.
    """
    if swallows:
        return Heeds.NO
    if _CATCHES.search(script):
        return Heeds.LOOKS if _RAISES.search(script) else Heeds.NO
    inside = heeds(script, "")
    if inside in (Heeds.YES, Heeds.UNSEEN):
        return Heeds.YES if again else Heeds.UNSEEN
    return inside
