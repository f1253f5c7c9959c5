"""Maven Central: the POM is the proof, and it is there hours before the metadata."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import LiveState
from tests.registries.public import Public, told
from tests.registry_standin import Answer
from tests.registry_standin.asking import target

POM = "/io/quill/stone-core/1.0.4/stone-core-1.0.4.pom"
METADATA = "/io/quill/stone-core/maven-metadata.xml"
MAVEN_404 = Answer(404, b"<html><head><title>404 Not Found</title></head></html>", {"Content-Type": "text/html"})


def maven(standin: Public, version: str = "1.0.4") -> LiveAnswer:
    return told(target("maven-central", "io.quill:stone-core", version), standin)


def metadata(*versions: str) -> Answer:
    listed = "".join(f"<version>{version}</version>" for version in versions)
    inner = f"<release>{versions[-1]}</release><versions>{listed}</versions>"
    return Answer.xml(f"<metadata><artifactId>stone-core</artifactId><versioning>{inner}</versioning></metadata>")


POM_HEADERS = {
    "Content-Type": "text/xml",
    "Last-Modified": "Sun, 01 Mar 2026 10:00:00 GMT",
    "X-Checksum-SHA1": "ab" * 20,
    "Content-Length": "1234",
}


def pom(version: str = "<version>1.0.4</version>", artifact: str = "stone-core") -> Answer:
    """A project without a version of its own has its parent's."""
    parent = "<parent><groupId>io.quill</groupId><artifactId>stone</artifactId><version>1.0.4</version></parent>"
    space = 'xmlns="http://maven.apache.org/POM/4.0.0"'
    return Answer.xml(
        f"<project {space}><modelVersion>4.0.0</modelVersion>{parent}<artifactId>{artifact}</artifactId>{version}</project>"
    )


@pytest.mark.parametrize("version", ["<version>1.0.4</version>", ""], ids=["its own version", "its parent's"])
def test_the_pom_is_there_before_the_metadata_knows(version: str) -> None:
    with Public(MAVEN_404) as it:
        it.at(POM, pom(version))
        it.at(POM, Answer(200, b"", POM_HEADERS), method="HEAD")
        it.at(METADATA, metadata("1.0.3"))
        answer = maven(it)
    assert (answer.state, answer.latest) == (LiveState.LIVE, "1.0.3")
    assert (answer.files[0].size, answer.files[0].digest) == (1234, "sha1:" + "ab" * 20)
    assert answer.published_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_maven_central_lacks_a_version_and_an_artifact() -> None:
    with Public(MAVEN_404) as it:
        missing_artifact = maven(it)
        it.at(METADATA, metadata("1.0.42"))
        missing_version = maven(it)
    assert (missing_artifact.state, missing_artifact.package_known) == (LiveState.ABSENT, False)
    assert (missing_version.state, missing_version.package_known) == (LiveState.ABSENT, True)


LOGIN = "<project><artifactId/></project>"


@pytest.mark.parametrize(
    "answer",
    [Answer.html(200), Answer.text("please log in"), Answer.text(LOGIN), Answer.xml("<html><body/></html>")],
    ids=["html", "text", "no artifact", "xhtml"],
)
def test_a_login_page_in_front_of_a_repository_is_not_the_pom(answer: Answer) -> None:
    with Public(answer) as it:
        it.at(POM, Answer(200, b"", {"Content-Type": "text/plain"}), method="HEAD")
        assert maven(it).state is LiveState.UNKNOWN


def test_a_pom_of_another_version_is_not_this_one() -> None:
    with Public(MAVEN_404) as it:
        it.at(POM, pom("<version>1.0.42</version>"))
        it.at(METADATA, metadata("1.0.42"))
        assert maven(it).state is LiveState.UNKNOWN


def test_a_version_that_is_filled_in_elsewhere_is_believed_by_the_metadata() -> None:
    with Public(MAVEN_404) as it:
        it.at(POM, pom("<version>${revision}</version>"))
        it.at(METADATA, metadata("1.0.4"))
        assert maven(it).state is LiveState.LIVE


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_a_refusal_by_maven_central_is_unknown(status: int) -> None:
    with Public(Answer.text("no", status)) as it:
        assert maven(it).state is LiveState.UNKNOWN
