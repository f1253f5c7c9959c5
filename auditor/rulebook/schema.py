"""The form of a file in `rules/`: one platform, how it is recognised, how it succeeds and how it fails.

`docs/rules.md` explains every field with an example.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from auditor.model.vocabulary import Classification, Rerun, Role
from auditor.rulebook.registry_schema import Registry
from auditor.rulebook.target_schema import TargetRules
from auditor.rulebook.written import TRUSTED


def _compiles(pattern: str, info: ValidationInfo) -> str:
    if info.context == TRUSTED:
        return pattern
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a valid regular expression ({error}): {pattern!r}") from None
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]
"""A Python regular expression, searched in one line of cleaned log text (no time stamp, no ANSI codes)."""

RuleId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9.-]*$")]


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Examples(_Written):
    """Lines the rule must match, and lines it must leave alone. With `near`, an example is several lines."""

    match: tuple[str, ...] = Field(min_length=1)
    no_match: tuple[str, ...] = ()


class Near(_Written):
    """A second line that must stand close by: up to `before` lines above or `after` lines below, in the same step."""

    match: Pattern
    before: int = Field(default=0, ge=0, le=200)
    after: int = Field(default=0, ge=0, le=200)

    @model_validator(mode="after")
    def _looks_somewhere(self) -> Near:
        if not (self.before or self.after):
            raise ValueError("give `before` or `after`, the number of lines to look at")
        return self


class FixTemplate(_Written):
    """What to do. Every text is a Jinja2 template over the rule's captures and the job's facts.

    Available: the named groups of `match`, `package`, `version`, `tag`, `repository`, `platform`, `job`, `step`,
    `workflow`, `run_id`, `secret`. A name that is not known renders as a readable placeholder such as `<package>`.
    """

    summary: str
    commands: tuple[str, ...] = ()
    snippet: str | None = None
    language: str = "yaml"
    rerun: Rerun | None = None


class LineRule(_Written):
    """A line that tells something good: a publish that happened, or one that found nothing to do."""

    id: RuleId
    match: Pattern
    unless: Pattern | None = None
    near: Near | None = None
    anywhere: bool = False
    """Count it in any step. Otherwise the step, or the job, must have been recognised as this platform's."""
    examples: Examples


class DestinationRule(LineRule):
    """A line by which a publish command tells where it sends a package: it outranks what the command itself suggests."""

    instead_of: tuple[str, ...] = ()
    """Platforms that the step was taken to publish to by its command, and does not unless it says so, too."""


class FailureRule(_Written):
    """A line that tells why something failed."""

    id: RuleId
    classification: Classification
    role: Role = Role.CAUSE
    match: Pattern
    unless: Pattern | None = None
    near: Near | None = None
    needs_platform: bool = False
    """The text alone is ambiguous: count it only in a step, or job, of this platform."""
    survivable: bool = False
    """Tools print this line and often go on (a retry, a probe): it never wins over a line that ended the step."""
    in_success: bool = False
    """Also evidence of a failed publish when the job is green (`|| true`, `continue-on-error`)."""
    fix: FixTemplate
    docs: str
    """The official page, or `none: <why there is none>`."""
    examples: Examples

    @model_validator(mode="after")
    def _names_a_failure(self) -> FailureRule:
        if not self.classification.failed:
            raise ValueError(f"a failure rule cannot classify as {self.classification.value}")
        if not (self.docs.startswith(("https://", "none: "))):
            raise ValueError("`docs` is an https link, or `none: ` and the reason")
        return self


class HintRule(FailureRule):
    """What a failure is called when no rule knows a line of the failed step: by its most telling lines, or by what it ran.

    Hints are asked in the order in which they are written, and only then; what they say is never sure.
    """

    role: Role = Role.WRAPPER
    match: Pattern = "."
    runs: Pattern | None = None
    """Searched in the name and in the commands of a step that publishes nothing, instead of `match` in what it printed."""

    @model_validator(mode="after")
    def _asks_one_thing(self) -> HintRule:
        if ("match" in self.model_fields_set) == (self.runs is not None):
            raise ValueError("give either `match` or `runs`")
        return self


class ActionUse(_Written):
    """An action that publishes; with `inputs`, only when each named input matches (a missing input is empty text)."""

    uses: str = Field(pattern=r"^[\w.-]+/[\w./-]+$")
    inputs: dict[str, Pattern] = {}


class Redirect(_Written):
    """A step that sends what this platform's commands publish in it, or in later steps of its job, to another platform.

    It is an action with its inputs, or a line of a script. The first that fits counts. `to` is the platform itself where a
    step sends its commands home again.
    """

    uses: str | None = Field(default=None, pattern=r"^[\w.-]+/[\w./-]+$")
    inputs: dict[str, Pattern] = {}
    line: Pattern | None = None
    to: str

    @model_validator(mode="after")
    def _is_one_thing(self) -> Redirect:
        if (self.uses is None) == (self.line is None) or (self.inputs and self.uses is None):
            raise ValueError("give either `uses` or `line`; `inputs` belong to `uses`")
        return self


class StepExample(_Written):
    """A step that calls an action, as in a workflow file."""

    uses: str
    with_: dict[str, str] = Field(default={}, alias="with")


class RecogniseExamples(_Written):
    """Scripts (text) or action steps (mappings) that publish to the platform, and some that do not."""

    match: tuple[str | StepExample, ...] = Field(min_length=1)
    no_match: tuple[str | StepExample, ...] = Field(min_length=1)


class Recognise(_Written):
    """How a step is known to publish to this platform. Any one entry is enough; `not` entries veto.

    `commands` are searched in each line of a step's script (workflow file or the log's echo), after joining
    backslash-continued lines. `actions` are `owner/name` or `owner/name/path` prefixes, compared without case.
    `inputs` restrict an action: input name -> regular expression that its value must match.
    `jobs` are searched in the job's name and id: the weakest hint, used when nothing else is known.
    """

    commands: tuple[Pattern, ...] = ()
    actions: tuple[ActionUse, ...] = ()
    reusable: tuple[str, ...] = ()
    """Reusable workflows that publish, `owner/repo/.github/workflows/file.yml` prefixes, compared without case."""
    jobs: tuple[Pattern, ...] = ()
    never: tuple[Pattern, ...] = ()
    """Vetoes a command line: dry runs, snapshots, local registries."""
    redirects: tuple[Redirect, ...] = ()
    """What sends these commands to another platform, seen in the steps before."""
    stays: tuple[Pattern, ...] = ()
    """A command line, or inputs of an action, that names its registry itself: no redirect and no output moves it."""
    examples: RecogniseExamples


class ExistenceCheck(_Written):
    """The guard step to recommend before the publish step; Jinja2 over `package` and `version`."""

    name: str
    snippet: str


class Secret(_Written):
    """A secret or permission that publishing needs."""

    name: str
    purpose: str
    page: str | None = None


class PlatformRules(_Written):
    """One file of `rules/`."""

    platform: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    order: int = 500
    """Place in tables; lower comes first."""
    registry: Registry = Registry()
    recognise: Recognise | None = None
    success: tuple[LineRule, ...] = ()
    already: tuple[LineRule, ...] = ()
    """Lines that say: this version is there already, or there was nothing to publish."""
    destinations: tuple[DestinationRule, ...] = ()
    """Lines that say: this platform is where the package goes."""
    retries: tuple[LineRule, ...] = ()
    """Lines that say: it is tried again, so that what failed before was not the last word."""
    failures: tuple[FailureRule, ...] = ()
    hints: tuple[HintRule, ...] = ()
    """What to call a failure whose lines no rule of any file knows."""
    check: ExistenceCheck | None = None
    secrets: tuple[Secret, ...] = ()
    trusted_publishing: str | None = None
    targets: TargetRules | None = None
    """Where the names of what is published are written: `docs/targets.md`."""

    @model_validator(mode="after")
    def _ids_belong_here(self) -> PlatformRules:
        for rule in (*self.rules(), *self.hints):
            if rule.id.split("/")[0] != self.platform:
                raise ValueError(f"rule id {rule.id!r} must start with {self.platform + '/'!r}")
        return self

    def rules(self) -> tuple[LineRule | FailureRule, ...]:
        """All rules of the file whose lines are looked for in logs, section by section."""
        return (*self.success, *self.already, *self.destinations, *self.retries, *self.failures)

    def patterns(self) -> Iterator[str]:
        """The expressions that are searched in logs."""
        for rule in self.rules():
            yield rule.match
            if rule.near is not None:
                yield rule.near.match


Section = Literal["success", "already", "destinations", "retries", "failures", "hints"]
SECTIONS: tuple[Section, ...] = ("success", "already", "destinations", "retries", "failures")
"""The lists of rules in a file whose lines are looked for, in the order in which they are read."""
