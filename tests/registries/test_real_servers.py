"""Real registries and real clients on loopback: publish, look, publish again, and explain what the client then says."""

from __future__ import annotations

import hashlib
import json
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from auditor.model.vocabulary import Classification, LiveState
from tests.registries.real_server import explained, found, free_port, program, ran, running
from tests.registry_standin.asking import target

pytestmark = pytest.mark.realserver


def sdist(folder: Path, version: str, note: str = "") -> Path:
    """A source distribution, as small as one can be."""
    metadata = f"Metadata-Version: 2.1\nName: quill-stone\nVersion: {version}\nSummary: Stone {note}\n".encode()
    name = f"quill_stone-{version}"
    file = folder / f"{name}.tar.gz"
    with tarfile.open(file, "w:gz") as archive:
        for path in (f"{name}/PKG-INFO", f"{name}/setup.py"):
            entry = tarfile.TarInfo(path)
            content = metadata if path.endswith("PKG-INFO") else b"from setuptools import setup\nsetup()\n"
            entry.size = len(content)
            archive.addfile(entry, BytesIO(content))
    return file


def test_pypiserver_and_twine(tmp_path: Path) -> None:
    server, twine = program("pypi-server"), program("twine")
    index, packages = f"http://127.0.0.1:{(port := free_port())}", tmp_path / "packages"
    packages.mkdir()
    start = [
        server,
        "run",
        "-i",
        "127.0.0.1",
        "-p",
        str(port),
        "-P",
        ".",
        "-a",
        ".",
        "--disable-fallback",
        str(packages),
    ]
    # Without --verbose, twine does not show what the server says; narrow as the default is, it breaks that into lines.
    wide = {"COLUMNS": "200"}
    upload = [
        twine,
        "upload",
        "--verbose",
        "--non-interactive",
        "--repository-url",
        index,
        "-u",
        "nobody",
        "-p",
        "nothing",
    ]
    with running(start, index, tmp_path) as url:
        before = found(target("pypi", "Quill.Stone", "1.0.4"), f"{url}/simple")
        file = sdist(tmp_path, "1.0.4")
        code, output = ran([*upload, str(file)], tmp_path, wide)
        assert code == 0, output
        live = found(target("pypi", "Quill.Stone", "1.0.4"), f"{url}/simple")
        longer = found(target("pypi", "Quill.Stone", "1.0.42"), f"{url}/simple")
        sdist(tmp_path, "1.0.4", "again")
        code, output = ran([*upload, str(file)], tmp_path, wide)
    assert (before.state, before.package_known) == (LiveState.ABSENT, False)
    assert live.state is LiveState.LIVE
    assert live.files[0].name == "quill_stone-1.0.4.tar.gz"
    assert (longer.state, longer.latest) == (LiveState.ABSENT, "1.0.4")
    assert code != 0
    assert explained("twine upload dist/*", output, code).classification is Classification.DUPLICATE_VERSION, output


VERDACCIO = """storage: ./storage
auth: {htpasswd: {file: ./htpasswd, max_users: 10}}
uplinks: {}
packages:
  '**': {access: $all, publish: $authenticated}
log: {type: stdout, format: pretty, level: warn}
"""


def test_verdaccio_and_npm(tmp_path: Path) -> None:
    import httpx

    server, npm = program("verdaccio"), program("npm")
    registry = f"http://127.0.0.1:{(port := free_port())}"
    (tmp_path / "config.yaml").write_text(VERDACCIO)
    package = tmp_path / "package"
    package.mkdir()
    manifest = {"name": "@quill/stone", "version": "1.0.4", "main": "index.js", "license": "MIT"}
    (package / "package.json").write_text(json.dumps(manifest))
    (package / "index.js").write_text("module.exports = 4\n")
    listen = ["--config", str(tmp_path / "config.yaml"), "--listen", f"127.0.0.1:{port}"]
    with running([server, *listen], registry, tmp_path) as url:
        person = {"name": "quill", "password": "stone-and-quill"}
        login = httpx.put(f"{url}/-/user/org.couchdb.user:quill", json=person, timeout=30)
        settings = tmp_path / "npmrc"
        settings.write_text(f"registry={url}/\n//127.0.0.1:{port}/:_authToken={login.json()['token']}\n")
        environ = {"NPM_CONFIG_USERCONFIG": str(settings), "NPM_CONFIG_CACHE": str(tmp_path / "cache")}
        publish = [npm, "publish", "--registry", f"{url}/"]
        before = found(target("npm", "@quill/stone", "1.0.4"), url)
        code, output = ran(publish, package, environ)
        assert code == 0, output
        live = found(target("npm", "@quill/stone", "1.0.4"), url)
        longer = found(target("npm", "@quill/stone", "1.0.42"), url)
        code, output = ran(publish, package, environ)
    assert (before.state, before.package_known) == (LiveState.ABSENT, False)
    assert live.state is LiveState.LIVE
    assert live.files[0].digest is not None
    assert live.files[0].digest.startswith("sha512:")
    assert live.published_at is not None
    assert (longer.state, longer.latest) == (LiveState.ABSENT, "1.0.4")
    assert code != 0
    assert explained("npm publish", output, code).classification is Classification.DUPLICATE_VERSION, output


def image(folder: Path) -> Path:
    """An image of two platforms in the OCI layout, without any layer: https://github.com/opencontainers/image-spec"""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def keep(value: object) -> dict[str, object]:
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        digest = hashlib.sha256(content).hexdigest()
        (blobs / digest).write_bytes(content)
        return {"digest": f"sha256:{digest}", "size": len(content)}

    layer = {"mediaType": "application/vnd.oci.image.layer.v1.tar", **keep(bytes(1024))}
    manifests = []
    for architecture in ("amd64", "arm64"):
        history = {"type": "layers", "diff_ids": [layer["digest"]]}
        config = keep({"os": "linux", "architecture": architecture, "rootfs": history, "config": {}})
        kind = "application/vnd.oci.image.config.v1+json"
        form = "application/vnd.oci.image.manifest.v1+json"
        body = {"schemaVersion": 2, "mediaType": form, "config": {"mediaType": kind, **config}, "layers": [layer]}
        manifests.append({"mediaType": form, **keep(body), "platform": {"os": "linux", "architecture": architecture}})
    kind = "application/vnd.oci.image.index.v1+json"
    index = keep({"schemaVersion": 2, "mediaType": kind, "manifests": manifests})
    name = {"org.opencontainers.image.ref.name": "stone"}
    top = {"schemaVersion": 2, "manifests": [{"mediaType": kind, **index, "annotations": name}]}
    (folder / "index.json").write_text(json.dumps(top))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return folder


def test_docker_registry_and_skopeo(tmp_path: Path) -> None:
    server, skopeo = program("docker-registry"), program("skopeo")
    host = f"127.0.0.1:{free_port()}"
    config = tmp_path / "config.yml"
    config.write_text(
        f"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {tmp_path / 'storage'}\nhttp:\n  addr: {host}\n"
    )
    source = f"oci:{image(tmp_path / 'image')}:stone"
    copy = [skopeo, "--insecure-policy", "copy", "--all", "--dest-tls-verify=false", source]
    with running([server, "serve", str(config)], f"http://{host}/v2/", tmp_path) as url:
        base = url.removesuffix("/v2/")
        before = found(target("oci", f"{host}/quill/stone", "1.0.4"), base)
        code, output = ran([*copy, f"docker://{host}/quill/stone:1.0.4"], tmp_path)
        assert code == 0, output
        live = found(target("oci", f"{host}/quill/stone", "1.0.4", expected_files=("linux/arm/v7",)), base)
        longer = found(target("oci", f"{host}/quill/stone", "1.0.42"), base)
    assert (before.state, before.package_known) == (LiveState.ABSENT, False)
    assert live.state is LiveState.LIVE
    assert [file.name for file in live.files] == ["linux/amd64", "linux/arm64"]
    assert live.missing_files == ("linux/arm/v7",)
    assert (longer.state, longer.package_known) == (LiveState.ABSENT, True)
