"""What `run` and `fetch` share: the options that say how to ask GitHub, and the asking."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from auditor.collect.github.gather import Gathered
    from auditor.collect.github.progress import Progress
    from auditor.rulebook.book import Rulebook

RepoOption = Annotated[
    str | None,
    typer.Option("--repo", "-R", help="The repository. Default: the git remote here.", metavar="OWNER/NAME"),
]
ApiUrlOption = Annotated[
    str | None,
    typer.Option(
        "--api-url",
        help="The REST API of a GitHub Enterprise Server. Default: GITHUB_API_URL, GH_HOST, else github.com.",
        metavar="URL",
    ),
]
RunOption = Annotated[
    list[int] | None,
    typer.Option("--run", help="Also this run, which is not the tag's by GitHub's account. Repeatable.", metavar="ID"),
]
AllLogsOption = Annotated[bool, typer.Option("--all-logs", help="Fetch all logs, not only those that must be read.")]
NoCacheOption = Annotated[bool, typer.Option("--no-cache", help="Neither use nor fill the cache.")]
TimeoutOption = Annotated[
    float,
    typer.Option(
        "--timeout", help="Seconds of silence after which a connection is given up.", min=0.1, metavar="SECONDS"
    ),
]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Log what is done to standard error.")]
DebugHttpOption = Annotated[
    bool, typer.Option("--debug-http", help="Log every request to standard error, without secrets.")
]


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """How to ask GitHub."""

    repo: str | None = None
    api_url: str | None = None
    runs: tuple[int, ...] = ()
    all_logs: bool = False
    no_cache: bool = False
    timeout: float = 30.0
    verbose: bool = False
    debug_http: bool = False


@contextmanager
def gathered_release(tag: str, options: LiveOptions, book: Rulebook) -> Iterator[Gathered]:
    """Gather the release of a tag into a bundle's folder, and show how far it is. Raises as `gathered` does."""
    from auditor.collect.github.address import repository_name, repository_of_checkout, server
    from auditor.collect.github.cache import Cache, cache_folder
    from auditor.collect.github.gather import Wanted, gathered
    from auditor.collect.github.problems import GitHubError
    from auditor.collect.github.seam import AllLogs
    from auditor.collect.github.token import find_token
    from auditor.diagnose.log_needs import LogNeeds

    _log_to_stderr(options)
    github = server(options.api_url, os.environ)
    if options.repo is not None:
        repository, host = repository_name(options.repo)
        if host not in (None, github.host):
            raise GitHubError(f"--repo is on {host}, and relaudit asks {github.host}; set GH_HOST={host}")
    else:
        repository = repository_of_checkout(Path.cwd(), github)
    needs = LogNeeds(book)
    wanted = Wanted(
        repository=repository,
        tag=tag,
        server=github,
        token=find_token(github, repository, os.environ),
        extra_runs=options.runs,
        cache=Cache(None if options.no_cache else cache_folder(os.environ)),
        timeout=options.timeout,
    )
    with _shown(options) as progress:
        context = gathered(wanted, AllLogs(needs) if options.all_logs else needs, progress)
        release = context.__enter__()
    try:
        if release.stopped is not None:
            typer.echo(f"relaudit: {release.stopped}; what follows is partial", err=True)
        yield release
    finally:
        context.__exit__(None, None, None)


@contextmanager
def _shown(options: LiveOptions) -> Iterator[Progress]:
    """A display where somebody looks at it; otherwise only what is worth a line."""
    if sys.stderr.isatty() and not (options.verbose or options.debug_http):
        from auditor.cli.display import live_display

        with live_display() as display:
            yield display
        return
    from auditor.collect.github.progress import Silent

    class Quiet(Silent):
        def note(self, text: str) -> None:
            typer.echo(f"relaudit: {text}", err=True)

    yield Quiet()


def _log_to_stderr(options: LiveOptions) -> None:
    if not (options.verbose or options.debug_http):
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s", "%H:%M:%S"))
    root = logging.getLogger("relaudit")
    root.handlers[:] = [handler]
    root.propagate = False
    root.setLevel(logging.INFO if options.verbose else logging.WARNING)
    logging.getLogger("relaudit.http").setLevel(logging.DEBUG if options.debug_http else logging.WARNING)
