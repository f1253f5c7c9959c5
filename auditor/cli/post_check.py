"""`relaudit post check`: bring the findings that a pull request adds to the pull request."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.live import ApiUrlOption, RepoOption, TimeoutOption
from auditor.cli.source import ConfigOption, RulesOption, Source, files_at, mistakes_told, question, read

if TYPE_CHECKING:
    from auditor.cli.source import Read
    from auditor.collect.github.repository_files import Question
    from auditor.deliver.pulls import Pull, PullTracker
    from auditor.model.check_report import CheckReport
    from auditor.model.facts import WorkflowFile
    from auditor.report.findings_markdown import Lines

    Found = tuple[CheckReport, Lines]


def post_check(
    number: Annotated[
        int | None,
        typer.Option(
            "--pr", help="The pull request. Default: that of the workflow's event, or of this commit.", metavar="NUMBER"
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option("--base", help="Compare with this ref. Default: where the pull request began.", metavar="REF"),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="Findings that `relaudit check --base REF -o FILE.json` wrote.", metavar="FILE"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")] = False,
    config: ConfigOption = None,
    rules: RulesOption = None,
    repo: RepoOption = None,
    api_url: ApiUrlOption = None,
    timeout: TimeoutOption = 30.0,
) -> None:
    """Comment on the lines of a pull request that bring new findings; the rest stands in one comment.

    Without a checkout of the pull request, its files are read over GitHub's API; nothing of it is run.
    Exit code: 0 when it could be posted, whatever was found; 2 when it could not; 3 GitHub did not answer.
    """
    where = Source(None, repo or _own_repository(), None, None, config, tuple(rules or ()), api_url, timeout)
    with mistakes_told():
        from auditor.cli.source import refuse
        from auditor.deliver.actions.event import head_of, read_event
        from auditor.deliver.check_review import post_findings
        from auditor.deliver.which_pull import which_pull

        if source is not None and base is not None:
            raise refuse("--from is a report that was compared with a base already; leave out --base")
        asked = question(where, Path.cwd())
        tracker = _tracker(asked, dry_run)
        event = read_event(os.environ)
        here = _commits_here() if repo is None else ()
        pull = which_pull(tracker, event, number, here[0] if here else None)
        if pull is None:
            head = head_of(event)
            typer.echo(f"no open pull request ends at {head.commit[:12] if head else '?'}: nothing to comment on")
            return
        report, lines = (
            _recorded(source, pull, asked)
            if source is not None
            else _fresh(where, pull, tracker, base, asked, here, repo is not None)
        )
        done = post_findings(tracker, report, pull, lines)
    if dry_run:
        if not done.did:
            typer.echo("nothing would be written")
        return
    did = ", ".join(done.did) or "nothing new"
    typer.echo(f"pull request #{done.number}: {did.replace(',,', ',')}  {done.url or ''}".rstrip())


def _own_repository() -> str | None:
    """The repository whose workflow this is; outside of GitHub Actions the git remotes say."""
    return os.environ.get("GITHUB_REPOSITORY") or None if os.environ.get("GITHUB_ACTIONS") == "true" else None


def _tracker(asked: Question, dry_run: bool) -> PullTracker:
    from auditor.deliver.dry_run_pulls import DryRunPulls
    from auditor.deliver.github_pulls import GitHubPulls
    from auditor.deliver.problems import DeliverError

    if asked.token is None:
        raise DeliverError("a token is needed: set GITHUB_TOKEN, or log in with `gh auth login`")
    real = GitHubPulls(asked.repository, asked.token.value, asked.server.api, timeout=asked.timeout)
    return DryRunPulls(typer.echo, real) if dry_run else real


def _commits_here() -> tuple[str, ...]:
    """The commit that is checked out, and its parents: GitHub checks out a merge of the pull request by default."""
    from auditor.collect.release_checkout import CheckoutError, parents

    try:
        return parents(Path.cwd())
    except CheckoutError:
        return ()


def _recorded(file: Path, pull: Pull, asked: Question) -> Found:
    from auditor.checks.running import known_ids
    from auditor.collect.github.repository_files import repository_files
    from auditor.deliver.foreign_findings import held_to
    from auditor.history.recorded_check import read_check

    report = read_check(file)
    files = repository_files(asked, pull.head).files
    return held_to(report, pull, asked.repository, files, known_ids()), _lines_of(files)


def _fresh(
    where: Source,
    pull: Pull,
    tracker: PullTracker,
    base: str | None,
    asked: Question,
    here: tuple[str, ...],
    explicit: bool,
) -> Found:
    """The findings of the checkout here, if it is the pull request's, else of its files as GitHub has them."""
    from dataclasses import replace

    from auditor.cli.checking import Asked, checked
    from auditor.config import load_config

    if pull.head in here:
        found = read(replace(where, path=Path.cwd(), repo=None))
    else:
        own = None if explicit else load_config(where.config).source
        found = read(replace(where, repo=asked.repository, ref=pull.head, config=where.config or own))
    compared = base or tracker.merge_base(pull)
    answer = checked(
        found,
        Asked(base=compared, base_files=_base_files(found, compared, asked), baseline=found.config.check.baseline),
    )
    facts = {"repository": asked.repository, "commit": pull.head, "ref": None, "base": base or pull.base_name}
    return answer.report.model_copy(update=facts), answer.lines


def _base_files(found: Read, ref: str, asked: Question) -> tuple[WorkflowFile, ...]:
    """The files at the base; those of a checkout that is too shallow to have it come from GitHub."""
    from auditor.collect.github.repository_files import repository_files
    from auditor.collect.release_checkout import CheckoutError

    if found.root is None:
        return repository_files(asked, ref).files
    try:
        return files_at(found, ref)
    except CheckoutError:
        return repository_files(asked, ref).files


def _lines_of(files: tuple[WorkflowFile, ...]) -> Lines:
    from auditor.workflows.yaml_tree import split_lines

    texts = {file.path: file.text for file in files}
    return lambda path: split_lines(texts[path]) if path in texts else ()
