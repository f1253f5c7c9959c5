"""What the functions of `auditor` raise. Each message is one line, or one a mistake, that says what to do.

`except auditor.errors.ERRORS` catches all of them. Programming mistakes and `KeyboardInterrupt` are not among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auditor.checks.baseline import BaselineError
    from auditor.collect.folder import BundleError
    from auditor.collect.github.problems import GitHubError
    from auditor.collect.release_checkout import CheckoutError
    from auditor.config.errors import ConfigError
    from auditor.history.problems import HistoryError
    from auditor.rulebook.load import RulesError
    from auditor.targets.by_name import TargetError

    ERRORS: tuple[type[Exception], ...]

__all__ = [
    "ERRORS",
    "BaselineError",
    "BundleError",
    "CheckoutError",
    "ConfigError",
    "GitHubError",
    "HistoryError",
    "RulesError",
    "TargetError",
    "UsageError",
]
_HOMES = {
    "BaselineError": "auditor.checks.baseline",
    "BundleError": "auditor.collect.folder",
    "CheckoutError": "auditor.collect.release_checkout",
    "ConfigError": "auditor.config.errors",
    "GitHubError": "auditor.collect.github.problems",
    "HistoryError": "auditor.history.problems",
    "RulesError": "auditor.rulebook.load",
    "TargetError": "auditor.targets.by_name",
}


class UsageError(ValueError):
    """What was asked for contradicts itself, or names something that there is not."""


def __getattr__(name: str) -> Any:
    if name == "ERRORS":
        return (UsageError, *(__getattr__(each) for each in _HOMES))
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
