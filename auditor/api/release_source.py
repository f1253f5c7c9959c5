"""The release files of a checkout, a repository on GitHub or a bundle, and the configuration and rules that go with them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.api.rulebooks import rulebook_for
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.checks.subject import Subject
    from auditor.collect.github.repository_files import Question
    from auditor.config import Config
    from auditor.model.facts import WorkflowFile
    from auditor.rulebook.book import Rulebook


@dataclass(frozen=True, slots=True)
class Source:
    """Where the files are: a checkout, another repository on GitHub, or a bundle."""

    path: Path | None = None
    repo: str | None = None
    ref: str | None = None
    bundle: Path | None = None
    config: Path | None = None
    rules: tuple[Path, ...] = ()
    api_url: str | None = None
    timeout: float = 30.0
    token: str | None = field(default=None, repr=False)
    """For GitHub's API; without one it is looked for where all commands look."""


@dataclass(frozen=True, slots=True)
class Read:
    """The files, and what is known of them."""

    source: Source
    files: tuple[WorkflowFile, ...]
    config: Config
    book: Rulebook
    root: Path | None = None
    """The checkout; nothing when the files came from elsewhere."""
    repository: str | None = None
    commit: str | None = None
    notes: tuple[str, ...] = ()
    outside: tuple[str, Path] | None = None
    """A file that was named and is no workflow by its place: the path it is looked at under, and where it lies."""

    def place(self, path: str) -> Path | None:
        """Where a file of the checkout lies; nothing for one that leaves it, or that came from elsewhere."""
        if self.outside is not None and path == self.outside[0]:
            return self.outside[1]
        if self.root is None or not (self.root / path).resolve().is_relative_to(self.root.resolve()):
            return None
        return self.root / path

    def subject(self, files: tuple[WorkflowFile, ...] | None = None) -> Subject:
        """What the checks look at, of these files or of others in their place."""
        from auditor.checks.subject import subject_of

        return subject_of(self.files if files is None else files, self.book, self.repository)


def read(source: Source) -> Read:
    """Read the files. Raises `UsageError`, `BundleError`, `CheckoutError`, `ConfigError`, `GitHubError`, `RulesError`."""
    given = [
        name
        for name, value in (("a path", source.path), ("a repository", source.repo), ("a bundle", source.bundle))
        if value
    ]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} name different files; leave one out")
    if source.bundle is not None and source.ref is not None:
        raise UsageError("a bundle holds the files of one commit; leave out the ref")
    if source.bundle is not None:
        return _of_bundle(source, source.bundle)
    return _of_repository(source) if source.repo is not None else _of_checkout(source)


def files_at(found: Read, ref: str) -> tuple[WorkflowFile, ...]:
    """The files of the same repository at another ref."""
    if found.root is not None:
        from auditor.collect.release_checkout import read_ref

        return read_ref(found.root, ref)
    if found.source.repo is None:
        raise UsageError(
            "a bundle holds the files of one commit: to compare with a base needs a checkout or a repository"
        )
    from auditor.collect.github.repository_files import repository_files

    return repository_files(question(found.source, found.root), ref).files


def question(source: Source, root: Path | None) -> Question:
    """Whom to ask, and about which repository: `--repo`, else the git remote. Raises `GitHubError`."""
    from auditor.collect.github.address import repository_name, repository_of_checkout, server
    from auditor.collect.github.problems import GitHubError
    from auditor.collect.github.repository_files import Question
    from auditor.collect.github.token import Token, find_token

    github = server(source.api_url, os.environ)
    if source.repo is not None:
        name, host = repository_name(source.repo)
        if host not in (None, github.host):
            raise GitHubError(f"the repository is on {host}, and relaudit asks {github.host}; set GH_HOST={host}")
    else:
        name = repository_of_checkout(root or Path.cwd(), github)
    token = Token(source.token, "the caller") if source.token else find_token(github, name, os.environ)
    return Question(github, token, name, source.timeout)


def _of_checkout(source: Source) -> Read:
    from auditor.collect.github.address import repository_of_checkout, server
    from auditor.collect.github.problems import GitHubError
    from auditor.collect.release_checkout import read_checkout, read_ref, root_of

    path = source.path or Path.cwd()
    root = root_of(path)
    config, book = _settings(source, path if path.is_dir() else path.parent)
    files = read_ref(root, source.ref) if source.ref is not None else read_checkout(root)
    outside = None
    if path.is_file():
        files, outside = _with(files, root, path)
    try:
        repository = repository_of_checkout(root, server(source.api_url, os.environ))
    except GitHubError:
        repository = None
    return Read(source, files, config, book, root, repository, outside=outside)


def _with(
    files: tuple[WorkflowFile, ...], root: Path, path: Path
) -> tuple[tuple[WorkflowFile, ...], tuple[str, Path] | None]:
    """The files with one that was named; one from elsewhere is looked at as a workflow, under another path."""
    from auditor.collect.release_checkout import CheckoutError
    from auditor.collect.release_files import LARGEST_FILE
    from auditor.model.facts import WorkflowFile

    inside = path.resolve()
    name = inside.relative_to(root.resolve()).as_posix() if inside.is_relative_to(root.resolve()) else path.name
    if any(file.path == name for file in files):
        return files, None
    try:
        with path.open("rb") as opened:
            text = opened.read(LARGEST_FILE).decode("utf-8", "replace")
    except OSError as error:
        raise CheckoutError(f"{path}: cannot be read: {error.strerror or error}") from None
    named = name if name.startswith(".github/") or "/" not in name else f".github/workflows/{path.name}"
    if path.suffix in (".yml", ".yaml") and not named.startswith(".github/") and "action" not in path.stem:
        named = f".github/workflows/{path.name}"
    return (*files, WorkflowFile(path=named, text=text)), (named, path)


def _of_repository(source: Source) -> Read:
    from auditor.collect.github.repository_files import repository_files

    config, book = _settings(source, None)
    asked = question(source, None)
    found = repository_files(asked, source.ref)
    notes = tuple(f"{gap.what}: {gap.why}" for gap in found.missing)
    return Read(source, found.files, config, book, None, asked.repository, found.commit, notes)


def _of_bundle(source: Source, bundle: Path) -> Read:
    from auditor.collect.bundle import read_bundle

    config, book = _settings(source, None)
    facts = read_bundle(bundle).facts
    notes = ("release tools' configuration and the repository's own actions: a bundle holds only workflow files",)
    return Read(source, facts.workflows, config, book, None, facts.repository.full_name, facts.commit, notes)


def _settings(source: Source, folder: Path | None) -> tuple[Config, Rulebook]:
    """The configuration of a checkout, or the one named; another repository's is not ours to follow."""
    from auditor.config import Config, ConfigError, load_config

    if source.config is not None and not source.config.is_file():
        raise ConfigError(f"{source.config}: there is no such file")
    config = load_config(source.config or folder) if source.config or folder else Config()
    return config, rulebook_for(config, source.rules)
