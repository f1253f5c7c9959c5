"""Green jobs whose version the registry does not have: stated as problems, with the registry's answer as the proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auditor.diagnose.outcomes import CONTRADICTED, Standing
from auditor.logs.redact import safe_line
from auditor.model.audit import TargetOutcome
from auditor.model.evidence import Evidence, Fix
from auditor.model.live import LiveAnswer
from auditor.model.vocabulary import Rerun, Verdict
from auditor.rulebook.book import Rulebook
from auditor.rulebook.rendering import render


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What a root cause says of a platform that is green and not there."""

    title: str
    evidence: Evidence
    fix: Fix


def contradictions(
    standings: Sequence[Standing], targets: Sequence[TargetOutcome], book: Rulebook
) -> dict[str, Contradiction]:
    """State, by platform, what the registries contradict."""
    found = {}
    for standing in standings:
        if standing.verdict in CONTRADICTED:
            target = next(t for t in targets if _is_of(t, standing))
            found[standing.platform] = _contradiction(standing, target, book)
    return found


def _is_of(target: TargetOutcome, standing: Standing) -> bool:
    return target.answer.target.platform == standing.platform and target.verdict is standing.verdict


def _contradiction(standing: Standing, target: TargetOutcome, book: Rulebook) -> Contradiction:
    answer = target.answer
    job = standing.decisive.job.name
    title = book.platforms[standing.platform].title if standing.platform in book.platforms else standing.platform
    what = f"{answer.target.package} {answer.target.version}"
    if target.verdict is Verdict.PHANTOM_SKIP:
        said, fix = (
            f"skipped as already published, but {title} does not have {what}",
            _repair_check(answer, title, book),
        )
    elif answer.missing_files:
        said, fix = f"green, but {what} on {title} is {target.note}", _publish_again(standing, answer, title)
    else:
        said, fix = f"green, but {title} does not have {what}", _publish_again(standing, answer, title)
    return Contradiction(f"`{job}`: {said}", _evidence(answer), fix)


def _evidence(answer: LiveAnswer) -> Evidence:
    return Evidence(source="registry", text=safe_line(answer.reason), url=answer.url)


def _repair_check(answer: LiveAnswer, title: str, book: Rulebook) -> Fix:
    """The existence check said "there": it asks the wrong question, and has to be able to say "missing"."""
    rules = book.platforms.get(answer.target.platform)
    known: Mapping[str, str] = {"package": answer.target.package, "version": answer.target.version}
    snippet = render(rules.check.snippet, known) if rules is not None and rules.check is not None else None
    return Fix(
        summary=(
            f"Repair the job's existence check: it took {answer.target.version} for published, and {title} does not have "
            "it. Ask for exactly this version and let only a clear answer skip the publish. A re-run of this tag repeats "
            "the same check: publish this version by hand, or release a new tag with the repaired check."
        ),
        snippet=snippet,
        docs=rules.registry.home if rules is not None else None,
        rerun=Rerun.NEEDS_NEW_TAG,
    )


def _publish_again(standing: Standing, answer: LiveAnswer, title: str) -> Fix:
    run = standing.decisive.run.id
    return Fix(
        summary=(
            f"Publish {answer.target.package} {answer.target.version} to {title} again: the job is green and nothing came of "
            "it. Look in its log for a failure that was swallowed (`|| true`, `continue-on-error`, a dry run, another "
            "registry), and re-run it."
        ),
        commands=(f"gh run view {run} --log --job {standing.decisive.job.id}",),
        rerun=Rerun.AFTER_FIX,
    )
