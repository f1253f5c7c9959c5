from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.logs.redact import LONGEST, MASK, key_body, redact, safe_line, safe_line_with

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


AWS_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXbMPqEKEY"
GHS = "ghs_" + "a1B2c3.d4E5f6-g7H8.i9J0k1L2"
CARGO = "cio" + "aB3d" * 8


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        (f"AWS_SECRET_ACCESS_KEY={AWS_KEY}", AWS_KEY),
        (f'"SecretAccessKey": "{AWS_KEY}"', AWS_KEY),
        (f"DEPLOY_SECRET={AWS_KEY}", AWS_KEY),
        (f"aws configure set aws_secret_access_key {AWS_KEY}", AWS_KEY),
        ('{"auths":{"docker.io":{"auth":"Ym9iOmh1bnRlcjI="}}}', "Ym9iOmh1bnRlcjI"),
        ('{\\"auths\\":{\\"docker.io\\":{\\"auth\\":\\"Ym9iOmh1bnRlcjI=\\"}}}', "Ym9iOmh1bnRlcjI"),
        ("docker login -u bob -p hunter2 ghcr.io", "hunter2"),
        ("docker login ghcr.io -u bob -phunter2", "hunter2"),
        ("twine upload -u bob -p 'two words' dist/*", "two words"),
        ("mysql -uroot -phunter2 shop", "hunter2"),
        ("sshpass -p hunter2 ssh host", "hunter2"),
        ("vsce publish -p abcdefgh", "abcdefgh"),
        ("tool --password hunter2 --verbose", "hunter2"),
        ("tool -password hunter2", "hunter2"),
        ("tool --token correcthorse", "correcthorse"),
        ("tool --api-key=abcdef", "abcdef"),
        ("curl -u bob:hunter2 https://x.example", "hunter2"),
        ('curl -sSu "bob:hunter2" https://x.example', "hunter2"),
        ("npm config set //npm.example/:_authToken abcdefgh", "abcdefgh"),
        ("//npm.example/:_authToken=abcdefgh", "abcdefgh"),
        ("_auth = Ym9iOmh1bnRlcjI=", "Ym9iOmh1bnRlcjI"),
        ('echo "hunter2" | docker login -u bob --password-stdin', "hunter2"),
        (f"cargo login {CARGO}", CARGO[4:]),
        ("cargo login 0123abcd0123abcd0123", "0123abcd"),
        ("remote: https://abcdefghijkl@github.com/acme/tool", "abcdefghijkl"),
        ("https://bob:a/b@host/x", "a/b"),
        ("https://bob:p@ss@host.example/x", "ss"),
        ("https://bob:p@ss/w0rd@host.example/x", "w0rd"),
        ("https://s3cr3tT0k3nabcd:x-oauth-basic@github.com/x", "s3cr3tT0k3nabcd"),
        ("https://x.example/a?sv=1&sig=abc%2Fdef%3D&se=1", "abc%2Fdef"),
        ("https://x.example/a?token=abcdef", "abcdef"),
        ("https://x.example/a?b=1&access_token=abcdef", "abcdef"),
        ("https://x.example/a?X-Amz-Signature=abcdef", "abcdef"),
        ("DefaultEndpointsProtocol=https;AccountKey=abc+/def==", "abc+/def"),
        ("https://hooks.slack.com/services/T000/B000/abcdef", "abcdef"),
        ("PASSWORD='Tr0ub4dor&3!xyzabc'", "Tr0ub4dor"),
        ("password: correcthorsebatterystaple", "correcthorse"),
        ("passphrase: correct horse battery staple", "staple"),
        ("PASSWORD=hunter2", "hunter2"),
        ("login failed, password: hunter2 was rejected", "hunter2"),
        ('{"password":"hunter2","user":"bob"}', "hunter2"),
        ("SSHPASS=abc123 ssh host", "abc123"),
        ("machine host.example login bob password hunter2", "hunter2"),
        ("Authorization: AWS4-HMAC-SHA256 Credential=x/2020, SignedHeaders=host, Signature=abcdef", "abcdef"),
        ("Authorization: basic dXNlcjpwdw==", "dXNlcjpwdw"),
        ('curl -H "authorization: bearer abcdef" https://x.example', "abcdef"),
        ("sent bearer abcdef0123456789abcdef", "abcdef0123456789"),
        ("hf_" + "aB3dE" * 7, "aB3dE"),
        ("dp.st.prd." + "aB3dE" * 8, "aB3dE"),
        (f"token {GHS}", "i9J0k1L2"),
        ("glpat-" + "aB3dE" * 4 + ".01.abcdefg", "abcdefg"),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----lQdGBF", "lQdGBF"),
    ],
)
def test_secrets_are_masked_wherever_tools_take_them(line: str, secret: str) -> None:
    redacted = redact(line)
    assert MASK in redacted
    assert secret not in redacted
    assert redact(redacted) == redacted


@pytest.mark.parametrize("hidden", ["\u200b", "\u2060", "\u00ad", "\ufeff", "\u202e", "\ufe0f", "\x00", "\U000e0041"])
def test_characters_without_a_shape_do_not_hide_a_token(hidden: str) -> None:
    token = "ghp_" + "a1B2" * 9
    assert redact(f"token {token[:9]}{hidden}{token[9:]} end") == f"token {MASK} end"
    assert redact(f"pass{hidden}word: hunter2") == f"password: {MASK}"


@pytest.mark.parametrize(
    "line",
    [
        "npm error code ENEEDAUTH",
        "Password: Error: Cannot perform an interactive login from a non TTY device",
        "error: password authentication is not supported",
        "invalid-publisher: valid token, but no corresponding publisher",
        "token: valid",
        "passwd: password changed.",
        "docker login ghcr.io -u bob --password-stdin",
        "docker login ghcr.io -u bob --password-stdin && mkdir -p dist",
        "WARNING! Using --password via the CLI is insecure. Use --password-stdin.",
        "docker run -p 8080:80 nginx",
        "git push -u origin main",
        "curl -u",
        "curl -u https://x.example",
        "mkdir -p dist",
        "-p package",
        "cargo publish -p crate-name",
        "please pass --token or set CARGO_REGISTRY_TOKEN",
        "error: a value is required for '--token <TOKEN>'",
        "error: unexpected argument '--token' found",
        "may require authorization: server message: insufficient_scope: authorization failed",
        "incorrect updater private key password: Missing comment in secret key",
        "decrypt gpg passphrase: org.acme.CipherException: java.io.FileNotFoundException",
        '-H "Authorization: Bearer $TOKEN"',
        'extraheader "AUTHORIZATION: basic ***"',
        "password: ${{ secrets.INDEX_TOKEN }}",
        'curl -u "bob:${{ secrets.PASSWORD }}" https://x.example',
        'PASSWORD="$PW" TWINE_PASSWORD=${PW} SSHPASS=%PW%',
        "password: $env:PW",
        "if: secrets.NPM_TOKEN != '' && env.PASSWORD == ''",
        "id-token: write",
        "docker buildx build --secret id=token,src=x",
        "https://cdn.example/npm/@scope/pkg@1.2.3",
        "https://host.example:8080/pkg@1.2",
        "https://host.example?mail=a@b.example",
        "ssh://git@github.com/acme/tool",
        "docker://alpine:3@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "git+https://github.com/acme/tool.git@v1.0",
        "https://x-access-token:***@github.com/acme/tool",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "a3bf4f1b2b0b822cd15d6c15b0f00a08deadbeef",
        "npm notice integrity: sha512-Xa3dJ9sLq0pWm[...]Xa3dJ9sLq0pWm==",
        "sha512-" + "Xa3dJ9sLq0pW" * 7 + "Xa==",
        "usr/local/lib/python3/SitePackages/acme/tool/Widget",
        "TestPublishWithVeryLongCamelCaseName2ForSomething",
    ],
)
def test_lines_that_only_speak_of_secrets_stay_readable(line: str) -> None:
    assert redact(line) == line


@given(st.binary(min_size=20, max_size=64))
def test_a_digest_in_hexadecimal_is_no_key_body(raw: bytes) -> None:
    assert not key_body(raw.hex())
    assert redact(raw.hex()) == raw.hex()


@pytest.mark.parametrize(
    "body", ["b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW", "q8Zt7rV2mK4pX9sL1dF6" * 3]
)
@pytest.mark.parametrize("around", ["{}", "  {}", '"{}",', "##[debug]{}"])
def test_a_line_of_encoded_bytes_is_masked(body: str, around: str) -> None:
    assert body not in redact(around.format(body))


@pytest.mark.parametrize(
    "hostile",
    [
        lambda n: "https://a:" + "@" * n,
        lambda n: "https://" * (n // 8),
        lambda n: "docker login -p " * (n // 16),
        lambda n: "password: a " * (n // 12),
        lambda n: "-----BEGIN PRIVATE KEY-----" * (n // 27),
        lambda n: "ghp_" + "." * n,
        lambda n: "password='" * (n // 10),
        lambda n: "--a-" * (n // 4),
    ],
)
def test_hostile_lines_of_64_kib_come_through_and_settle(hostile: Callable[[int], str]) -> None:
    redacted = redact(hostile(1 << 16))
    assert redact(redacted) == redacted


def test_of_a_long_line_the_beginning_and_the_found_words_are_left() -> None:
    line = (
        "[ERROR] Failed to deploy " + "artifact, " * 120 + "status: 400 version policy does not allow it" + ", x" * 500
    )
    shown = safe_line_with("status: 400 version policy", line)
    assert len(shown) <= 500
    assert shown.startswith("[ERROR] Failed to deploy artifact, ")
    assert "artifact, status: 400 version policy does not allow it, x" in shown
    assert " … " in shown


def test_of_a_line_whose_words_stand_at_its_beginning_the_end_is_kept_too() -> None:
    goal = (
        "[ERROR] Failed to execute goal org.apache.maven.plugins:maven-deploy-plugin:3.1.1:deploy on project tidepool"
    )
    line = f"{goal}: {'Could not transfer artifact, ' * 16}status: 503 Service Temporarily Unavailable -> [Help 1]"
    shown = safe_line_with("Failed to execute goal", line)
    assert len(line) > 500 >= len(shown)
    assert shown.startswith(goal)
    assert shown.endswith("status: 503 Service Temporarily Unavailable -> [Help 1]")


@given(words=st.text(max_size=300), before=st.text(max_size=900), after=st.text(max_size=900))
def test_a_line_that_is_cut_around_words_is_never_too_long_and_has_no_controls(
    words: str, before: str, after: str
) -> None:
    shown = safe_line_with(words, before + words + after)
    assert len(shown) <= 500
    assert shown.isprintable()
    assert len(before + words + after) > 500 or shown == safe_line(before + words + after)


def test_a_cut_around_words_hides_no_half_of_a_secret() -> None:
    token = "ghp_" + "Ab12" * 9
    line = "x " * 260 + token + " denied " + "y" * 900
    assert token[8:] not in safe_line_with("denied", line)
    assert token[:12] not in safe_line_with(token + " denied", line)
