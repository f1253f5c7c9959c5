"""The shipped rulebook, read once a process; once parsed it is kept beside pytest's own cache, as commands keep theirs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from auditor.diagnose.explain import Explainer
from auditor.rulebook.book import Rulebook

KEPT = Path(__file__).resolve().parents[1] / ".pytest_cache" / "rulebook"


@cache
def shipped() -> Rulebook:
    """All rules."""
    return Rulebook.load(keep_in=KEPT)


@cache
def explainer() -> Explainer:
    """The shipped rules made ready."""
    return Explainer(shipped())
