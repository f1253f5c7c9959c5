"""How numbers, times and verdicts are put into words, the same in every output."""

from __future__ import annotations

import re
from datetime import datetime

from auditor.model.audit import Audit, JudgedJob, PlatformOutcome, Tally, TargetOutcome
from auditor.model.finding import Place
from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import LiveState, LogState, Rerun, Verdict

SIGNS = {
    Verdict.SHIPPED: "✅",
    Verdict.ALREADY_SHIPPED: "☑️",
    Verdict.SHIPPED_DESPITE_FAILURE: "✅",
    Verdict.NOT_SHIPPED: "❌",
    Verdict.GREEN_NOT_SHIPPED: "❌",
    Verdict.PHANTOM_SKIP: "❌",
    Verdict.PROPAGATING: "⏳",
    Verdict.HELD: "⏳",
    Verdict.NOT_ATTEMPTED: "⚪",
    Verdict.PENDING: "⏳",
    Verdict.UNVERIFIABLE: "❔",
}

RERUN = {
    Rerun.CAN_SUCCEED: "A re-run of the same tag can succeed as it is.",
    Rerun.AFTER_FIX: "After that, a re-run of the same tag can succeed.",
    Rerun.NEEDS_NEW_TAG: "A re-run of the same tag cannot succeed: release a new one.",
    Rerun.NOT_NEEDED: "Nothing has to be run again.",
}

_LOGS = {
    LogState.TRUNCATED: "the log is truncated",
    LogState.NEVER_STARTED: "no log: the job never started",
    LogState.EXPIRED: "the log has expired",
    LogState.NOT_COLLECTED: "the log was not collected",
    LogState.UNREADABLE: "the log cannot be read",
}


def duration(seconds: float | None) -> str:
    """`1 m 08 s`, `2 h 05 m`, or an em dash when it is not known."""
    if seconds is None:
        return "—"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} m {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} m"


def date(moment: datetime | None) -> str:
    """`2026-01-31`, or an em dash."""
    return moment.strftime("%Y-%m-%d") if moment else "—"


def moment(at: datetime | None) -> str:
    """`2026-01-31 12:00:00 UTC`, or an em dash."""
    return at.strftime("%Y-%m-%d %H:%M:%S UTC") if at else "—"


def percent(part: int, whole: int) -> str:
    """`31 %`, or an em dash when there is nothing to take a part of."""
    return f"{round(100 * part / whole)} %" if whole else "—"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 platform`, `3 platforms`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def headline(audit: Audit) -> str:
    """The audit in one sentence."""
    tally = audit.tally
    if not tally.platforms:
        return f"No job of {audit.tag} publishes to a platform that relaudit knows."
    sentence = (
        f"{tally.shipped} of {plural(tally.platforms, 'platform')} shipped ({percent(tally.shipped, tally.platforms)})"
    )
    if tally.open:
        sentence += f", {tally.open} still open"
    if audit.root_causes:
        sentence += f"; {plural(len(audit.root_causes), 'root cause')} to fix"
    return sentence + "."


def rate_sentences(tally: Tally) -> list[str]:
    """What the success rate is made of, with its denominators written out."""
    said = []
    if tally.already_there:
        were = "was" if tally.already_there == 1 else "were"
        said.append(
            f"Of the {tally.shipped} shipped, {tally.shipped_now} {'was' if tally.shipped_now == 1 else 'were'} published by "
            f"this release and {tally.already_there} {were} {'there before' if tally.asked else 'taken for present already'}."
        )
    if tally.despite_failure:
        failed = "job failed" if tally.despite_failure == 1 else "jobs failed"
        said.append(
            f"{tally.despite_failure} of the {tally.shipped} shipped although the {failed}: the registry has it."
        )
    if tally.contradicted:
        are = "is" if tally.contradicted == 1 else "are"
        said.append(f"{tally.contradicted} of the {tally.not_shipped} not shipped {are} green on GitHub.")
    if tally.unproved:
        are = "is" if tally.unproved == 1 else "are"
        by = "neither by the registry nor by a log line" if tally.asked else "by no log line"
        said.append(f"{tally.unproved} of the {tally.shipped} shipped {are} proved {by}.")
    if tally.not_attempted:
        off = f" ({tally.disabled} switched off)" if tally.disabled else ""
        share = f": {tally.shipped} of {tally.attempted} shipped ({percent(tally.shipped, tally.attempted)})"
        said.append(
            f"{plural(tally.attempted, 'platform')} attempted{share if tally.attempted else ''}; "
            f"{tally.not_attempted} not attempted{off}."
        )
    if tally.open:
        parts = [(tally.held, "held by the registry"), (tally.propagating, "on the way")]
        of_these = ", ".join(f"{count} {what}" for count, what in parts if count)
        said.append(f"{plural(tally.open, 'platform')} cannot be judged yet{f' ({of_these})' if of_these else ''}.")
    return said


def live_sentence(audit: Audit) -> str:
    """How many targets the registries were asked about, and how many gave no answer."""
    silent = sum(target.answer.state is LiveState.UNKNOWN for target in audit.targets)
    asked = f"The registries were asked about {plural(len(audit.targets), 'target')}"
    return f"{asked}; {silent} gave no usable answer, and an error is never read as missing." if silent else f"{asked}."


def answer_words(answer: LiveAnswer) -> str:
    """What the registry said, with how many files it has where it tells."""
    files = f"; {plural(len(answer.files), 'file')}" if answer.files else ""
    return answer.reason.rstrip(".") + files


def state(outcome: PlatformOutcome | TargetOutcome) -> str:
    """The sign and the verdict of a platform or a target."""
    return f"{SIGNS[outcome.verdict]} {outcome.verdict.value}"


def log_note(job: JudgedJob) -> str | None:
    """Why a job's log could not speak, or None when it did."""
    return _LOGS.get(job.log)


def place_url(place: Place, audit: Audit) -> str:
    """Where a line of a workflow file is seen on GitHub, as it was at the tag."""
    return f"{audit.repository_url}/blob/{audit.commit or audit.tag}/{place.path}#L{place.line}"


def short_name(key: str) -> str:
    """The job's name out of its key."""
    return key.split("/", 1)[1] if "/" in key else key


def first_sentence(text: str) -> str:
    """The first sentence of a longer text, for a table cell."""
    found = re.match(r".{1,300}?[.:;](?=\s|$)", text)
    return found.group().rstrip(".:;") if found else text


def sentence(text: str) -> str:
    """The text with a full stop at its end."""
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
