"""The form of `targets:` in a rules file: where the name of what a release publishes to the platform is written.

`docs/targets.md` explains every field with examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from auditor.rulebook.written import TRUSTED, Expression, Written

_SLOT = re.compile(r"\{([a-z_]+)\}")


def _has_plain_slots(text: str, info: ValidationInfo) -> str:
    if info.context != TRUSTED and re.search(r"[{}]", _SLOT.sub("", text)):
        raise ValueError(f"a template has {{slots}} of small letters and no other braces: {text!r}")
    return text


Filling = Annotated[str, AfterValidator(_has_plain_slots)]
"""Text with `{slots}` for named groups, fields, and `owner`, `repository`, `tag`, `version` of the release."""

Alternatives = tuple[str, ...]


class Names(Written):
    """What a name must look like, and how the registry spells it."""

    without: Expression | None = None
    """Taken out of a name first."""
    forms: tuple[Expression, ...] = ()
    """Each has a group `package`; the first that matches the whole name counts. A group `version` is the version where
    nothing else tells it, any other group a place."""
    spelled: Literal["as-written", "lower", "pep503"] = "as-written"

    @field_validator("forms")
    @classmethod
    def _name_a_package(cls, forms: tuple[str, ...]) -> tuple[str, ...]:
        for form in forms:
            if "(?P<package>" not in form:
                raise ValueError(f"a form has a group named package: {form!r}")
        return forms


class Elsewhere(Written):
    """An action that sets where later steps of the job publish to: not to this platform where its input matches."""

    uses: str = Field(pattern=r"^[\w.-]+/[\w./-]+$")
    input: str
    match: Expression


class VersionCase(Written):
    """Which version a line of an input stands for."""

    match: Expression
    version: Filling


class VersionsInput(Written):
    """An input whose lines say how the version is spelled; without a line that fits, `otherwise`."""

    input: str
    cases: tuple[VersionCase, ...]
    otherwise: Filling | None = None


class StepSource(Written):
    """A step whose inputs, or whose script, name what it publishes.

    Groups of the expressions: `package`, `version`, `folder` (the manifest's folder), `member` (the name that a manifest
    has), and any other becomes one of the target's places.
    """

    uses: str | None = Field(default=None, pattern=r"^[\w.-]+/[\w./-]+$")
    run: Expression | None = None
    """Searched in every command line of a script."""
    inputs: dict[str, Expression] = Field(default_factory=dict)
    """Searched in every line of the input; `,` and spaces part lines too where `split` says so."""
    split: Expression | None = None
    when: dict[str, Expression] = Field(default_factory=dict)
    """Inputs that must match for the source to count; an input that is not there is empty."""
    package: Filling | None = None
    places: dict[str, Filling] = Field(default_factory=dict)
    versions: VersionsInput | None = None
    every: bool = False
    """It publishes every package of the repository that is not private."""
    beside: bool = False
    """Counts in any step of a job that publishes to the platform, not only in the publishing step itself."""

    @model_validator(mode="after")
    def _is_action_or_script(self) -> Self:
        if (self.uses is None) == (self.run is None):
            raise ValueError("a source has either `uses` or `run`")
        if self.run is not None and (self.inputs or self.when or self.versions):
            raise ValueError("`inputs`, `when` and `versions` go with `uses`")
        return self


ManifestFormat = Literal["json", "toml", "yaml", "xml", "text", "goreleaser"]


class Members(Written):
    """A file that lists the folders of a workspace."""

    path: str
    format: ManifestFormat
    globs: Alternatives
    exclude: Alternatives = ()


class ManifestSource(Written):
    """A file that names what its folder publishes.

    `path` are globs: of a file's name, or, with `/`, of its whole path. A field lists where its value is, the first that
    is there counts: a path of keys (`tool.poetry.name`, `*` for every entry of a list, `/` first: from the root of the
    document and not of `each`), for `text` an expression with one group, or after `=` a template. `{stem}` is the file's
    name without its last ending. Of several sources, the first that knows a folder counts for it.
    """

    path: tuple[str, ...] = Field(min_length=1)
    format: ManifestFormat
    each: str = ""
    fields: dict[str, Alternatives]
    package: Filling = "{name}"
    places: dict[str, Filling] = Field(default_factory=dict)
    require: dict[str, Expression] = Field(default_factory=dict)
    refuse: dict[str, Expression] = Field(default_factory=dict)
    members: tuple[Members, ...] = ()
    alone: bool = False
    """Its mere presence says that the package is meant for this platform, where no workflow says anything."""
    run_by: Expression | None = None
    """Counts when an action or a command line of a publishing step matches, whatever platform the step is known for."""

    @model_validator(mode="after")
    def _knows_its_fields(self) -> Self:
        own = {*self.fields, "owner", "repository", "tag", "version", "stem"}
        for text in (self.package, *self.places.values()):
            if unknown := set(_SLOT.findall(text)) - own:
                raise ValueError(f"no field is called {sorted(unknown)[0]!r}")
        if unknown := ({*self.require, *self.refuse} - own):
            raise ValueError(f"no field is called {sorted(unknown)[0]!r}")
        if self.format == "text":
            _one_group(text for texts in self.fields.values() for text in texts)
        return self


class PurlForm(Written):
    """How a name becomes a Package URL of the registry's type: https://github.com/package-url/purl-spec."""

    separator: str = "/"
    """Parts the namespace from the name, at its last place in the name."""
    namespace: Filling | None = None
    version: bool = True
    """Without: the type's versions are something else, and the version stands in a qualifier."""
    qualifiers: dict[str, Filling] = Field(default_factory=dict)


class TargetExample(Written):
    """A step (`uses` and `with`, or `run`), or a file (`path` and `text`), and the packages that it names."""

    uses: str | None = None
    with_: dict[str, str] = Field(default_factory=dict, alias="with")
    run: str | None = None
    path: str | None = None
    text: str | None = None
    gives: tuple[str, ...] = ()
    """`package`, or `package@version`; for a step, `folder:x` and `member:x` too."""
    places: dict[str, str] = Field(default_factory=dict)
    """Of the first of them."""


class TargetRules(Written):
    """How it is known which packages a release publishes to the platform."""

    names: Names = Names()
    log: tuple[str, ...] = ("package",)
    """Captures of success lines that hold a package's name."""
    log_package: Filling | None = None
    """Made of a success line's captures, where a name needs more than one of them."""
    log_places: dict[str, Filling] = Field(default_factory=dict)
    """Places made of a success line's captures."""
    log_rules: dict[str, dict[str, Filling] | None] = Field(default_factory=dict)
    """By the id of a rule: places that its lines stand for; null for a rule whose lines do not have the whole name."""
    steps: tuple[StepSource, ...] = ()
    manifests: tuple[ManifestSource, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    """What makes the platform's own command publish to another registry."""
    repository: Filling | None = None
    """The name that the platform takes from the repository by itself."""
    version_as: Filling | None = None
    """How the tag's version is spelled here, where the registry's scheme leaves that to the author."""
    version: Literal["tag", "manifest"] = "tag"
    """Whose version counts where the manifest's is another one than the tag's."""
    places: dict[str, Filling] = Field(default_factory=dict)
    """Of every target that has none of that name."""
    purl: PurlForm = PurlForm()
    examples: tuple[TargetExample, ...] = ()


def _one_group(patterns: Iterable[str]) -> None:
    for pattern in patterns:
        if pattern.startswith("="):
            continue
        try:
            groups = re.compile(pattern).groups
        except re.error as error:
            raise ValueError(f"not a valid regular expression ({error}): {pattern!r}") from None
        if groups != 1:
            raise ValueError(f"an expression of a text field has one group: {pattern!r}")
