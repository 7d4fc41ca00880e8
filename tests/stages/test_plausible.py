"""Whose people are out of proportion is told, and far out of it stops; every person of a square keeps a home."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.config.region import Scb
from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger
from pipelines.grid import placement
from pipelines.grid.population import part_inside, spread, square_of
from pipelines.people import households, plausible
from tests.made_ledgers import complete

sys.path.insert(0, str(Path(__file__).parents[1] / "sources"))
import gpkg_files as make


def region(**scb: Any) -> Any:
    return make.region().model_copy(update={"scb": Scb(**scb)})


def judge(
    folk: dict[str, float], hushall: dict[str, float], totals: dict[str, int] | None = None, **scb: Any
) -> dict[str, tuple[str, ...]]:
    """One address per kommun with all its people; return what is told as serious, by the reason's first words."""
    book = Ledger("prov")
    addresses = pd.DataFrame({"kommunkod": list(folk), "rutid": np.arange(len(folk))})
    groups = pd.DataFrame({"kommunkod": list(hushall), "hushall_pts": list(hushall.values())})
    squares = pd.DataFrame({"rutid": [0], "storlek_m": [1000], "befolkning": [1]})
    published = totals and pd.DataFrame(
        {"kommunkod": list(totals), "ar": 2024, "folkmangd": pd.array(list(totals.values()), dtype="Int64")}
    )
    people = np.array(list(folk.values()), dtype=float)
    plausible.require_plausible(region(**scb), addresses, squares, people, groups, published, book)
    assert {e.kind for e in book.entries} <= {"allvarlig"}
    return {e.reason.split(",")[0]: e.examples for e in book.entries}


def test_ordinary_kommuner_are_not_mentioned() -> None:
    assert judge({"1480": 2_140, "1407": 1_800}, {"1480": 1000, "1407": 1000}) == {}
    assert judge({"1480": 1_200, "1407": 4_000}, {"1480": 1000, "1407": 1000}) == {}  # the limits themselves
    assert judge({"1480": 0}, {"1480": 0}) == {}


@pytest.mark.parametrize(
    ("people", "households_"), [(1_199, 1000), (4_001, 1000), (600, 1000), (8_000, 1000), (0, 499)]
)
def test_a_kommun_out_of_proportion_is_named(people: float, households_: float) -> None:
    (told,) = judge({"1480": people, "1407": 2_000}, {"1480": households_, "1407": 1000}).values()
    assert len(told) == 1
    assert told[0].startswith(f"Göteborg: {people} personer, {households_} hushåll")


@pytest.mark.parametrize("people", [0, 599, 8_001])
def test_a_kommun_far_out_of_proportion_stops(people: float) -> None:
    with pytest.raises(DataError) as e:
        judge({"1480": people, "1407": 2_000}, {"1480": 1000, "1407": 1000})
    for text in ("går inte ihop", "1.2–4 personer per hushåll", f"Göteborg: {people} personer", "[scb]"):
        assert text in str(e.value)


def test_the_bounds_are_configuration() -> None:
    assert judge({"1480": 5_000}, {"1480": 1000}, max_personer_per_hushall=5) == {}
    assert judge({"1480": 500}, {"1480": 1000}, min_personer_per_hushall=0.5) == {}
    assert len(judge({"1480": 500}, {"1480": 1000}, min_personer_per_hushall=1)) == 1


@pytest.mark.parametrize(("total", "told"), [(2_000, 0), (2_222, 0), (2_230, 1), (1_810, 1), (1_820, 0), (3_900, 1)])
def test_people_are_held_against_the_kommuns_own_total(total: int, told: int) -> None:
    found = judge({"1480": 2_000}, {"1480": 1000}, {"1480": total})
    assert sum(map(len, found.values())) == told
    assert all(f"2000 i rutorna, {total} enligt SCB" in x for v in found.values() for x in v)


def test_people_far_from_the_kommuns_own_total_stop() -> None:
    with pytest.raises(DataError, match="inte kommunens folkmängd"):
        judge({"1480": 2_000}, {"1480": 1000}, {"1480": 4_100})
    small = {"1480": 100, "1407": 4_100}, {"1480": 50, "1407": 2_000}
    assert judge(*small, {"1407": 4_100}) == {}  # nothing is known of Göteborg
    assert len(judge(*small, {"1480": 499, "1407": 4_100})) == 1  # so few that chance can do it: told


def test_what_is_out_of_proportion_is_told_by_the_names_of_the_files() -> None:
    read_from = {
        "befolkning_1km": "scb/befolkning_1km_2024.gpkg",
        "folkmangd_kommun": "scb/folk_b.csv",
        "teknik": "pts/t.xlsx",
    }
    grid = "scb/befolkning_1km_2024.gpkg"
    both = f"{grid} och scb/folk_b.csv"

    def told(people: float, total: int) -> list[str]:
        book = Ledger("prov")
        addresses = pd.DataFrame({"kommunkod": ["1480"], "rutid": [0]})
        squares = pd.DataFrame({"rutid": [0], "storlek_m": [1000], "befolkning": [1]})
        groups = pd.DataFrame({"kommunkod": ["1480"], "hushall_pts": [50.0]})
        totals = pd.DataFrame({"kommunkod": ["1480"], "ar": [2024], "folkmangd": pd.array([total], dtype="Int64")})
        given = (region(), addresses, squares, np.array([people]), groups, totals, book)
        plausible.require_plausible(*given, read_from)
        return [e.source for e in book.entries]

    assert told(6, 98) == [f"{grid} och pts/t.xlsx", both]
    with pytest.raises(DataError, match=both):
        told(100, 100_000)


def test_a_kommun_with_most_addresses_in_empty_squares_is_named() -> None:
    book = Ledger("prov")
    rutid = [4_000_006_400_000] * 11 + [4_010_006_400_000] * 9
    addresses = pd.DataFrame({"kommunkod": "1480", "rutid": rutid})
    squares = pd.DataFrame({"rutid": [rutid[0]], "storlek_m": 1000, "befolkning": 40})
    groups = pd.DataFrame({"kommunkod": ["1480"], "hushall_pts": [20.0]})
    people = np.array([40 / 11] * 11 + [0] * 9)
    plausible.require_plausible(region(), addresses, squares, people, groups, None, book)
    assert [(e.kind, e.examples) for e in book.entries] == [("allvarlig", ("Göteborg: 45 %",))]
    book = Ledger("prov")
    plausible.require_plausible(region(max_adresser_utan_folk_pct=45), addresses, squares, people, groups, None, book)
    assert book.entries == []


@pytest.mark.parametrize(("town", "told"), [(70, 0), (41, 0), (39, 1), (10, 1)])
def test_localities_that_hold_far_fewer_people_than_pts_says_are_told_first(town: int, told: int) -> None:
    """PTS has 60 % of the households in tätbebyggt; 20 percentage points are what definitions may differ."""
    book = Ledger("prov")
    addresses = pd.DataFrame({"ortstyp": ["tatort", "ingen"]})
    teknik = pd.DataFrame(
        {
            "bas": "hushall",
            "niva": "kommun",
            "kommunkod": "1480",
            "omradestyp": ["tatbebyggt", "glesbebyggt"],
            "antal": [60, 40],
            "ar": 2025,
        }
    )
    households.compare_definitions(region(), addresses, np.array([town, 100.0 - town]), teknik, book)
    assert [e.kind for e in book.entries if e.kind == "allvarlig"] == ["allvarlig"] * told


@pytest.mark.parametrize(("town", "told"), [(60, 0), (45, 0), (39, 1), (20, 1)])
def test_classes_that_may_have_changed_places_are_told_by_the_workbook(town: int, told: int) -> None:
    """PTS has 81 % in tätbebyggt, so 19 % if swapped: at 45 people of 100 that is 10 points nearer, at 39 it is 22."""
    book = Ledger("prov")
    addresses = pd.DataFrame({"ortstyp": ["tatort", "ingen"]})
    teknik = pd.DataFrame(
        {
            "bas": "hushall",
            "niva": "kommun",
            "kommunkod": "1480",
            "omradestyp": ["tatbebyggt", "glesbebyggt"],
            "antal": [81, 19],
            "ar": 2025,
        }
    )
    people = np.array([town, 100.0 - town])
    households.compare_definitions(region(), addresses, people, teknik, book, "pts/t.xlsx")
    swapped = [e for e in book.entries if "bytt plats" in e.reason]
    assert [(e.kind, e.source) for e in swapped] == [("allvarlig", "pts/t.xlsx")] * told


@pytest.mark.parametrize(("total", "same", "told"), [(20, 20, 20), (20, 11, 11), (20, 10, 0), (9, 9, 0)])
def test_addresses_in_one_and_the_same_point_are_told_first(tmp_path: Path, total: int, same: int, told: int) -> None:
    """A register with its kommun's middle for coordinates; a block of flats is no such heap."""
    where = make.paths(tmp_path)
    given = [{"fil": "lantmateriet/belagenhetsadresser_kn1480.zip", "anvand": True}]
    bounds = Ledger("granser", facts=complete("granser", {"gransunderlag": "officiella"}))
    register = Ledger("lantmateriet", facts=complete("lantmateriet", {"filer": given}))
    bounds.save(where.ledger("granser"))
    register.save(where.ledger("lantmateriet"))
    e = 402_000.0 + np.maximum(np.arange(total) - same + 1, 0)
    addresses = pd.DataFrame({"adress_id": "a", "kommunkod": "1480", "e_m": e, "n_m": 6_401_000.0})
    area = shapely.box(400_000, 6_400_000, 410_000, 6_410_000)
    kommuner = gpd.GeoDataFrame({"kommunkod": ["1480"], "kommunnamn": ["Göteborg"]}, geometry=[area], crs=3006)
    book = Ledger("prov")
    placement.check_places(addresses, kommuner, make.region([("1480", "Göteborg")]), where, book)
    assert [(x.kind, x.source, x.count) for x in book.entries] == [
        ("allvarlig", "lantmateriet/belagenhetsadresser_kn1480.zip", told)
    ] * bool(told)


# --- placing ------------------------------------------------------------------------------------------------


def placed(rutid: list[int], squares: pd.DataFrame, **scb: Any) -> tuple[Any, Ledger]:
    book = Ledger("prov")
    e, n = np.array(rutid) // 10**7 + 125.0, np.array(rutid) % 10**7 + 125.0
    addresses = pd.DataFrame({"adress_id": [f"a{i}" for i in range(len(rutid))], "rutid": rutid, "e_m": e, "n_m": n})
    return households.place_people(
        addresses, squares, np.ones(len(squares)), np.ones(len(rutid)), region(**scb), book
    ), book


KM, CELL, OTHER = 4_010_006_402_000, 4_012_506_402_500, 4_015_006_402_000


def table(*rows: tuple[int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["rutid", "storlek_m", "befolkning"])


def test_the_rest_lives_outside_the_bought_squares() -> None:
    people, book = placed([CELL, CELL, OTHER, OTHER + 250], table((KM, 1000, 40), (CELL, 250, 60)))
    assert people.tolist() == [30, 30, 20, 20]
    assert book.entries == []


def test_a_bought_square_without_people_is_not_the_rests_ground() -> None:
    people, _ = placed([CELL, OTHER], table((KM, 1000, 40), (CELL, 250, 0)))
    assert people.tolist() == [0, 40]


def test_a_rest_without_addresses_of_its_own_is_shared_by_the_squares() -> None:
    people, book = placed([CELL, CELL, OTHER, KM - 10**10], table((KM, 1000, 9), (CELL, 250, 6), (OTHER, 250, 5)))
    assert people.tolist() == [6, 6, 8, 0]
    assert [(e.kind, e.count, e.examples) for e in book.entries] == [("antagen", 9, (f"{KM}: 9",))]


def test_an_overcrowded_address_is_named() -> None:
    people, book = placed([CELL, KM + 10**10], table((KM, 1000, 1001), (KM + 10**10, 1000, 1000)))
    assert people.tolist() == [1001, 1000]
    assert [(e.kind, e.count, e.examples) for e in book.entries] == [("allvarlig", 1, ("a0: 1001",))]


def test_a_county_without_people_stops() -> None:
    with pytest.raises(DataError, match="inga personer i länet"):
        placed([CELL], table((KM, 1000, 0)))


CELLS = st.tuples(st.integers(0, 7), st.integers(0, 7))


@settings(deadline=None)
@given(
    st.lists(CELLS, min_size=1, max_size=12),
    st.dictionaries(CELLS, st.integers(0, 9), max_size=12),
    st.dictionaries(st.tuples(st.integers(0, 1), st.integers(0, 1)), st.integers(1, 30), min_size=1),
)
def test_every_person_has_one_home_in_its_own_square(homes: Any, fine: Any, km: Any) -> None:
    def rutid(cell: tuple[int, int], side: int) -> int:
        return (400_000 + side * cell[0]) * 10**7 + 6_400_000 + side * cell[1]

    squares = table(
        *((rutid(s, 1000), 1000, p) for s, p in km.items()), *((rutid(c, 250), 250, p) for c, p in fine.items())
    )
    people, _, homeless = spread(np.array([rutid(c, 250) for c in homes]), squares, np.ones(len(squares)))
    wanted = [0.0] * len(homes)
    lost = 0
    for c, p in fine.items():
        mine = [i for i, home in enumerate(homes) if home == c]
        lost += 0 if mine else p
        for i in mine:
            wanted[i] += p / len(mine)
    for s, p in km.items():
        here = [i for i, (c, r) in enumerate(homes) if (c // 4, r // 4) == s]
        mine = [i for i in here if homes[i] not in fine] or here
        lost += 0 if mine else p
        for i in mine:
            wanted[i] += p / len(mine)
    assert people == pytest.approx(wanted)
    assert squares["befolkning"].to_numpy()[homeless].sum() == lost
    assert people.sum() + lost == pytest.approx(squares["befolkning"].sum())


def test_a_border_squares_rest_goes_by_the_land_outside_the_bought_squares() -> None:
    squares = table((KM, 1000, 40), (CELL, 250, 60))
    cells = np.array([CELL, OTHER, OTHER + 250])
    square = square_of(cells, squares)
    mine = pd.DataFrame({"rutid": [CELL, OTHER], "land_ha": [6.0, 1.0]})
    theirs = pd.DataFrame({"rutid": [OTHER + 250], "land_ha": [3.0]})
    assert part_inside(squares, square, mine, theirs, Ledger("prov")).tolist() == [0.25, 1]
    # No land outside the bought square: that of the whole 1 km square.
    theirs = pd.DataFrame({"rutid": [CELL], "land_ha": [2.0]})
    assert part_inside(squares, square, mine[:1], theirs, Ledger("prov")).tolist() == [0.75, 0.75]
    # No land at all, but an address in the square: in a bought 250 m square of it is enough.
    none = mine[:0]
    assert part_inside(squares, square[:1], none, none, Ledger("prov")).tolist() == [1, 1]
    assert part_inside(squares, square[:0], none, none, Ledger("prov")).tolist() == [0, 0]
