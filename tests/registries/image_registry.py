"""A stand-in of a registry of images: it gives tokens, insists on the media types of `Accept`, and says what GHCR says."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.registry_standin import Answer, Seen, Standin

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def error(code: str, message: str, status: int) -> Answer:
    return Answer.json({"errors": [{"code": code, "message": message}]}, status)


class ImageRegistry(Standin):
    """Repositories with tags. What is private gives no token to anybody."""

    def __init__(self, *, token: bool = True, private: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self.token = token
        self.private = private
        self.tags: dict[str, dict[str, tuple[str, bytes]]] = {}
        self.blobs: dict[str, tuple[str, bytes]] = {}

    def push(self, repository: str, tag: str | None, kind: str, body: dict[str, Any]) -> str:
        """Keep a manifest, under a tag and under its digest, which is given back."""
        content = json.dumps(body).encode()
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        tags = self.tags.setdefault(repository, {})
        tags[digest] = (kind, content)
        if tag is not None:
            tags[tag] = (kind, content)
        return digest

    def blob(self, value: Any) -> str:
        """Keep a JSON blob, and give its digest back."""
        content = json.dumps(value).encode()
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        self.blobs[digest] = ("application/json", content)
        return digest

    def answer(self, seen: Seen) -> Answer:
        self.seen.append(seen)
        parts = urlsplit(seen.path)
        if parts.path == "/token":
            return self._token(parts.query)
        if self.token and seen.headers.get("authorization") != "Bearer reader":
            scope = "repository:" + parts.path.removeprefix("/v2/").split("/manifests")[0].split("/tags")[0] + ":pull"
            challenge = f'Bearer realm="{self.url}/token",service="images.example",scope="{scope}"'
            refused = error("UNAUTHORIZED", "authentication required", 401)
            return Answer(401, refused.body, {**refused.headers, "WWW-Authenticate": challenge})
        for kind in ("manifests", "tags", "blobs"):
            name, found, rest = parts.path.removeprefix("/v2/").partition(f"/{kind}/")
            if found:
                return self._of_repository(name, kind, unquote(rest), seen)
        return error("NOT_FOUND", "no such address", 404)

    def _token(self, query: str) -> Answer:
        if any(f"repository:{name}:" in unquote(query) for name in self.private):
            return error("UNAUTHORIZED", "authentication required", 401)
        return Answer.json({"token": "reader"})

    def _of_repository(self, name: str, kind: str, rest: str, seen: Seen) -> Answer:
        tags = self.tags.get(name)
        if tags is None:
            return error("NAME_UNKNOWN", "repository name not known to registry", 404)
        if kind == "tags":
            return Answer.json({"name": name, "tags": [tag for tag in tags if ":" not in tag]})
        held = self.blobs.get(rest) if kind == "blobs" else tags.get(rest)
        if held is None:
            return error("MANIFEST_UNKNOWN", "manifest unknown", 404)
        media_type, content = held
        if kind == "manifests" and media_type not in seen.headers.get("accept", ""):
            wrong = "OCI index found, but Accept header does not support OCI indexes"
            return error("MANIFEST_UNKNOWN", wrong, 404)
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        return Answer(200, content, {"Content-Type": media_type, "Docker-Content-Digest": digest})


def platform(os: str, architecture: str, variant: str | None = None, **more: Any) -> dict[str, Any]:
    """An entry of an index."""
    named = {"os": os, "architecture": architecture} | ({"variant": variant} if variant else {})
    return {"mediaType": MANIFEST, "digest": "sha256:" + "1" * 64, "size": 500, "platform": named, **more}
