"""SCB's squares and localities: ids, lattice, editions, bounds, 250 m squares beside 1 km squares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import gpkg_files as make
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.config.region import Scb
from pipelines.core import cell_grid, files
from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger, load
from pipelines.laws import check_laws
from pipelines.read.scb import fine_squares, read_scb
from tests.made_ledgers import complete

# The prov-län is 10 × 10 km; its box with 2 km around runs from 398 to 412 km east, 6398 to 6412 km north.
LAND = shapely.box(400_000, 6_400_000, 410_000, 6_410_000)
ROWS = [(401_000, 6_402_000, 7), (400_000, 6_405_000, 5), (400_000, 6_401_000, 3)]


def put(tmp: Path, rows: Any = ROWS, name: str = "befolkning_1km_2024", side: int = 1000, **options: Any) -> Path:
    """One population file; the first call also makes the boundaries."""
    boundaries = tmp / "raw/granser/kommun.gpkg"
    if not boundaries.exists():
        make.kommuner(boundaries, [("1480", "Göteborg", LAND)])
    return make.squares(tmp / f"raw/scb/{name}.gpkg", rows, side, **options)


def run(tmp: Path, ar: int | None = None, **scb_keys: Any) -> list[tuple[int, int, int]]:
    """Run the stage; return ``rutid, storlek_m, befolkning``. ``scb_x`` sets ``x`` under ``[scb]``."""
    where = make.paths(tmp)
    chosen = Scb(ar=ar, **{k.removeprefix("scb_"): v for k, v in scb_keys.items()})
    read_scb.run(make.region([("1480", "Göteborg")]).model_copy(update={"scb": chosen}), where)
    said: Any = load(where.ledger("scb"))
    left_out = sum(e.count for e in said.entries if e.reason.startswith(check_laws.SQUARES_LEFT_OUT))
    assert said.facts["rader"]["lasta"] == said.facts["rader"]["behallna"] + left_out  # every row has its account
    return list(files.read_table(where.table("befolkning")).itertuples(index=False, name=None))


def fails(tmp: Path, *told: str, ar: int | None = None) -> None:
    with pytest.raises(DataError) as e:
        run(tmp, ar)
    for text in told:
        assert text in str(e.value)
    assert not make.paths(tmp).table("befolkning").exists()


def ledger(tmp: Path) -> dict[str, float]:
    return {e.reason: e.count for e in load(make.paths(tmp).ledger("scb")).entries}


def used(tmp: Path) -> dict[str, tuple[Any, ...]]:
    entries: Any = load(make.paths(tmp).ledger("scb")).facts["filer"]
    return {Path(f["fil"]).name: (f["anvand"], f["ar"], f["referensdatum"], f["demo"]) for f in entries}


SORTED = [(4000006401000, 1000, 3), (4000006405000, 1000, 5), (4010006402000, 1000, 7)]


def test_squares_are_read_and_sorted(tmp_path: Path) -> None:
    put(tmp_path)
    assert run(tmp_path) == SORTED
    assert ledger(tmp_path) == {}
    assert used(tmp_path) == {"befolkning_1km_2024.gpkg": (True, 2024, "2024-12-31", False)}
    assert len(files.read_polygons(make.paths(tmp_path).table("orter"))) == 0


@pytest.mark.parametrize(
    "options",
    [
        {"ids": [4010006402000, 4000006405000, 4000006401000]},  # numbers
        {"rename": {"rutid_scb": "RutID_SCB", "beftotalt": "BefTotalt"}, "geometry_name": "sp_geometry"},
        {"rutstorl": "1000", "referenstid": "20241231"},
        {"rutstorl": "1000 m"},
        {"rutstorl": None},
        {"referenstid": pd.Timestamp("2024-12-31")},
        {"shapes": [shapely.MultiPolygon([make.square(e, n)]) for e, n, _ in ROWS]},
        {"shapes": [make.square(401_000, 6_402_000), None, make.square(400_000, 6_401_000)]},
    ],
)
def test_every_dress(tmp_path: Path, options: dict[str, Any]) -> None:
    put(tmp_path, **options)
    assert run(tmp_path) == SORTED
    assert used(tmp_path) == {"befolkning_1km_2024.gpkg": (True, 2024, "2024-12-31", False)}


@pytest.mark.parametrize("tid", [2024, "2024", 2024.0])
def test_a_year_alone(tmp_path: Path, tid: Any) -> None:
    put(tmp_path, referenstid=tid, name="befolkning_1km_2023")  # content wins over the name
    assert run(tmp_path) == SORTED
    assert used(tmp_path)["befolkning_1km_2023.gpkg"] == (True, 2024, "2024-12-31", False)


def test_the_name_gives_the_year_when_no_column_does(tmp_path: Path) -> None:
    put(tmp_path, referenstid=None, rutstorl=None)
    assert run(tmp_path) == SORTED
    assert used(tmp_path)["befolkning_1km_2024.gpkg"] == (True, 2024, None, False)
    (tmp_path / "raw/scb/befolkning_1km_2024.gpkg").rename(tmp_path / "raw/scb/befolkning_1km_ny.gpkg")
    with pytest.raises(DataError, match="år framgår inte"):
        run(tmp_path)


def test_zero_squares_are_left_out_and_counted(tmp_path: Path) -> None:
    put(tmp_path, [*ROWS, (403_000, 6_403_000, 0)])
    assert run(tmp_path) == SORTED
    assert ledger(tmp_path) == {"rutor med 0 personer": 1}


def test_the_rest_of_sweden_is_counted_as_outside(tmp_path: Path) -> None:
    rows = [
        *ROWS,
        (397_000, 6_398_000, 11),  # its east edge is the box's west edge: touches, kept
        (396_000, 6_405_000, 100),
        (412_000, 6_405_000, 13),  # its west edge is the box's east edge: touches, kept
        (413_000, 6_405_000, 200),
        (405_000, 6_413_000, 400),
        (405_000, 6_396_000, 800),
    ]
    put(tmp_path, rows)
    assert sorted(p for *_, p in run(tmp_path)) == [3, 5, 7, 11, 13]
    assert ledger(tmp_path) == {"rutor utanför länet (1500 personer)": 4}


def test_a_file_of_another_part_of_sweden(tmp_path: Path) -> None:
    put(tmp_path, [(660_000, 6_580_000, 9)])
    # the boundaries may be the ones that lie elsewhere
    fails(tmp_path, "Inga rutor i närheten av länet", "befolkning_1km_2024.gpkg", "granser/kommun.gpkg")


def test_a_partial_purchase_leaves_the_rest_where_it_was(tmp_path: Path) -> None:
    put(tmp_path)
    fine = [(401_250, 6_402_500, 4), (401_750, 6_402_750, 6), (400_000, 6_405_000, 0), (405_000, 6_405_000, 2)]
    put(tmp_path, fine, "befolkning_250m_2024", 250)
    # 7 people and 4 + 6 differ by noise: the finer counts. The 5 live outside the one empty square bought there, whose
    # ground is not theirs. A square absent from the 1 km file is added.
    assert run(tmp_path) == [
        (4000006401000, 1000, 3),
        (4000006405000, 250, 0),
        (4000006405000, 1000, 5),
        (4012506402500, 250, 4),
        (4017506402750, 250, 6),
        (4050006405000, 250, 2),
    ]
    assert ledger(tmp_path) == {
        "1 km-rutor ersatta av 250 m-rutor (7 personer mot 10)": 1,
        "1 km-rutor som skiljer sig från sina 250 m-rutor inom SCB:s störning (netto -3 personer)": 1,
        "1 km-rutor med folk också utanför sina 250 m-rutor (5 personer)": 1,
        "250 m-rutor vars 1 km-ruta saknas i 1 km-filen": 1,
    }
    facts = load(make.paths(tmp_path).ledger("scb")).facts
    assert facts["befolkning"] == 3 + 5 + 4 + 6 + 2


def test_every_250_m_square_of_a_1_km_square(tmp_path: Path) -> None:
    put(tmp_path, [(401_000, 6_402_000, 100), (403_000, 6_402_000, 300)])
    whole = [(401_000 + 250 * i, 6_402_000 + 250 * j, 6) for i in range(4) for j in range(4)]
    more = [(e + 2000, n, p) for e, n, p in whole]
    put(tmp_path, whole + more, "befolkning_250m_2024", 250)
    squares = run(tmp_path)
    # 96 against 100: noise of seventeen counts, and no ground is left for four more. 96 against 300: not noise.
    assert sum(p for i, m, p in squares if i // 10**7 < 402_000) == 96
    assert (4030006402000, 1000, 204) in squares
    assert sum(p for *_, p in squares) == 96 + 300
    told = {e.reason: e.kind for e in load(make.paths(tmp_path).ledger("scb")).entries}
    lost = "1 km-rutor med fler personer än alla sina 16 250 m-rutor, mer än SCB:s störning"
    assert told[lost] == "allvarlig"


def test_a_kommun_bought_whole_has_no_rest_of_noise(tmp_path: Path) -> None:
    corners = [(400_000 + 1000 * i, 6_400_000 + 1000 * j) for i in range(10) for j in range(10)]
    put(tmp_path, [(e, n, 14 if e % 2000 else 8) for e, n in corners])
    put(tmp_path, [(e, n, 11) for e, n in corners], "befolkning_250m_2024", 250)
    squares = run(tmp_path)
    # Each differs by ±3, as SCB's noise may: the 250 m squares alone count, and none of them is blown up by it.
    assert {m for _, m, _ in squares} == {250}
    assert sum(p for *_, p in squares) == 1100


MIXED = [
    (401_000, 6_402_000, 1000, 40),
    (401_250, 6_402_500, 250, 30),
    (401_500, 6_402_000, 250, 0),
    (400_000, 6_401_000, 1000, 3),
    (405_000, 6_405_000, 250, 9),
]


def mixed(tmp: Path, rows: Any = MIXED, name: str = "befolkning_rutor_2024", **options: Any) -> Path:
    """SCB's mixed grid: a row is E, N, side, people."""
    options.setdefault("rutstorl", [m for *_, m, _ in rows])
    shapes = [make.square(e, n, m) for e, n, m, _ in rows]
    return put(tmp, [(e, n, p) for e, n, _, p in rows], name, shapes=shapes, **options)


MIXED_SQUARES = [
    (4000006401000, 1000, 3),
    (4010006402000, 1000, 40),
    (4012506402500, 250, 30),
    (4015006402000, 250, 0),
    (4050006405000, 250, 9),
]


@pytest.mark.parametrize(
    "name", ["befolkning_rutor_2024", "befolkning_1km_2024", "befolkning_250m_2024", "Befolkning 2024"]
)
def test_the_mixed_grid_in_one_file(tmp_path: Path, name: str) -> None:
    mixed(tmp_path, name=name)
    assert run(tmp_path) == MIXED_SQUARES  # the 1 km square has 40 people besides the 30
    assert used(tmp_path)[f"{name}.gpkg"][0] is True


@pytest.mark.parametrize("form", ["{} m", "{}.0", "{0}x{0}", "{0} x {0} m"])
def test_sizes_as_they_are_written(tmp_path: Path, form: str) -> None:
    mixed(tmp_path, rutstorl=[form.format(m) for *_, m, _ in MIXED])
    assert run(tmp_path) == MIXED_SQUARES


@pytest.mark.parametrize(
    ("open_people", "people"),
    [(70, 40), (68, 40), (40, 10)],  # 40 + 30 in the open file: 40 is the rest. 40 there: 40 is everybody.
)
def test_the_open_grid_tells_what_a_mixed_file_holds(tmp_path: Path, open_people: int, people: int) -> None:
    mixed(tmp_path)
    put(
        tmp_path,
        [(401_000, 6_402_000, open_people), (400_000, 6_401_000, 3), (405_000, 6_405_000, 9), (408_000, 6_408_000, 5)],
    )
    squares = run(tmp_path)
    assert (4010006402000, 1000, people) in squares
    assert (4080006408000, 1000, 5) in squares  # the mixed file has no square there
    assert sum(p for *_, p in squares) == people + 30 + 9 + 3 + 5
    assert all(f[0] for f in used(tmp_path).values())


def test_an_open_grid_that_fits_neither_stops(tmp_path: Path) -> None:
    mixed(tmp_path)
    put(tmp_path, [(401_000, 6_402_000, 400)])
    fails(tmp_path, "Det går inte att avgöra", "km_med_250m", "befolkning_rutor_2024.gpkg")


def test_a_mixed_file_whose_squares_hold_everybody_stops(tmp_path: Path) -> None:
    rows = [(400_000 + 1000 * i, 6_402_000, 1000, 500) for i in range(10)]
    rows += [(e + 250, n, 250, 400) for e, n, _, _ in rows]
    mixed(tmp_path, rows)
    fails(tmp_path, "Det går inte att avgöra", "km_med_250m")
    assert sum(p for *_, p in run(tmp_path, scb_km_med_250m="hela")) == 5000
    assert sum(p for *_, p in run(tmp_path, scb_km_med_250m="resten")) == 9000


def two_files(tmp: Path, pairs: list[tuple[int, int]]) -> None:
    """A 1 km square for each pair, and one 250 m square in it."""
    put(tmp, [(400_000 + 1000 * i, 6_402_000, a) for i, (a, _) in enumerate(pairs)])
    fine = [(400_250 + 1000 * i, 6_402_000, b) for i, (_, b) in enumerate(pairs)]
    put(tmp, fine, "befolkning_250m_2024", 250)


def test_two_files_of_a_mixed_delivery(tmp_path: Path) -> None:
    two_files(tmp_path, [(20, 100), (0, 200), (30, 90), (50, 40)])  # most have fewer people than they would hold
    assert sum(p for *_, p in run(tmp_path)) == 100 + 430
    told = [e for e in load(make.paths(tmp_path).ledger("scb")).entries if "räknas som resten" in e.reason]
    assert [e.kind for e in told] == ["antagen"] and "3 av 4" in told[0].reason
    assert sum(p for *_, p in run(tmp_path, scb_km_med_250m="hela")) == 100 + 200 + 90 + 50


def test_two_files_that_do_not_tell(tmp_path: Path) -> None:
    two_files(tmp_path, [(20, 100), (200, 100), (300, 90), (500, 40)])
    fails(
        tmp_path,
        "befolkning_1km_2024.gpkg",
        "1 av 4 1 km-rutor",
        "4000006402000: 20 i 1 km-rutan, 100 i dess 250 m-rutor",
        "km_med_250m",
    )
    assert sum(p for *_, p in run(tmp_path, scb_km_med_250m="hela")) == 100 + 200 + 300 + 500
    entries = load(make.paths(tmp_path).ledger("scb")).entries
    assert [(e.count, e.examples) for e in entries if e.kind == "allvarlig"] == [(1, ("4000006402000: 20 mot 100",))]
    assert sum(p for *_, p in run(tmp_path, scb_km_med_250m="resten")) == 1020 + 330


def test_sizes_in_tables_of_their_own_stop(tmp_path: Path) -> None:
    path = put(tmp_path)
    fine = {"rutid_scb": ["4012506402500"], "rutstorl": [250], "beftotalt": [4]}
    make.gpkg(path, fine, [make.square(401_250, 6_402_500, 250)], "fin")
    fails(tmp_path, "Flera tabeller", "befolkning_1km_2024, fin", "egen fil")


def test_noise_is_no_more_than_the_counts_can_hold(tmp_path: Path) -> None:
    put(tmp_path, [(401_000, 6_402_000, 100)])
    fine = [(401_000 + 250 * i, 6_402_000 + 250 * j, 20 if i == j < 3 else 0) for i in range(4) for j in range(4)]
    put(tmp_path, fine, "befolkning_250m_2024", 250)
    # Sixteen squares, thirteen of them empty: zeros have no noise, so 40 of 100 are people, not noise.
    assert sum(p for *_, p in run(tmp_path)) == 100
    assert [e.count for e in load(make.paths(tmp_path).ledger("scb")).entries if e.kind == "allvarlig"] == [1]


@pytest.mark.parametrize(("total", "people"), [(1100, 1100), (1350, 1350)])
def test_totals_per_kommun_tell_two_files_apart(tmp_path: Path, total: int, people: int) -> None:
    # Everybody: 100 (at least) + 200 + 300 + 500. The rest: 1020 + 330.
    two_files(tmp_path, [(20, 100), (200, 100), (300, 90), (500, 40)])
    text = f"region;år;folkmängd\n1480 Göteborg;2024;{total}\n"
    (tmp_path / "raw/scb/folkmangd_kommun_2024.csv").write_text(text, encoding="utf-8")
    assert sum(p for *_, p in run(tmp_path)) == people


def test_a_mixed_and_a_bought_file_of_one_year(tmp_path: Path) -> None:
    mixed(tmp_path)
    put(tmp_path, [(401_250, 6_402_500, 30)], "befolkning_250m_2024", 250)
    fails(tmp_path, "Två filer", "befolkning_rutor_2024.gpkg och befolkning_250m_2024.gpkg")


def test_fine_squares_of_another_year_are_warned_of(tmp_path: Path) -> None:
    put(tmp_path)
    put(tmp_path, [(401_250, 6_402_500, 4)], "befolkning_250m_2021", 250, referenstid="2021-12-31")
    assert run(tmp_path) == [*SORTED[:2], (4010006402000, 1000, 3), (4012506402500, 250, 4)]
    assert ledger(tmp_path)["250 m-rutorna gäller 2021, 1 km-rutorna 2024"] == 1


def test_fine_squares_of_the_same_year_come_first(tmp_path: Path) -> None:
    put(tmp_path)
    for year in (2021, 2024, 2025):
        put(tmp_path, [(401_250, 6_402_500, 4)], f"befolkning_250m_{year}", 250, referenstid=f"{year}-12-31")
    run(tmp_path)
    assert [n for n, f in used(tmp_path).items() if f[0]] == ["befolkning_1km_2024.gpkg", "befolkning_250m_2024.gpkg"]


SQUARE = st.tuples(st.integers(0, 9), st.integers(0, 9))
CELL = st.tuples(st.integers(0, 39), st.integers(0, 39))


def table(rows: dict[Any, int], side: int) -> pd.DataFrame:
    ids = [(400_000 + side * c) * 10**7 + 6_400_000 + side * r for c, r in rows]
    body = {"rutid": ids, "storlek_m": [side] * len(ids), "befolkning": list(rows.values())}
    return pd.DataFrame(body, dtype=np.int64)


@settings(deadline=None, max_examples=60)
@given(
    st.dictionaries(SQUARE, st.integers(0, 60), max_size=30),
    st.dictionaries(CELL, st.integers(0, 60), max_size=60),
    st.sampled_from(["hela", "resten"]),
)
def test_nobody_vanishes_and_nobody_is_counted_twice(km: dict[Any, int], fine: dict[Any, int], meaning: Any) -> None:
    lan = gpd.GeoDataFrame({"kommunkod": ["1480"]}, geometry=[LAND], crs=3006)
    files_ = fine_squares.Source(Path("km.gpkg"), Path("fin.gpkg"))
    chosen = Scb(km_med_250m=meaning)
    out = fine_squares.combine(table(km, 1000), table(fine, 250), files_, chosen, Ledger("prov"), lan)
    # Square by square: everybody in it, told without the tables' arithmetic.
    for square in {*km, *((c // 4, r // 4) for c, r in fine)}:
        inside = [p for (c, r), p in fine.items() if (c // 4, r // 4) == square]
        total = km.get(square, 0)
        wanted = total + sum(inside) if meaning == "resten" else max(total, sum(inside))
        corner = (400_000 + 1000 * square[0]) * 10**7 + 6_400_000 + 1000 * square[1]
        here = out[cell_grid.parent(out["rutid"]) == corner]
        assert here["befolkning"].sum() == wanted
        own = here[here["storlek_m"] == 250]
        assert own["befolkning"].sum() == sum(inside)
        # An empty 250 m square stands where its ground must be told from the rest's, else not.
        assert len(own) == (len(inside) if wanted > sum(inside) else sum(p > 0 for p in inside))
    assert not out.duplicated(["rutid", "storlek_m"]).any()


def test_the_newest_year_is_used_and_the_other_named(tmp_path: Path) -> None:
    put(tmp_path)
    put(tmp_path, [(402_000, 6_402_000, 1)], "befolkning_1km_2023", referenstid="2023-12-31")
    assert run(tmp_path) == SORTED
    assert used(tmp_path) == {
        "befolkning_1km_2023.gpkg": (False, 2023, "2023-12-31", False),
        "befolkning_1km_2024.gpkg": (True, 2024, "2024-12-31", False),
    }
    assert run(tmp_path, ar=2023) == [(4020006402000, 1000, 1)]
    make.paths(tmp_path).table("befolkning").unlink()
    fails(tmp_path, "1 km för 2022 saknas", "befolkning_1km_2023.gpkg, befolkning_1km_2024.gpkg", "scb.ar", ar=2022)


def test_two_files_of_one_year(tmp_path: Path) -> None:
    put(tmp_path)
    put(tmp_path, name="befolkning_1km_2024 (1)")
    fails(tmp_path, "Två filer", "1000 m för 2024", "befolkning_1km_2024 (1).gpkg och befolkning_1km_2024.gpkg")


def test_no_file(tmp_path: Path) -> None:
    make.kommuner(tmp_path / "raw/granser/kommun.gpkg", [("1480", "Göteborg", LAND)])
    fails(tmp_path, "befolkning i rutor om 1 km saknas", "befolkning_1km_<år>.gpkg")


@pytest.mark.parametrize(
    ("rows", "options", "told"),
    [
        ([(400_000, 6_401_000, -1)], {}, ("Negativ folkmängd", "Rad: 1", "Kolumn: beftotalt")),
        ([(400_000, 6_401_000, 1.5)], {}, ("inget heltal", "Fick: 1.5")),
        ([(400_000, 6_401_000, None)], {}, ("inget heltal",)),
        ([(400_000, 6_401_000, "många")], {}, ("inget heltal", "många")),
        ([(400_000, 6_401_000, 1)] * 2, {}, ("1 rutor förekommer två gånger", "4000006401000")),
        ([(400_500, 6_401_000, 1)], {}, ("utanför rutnätet om 1000 m", "4005006401000")),
        ([(400_000, 6_401_250, 1)], {}, ("utanför rutnätet",)),
        (ROWS[:1], {"ids": ["SE_CRS3006"]}, ("ogiltigt rutid_scb", "13 siffror", "SE_CRS3006")),
        (ROWS[:1], {"ids": [None]}, ("ogiltigt rutid_scb",)),
        (ROWS[:1], {"ids": ["6402000401000"]}, ("utanför Sverige",)),
        (ROWS[:1], {"shapes": [make.square(402_000, 6_402_000)]}, ("där deras rutid_scb säger", "402000.0")),
        (ROWS[:1], {"shapes": [make.square(401_000, 6_402_000, 250)]}, ("där deras rutid_scb säger", "sidan 1000 m")),
        (ROWS[:1], {"shapes": [shapely.Point(401_500, 6_402_500)]}, ("Fel sorts geometri",)),
        (ROWS[:1], {"rutstorl": 250}, ("storlek stämmer inte", "1000 m", "Fick: 250")),
        (ROWS, {"rutstorl": [1000, 250, 1000]}, ("där deras rutid_scb säger", "sidan 250 m")),
        (ROWS, {"rutstorl": [1000, 500, 1000]}, ("storlek stämmer inte", "Rad: 2", "Fick: 500")),
        (ROWS, {"rutstorl": ["1000", None, "1000"]}, ("storlek stämmer inte", "Rad: 2", "okänd")),
        (ROWS, {"referenstid": ["2023", "2024", "2024"]}, ("blandar rutor", "2023, 2024")),
        (ROWS, {"crs": 4326}, ("Fel koordinatsystem",)),
        (ROWS, {"rename": {"beftotalt": "folk"}}, ("saknar kolumnen befolkning", "beftotalt", "folk")),
    ],
)
def test_faults_that_stop(tmp_path: Path, rows: Any, options: dict[str, Any], told: tuple[str, ...]) -> None:
    put(tmp_path, rows, **options)
    fails(tmp_path, "befolkning_1km_2024.gpkg", *told)


def stored(tmp: Path, value: str, kind: str = "INTEGER") -> None:
    """Put a value in the second row as SQLite holds it, whatever the column is declared as."""
    path = put(tmp)
    name = "befolkning_1km_2024"
    make.sql(
        path,
        f"ALTER TABLE {name} RENAME COLUMN beftotalt TO gammal",
        f"ALTER TABLE {name} ADD COLUMN beftotalt {kind}",
        f"UPDATE {name} SET beftotalt = gammal",
        f"UPDATE {name} SET beftotalt = {value} WHERE fid = 2",
    )


@pytest.mark.parametrize("kind", ["INTEGER", "MEDIUMINT", "REAL", "TEXT"])
@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("'abc'", ("inget heltal", "abc")),
        ("'1,234'", ("inget heltal", "1,234")),  # a decimal or thousands: nobody knows
        ("3.5", ("inget heltal", "3.5")),
        ("-4", ("Negativ folkmängd", "-4")),
        ("1000000000", ("fler personer än en ruta rymmer", "1000000000", "högst 40000", "max_personer_1km")),
        ("4294967301", ("fler personer än en ruta rymmer", "4294967301")),  # 5 in 32 bits
        ("NULL", ("inget heltal",)),
        ("1e999", ("inget heltal",)),
    ],
)
def test_a_count_that_is_none(tmp_path: Path, kind: str, value: str, told: tuple[str, ...]) -> None:
    stored(tmp_path, value, kind)
    fails(tmp_path, "befolkning_1km_2024.gpkg", "Rad: 2", "beftotalt", *told)


@pytest.mark.parametrize("kind", ["INTEGER", "MEDIUMINT", "REAL", "TEXT"])
def test_a_whole_number_in_any_column(tmp_path: Path, kind: str) -> None:
    stored(tmp_path, "1234", kind)
    assert (4000006405000, 1000, 1234) in run(tmp_path)


@pytest.mark.parametrize("value", ["'1 234'", "'1 234'", "'1 234'", "' 1234 '", "'1234.0'"])
def test_thousands_set_apart_in_text(tmp_path: Path, value: str) -> None:
    stored(tmp_path, value, "TEXT")
    assert (4000006405000, 1000, 1234) in run(tmp_path)


@pytest.mark.parametrize(("side", "limit"), [(1000, 40_000), (250, 8_000)])
def test_bounds_are_configuration(tmp_path: Path, side: int, limit: int) -> None:
    key = "max_personer_1km" if side == 1000 else "max_personer_250m"
    name = "befolkning_1km_2024" if side == 1000 else "befolkning_250m_2024"
    put(tmp_path, [(400_000, 6_401_000, limit)], name, side)
    if side == 250:
        put(tmp_path, [(400_000, 6_401_000, 30_000)])
    assert run(tmp_path)
    make.sql(tmp_path / f"raw/scb/{name}.gpkg", f"UPDATE {name} SET beftotalt = {limit + 1}")
    make.paths(tmp_path).table("befolkning").unlink()
    fails(tmp_path, name, "Rad: 1", f"högst {limit} personer", str(limit + 1), key)
    assert run(tmp_path, **{key: limit + 1})


def test_a_file_without_people(tmp_path: Path) -> None:
    put(tmp_path, [(e, n, 0) for e, n, _ in ROWS])
    fails(tmp_path, "Ingen ruta i filen har några personer", "beftotalt")


def with_columns(tmp: Path, **columns: Any) -> None:
    body = {"rutid_scb": [f"{e}{n}" for e, n, _ in ROWS], "beftotalt": [p for *_, p in ROWS], **columns}
    put(tmp)
    path = tmp / "raw/scb/befolkning_1km_2024.gpkg"
    path.unlink()
    body = {k: v for k, v in body.items() if v is not None}
    make.gpkg(path, body, [make.square(e, n) for e, n, _ in ROWS], path.stem)


INSPIRE = [f"SE_CRS3006RES1000mN{n}E{e}" for e, n, _ in ROWS]


@pytest.mark.parametrize(
    "columns",
    [
        {"rutid_scb": None, "rutid_inspire": INSPIRE},
        {"rutid_scb": None, "rutid_inspire": [x.removeprefix("SE_") for x in INSPIRE]},
        {"rutid_inspire": INSPIRE},
        {"rutid_inspire": [INSPIRE[0], None, INSPIRE[2]], "rutstorl": 1000},
        {"rutid_scb": [float(f"{e}{n}") for e, n, _ in ROWS]},
        {"man": [3, 2, 1], "kvinna": [4, 3, 2]},
        {"man": [9, 2, 1], "kvinna": [4, 3, 2], "rutid_inspire": INSPIRE},  # six more than 7: noise of three counts
    ],
)
def test_ids_and_sexes_as_they_come(tmp_path: Path, columns: dict[str, Any]) -> None:
    with_columns(tmp_path, **columns)
    assert run(tmp_path) == SORTED
    assert not [e for e in load(make.paths(tmp_path).ledger("scb")).entries if e.kind == "allvarlig"]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"rutid_inspire": [*INSPIRE[:2], INSPIRE[0]]}, ("heter olika", "Rad: 3", INSPIRE[0])),
        ({"rutid_inspire": [x.replace("1000m", "250m") for x in INSPIRE]}, ("storlek stämmer inte", "250")),
        ({"rutid_inspire": [x.replace("1000m", "250m") for x in INSPIRE], "rutstorl": 1000}, ("heter olika",)),
        ({"rutid_scb": None, "rutid_inspire": ["1kmN4031E4567"] * 3}, ("ogiltigt rutid_inspire", "1kmN4031E4567")),
        ({"rutid_scb": None}, ("saknar kolumnen rutid", "rutid_scb")),
        ({"man": [900, 2, 1], "kvinna": [4, 3, 2]}, ("Män och kvinnor", "man + kvinna", "Rad: 1")),
        ({"referenstid": "2204-12-31"}, ("Referenstiden", "2204-12-31")),
        ({"referenstid": "1900-01-01"}, ("Referenstiden", "1900-01-01")),
        ({"referenstid": "2024-13-31"}, ("Referenstiden", "2024-13-31")),
        ({"referenstid": "i fjol"}, ("Referenstiden", "i fjol")),
    ],
)
def test_ids_sexes_and_times_that_stop(tmp_path: Path, columns: dict[str, Any], told: tuple[str, ...]) -> None:
    with_columns(tmp_path, **columns)
    fails(tmp_path, "befolkning_1km_2024.gpkg", *told)


def test_sexes_that_differ_in_one_square_are_told(tmp_path: Path) -> None:
    rows = [(400_000 + 1000 * i, 6_402_000, 1000) for i in range(5)]
    put(tmp_path, rows)
    path = tmp_path / "raw/scb/befolkning_1km_2024.gpkg"
    make.sql(
        path,
        *(f"ALTER TABLE befolkning_1km_2024 ADD COLUMN {c} INTEGER" for c in ("man", "kvinna")),
        "UPDATE befolkning_1km_2024 SET man = 500, kvinna = 500",
        "UPDATE befolkning_1km_2024 SET kvinna = 490 WHERE fid = 4",
    )
    run(tmp_path)
    entries = load(make.paths(tmp_path).ledger("scb")).entries
    assert [(e.count, e.examples) for e in entries if e.kind == "allvarlig"] == [(1, ("4030006402000",))]


def test_squares_without_geometry_are_told_and_sizes_not_believed_blindly(tmp_path: Path) -> None:
    put(tmp_path, shapes=[None] * 3)
    assert run(tmp_path) == SORTED
    assert ledger(tmp_path) == {"rutor utan geometri": 3}
    put(tmp_path, ROWS, "befolkning_250m_2024", 250, shapes=[None] * 3)
    make.paths(tmp_path).table("befolkning").unlink()
    fails(tmp_path, "befolkning_250m_2024.gpkg", "sägs vara 250 m men börjar alla på jämna kilometer")


def test_half_a_download(tmp_path: Path) -> None:
    path = put(tmp_path, [(400_000 + 1000 * (i % 10), 6_400_000 + 1000 * (i // 10), 5) for i in range(100)])
    whole = path.read_bytes()
    for part in (0.3, 0.6, 0.95):
        path.write_bytes(whole[: int(len(whole) * part)])
        fails(tmp_path, "befolkning_1km_2024.gpkg")


def test_the_whole_of_swedens_localities_breaks_no_law(tmp_path: Path) -> None:
    put(tmp_path)
    columns = {"tatortskod": ["T2", "T1"], "tatort": ["Fjärran", "Ånäs"], "ar": [2023, 2023]}
    locality(tmp_path, "Tatorter_2023", columns, [FAR, TOWN])
    run(tmp_path)
    where = make.paths(tmp_path)
    for stage in check_laws.PUBLISHERS:
        if stage != "scb":
            Ledger(stage, facts=complete(stage)).save(where.ledger(stage))
    assert ledger(tmp_path)["orter utanför länet"] == 1
    laws = list(check_laws.rows_accounted_for(where))
    assert [law.name for law in laws if "scb" in law.name], laws
    assert all(law.holds for law in laws)


def test_an_empty_table(tmp_path: Path) -> None:
    make.sql(put(tmp_path), "DELETE FROM befolkning_1km_2024")
    fails(tmp_path, "är tom")


def test_the_demo_mark_is_told(tmp_path: Path) -> None:
    put(tmp_path, description="DEMO: påhittad")
    run(tmp_path)
    assert used(tmp_path)["befolkning_1km_2024.gpkg"][3] is True


# --- localities -----------------------------------------------------------------------------------

TOWN, VILLAGE, FAR = make.square(401e3, 6402e3), make.square(405e3, 6402e3, 300), make.square(500e3, 6402e3)


def locality(tmp: Path, name: str, columns: dict[str, Any], shapes: list[Any], **options: Any) -> None:
    make.gpkg(tmp / f"raw/scb/{name}.gpkg", columns, shapes, options.pop("layer", name), **options)


def localities(tmp: Path) -> list[tuple[str, str, str, float]]:
    run(tmp)
    table = files.read_polygons(make.paths(tmp).table("orter"))
    assert table.crs.to_epsg() == 3006
    assert set(table.geom_type) <= {"MultiPolygon"}
    return list(zip(table["typ"], table["kod"], table["namn"], table.area, strict=True))


def test_localities_that_all_lie_elsewhere_stop(tmp_path: Path) -> None:
    """Otherwise the run would fall back to classes by density, without a word."""
    put(tmp_path)
    far = make.square(500_000, 6_900_000)
    locality(tmp_path, "tatorter_2023", {"tatortskod": ["T1"], "tatort": ["Å"]}, [far])
    fails(tmp_path, "Inga orter i närheten av länet", "tatorter_2023.gpkg", "Länet enligt gränserna")


def test_localities_near_the_lan(tmp_path: Path) -> None:
    put(tmp_path)
    columns = {"tatortskod": ["T2", "T1"], "Tatort": ["Fjärran", "Ånäs"], "bef": [900, 400], "ar": [2023, 2023]}
    locality(tmp_path, "Tatorter_2023", columns, [FAR, TOWN], layer="Tatorter_2023")
    locality(tmp_path, "Smaorter_2023", {"smaort": ["S1"], "bef": [60], "ar": ["2023"]}, [VILLAGE])
    assert localities(tmp_path) == [("tatort", "T1", "Ånäs", 1_000_000.0), ("smaort", "S1", "S1", 90_000.0)]
    assert ledger(tmp_path) == {"orter utanför länet": 1}
    assert used(tmp_path)["Tatorter_2023.gpkg"] == (True, 2023, "2023-12-31", False)


def test_localities_stand_in_the_order_of_their_people(tmp_path: Path) -> None:
    put(tmp_path)
    at = [make.square(401e3 + 2e3 * i, 6402e3, side) for i, side in enumerate((1000, 500, 700))]
    columns = {"tatortskod": ["T1", "T2", "T3"], "tatort": ["Vid", "Tät", "Mellan"], "bef": [300, 9000, 300]}
    locality(tmp_path, "tatorter_2023", columns, at)
    assert [k for _, k, *_ in localities(tmp_path)] == ["T2", "T1", "T3"]


def test_where_a_localitys_people_are_not_told_the_largest_comes_first(tmp_path: Path) -> None:
    put(tmp_path)
    at = [make.square(401e3 + 2e3 * i, 6402e3, side) for i, side in enumerate((500, 1000, 700))]
    columns = {"tatortskod": ["T1", "T2", "T3"], "tatort": ["Liten", "Vid", "Mellan"], "bef": ["900", "", "30"]}
    locality(tmp_path, "tatorter_2023", columns, at)
    assert [k for _, k, *_ in localities(tmp_path)] == ["T2", "T3", "T1"]
    assert ledger(tmp_path)["ort utan användbar folkmängd"] == 1


def test_the_newest_localities_are_used(tmp_path: Path) -> None:
    put(tmp_path)
    for year in (2020, 2023):
        columns = {"tatortskod": [f"T{year}"], "tatort": ["Å"], "bef": [400]}
        locality(tmp_path, f"tatorter_{year}", columns, [TOWN])
    assert [k for _, k, *_ in localities(tmp_path)] == ["T2023"]
    assert used(tmp_path)["tatorter_2020.gpkg"][0] is False
    assert ledger(tmp_path) == {"småorter saknas": 1}


def test_two_locality_files_of_one_year(tmp_path: Path) -> None:
    put(tmp_path)
    for name in ("tatorter_a", "tatorter_b"):
        locality(tmp_path, name, {"tatortskod": ["T"], "tatort": ["Å"], "ar": [2023]}, [TOWN])
    fails(tmp_path, "Två filer är SCB:s tätorter för 2023", "tatorter_a.gpkg och tatorter_b.gpkg")


def test_a_locality_without_area_is_counted(tmp_path: Path) -> None:
    put(tmp_path)
    columns = {"tatortskod": ["T1", "T2"], "tatort": ["Å", "Ä"]}
    locality(tmp_path, "tatorter_2023", columns, [TOWN, None])
    assert [k for _, k, *_ in localities(tmp_path)] == ["T1"]
    assert ledger(tmp_path)["ort utan yta"] == 1


def test_localities_in_another_crs(tmp_path: Path) -> None:
    put(tmp_path)
    locality(tmp_path, "tatorter_2023", {"tatortskod": ["T1"], "tatort": ["Å"]}, [TOWN], crs=3021)
    fails(tmp_path, "Fel koordinatsystem", "tatorter_2023.gpkg")
