"""The questions a politician, a journalist and a citizen come with, each answered in at most three actions.

An action is a click, a text that is typed, or a key.
"""

from __future__ import annotations

import pytest
import shapely

from pipelines.core.files import read_shapes, read_table
from pipelines.publish.webmap import write_webmap
from tests.browser.test_webmap_browser import T, facts

pytestmark = pytest.mark.browser
SCREENS = {
    "dator": {"width": 1280, "height": 800},
    "telefon": {"width": 390, "height": 844, "device_scale_factor": 3, "has_touch": True, "is_mobile": True},
}
MOST = 3


class Reader:
    """Somebody at the open page, whose every action is counted."""

    def __init__(self, page) -> None:
        self.page, self.actions = page, 0

    def click(self, what: str) -> None:
        self.actions += 1
        self.page.click(what)

    def search(self, text: str) -> None:
        """Type and press Enter."""
        self.actions += 2
        self.page.fill("#sok", text)
        self.page.press("#sok", "Enter")

    def sees(self, what: str) -> str:
        """Return a text that stands on the screen, without anything more being done."""
        assert self.actions <= MOST
        self.page.wait_for_timeout(300)
        place, high = self.page.locator(what).first, self.page.viewport_size["height"]
        box = place.bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= high, what
        return place.inner_text()


@pytest.fixture(scope="module")
def kommuner(small):
    return read_table(small.table("oppen_kommuner")).set_index("kommunnamn")


def pct(share: float) -> str:
    return f"{share:.1f}\u202f%".replace(".", ",")


def which_kommun_is_worst(reader, small, kommuner) -> None:
    share = kommuner["andel_100_pct"]
    reader.click("#kommuntabell th.tillgang_100[data-slag=andel] button")
    assert reader.sees("#kommuntabell tbody tr th") == share.idxmin()
    assert reader.sees("#kommuntabell tbody tr td.tillgang_100") == pct(share.min())


def how_many_households_in_a_kommun_are_without_100(reader, small, kommuner) -> None:
    reader.search("testby")
    told = reader.sees("#fakta [data-falt=jamfor_utan]").replace("\u202f", "")
    assert told == f"ca {int(kommuner.loc['Testby', 'hushall_utan_100_ca'])}"


def what_holds_at_a_road(reader, small, kommuner) -> None:
    reader.search("kyrkvagen")
    said, rutid = reader.sees("#fakta .oversikt"), facts(reader.page)["rutid_scb"]
    row = read_table(small.table("oppen_rutnat_250m")).set_index("rutid_scb").loc[rutid]
    assert said.startswith(T["mening"][row["klass_tillgang_100"]].split("{")[0])
    e, n = int(rutid[:6]), int(rutid[6:])
    roads = read_shapes(small.table("vagar"))
    road = shapely.union_all(roads.loc[roads["namn"] == "Kyrkvägen <b>", "geometry"].to_numpy())
    assert shapely.distance(shapely.box(e, n, e + 250, n + 250), road) <= 500


def is_it_better_than_last_year(reader, small, kommuner) -> None:
    """As the published series of the fixture say: 61.4 % and 63.6 %, told in whole per cent."""
    reader.search("testby")
    assert reader.sees("#fakta [data-falt=jamfor_ar]") == T["trend_upp"].format(
        da=61, fran=2024, nu=64, till=2025, skillnad=3
    )


def what_ten_million_kronor_reach(reader, small, kommuner) -> None:
    """Of the published projects in their order, what fits: a band, told in tens."""
    reader.page.wait_for_selector("html[data-plan=ja]")
    reader.click("#till-plan")
    table = read_table(small.table("oppen_projekt")).sort_values("prioritet")
    own = table[(table["troskel_mbit"] == 100) & (table["matt"] == "tillgang") & ~table["over_stoppris"]]
    left, most = 10e6, 0
    for row in own.itertuples():
        if row.kostnad_sek_ca <= left:
            left, most = left - row.kostnad_sek_ca, most + row.hushall_utan_hogst
    said = reader.sees("#plan-svar").replace("\u202f", "")
    assert said.startswith("10 miljoner kronor räcker till ") and f"{-(-most // 10) * 10} hushåll" in said


QUESTIONS = (
    what_ten_million_kronor_reach,
    how_many_households_in_a_kommun_are_without_100,
    what_holds_at_a_road,
    is_it_better_than_last_year,
    which_kommun_is_worst,
)


@pytest.mark.parametrize("screen", SCREENS)
def test_each_is_answered_in_three_actions_at_most(small, kommuner, opened, visited, screen):
    page, _ = (visited if screen == "dator" else opened)(small.built(write_webmap.OPEN), **SCREENS[screen])
    page.wait_for_selector("html[data-grund=ja]", timeout=30_000)
    for question in QUESTIONS:
        # As it was opened: nothing is chosen, the whole of it is seen from the top.
        page.evaluate("bredband.view.close(); bredband.view.home(); window.scrollTo(0, 0)")
        question(Reader(page), small, kommuner)
