"""Asks the registries about a version: which targets, until when, and what the answers come to.

What `relaudit verify` and `auditor.verify` share. Nothing here prints.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from auditor.errors import UsageError
from auditor.model.vocabulary import LiveState

if TYPE_CHECKING:
    from auditor.config import Config
    from auditor.model.drift import Drift
    from auditor.model.facts import Tagged
    from auditor.model.live import LiveAnswer, Target
    from auditor.registries.recording import Replay
    from auditor.registries.settings import Settings
    from auditor.registries.verification import Verification
    from auditor.rulebook.book import Rulebook


class Shows(Protocol):
    """Hears of answers."""

    def told(self, answer: LiveAnswer) -> None:
        """An answer is there, or is another one than before."""


Shown = Callable[[Sequence["Target"]], AbstractContextManager[Shows]]


def chosen_targets(
    version: str | None,
    named: Sequence[str] | None,
    replay: Replay | None,
    folder: Path,
    config: Config,
    book: Rulebook,
    platforms: Sequence[str],
    otherwise: str | None = None,
) -> tuple[str, list[Target]]:
    """The version and the targets: those named, a bundle's, or the checkout's; only those on `platforms`, if any.

    `otherwise` is the version where nobody names one. Raises `UsageError` when there is nothing to ask about, `TargetError`.
    """
    from auditor.targets.apart import told_apart
    from auditor.targets.by_name import only_those

    asked, targets = _targets(version, named, replay, folder, config, book, otherwise)
    chosen = told_apart(only_those(targets, platforms))
    if not chosen:
        where = f" on {', '.join(platforms)}" if platforms and targets else ""
        raise UsageError(
            f"nothing to ask about: no package{where} is known here; "
            "name targets in relaudit.toml, or with --target platform:package"
        )
    return asked, chosen


def _targets(
    version: str | None,
    named: Sequence[str] | None,
    replay: Replay | None,
    folder: Path,
    config: Config,
    book: Rulebook,
    otherwise: str | None,
) -> tuple[str, list[Target]]:
    from auditor.targets.by_name import named_target, version_asked

    if named:
        asked = (version_asked(version, folder, os.environ) if replay is None else version) or otherwise
        targets = [named_target(text, asked, book) for text in named]
        return asked or ", ".join(dict.fromkeys(target.version for target in targets)), targets
    if replay is not None:
        targets = list(replay.targets)
        if not targets:
            raise UsageError(
                "the bundle holds no registries' answers; name the targets with --target to see what it has"
            )
        return version or ", ".join(dict.fromkeys(target.version for target in targets)), targets
    from auditor.targets import targets_of_checkout

    asked = version_asked(version, folder, os.environ) or otherwise
    if not asked:
        raise UsageError("which version? This is no workflow run of a tag, and no one tag is on this commit; name it")
    try:
        return asked, list(targets_of_checkout(folder, asked, config, book))
    except OSError as error:
        raise UsageError(f"{folder}: cannot be read: {error.strerror or error}") from None


def known_platforms(given: Sequence[str] | None, otherwise: Sequence[str], book: Rulebook) -> tuple[str, ...]:
    """The platforms of an option, by comma or repeated. Raises `UsageError` when the rulebook does not know one."""
    names = [name.strip() for entry in given or () for name in entry.split(",") if name.strip()] or list(otherwise)
    for name in names:
        if name not in book.platforms:
            raise UsageError(f"there is no platform {name!r}; `relaudit rules list` shows all")
    return tuple(dict.fromkeys(names))


def replay_of(bundle: Path | None) -> Replay | None:
    """The answers that a bundle holds. Raises `BundleError`."""
    if bundle is None:
        return None
    from auditor.collect.folder import open_files
    from auditor.registries.recording import Replay

    return Replay(open_files(bundle))


def tag_of_bundle(bundle: Path | None) -> str | None:
    """The tag that a bundle is about, where it says so; a bundle may hold nothing but answers."""
    if bundle is None:
        return None
    from auditor.collect.bundle_parts import BrokenPartError, Parts
    from auditor.collect.folder import HEADER, open_files

    try:
        tag = Parts(open_files(bundle)).one(HEADER).get("tag")
    except BrokenPartError:
        return None
    return tag[:255] if isinstance(tag, str) and tag else None


def answered(
    version: str,
    targets: Sequence[Target],
    settings: Settings,
    *,
    replay: Replay | None = None,
    store: Path | None = None,
    wait: float = 0.0,
    shown: Shown | None = None,
) -> tuple[Verification, bool]:
    """Ask, and ask again for `wait` seconds about what is not there; and whether waiting was interrupted.

    `store` is a bundle's folder to keep the answers in. Raises `UsageError` when it cannot be written.
    """
    from contextlib import nullcontext

    from auditor.registries.ask import ask
    from auditor.registries.verification import Verification
    from auditor.registries.waiting import wait_for

    interrupted = False
    latest: dict[str, LiveAnswer] = {}
    began = datetime.now(UTC)
    with shown(targets) if shown is not None else nullcontext() as display:

        def told(answer: LiveAnswer) -> None:
            latest[answer.target.key] = answer
            if display is not None:
                display.told(answer)

        try:
            answers = ask(targets, settings, replay=replay, record=store, told=told)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise UsageError(f"{store}: cannot be written: {error.strerror or error}") from None
        if wait:
            try:
                again = {name: registry.propagation_minutes for name, registry in settings.registries.items()}
                answers = wait_for(answers, lambda some: ask(some, settings), wait, again, told)
            except KeyboardInterrupt:
                interrupted = True
                answers = [latest.get(answer.target.key, answer) for answer in answers]
    stored = [answer.asked_at for answer in answers if answer.asked_at is not None] if replay is not None else []
    return Verification(version=version, asked_at=min(stored, default=began), answers=tuple(answers)), interrupted


def side_by_side(found: Verification, bundle: Path | None, book: Rulebook) -> Drift | None:
    """The targets side by side, where there are several to compare; with the tags that a bundle has."""
    if sum(answer.state is not LiveState.UNKNOWN for answer in found.answers) < 2:
        return None
    from auditor.diagnose.drift import drift

    return drift(found.answers, book, found.version, _tags(bundle))


def _tags(bundle: Path | None) -> tuple[Tagged, ...]:
    if bundle is None:
        return ()
    from auditor.collect.bundle_parts import Parts
    from auditor.collect.bundle_tags import read_tags
    from auditor.collect.folder import open_files

    return read_tags(Parts(open_files(bundle)))
