"""What `run` and `fetch` share: the options that say how to ask GitHub, and the asking."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.api.auditing import Live

if TYPE_CHECKING:
    from auditor.collect.github.progress import Progress

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


def live_of(options: LiveOptions) -> Live:
    """How to ask GitHub, as the options say; logs to standard error what they ask for."""
    log_to_stderr(options)
    return Live(
        repository=options.repo,
        api_url=options.api_url,
        runs=options.runs,
        all_logs=options.all_logs,
        cache=not options.no_cache,
        timeout=options.timeout,
        shown=lambda: _shown(options),
        told=lambda text: typer.echo(f"relaudit: {text}", err=True),
    )


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


def log_to_stderr(options: LiveOptions) -> None:
    """Log to standard error what the options ask for."""
    if not (options.verbose or options.debug_http):
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s", "%H:%M:%S"))
    root = logging.getLogger("relaudit")
    root.handlers[:] = [handler]
    root.propagate = False
    root.setLevel(logging.INFO if options.verbose else logging.WARNING)
    logging.getLogger("relaudit.http").setLevel(logging.DEBUG if options.debug_http else logging.WARNING)
