"""All checks there are: one module each in `auditor/checks/catalogue/`, found by looking."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from auditor.checks.check import Check


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check, by id. A module without `CHECK` is a part of others.

    Raises `ValueError` for an id that stands twice, `TypeError` for a `CHECK` that is none.
    """
    from auditor.checks import catalogue

    found: dict[str, Check] = {}
    for module in pkgutil.iter_modules(catalogue.__path__):
        if module.name.startswith("_") or module.ispkg:
            continue
        loaded = importlib.import_module(f"{catalogue.__name__}.{module.name}")
        check = getattr(loaded, "CHECK", None)
        if check is None:
            continue
        if not isinstance(check, Check):
            raise TypeError(f"{loaded.__name__}: `CHECK` is no Check")
        if check.id in found:
            raise ValueError(f"{loaded.__name__}: there are two checks `{check.id}`")
        found[check.id] = check
    return tuple(found[name] for name in sorted(found))
