"""What a step is for, by its name and its script: whether it ships something, only tries it out, or only asks."""

from __future__ import annotations

import re

from auditor.rulebook.recognise import command_lines

_SHIPS = re.compile(
    r"(?i)publish|release|deploy|\bpush|mirror|upload|\bsign|\bship\b|\bregister\b|\bsubmit|\bdispatch|--upload-file"
    r"|\bcurl\b.* (?:-T|-F|--form|--data\S*|-d|-X ?(?:POST|PUT)) |\b(?:scp|rsync|rclone|lftp|sftp|azcopy|s3cmd|gsutil)\b"
    r"|\baws s3 |-Method (?:Put|Post)|\bhttps? (?:-\S+ )*(?:POST|PUT|PATCH) |\bwget\b.*--(?:post|body|method)"
    r"|\bsvn (?:ci|commit)\b|\bfastlane\b|\bsupply\b|\baltool\b|\bnotarytool\b"
    r"|\bsteamcmd\b|\bbutler\b"
)
_SENDS = re.compile(r"(?i)\b(?:publish|push|upload|deploy|sync|copy|cp|mirror|rsync|scp|sftp)\b")
"""`gh release view` does not, although it speaks of a release."""
_TRIES = re.compile(
    r"(?i)\b(?:tests?|lint|spec|bench|scan|audit|coverage|codecov|coveralls|sarif|telemetry|notify|announce|(?:web-?)?hook|caches?|slack|discord"
    r"|smoke|sanity|integration|acceptance|e2e|end.to.end|self.?check|negative|rehears\w*|simulat\w*|verdaccio)\b"
    r"|dry.?run|--snapshot|localhost|\bas (?:expected|it should)\b|\bshould (?:fail|refuse|be refused)\b"
)
_LOGS_IN = re.compile(r"(?i)\blog-?in\b")
_SAYS = re.compile(r"\b(?:echo|printf|Write-\w+)\s+(?:-\w+ )?(?:\"[^\"\n]*\"|'[^'\n]*')")
_ASKS = re.compile(r"(?i)(?<![-\w])(?:check|verify|inspect|taken|exists?|probe|health|look (?:for|up))\b(?!-)")


def told(*texts: str) -> str:
    """What name and script tell of a step, without the sentences that the script prints."""
    return _SAYS.sub("", "\n".join(texts))


def ships(told: str) -> bool:
    """Whether it puts something where others get it."""
    return _SHIPS.search(told) is not None


def sends(script: str) -> bool:
    """Whether its command can do nothing else than send something."""
    return _SENDS.search(script) is not None


def tries_out(told: str) -> bool:
    """Whether it is a test, a rehearsal, or a message to people: its failures say nothing of what shipped."""
    return _TRIES.search(told) is not None


def only_logs_in(script: str) -> bool:
    """Whether every command of the script logs in somewhere."""
    lines = list(command_lines(script))
    return bool(lines) and all(_LOGS_IN.search(line) for line in lines)


def asks(told: str) -> bool:
    """Whether it looks whether something is there."""
    return _ASKS.search(told) is not None
