"""The form of what a registry's answer means: conditions, shapes of whole answers, and where each fact is.

`docs/registries.md` explains every field with examples.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from auditor.rulebook.written import Expression, PathText, Template, Written


class Condition(Written):
    """Something that an answer, or a record of it, says. Without a test it must be there and not be empty or false."""

    path: PathText | None = None
    header: str | None = None
    is_: str | int | float | bool | tuple[str | int | float | bool, ...] | None = Field(default=None, alias="is")
    is_not: tuple[str, ...] = ()
    matches: Expression | None = None
    empty: bool | None = None
    before: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    reason: str | None = None
    """A short clause for people; `{value}` stands for what was read."""
    reason_path: PathText | None = None

    @model_validator(mode="after")
    def _is_one_test(self) -> Self:
        if (self.path is None) == (self.header is None):
            raise ValueError("a condition has either `path` or `header`")
        tests = (
            self.is_ is not None,
            bool(self.is_not),
            self.matches is not None,
            self.empty is not None,
            bool(self.before),
        )
        if sum(tests) > 1:
            raise ValueError("a condition has one of `is`, `is_not`, `matches`, `empty`, `before`")
        return self


class Shape(Written):
    """An answer that has a fixed meaning on this registry: what is missing, or what is held."""

    of: Literal["package", "version"] = "version"
    status: int = Field(default=200, ge=200, le=499)
    body: Expression | None = None
    when: tuple[Condition, ...] = ()
    reason: str | None = None

    @model_validator(mode="after")
    def _is_not_bare(self) -> Self:
        if self.status == 200 and not (self.body or self.when):
            raise ValueError("an answer with status 200 needs `body` or `when` to mean anything")
        if self.status in (401, 403, 429) and not (self.body or self.when):
            raise ValueError(f"status {self.status} alone means that nothing is known: give `body` or `when`")
        return self


class Files(Written):
    """The files of a version's record."""

    each: PathText = ""
    name: PathText | tuple[PathText, ...] | None = None
    """A path; of several, what is there is joined by slashes: `linux/arm/v7`."""
    name_as: Template | None = None
    size: PathText | None = None
    digest: PathText | None = None
    algorithm: str | None = Field(default=None, pattern=r"^(?:md5|sha1|sha256|sha384|sha512)$")
    uploaded_at: PathText | None = None
    downloads: PathText | None = None
    hidden: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    """Any: it is not a file of the version."""

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        if (self.name is None) == (self.name_as is None):
            raise ValueError("files have either `name` or `name_as`")
        return self


class BuiltFrom(Written):
    """Where an answer tells what the bytes were built from."""

    repository: PathText | None = None
    commit: PathText | None = None
    workflow: PathText | None = None
    run: PathText | None = None
    """A run's id, or its address, which may name the attempt."""


class Entry(Written):
    """What one record says about one version."""

    version: PathText | None = None
    version_form: Expression | None = None
    name: PathText | None = None
    proof: tuple[Condition, ...] = ()
    hidden: tuple[Condition, ...] = ()
    held: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    published_at: PathText | None = None
    files: tuple[Files, ...] = ()
    provenance: BuiltFrom | None = None


class Downloads(Written):
    """A number of downloads; several values under one path are added up."""

    count: PathText
    days: int | None = Field(default=None, ge=1)
    meaning: str
    as_of: PathText | None = None


class PackageFacts(Written):
    """What an answer says about the package, whatever the version."""

    known: bool = True
    latest: PathText | None = None
    """A path, or `newest`: the newest of the records that is neither hidden nor a pre-release."""
    latest_at: PathText | None = None
    downloads: tuple[Downloads, ...] = ()
