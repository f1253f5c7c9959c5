"""The marker of tests that need a real server."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "realserver: against a real registry on loopback; skipped where it is not installed"
    )
