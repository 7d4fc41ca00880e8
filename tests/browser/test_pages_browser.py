"""Kommun pages, the entry page and the statement in Chromium: to see, by keyboard, on a phone, on one A4."""

from __future__ import annotations

import io
import sys
import unicodedata
from pathlib import Path

import pytest
from pypdf import PdfReader

sys.path.insert(0, str(Path(__file__).parents[1] / "publish"))
import pages_county

pytestmark = pytest.mark.browser
PAGES = ("kommuner/1401.html", "kommuner/1480.html", "index.html", "tillganglighet.html")
ENGLISH = ("kommuner/1401.en.html", "index.en.html")
"""Axe looks at these in tests of every page."""
NOT_ON_PAPER = (
    "Mer om kommunen",
    "Avstämning mot publicerade tal",
    "More on the municipality",
    "Beside published figures",
)
SIZES = {"dator": (1280, 800), "telefon": (390, 844)}


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    return pages_county.build(tmp_path_factory.mktemp("sidor"))[1]


@pytest.fixture
def show(county, opened):
    return lambda name, *size, **more: opened(county.built(f"maps/{name}"), *size, wait=False, **more)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_nobody_is_asked_and_hostile_names_do_nothing(show, violations, name, size):
    page, seen = show(name, *SIZES[size], color_scheme="light")
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, only_colours=True) == []
    assert seen.messages == []
    assert seen.dialogs == []
    assert [r for r in seen.requests if not r.startswith("data:")] == [page.url]


@pytest.mark.parametrize("name", (*PAGES, *ENGLISH))
def test_at_320_pixels_nothing_runs_over_the_edge(show, name):
    page, _ = show(name, 320, 640)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    cut = page.evaluate(
        """() => [...document.querySelectorAll('main *, header *, footer *')].filter((e) =>
          !e.closest('.rullbar, svg, .dold, .hoppa, [hidden]') && e.getBoundingClientRect().right > 320.5)
          .map((e) => e.outerHTML.slice(0, 80))"""
    )
    assert cut == []


@pytest.mark.parametrize("name", (*PAGES, *ENGLISH))
def test_on_a_desktop_every_table_is_seen_whole(show, name):
    page, _ = show(name, *SIZES["dator"])
    hidden = page.evaluate(
        """() => [...document.querySelectorAll('.rullbar')].filter((e) => e.scrollWidth > e.clientWidth)
          .map((e) => `${e.outerHTML.slice(0, 80)}: ${e.scrollWidth} of ${e.clientWidth}`)"""
    )
    assert hidden == []


@pytest.mark.parametrize("code", ["1401", "1480", "1401.en"])
def test_a_kommun_page_prints_on_one_a4_with_everything_on_it(show, code):
    page, _ = show(f"kommuner/{code}.html", color_scheme="dark")
    sheet = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(sheet.pages) == 1
    box = sheet.pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) in {(595, 842), (596, 842), (595, 841)}
    text = unicodedata.normalize("NFKC", sheet.pages[0].extract_text())  # letters joined by the font are letters
    for heading in page.locator("h2:visible").all_text_contents():
        if heading not in NOT_ON_PAPER:
            assert heading.split()[0] in text, heading
    assert "DEMO" in text
    told = "Beside published figures: " if code.endswith(".en") else "Avstämt mot publicerade tal: "
    assert (told in text) == code.startswith("1401"), "in words, not the whole table"
    if code.startswith("1401"):
        assert page.locator(".brist tbody tr").count() == 4, "all the projects of the kommun"


@pytest.mark.parametrize("name", ["index.html", "index.en.html"])
def test_the_entry_page_opens_with_the_picture_what_to_quote_and_the_trend(show, name):
    """All of it is in sight on a laptop, beside each other; on a phone the picture comes first."""
    page, _ = show(name, 1280, 800)
    assert page.locator(".mening").count() == 3
    for part in (".bilden svg", ".mening:last-of-type", ".bredvid svg.diagram"):
        box = page.locator(part).bounding_box()
        assert box["y"] > 0 and box["y"] + box["height"] <= 800, part
    phone, _ = show(name, 390, 844)
    box = phone.locator(".bilden svg").bounding_box()
    assert box["y"] + box["height"] <= 844


def test_the_table_sorts_and_searches_by_keyboard(show):
    page, _ = show("index.html")
    names = "#kommuntabell tbody tr:not([hidden]) th"
    assert page.locator(names).all_text_contents() == [pages_county.HOSTILE, "Testby"]
    page.locator("#kommuntabell thead button").nth(1).focus()
    page.keyboard.press("Enter")
    assert page.locator(names).all_text_contents() == [pages_county.HOSTILE, "Testby"], "30 households before 640"
    page.keyboard.press("Enter")
    assert page.locator(names).all_text_contents() == ["Testby", pages_county.HOSTILE]
    assert page.locator("#kommuntabell thead th").nth(1).get_attribute("aria-sort") == "descending"
    page.locator("#sok").focus()
    page.keyboard.type("TEST")
    assert page.locator(names).all_text_contents() == ["Testby"]
    assert page.locator("#traffar").text_content() == "1 av 2 kommuner visas."
    page.keyboard.press("Control+A")
    page.keyboard.type("1480")
    assert page.locator(names).all_text_contents() == [pages_county.HOSTILE]


def test_the_projects_sort_by_keyboard_and_without_script_nothing_looks_as_if_they_did(show):
    page, seen = show("kommuner/1401.html")
    rows = ".brist tbody tr"

    def column(k):
        return page.eval_on_selector_all(f"{rows} > :nth-child({k})", "all => all.map(e => e.dataset.v)")

    headings = page.locator(".brist thead button")
    assert headings.count() == 7
    assert page.locator(".brist [aria-sort]").all_text_contents() == [headings.nth(0).inner_text()]
    for k, name in enumerate(headings.all_inner_texts()):
        headings.nth(k).focus()
        for way in ("ascending", "descending"):
            if k or way == "descending":
                page.keyboard.press("Enter")
            assert page.locator(".brist [aria-sort]").all_inner_texts() == [name]
            assert page.get_attribute(".brist [aria-sort]", "aria-sort") == way
            if k == 1:
                continue
            told = column(k + 1)
            known = [float(x) for x in told if x]
            assert known == sorted(known, reverse=way == "descending")
            assert told[: len(known)] == [x for x in told if x], "what has no number stands last"
    assert seen.messages == []
    bare, _ = show("kommuner/1401.html", java_script_enabled=False)
    assert bare.locator(f"{rows}").count() == 4
    assert bare.locator(".brist button").count() == 0


def test_every_stop_of_the_keyboard_is_seen_and_the_skip_link_leads_to_the_content(show):
    page, _ = show("kommuner/1401.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "hoppa"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "innehall"
    stops = page.locator("a[href], button, input, [tabindex='0']").count()
    seen = 0
    page.evaluate("document.activeElement.blur()")
    for _ in range(stops + 2):
        page.keyboard.press("Tab")
        style = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
              return [e.tagName, s.outlineStyle, s.outlineWidth]; }"""
        )
        if style[0] != "BODY":
            seen += 1
            assert style[1:] == ["solid", "3px"], style
    assert seen > 10


def test_the_map_is_drawn_from_the_published_classes(show, county):
    """Each class's painted cells, counted in the drawing, are the table's."""
    from pipelines.core.files import read_table

    page, _ = show("kommuner/1401.html")
    cells = read_table(county.table("oppen_rutnat_250m"))
    own = cells[cells["kommunkod"] == "1401"]["klass_tillgang_100"].value_counts()
    drawn = page.evaluate(
        """() => { const paths = [...document.querySelectorAll('svg.karta g path[class^=k-]')];
          const wide = (p) => [...p.getAttribute('d').matchAll(/h(\\d+)v1/g)].reduce((n, m) => n + +m[1], 0);
          return Object.fromEntries(paths.map((p) => [p.className.baseVal.slice(2), wide(p)])); }"""
    )
    assert drawn == {k: int(n) for k, n in own.items() if k != "ingen_adress"}
    counted = page.eval_on_selector_all(
        ".legend li", "all => all.map(e => [e.dataset.klass, Number(e.textContent.split(': ').pop())])"
    )
    assert {k: n for k, n in counted if n} == drawn
    fills = page.eval_on_selector_all(
        "svg.karta g path[class^=k-]", "all => all.map(e => [e.className.baseVal.slice(2), getComputedStyle(e).fill])"
    )
    assert len({c for _, c in fills}) == len(fills), "every class has a colour of its own"
    for k, c in fills:
        swatch = page.evaluate("k => getComputedStyle(document.querySelector(`.p-${k}`)).backgroundColor", k)
        assert swatch == c


def test_a_cell_lies_where_its_coordinates_say(show, county):
    """The middle of a painted cell is the cell's colour: the drawing's own scale bar gives metres a pixel."""
    page, _ = show("kommuner/1401.html", 1280, 2000)
    spots = page.evaluate(
        """() => { const svg = document.querySelector('svg.karta'), out = [];
          for (const p of svg.querySelectorAll('g path[class^=k-]')) {
            const [, x, y, h] = p.getAttribute('d').match(/^M(-?\\d+)(-\\d+)h(\\d+)/).map(Number);
            const at = new DOMPoint(x + 0.5, y + 0.5).matrixTransform(p.getScreenCTM());
            out.push([p.className.baseVal, x, -y - 1, at.x, at.y]);
          }
          const bar = svg.querySelector('.skala path').getBoundingClientRect();
          return [out, bar.width, svg.querySelector('.skala text').textContent]; }"""
    )
    painted, wide, words = spots
    metres = 1000 * float(words.split()[0]) / wide
    (_, x0, y0, px0, py0), (_, x1, y1, px1, py1) = painted[0], painted[-1]
    assert (px1 - px0) * metres == pytest.approx(250 * (x1 - x0), abs=40)
    assert (py0 - py1) * metres == pytest.approx(250 * (y1 - y0), abs=40)


def test_light_and_dark_differ_and_motion_is_none(show):
    colours = set()
    for scheme in ("light", "dark"):
        page, _ = show("kommuner/1401.html", color_scheme=scheme, reduced_motion="reduce")
        colours.add(page.evaluate("getComputedStyle(document.querySelector('path.egen')).fill"))
        assert page.evaluate("document.getAnimations().length") == 0
    assert len(colours) == 2
