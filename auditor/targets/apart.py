"""Packages that share a name and are two all the same: in two taps, of two kinds, under two versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.model.live import Target


def groups_of_places(places: Sequence[Mapping[str, str]]) -> list[list[int]]:
    """Sort mentions of one name by where they say the package is; returns their numbers, group by group.

    Two mentions are of one package unless a place has one value in the one and another in the other. What says nothing
    goes with the first that it does not contradict.
    """
    groups: list[tuple[dict[str, str], list[int]]] = []
    for number in sorted(range(len(places)), key=lambda at: not places[at]):
        for known, members in groups:
            if all(known.get(name, value) == value for name, value in places[number].items()):
                known.update(places[number])
                members.append(number)
                break
        else:
            groups.append((dict(places[number]), [number]))
    return [members for _, members in groups]


def told_apart(targets: Sequence[Target]) -> list[Target]:
    """The same targets, with keys that differ where targets do: by the places that differ, else by the version."""
    alike: dict[tuple[str, str], list[Target]] = {}
    for target in targets:
        alike.setdefault((target.platform, target.package), []).append(target)
    return [_apart(target, alike[target.platform, target.package]) for target in targets]


def _apart(target: Target, alike: Sequence[Target]) -> Target:
    others = [other for other in alike if other != target]
    if not others:
        return target
    names = sorted({name for one in alike for name in one.places if _differ(name, alike)})
    places = "&".join(f"{name}={target.places[name]}" for name in names if name in target.places)
    by_place = f"?{places}" if places else ""
    same_place = [other for other in others if all(other.places.get(n) == target.places.get(n) for n in names)]
    by_version = f"@{target.version}" if any(other.version != target.version for other in same_place) else ""
    return target.model_copy(update={"apart": (by_version + by_place) or None})


def _differ(name: str, targets: Sequence[Target]) -> bool:
    return len({target.places.get(name) for target in targets}) > 1
