"""Measures how long asking many registries takes, against stand-ins on loopback that answer after 200 ms.

`python -m benchmarks.registries` prints the table. The target: 30 targets in at most 3 times what the slowest takes alone.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack

from auditor.config.settings import RegistrySettings
from auditor.model.live import Target
from auditor.model.vocabulary import LiveState
from auditor.registries.ask import ask
from auditor.registries.settings import Settings
from auditor.rulebook.registry_schema import Registry
from tests.registry_standin import Answer, Standin
from tests.registry_standin.asking import shipped, target

LATENCY = 0.2
TARGETS = 30
MOST = 3.0
_RECORD = {"number": "1.0.0", "platform": "ruby", "sha": "ab" * 32, "created_at": "2026-03-01T10:00:00Z"}


def main() -> None:
    """Print a row for each way in which the targets are spread over hosts."""
    print(f"registries, {LATENCY * 1000:.0f} ms for every answer, {TARGETS} targets of two requests each")
    for hosts in (30, 10, 3, 1):
        alone, together = measured(hosts)
        ratio = together / alone
        target_of = f"   (at most {MOST:.0f}: {'held' if ratio <= MOST else 'MISSED'})" if hosts >= 10 else ""
        print(
            f"  on {hosts:2} host{'s' if hosts > 1 else ' '}: slowest alone {alone * 1000:5.0f} ms,"
            f" all {together * 1000:6.0f} ms, ratio {ratio:5.2f}{target_of}"
        )


def measured(hosts: int) -> tuple[float, float]:
    """Seconds that the slowest target takes alone, and that all take together, evenly spread over so many hosts."""
    with ExitStack() as stack:
        servers = [stack.enter_context(Standin(f"127.0.0.{number}")) for number in range(2, 2 + hosts)]
        targets = [target(f"gems-{number % hosts}", f"thing{number}", "1.0.0") for number in range(TARGETS)]
        for number, one in enumerate(targets):
            server = servers[number % hosts]
            answers = {
                f"/api/v1/versions/{one.package}.json": [_RECORD],
                f"/api/v1/gems/{one.package}.json": {"name": one.package, "version": "1.0.0"},
            }
            for path, value in answers.items():
                made = Answer.json(value)
                server.at(path, Answer(200, made.body, made.headers, delay=LATENCY))
        registry: Registry = shipped("rubygems")
        settings = Settings(
            registries={f"gems-{number}": registry for number in range(hosts)},
            access={
                f"gems-{number}": RegistrySettings(url=server.url, allow_private=True)
                for number, server in enumerate(servers)
            },
        )
        seconds(targets[:1], settings)
        alone = max(seconds([one], settings) for one in targets[:5])
        return alone, seconds(targets, settings)


def seconds(targets: Sequence[Target], settings: Settings) -> float:
    """Wall time of one `ask`. Raises `RuntimeError` when an answer is not the right one: errors are fast."""
    began = time.perf_counter()
    answers = ask(targets, settings)
    took = time.perf_counter() - began
    if {answer.state for answer in answers} != {LiveState.LIVE}:
        raise RuntimeError(f"not all are live: {answers[0].reason}")
    return took


if __name__ == "__main__":
    main()
