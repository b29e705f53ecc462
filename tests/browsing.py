"""Headless Chromium for tests: what a page looks like, and what an accessibility checker finds.

The checker is put into a copy of the page; `npm ci --prefix tests/browser` installs it.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
AXE = Path(__file__).parent / "browser/node_modules/axe-core/axe.min.js"
# Only a user's own machine may go without; where tests must be complete this is set.
_MUST = "WORKBOOK_TOOLS_TESTS_NEED_BROWSER" in os.environ
needs_browser = pytest.mark.skipif(
    (CHROMIUM is None or not AXE.exists()) and not _MUST,
    reason="Chromium or axe-core is not installed",
)

# What is measured besides: sideways scrolling of the page, and what it asked the network for.
_RUN = """
axe.run(document, {resultTypes: ["violations"]}).then(found => {
  const told = {
    violations: found.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 200))]),
    passes: found.passes.length,
    wide: document.documentElement.scrollWidth,
    window: window.innerWidth,
    requests: performance.getEntriesByType("resource").map(e => e.name),
  };
  const kept = parent.document.createElement("pre");
  kept.id = "told";
  kept.textContent = JSON.stringify(told);
  parent.document.body.replaceChildren(kept);
});
"""


def looked_at(page: bytes, width: int) -> dict[str, Any]:
    """What axe-core finds in a page of that width, and what else was measured."""
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.decode("utf-8"))
    scripts = f"<script>{AXE.read_text('utf-8')}</script><script>{_RUN}</script></body>"
    head, _, tail = text.rpartition("</body>")
    # A window is never narrower than 500 pixels, a frame is.
    framed = html.escape(head + scripts + tail)
    frame = f'<iframe style="border:0" width="{width}" height="900" srcdoc="{framed}"></iframe>'
    outer = f'<!DOCTYPE html><html lang="ja"><title>test</title><body>{frame}</body></html>'
    dom = _chromium(outer, 1600, "--dump-dom", "--virtual-time-budget=30000")
    found = re.search(r'<pre id="told">(.*?)</pre>', dom, re.DOTALL)
    assert found, dom[-2000:]
    told: dict[str, Any] = json.loads(html.unescape(found[1]))
    return told


def screenshot(page: bytes, width: int, height: int, path: Path) -> None:
    """A picture of a page's beginning."""
    _chromium(page.decode("utf-8"), width, f"--screenshot={path}", height=height)


def _chromium(text: str, width: int, *what: str, height: int = 1000) -> str:
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = Path(folder) / "page.html"
        page.write_text(text, "utf-8")
        done = subprocess.run(
            [
                CHROMIUM,
                *("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
                *(f"--user-data-dir={folder}/profile", f"--window-size={width},{height}"),
                *what,
                page.as_uri(),
            ],
            capture_output=True,
            encoding="utf-8",
            check=True,
            timeout=180,
        )
    return done.stdout
