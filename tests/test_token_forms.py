"""Credentials of the common issuers are masked wherever they stand; digests, versions and names are not."""

from __future__ import annotations

import base64
import json
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.logs.redact import MASK, hinted, redact
from auditor.logs.token_forms import HINTS, TOKENS

LETTERS = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
UUID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"


def chars(alphabet: str, length: int) -> str:
    """Always the same text without a pattern, in an alphabet."""
    return "".join(alphabet[(7 + 31 * at + at * at) % len(alphabet)] for at in range(length))


MACAROON = base64.b64encode(b"001clocation snap.example\n0010identifier x\n" + b"s" * 60).decode()
SNAP = base64.b64encode(json.dumps({"t": "u1-macaroon", "v": {"r": MACAROON, "d": "x" * 40}}).encode()).decode()
MINISIGN = "RWRTY0Iy" + chars(LETTERS, 200)
TAURI = base64.b64encode(f"untrusted comment: rsign encrypted secret key\n{MINISIGN}\n".encode()).decode()
FORMS = {
    "GitHub, classic": "ghp_" + chars(LETTERS, 36),
    "GitHub, OAuth": "gho_" + chars(LETTERS, 36),
    "GitHub App, user": "ghu_" + chars(LETTERS, 36),
    "GitHub App, server": "ghs_" + chars(LETTERS, 36),
    "GitHub, refresh": "ghr_" + chars(LETTERS, 76),
    "GitHub, fine-grained": "github_pat_" + chars(LETTERS, 22) + "_" + chars(LETTERS, 59),
    "npm": "npm_" + chars(LETTERS, 36),
    "PyPI": "pypi-AgEIcHlwaS5vcmc" + chars(LETTERS + "_-", 150),
    "crates.io": "cio" + chars(LETTERS, 32),
    "Docker Hub": "dckr_pat_" + chars(LETTERS + "_-", 27),
    "Docker organisation": "dckr_oat_" + chars(LETTERS + "_-", 32),
    "RubyGems": "rubygems_" + chars(HEX, 48),
    "NuGet": "oy2" + chars(string.ascii_lowercase + string.digits, 43),
    "Open VSX": "ovsxat_" + UUID,
    "Clojars": "CLOJARS_" + chars(string.ascii_lowercase + string.digits, 60),
    "Snapcraft": SNAP,
    "macaroon": MACAROON,
    "minisign": MINISIGN,
    "Tauri": TAURI,
    "age": "AGE-SECRET-KEY-1" + chars(string.ascii_uppercase + string.digits, 58),
    "AWS key id": "AKIA" + chars(string.ascii_uppercase + "234567", 16),
    "AWS session": "ASIA" + chars(string.ascii_uppercase + "234567", 16),
    "Google API": "AIza" + chars(LETTERS + "_-", 35),
    "Google access": "ya29." + chars(LETTERS + "_-", 120),
    "Google client": "GOCSPX-" + chars(LETTERS + "_-", 28),
    "Azure client": "abc8Q~" + chars(LETTERS + "_~.-", 34),
    "Azure DevOps": chars(LETTERS, 76) + "AZDO" + chars(LETTERS, 4),
    "Slack bot": "xoxb-123456789012-1234567890123-" + chars(LETTERS, 24),
    "Slack app": "xapp-1-A0123-456-" + chars(HEX, 64),
    "Telegram": "123456789:AA" + chars(LETTERS, 33),
    "JWT": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0." + chars(LETTERS + "_-", 43),
    "GitLab": "glpat-" + chars(LETTERS, 20),
    "Hugging Face": "hf_" + chars(LETTERS, 34),
    "Artifactory": "AKCp" + chars(LETTERS, 69),
    "Atlassian": "ATATT3xFfGF0" + chars(LETTERS + "_-=", 170),
    "Terraform": chars(LETTERS, 14) + ".atlasv1." + chars(LETTERS, 67),
    "Vault": "hvs." + chars(LETTERS, 90),
    "Pulumi": "pul-" + chars(HEX, 40),
    "Sentry": "sntrys_" + chars(LETTERS, 100),
    "SendGrid": "SG." + chars(LETTERS, 22) + "." + chars(LETTERS, 43),
    "Stripe": "sk_live_" + chars(LETTERS, 24),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    "around", ["{}", "  {}  ", "error: '{}' refused", "x={};", '{{"a":"{}"}}', "\\n{}\\n", "é {} ✓"]
)
def test_every_known_form_is_masked_wherever_it_stands(name: str, around: str) -> None:
    secret = FORMS[name]
    told = redact(around.format(secret))
    assert MASK in told
    assert secret[8:] not in told


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        (f"choco apikey add --source https://x.example --key {UUID}", UUID),
        (f"choco push -k {UUID}", UUID),
        (f"CHOCOLATEY_API_KEY={UUID}", UUID),
        (f"HEX_API_KEY: {chars(HEX, 32)}", chars(HEX, 32)),
        (f"VSCE_PAT={chars(string.ascii_lowercase + '234567', 52)}", chars(string.ascii_lowercase + "234567", 52)),
        (f"//npm.example/:_authToken={UUID}", UUID),
        ("https://discord.com/api/v10/webhooks/123456/abc-DEF", "abc-DEF"),
        ("https://canary.discord.com/api/webhooks/123456/abc-DEF", "abc-DEF"),
        ("https://acme.webhook.office.com/webhookb2/abc@def/IncomingWebhook/xyz/123", "xyz"),
        ("https://outlook.office.com/webhook/abc-def", "abc-def"),
        ("https://hooks.slack-gov.com/services/T0/B0/abcdef", "abcdef"),
        (f"\x1b[36;1mexport TOKEN={FORMS['npm']}\x1b[0m", FORMS["npm"]),
        (f"gh\x1b[31mp_{chars(LETTERS, 36)}", chars(LETTERS, 36)),
        ("paſſword: hunter2secret", "hunter2secret"),
    ],
)
def test_values_behind_the_names_of_tools_are_masked(line: str, secret: str) -> None:
    assert secret not in redact(line)
    assert MASK in redact(line)


@pytest.mark.parametrize(
    "line",
    [
        "test logic::first_party_outweighs_corroboration_for_the_same_strength ... ok",
        "\x1b[36;1mchoco push --api-key $env:CHOCOLATEY_API_KEY\x1b[0m",
        "https://[secure]@github.com/acme/tool.git",
        '      "Authorization": {',
        "commit 6012d9d4fcdd0e592bef2cbacb40d121034fc8f9",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        '"integrity": "sha512-' + base64.b64encode(bytes(range(64))).decode() + '",',
        "docker.io/library/alpine@sha256:" + chars(HEX, 64),
        "npm_config_cache=/home/runner/.npm npm_lifecycle_event=build",
        "pypi-publish@v1.12.4 with pypi-attestations 0.0.22",
        "@acme/relay@1.2.3-rc.1+build.5 -> 1.2.3",
        "github_path: /home/runner/work",
        "Successfully uploaded gem-token-1.2.3.gem",
        "-pattern --path=/usr/local/share/token-files",
        "run 17108506997, job 48519233001, https://github.com/acme/tool/actions/runs/17108506997",
        "GITHUB_TOKEN Permissions",
        "perm: rw-r--r-- hash: h1:" + base64.b64encode(bytes(range(32))).decode(),
        "go: example.com/x v0.0.0-20240101000000-abcdef123456",
    ],
)
def test_what_is_no_secret_stays(line: str) -> None:
    assert redact(line) == line


@given(st.binary(min_size=16, max_size=64), st.sampled_from(["sha1:", "sha256:", "md5 ", "commit ", "@", "h1:"]))
def test_digests_in_hexadecimal_stay(raw: bytes, before: str) -> None:
    assert redact(before + raw.hex()) == before + raw.hex()


@given(st.binary(min_size=48, max_size=64), st.sampled_from(["sha384-", "sha512-"]))
def test_integrity_values_stay(raw: bytes, before: str) -> None:
    line = f'integrity: "{before}{base64.b64encode(raw).decode()}"'
    assert redact(line) == line


@given(
    st.integers(0, 999),
    st.integers(0, 999),
    st.integers(0, 10**14),
    st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True),
)
def test_versions_and_names_stay(major: int, minor: int, build: int, name: str) -> None:
    line = f"+ @{name}/{name}@{major}.{minor}.{build}-rc.{minor} ({name}-{major}.{minor}.tar.gz, {build} bytes)"
    assert redact(line) == line


@given(st.sampled_from(sorted(FORMS)), st.text(max_size=40), st.text(max_size=40))
def test_no_text_around_a_token_hides_it(name: str, before: str, after: str) -> None:
    secret = FORMS[name]
    inner = secret[4:-4]
    assert inner not in redact(f"{before} {secret} {after}")


def test_every_form_has_a_hint() -> None:
    """The hints decide whether a line is looked at, so none may be forgotten."""
    assert [name for name, secret in FORMS.items() if not hinted(secret)] == []
    assert all(hint == hint.lower() and hint for hint in HINTS)


@given(st.from_regex(TOKENS, fullmatch=True))
def test_whatever_the_expression_finds_is_hinted(token: str) -> None:
    assert hinted(token)


@pytest.mark.parametrize(
    "part", ["ghs_", "eyJa.", "xoxb-", "MDAxY2xvY2F0aW9u", "AKIA", "perm:aaaaaaaa.", "SG.a.", "glpat-", ":AA"]
)
def test_long_lines_of_beginnings_come_through_and_settle(part: str) -> None:
    told = redact(part * (65_536 // len(part)))
    assert redact(told) == told
    assert re.search("[a-zA-Z]", told)
