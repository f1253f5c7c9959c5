"""Image manifests and indexes of OCI registries, as far as relaudit reads them.

https://github.com/opencontainers/image-spec/blob/main/image-index.md , https://docs.docker.com/build/metadata/attestations/attestation-storage/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.model.live import LiveFile, Provenance
from auditor.registries.protocols.statements import commit_of, provenance_of, repository_of, run_of

INDEX_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFEST_TYPES = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
ACCEPT = ", ".join((*INDEX_TYPES, *MANIFEST_TYPES))
"""Without the index types, a registry answers 404 for a tag that is there and is an index."""
MOST_PLATFORMS = 500


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a tag points at. `platforms` are the images of an index; `attestation` the digest of its build attestation."""

    media_type: str
    platforms: tuple[LiveFile, ...] = ()
    attestation: str | None = None
    config: str | None = None
    """Digest of the configuration, of a manifest that is no index."""
    layers: tuple[tuple[str, str], ...] = ()
    """Predicate type and digest of the in-toto statements, of an attestation's manifest."""
    annotations: tuple[tuple[str, str], ...] = ()

    def annotation(self, name: str) -> str | None:
        """One annotation."""
        return dict(self.annotations).get(name)


def read_manifest(body: Any) -> Manifest | None:
    """Read a manifest or index; nothing when it is neither."""
    if not isinstance(body, Mapping) or body.get("schemaVersion") not in (1, 2):
        return None
    kind = body.get("mediaType")
    annotations = tuple(
        (name, value) for name, value in _mapping(body.get("annotations")).items() if isinstance(value, str)
    )
    if isinstance(body.get("manifests"), list):
        entries = [entry for entry in body["manifests"][:MOST_PLATFORMS] if isinstance(entry, Mapping)]
        platforms = tuple(file for entry in entries if (file := _platform(entry)) is not None)
        attested = next((_digest(entry) for entry in entries if _is_attestation(entry)), None)
        return Manifest(kind or INDEX_TYPES[0], platforms, attested, annotations=annotations)
    if isinstance(body.get("config"), Mapping) or body.get("schemaVersion") == 1:
        layers = [layer for layer in body.get("layers") or () if isinstance(layer, Mapping)]
        statements = tuple(
            (str(_mapping(layer.get("annotations")).get("in-toto.io/predicate-type", "")), digest)
            for layer in layers
            if layer.get("mediaType") == "application/vnd.in-toto+json" and (digest := _digest(layer))
        )
        config = _digest(_mapping(body.get("config")))
        return Manifest(kind or MANIFEST_TYPES[0], config=config, layers=statements, annotations=annotations)
    return None


def platform_name(platform: Mapping[str, Any]) -> str | None:
    """`linux/arm/v7`; nothing for what is no platform, as an attestation's `unknown/unknown`."""
    parts = [platform.get("os"), platform.get("architecture")]
    if not all(isinstance(part, str) and part and part != "unknown" for part in parts):
        return None
    variant = platform.get("variant")
    return "/".join([*map(str, parts), *([variant] if isinstance(variant, str) and variant else [])])


def built_from(statement: dict[str, Any]) -> Provenance | None:
    """Where BuildKit says that an image was built: in GitHub Actions, its builder's id is the run's address.

    https://docs.docker.com/build/metadata/attestations/slsa-provenance/
    """
    found = provenance_of(statement) or Provenance()
    predicate = _mapping(statement.get("predicate"))
    details = _mapping(predicate.get("runDetails"))
    builder = _mapping(predicate.get("builder")) or _mapping(details.get("builder"))
    run, attempt = run_of(builder.get("id"))
    metadata = _mapping(predicate.get("metadata")) or _mapping(details.get("metadata"))
    kept = _mapping(metadata.get("https://mobyproject.org/buildkit@v1#metadata")) or _mapping(
        metadata.get("buildkit_metadata")
    )
    source = _mapping(kept.get("vcs"))
    said = Provenance(
        repository=found.repository or repository_of(source.get("source")) or repository_of(builder.get("id")),
        commit=found.commit or commit_of(source.get("revision")),
        workflow=found.workflow,
        run_id=run or found.run_id,
        attempt=attempt or found.attempt,
    )
    return said if said != Provenance() else None


def _platform(entry: Mapping[str, Any]) -> LiveFile | None:
    name = platform_name(_mapping(entry.get("platform")))
    if name is None:
        return None
    size = entry.get("size")
    return LiveFile(
        name=name, digest=_digest(entry), size=size if isinstance(size, int) and not isinstance(size, bool) else None
    )


def _is_attestation(entry: Mapping[str, Any]) -> bool:
    return _mapping(entry.get("annotations")).get("vnd.docker.reference.type") == "attestation-manifest"


def _digest(entry: Mapping[str, Any]) -> str | None:
    value = entry.get("digest")
    return value if isinstance(value, str) and value.startswith("sha") and len(value) < 150 else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
