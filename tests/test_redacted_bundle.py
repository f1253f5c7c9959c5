"""Secrets do not get into a bundle that is handed on: logs, zips of logs, JSON, manifests, registries' answers."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.collect.folder import HEADER
from auditor.collect.redact_files import BLOCK, copy_redacted
from auditor.collect.write import write_bundle
from auditor.logs.redact import MASK
from auditor.logs.redact_documents import LONGEST_LINE, LineRedaction, redacted_json
from tests.github_standin import Standin, World
from tests.live_command import environment, in_process
from tests.registry_standin import Answer
from tests.registry_standin import Standin as Registry
from tests.test_verdicts import SAMPLES

TOKEN = "ghp_" + "a1B2" * 9
KEY_LINES = [
    "-----BEGIN RSA PRIVATE KEY-----",
    *["MIIEpAIBAAKCAQEA7x" + "Zb3" * 15] * 12,
    "c2hvcnQ=",
    "-----END RSA PRIVATE KEY-----",
]
STAMP = "2026-03-01T12:00:00.1234567Z "
PLANTED = {
    "runs/1/attempt-1/logs/5.log": f"{STAMP}ok\n{STAMP}token {TOKEN}\n"
    + "".join(f"{STAMP}{line}\n" for line in KEY_LINES),
    "repository.json": json.dumps({"full_name": "a/b", "temp_clone_token": "AABBCCDDEEFF", "description": TOKEN}),
    "files/package.json": json.dumps({"name": "x", "publishConfig": {"_authToken": "deadbeefcafe"}}, indent=2),
    "files/Cargo.toml": f'[package]\nname = "x"\n# token = "{TOKEN}"\n',
    "files/.github/workflows/a.yml": "env:\n  PASSWORD: hunter2\n  TOKEN: ${{ secrets.TOKEN }}\n",
    "registries/x.example/1.json": json.dumps(
        {"url": "https://x.example/a?token=abcdefgh", "body": json.dumps({"access_token": "abcdefghij", "n": [TOKEN]})}
    ),
    "runs/1/attempt-1/annotations/5.json": json.dumps([{"message": "login with password: hunter2 failed"}]),
}
SECRETS = (TOKEN, "AABBCCDDEEFF", "deadbeefcafe", "hunter2", "abcdefgh", "MIIEpAIBAAKCAQEA7x", "c2hvcnQ")


@pytest.fixture
def gathered(tmp_path: Path) -> Path:
    """A gathered release with a secret in every kind of file."""
    folder = tmp_path / "gathered"
    for name, text in {HEADER: "{}", **PLANTED}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    with zipfile.ZipFile(folder / "runs/1/attempt-1/logs.zip", "w") as archive:
        archive.writestr("0_publish.txt", PLANTED["runs/1/attempt-1/logs/5.log"])
        archive.writestr("publish/1_Set up job.txt", f"{STAMP}fine\n")
    return folder


@pytest.mark.parametrize("target", ["bundle", "bundle.zip"])
def test_no_planted_secret_is_in_the_bundle(gathered: Path, tmp_path: Path, target: str) -> None:
    masked = write_bundle(gathered, tmp_path / target)
    assert set(masked) == {*PLANTED, "runs/1/attempt-1/logs.zip"}
    folder = tmp_path / target
    if target.endswith(".zip"):
        folder = tmp_path / "unpacked"
        zipfile.ZipFile(tmp_path / target).extractall(folder)
    zipfile.ZipFile(folder / "runs/1/attempt-1/logs.zip").extractall(folder / "logs")
    texts = {path: path.read_text("utf-8") for path in folder.rglob("*") if path.is_file() and path.suffix != ".zip"}
    assert [(str(path), secret) for path, text in texts.items() for secret in SECRETS if secret in text] == []
    assert all(json.loads(text) is not None for path, text in texts.items() if path.suffix == ".json")
    assert "${{ secrets.TOKEN }}" in texts[folder / "files/.github/workflows/a.yml"]
    assert json.loads(json.loads(texts[folder / "registries/x.example/1.json"])["body"])["n"] == [MASK]
    assert (folder / "logs/publish/1_Set up job.txt").read_text() == f"{STAMP}fine\n"


def test_the_samples_come_through_byte_for_byte(tmp_path: Path) -> None:
    files = [path for path in sorted(SAMPLES.rglob("*")) if path.is_file()]
    changed = [path for path in files if copy_redacted(path, tmp_path / "copy")]
    assert changed == []
    assert len(files) > 200


@pytest.mark.parametrize("kind", ["CERTIFICATE", "PUBLIC KEY", "PGP SIGNATURE"])
def test_what_everybody_may_read_stays_and_what_follows_is_looked_at(kind: str) -> None:
    lines = [f"-----BEGIN {kind}-----", *["MIIHSTCCBs" + "aB3d" * 13] * 8, f"-----END {kind}-----"]
    public = "".join(f"{STAMP}{line}\n" for line in lines).encode()
    redaction = LineRedaction()
    assert redaction.block(public) == public
    assert b"Zb3Zb3" not in redaction.block("".join(f"{STAMP}{line}\n" for line in KEY_LINES[1:-1]).encode())


def test_a_zip_without_secrets_is_copied_as_it_is(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("0_a.txt", f"{STAMP}fine\n")
    assert not copy_redacted(tmp_path / "a.zip", tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_zip_that_cannot_be_read_is_not_handed_on(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(OSError, match="is not a zip, or it is cut off"):
        copy_redacted(tmp_path / "a.zip", tmp_path / "b.zip")


def test_a_key_across_the_blocks_of_a_long_log_is_masked(tmp_path: Path) -> None:
    noise = f"{STAMP}building module number one\n"
    key = "".join(f"{STAMP}{line}\n" for line in KEY_LINES)
    before = noise * (BLOCK // len(noise)) + noise[: BLOCK % len(noise) - 40].rstrip("\n") + "\n"
    (tmp_path / "a.log").write_text(before + key + noise * 10, "utf-8")
    assert copy_redacted(tmp_path / "a.log", tmp_path / "b.log")
    text = (tmp_path / "b.log").read_text("utf-8")
    assert "Zb3Zb3" not in text
    assert "c2hvcnQ" not in text
    assert text.endswith(noise * 10)
    assert text.count("\n") == (before + key + noise * 10).count("\n")


def test_a_line_without_an_end_is_looked_at_in_pieces(tmp_path: Path) -> None:
    word = "word " * 100
    line = (word * (3 * LONGEST_LINE // len(word))) + TOKEN + " " + word * 10
    (tmp_path / "a.log").write_text(line, "utf-8")
    assert copy_redacted(tmp_path / "a.log", tmp_path / "b.log")
    assert (tmp_path / "b.log").read_text("utf-8") == line.replace(TOKEN, MASK)


def test_json_that_is_none_is_redacted_as_text() -> None:
    assert redacted_json(f'{{"a": "{TOKEN}"'.encode()) == f'{{"a": "{MASK}"'.encode()


def test_deep_json_does_no_harm() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    assert redacted_json(deep) == deep


@pytest.mark.parametrize(
    "value",
    [
        {"token": "***", "password": "", "secret": "${{ secrets.X }}", "permissions": {"id-token": "write"}},
        {"signature": "-----BEGIN PGP SIGNATURE-----\n\n" + "aB3d" * 16 + "\n-----END PGP SIGNATURE-----\n"},
        {"payload": "eyJ" + "aB3d" * 40, "sig": "MEUCIQ" + "aB3d" * 20, "integrity": "sha512-" + "aB3d" * 21 + "Q=="},
        {"author": "A. Token", "tokens": 3, "tokenize": "yes please do", "keyid": "SHA256:" + "aB3d" * 10},
        {"password_policy": "long", "secret_scanning": {"status": "enabled"}, "has_token": True},
    ],
)
def test_json_without_secrets_stays_byte_for_byte(value: object) -> None:
    data = json.dumps(value, indent=1).encode()
    assert redacted_json(data) == data


def test_a_service_accounts_key_is_masked() -> None:
    key = "\n".join(KEY_LINES)
    told = redacted_json(
        json.dumps({"type": "service_account", "private_key": key, "client_email": "a@b.example"}).encode()
    )
    assert json.loads(told) == {"type": "service_account", "private_key": MASK, "client_email": "a@b.example"}


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_any_bytes_around_a_token_come_through_without_it(before: bytes, after: bytes) -> None:
    told = LineRedaction().block(before + b"\n " + TOKEN.encode() + b" \n" + after)
    assert TOKEN.encode() not in told
    assert told.count(b"\n") == before.count(b"\n") + after.count(b"\n") + 2


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=30),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner),
    )
)
def test_redacted_json_is_json_and_settles(value: object) -> None:
    once = redacted_json(json.dumps(value).encode())
    json.loads(once)
    assert redacted_json(once) == once


def test_what_fetch_writes_has_no_secret_and_says_where_one_was(tmp_path: Path) -> None:
    world = World.of_bundles([SAMPLES / "hidden-failure"])
    (attempt,) = (each for attempts in world.only().runs.values() for each in attempts.values())
    job = next(number for number, log in attempt.logs.items() if isinstance(log, bytes))
    log = attempt.logs[job]
    assert isinstance(log, bytes)
    attempt.logs[job] = log + f"{STAMP}npm token is {TOKEN}\n".encode()
    world.only().body |= {"temp_clone_token": "AABBCCDDEEFF"}
    tag = next(iter(world.only().tags))
    with Standin(world) as github:
        done = in_process(
            ["fetch", tag, "--repo", world.only().name, "-o", str(tmp_path / "kept"), "--all-logs"],
            environment(github, tmp_path),
        )
    assert "secrets masked in: " in done.err
    assert f"{job}.log" in done.err or "logs.zip" in done.err
    kept = b"".join(path.read_bytes() for path in (tmp_path / "kept").rglob("*") if path.is_file())
    for path in (tmp_path / "kept").rglob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            kept += b"".join(archive.read(name) for name in archive.namelist())
    assert TOKEN.encode() not in kept
    assert b"AABBCCDDEEFF" not in kept
    assert f"npm token is {MASK}".encode() in kept


def test_registries_answers_are_stored_without_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    answer = [
        {"number": "1.0.42", "platform": "ruby", "sha": "ab" * 32, "description": TOKEN, "session_token": "abcdefghijk"}
    ]
    with Registry() as registry:
        registry.at("/api/v1/versions/relay.json", Answer.json(answer))
        registry.at("/api/v1/gems/relay.json", Answer.json({"name": "relay", "version": "1.0.42"}))
        (tmp_path / "relaudit.toml").write_text(
            f'[registries.rubygems]\nurl = "{registry.url}"\nallow_private = true\n', "utf-8"
        )
        words = ["verify", "1.0.42", "--target", "rubygems:relay", "--store", str(tmp_path / "kept")]
        assert in_process(words, {"RELAUDIT_CACHE_DIR": str(tmp_path / "cache")}).code == 0
    kept = b"".join(path.read_bytes() for path in (tmp_path / "kept").rglob("*.json"))
    assert TOKEN.encode() not in kept
    assert b"abcdefghijk" not in kept
    assert in_process(["verify", "--from", str(tmp_path / "kept"), "1.0.42"], {}).code == 0
