"""One list of projects: map, kommun page and print map say the same, word for word and figure for figure."""

from __future__ import annotations

import pytest
from pypdf import PdfReader

from pipelines.publish.words.language import LANGUAGES

pytestmark = pytest.mark.browser
TAIL = {"sv": ".html", "en": ".en.html"}
CELLS = """all => all.map(r => [...r.cells].map(
    c => (c.querySelector('button') || c).textContent.replace(/\\s+/g, ' ').trim()))"""


@pytest.fixture(scope="module")
def kommuner(small_edition) -> list[str]:
    return sorted(p.name.removesuffix(".html") for p in (small_edition / "maps/kommuner").glob("????.html"))


def on_page(page) -> list[list[str]]:
    """Return the headings and the rows."""
    return page.eval_on_selector_all(".brist tr", CELLS)


def bare(rows: list[list[str]]) -> list[list[str]]:
    """Return rows without what page and print say of a project that lies in several kommuner."""
    return [[cell.removesuffix(" (delat)").removesuffix(" (shared)") for cell in row] for row in rows]


def known(page) -> list[str]:
    """Return how each listed project on the map is known."""
    return [x.rpartition(", ")[2] for x in page.locator("#projekttabell tbody th .not").all_inner_texts()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_and_the_pages_list_alike(small_edition, kommuner, opened, language):
    there, _ = opened(small_edition / f"maps/bredbandskarta{TAIL[language]}")
    there.wait_for_selector("html[data-plan=ja]", timeout=30_000)
    listed, tab = 0, None
    for kod in kommuner:
        page, _ = tab = opened(small_edition / f"maps/kommuner/{kod}{TAIL[language]}", wait=False, instead=tab)
        rows = on_page(page)
        there.select_option("#plan-kommun", kod)
        of_map = there.eval_on_selector_all("#projekttabell tr", CELLS)
        if not rows:
            assert len(of_map) == 1, "headings alone"
            continue
        assert bare(rows) == [row[:7] for row in of_map[: len(rows)]]
        said, measured = page.inner_text(".brist caption"), {"sv": "uppmätt", "en": "measured"}[language]
        modelled = [str(i) for i, x in enumerate(known(there)[: len(rows) - 1], 1) if not x.endswith(measured)]
        alike = len(modelled) in (0, len(rows) - 1)
        assert alike or f" {', '.join(modelled)}; " in said
        assert (measured in said) == (len(modelled) < len(rows) - 1)
        listed += len(rows) - 1
    assert listed >= 5


def test_the_prints_list_what_the_pages_do(small_edition, kommuner, opened):
    listed, tab = 0, None
    for kod in kommuner:
        page, _ = tab = opened(small_edition / f"maps/kommuner/{kod}.html", wait=False, instead=tab)
        rows = on_page(page)
        sheet = PdfReader(small_edition / f"maps/kartor/{kod}.pdf").pages[0].extract_text()
        said = "".join(sheet.split())
        for row in rows:
            assert "".join("".join(row).split()) in said, (kod, row)
        if rows:
            assert "".join(page.inner_text(".brist caption").split()) in said
        else:
            assert "".join(page.inner_text(".brist p").split()) in said
        listed += max(0, len(rows) - 1)
    assert listed >= 5
