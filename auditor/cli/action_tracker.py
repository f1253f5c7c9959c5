"""Where the Action posts: to the repository whose workflow it runs in, and to no other."""

from __future__ import annotations

import os

from auditor.collect.github.address import server
from auditor.collect.github.token import find_token
from auditor.deliver.github_pulls import GitHubPulls
from auditor.deliver.problems import DeliverError


def own_repository() -> str:
    """`owner/name` of the repository whose workflow this is. Raises `DeliverError` outside of GitHub Actions."""
    name = os.environ.get("GITHUB_REPOSITORY", "")
    if not name:
        raise DeliverError("GITHUB_REPOSITORY is not set: `relaudit action` runs in GitHub Actions")
    return name


def own_tracker(about: str | None = None) -> GitHubPulls:
    """The workflow's own repository. Raises `DeliverError` when what is to be posted is `about` another one.

    A report may have come out of an artifact, and must not choose where a token writes.
    """
    name = own_repository()
    if about is not None and about.lower() != name.lower():
        raise DeliverError(f"this is the audit of {about}; a workflow of {name} posts only there")
    github = server(None, os.environ)
    token = find_token(github, name, os.environ)
    if token is None:
        raise DeliverError("posting needs a token: leave the input token out, or give one that may write")
    return GitHubPulls(name, token.value, github.api)
