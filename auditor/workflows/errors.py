"""The one error that reading a workflow file raises."""

from __future__ import annotations


class WorkflowError(ValueError):
    """A workflow file that cannot be read. The message is `path:line: sentence`; `line` counts from 1."""

    def __init__(self, path: str, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason
