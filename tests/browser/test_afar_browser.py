"""The län seen from afar, in Chromium: kommuner coloured by their published share, until cells can be seen."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from pipelines.core.files import read_table
from pipelines.core.level import Level
from pipelines.publish.webmap import write_webmap
from tests.browser.test_webmap_browser import BARE, T, centre, colour, facts, map_pixels

pytestmark = pytest.mark.browser
STEPS = (80, 90, 95, 98)
SCREENS = {
    "dator": {"width": 1280, "height": 800, "color_scheme": "light"},
    "telefon": {"width": 390, "height": 844, "color_scheme": "dark", "device_scale_factor": 3},
}


@pytest.fixture(scope="module")
def inland(county) -> dict[str, str]:
    """Of each kommun a cell (its SCB id) that lies among the kommun's own cells, if any does: the farthest in."""
    cells = read_table(county.table("oppen_rutnat_250m"), ["rutid_scb", "kommunkod"])
    ids = cells["rutid_scb"].astype("int64").to_numpy()
    column, row = ids // 10**7 // 250, ids % 10**7 // 250
    column, row = column - column.min() + 8, row - row.min() + 8
    code = cells["kommunkod"].astype(int).to_numpy()
    raster = np.zeros((column.max() + 9, row.max() + 9), dtype=int)
    raster[column, row] = code
    same = np.ones(len(code), dtype=bool)
    for far in (2, 4, 8):
        for de, dn in ((-far, 0), (far, 0), (0, -far), (0, far), (far, far), (-far, -far), (far, -far), (-far, far)):
            same &= raster[column + de, row + dn] == code
    return cells[same].drop_duplicates("kommunkod").set_index("kommunkod")["rutid_scb"].to_dict()


def step(share: float) -> int:
    """The step of colour, from the lowest; -1 where the share is not published."""
    return -1 if share != share else sum(share >= end for end in STEPS)


def where(page, rutid: str) -> list[float]:
    return page.evaluate("at => { const p = karta.latLngToContainerPoint(at); return [p.x, p.y]; }", centre(rutid))


@pytest.mark.parametrize("screen", SCREENS)
def test_kommuner_have_the_colour_of_their_share_are_counted_and_chosen(county, inland, opened, visited, screen):
    options = SCREENS[screen]
    page, seen = (visited if screen == "dator" else opened)(county.built(write_webmap.OPEN), **options)
    told = read_table(county.table("oppen_kommuner")).set_index("kommunkod")
    for measure, mbit in (("tillgang", 100), ("passerad", 1000)):
        page.click(f"#troskel-{mbit}")
        page.click(f"#matt-{measure}")
        of = told[Level(measure, mbit).share].map(step)
        pixels, ratio = map_pixels(page), options.get("device_scale_factor", 1)
        looked = 0
        for code, rutid in inland.items():
            x, y = (int(v * ratio) for v in where(page, rutid))
            if not (0 <= x < pixels.shape[1] and 0 <= y < pixels.shape[0]):
                continue
            name = "--klass-ej_redovisad" if of[code] < 0 else f"--band-{4 - of[code]}"
            assert tuple(pixels[y, x]) == colour(page, name), (code, measure)
            looked += 1
        assert looked > 35
        rows = page.eval_on_selector_all("#legend li", "all => all.map(e => e.innerText.split('\\n').pop())")
        many = Counter(of)
        assert [int(x) for x in rows[:5]] == [many.get(k, 0) for k in range(5)]
        assert page.inner_text("#legend-antal") == T["legend_antal_kommuner"].format(antal=49)
        assert not page.locator("#monster").is_visible()
    page.click("#troskel-100")
    page.click("#matt-tillgang")
    a_click_chooses_the_kommun_and_escape_leaves_it(page, told, inland, screen)
    assert seen.messages == []


def test_zoomed_in_and_in_other_layers_cells_are_shown_and_the_legend_says_so(county, visited):
    page, _ = visited(county.built(write_webmap.OPEN))

    def title() -> str:
        return page.inner_text("#legend-titel")

    afar, near = (T[f"legend_{k}"].format(troskel=100, matt="tillgång") for k in ("kommuner", "klass"))
    assert title() == afar
    for zoom, said in ((9, afar), (9.5, near), (8, afar), (12, near)):
        page.evaluate("z => { karta.setView([58.2, 12.7], z, { animate: false }); }", zoom)
        assert title() == said, zoom
    page.click("#hela-lanet")
    page.wait_for_function("t => document.querySelector('#legend-titel').textContent === t", arg=afar)
    page.click("#visa-omraden")
    assert title() == near
    page.click("#visa-omraden")
    page.click("#lager-plan")
    assert title() not in (afar, near)


def a_click_chooses_the_kommun_and_escape_leaves_it(page, rows, inland, screen) -> None:
    frame = page.locator("#karta").bounding_box()
    page.mouse.click(*(a + b for a, b in zip((frame["x"], frame["y"]), where(page, inland["1490"]), strict=True)))
    assert page.inner_text("#fakta h4:first-child") == "Borås"
    assert facts(page)["jamfor_kommun"] == f"{rows.loc['1490', 'andel_100_pct']:.1f}\u202f%".replace(".", ",")
    assert "kommun=1490" in page.url
    page.wait_for_timeout(400)
    if screen == "telefon":
        sheet, y = page.locator(".fakta.oppen").bounding_box(), where(page, inland["1490"])[1]
        assert page.locator("#karta").bounding_box()["y"] + y < sheet["y"], "what was chosen is in sight"
    edged = (np.abs(map_pixels(page, BARE) - np.array(colour(page, "--markering"))).max(axis=-1) <= 2).sum()
    assert edged > 50
    page.focus("#karta")
    page.keyboard.press("Escape")
    assert T["fakta_tom"] in page.inner_text("#fakta")
    page.keyboard.press("Enter")  # what is under the crosshair
    assert page.locator("#fakta .kort-andel").is_visible()
    assert "rutid_scb" not in facts(page)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1920, 1080), (1024, 768), (390, 844)])
def test_the_county_fills_the_map_it_opens_in(county, opened, width, height):
    """The drawn outline, of the width or height that it fills more: at most an eighth of a zoom is lost."""
    page, _ = opened(county.built(write_webmap.OPEN), width, height)
    frame, outline = (page.locator(x).bounding_box() for x in ("#karta", "path.lansgrans"))
    filled = [outline[side] / frame[side] for side in ("width", "height")]
    assert 2 ** (-1 / 8) - 0.02 < max(filled) <= 1
    inside = outline["x"] >= frame["x"] - 1 and outline["y"] >= frame["y"] - 1
    assert inside and outline["y"] + outline["height"] <= frame["y"] + frame["height"] + 1
