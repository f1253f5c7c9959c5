"""The way in: targets in, what the registries say about them out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from auditor.model.live import LiveAnswer, Target
from auditor.model.vocabulary import LiveState
from auditor.registries.asking import ask_questions
from auditor.registries.exchange import NoAnswerError, Transport
from auditor.registries.kept import Kept
from auditor.registries.network import Network
from auditor.registries.recording import Recorder, Replay
from auditor.registries.room import Room, sentence
from auditor.registries.seam import Bases, Now
from auditor.registries.settings import Settings
from auditor.registries.shared import Shared
from auditor.registries.subject import Subject
from auditor.rulebook.address_templates import UnfitError
from auditor.rulebook.registry_schema import Registry

log = logging.getLogger("relaudit.registries")

Told = Callable[[LiveAnswer], None]
"""Is called with each answer as soon as it is there."""


def ask(
    targets: Iterable[Target],
    settings: Settings,
    *,
    replay: Replay | None = None,
    record: Path | None = None,
    told: Told | None = None,
) -> list[LiveAnswer]:
    """Ask the registries about all targets at once, and give their answers in the order of the targets.

    `replay` answers from a bundle, without a network; `record` is a bundle's folder to store the answers in. Whatever a
    registry does becomes an answer; only what cannot be written raises `OSError`. Not to be called where an event loop
    runs: use `ask_all` there.
    """
    return asyncio.run(ask_all(targets, settings, replay=replay, record=record, told=told))


async def ask_all(
    targets: Iterable[Target],
    settings: Settings,
    *,
    replay: Replay | None = None,
    record: Path | None = None,
    told: Told | None = None,
) -> list[LiveAnswer]:
    """The same, for use in an event loop."""
    async with AsyncExitStack() as stack:
        transport: Transport
        bases: Bases = Now()
        recorder: Recorder | None = None
        targets = tuple(targets)
        if replay is not None:
            transport = bases = replay
        else:
            transport = await stack.enter_async_context(Network(settings.environ, settings.limits))
            if settings.cache is not None:
                transport = Kept(transport, settings.cache, settings.fresh)
            if record is not None:
                recorder = transport = bases = Recorder(transport, record)
        transport = Shared(transport)
        answers = await asyncio.gather(*(_one(target, settings, transport, bases, told) for target in targets))
        if recorder is not None:
            recorder.close(targets)
        return list(answers)


async def _one(target: Target, settings: Settings, transport: Transport, bases: Bases, told: Told | None) -> LiveAnswer:
    answer = await _answer(target, settings, transport, bases)
    if told is not None:
        told(answer)
    return answer


async def _answer(target: Target, settings: Settings, transport: Transport, bases: Bases) -> LiveAnswer:
    registry = settings.registries.get(target.platform)
    if registry is None or not registry.askable:
        return _unknown(target, "relaudit does not know how this platform is asked")
    limit = settings.limits.target
    try:
        async with asyncio.timeout(limit):
            return await _told(target, registry, settings, transport, bases)
    except TimeoutError:
        return _unknown(target, f"the registry did not answer everything within {limit:.0f} s")


async def _told(
    target: Target, registry: Registry, settings: Settings, transport: Transport, bases: Bases
) -> LiveAnswer:
    try:
        room = Room(Subject.of(target, registry), settings, transport, bases)
        if registry.protocol is not None:
            return await _by_protocol(registry.protocol, target, room)
        return await ask_questions(room)
    except NoAnswerError as error:
        answer = _unknown(target, error.reason)
        facts = {name: getattr(error, name) for name in ("retry_after", "status", "url", "asked_at")}
        return answer.model_copy(update=facts)
    except UnfitError as error:
        return _unknown(target, f"it cannot be asked for: {error}")
    except TimeoutError:
        raise
    except Exception as error:
        # What one registry sends must not cost the answers of the others.
        log.warning("the answer about %s could not be read", target.key, exc_info=True)
        return _unknown(target, f"the answer could not be read ({type(error).__name__}); please report this")


async def _by_protocol(name: str, target: Target, room: Room) -> LiveAnswer:
    module = f"auditor.registries.protocols.{name.replace('-', '_')}"
    if find_spec(module) is None:
        return room.unknown(f"relaudit has no protocol {name!r}")
    answer: LiveAnswer = await import_module(module).ask(target, room)
    return answer


def _unknown(target: Target, reason: str) -> LiveAnswer:
    return LiveAnswer(target=target, state=LiveState.UNKNOWN, reason=sentence(reason))
