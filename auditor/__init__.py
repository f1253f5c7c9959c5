"""Audit what a release tag really shipped: `from auditor import audit, check, verify` (docs/python-api.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auditor.api import audit, check, verify

__all__ = ["__version__", "audit", "check", "verify"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Load the functions when they are asked for, so that `import auditor` stays light."""
    if name in ("audit", "check", "verify"):
        from auditor import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
