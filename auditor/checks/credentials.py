"""The secrets that a publication is given as credentials, with their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.checks.edits import place
from auditor.checks.publishing import Publication
from auditor.checks.subject import Subject
from auditor.model.finding import Place
from auditor.model.workflow import Text

_SECRET = re.compile(r"(?i)\bsecrets\s*\.\s*([A-Za-z_]\w{0,200})")
_NO_CREDENTIAL = re.compile(
    r"(?i)user|login|email|passphrase|gpg|sign|cert|slack|discord|webhook|codecov|sentry|url|org\b|host"
)


@dataclass(frozen=True, slots=True)
class Credential:
    """One secret given to one publication; `slot` is the variable or input that takes it, in upper case."""

    publication: Publication
    slot: str
    secret: str
    place: Place


def credentials(subject: Subject, one: Publication) -> Iterator[Credential]:
    """Yield the secrets of a publication: those of its step, of its job, and of logins to its platform before it.

    User names, signing keys and GITHUB_TOKEN are none.
    """
    step = one.step
    slots: list[tuple[str, Text]] = []
    if step is None:
        slots += list(one.job.secrets.items())
    else:
        slots += [*step.env.items(), *step.inputs.items(), *one.job.env.items(), *one.workflow.env.items()]
        for other in one.job.steps:
            login = other.uses is not None and "login" in other.uses.text
            before = login and other.number < step.number
            if before and one.platform in subject.platforms(one.workflow, one.job, other):
                slots += list(other.inputs.items())
    if one.command is not None:
        slots += [("COMMAND", Text(text=one.command.text, line=one.command.line))]
    for slot, text in slots:
        found = _SECRET.search(text.text)
        if found is None or found[1].upper() == "GITHUB_TOKEN" or _NO_CREDENTIAL.search(slot):
            continue
        yield Credential(one, slot.upper(), found[1], _place(one, text, found[1]))


def _place(one: Publication, text: Text, secret: str) -> Place:
    return place(one.workflow, text.line, f"secrets.{secret}")
