"""Registries on loopback, answering as they are documented to: `with Standin() as standin: standin.at("/path", Answer(…))`."""

from tests.registry_standin.answers import Answer, Seen
from tests.registry_standin.server import Standin

__all__ = ["Answer", "Seen", "Standin"]
