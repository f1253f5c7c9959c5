"""What a configuration can say. `docs/configuration.md` shows every key; the JSON Schema is made from these models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from auditor.model.vocabulary import Severity

PLATFORM = r"^[a-z0-9][a-z0-9-]{0,60}$"
_URL = r"^https?://[^\s/?#@]+(?:/[^\s?#]*)?$"
_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]{0,200}$"

Platform = Annotated[str, Field(pattern=PLATFORM)]
"""The name of a file in `rules/`, `npm`."""
CheckId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,80}$")]


def _version_template(text: str) -> str:
    if "{version}" not in text and "{tag}" not in text:
        raise ValueError("the template must hold {version} (the tag without its prefix) or {tag}")
    return text


class Settings(BaseModel):
    """A table of the configuration. Unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class ConfiguredTarget(Settings):
    """One package on one platform that every release should reach."""

    platform: Platform
    """The platform's name in the rulebook: `npm`, `docker-hub`, `homebrew`."""
    package: str = Field(min_length=1, max_length=300)
    """The package's name as the registry spells it: `@scope/name`, `group:artifact`, `owner/image`."""
    version: Annotated[str, AfterValidator(_version_template)] | None = None
    """How a release's version is spelled there: `{version}` is the tag without its prefix, `{tag}` the tag itself."""
    places: dict[str, str] = {}
    """What else finds it: `repository` of a tap or bucket, `channel`, `index` of a chart repository."""
    expected_files: tuple[str, ...] = ()
    """Files, assets or image platforms that every version should have; `{version}` and `{tag}` are replaced."""


class RegistrySettings(Settings):
    """How to ask one platform's registry."""

    url: Annotated[str, Field(pattern=_URL)] | None = None
    """Where to ask instead of the public registry."""
    token_variable: Annotated[str, Field(pattern=_VARIABLE)] | None = None
    """The NAME of the environment variable that holds a token for reading. Never the token itself."""
    allow_private: bool = False
    """Allow addresses of a private network, which are refused otherwise."""


class CheckSettings(Settings):
    """Settings of one check of `relaudit check`."""

    enabled: bool = True
    """Switch the check off with `false`."""
    severity: Severity | None = None
    """Give its findings this severity instead of its own."""
    ignore: tuple[str, ...] = ()
    """Paths in which it is not looked for: `.github/workflows/old-*.yml`; `**` also crosses folders."""


class CheckCommand(Settings):
    """Settings of the command `relaudit check` itself."""

    min_severity: Severity = Severity.NOTE
    """Findings below it are not shown."""
    baseline: Path | None = None
    """A file of findings that are known and accepted; relative to the configuration."""
    also: tuple[Annotated[str, Field(pattern=r"^(zizmor|actionlint)$")], ...] = ()
    """Tools to run as well, when they are installed: `zizmor`, `actionlint`."""


class VerifySettings(Settings):
    """Settings for asking the registries."""

    enabled: bool = True
    """Ask the registries at all."""
    only: tuple[Platform, ...] = ()
    """Ask only these platforms; empty means all."""
    wait: float = Field(default=0, ge=0, le=86_400)
    """Seconds to wait for a version that may still be on its way."""


class SecretSettings(Settings):
    """Settings of `relaudit secrets`."""

    max_age_days: int = Field(default=365, ge=1, le=36_500)
    """Secrets that have not been changed for longer are named."""
    ignore: tuple[str, ...] = ()
    """Names of secrets that are not spoken of: those that another system sets or uses."""


class IssueDelivery(Settings):
    """Settings of `relaudit post issue`."""

    labels: tuple[str, ...] = ()
    """Labels that a new issue gets; they have to exist."""
    assignees: tuple[str, ...] = ()
    """Logins that a new issue is assigned to."""
    milestone: str | None = None
    """Title of the open milestone that a new issue gets."""
    rolling: bool = False
    """One issue for all tags, instead of one for each."""
    close: bool = True
    """Close the issue when everything has shipped."""
    always: bool = False
    """Open an issue also for a release that has shipped everywhere."""


class Notification(Settings):
    """Somebody to tell when a verdict has changed."""

    url_variable: Annotated[str, Field(pattern=_VARIABLE)]
    """The NAME of the environment variable that holds the address, in Apprise's form. Never the address itself."""


class Config(Settings):
    """The settings of a repository."""

    targets: tuple[ConfiguredTarget, ...] = ()
    """What every release should reach."""
    registries: dict[Platform, RegistrySettings] = {}
    """How to ask registries, by platform."""
    hubs: tuple[str, ...] = ()
    """Ids or names of the jobs that make what the others publish."""
    rules: tuple[Path, ...] = ()
    """Folders of rules of one's own; relative to the configuration."""
    check: CheckCommand = CheckCommand()
    """The command `relaudit check`."""
    checks: dict[CheckId, CheckSettings] = {}
    """Settings of single checks, by id."""
    secrets: SecretSettings = SecretSettings()
    """The command `relaudit secrets`."""
    verify: VerifySettings = VerifySettings()
    """Asking the registries."""
    source: SkipJsonSchema[Path | None] = Field(default=None, exclude=True)
    """The file that was read; set when it is, and no key of the file."""
    issue: IssueDelivery = IssueDelivery()
    """The command `relaudit post issue`."""
    notify: tuple[Notification, ...] = ()
    """Whom the command `relaudit notify` tells."""
