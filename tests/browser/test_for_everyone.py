"""What axe cannot see of WCAG 2.2 AA on the map and the pages, each by what a reader does."""

from __future__ import annotations

import pytest

from pipelines.core.files import read_table
from pipelines.publish.webmap import write_webmap
from tests.browser.test_webmap_browser import centre

pytestmark = pytest.mark.browser
SURFACE = "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"


def test_what_is_chosen_is_seen_in_forced_colours(small, opened):
    """WCAG 1.4.1: the system's colours take away ours."""
    page, _ = opened(small.built(write_webmap.OPEN), forced_colors="active")
    chosen, other = (page.locator(f"label[for=troskel-{t}]").evaluate(SURFACE) for t in (100, 30))
    assert chosen != other
    page.fill("#sok", "t")
    marked = page.locator("#sok-lista [aria-selected=true]").first.evaluate(SURFACE)
    assert marked == chosen


def test_a_hit_acts_when_it_is_let_go(small, visited):
    """WCAG 2.5.2: pressed by mistake it can be taken back by moving away."""
    page, _ = visited(small.built(write_webmap.OPEN))
    page.fill("#sok", "testby")
    box = page.locator("#sok-lista li").first.bounding_box()
    before = page.url
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    assert page.url == before
    page.mouse.move(900, 700)
    page.mouse.up()
    assert (page.url, page.locator("#sok-lista li").count() > 0) == (before, True)
    page.locator("#sok-lista li").first.click()
    assert page.url != before


def test_arrow_keys_tell_where_one_is(county, visited):
    """WCAG 4.1.3: kommun, the way from the nearest place and what holds there are read at every step."""
    page, _ = visited(county.built(write_webmap.OPEN))
    cells = read_table(county.table("oppen_rutnat_250m"))
    rutid = cells[cells["adresser_band"] == "10–19"].iloc[100]["rutid_scb"]
    page.evaluate("at => { karta.setView(at, 14, { animate: false }); }", centre(rutid))
    page.focus("#karta")
    page.keyboard.press("Enter")
    assert page.get_attribute("#fakta-kort", "role") == "status"
    known, heard = cells.set_index("rutid_scb")["kommunnamn"], []
    e, n = int(rutid[:6]), int(rutid[6:])
    for key, de in (("ArrowRight", 250), ("ArrowRight", 250), ("ArrowLeft", -250)):
        page.keyboard.press(key)
        e += de
        heard.append(page.inner_text("#fakta-kort"))
        there = known.get(f"{e:06d}{n:07d}")
        if there is not None:
            assert heard[-1].startswith(f"{there}, ")
            assert (" om " in heard[-1]) or ("nära " in heard[-1])
    assert heard[0] == heard[2] != ""


def test_a_wide_table_on_a_phone_shows_that_it_goes_on(small, visited):
    page, _ = visited(small.built(write_webmap.OPEN), 390, 844)
    wide = page.eval_on_selector_all(
        ".text .rullbar",
        "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => getComputedStyle(e).backgroundImage)",
    )
    assert wide
    assert all(image.count("gradient") == 4 for image in wide)


def test_the_worst_kommun_is_named_and_no_name_lies_under_a_button(county, visited):
    page, _ = visited(county.built(write_webmap.OPEN))
    rows = read_table(county.table("oppen_kommuner")).sort_values(["andel_100_pct", "kommunkod"])
    assert rows.iloc[0]["kommunnamn"] in page.locator(".namn span").all_inner_texts()
    hidden = page.evaluate(
        """() => { const box = (e) => e.getBoundingClientRect(), all = (s) => [...document.querySelectorAll(s)];
        const controls = all('.leaflet-control').map(box), over = (a, b) =>
          a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
        return all('.namn span').filter((n) => controls.some((c) => over(box(n), c))).map((n) => n.textContent); }"""
    )
    assert hidden == []
