"""The pictures of README, taken of a finished edition: ``python -m tests.browser.readme_pictures MAPS``.

Needs the test environment and Chromium, as the tests of the browser do. Writes into ``docs/bild``; look at each before
it is committed.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from pathlib import Path

from PIL import Image

BILD = Path("docs/bild")
KOMMUN = "1438"
"""The kommun of the page and the phone; the large map has the lowest share of all."""
PHONE = {"width": 390, "height": 844, "ratio": 3}
PHONE_PX, GAP_PX = (520, 1125), 40


def main(maps: Path) -> None:
    """Take every picture of the edition in ``maps``."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--headless", "--no-sandbox", "--disable-gpu"],
        )

        def taken(name: str, act: str = "", width: int = 1280, height: int = 800, ratio: float = 1) -> Image.Image:
            size = {"width": width, "height": height}
            page = browser.new_context(
                viewport=size, device_scale_factor=ratio, offline=True, reduced_motion="reduce"
            ).new_page()
            page.goto((maps / name).resolve().as_uri())
            if name == "bredbandskarta.html":
                page.wait_for_selector("html[data-grund=ja]")
            page.evaluate(f"() => {{ {act} }}")
            page.wait_for_timeout(500)
            return Image.open(io.BytesIO(page.screenshot()))

        chosen = "bredband.view.showPlace(bredband.view.names.find((x) => x.kind === 'kommun' && {}))"
        lowest = "x.code === bredband.data.json('sida').samst"
        plan = "document.querySelector('#plan').scrollIntoView()"
        whole = "bredband.view.map.fitBounds(bredband.view.bounds, { animate: false })"
        _save("karta", taken("bredbandskarta.html", f"{chosen.format(lowest)}; {whole}"))
        _save("plan", taken("bredbandskarta.html", plan, height=640))
        _save("kommun", taken(f"kommuner/{KOMMUN}.html", height=1240), few=False)
        shown = chosen.format(f"x.code === '{KOMMUN}'")
        _save("telefon", _beside(*(taken("bredbandskarta.html", act, **PHONE) for act in (shown, plan))))
        browser.close()
    with Image.open(maps / "kartor/lan_100.png") as sheet:
        _save("lan_100", sheet.convert("RGB").resize((1400, 990), Image.Resampling.LANCZOS))


def _beside(*pictures: Image.Image) -> Image.Image:
    wide, high = PHONE_PX
    made = Image.new("RGB", (len(pictures) * (wide + GAP_PX) - GAP_PX, high), "white")
    for k, picture in enumerate(pictures):
        made.paste(picture.resize(PHONE_PX, Image.Resampling.LANCZOS), (k * (wide + GAP_PX), 0))
    return made


def _save(name: str, picture: Image.Image, *, few: bool = True) -> None:
    """Write it; ``few``: in 256 colours, a third of the size, where the legend's stay apart."""
    made = picture.convert("RGB")
    if few:
        made = made.quantize(256, kmeans=8, dither=Image.Dither.NONE)
    made.save(BILD / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
