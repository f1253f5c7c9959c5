"""Which repository and which GitHub are meant, and which token goes there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.collect.github.address import Server, of_host, repository_name, repository_of_checkout, server
from auditor.collect.github.problems import GitHubError
from auditor.collect.github.token import Token, find_token

GHES = Server("https://git.acme.example/api/v3", "git.acme.example")
GIT = shutil.which("git")


@pytest.mark.parametrize(
    ("given_url", "environ", "expected"),
    [
        (None, {}, Server("https://api.github.com", "github.com")),
        (None, {"GITHUB_API_URL": "https://api.github.com/"}, Server()),
        (None, {"GH_HOST": "git.acme.example"}, GHES),
        (None, {"GITHUB_API_URL": GHES.api, "GH_HOST": "other.example"}, GHES),
        (GHES.api + "/", {"GITHUB_API_URL": "https://api.github.com"}, GHES),
        (None, {"GH_HOST": "acme.ghe.com"}, Server("https://api.acme.ghe.com", "acme.ghe.com")),
        ("http://127.0.0.1:8080", {}, Server("http://127.0.0.1:8080", "127.0.0.1:8080")),
    ],
)
def test_the_api_is_found_by_option_then_variable_then_host(
    given_url: str | None, environ: dict[str, str], expected: Server
) -> None:
    assert server(given_url, environ) == expected


@pytest.mark.parametrize(
    "url",
    ["http://git.acme.example/api/v3", "ftp://x.example", "git.acme.example", "https://me:pw@x.example", "https://x:y"],
)
def test_an_address_that_cannot_be_trusted_with_a_token_is_refused(url: str) -> None:
    with pytest.raises(GitHubError) as error:
        server(url, {})
    assert "pw" not in str(error.value)


@pytest.mark.parametrize("host", ["", "a b", "x.example/path", "-x", "x.example@y.example"])
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(GitHubError, match="GH_HOST"):
        of_host(host)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("octo-org/octo.repo", ("octo-org/octo.repo", None)),
        ("github.com/octo-org/repo", ("octo-org/repo", "github.com")),
        ("https://github.com/octo-org/repo.git", ("octo-org/repo", "github.com")),
        ("git@github.com:octo-org/repo.git", ("octo-org/repo", "github.com")),
        ("ssh://git@Git.Acme.example:2222/o/r/", ("o/r", "git.acme.example")),
    ],
)
def test_a_repository_is_read_in_every_form_people_paste(text: str, expected: tuple[str, str | None]) -> None:
    assert repository_name(text) == expected


@pytest.mark.parametrize("text", ["", "repo", "a/b/c/d", "a b/c", "../x", "https://github.com/x", "o/r?x=1"])
def test_what_is_no_repository_is_refused(text: str) -> None:
    with pytest.raises(GitHubError, match="owner/name"):
        repository_name(text)


@given(st.text(max_size=300))
def test_any_text_is_a_repository_or_is_refused(text: str) -> None:
    try:
        name, _ = repository_name(text)
    except GitHubError:
        return
    assert name.count("/") == 1


def checkout(folder: Path, **remotes: str) -> Path:
    if GIT is None:
        pytest.skip("git is needed")
    subprocess.run([GIT, "init", "-q", str(folder)], check=True)
    for name, url in remotes.items():
        subprocess.run([GIT, "-C", str(folder), "remote", "add", name, url], check=True)
    return folder


def test_the_repository_of_a_checkout_is_that_of_upstream_before_origin(tmp_path: Path) -> None:
    folder = checkout(tmp_path, origin="git@github.com:me/fork.git", upstream="https://github.com/octo-org/repo")
    assert repository_of_checkout(folder, Server()) == "octo-org/repo"


def test_ssh_over_the_https_port_is_github_too(tmp_path: Path) -> None:
    folder = checkout(tmp_path, origin="ssh://git@ssh.github.com:443/octo-org/repo.git")
    assert repository_of_checkout(folder, Server()) == "octo-org/repo"


def test_a_checkout_does_not_decide_to_which_host_a_token_goes(tmp_path: Path) -> None:
    folder = checkout(tmp_path, origin="https://evil.example/octo-org/repo")
    with pytest.raises(GitHubError, match=r"evil\.example: set GH_HOST"):
        repository_of_checkout(folder, Server())
    assert repository_of_checkout(folder, of_host("evil.example")) == "octo-org/repo"


def test_a_folder_without_remotes_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(GitHubError, match="--repo owner/name"):
        repository_of_checkout(checkout(tmp_path), Server())


@pytest.mark.parametrize(
    ("github", "environ", "source"),
    [
        (Server(), {"GITHUB_TOKEN": "a", "GH_TOKEN": "b"}, "GITHUB_TOKEN"),
        (Server(), {"GITHUB_TOKEN": " ", "GH_TOKEN": "b"}, "GH_TOKEN"),
        (Server(), {"GH_ENTERPRISE_TOKEN": "c", "GH_TOKEN": "b"}, "GH_TOKEN"),
        (GHES, {"GH_ENTERPRISE_TOKEN": "c", "GITHUB_TOKEN": "a"}, "GH_ENTERPRISE_TOKEN"),
        (GHES, {"GITHUB_ENTERPRISE_TOKEN": "c", "GITHUB_TOKEN": "a"}, "GITHUB_ENTERPRISE_TOKEN"),
        (GHES, {"GITHUB_TOKEN": "a"}, "GITHUB_TOKEN"),
    ],
)
def test_the_token_is_the_one_meant_for_the_server(github: Server, environ: dict[str, str], source: str) -> None:
    found = find_token(github, "o/r", {"PATH": "", **environ})
    assert found is not None
    assert found.source == source


def test_without_any_token_there_is_none() -> None:
    assert find_token(Server(), "o/r", {"PATH": ""}) is None


def test_a_token_is_in_no_representation_and_no_message() -> None:
    assert "s3cret" not in repr(Token("s3cret", "GITHUB_TOKEN"))
    with pytest.raises(GitHubError, match="GITHUB_TOKEN holds characters") as error:
        find_token(Server(), "o/r", {"GITHUB_TOKEN": "s3cret\nX-Other: 1"})
    assert "s3cret" not in str(error.value)


def test_gh_is_asked_for_the_token_of_the_host(tmp_path: Path) -> None:
    program = tmp_path / "gh"
    program.write_text('#!/bin/sh\n[ "$4" = "git.acme.example" ] && echo "gho_of_$4"\n')
    program.chmod(0o755)
    environ = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    assert find_token(GHES, "o/r", environ) == Token("gho_of_git.acme.example", "gh auth token")
    assert find_token(Server(), "o/r", environ) is None
