"""Helm charts: in a chart repository's index, or as artifacts of an OCI registry.

https://helm.sh/docs/topics/chart_repository/ , https://helm.sh/docs/topics/registries/

A package whose name begins with a registry's host (`ghcr.io/owner/charts/app`) is asked for at that registry. Any other is
looked up by the declared questions in the index of the target's chart repository.
"""

from __future__ import annotations

import re

from auditor.model.live import LiveAnswer, Target
from auditor.registries.asking import ask_questions
from auditor.registries.protocols.oci import Repository, ask_image
from auditor.registries.room import Room

_AT_A_HOST = re.compile(
    r"(?:oci://)?(?P<host>(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z0-9-]{1,63}(?::\d{1,5})?|localhost(?::\d{1,5})?)/(?P<path>\S{1,400})"
)


async def ask(target: Target, room: Room) -> LiveAnswer:
    """Ask where the chart is."""
    place = target.places.get("index", "")
    package = target.package
    if place.startswith("oci://"):
        package = f"{place.rstrip('/')}/{package.rsplit('/', 1)[-1]}"
    match = _AT_A_HOST.fullmatch(package)
    if match is None:
        return await ask_questions(room)
    configured = room.settings.access_to(target.platform).url
    base = room.base if configured is not None else f"https://{match['host']}"
    return await ask_image(target.version, Repository(base, match["path"].lower()), room)
