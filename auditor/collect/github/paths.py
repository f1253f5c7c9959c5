"""The API's paths that relaudit asks for, and the bundle's names for what they answer."""

from __future__ import annotations

from urllib.parse import quote


def repo(name: str) -> str:
    """https://docs.github.com/en/rest/repos/repos#get-a-repository"""
    return f"/repos/{quote(name, safe='/')}"


def runs(name: str) -> str:
    """https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-repository"""
    return f"{repo(name)}/actions/runs"


def run(name: str, run_id: int) -> str:
    """https://docs.github.com/en/rest/actions/workflow-runs#get-a-workflow-run"""
    return f"{runs(name)}/{run_id}"


def attempt(name: str, run_id: int, number: int) -> str:
    """https://docs.github.com/en/rest/actions/workflow-runs#get-a-workflow-run-attempt"""
    return f"{run(name, run_id)}/attempts/{number}"


def job_log(name: str, job_id: int) -> str:
    """https://docs.github.com/en/rest/actions/workflow-jobs#download-job-logs-for-a-workflow-run"""
    return f"{repo(name)}/actions/jobs/{job_id}/logs"


def check_annotations(name: str, check_run_id: int) -> str:
    """https://docs.github.com/en/rest/checks/runs#list-check-run-annotations"""
    return f"{repo(name)}/check-runs/{check_run_id}/annotations"


def commit_of_tag(name: str, tag: str) -> str:
    """https://docs.github.com/en/rest/commits/commits#get-a-commit: follows annotated tags to their commit."""
    return f"{repo(name)}/commits/{quote(f'tags/{tag}', safe='')}"


def branch_ref(name: str, branch: str) -> str:
    """https://docs.github.com/en/rest/git/refs#get-a-reference"""
    return f"{repo(name)}/git/ref/{quote(f'heads/{branch}', safe='/')}"


def tags(name: str) -> str:
    """https://docs.github.com/en/rest/repos/repos#list-repository-tags"""
    return f"{repo(name)}/tags"


def releases(name: str) -> str:
    """https://docs.github.com/en/rest/releases/releases#list-releases"""
    return f"{repo(name)}/releases"


def release(name: str, tag: str) -> str:
    """https://docs.github.com/en/rest/releases/releases#get-a-release-by-tag-name"""
    return f"{repo(name)}/releases/tags/{quote(tag, safe='')}"


def content(name: str, path: str) -> str:
    """https://docs.github.com/en/rest/repos/contents#get-repository-content"""
    return f"{repo(name)}/contents/{quote(path, safe='/')}"


def tree(name: str, commit: str) -> str:
    """https://docs.github.com/en/rest/git/trees#get-a-tree"""
    return f"{repo(name)}/git/trees/{quote(commit, safe='')}"


def folder(run_id: int, number: int) -> str:
    """Where a bundle has an attempt."""
    return f"runs/{run_id}/attempt-{number}"
