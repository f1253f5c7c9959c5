"""Git as GitHub's REST API shows it: references, annotated tags, commits, trees, blobs and file contents."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from tests.github_standin.answers import GITHUB_API
from tests.github_standin.world import Json, RepositoryState, TagState

_PERSON = {"name": "The maintainers", "email": "maintainers@users.noreply.github.com", "date": "2026-01-01T00:00:00Z"}
_UNSIGNED = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}


def blob_sha(content: bytes) -> str:
    """The SHA that git gives this content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def root(repository: RepositoryState) -> str:
    """The repository's URL in the API."""
    return f"{GITHUB_API}/repos/{repository.name}"


def reference(repository: RepositoryState, tag: TagState) -> Json:
    """A tag's reference: https://docs.github.com/en/rest/git/refs"""
    kind, sha = ("tag", tag.object_sha) if tag.annotated else ("commit", tag.commit)
    plural = "tags" if tag.annotated else "commits"
    return {
        "ref": f"refs/tags/{tag.name}",
        "node_id": _node("REF", f"refs/tags/{tag.name}"),
        "url": f"{root(repository)}/git/refs/tags/{tag.name}",
        "object": {"sha": sha, "type": kind, "url": f"{root(repository)}/git/{plural}/{sha}"},
    }


def branch_reference(repository: RepositoryState, branch: str, sha: str) -> Json:
    """A branch's reference."""
    return {
        "ref": f"refs/heads/{branch}",
        "node_id": _node("REF", f"refs/heads/{branch}"),
        "url": f"{root(repository)}/git/refs/heads/{branch}",
        "object": {"sha": sha, "type": "commit", "url": f"{root(repository)}/git/commits/{sha}"},
    }


def tag_object(repository: RepositoryState, tag: TagState) -> Json:
    """An annotated tag's own object: https://docs.github.com/en/rest/git/tags"""
    return {
        "node_id": _node("TA", tag.object_sha),
        "sha": tag.object_sha,
        "url": f"{root(repository)}/git/tags/{tag.object_sha}",
        "tagger": _PERSON,
        "object": {"sha": tag.commit, "type": "commit", "url": f"{root(repository)}/git/commits/{tag.commit}"},
        "tag": tag.name,
        "message": f"{tag.name}\n",
        "verification": _UNSIGNED,
    }


def listed_tag(repository: RepositoryState, tag: TagState) -> Json:
    """A tag in the repository's list: https://docs.github.com/en/rest/repos/repos#list-repository-tags"""
    return {
        "name": tag.name,
        "zipball_url": f"{root(repository)}/zipball/refs/tags/{tag.name}",
        "tarball_url": f"{root(repository)}/tarball/refs/tags/{tag.name}",
        "commit": {"sha": tag.commit, "url": f"{root(repository)}/commits/{tag.commit}"},
        "node_id": _node("REF", f"refs/tags/{tag.name}"),
    }


def git_commit(repository: RepositoryState, sha: str) -> Json:
    """A commit of the git database: https://docs.github.com/en/rest/git/commits"""
    tree = tree_sha(repository.files[sha], "")
    return {
        "sha": sha,
        "node_id": _node("C", sha),
        "url": f"{root(repository)}/git/commits/{sha}",
        "html_url": f"{repository.body['html_url']}/commit/{sha}",
        "author": _PERSON,
        "committer": _PERSON,
        "tree": {"sha": tree, "url": f"{root(repository)}/git/trees/{tree}"},
        "message": "Release",
        "parents": [],
        "verification": _UNSIGNED,
    }


def commit(repository: RepositoryState, sha: str) -> Json:
    """A commit with people and files: https://docs.github.com/en/rest/commits/commits"""
    inner = git_commit(repository, sha)
    taken = {key: inner[key] for key in ("author", "committer", "tree", "message", "verification")}
    return {
        "sha": sha,
        "node_id": inner["node_id"],
        "commit": {**taken, "url": inner["url"], "comment_count": 0},
        "url": f"{root(repository)}/commits/{sha}",
        "html_url": inner["html_url"],
        "comments_url": f"{root(repository)}/commits/{sha}/comments",
        "author": repository.body["owner"],
        "committer": repository.body["owner"],
        "parents": [],
        "stats": {"total": 0, "additions": 0, "deletions": 0},
        "files": [],
    }


def tree_sha(files: dict[str, bytes], folder: str) -> str:
    """A SHA for a folder of a commit; `` is the whole tree."""
    inside = sorted((path, blob_sha(content)) for path, content in files.items() if path.startswith(folder))
    return hashlib.sha1(f"tree {folder} {inside}".encode(), usedforsecurity=False).hexdigest()


def tree(repository: RepositoryState, name: str, recursive: bool) -> Json | None:
    """A tree by its SHA, a commit's, a reference, or `reference:folder`: https://docs.github.com/en/rest/git/trees"""
    found = _tree_place(repository, name)
    if found is None:
        return None
    files, folder = found
    entries = [entry for entry in _entries(repository, files, folder) if recursive or "/" not in entry["path"]]
    sha = tree_sha(files, folder)
    return {"sha": sha, "url": f"{root(repository)}/git/trees/{sha}", "tree": entries, "truncated": False}


def blob(repository: RepositoryState, sha: str) -> bytes | None:
    """The content of this SHA, in any commit."""
    every = (content for files in repository.files.values() for content in files.values())
    return next((content for content in every if blob_sha(content) == sha), None)


def blob_body(repository: RepositoryState, content: bytes) -> Json:
    """A blob: https://docs.github.com/en/rest/git/blobs"""
    sha = blob_sha(content)
    return {
        "sha": sha,
        "node_id": _node("B", sha),
        "size": len(content),
        "url": f"{root(repository)}/git/blobs/{sha}",
        "content": base64.encodebytes(content).decode(),
        "encoding": "base64",
    }


def contents(repository: RepositoryState, commit_sha: str, ref: str, path: str) -> Json | list[Json] | None:
    """A file, or the list of a folder, at a commit: https://docs.github.com/en/rest/repos/contents"""
    files = repository.files[commit_sha]
    if path in files:
        return {
            **_listed(repository, ref, path, "file", files[path]),
            "content": base64.encodebytes(files[path]).decode(),
            "encoding": "base64",
        }
    within = f"{path}/" if path else ""
    entries = {file[len(within) :].split("/", 1)[0]: file for file in sorted(files) if file.startswith(within)}
    listing = [
        _listed(repository, ref, within + name, "file", files[file])
        if within + name == file
        else _listed(repository, ref, within + name, "dir", None, tree_sha(files, f"{within}{name}/"))
        for name, file in entries.items()
    ]
    return listing or None


def _listed(repository: RepositoryState, ref: str, path: str, kind: str, content: bytes | None, sha: str = "") -> Json:
    sha = blob_sha(content) if content is not None else sha
    url = f"{root(repository)}/contents/{path}?ref={ref}"
    git = f"{root(repository)}/git/{'blobs' if kind == 'file' else 'trees'}/{sha}"
    html = f"{repository.body['html_url']}/{'blob' if kind == 'file' else 'tree'}/{ref}/{path}"
    raw = f"https://raw.githubusercontent.com/{repository.name}/{ref}/{path}"
    return {
        "name": PurePosixPath(path).name,
        "path": path,
        "sha": sha,
        "size": len(content or b""),
        "url": url,
        "html_url": html,
        "git_url": git,
        "download_url": raw if kind == "file" else None,
        "type": kind,
        "_links": {"self": url, "git": git, "html": html},
    }


def _entries(repository: RepositoryState, files: dict[str, bytes], folder: str) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    for path, content in sorted(files.items()):
        if not path.startswith(folder):
            continue
        inner = PurePosixPath(path[len(folder) :])
        for parent in reversed([str(each) for each in inner.parents if str(each) != "."]):
            if parent not in seen:
                seen.add(parent)
                sha = tree_sha(files, f"{folder}{parent}/")
                url = f"{root(repository)}/git/trees/{sha}"
                yield {"path": parent, "mode": "040000", "type": "tree", "sha": sha, "url": url}
        sha = blob_sha(content)
        yield {
            "path": str(inner),
            "mode": "100644",
            "type": "blob",
            "sha": sha,
            "size": len(content),
            "url": f"{root(repository)}/git/blobs/{sha}",
        }


def _tree_place(repository: RepositoryState, name: str) -> tuple[dict[str, bytes], str] | None:
    ref, colon, folder = name.partition(":")
    if commit_sha := repository.commit_of(ref):
        files = repository.files[commit_sha]
        within = f"{folder.strip('/')}/" if colon and folder.strip("/") else ""
        return (files, within) if any(path.startswith(within) for path in files) else None
    for files in repository.files.values():
        folders = {
            "",
            *(f"{parent}/" for path in files for parent in PurePosixPath(path).parents if str(parent) != "."),
        }
        for place in folders:
            if tree_sha(files, place) == name:
                return files, place
    return None


def _node(kind: str, name: str) -> str:
    return f"{kind}_{base64.urlsafe_b64encode(hashlib.sha1(name.encode(), usedforsecurity=False).digest()).decode()}"
