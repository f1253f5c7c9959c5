"""What a reader must know that is no failure of a job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.diagnose.causes import is_silent_skip
from auditor.diagnose.execution import Execution
from auditor.diagnose.outcomes import Standing
from auditor.model.audit import Note
from auditor.model.facts import ReleaseFacts
from auditor.model.vocabulary import Classification, SkipReason, Verdict


def notes_of(
    facts: ReleaseFacts, current: Sequence[Execution], earlier: Sequence[Execution], standings: Sequence[Standing]
) -> Iterator[Note]:
    """Yield the notes of a release: double triggers, re-runs, unproved checks, silent skips, a moved tag."""
    yield from _double_triggers(facts, current)
    yield from _reruns(current, earlier)
    yield from _unproved(standings)
    yield from _silent_skips(current)
    yield from _moved_tag(facts)


def _double_triggers(facts: ReleaseFacts, current: Sequence[Execution]) -> Iterator[Note]:
    events: dict[str, dict[int, str]] = {}
    for attempt in facts.attempts:
        events.setdefault(attempt.run.path, {})[attempt.run.id] = attempt.run.event
    for path, runs in events.items():
        if len(runs) < 2:
            continue
        harmless = [e for e in current if e.run.path == path and e.harmless is not None]
        text = f"`{path}` ran {len(runs)} times for this tag ({', '.join(runs.values())})."
        if harmless:
            names = ", ".join(f"`{e.job.name}`" for e in harmless)
            text += f" That is why {names} met a version that was there already; nothing is lost."
        text += " Keep one trigger."
        yield Note(title="The same workflow ran twice", text=text)


def _reruns(current: Sequence[Execution], earlier: Sequence[Execution]) -> Iterator[Note]:
    by_key = {e.key: e for e in current}
    for old in earlier:
        new = by_key.get(old.key)
        if new is None or not old.classification.failed:
            continue
        what = "succeeded" if not new.classification.failed else f"ended as {new.classification.value}"
        yield Note(
            title="Re-run",
            text=(
                f"`{old.job.name}` failed in attempt {old.attempt} ({old.classification.value}) and {what} "
                f"in attempt {new.attempt}. The last attempt counts."
            ),
        )


def _unproved(standings: Sequence[Standing]) -> Iterator[Note]:
    for standing in standings:
        skip = standing.decisive.skip
        if (
            standing.verdict is Verdict.ALREADY_SHIPPED
            and not standing.by_registry
            and skip is not None
            and skip.reason is SkipReason.EXISTENCE_CHECK
        ):
            yield Note(
                title="Not proved",
                text=(
                    f"`{standing.decisive.job.name}` published nothing: {skip.explanation}. It is counted as shipped on "
                    "the word of that check; a skip proves nothing by itself."
                ),
            )


def _silent_skips(current: Sequence[Execution]) -> Iterator[Note]:
    for e in current:
        if is_silent_skip(e) and e.skip is not None and not e.harmless:
            yield Note(
                title="Skipped without a failure",
                text=f"`{e.job.name}` did not run although nothing failed: {e.skip.explanation}.",
            )
    for e in current:
        if e.judged.hidden and e.classification is not Classification.SUCCESS:
            yield Note(
                title="Green, but failed inside",
                text=f"`{e.job.name}` is green on GitHub, yet its publish failed ({e.classification.value}).",
            )


def _moved_tag(facts: ReleaseFacts) -> Iterator[Note]:
    commits = {a.run.head_sha: a.run.id for a in facts.attempts if a.run.head_sha}
    if len(commits) > 1:
        shown = ", ".join(f"`{sha[:10]}` (run {run})" for sha, run in commits.items() if sha)
        yield Note(title="The tag was moved", text=f"Its runs built different commits: {shown}.")
