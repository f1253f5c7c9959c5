"""Two packages of one name are two targets, and each has a key of its own."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.config import Config, ConfiguredTarget
from auditor.model.live import Target
from auditor.model.vocabulary import TargetSource
from auditor.rulebook.book import Rulebook
from auditor.targets.apart import groups_of_places, told_apart
from auditor.targets.from_manifests import Manifests
from auditor.targets.named import Named, Release, targets_of
from auditor.targets.release import targets_of_jobs

RELEASE = Release("acme", "tidepool", "v1.2.3")


def target(package: str = "relay", version: str = "1.2.3", **places: str) -> Target:
    return Target(
        platform="homebrew", package=package, version=version, source=TargetSource.CONFIGURATION, places=places
    )


def configured(book: Rulebook, *entries: dict[str, Any]) -> list[Target]:
    config = Config(targets=tuple(ConfiguredTarget(**entry) for entry in entries))
    return list(targets_of_jobs((), Manifests((), RELEASE.values), RELEASE, book, config))


def test_one_name_in_two_taps_is_two_targets(shipped_book: Rulebook) -> None:
    taps = [{"repository": f"{owner}/homebrew-tap"} for owner in ("acme", "else")]
    found = configured(
        shipped_book, *({"platform": "homebrew", "package": "tidepool", "places": places} for places in taps)
    )
    assert [one.places["repository"] for one in found] == ["acme/homebrew-tap", "else/homebrew-tap"]
    assert [one.key for one in found] == [
        "homebrew:tidepool?repository=acme/homebrew-tap",
        "homebrew:tidepool?repository=else/homebrew-tap",
    ]


def test_one_image_under_two_versions_is_two_targets(shipped_book: Rulebook) -> None:
    image = {"platform": "docker-hub", "package": "acme/tidepool"}
    found = configured(shipped_book, image, {**image, "version": "{version}-alpine"}, image)
    assert [one.key for one in found] == ["docker-hub:acme/tidepool@1.2.3", "docker-hub:acme/tidepool@1.2.3-alpine"]


def test_the_key_is_what_verify_takes_as_a_target(shipped_book: Rulebook) -> None:
    from auditor.cli.verify_targets import named_target

    for one in told_apart([target(repository="a/homebrew-tap"), target(repository="b/homebrew-tap", version="2.0.0")]):
        again = named_target(one.key, one.version, shipped_book)
        assert (again.package, again.version, again.places["repository"]) == (
            one.package,
            one.version,
            one.places["repository"],
        )


@pytest.mark.parametrize("source", [TargetSource.LOG, TargetSource.STEP])
def test_steps_that_name_two_taps_make_two_targets(shipped_book: Rulebook, source: TargetSource) -> None:
    named = [Named("tidepool", source, places={"repository": f"{owner}/homebrew-tap"}) for owner in ("acme", "else")]
    named += [Named("tidepool", source), Named("tidepool", TargetSource.MANIFEST, places={"repository": "other/tap"})]
    found = targets_of("homebrew", shipped_book.platforms["homebrew"], named, RELEASE)
    assert [one.places["repository"] for one in found] == ["acme/homebrew-tap", "else/homebrew-tap"]


def test_a_name_alone_keeps_its_plain_key() -> None:
    (one,) = told_apart([target(repository="acme/homebrew-tap")])
    assert one.key == "homebrew:relay"


PLACES = st.dictionaries(st.sampled_from(["repository", "kind", "channel"]), st.sampled_from(["a", "b"]), max_size=3)


@given(st.lists(st.tuples(st.sampled_from(["x", "y"]), st.sampled_from(["1", "2"]), PLACES), max_size=8))
def test_targets_that_differ_have_keys_that_differ(parts: list[tuple[str, str, dict[str, str]]]) -> None:
    targets = [target(package, version, **places) for package, version, places in parts]
    distinct = [one for at, one in enumerate(targets) if one not in targets[:at]]
    assert len({one.key for one in told_apart(distinct)}) == len(distinct)


@given(st.lists(PLACES, max_size=8))
def test_groups_hold_every_mention_once_and_nothing_that_contradicts(places: list[dict[str, str]]) -> None:
    groups = groups_of_places(places)
    assert sorted(number for group in groups for number in group) == list(range(len(places)))
    for group in groups:
        for name in ("repository", "kind", "channel"):
            assert len({places[number][name] for number in group if name in places[number]}) <= 1
