"""Asks about a target as a test needs it: the shipped rules, the stand-in as the configured registry, short limits."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from auditor.config.settings import RegistrySettings
from auditor.model.live import LiveAnswer, Target
from auditor.model.vocabulary import TargetSource
from auditor.registries.ask import ask
from auditor.registries.network import Limits
from auditor.registries.settings import Settings
from auditor.rulebook.load import RulesFile, parse_rules, shipped_rules
from auditor.rulebook.registry_schema import Registry

QUICK = Limits(connect=5.0, silence=2.0, whole=5.0, patience=1.5, first_pause=0.01)


def target(platform: str, package: str, version: str, **more: Any) -> Target:
    return Target(platform=platform, package=package, version=version, source=TargetSource.CONFIGURATION, **more)


@lru_cache
def shipped(platform: str) -> Registry:
    """What the shipped rules declare about a platform's registry."""
    (file,) = [one for one in shipped_rules() if Path(one.name).name == f"{platform}.yml"]
    return parse_rules(file).registry


def declared(text: str) -> Registry:
    """The `registry:` of a rules file that a test writes; `text` is the part below `registry:`, indented by two."""
    return parse_rules(RulesFile("small.yml", f"platform: small\ntitle: Small\nregistry:\n{text}")).registry


def settings(
    registries: Mapping[str, Registry],
    url: str | None = None,
    *,
    allow_private: bool = True,
    limits: Limits = QUICK,
    cache: Path | None = None,
    **more: Any,
) -> Settings:
    """Settings under which every platform's registry is at `url`."""
    access = {name: RegistrySettings(url=url, allow_private=allow_private) for name in registries}
    return Settings(registries=registries, **{"access": access, "limits": limits, "cache": cache, **more})


def asked(one: Target, url: str | None, registry: Registry | None = None, **more: Any) -> LiveAnswer:
    """The answer about one target."""
    registries = {one.platform: registry or shipped(one.platform)}
    return ask([one], settings(registries, url, **more))[0]


def on_loopback(registry: Registry, url: str, other: str | None = None) -> Registry:
    """The same registry with its public hosts on loopback, so that nothing counts as the user's mirror.

    `other` stands for the hosts that single questions name.
    """
    questions = tuple(
        question.model_copy(update={"base": other or url}) if isinstance(question.base, str) else question
        for question in registry.questions
    )
    return registry.model_copy(update={"base": url, "questions": questions})
