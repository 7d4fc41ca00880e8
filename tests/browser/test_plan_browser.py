"""What a sum of money reaches: the plan that the page makes is the one that Python makes."""

from __future__ import annotations

import re

import numpy as np
import pytest

from pipelines.config.region import load_region
from pipelines.core.files import read_polygons, read_table
from pipelines.core.level import LEVELS
from pipelines.gaps.budget import follow
from pipelines.gaps.knapsack import fill
from pipelines.projects import build_plan
from pipelines.publish.webmap import write_webmap
from tests.browser.test_webmap_browser import T

pytestmark = pytest.mark.browser
BUDGETS = (0.0, 61_234.5, 3e5, 1e6, 12_345_678.9, 1e8, 1e12)
STATES = [level for level in LEVELS if level.mbit in (30, 100)]


def made(page, level, **asked):
    """Return the places of what the page builds in the order of its list, and its sums."""
    return page.evaluate(
        """([matt, troskel, asked]) => { const { projects } = bredband.view, state = { matt, troskel };
        const { built, ...sums } = projects.plan(state, asked), { first } = projects.pair(state);
        return [[...built].map(i => i - first).sort((a, b) => a - b), sums,
          asked.kommun ? null : projects.share(state, '', sums.hushall_utan ?? 0)]; }""",
        [level.measure, level.mbit, {k: v for k, v in asked.items() if v is not None}],
    )


def test_the_page_fills_a_budget_as_python_does(small, visited):
    """Also where the last krona decides: sums that are as large as the budget but for the order they are added in."""
    page, _ = visited(small.built(write_webmap.INTERNAL))
    rng = np.random.default_rng(5)
    for case in range(60):
        weights = rng.choice([0.1, 0.2, 0.3, 1.7, 1e6 / 3, 1e9], rng.integers(0, 60)) * rng.choice([1.0, 1e6])
        some = weights[rng.random(len(weights)) < 0.5]
        capacity = float(some.sum() if case % 2 else rng.random() * weights.sum())
        taken = page.evaluate("([w, c]) => bredband.projects.fill(w, c)", [weights.tolist(), capacity])
        assert taken == np.flatnonzero(fill(weights, capacity)).tolist(), (weights.tolist(), capacity)


@pytest.mark.parametrize("which", ["small", "county"])
def test_the_internal_plan_is_that_of_make_plan(which, request, visited):
    paths = request.getfixturevalue(which)
    page, _ = visited(paths.built(write_webmap.INTERNAL))
    projects = read_polygons(paths.table("projekt")).drop(columns="geometry").round(6)  # as products
    members, kommuner = (read_table(paths.table(n)) for n in ("projekt_adresser", "kommuner"))
    region, seen = load_region(paths.config), set()
    for level in STATES:
        own = projects[(projects["troskel_mbit"] == level.mbit) & (projects["matt"] == level.measure)]
        places = kommuner[["kommunkod", "hushall"]].assign(hushall_utan=kommuner[level.without()])
        parts = build_plan.by_kommun(own, members[members["projekt_id"].isin(own["projekt_id"])])
        for stop in (None, 20_000.0):
            rule = region.projekt.model_copy(update={"stoppris_sek_per_hushall": stop})
            for budget in BUDGETS if which == "small" else BUDGETS[3:6]:
                plan = build_plan.plan(own, parts, places, region.model_copy(update={"projekt": rule}), budget)
                built, sums, share = made(page, level, budget=budget, stop=stop)
                assert built == np.flatnonzero(plan.projekt["byggs"]).tolist()
                assert sums["kostnad_sek"] == pytest.approx(plan.fakta["kostnad_sek"], abs=1e-3)
                assert sums["hushall_utan"] == pytest.approx(plan.fakta["hushall_nas"], abs=1e-6)
                assert share == pytest.approx(plan.fakta["andel_efter_pct"], abs=1e-7)
                seen.add(len(built))
    assert len(seen) > 3  # not nothing, or everything, each time
    code = own["kommunkod"].mode()[0]
    mine = own[own["kommunkod"] == code].sort_values("prioritet")
    cost = build_plan.payable(mine, region.projekt)
    reached = mine["hushall_utan"][follow(mine["prioritet"].to_numpy(), cost, mine["hushall_utan"].to_numpy(), 1e6)]
    stop = region.projekt.stoppris_sek_per_hushall
    assert made(page, level, budget=1e6, stop=stop, kommun=code)[1]["hushall_utan"] == pytest.approx(reached.sum())


def test_what_the_public_page_says_of_a_sum_is_what_is_published(county, visited):
    page, _ = visited(county.built(write_webmap.OPEN))
    table = read_table(county.table("oppen_projekt"))
    for level, millions in ((LEVELS[0], 3), (LEVELS[-1], 40)):
        page.check(f"#troskel-{level.mbit}")
        page.check(f"#matt-{level.measure}")
        page.fill("#plan-summa", str(millions))
        page.wait_for_timeout(300)
        own = table[(table["troskel_mbit"] == level.mbit) & (table["matt"] == level.measure)].sort_values("prioritet")
        kronor = own["kostnad_sek_ca"].to_numpy(np.float64, na_value=np.inf)
        kronor = np.where(own["over_stoppris"], np.inf, kronor)
        most = own["hushall_utan_hogst"].to_numpy(np.float64)
        built = own[follow(own["prioritet"].to_numpy(), kronor, most, millions * 1e6)]
        least, most = built["hushall_utan_minst"].sum() // 10 * 10, -(-built["hushall_utan_hogst"].sum() // 10) * 10
        said = page.inner_text("#plan-svar").replace("\u202f", "")
        assert f"räcker till {len(built)} projekt" in said
        assert (f"{least}–{most}" if least else f"högst {most}") + " hushåll" in said
        rows = page.locator("#projekttabell tbody tr")
        assert rows.count() == min(15, len(own))
        names = page.locator("#projekttabell tbody th button").all_inner_texts()
        assert names == own["namn"].head(15).tolist()
        known = page.locator("#projekttabell tbody th .not").all_inner_texts()
        assert [x.endswith("modellerat") for x in known] == own["modellerad"].head(15).tolist()
        running = page.locator("#projekttabell td[data-falt=ack_kostnad]").all_inner_texts()
        listed = [float(x.replace(",", ".")) for x in running if x != "–"]
        sums = np.cumsum(own.head(15).loc[np.isfinite(kronor[:15]), "kostnad_sek_ca"].to_numpy(np.float64)) / 1e6
        assert listed == pytest.approx(sums.round(1).tolist())


def test_the_list_sorts_all_and_keeps_to_a_kommun(county, visited):
    page, _ = visited(county.built(write_webmap.OPEN))
    table = read_table(county.table("oppen_projekt"))
    own = table[(table["troskel_mbit"] == 100) & (table["matt"] == "tillgang")]
    page.click("#projekttabell th.hushall button")
    assert page.get_attribute("#projekttabell th.hushall", "aria-sort") == "descending"
    told = page.inner_text("#projekttabell tbody td[data-falt=hushall]").replace("\u202f", "")
    assert int(re.findall(r"\d+", told)[-1]) == own["hushall_utan_hogst"].max()
    code = own["kommunkod"].mode()[0]
    page.select_option("#plan-kommun", code)
    mine = own[own["kommunkod"] == code]
    assert str(len(mine)) in page.inner_text("#projekttabell caption").replace("\u202f", "")


def test_a_project_is_shown_with_all_its_cells(county, visited):
    page, _ = visited(county.built(write_webmap.OPEN))
    rutor = read_table(county.table("oppen_projekt_rutor"))
    table = read_table(county.table("oppen_projekt"))
    own = table[(table["troskel_mbit"] == 100) & (table["matt"] == "tillgang")].sort_values("prioritet").iloc[2]
    page.locator("#projekttabell tbody button").nth(2).press("Enter")
    ids = page.evaluate("[...bredband.view.built].flatMap((x, i) => x ? [bredband.view.facts.id(i)] : [])")
    assert sorted(ids) == sorted(rutor.loc[rutor["projekt_id"] == own["projekt_id"], "rutid_scb"])
    assert page.evaluate(
        """() => { const { built, facts } = bredband.view, seen = karta.getBounds();
        return built.every((x, i) => !x || seen.contains(bredband.sweref.inverse(...facts.corner(i)))); }"""
    )


def test_by_keyboard_and_without_a_fault(county, visited, violations):
    page, seen = visited(county.built(write_webmap.OPEN))
    page.focus("#plan-reglage")
    before = page.inner_text("#plan-svar")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert page.input_value("#plan-summa") == "15"
    assert page.get_attribute("#plan-reglage", "aria-valuetext") == T["plan_miljoner"].format(summa="15")
    assert page.inner_text("#plan-svar") != before
    page.fill("#plan-summa", "")
    assert page.inner_text("#plan-svar").startswith("0 ")
    assert not violations(page)
    assert not seen.messages
