"""relaudit from Python: `from auditor import audit, check, verify`.

The command line is made of the same functions. Nothing here prints or ends the process. What can go wrong is in
`auditor.errors`; what is wrong with a release is no error, it is in what is returned. Recipes: docs/python-api.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.model.audit import Audit
    from auditor.model.check_report import CheckReport
    from auditor.registries.verification import Verification

    Where = str | PathLike[str]

__all__ = ["audit", "check", "verify"]


def audit(
    tag: str | None = None,
    *,
    repository: str | None = None,
    bundle: Where | None = None,
    token: str | None = None,
    verify: bool | None = None,
    only: Sequence[str] = (),
    config: Where | None = None,
    rules: Sequence[Where] = (),
    runs: Sequence[int] = (),
    all_logs: bool = False,
    api_url: str | None = None,
    cache: bool = True,
    timeout: float = 30.0,
) -> Audit:
    """Audit what the release of a tag really shipped, why the rest did not, and what to do next.

    Args:
        tag: The release tag, `v1.2.3`. A bundle knows its own.
        repository: `owner/name`. Default: the git remote of the working directory.
        bundle: A recorded release (docs/bundles.md): a folder, a `.zip` of it, or an audit kept as `.json`. Nobody is asked.
        token: For GitHub. Default: `GITHUB_TOKEN` and the other places where the command line looks.
        verify: Whether to ask the registries what is live; of a bundle, whether to use the answers it holds.
            Default: the configuration's `verify.enabled`, which is yes.
        only: Platforms to ask about; all when empty.
        config: A `relaudit.toml`. Default: the nearest one, unless `repository` or `bundle` is given.
        rules: Folders of rules of your own, merged by id (docs/rules.md).
        runs: Ids of workflow runs that belong to the release although GitHub does not say so.
        all_logs: Fetch all logs, not only those that must be read.
        api_url: The REST API of a GitHub Enterprise Server. Default: `GITHUB_API_URL`, `GH_HOST`, else github.com.
        cache: Use and fill the cache of what cannot change any more.
        timeout: Seconds of silence after which a connection is given up.

    Returns:
        The audit; `audit.exit_code` is 0 when all has shipped, 1 when there is a problem, 3 when facts are missing.

    Raises:
        UsageError: no tag, contradicting arguments, or an unknown platform.
        BundleError: the bundle cannot be read.
        GitHubError: GitHub cannot be asked or has nothing about the tag; subclasses say why.
        ConfigError, RulesError: the configuration or the rules are wrong.
        KeyboardInterrupt: somebody interrupted it; there is no partial audit.
    """
    from auditor.api.auditing import Live, Verify, audited_release

    wanted = True if only and verify is None else verify
    found = audited_release(
        tag,
        _path(bundle),
        Live(repository, api_url, tuple(runs), all_logs, cache, timeout, token),
        [Path(each) for each in rules],
        Verify(wanted, tuple(only), _settings(config)),
    )
    if found.interrupted:
        raise KeyboardInterrupt
    return found.audit


def check(
    path: Where | None = None,
    *,
    repository: str | None = None,
    ref: str | None = None,
    bundle: Where | None = None,
    base: str | None = None,
    baseline: Where | None = None,
    only: Sequence[str] = (),
    tools: Sequence[str] = (),
    min_severity: str | None = None,
    config: Where | None = None,
    rules: Sequence[Where] = (),
    token: str | None = None,
    api_url: str | None = None,
    timeout: float = 30.0,
) -> CheckReport:
    """Find what will break, look shipped or ship twice, in workflow files and the configuration of release tools.

    No file is changed.

    Args:
        path: A checkout, or a workflow file in one. Default: the working directory, unless one of the next two is given.
        repository: `owner/name`, whose files are read over GitHub's API.
        bundle: A bundle, whose workflow files are read.
        ref: The branch, tag or commit to look at. Default: the files as they lie there, or the default branch.
        base: Only what is new against this ref.
        baseline: Leave out the findings in this file. Default: the configuration's `check.baseline`.
        only: Ids of checks; all when empty.
        tools: `zizmor`, `actionlint`, to merge what they find.
        min_severity: `error`, `warning` or `note`.
        config: A `relaudit.toml`. Default: the nearest one of a checkout.
        rules: Folders of rules of your own, merged by id.
        token: For GitHub. Default: where the command line looks.
        api_url: As for `audit`.
        timeout: Seconds of silence after which a connection is given up.

    Returns:
        The findings, by file and line; `report.exit_code` is 1 when there is an error or a warning among them.

    Raises:
        UsageError: contradicting arguments, an unknown severity, or no workflow files.
        CheckoutError, BundleError, GitHubError: the files cannot be read.
        ConfigError, RulesError, BaselineError: a file of settings is wrong, or an id or a tool does not exist.
    """
    from auditor.api.checking import Asked, checked
    from auditor.api.release_source import Source, read
    from auditor.checks.read_files import is_workflow
    from auditor.errors import UsageError
    from auditor.model.vocabulary import Severity

    if min_severity is not None and min_severity not in tuple(Severity):
        raise UsageError(f"there is no severity {min_severity!r}; there are {', '.join(Severity)}")
    paths = [Path(each) for each in rules]
    where = Source(_path(path), repository, ref, _path(bundle), _path(config), tuple(paths), api_url, timeout, token)
    found = read(where)
    if not any(is_workflow(file.path) for file in found.files):
        raise UsageError(f"{found.root or repository or bundle}: there are no workflow files in .github/workflows")
    asked = Asked(
        only=tuple(only),
        tools=tuple(tools),
        base=base,
        baseline=_path(baseline) or found.config.check.baseline,
        min_severity=min_severity,
    )
    return checked(found, asked).report


def verify(
    version: str | None = None,
    *,
    targets: Sequence[str] | None = None,
    folder: Where = ".",
    bundle: Where | None = None,
    only: Sequence[str] = (),
    wait: float = 0.0,
    allow_held: Sequence[str] = (),
    config: Where | None = None,
    rules: Sequence[Where] = (),
    cache: bool = True,
    timeout: float = 20.0,
) -> Verification:
    """Ask the registries whether a version is there. Needs no token.

    Args:
        version: The tag or version. Default: the tag of this workflow run, of the folder's commit, or the bundle's.
        targets: `platform:package`, `platform:package@version` or Package URLs. Default: what the folder's configuration,
            workflows and manifests say.
        folder: The checkout.
        bundle: Answers that were stored in a bundle; nobody is asked.
        only: Platforms; all when empty.
        wait: Seconds to ask again for, as long as something is not there.
        allow_held: Platforms on which a version in moderation counts as there.
        config: A `relaudit.toml`. Default: the nearest one, from the folder upwards.
        rules: Folders of rules of your own, merged by id.
        cache: Use answers that are younger than a minute; not while waiting.
        timeout: Seconds of silence after which a registry counts as not answering.

    Returns:
        The answers; `exit_code` is 0 when all is there, 1 when something is missing, 3 when something could not be told.

    Raises:
        UsageError: no version, nothing to ask about, an unknown platform, or contradicting arguments.
        TargetError: a target that cannot be understood.
        BundleError, ConfigError, RulesError: a file cannot be read, or is wrong.
        KeyboardInterrupt: somebody interrupted it.
    """
    import os

    from auditor.api.rulebooks import rulebook_for
    from auditor.api.verification import registry_settings
    from auditor.api.verifying import answered, chosen_targets, known_platforms, replay_of, side_by_side, tag_of_bundle
    from auditor.collect.github.cache import cache_folder
    from auditor.config import load_config
    from auditor.errors import UsageError

    if bundle is not None and wait:
        raise UsageError("a bundle holds stored answers: there is nothing to wait for")
    checkout, stored = Path(folder), _path(bundle)
    settings = load_config(_settings(config) or checkout)
    book = rulebook_for(settings, [Path(each) for each in rules])
    replay = replay_of(stored)
    platforms = known_platforms(tuple(only), () if targets else settings.verify.only, book)
    asked, chosen = chosen_targets(
        version or tag_of_bundle(stored), targets, replay, checkout, settings, book, platforms
    )
    kept = cache_folder(os.environ) if cache and not wait else None
    how = registry_settings(settings, book, folder=checkout, timeout=timeout, cache=kept)
    found, interrupted = answered(asked, chosen, how, replay=replay, wait=wait)
    if interrupted:
        raise KeyboardInterrupt
    return found.model_copy(
        update={
            "allowed_to_be_held": known_platforms(tuple(allow_held), (), book),
            "drift": side_by_side(found, stored, book),
            "notes": tuple(replay.problems) if replay is not None else (),
        }
    )


def _path(given: Where | None) -> Path | None:
    return None if given is None else Path(given)


def _settings(given: Where | None) -> Path | None:
    path = _path(given)
    if path is not None and not path.is_file():
        from auditor.config import ConfigError

        raise ConfigError(f"{path}: there is no such file")
    return path
