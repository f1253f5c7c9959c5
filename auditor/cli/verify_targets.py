"""Targets as the command line takes them."""

from __future__ import annotations

from auditor.targets.by_name import TargetError, named_target, only_those, version_asked

__all__ = ["TargetError", "named_target", "only_those", "version_asked"]
