"""Builds raw job logs for tests, in GitHub's form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from auditor.logs.source import TextLog
from auditor.model.facts import Job, Step

START = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


class JobLog:
    """Grows a raw log and the API's job object side by side; every step takes two seconds."""

    def __init__(self, name: str = "publish", job_id: int = 1) -> None:
        self.name, self.job_id = name, job_id
        self.at = START
        self.lines: list[str] = []
        self.steps: list[Step] = []
        self.broken_off = False
        self._step("Set up job", ["Current runner version: '2.328.0'", "Prepare workflow directory"], "success")

    def run(self, name: str, script: str, output: list[str], conclusion: str = "success") -> JobLog:
        """A `run:` step: the echo of its script, then its output, then the runner's trailer if it failed."""
        head = [f"##[group]Run {script.splitlines()[0]}"]
        head += [f"\x1b[36;1m{line}\x1b[0m" for line in script.splitlines()]
        head += ["shell: /usr/bin/bash -e {0}", "##[endgroup]"]
        tail = ["##[error]Process completed with exit code 1."] if conclusion == "failure" else []
        return self._step(name, [*head, *output, *tail], conclusion)

    def uses(
        self, name: str, action: str, inputs: dict[str, str], output: list[str], conclusion: str = "success"
    ) -> JobLog:
        """A `uses:` step."""
        head = [f"##[group]Run {action}", *(["with:"] if inputs else [])]
        head += [f"  {key}: {value}" for key, value in inputs.items()]
        return self._step(name, [*head, "##[endgroup]", *output], conclusion)

    def skipped(self, name: str) -> JobLog:
        """A step whose condition was false: the API lists it, the log does not."""
        self.steps.append(Step(name=name, number=len(self.steps) + 1, status="completed", conclusion="skipped"))
        return self

    def _step(self, name: str, texts: list[str], conclusion: str) -> JobLog:
        begin = self.at
        for index, text in enumerate(texts):
            stamp = begin + timedelta(milliseconds=100 + index)
            self.lines.append(f"{stamp.strftime('%Y-%m-%dT%H:%M:%S.%f')}0Z {text}")
        self.at = begin + timedelta(seconds=2)
        number = len(self.steps) + 1
        self.steps.append(
            Step(
                name=name,
                number=number,
                status="completed",
                conclusion=conclusion,
                started_at=begin,
                completed_at=self.at,
            )
        )
        return self

    def breaks_off(self) -> JobLog:
        """Nothing is logged from here on: the runner was lost."""
        self.broken_off = True
        return self

    def text(self) -> str:
        """The raw log, as the API gives it: a byte order mark, line feeds, a last post step."""
        if not self.broken_off:
            self._step("Complete job", ["Cleaning up orphan processes"], "success")
        return "\ufeff" + "\n".join(self.lines) + "\n"

    def source(self) -> TextLog:
        """The log as a source."""
        return TextLog(f"{self.name}.log", self.text().encode())

    def job(self, conclusion: str) -> Job:
        """The API's job object; call after `text()` or `source()`."""
        return Job(
            id=self.job_id,
            run_id=7,
            name=self.name,
            status="completed",
            conclusion=conclusion,
            started_at=START,
            completed_at=self.at,
            steps=tuple(self.steps),
        )
