"""The credential of one platform is kept under several names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from auditor.checks.check import Check
from auditor.checks.credentials import Credential, credentials
from auditor.checks.edits import replaced
from auditor.checks.publishing import RELEASES, publications, title
from auditor.checks.subject import Subject
from auditor.model.finding import Edit, Finding, Remedy
from auditor.model.vocabulary import Confidence, Severity

_OTHER_PLACE = re.compile(r"(?i)test|stag|dev|sandbox|preview|nightly|canary|internal|private|mirror|backup|fork")


def _find(subject: Subject) -> Iterator[Finding]:
    groups: dict[tuple[str, str], list[Credential]] = {}
    for one in publications(subject):
        if _OTHER_PLACE.search(one.text) or one.job.matrix is not None:
            continue
        found = [each for each in credentials(subject, one) if not _OTHER_PLACE.search(each.secret)]
        alone = len({each.secret for each in found}) == 1 and one.platform != RELEASES
        for each in found:
            groups.setdefault((one.platform, "" if alone else each.slot), []).append(each)
    said: set[tuple[str, int]] = set()
    for (platform, _), several in groups.items():
        names = Counter(each.secret for each in several)
        if len(names) < 2 or len(names) > 3 or _belong_to_packages(names):
            continue
        usual = max(names, key=lambda name: (names[name], -[each.secret for each in several].index(name)))
        for each in several:
            key = (each.place.path, each.place.line)
            if each.secret != usual and key not in said:
                said.add(key)
                first = next(other for other in several if other.secret == usual)
                yield _finding(subject, platform, each, first)


def _belong_to_packages(names: Counter[str]) -> bool:
    """Tell whether names differ by a number or a package, not by habit: `CRATES_TOKEN_A`, `CRATES_TOKEN_B`."""
    words = [set(re.split(r"_", re.sub(r"\d", "", name.upper()))) for name in names]
    usual = {
        "TOKEN",
        "API",
        "KEY",
        "AUTH",
        "SECRET",
        "PAT",
        "PASSWORD",
        "PUBLISH",
        "ACCESS",
        "PASS",
        "CREDENTIALS",
        "REGISTRY",
        "CI",
        "GH",
        "CARGO",
        "CRATES",
        "IO",
        "NPM",
        "NODE",
        "PYPI",
        "TWINE",
        "DOCKER",
        "DOCKERHUB",
        "HUB",
        "NUGET",
        "CHOCO",
        "CHOCOLATEY",
        "GEM",
        "RUBYGEMS",
        "HOST",
        "SNAP",
        "SNAPCRAFT",
        "STORE",
        "VSCE",
        "OVSX",
        "OPEN",
        "VSX",
        "AUR",
        "SSH",
        "HEX",
        "MAVEN",
        "CENTRAL",
        "OSSRH",
        "SONATYPE",
        "HOMEBREW",
        "TAP",
        "LOGIN",
    }
    return any(each - usual for each in words)


def _finding(subject: Subject, platform: str, each: Credential, first: Credential) -> Finding:
    one = each.publication
    edit = replaced(one.workflow, each.place.line, f"secrets.{each.secret}", f"secrets.{first.secret}")
    edits: tuple[Edit, ...] = (edit,) if edit is not None else ()
    return Finding(
        check=CHECK.id,
        severity=Severity.WARNING,
        confidence=Confidence.MEDIUM,
        message=(
            f"`{one.job.id}` takes its credential for {title(subject, platform)} from `{each.secret}`, "
            f"`{first.publication.job.id}` from `{first.secret}`: when one is renewed, the other expires unseen"
        ),
        place=each.place,
        related=(first.place.model_copy(update={"what": f"`{first.slot}` is given `{first.secret}` here"}),),
        job=one.job.id,
        step=one.step.number if one.step is not None else None,
        platforms=(platform,),
        remedy=Remedy(summary=f"Keep one secret for {title(subject, platform)} and name it everywhere.", edits=edits),
    )


CHECK = Check(
    id="secret-under-different-names",
    title="One platform's credential has several names",
    severity=Severity.WARNING,
    find=_find,
    fixes=True,
)
