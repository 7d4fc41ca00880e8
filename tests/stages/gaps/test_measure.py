"""Whole gap areas against a plain-Python computation; the laws; the example of docs/bristanalys.md."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from pipelines.config.region import Prioritering, Spann
from pipelines.gaps import budget
from pipelines.gaps.area_outlines import outlines
from pipelines.gaps.costed_areas import measure

from .regions import CODES, REGION, Address, addresses, columns, counties, distance, dry, gap_cells, trench_m


def gaps(rows, troskel=100, matt="tillgang"):
    where, p, land = columns(rows)
    return measure(where, p, land, troskel, matt, REGION, dry(where))


def brute(rows):
    """Areas by id: everything the planner is shown, in loops."""
    out = {}
    covered = [a for a in rows if not a.utan]
    k = REGION.kostnad
    for cells in gap_cells(rows):
        inside = [a for a in rows if a.cell in cells]
        own = [a for a in inside if a.utan]
        heavy = min(cells, key=lambda c: (-sum(a.cell == c for a in own), c[0] * 250 * 10**7 + c[1] * 250))
        area = {
            "rutor": len(cells),
            "adresser": len(inside),
            "hushall": sum(a.households for a in inside),
            "adresser_utan": sum(1 - a.p for a in inside),
            "hushall_utan": sum(a.households * (1 - a.p) for a in inside),
            "befolkning_utan": sum(2 * a.households * (1 - a.p) for a in inside),
            "adresser_klassade": len(own),
            "andel_tatbebyggt_pct": 100 * sum(a.klass == "tatbebyggt" for a in own) / len(own),
            "land_ha": 3.0 * len({(a.cell, a.kommun) for a in inside}),
        }
        levels = {a.level for a in inside}
        area["underlag"] = levels.pop() if len(levels) == 1 else "blandat"
        area["modellerad"] = any(a.level == "statistik" for a in inside)
        area["sannolikhet"] = sum(1 - a.p for a in own) / len(own) if area["modellerad"] else None
        area["kommuner"] = ",".join(sorted({a.kommun for a in inside}))
        area["kommunkod"] = min(CODES, key=lambda c: (-sum(a.kommun == c for a in own), c))
        far = [min(distance(a, c) for c in covered) for a in own] if covered else []
        for name, f in (("avstand_m", min), ("storsta_avstand_m", max), ("medelavstand_m", lambda x: sum(x) / len(x))):
            area[name] = f(far) if far else None
        area["schakt_m"] = trench_m(own, covered) if covered else None
        for name, level in (("kostnad_lag_sek", "lag"), ("kostnad_sek", "mitt"), ("kostnad_hog_sek", "hog")):
            tat = area["andel_tatbebyggt_pct"] / 100
            per_m = tat * getattr(k.schakt_tat_sek_per_m, level) + (1 - tat) * getattr(k.schakt_gles_sek_per_m, level)
            area[name] = (
                area["schakt_m"] * getattr(k.omvagsfaktor, level) * per_m
                + len(own) * getattr(k.anslutning_sek_per_adress, level)
                + getattr(k.fast_sek_per_omrade, level)
                if covered
                else None
            )
        if covered:
            area["kostnad_per_adress_sek"] = area["kostnad_sek"] / len(own)
        some = covered and area["hushall_utan"] > 1e-9
        area["kostnad_per_hushall_sek"] = area["kostnad_sek"] / area["hushall_utan"] if some else None
        out[f"100-tillgang-{heavy[0] * 250:06d}{heavy[1] * 250:07d}"] = area
    return out


@settings(max_examples=60, deadline=None)  # each of two counties
@given(counties, st.sampled_from([False, False, True]), addresses)
def test_areas_equal_brute_force_sum_to_the_cells_and_cost_no_more_with_one_more_covered(rows, no_evidence, more):
    """Four laws of the same two counties: measuring one takes longer than all of them."""
    if no_evidence:
        rows = [Address(a.e, a.n, a.p, a.households, "statistik", a.kommun, a.klass) for a in rows]
    new = Address(more.e, more.n, 1.0, more.households, "adress", more.kommun, more.klass)
    before, after = gaps(rows), gaps([*rows, new])
    for got, of in ((before, rows), (after, [*rows, new])):
        every_column_of_every_area_equals_brute_force(got.omraden, of)
        areas_by_kommun_and_dispersed_rows_sum_to_the_cells(got, of)
        outlines_are_valid_and_cover_exactly_their_cells(got.found)
    one_more_covered_address_makes_no_gap_cost_more(before.omraden, after.omraden)


def every_column_of_every_area_equals_brute_force(got, rows):
    expected, ranked = brute(rows), got[got["prioritet"].notna()]
    assert set(ranked["bristomrade_id"]) == set(expected)
    for _, line in ranked.iterrows():
        for name, value in expected[line["bristomrade_id"]].items():
            if value is None:
                assert np.isnan(line[name]), name
            elif isinstance(value, str | bool):
                assert line[name] == value, name
            else:
                assert line[name] == pytest.approx(value, rel=1e-9, abs=1e-6), name
    assert ranked["prioritet"].tolist() == list(range(1, len(expected) + 1))


def areas_by_kommun_and_dispersed_rows_sum_to_the_cells(got, rows):
    dispersed = got.omraden[got.omraden["bristomrade_id"].str.startswith("utspritt-")]
    assert len(dispersed) == len(REGION.kommunkoder)
    assert dispersed[["kostnad_sek", "schakt_m", "prioritet"]].isna().all().all()
    for name, weight in (("hushall_utan", lambda a: a.households), ("adresser_utan", lambda a: 1)):
        wanted = dict.fromkeys(REGION.kommunkoder, 0.0)
        for a in rows:
            wanted[a.kommun] += weight(a) * (1 - a.p)
        parts = got.kommunvis.groupby("kommunkod")[name].sum().to_dict()
        rest = dispersed.set_index("kommunkod")[name].to_dict()
        summed = {code: parts.get(code, 0.0) + rest[code] for code in wanted}
        assert summed == pytest.approx(wanted, abs=1e-9)
    county = sum(a.households * (1 - a.p) for a in rows)
    assert got.omraden["hushall_utan"].sum() == pytest.approx(county, abs=1e-9)
    areas = got.omraden[got.omraden["prioritet"].notna()].set_index("bristomrade_id")
    shared = ("hushall_utan", "land_ha", "adresser_klassade", "schakt_m", "kostnad_sek", "kostnad_hog_sek")
    for name in shared:
        by_parts = got.kommunvis.groupby("bristomrade_id")[name].sum(min_count=1)
        assert by_parts.to_dict() == pytest.approx(areas[name].to_dict(), nan_ok=True)


def one_more_covered_address_makes_no_gap_cost_more(before, after):
    before, after = (x[x["prioritet"].notna()].set_index("bristomrade_id") for x in (before, after))
    assert set(before.index) == set(after.index)
    for name in ("schakt_m", "avstand_m", "kostnad_sek", "kostnad_lag_sek", "kostnad_hog_sek"):
        unknown = before[name].fillna(math.inf)  # no net at all: no price
        assert (after[name].loc[before.index] <= unknown + 1e-6).all()


def outlines_are_valid_and_cover_exactly_their_cells(found):
    areas = np.append(found.cell_area, found.cell_area + found.count)  # each twice, as at two levels
    for k, shape in enumerate(outlines(np.tile(found.cells, 2), areas, 2 * found.count)):
        assert shape.geom_type == "MultiPolygon"
        assert shape.is_valid
        mine = found.cells[found.cell_area == k % found.count]
        assert shape.area == 62_500 * len(mine)
        for rutid in mine.tolist():
            assert shape.contains(Point(rutid // 10**7 + 125, rutid % 10**7 + 125))


# --- the example of docs/bristanalys.md, counted by hand there -----------------------------------------------

HAND = {
    "A": Address(400_400, 6_500_200, 0.0, 1.0, "adress"),
    "B": Address(400_400, 6_500_600, 0.0, 1.0, "adress"),
    "C": Address(400_400, 6_501_000, 0.0, 2.0, "adress"),
    "F": Address(400_310, 6_500_080, 0.75, 1.0, "ruta"),
    "K": Address(400_100, 6_500_200, 1.0, 1.0, "adress"),
    "D": Address(403_100, 6_500_100, 0.0, 1.5, "adress", klass="tatbebyggt"),
    "E": Address(403_100, 6_500_100, 0.0, 0.5, "adress", klass="tatbebyggt"),
    "M": Address(403_100, 6_501_300, 0.9, 2.0, "ruta", klass="tatbebyggt"),
}


def test_the_example_in_the_docs():
    rows = gaps(list(HAND.values()), 1000).omraden
    one, two = (rows[rows["prioritet"] == k].iloc[0] for k in (1, 2))
    assert one["bristomrade_id"] == "1000-tillgang-4002506500000"
    assert two["bristomrade_id"] == "1000-tillgang-4030006500000"
    assert (one["rutor"], one["adresser"], one["adresser_klassade"]) == (3, 4, 3)
    assert one["schakt_m"] == pytest.approx(950)
    assert one["avstand_m"] == pytest.approx(150)
    assert one["hushall_utan"] == pytest.approx(4.25)
    assert one["kostnad_schakt_sek"] == pytest.approx(271_700)
    assert one["kostnad_sek"] == pytest.approx(376_700)
    assert (one["kostnad_lag_sek"], one["kostnad_hog_sek"]) == pytest.approx((173_400, 768_000))
    assert round(one["kostnad_per_hushall_sek"]) == 88_635
    assert (two["rutor"], two["adresser_klassade"]) == (1, 2)
    assert two["schakt_m"] == pytest.approx(1200)
    assert two["kostnad_sek"] == pytest.approx(1_031_000)
    assert two["kostnad_per_hushall_sek"] == pytest.approx(515_500)
    left = rows[(rows["bristomrade_id"] == "utspritt-1000-tillgang-1480")].iloc[0]
    assert left["hushall_utan"] == pytest.approx(0.2)
    ranked = rows[rows["prioritet"].notna()]
    rank = ranked["prioritet"].to_numpy(np.int64)
    money, homes = ranked["kostnad_sek"].to_numpy(), ranked["hushall_utan"].to_numpy()
    assert budget.follow(rank, money, homes, 1e6).tolist() == [True, False]
    best = budget.optimum(homes, money, 1e6, Prioritering())
    assert (best.value, best.gap) == pytest.approx((4.25, 0))
    assert budget.follow_to_goal(rank, money, homes, 5.0).tolist() == [True, True]


def test_the_docs_show_the_example_and_every_assumption_as_the_code_has_them():
    text = (Path(__file__).parents[3] / "docs" / "bristanalys.md").read_text(encoding="utf-8")
    for figure in ("950", "4.25", "271 700", "376 700", "173 400", "768 000", "88 635", "1 031 000", "515 500"):
        assert figure in text, figure
    parts = {x: getattr(REGION, x) for x in ("brist", "kostnad", "prioritering", "pts_prioritering")}
    for name, part in parts.items():
        for key in type(part).model_fields:
            line = next((x for x in text.splitlines() if x.startswith("|") and f"`{name}.{key}`" in x), None)
            assert line, f"{name}.{key} is missing from the table of assumptions"
            value = getattr(type(part)(), key)
            numbers = (value.lag, value.mitt, value.hog) if isinstance(value, Spann) else (value,)
            for number in numbers:
                told = {"True": "ja", "False": "nej", "None": "tomt"}.get(str(number), number)
                shown = f"{told:g}" if isinstance(told, int | float) else str(told)
                assert shown in line.replace(" ", ""), (key, number)
