"""The platforms that a configuration names, held against those that the rulebook knows."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from auditor.config.errors import ConfigError
from auditor.config.load import place_of
from auditor.config.problems import suggestion
from auditor.config.settings import Config


def check_platforms(config: Config, known: Collection[str]) -> None:
    """Refuse platforms that nobody knows. Raises `ConfigError` with one `file:line: sentence` for each."""
    told = [
        f"{place_of(config, *place)}: there is no platform `{name}`"
        f"{suggestion(name, known) or '; `relaudit rules list` shows all'}"
        for place, name in _named(config)
        if name not in known
    ]
    if told:
        raise ConfigError("\n".join(told))


def _named(config: Config) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every platform that is named, with the place of its name."""
    for number, target in enumerate(config.targets):
        yield ("targets", number, "platform"), target.platform
    for name in config.registries:
        yield ("registries", name), name
    for name in config.verify.only:
        yield ("verify", "only"), name
