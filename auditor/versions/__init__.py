"""Versions as their ecosystems read them: a spelling is normalised, versions are compared parsed, never as text."""

from auditor.versions.scheme import (
    Scheme,
    is_prerelease,
    newest_first,
    normalised,
    same,
)
from auditor.versions.tags import TagParts, tag_parts, version_of_tag

__all__ = [
    "Scheme",
    "TagParts",
    "is_prerelease",
    "newest_first",
    "normalised",
    "same",
    "tag_parts",
    "version_of_tag",
]
