"""Holds the `targets:` sections of the rulebook to their own examples."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.model.facts import ManifestFile
from auditor.model.vocabulary import TargetSource
from auditor.rulebook.book import Rulebook
from auditor.rulebook.schema import PlatformRules
from auditor.rulebook.selftest import Problem
from auditor.rulebook.target_schema import TargetExample, TargetRules
from auditor.targets.from_manifests import Manifests
from auditor.targets.from_steps import StepText, words_of
from auditor.targets.named import Named, Release, targets_of
from auditor.targets.values import known_script, known_text

RELEASE = Release("acme", "tidepool", "v1.2.3")
"""What the examples release."""


def problems(book: Rulebook) -> Iterator[Problem]:
    """Yield every example that does not give what it says, and every section without one."""
    for platform, rules in book.platforms.items():
        if rules.targets is None:
            continue
        if not rules.targets.examples:
            yield Problem(f"{platform}/targets", "has no examples")
        for example in rules.targets.examples:
            given, places = _given(platform, rules, rules.targets, example)
            if given != sorted(example.gives):
                yield Problem(f"{platform}/targets", f"{_shown(example)} gives {given}, not {sorted(example.gives)}")
            elif not example.places.items() <= places.items():
                yield Problem(f"{platform}/targets", f"{_shown(example)} has the places {places}")


def _given(
    platform: str, rules: PlatformRules, written: TargetRules, example: TargetExample
) -> tuple[list[str], dict[str, str]]:
    if example.path is not None:
        return _of_file(platform, rules, written, example)
    inputs = {name: known_text(value, {}) for name, value in example.with_.items()}
    script = known_script(example.run or "", {}, {"GITHUB_REF_NAME": RELEASE.tag, "GITHUB_REF": RELEASE.tag})
    words = words_of(written, StepText(example.uses, inputs, script), RELEASE.values)
    named = [Named(name.package, TargetSource.STEP, name.version, name.places) for name in words.names]
    found = targets_of(platform, rules, named, RELEASE)
    said = {name.version for name in named}
    texts = [target.package + (f"@{target.version}" if said != {None} else "") for target in found]
    texts += [f"folder:{folder}" for folder in words.folders] + [f"member:{member}" for member in words.members]
    texts += ["every"] if words.every else []
    return sorted(texts), {**words.places, **(found[0].places if found else {})}


def _of_file(
    platform: str, rules: PlatformRules, written: TargetRules, example: TargetExample
) -> tuple[list[str], dict[str, str]]:
    file = ManifestFile(path=example.path or "", text=example.text or "")
    packages = [p for p in Manifests([file], RELEASE.values).packages(written.manifests) if not p.private]
    named = [Named(package.package, TargetSource.MANIFEST, None, package.places) for package in packages]
    found = targets_of(platform, rules, named, RELEASE)
    return sorted(target.package for target in found), dict(found[0].places) if found else {}


def _shown(example: TargetExample) -> str:
    return repr((example.uses or example.run or example.path or "")[:100])
