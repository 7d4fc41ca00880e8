"""What the map's script takes from the page's own data: its levels, and the rule by which numbers are told."""

from __future__ import annotations

import math

import pytest

from pipelines.core.files import read_table
from pipelines.publish.webmap import write_webmap
from pipelines.publish.words.figure_words import THIN, Language, number, tell
from pipelines.publish.words.level_figures import between
from tests.browser.test_webmap_browser import T, centre, facts
from tests.conftest import made_once
from tests.publish import fourth_county

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("product", "language"), [(write_webmap.OPEN, "sv"), (write_webmap.OPEN_EN, "en")])
def test_the_script_tells_numbers_as_the_pages_do(small, visited, product: str, language: Language):
    page, _ = visited(small.built(product))
    for scaled, decimals in ((0, 0), (7, 0), (1234, 0), (1_234_567, 0), (5, 1), (12_345, 1), (99, 2)):
        told = page.evaluate("([x, scale]) => bredband.number(x, scale)", [scaled, 10**decimals])
        assert told == number(scaled / 10**decimals, decimals, language, THIN)
    for least, most in ((0, 0), (0, 10), (0, None), (20, None), (20, 75), (1200, 1200), (1990, 2010)):
        told = page.evaluate("([a, b]) => bredband.span(a, b)", [least, most])
        assert told == tell(between(least, math.inf if most is None else most), language, THIN)


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    return made_once(tmp_path_factory, fourth_county.NAME, fourth_county.build)


def test_a_threshold_that_is_only_configured_is_chosen_drawn_and_told(four, opened):
    page, seen = opened(next(four.rglob("bredbandskarta.html")))
    cells = read_table(next(four.rglob("oppen_rutnat_250m.parquet")))
    row = cells[cells["klass_tillgang_500"] != cells["klass_tillgang_1000"]].iloc[0]
    page.click("#troskel-500")
    assert page.get_attribute("#kommuntabell", "data-visa") == "tillgang_500"
    assert page.locator("#kommuntabell td.tillgang_500").first.is_visible()
    assert not page.locator("#kommuntabell td.tillgang_100").first.is_visible()
    codes = {}
    for t in fourth_county.THRESHOLDS:
        page.click(f"#troskel-{t}")
        codes[t] = page.evaluate(
            "(t) => [...bredband.palette.layer(bredband.grid, { lager: 'klass', troskel: t, matt: 'tillgang' }).codes]",
            t,
        )
    assert codes[500] not in (codes[100], codes[1000])
    page.click("#troskel-500")
    page.evaluate("p => bredband.cursorAt(p)", centre(row["rutid_scb"]))
    assert facts(page)["klass_tillgang_500"] == T["klass"][row["klass_tillgang_500"]]
    page.click("#visa-omraden")
    shown = page.evaluate("bredband.view.areas.pair({ troskel: 500, matt: 'tillgang' }).count")
    areas = read_table(next(four.rglob("oppen_bristomraden.parquet")), ["troskel_mbit", "matt"])
    assert shown == int(((areas["troskel_mbit"] == 500) & (areas["matt"] == "tillgang")).sum()) > 0
    assert not seen.messages
