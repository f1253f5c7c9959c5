"""The seam through which collecting tells how far it is. Whoever shows it lives in `auditor.cli`."""

from __future__ import annotations

from typing import Literal, Protocol

Kind = Literal["runs", "jobs", "logs", "files"]


class Progress(Protocol):
    """Told what is found, what is done, and what it costs."""

    def found(self, kind: Kind, number: int) -> None:
        """So many more are to be had."""

    def done(self, kind: Kind, number: int = 1) -> None:
        """So many more are here, or known not to be had."""

    def received(self, size: int) -> None:
        """So many more bytes came."""

    def asked(self, remaining: int | None, limit: int | None) -> None:
        """One more request was answered; requests that GitHub still allows, if it says so."""

    def note(self, text: str) -> None:
        """Something a person wants to know now, such as a wait."""


class Silent:
    """Shows nothing."""

    def found(self, kind: Kind, number: int) -> None:
        """Show nothing."""

    def done(self, kind: Kind, number: int = 1) -> None:
        """Show nothing."""

    def received(self, size: int) -> None:
        """Show nothing."""

    def asked(self, remaining: int | None, limit: int | None) -> None:
        """Show nothing."""

    def note(self, text: str) -> None:
        """Show nothing."""
