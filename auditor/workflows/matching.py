"""Matches the job names of a run back to the jobs of its workflow files.

The API gives a job only its display name; see `job_names` for how GitHub makes it. A name goes to at most one job, a
leg of a matrix to at most one name; a name that two jobs explain equally well is matched to neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.model.workflow import Workflow, WorkflowJob
from auditor.workflows.graph import Chain, plain_path
from auditor.workflows.job_names import LONGEST_NAME, How, NameForm, Parts, expected_names

MOST_NAMES = 1_000
_MOST_OPEN = 200
_LONGEST = 600
_SEPARATOR = " / "


@dataclass(frozen=True, slots=True)
class JobMatch:
    """The job behind a name. `path` is the file that holds the last job id of `chain`."""

    path: str
    chain: Chain
    """Job ids from the run's workflow inwards; the last one is the job's own, or the caller's when `job` is nothing."""
    job: WorkflowJob | None
    """Nothing when the job stands in a called workflow whose text is not known."""
    how: How
    matrix: str | None = None
    """The matrix values as GitHub lists them, `ubuntu-latest, 20`; of caller and job joined by ` / `."""
    values: Mapping[str, Any] | None = None
    """The leg's matrix values, where the matrix is static."""


def match_jobs(
    run_path: str, workflows: Iterable[Workflow], job_names: Iterable[str], repository: str | None = None
) -> dict[str, JobMatch]:
    """Match names to jobs; a name that fits nothing, or two jobs equally well, is left out.

    `run_path` is the run's `path`, with or without `@ref`. `repository` (`owner/repo`) lets calls that spell the own
    repository out be followed. Exact names win over templates, templates over callers that are all that is known.
    """
    names = list(dict.fromkeys(name for name in job_names if len(name) <= _LONGEST))[:MOST_NAMES]
    forms = expected_names(plain_path(run_path), {workflow.path: workflow for workflow in workflows}, repository)
    matched: dict[str, JobMatch] = {}
    used: set[int] = set()
    for how in sorted(How, reverse=True):
        tier = [index for index, form in enumerate(forms) if form.how is how and index not in used]
        open_names = [name for name in names if name not in matched]
        wishes = _wishes(open_names, forms, tier)
        for name, index in _assign(wishes, forms).items():
            form = forms[index]
            used.add(index)
            matrix = form.matrix or _shown_matrix(name, form)
            matched[name] = JobMatch(form.path, form.chain, form.job, form.how, matrix, form.values)
    return {name: matched[name] for name in names if name in matched}


def _shown_matrix(name: str, form: NameForm) -> str | None:
    """Read the values of a dynamic matrix off the name, where a suffix is all that is open in it."""
    dynamic = form.job is not None and form.job.matrix is not None and form.job.matrix.combos is None
    if not dynamic or form.how is not How.TEMPLATE or form.parts[-2:] != (None, ")") or None in form.parts[:-2]:
        return None
    return name[sum(len(part or "") for part in form.parts[:-2]) :].removesuffix(")")


def _wishes(names: Sequence[str], forms: Sequence[NameForm], tier: Sequence[int]) -> dict[str, list[int]]:
    """Return, by name, the forms of one tier that fit, the most specific first."""
    whole: dict[str, list[int]] = {}
    open_forms = []
    for index in tier:
        text = forms[index].text
        if text is None:
            open_forms.append(index)
        else:
            whole.setdefault(text, []).append(index)
    wishes = {}
    for name in names:
        fitting = whole.get(name, []) or [index for index in open_forms[:_MOST_OPEN] if _fits(name, forms[index])]
        if fitting:
            wishes[name] = sorted(fitting, key=lambda index: -forms[index].literal)
    return wishes


def _assign(wishes: Mapping[str, list[int]], forms: Sequence[NameForm]) -> dict[str, int]:
    """Give as many names as possible a form each, the most specific they can have, and drop what is a coin toss."""
    holder: dict[int, str] = {}
    chosen: dict[str, int] = {}
    for name in sorted(wishes, key=lambda one: (len(wishes[one]), -forms[wishes[one][0]].literal)):
        _place(name, wishes, forms, holder, chosen)
    return {name: index for name, index in chosen.items() if not _tossed(name, wishes, forms, holder, chosen)}


def _place(
    name: str,
    wishes: Mapping[str, list[int]],
    forms: Sequence[NameForm],
    holder: dict[int, str],
    chosen: dict[str, int],
) -> bool:
    """Find a form for a name, moving earlier ones along if need be (one augmenting path, breadth first)."""
    came: dict[int, tuple[str, int | None]] = {}
    queue: list[tuple[str, int | None]] = [(name, None)]
    for current, freed in queue:
        for index in wishes[current]:
            if index in came:
                continue
            came[index] = (current, freed)
            if forms[index].many or index not in holder:
                _shift(index, came, forms, holder, chosen)
                return True
            queue.append((holder[index], index))
    return False


def _shift(
    index: int | None,
    came: Mapping[int, tuple[str, int | None]],
    forms: Sequence[NameForm],
    holder: dict[int, str],
    chosen: dict[str, int],
) -> None:
    while index is not None:
        name, freed = came[index]
        chosen[name] = index
        if not forms[index].many:
            holder[index] = name
        index = freed


def _tossed(
    name: str,
    wishes: Mapping[str, list[int]],
    forms: Sequence[NameForm],
    holder: Mapping[int, str],
    chosen: Mapping[str, int],
) -> bool:
    """Tell whether another job would explain the name as well and could have had it."""
    mine = chosen[name]
    for other in wishes[name]:
        if forms[other].chain == forms[mine].chain or forms[other].literal != forms[mine].literal:
            continue
        rival = holder.get(other)
        if rival is None or rival == name or mine in wishes.get(rival, ()):
            return True
    return False


def _fits(name: str, form: NameForm) -> bool:
    if form.how is not How.PREFIX:
        return fits(name, form.parts)
    # Behind a caller whose workflow is not known anything may stand, further levels included.
    caller = form.parts[:-2]
    ends = [at for at in range(len(name)) if name.startswith(_SEPARATOR, at)]
    return any(len(name[:at]) in _reach(name[:at], caller, whole=True) for at in ends)


def fits(name: str, parts: Parts) -> bool:
    """Tell whether a name has the form of `parts`; an open part never spans a ` / `, which separates callers.

    A name cut by GitHub (100 units ending in `...`) fits when what is left of it is the beginning of the form.
    """
    first, last = (parts[0], parts[-1]) if parts else (None, None)
    if name.startswith(first or "") and name.endswith(last or "") and len(name) in _reach(name, parts, whole=True):
        return True
    cut = name.endswith("...") and len(name.encode("utf-16-le", "replace")) >= 2 * LONGEST_NAME
    return cut and len(name) - 3 in _reach(name[:-3], parts, whole=False)


def _reach(name: str, parts: Parts, whole: bool) -> set[int]:
    """Return the positions in the name that can be reached; when not `whole`, its end counts wherever it is reached."""
    at = {0}
    for part in parts:
        if part is None:
            at = _stretched(name, at)
        else:
            if not whole and any(part.startswith(name[start:]) for start in at):
                return {len(name)}
            at = {start + len(part) for start in at if name.startswith(part, start)}
        if not at:
            break
        if not whole and len(name) in at:
            return at
    return at


def _stretched(name: str, starts: set[int]) -> set[int]:
    reached: set[int] = set()
    for start in sorted(starts):
        if start in reached:
            continue
        wall = name.find(_SEPARATOR, start)
        reached.update(range(start, (len(name) if wall < 0 else wall) + 1))
    return reached
