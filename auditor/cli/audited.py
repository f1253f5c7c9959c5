"""What all commands share that need the audit of a tag: where the facts come from, and the audit itself."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.api.auditing import AuditedRelease, Verify, audited_release, fetched_release
from auditor.cli.errors import INTERRUPTED, WRONG_USAGE
from auditor.cli.live import LiveOptions, live_of

if TYPE_CHECKING:
    from auditor.collect.github.gather import Gathered
    from auditor.model.audit import Audit

__all__ = [
    "Audited",
    "ConfigOption",
    "OptionalTagArgument",
    "RulesOption",
    "SourceOption",
    "TagArgument",
    "Verify",
    "VerifyOnlyOption",
    "VerifyOption",
    "audited",
    "chosen",
    "fetched",
    "tag_here",
]

TagArgument = Annotated[str, typer.Argument(help="The release tag, for example v1.0.35.")]
SourceOption = Annotated[
    Path | None,
    typer.Option("--from", help="A bundle: a folder, or a .zip of it (docs/bundles.md).", metavar="BUNDLE"),
]
RulesOption = Annotated[
    list[Path] | None, typer.Option("--rules", help="A folder of rules, merged by id.", metavar="DIR")
]


VerifyOption = Annotated[
    bool | None,
    typer.Option(
        "--verify/--no-verify",
        envvar="RELAUDIT_VERIFY",
        help="Ask the registries what is live. Default: yes, and a bundle's own answers.",
    ),
]
VerifyOnlyOption = Annotated[
    list[str] | None,
    typer.Option("--verify-only", help="Ask only these platforms, by comma or repeated.", metavar="PLATFORMS"),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="The configuration. Default: the nearest relaudit.toml.", metavar="FILE"),
]
OptionalTagArgument = Annotated[
    str | None, typer.Argument(help="The release tag. Default: the bundle's, or the newest tag of the checkout here.")
]


def tag_here(tag: str | None, source: Path | None, repository: str | None) -> str | None:
    """The tag that is meant when none is given; nothing lets a bundle speak for itself. Exits with 2 when there is none."""
    if tag is not None or source is not None:
        return tag
    found = None if repository is not None else _newest_tag()
    if found is None:
        typer.echo("relaudit: there is no tag here to go by: name one", err=True)
        raise typer.Exit(WRONG_USAGE)
    return found


def _newest_tag() -> str | None:
    """The newest tag of the checkout here. https://git-scm.com/docs/git-for-each-ref"""
    git = shutil.which("git")
    if git is None:
        return None
    command = [git, "for-each-ref", "--sort=-creatordate", "--count=1", "--format=%(refname:strip=2)", "refs/tags"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603
    return done.stdout.strip() or None


@dataclass(frozen=True, slots=True)
class Audited(AuditedRelease):
    """An audit on the command line."""

    def whole(self, purpose: str) -> Audit:
        """The audit; exits with 130 when it is partial because somebody interrupted it."""
        if self.interrupted:
            typer.echo(f"relaudit: interrupted; a partial audit is not {purpose}", err=True)
            raise typer.Exit(INTERRUPTED)
        return self.audit


def chosen(wanted: bool | None, only: list[str] | None, config: Path | None) -> Verify:
    """Read the options on asking the registries."""
    names = [name.strip() for entry in only or () for name in entry.split(",") if name.strip()]
    return Verify(True if names and wanted is None else wanted, tuple(dict.fromkeys(names)), config)


def audited(
    tag: str | None,
    source: Path | None,
    options: LiveOptions,
    rules: list[Path] | None,
    verify: Verify | None = None,
) -> Audited:
    """Audit a tag, from a bundle or live, and ask the registries unless that is not wanted.

    Exits with 2 when the options contradict each other. Raises what `audited_release` does.
    """
    if source is not None and (options.repo is not None or options.runs):
        typer.echo("relaudit: --from reads a recorded release; leave out --repo and --run", err=True)
        raise typer.Exit(WRONG_USAGE)
    found = audited_release(tag, source, live_of(options), rules or (), verify)
    return Audited(found.audit, found.interrupted, found.workflows, found.book)


def fetched(
    tag: str, options: LiveOptions, rules: list[Path] | None, verify: Verify
) -> AbstractContextManager[Gathered]:
    """Gather a release, and the registries' answers about it, into a bundle's folder."""
    return fetched_release(tag, live_of(options), rules or (), verify)
