"""Audits a tag: where the facts come from, whom to ask what is live, and the audit itself.

What the commands and `auditor.audit` share. Nothing here prints; what is worth telling goes to `Live.shown` and `Live.told`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.api.rulebooks import load_rulebook, rulebook_for
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.api.verification import Verifier
    from auditor.collect.collected import Collected
    from auditor.collect.github.gather import Gathered
    from auditor.collect.github.progress import Progress
    from auditor.config import Config
    from auditor.model.audit import Audit
    from auditor.model.facts import WorkflowFile
    from auditor.rulebook.book import Rulebook


def _unseen() -> AbstractContextManager[Progress | None]:
    return nullcontext()


def _untold(text: str) -> None:
    """Keep it to oneself."""


@dataclass(frozen=True, slots=True)
class Live:
    """How to ask GitHub. `timeout` is in seconds of silence; `runs` are ids of further runs."""

    repository: str | None = None
    """`owner/name`; without one, that of the git remote of the working directory."""
    api_url: str | None = None
    runs: tuple[int, ...] = ()
    all_logs: bool = False
    cache: bool = True
    timeout: float = 30.0
    token: str | None = field(default=None, repr=False)
    """Without one it is looked for in the environment, and asked of `gh`."""
    shown: Callable[[], AbstractContextManager[Progress | None]] = _unseen
    """Shows how far the gathering is, while it goes on."""
    told: Callable[[str], None] = _untold
    """Hears why what was gathered is partial."""


@dataclass(frozen=True, slots=True)
class Verify:
    """Whether and whom to ask what is live; `wanted` is nothing where the configuration decides."""

    wanted: bool | None = None
    only: tuple[str, ...] = ()
    """Platforms; all of them when empty."""
    config: Path | None = None


@dataclass(frozen=True, slots=True)
class AuditedRelease:
    """An audit, whether getting its facts was interrupted, and what it was made from."""

    audit: Audit
    interrupted: bool
    workflows: tuple[WorkflowFile, ...]
    book: Rulebook


def audited_release(
    tag: str | None, bundle: Path | None, live: Live, rules: Sequence[Path], verify: Verify | None = None
) -> AuditedRelease:
    """Audit a tag, from a bundle or live, and ask the registries unless that is not wanted.

    A bundle is verified by the answers it holds, and by nobody else's; a `.json` file is an audit that was made before.
    Raises `UsageError`, `BundleError`, `ConfigError`, `GitHubError`, `RulesError`.
    """
    if bundle is not None and (live.repository is not None or live.runs):
        raise UsageError("a bundle is a recorded release; leave out the repository and the runs")
    if bundle is not None and bundle.suffix == ".json" and bundle.is_file():
        from auditor.history.recorded_audit import read_audit

        return AuditedRelease(read_audit(bundle, tag), False, (), load_rulebook(rules))
    from auditor.diagnose.release import judge, state

    verify = verify or Verify()
    config = _config(verify, bundle, live)
    book = rulebook_for(config, rules)
    with _collected(tag, bundle, live, book, verified=_wanted(verify, config)) as (collected, interrupted):
        judged = judge(collected, book)
        ask = None if interrupted else _verifier(verify, bundle, live, config, book)
        answers = ask(judged) if ask is not None else ()
        return AuditedRelease(state(judged, answers), interrupted, collected.facts.workflows, book)


@contextmanager
def fetched_release(tag: str, live: Live, rules: Sequence[Path], verify: Verify) -> Iterator[Gathered]:
    """Gather a release, and the registries' answers about it, into a bundle's folder. Raises as `audited_release` does."""
    from auditor.collect.github.gather import read_gathered
    from auditor.collect.github.problems import AnswerError
    from auditor.diagnose.release import judge

    config = _config(verify, None, live)
    book = rulebook_for(config, rules)
    with gathered_live(tag, live, book, verified=_wanted(verify, config)) as release:
        ask = None if release.interrupted else _verifier(verify, None, live, config, book)
        if ask is not None:
            try:
                judged = judge(read_gathered(release, tag), book)
            except AnswerError:
                judged = None  # nothing to audit, and so nothing to ask about; the bundle says what is missing
            if judged is not None:
                replace(ask, record=release.folder)(judged)
        yield release


@contextmanager
def gathered_live(tag: str, live: Live, book: Rulebook, *, verified: bool = False) -> Iterator[Gathered]:
    """Gather the release of a tag into a bundle's folder. Raises as `gathered` does.

    `verified`: also the manifests and what became of earlier tags, for when the registries are asked.
    """
    from auditor.collect.github.address import repository_name, repository_of_checkout, server
    from auditor.collect.github.cache import Cache, cache_folder
    from auditor.collect.github.gather import Wanted, gathered
    from auditor.collect.github.problems import GitHubError
    from auditor.collect.github.seam import AllLogs
    from auditor.collect.github.token import Token, find_token
    from auditor.diagnose.log_needs import LogNeeds
    from auditor.targets import ManifestsNeeded

    github = server(live.api_url, os.environ)
    if live.repository is not None:
        repository, host = repository_name(live.repository)
        if host not in (None, github.host):
            raise GitHubError(f"the repository is on {host}, and relaudit asks {github.host}; set GH_HOST={host}")
    else:
        repository = repository_of_checkout(Path.cwd(), github)
    needs = LogNeeds(book)
    wanted = Wanted(
        repository=repository,
        tag=tag,
        server=github,
        token=Token(live.token, "the caller") if live.token else find_token(github, repository, os.environ),
        extra_runs=live.runs,
        cache=Cache(cache_folder(os.environ) if live.cache else None),
        timeout=live.timeout,
        manifests=ManifestsNeeded(book) if verified else None,
        history=verified,
    )
    with live.shown() as progress:
        context = gathered(wanted, AllLogs(needs) if live.all_logs else needs, progress)
        release = context.__enter__()
    try:
        if release.stopped is not None:
            live.told(f"{release.stopped}; what follows is partial")
        yield release
    finally:
        context.__exit__(None, None, None)


def _config(verify: Verify, bundle: Path | None, live: Live) -> Config:
    """The configuration that is named, or that of the checkout here; another repository's release is not held to it."""
    from auditor.config import Config, load_config

    if verify.config is None and (bundle is not None or live.repository is not None):
        return Config()
    return load_config(verify.config)


def _wanted(verify: Verify, config: Config) -> bool:
    """Whether the registries are to be asked."""
    return config.verify.enabled if verify.wanted is None else verify.wanted


def _verifier(verify: Verify, bundle: Path | None, live: Live, config: Config, book: Rulebook) -> Verifier | None:
    """Who asks; nothing when nobody shall be asked."""
    if not _wanted(verify, config):
        return None
    from auditor.api.verification import Verifier, registry_settings, stored_answers
    from auditor.collect.folder import open_files
    from auditor.collect.github.cache import cache_folder

    for name in verify.only:
        if name not in book.platforms:
            raise UsageError(f"there is no platform {name!r}; `relaudit rules list` shows all")
    replay = None
    if bundle is not None:
        replay = stored_answers(open_files(bundle))
        if replay is None:
            return None
    cache = cache_folder(os.environ) if live.cache and bundle is None else None
    settings = registry_settings(config, book, folder=Path.cwd(), timeout=live.timeout, cache=cache)
    return Verifier(settings, config, verify.only or config.verify.only, replay)


@contextmanager
def _collected(
    tag: str | None, bundle: Path | None, live: Live, book: Rulebook, *, verified: bool
) -> Iterator[tuple[Collected, bool]]:
    """The facts, from a bundle or from GitHub; and whether getting them was interrupted."""
    if bundle is not None:
        from auditor.collect.bundle import read_bundle

        yield read_bundle(bundle, tag), False
        return
    if tag is None:
        raise UsageError("which tag? Only a bundle says it by itself")
    from auditor.collect.github.gather import read_gathered

    with gathered_live(tag, live, book, verified=verified) as release:
        yield read_gathered(release, tag), release.interrupted
