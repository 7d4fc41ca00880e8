"""Measure a page in Chromium: first picture, when all answers, switches, zoom, heap.

For ``make bench`` and the browser tests.
Run alone: ``python -m pipelines.publish.webmap.webmap_measure PAGE.html …``. Needs the test environment (Playwright)
and Chromium, named in ``CHROMIUM`` or on the path.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

GOALS = {"size_mb": 4, "first_ms": 800, "slowed_ms": 1800, "switch_ms": 120, "zoom_ms": 150, "heap_mb": 60}
"""What the map must hold on the full county, headless and without a GPU; slowed: the first picture, by SLOWED."""
SLOWED = 4
_SWITCH = """async () => { const all = [];
  const of = (name) => [...document.querySelectorAll(`input[name=${name}]`)], speeds = of('troskel');
  const steps = [
    speeds.at(-1), ...of('lager').reverse(), ...of('matt').slice(1), speeds[0], ...of('omraden'), speeds[1]];
  for (const step of steps.filter(Boolean)) {
    const t = performance.now(); step.click();
    all.push(performance.now() - t); await new Promise((done) => setTimeout(done, 60)); }
  return all; }"""
_ZOOM = """async () => { const all = [];
  for (const z of [8, 10, 12, 14, 16]) { const t = performance.now();
    karta.setView([58.02, 12.75], z, { animate: false });
    const drawn = performance.now() - t;
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    all.push([drawn, performance.now() - t]); await new Promise((done) => setTimeout(done, 60)); }
  return all; }"""
"""Until the map has drawn the picture, as for a switch, and until the browser has handed its frame over."""


def first_picture(page: Any) -> int:
    """Return when an open, ready page had its first picture (ms)."""
    drawn = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    return round(max(drawn, page.evaluate("bredband.readyAt")))


def measured(page: Any) -> dict[str, float]:
    """Return the figures of GOALS for an open, ready page; of switches and zooms the worst."""
    first = first_picture(page)
    switch = page.evaluate(_SWITCH)
    drawn, shown = (round(max(times)) for times in zip(*page.evaluate(_ZOOM), strict=True))
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")
    heap = used["usedSize"] + used["embedderHeapUsedSize"] + used["backingStorageSize"]
    return {
        "first_ms": first,
        "answers_ms": round(page.evaluate("bredband.answersAt")),
        "switch_ms": round(max(switch)),
        "zoom_ms": drawn,
        "zoom_shown_ms": shown,
        "heap_mb": round(heap / 1e6, 1),
    }


def main(files: list[Path]) -> int:
    """Print each page's figures beside the goals; return 1 when one is not held."""
    from playwright.sync_api import sync_playwright

    held = True
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--headless", "--no-sandbox", "--disable-gpu"],
        )
        for file in files:
            found = {"size_mb": round(file.stat().st_size / 1e6, 2)}
            found |= {"slowed_ms": first_picture(_opened(browser, file, SLOWED)), **measured(_opened(browser, file))}
            held &= all(found[k] <= v for k, v in GOALS.items())
            print(f"{file.name}: " + ", ".join(f"{k} {v}{_goal(k)}" for k, v in found.items()))
        browser.close()
    return 0 if held else 1


def _goal(name: str) -> str:
    return f" (mål {GOALS[name]})" if name in GOALS else ""


def _opened(browser: Any, file: Path, slowed: int = 1) -> Any:
    page = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True).new_page()
    if slowed > 1:
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    page.goto(file.resolve().as_uri())
    page.wait_for_selector("html[data-klar=ja]", timeout=60_000)
    return page


if __name__ == "__main__":
    sys.exit(main([Path(a) for a in sys.argv[1:]]))
