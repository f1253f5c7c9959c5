"""Asks the registries what a judged release left there: the link between judging and the registries."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from auditor.collect.folder import BundleFiles
from auditor.config import Config
from auditor.diagnose.judged import JudgedRelease
from auditor.model.live import LiveAnswer, Target
from auditor.registries.ask import Told, ask
from auditor.registries.network import Limits
from auditor.registries.recording import Replay
from auditor.registries.settings import Settings
from auditor.rulebook.book import Rulebook
from auditor.targets import targets_of_release


def registry_settings(
    config: Config,
    book: Rulebook,
    *,
    folder: Path | None = None,
    timeout: float = 20.0,
    cache: Path | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """How to ask the registries; `timeout` is in seconds of silence, `cache` a folder for answers."""
    try:
        home = Path.home()
    except RuntimeError:
        home = None
    return Settings(
        registries={name: rules.registry for name, rules in book.platforms.items()},
        access=config.registries,
        environ=environ,
        folder=folder,
        home=home,
        cache=cache,
        limits=Limits(connect=min(timeout, 10.0), silence=timeout, whole=max(45.0, 2 * timeout)),
    )


@dataclass(frozen=True, slots=True)
class Verifier:
    """Looks up what the registries have of a judged release; `only` restricts it to some platforms."""

    settings: Settings
    config: Config = field(default_factory=Config)
    only: Collection[str] = ()
    replay: Replay | None = None
    """Answers out of a bundle instead of asking."""
    record: Path | None = None
    """A bundle's folder to store the answers in."""
    told: Told | None = None

    def __call__(self, judged: JudgedRelease) -> Sequence[LiveAnswer]:
        """Ask about every target of the release; whatever a registry does becomes an answer."""
        targets = self.targets(judged)
        if not targets:
            return ()
        return ask(targets, self.settings, replay=self.replay, record=self.record, told=self.told)

    def targets(self, judged: JudgedRelease) -> tuple[Target, ...]:
        """What the release published, or was to publish."""
        executions = (*judged.earlier, *judged.current)
        found = targets_of_release(judged.facts, executions, judged.book, self.config)
        return tuple(target for target in found if not self.only or target.platform in self.only)


def stored_answers(files: BundleFiles) -> Replay | None:
    """The registries' answers that a bundle holds; nothing when it holds none."""
    replay = Replay(files)
    return replay if replay else None
