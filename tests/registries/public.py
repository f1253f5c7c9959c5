"""Asks the shipped rules as if the stand-in were the public registry, so that nothing is taken for the user's own mirror."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.config.settings import RegistrySettings
from auditor.model.live import LiveAnswer, Target
from auditor.registries.ask import ask
from auditor.registries.network import Limits
from auditor.registries.settings import Settings
from auditor.rulebook.registry_schema import Registry
from tests.registry_standin import Answer, Seen, Standin
from tests.registry_standin.asking import shipped

IMPATIENT = Limits(connect=5.0, silence=5.0, whole=10.0, patience=0.05, first_pause=0.01)
"""Waits for nothing, and yet not so short that a busy machine would fail."""


class Public(Standin):
    """A stand-in that answers `otherwise` to whatever a test does not mention."""

    def __init__(self, otherwise: Answer | None = None) -> None:
        super().__init__()
        self.otherwise = otherwise
        self.answer_search: Answer | None = None
        """What GitHub's search for pull requests answers, whatever is searched for."""

    def answer(self, seen: Seen) -> Answer:
        if self.answer_search is not None and seen.path.startswith("/search/issues"):
            self.seen.append(seen)
            return self.answer_search
        if self.otherwise is not None and (seen.method, seen.path) not in self._answers:
            self.seen.append(seen)
            return self.otherwise
        return super().answer(seen)


def moved(registry: Registry, url: str) -> Registry:
    """A registry with every address that its rules name on loopback, where nobody has to wait between questions."""
    questions = tuple(
        question.model_copy(update={"base": url if question.base is not None else None, "pause": None})
        for question in registry.questions
    )
    options = {name: url if value.startswith("https://") else value for name, value in registry.options.items()}
    return registry.model_copy(update={"base": url, "questions": questions, "options": options, "pause": 0.0})


def told(one: Target, standin: Standin, **more: Any) -> LiveAnswer:
    """The answer about one target by the shipped rules, at the stand-in."""
    return told_by(moved(shipped(one.platform), standin.url), one, **more)


def told_by(registry: Registry, one: Target, environ: Mapping[str, str] | None = None) -> LiveAnswer:
    """The answer about one target by a registry; loopback is allowed, and nothing else is configured."""
    access = {one.platform: RegistrySettings(allow_private=True)}
    return ask([one], Settings({one.platform: registry}, access, environ or {}, limits=IMPATIENT))[0]


def told_by_mirror(one: Target, standin: Standin) -> LiveAnswer:
    """The answer about one target when the stand-in is the user's own registry."""
    access = {one.platform: RegistrySettings(url=standin.url, allow_private=True)}
    return ask([one], Settings({one.platform: shipped(one.platform)}, access, {}, limits=IMPATIENT))[0]
