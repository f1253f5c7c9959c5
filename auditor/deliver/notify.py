"""One line to Slack, Discord, Teams, mail or a webhook, when a verdict has changed; through Apprise.

https://github.com/caronc/apprise
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auditor.deliver.changes import Change
from auditor.deliver.problems import DeliverError
from auditor.logs.redact import safe_line
from auditor.model.audit import Audit
from auditor.report import words

LONGEST = 600
_ACTIVE = re.compile(r"(?<=[@#])(?=[\w-])|(?<=:)(?=//)|(?<=<)(?=[@#!])", re.ASCII)
_JOINER = "\u2060"


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: a title, one line, and a link to the run."""

    title: str
    line: str
    link: str | None

    @property
    def body(self) -> str:
        """The line and the link, as plain text."""
        return f"{self.line}\n{self.link}" if self.link else self.line


def message(audit: Audit, changed: Sequence[Change] = ()) -> Message:
    """Put an audit into one line; what has changed comes first. Nothing in it mentions or links anybody."""
    line = words.headline(audit)
    if changed:
        news = [f"{c.title}: {c.before or 'new'} → {c.now or 'gone'}" for c in changed[:8]]
        line = f"{'; '.join(news)}{' …' if len(changed) > 8 else ''}. {line}"
    links = [run.url for run in audit.runs if run.url.startswith("https://")]
    title = _inert(f"{audit.repository} {audit.tag}", 200)
    return Message(title, _inert(line, LONGEST), links[0] if links else None)


def _inert(text: str, most: int) -> str:
    return _ACTIVE.sub(_JOINER, safe_line(text, most))


def send(told: Message, variables: Sequence[str], environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Send a message to the addresses that the named environment variables hold; returns the names it was sent to.

    Raises `DeliverError`, which names a variable and never shows its value: when one is not set, holds no address that
    Apprise knows, or could not be reached.
    """
    try:
        import apprise
    except ImportError:
        raise DeliverError("notifications need Apprise: pip install 'relaudit[notify]'") from None
    reached = []
    for name in variables:
        address = environ.get(name, "").strip()
        if not address:
            raise DeliverError(f"{name} is not set: put the address into it (https://github.com/caronc/apprise/wiki)")
        sender = apprise.Apprise()
        if not sender.add(address):
            raise DeliverError(f"{name} holds no address that Apprise knows (https://github.com/caronc/apprise/wiki)")
        if not sender.notify(title=told.title, body=told.body, body_format=apprise.NotifyFormat.TEXT):
            raise DeliverError(f"the address in {name} could not be reached, or refused the message")
        reached.append(name)
    return tuple(reached)
