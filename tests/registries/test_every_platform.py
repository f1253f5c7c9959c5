"""What holds for the registry of every platform in the rules: no error of it, and no bare status, is ever read as an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.model.live import LiveAnswer, Target
from auditor.model.vocabulary import LiveState
from auditor.rulebook.load import shipped_rules
from tests.registries.public import Public, told
from tests.registry_standin import Answer
from tests.registry_standin.asking import shipped, target

PACKAGES: dict[str, tuple[str, dict[str, str]]] = {
    "apt-rpm": ("stone", {"repository": "HERE", "suite": "stable"}),
    "aur": ("stone", {}),
    "chocolatey": ("stone", {}),
    "conda": ("stone", {"channel": "quill"}),
    "crates": ("stone", {}),
    "docker-hub": ("quill/stone", {}),
    "flathub": ("io.quill.Stone", {}),
    "ghcr": ("ghcr.io/quill/stone", {}),
    "github-packages": ("@quill/stone", {"owner": "quill", "type": "npm"}),
    "github-pages": ("quill/stone", {"url": "HERE"}),
    "github-releases": ("quill/stone", {}),
    "go-proxy": ("github.com/quill/stone", {}),
    "helm": ("stone", {"index": "HERE"}),
    "hex": ("stone", {}),
    "homebrew": ("stone", {}),
    "jsr": ("@quill/stone", {}),
    "maven-central": ("io.quill:stone", {}),
    "nix": ("stone", {}),
    "npm": ("stone", {}),
    "nuget": ("Quill.Stone", {}),
    "oci": ("images.example/quill/stone", {}),
    "open-vsx": ("quill.stone", {}),
    "packagist": ("quill/stone", {}),
    "pub-dev": ("stone", {}),
    "pypi": ("stone", {}),
    "rubygems": ("stone", {}),
    "scoop": ("stone", {"repository": "quill/bucket"}),
    "snap": ("stone", {}),
    "terraform": ("quill/stone", {}),
    "vscode": ("quill.stone", {}),
    "winget": ("Quill.Stone", {}),
}


def one_of(platform: str, url: str) -> Target:
    name, places = PACKAGES[platform]
    return target(
        platform, name, "1.0.4", places={key: url if text == "HERE" else text for key, text in places.items()}
    )


def answered(platform: str, answer: Answer) -> LiveAnswer:
    with Public(answer) as registry:
        return told(one_of(platform, registry.url), registry)


def test_every_platform_of_the_rules_is_asked_about_here() -> None:
    platforms = {
        Path(file.name).stem
        for file in shipped_rules()
        if not Path(file.name).stem.startswith(("common", "everywhere"))
    }
    assert platforms == set(PACKAGES)
    assert not [name for name in platforms if not shipped(name).askable]


@pytest.mark.parametrize("platform", PACKAGES)
def test_a_rate_limit_is_unknown_with_the_time_to_come_back(platform: str) -> None:
    answer = answered(platform, Answer.json({"message": "slow down"}, 429, retry_after="600"))
    assert answer.state is LiveState.UNKNOWN
    assert answer.retry_after is not None


@pytest.mark.parametrize("status", [200, 401, 403, 404, 500])
@pytest.mark.parametrize("platform", PACKAGES)
def test_a_web_page_in_place_of_an_answer_is_unknown(platform: str, status: int) -> None:
    answer = answered(platform, Answer.html(status))
    assert answer.state is LiveState.UNKNOWN
    assert answer.reason


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"true", b"0", b'"OK"', b"{", b"<a/>"])
@pytest.mark.parametrize("platform", PACKAGES)
def test_a_bare_200_proves_nothing(platform: str, body: bytes) -> None:
    kind = "application/xml" if body.startswith(b"<") else "application/json"
    answer = answered(platform, Answer(200, body, {"Content-Type": kind}))
    # An index of packages may be empty.
    expected = {("apt-rpm", b""): LiveState.ABSENT}
    assert answer.state is expected.get((platform, body), LiveState.UNKNOWN)


@pytest.mark.parametrize("platform", PACKAGES)
def test_every_number_of_downloads_says_what_it_counts(platform: str) -> None:
    for question in shipped(platform).questions:
        for rule in question.package.downloads:
            assert len(rule.meaning.split()) >= 3, question.id


def test_no_rule_names_a_host_that_is_only_known_when_it_is_asked() -> None:
    """Their addresses come from the user's package managers or a library."""
    for platform in ("npm", "pypi"):
        assert not isinstance(shipped(platform).base, str)
        assert not [question for question in shipped(platform).questions if isinstance(question.base, str)]
