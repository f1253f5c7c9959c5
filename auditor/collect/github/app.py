"""The token of a GitHub App's installation, got by PyGithub.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from auditor.collect.github.address import Server
from auditor.collect.github.problems import GitHubError, RefusedTokenError
from auditor.logs.redact import printable

APP_ID = "RELAUDIT_APP_ID"
KEY = "RELAUDIT_APP_PRIVATE_KEY"
KEY_FILE = "RELAUDIT_APP_PRIVATE_KEY_FILE"
INSTALLATION = "RELAUDIT_APP_INSTALLATION_ID"


def installation_token(github: Server, repository: str, environ: Mapping[str, str]) -> str:
    """Make a token, good for an hour, of the app's installation in the repository's account.

    Read from the environment: `RELAUDIT_APP_ID`; `RELAUDIT_APP_PRIVATE_KEY` (the PEM text) or
    `RELAUDIT_APP_PRIVATE_KEY_FILE`; `RELAUDIT_APP_INSTALLATION_ID`, which is looked up when it is not set.
    Raises `GitHubError`; the key is in no message.
    """
    from github import Auth, GithubException, GithubIntegration
    from jwt import PyJWTError

    key = _key(environ)
    installation = environ.get(INSTALLATION, "").strip()
    if installation and not installation.isdigit():
        raise GitHubError(f"{INSTALLATION} is not a number")
    try:
        auth = Auth.AppAuth(environ[APP_ID].strip(), key)
        with GithubIntegration(auth=auth, base_url=github.api, timeout=20, retry=2) as integration:
            number = int(installation) if installation else integration.get_repo_installation(*repository.split("/")).id
            return integration.get_access_token(number).token
    except GithubException as error:
        raise RefusedTokenError(
            f"GitHub gave the app no token (HTTP {error.status}): check {APP_ID}, its key, and that it is installed "
            f"for {printable(repository, 200)}"
        ) from None
    except (PyJWTError, ValueError, TypeError, AssertionError, OSError) as error:
        # Whatever reads the key may quote it.
        raise GitHubError(
            f"the GitHub App cannot log in ({type(error).__name__}): check {APP_ID} and its key"
        ) from None


def _key(environ: Mapping[str, str]) -> str:
    if text := environ.get(KEY, "").strip():
        return text.replace("\\n", "\n")
    file = environ.get(KEY_FILE, "").strip()
    if not file:
        raise GitHubError(f"{APP_ID} is set without {KEY} or {KEY_FILE}")
    try:
        return Path(file).expanduser().read_text("ascii")
    except (OSError, ValueError):
        raise GitHubError(f"{KEY_FILE} cannot be read: {printable(file, 200)}") from None
