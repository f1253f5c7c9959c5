"""The form of `registry:` in a rules file: where a platform lives, and how its registry is asked about one version.

`docs/registries.md` explains every field with examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from auditor.rulebook.address_templates import parse_template
from auditor.rulebook.answer_schema import Condition, Entry, PackageFacts, Shape
from auditor.rulebook.written import TRUSTED, Address, Expression, PathText, Template, Written

SchemeName = Literal[
    "semver",
    "npm",
    "pub",
    "go",
    "nuget",
    "pep440",
    "gem",
    "composer",
    "oci",
    "maven",
    "pacman",
    "deb",
    "homebrew",
    "loose",
    "verbatim",
]
"""The names of `auditor.versions.Scheme`, which costs more to import than this form should."""
NamesCompare = Literal["exact", "caseless", "pep503", "dash-underscore"]


class Base(Written):
    """A base that is only known when it is asked: from the user's package manager, the package, or a target's places."""

    from_: Literal["purl", "npm-config", "pip-config", "place", "github", "package-host"] = Field(alias="from")
    name: str | None = None
    """Which of the target's places."""
    without: str | None = None
    """A last part of the address to leave out: `simple` also leaves out `+simple`."""

    @model_validator(mode="after")
    def _place_has_a_name(self) -> Self:
        if (self.from_ == "place") != (self.name is not None):
            raise ValueError("`name` goes with `from: place`, and only with it")
        return self


class Next(Written):
    """Where the next page is."""

    link: str | None = None
    path: PathText | None = None
    parameter: str | None = None
    first: int = 1

    @model_validator(mode="after")
    def _is_one_way(self) -> Self:
        if sum(way is not None for way in (self.link, self.path, self.parameter)) != 1:
            raise ValueError("`next` has one of `link`, `path`, `parameter`")
        return self


AnswerKind = Literal["json", "ndjson", "xml", "yaml", "text", "headers"]
_NEVER_SENT = frozenset({"authorization", "cookie", "host", "proxy-authorization", "content-length", "user-agent"})


class Question(Written):
    """One request to a registry, and how its answer is read."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    when: Literal["undecided", "always", "live", "absent"] = "undecided"
    needed: bool = False
    with_places: tuple[str, ...] = ()
    without_places: tuple[str, ...] = ()
    with_names: tuple[str, ...] = ()
    """Groups of the registry's `names` that the package's name must have."""
    without_names: tuple[str, ...] = ()
    base: Address | Base | None = None
    get: Template | None = None
    head: Template | None = None
    post: Template | None = None
    pause: float | None = Field(default=None, ge=0, le=60)
    """Instead of the registry's."""
    headers: dict[str, Template] = Field(default_factory=dict)
    body: Any = Field(default=None, alias="json")
    """What a POST sends, as JSON; every text in it is a template."""
    answer: AnswerKind = "json"
    html: bool = False
    line: Expression | None = None
    expect: tuple[Condition, ...] = ()
    absent: tuple[Shape, ...] = ()
    held: tuple[Shape, ...] = ()
    entries: PathText | None = None
    lists: Literal["all", "current", "one", "some"] = "some"
    empty: Literal["package", "version", "unknown"] = "unknown"
    next: Next | None = None
    most_pages: int = Field(default=10, ge=1, le=200)
    entry: Entry | None = None
    package: PackageFacts = PackageFacts()

    @model_validator(mode="after")
    def _is_one_request(self) -> Self:
        if sum(way is not None for way in (self.get, self.head, self.post)) != 1:
            raise ValueError("a question has one of `get`, `head`, `post`")
        if self.body is not None and self.post is None:
            raise ValueError("`json` goes with `post`")
        if self.head is not None and self.answer != "headers":
            raise ValueError("`head` has no body: its answer is `headers`")
        if (self.line is not None) != (self.answer == "text"):
            raise ValueError("`line` goes with `answer: text`, and text cannot be read without it")
        if bad := sorted(name for name in self.headers if name.lower() in _NEVER_SENT):
            raise ValueError(f"not a header to be set here: {', '.join(bad)}")
        return self

    @field_validator("body")
    @classmethod
    def _body_is_templates(cls, body: Any, info: ValidationInfo) -> Any:
        if info.context != TRUSTED:
            for text in texts_in(body):
                parse_template(text)
        return body

    @model_validator(mode="after")
    def _proves_what_it_says(self) -> Self:
        entry = self.entry
        if entry is not None and entry.version is None and not (self.lists == "one" and entry.proof):
            raise ValueError("a status alone proves nothing: give `entry.version`, or `entry.proof` with `lists: one`")
        if self.empty != "unknown" and self.answer not in ("json", "yaml") and not self.expect:
            raise ValueError(
                "an empty list means something only in an answer that is surely this registry's: give `expect`"
            )
        if entry is not None and entry.version_form and "version" not in re.compile(entry.version_form).groupindex:
            raise ValueError("`version_form` has a group named version")
        return self


class Registry(Written):
    """Where the platform lives for people, facts about it that do not change between releases, and how to ask it."""

    home: str | None = None
    purl: str | None = None
    immutable: bool = True
    """A published version can never be replaced."""
    propagation_minutes: int | None = None
    page: Template | None = None
    scheme: SchemeName = "verbatim"
    names: Expression | None = None
    names_compare: NamesCompare = "exact"
    base: Address | Base | None = None
    redirects: tuple[str, ...] = ()
    at_once: int = Field(default=4, ge=1, le=16)
    pause: float = Field(default=0.0, ge=0, le=60)
    token: str = "Bearer {token}"  # noqa: S105 - a form, not a token
    token_header: str = "Authorization"  # noqa: S105
    questions: tuple[Question, ...] = ()
    protocol: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9-]*$")
    options: dict[str, str] = Field(default_factory=dict)

    @property
    def askable(self) -> bool:
        """Whether relaudit knows how to ask it."""
        return bool(self.questions) or self.protocol is not None

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        if self.questions and self.base is None and any(question.base is None for question in self.questions):
            raise ValueError("questions need a `base`")
        if self.options and self.protocol is None:
            raise ValueError("`options` are a protocol's")
        if twice := _twice(question.id for question in self.questions):
            raise ValueError(f"the question {twice!r} is there twice")
        return self


def texts_in(value: Any) -> Iterator[str]:
    """Every text inside of a JSON value, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts_in(inner)


def _twice(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
