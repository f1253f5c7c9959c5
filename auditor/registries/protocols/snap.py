"""The Snap Store: the declared question, and whether the version is in the channel that was meant.

https://snapcraft.io/docs/channels : `track/risk`, where the track `latest` may be left out. Only what channels hold now can be
asked.
"""

from __future__ import annotations

from auditor.logs.redact import safe_line
from auditor.model.live import LiveAnswer, Target
from auditor.model.vocabulary import LiveState
from auditor.registries.asking import ask_questions, missing_files
from auditor.registries.room import Room


async def ask(target: Target, room: Room) -> LiveAnswer:
    """Ask which channels hold the version. A target's `channel` is the one that it should be in."""
    answer = await ask_questions(room)
    if answer.state is not LiveState.LIVE or not answer.files:
        return answer
    channels = {_channel(file.name.rpartition("/")[0]): file for file in answer.files}
    wanted = _channel(target.places.get("channel", ""))
    named = safe_line(", ".join(sorted(dict.fromkeys(channels))), 200)
    if not target.places.get("channel"):
        return answer.model_copy(update={"reason": f"The store has the version in {named}."})
    if wanted not in channels:
        reason = f"The store has the version in {named}, and not in {safe_line(wanted, 80)}."
        return answer.model_copy(update={"state": LiveState.ABSENT, "reason": reason, "files": ()})
    mine = tuple(file for file in answer.files if _channel(file.name.rpartition("/")[0]) == wanted)
    bare = tuple(file.model_copy(update={"name": file.name.rpartition("/")[2]}) for file in mine)
    there = f"The store has the version in {safe_line(wanted, 80)} for {', '.join(file.name for file in bare[:10])}."
    missing = missing_files(target.expected_files, bare)
    if missing:
        there += f" It should also be there for {', '.join(missing[:10])}."
    return answer.model_copy(update={"reason": there, "files": bare, "missing_files": missing})


def _channel(text: str) -> str:
    """`latest/stable` for `stable` and `latest`; `1.0/edge` stays."""
    parts = text.strip("/").lower().split("/")
    if parts == ["latest"] or parts == [""]:
        return "latest/stable"
    return "/".join(parts) if len(parts) > 1 else f"latest/{parts[0]}"
