"""What reading a whole workflow file tells, worked out once however many of its jobs ask."""

from __future__ import annotations

from auditor.model.workflow import Workflow
from auditor.workflows.guards import Guard, find_guards
from auditor.workflows.version_source import VersionSource, version_sources


class WorkflowAnalysis:
    """Guards and version sources of the workflow files of one release, by path."""

    def __init__(self) -> None:
        self._guards: dict[str, tuple[Guard, ...]] = {}
        self._sources: dict[str, tuple[VersionSource, ...]] = {}

    def guards(self, workflow: Workflow) -> tuple[Guard, ...]:
        """The steps whose answer decides whether others run."""
        if workflow.path not in self._guards:
            self._guards[workflow.path] = find_guards(workflow)
        return self._guards[workflow.path]

    def version_sources(self, workflow: Workflow) -> tuple[VersionSource, ...]:
        """The steps that take the version from the tag."""
        if workflow.path not in self._sources:
            self._sources[workflow.path] = version_sources(workflow)
        return self._sources[workflow.path]
