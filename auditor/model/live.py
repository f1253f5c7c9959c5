"""What the registries say: one target, one question, one answer."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from auditor.model.base import Statement
from auditor.model.evidence import Evidence
from auditor.model.vocabulary import LiveState, TargetSource


class Target(Statement):
    """One version of one package on one platform.

    `package` and `version` are spelled as the registry spells them (`@scope/name`, `group:artifact`,
    `ghcr.io/owner/image`; `1.0.0rc1` on a registry that follows PEP 440). `purl` is the Package URL
    (https://github.com/package-url/purl-spec) with the version.
    """

    platform: str
    package: str
    version: str
    purl: str | None = None
    source: TargetSource
    evidence: Evidence | None = None
    """The log line, workflow line or file line the name was read from."""
    places: dict[str, str] = Field(default_factory=dict)
    """What else the question needs: `repository` of a tap or bucket, `channel`, `index` of a chart repository."""
    expected_files: tuple[str, ...] = ()
    """Files, assets or image platforms that this version should have."""
    job: str | None = None
    """Key of the job that publishes it, when one does."""
    apart: str | None = None
    """What tells it apart from another target of the same name: `?repository=owner/homebrew-tap`, `@1.0.0-alpine`."""

    @property
    def name(self) -> str:
        """The package, with what tells it apart from another one of that name."""
        return f"{self.package}{self.apart or ''}"

    @property
    def key(self) -> str:
        """Unique within an audit: `platform:package`, as `relaudit verify --target` takes it."""
        return f"{self.platform}:{self.name}"


class LiveFile(Statement):
    """One file, asset or image platform of a published version; `size` in bytes, `digest` as `algorithm:hex`."""

    name: str
    size: int | None = None
    digest: str | None = None
    uploaded_at: datetime | None = None
    downloads: int | None = None
    hidden: bool = False


class Provenance(Statement):
    """What a registry attests about where the bytes were built."""

    repository: str | None = None
    commit: str | None = None
    workflow: str | None = None
    run_id: int | None = None
    attempt: int | None = None


class DownloadCount(Statement):
    """One number a registry publishes; `meaning` says what it counts, in words."""

    count: int
    days: int | None = None
    """Days it covers; nothing when it is the total since the first release."""
    meaning: str
    as_of: datetime | None = None


class LiveAnswer(Statement):
    """What one registry said about one target. `reason` is a sentence a person can check."""

    target: Target
    state: LiveState
    reason: str
    url: str | None = None
    """The question that decided; free of credentials."""
    status: int | None = None
    """HTTP status of that question."""
    asked_at: datetime | None = None
    page: str | None = None
    """Where people see the package."""
    package_known: bool | None = None
    """Whether the registry knows the package at all, with whatever version."""
    latest: str | None = None
    latest_at: datetime | None = None
    published_at: datetime | None = None
    files: tuple[LiveFile, ...] = ()
    missing_files: tuple[str, ...] = ()
    """Of `expected_files`, those that the registry does not have."""
    provenance: Provenance | None = None
    downloads: tuple[DownloadCount, ...] = ()
    versions: tuple[str, ...] = ()
    """Versions the registry lists, newest first where it tells, at most 200."""
    retry_after: datetime | None = None
    """When the registry asked to come back; of `unknown`."""
