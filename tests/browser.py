"""A headless Chromium for the tests of the page; tests that need one are skipped where there is none."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def browser() -> str:
    """Path of the browser; skips the test when there is none."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium is installed")
    return found


def axe_violations(program: str, page: Path, *, dark: bool) -> list[str]:
    """Run axe in the page (with its policy lifted, so that axe may run) and return what it finds, one line each."""
    axe = resources.files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
    script = (
        "axe.run(document, {resultTypes: ['violations']}).then(r => {"
        " const out = document.createElement('output'); out.id = 'told';"
        " out.textContent = JSON.stringify(r.violations.map(v => [v.id, v.nodes.map(n => n.html)]));"
        " document.body.append(out); });"
    )
    found: list[tuple[str, list[str]]] = json.loads(_told(program, page, f"{axe}\n{script}", dark=dark))
    return [f"{name}: {nodes[:3]}" for name, nodes in found]


def scroll_width(program: str, page: Path, *, width: int) -> int:
    """Width in CSS pixels that the page needs in a frame of the given width."""
    framed = page.with_name("framed.html")
    framed.write_text(
        f'<!DOCTYPE html><title>frame</title><iframe id="f" style="width:{width}px;height:800px;border:0"'
        f' srcdoc="{html.escape(_without_policy(page), quote=True)}"></iframe>',
        "utf-8",
    )
    script = (
        "window.addEventListener('load', () => { const out = document.createElement('output'); out.id = 'told';"
        " out.textContent = String(document.getElementById('f').contentDocument.documentElement.scrollWidth);"
        " document.body.append(out); });"
    )
    return int(json.loads(_told(program, framed, script)))


def _without_policy(page: Path) -> str:
    return re.sub(r"<meta http-equiv[^>]*>", "", page.read_text("utf-8"))


def _told(program: str, page: Path, script: str, *, dark: bool = False) -> Any:
    probed = page.with_name("probed.html")
    probed.write_text(_without_policy(page) + f"<script>{script}</script>", "utf-8")
    options = ["--blink-settings=preferredColorScheme=0"] if dark else []
    done = subprocess.run(
        [
            program,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            f"--user-data-dir={page.parent / 'profile'}",
            "--virtual-time-budget=20000",
            *options,
            "--dump-dom",
            probed.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    told = re.search(r'<output id="told">(.*?)</output>', done.stdout, re.DOTALL)
    assert told is not None, done.stderr[-2000:]
    return html.unescape(told.group(1))
