"""Quotes the proof behind a judgement: the log line, the workflow line, or what the API says."""

from __future__ import annotations

from auditor.diagnose.execution import Execution
from auditor.diagnose.step_reading import StepReading
from auditor.diagnose.telling import best_line
from auditor.logs.quote import excerpt
from auditor.logs.redact import safe_line, safe_line_with
from auditor.model.evidence import Evidence, ExcerptLine, RuleMatch
from auditor.model.facts import ReleaseFacts
from auditor.model.vocabulary import Classification, SkipReason
from auditor.rulebook.reading import Hit

_BY_NEEDS = (SkipReason.FAILED_NEED, SkipReason.INHERITED_SKIP, SkipReason.CANCELLED_BEFORE_START)


class Quoting:
    """Makes evidence for the jobs of one release."""

    def __init__(self, facts: ReleaseFacts) -> None:
        self._blob = f"{facts.repository.html_url}/blob/{facts.commit or facts.tag}"

    def of(self, execution: Execution) -> Evidence | None:
        """The evidence behind an execution's classification, or None when there is only GitHub's colour."""
        if execution.evidence is not None:
            return execution.evidence
        judged = execution.judged
        if judged.hit is not None:
            return self.line(execution, judged.step, judged.hit.number, judged.hit.text, judged.hit.words)
        found = None
        if judged.classification is Classification.UNKNOWN_FAILURE:
            found = self._telling(execution)
        if found is None and judged.line is not None:
            found = self.line(execution, judged.step, judged.line.number, judged.line.text)
        if found is None and execution.skip is not None:
            return self._condition(execution)
        return found

    def line(self, execution: Execution, step: StepReading | None, number: int, text: str, words: str = "") -> Evidence:
        """Evidence that is one line of the job's own log, with a permalink to it; of a long one, where `words` stand."""
        first, last = (step.first, max(step.last, number)) if step is not None and step.first else (number, number)
        step_number = step.number if step is not None else None
        step_line = number - first + 1 if step is not None and step.first else None
        url = execution.job.html_url
        if url and step_number is not None and step_line is not None:
            url = f"{url}#step:{step_number}:{step_line}"
        quoted: tuple[ExcerptLine, ...] = ()
        if execution.source is not None:
            try:
                quoted = excerpt(execution.source, number, first, last)
            except OSError:
                quoted = ()
        return Evidence(
            source="log" if execution.source is not None else "api",
            text=safe_line_with(words, text),
            job=safe_line(execution.job.name, 200),
            job_id=execution.job.id,
            step=safe_line(step.name, 200) if step is not None else None,
            step_number=step_number,
            line=number if execution.source is not None else None,
            step_line=step_line if execution.source is not None else None,
            url=url,
            excerpt=quoted,
        )

    def in_workflow(self, path: str, line: int, text: str) -> Evidence:
        """Evidence that is one line of a workflow file."""
        return Evidence(
            source="workflow",
            text=safe_line(text),
            path=safe_line(path, 200),
            line=line,
            url=f"{self._blob}/{path}#L{line}",
        )

    def match(self, execution: Execution, hit: Hit) -> RuleMatch | None:
        """A contributing line."""
        from auditor.diagnose.choice import failure

        rule = failure(hit)
        if rule is None:
            return None
        step = execution.judged.step
        return RuleMatch(
            rule=hit.rule.id,
            classification=rule.classification,
            role=rule.role,
            evidence=self.line(execution, step, hit.number, hit.text, hit.words).model_copy(update={"excerpt": ()}),
            captures={name: safe_line(value, 200) for name, value in hit.captures.items()},
        )

    def _telling(self, execution: Execution) -> Evidence | None:
        step, source = execution.judged.step, execution.source
        if step is None or source is None or not step.first:
            return None
        try:
            found = best_line(source, *step.output)
        except OSError:
            return None
        return self.line(execution, step, found.number, found.text.removeprefix("##[error]")) if found else None

    def _condition(self, execution: Execution) -> Evidence | None:
        """The `if:` or `needs:` line that kept a job from running."""
        workflow = execution.workflow
        job = execution.workflow_job
        if workflow is None or job is None:
            return None
        needs = job.needs and execution.skip is not None and execution.skip.reason in _BY_NEEDS
        if job.condition is not None and not needs:
            return self.in_workflow(workflow.path, job.condition.line, f"if: {job.condition.text}")
        if job.needs:
            return self.in_workflow(workflow.path, job.needs[0].line, f"needs: {', '.join(job.need_ids)}")
        return None
