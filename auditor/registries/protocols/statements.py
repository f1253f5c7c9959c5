"""What an attestation says about where bytes were built. Signatures were checked by the registry that gives it, not here.

In-toto statements: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md ; SLSA provenance:
https://slsa.dev/spec/v1.0/provenance and https://slsa.dev/spec/v0.2/provenance.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from auditor.model.live import Provenance

LONGEST_STATEMENT = 4_000_000
"""Characters of base64 that are decoded; real statements have some thousands."""

_RUN = re.compile(r"/actions/runs/(?P<run>\d{1,18})(?:/attempts/(?P<attempt>\d{1,6}))?")
_RUN_AND_ATTEMPT = re.compile(r"(?P<run>\d{1,18})-(?P<attempt>\d{1,6})")
_ON_A_SERVER = re.compile(
    r"(?:git\+)?https://(?P<host>[^/@\s]{1,255})/(?P<repository>[\w.-]{1,100}/[\w.-]{1,100}?)(?:\.git)?(?:[@/?#].*)?"
)
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
LONGEST_TEXT = 300


def decoded_statement(payload: object) -> dict[str, Any] | None:
    """The statement in a DSSE payload (base64 of JSON), or nothing when it is none.

    https://github.com/secure-systems-lab/dsse/blob/master/envelope.md
    """
    if not isinstance(payload, str) or len(payload) > LONGEST_STATEMENT:
        return None
    try:
        value = json.loads(base64.b64decode(payload))
    except (ValueError, binascii.Error, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def provenance_of(statement: dict[str, Any]) -> Provenance | None:
    """What a SLSA provenance statement names: repository `owner/name`, commit, workflow path, run and attempt.

    Nothing for a statement of another kind, and for one that names none of them.
    """
    kind = _text(statement.get("predicateType")) or ""
    predicate = statement.get("predicate")
    if not kind.startswith("https://slsa.dev/provenance/"):
        return None
    found = _version_0(predicate) if kind.startswith("https://slsa.dev/provenance/v0") else _version_1(predicate)
    return found if found != Provenance() else None


def run_of(address: object) -> tuple[int | None, int | None]:
    """Run id and attempt out of `https://HOST/OWNER/NAME/actions/runs/ID/attempts/N` or `ID-N`."""
    text = _text(address) or ""
    match = _RUN.search(text) or _RUN_AND_ATTEMPT.fullmatch(text)
    if match is None:
        return None, None
    return int(match["run"]), int(match["attempt"]) if match["attempt"] else None


def repository_of(address: object) -> str | None:
    """`owner/name` out of a repository's address, with or without `git+` before and a ref behind it."""
    match = _ON_A_SERVER.fullmatch(_text(address) or "")
    return match["repository"] if match else None


def commit_of(text: object) -> str | None:
    """A full commit id, or nothing."""
    found = _text(text)
    return found if found and _COMMIT.fullmatch(found) else None


def _version_1(predicate: Any) -> Provenance:
    workflow = _at(predicate, "buildDefinition", "externalParameters", "workflow")
    source = _at(predicate, "buildDefinition", "resolvedDependencies", 0)
    run, attempt = run_of(_at(predicate, "runDetails", "metadata", "invocationId"))
    return Provenance(
        repository=repository_of(_at(workflow, "repository")) or repository_of(_at(source, "uri")),
        commit=commit_of(_at(source, "digest", "gitCommit")),
        workflow=_text(_at(workflow, "path")),
        run_id=run,
        attempt=attempt,
    )


def _version_0(predicate: Any) -> Provenance:
    source = _at(predicate, "invocation", "configSource")
    environment = _at(predicate, "invocation", "environment")
    run, attempt = run_of(f"{_at(environment, 'GITHUB_RUN_ID')}-{_at(environment, 'GITHUB_RUN_ATTEMPT')}")
    if run is None:
        run, attempt = run_of(_at(predicate, "metadata", "buildInvocationId"))
    return Provenance(
        repository=repository_of(_at(source, "uri")),
        commit=commit_of(_at(source, "digest", "sha1")),
        workflow=_text(_at(source, "entryPoint")),
        run_id=run,
        attempt=attempt,
    )


def _at(value: Any, *way: str | int) -> Any:
    for step in way:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and len(value) > step else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT and value.isprintable() else None
