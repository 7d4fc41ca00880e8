"""SCB's squares and localities: ids, lattice, editions, 250 m in place of 1 km."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gpkg_files as make
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pipelines import files
from pipelines.errors import DataError
from pipelines.ledger import Ledger, load
from pipelines.sources import scb

# The prov-län is 10 × 10 km; its box with 2 km around runs from 398 to 412 km east, 6398 to 6412 km north.
LAND = shapely.box(400_000, 6_400_000, 410_000, 6_410_000)
ROWS = [(401_000, 6_402_000, 7), (400_000, 6_405_000, 5), (400_000, 6_401_000, 3)]


def put(
    tmp: Path, rows: Any = ROWS, name: str = "befolkning_1km_2024", side: int = 1000, **options: Any
) -> Path:
    """One population file; the first call also makes the boundaries."""
    boundaries = tmp / "raw/granser/kommun.gpkg"
    if not boundaries.exists():
        make.kommuner(boundaries, [("1480", "Göteborg", LAND)])
    return make.squares(tmp / f"raw/scb/{name}.gpkg", rows, side, **options)


def run(tmp: Path, ar: int | None = None) -> list[tuple[int, int, int]]:
    """Run the stage; return ``rutid, storlek_m, befolkning``."""
    where = make.paths(tmp)
    scb.run(make.region([("1480", "Göteborg")], scb_ar=ar), where)
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


@pytest.mark.parametrize("tid", [2024, "2024"])
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
    fails(tmp_path, "Inga rutor i närheten av länet", "befolkning_1km_2024.gpkg")


def test_fine_squares_replace_the_whole_square_they_lie_in(tmp_path: Path) -> None:
    put(tmp_path)
    fine = [
        (401_250, 6_402_500, 4),
        (401_750, 6_402_750, 6),
        (400_000, 6_405_000, 0),
        (405_000, 6_405_000, 2),
    ]
    put(tmp_path, fine, "befolkning_250m_2024", 250)
    # 7 people give way to 4 + 6; 5 give way to nobody; a square absent from the 1 km file is added.
    assert run(tmp_path) == [
        (4000006401000, 1000, 3),
        (4012506402500, 250, 4),
        (4017506402750, 250, 6),
        (4050006405000, 250, 2),
    ]
    assert ledger(tmp_path) == {
        "1 km-rutor ersatta av 250 m-rutor (12 personer mot 12)": 2,
        "250 m-rutor vars 1 km-ruta saknas i 1 km-filen": 1,
        "rutor med 0 personer": 1,
    }
    facts = load(make.paths(tmp_path).ledger("scb")).facts
    assert facts["befolkning"] == 15


def test_fine_squares_of_another_year_are_warned_of(tmp_path: Path) -> None:
    put(tmp_path)
    put(tmp_path, [(401_250, 6_402_500, 4)], "befolkning_250m_2021", 250, referenstid="2021-12-31")
    assert len(run(tmp_path)) == 3
    assert ledger(tmp_path)["250 m-rutorna gäller 2021, 1 km-rutorna 2024"] == 1


SQUARE = st.tuples(st.integers(0, 9), st.integers(0, 9))
CELL = st.tuples(st.integers(0, 39), st.integers(0, 39))


@given(
    st.dictionaries(SQUARE, st.integers(0, 9), max_size=30),
    st.dictionaries(CELL, st.integers(0, 9), max_size=60),
)
def test_no_ground_is_counted_twice(km: dict[Any, int], fine: dict[Any, int]) -> None:
    def table(rows: dict[Any, int], side: int) -> pd.DataFrame:
        ids = [(400_000 + side * c) * 10**7 + 6_400_000 + side * r for c, r in rows]
        body = {"rutid": ids, "storlek_m": [side] * len(ids), "befolkning": list(rows.values())}
        return pd.DataFrame(body, dtype=np.int64)

    out = scb.replace_squares(table(km, 1000), table(fine, 250), Ledger("prov"))
    taken = {(c // 4, r // 4) for c, r in fine}
    assert out["befolkning"].sum() == sum(p for k, p in km.items() if k not in taken) + sum(fine.values())
    assert (out["befolkning"] > 0).all()
    assert (
        not out["rutid"][out["storlek_m"] == 1000]
        .isin([(400_000 + 1000 * c) * 10**7 + 6_400_000 + 1000 * r for c, r in taken])
        .any()
    )


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
    fails(
        tmp_path,
        "1 km för 2022 saknas",
        "befolkning_1km_2023.gpkg, befolkning_1km_2024.gpkg",
        "scb.ar",
        ar=2022,
    )


def test_two_files_of_one_year(tmp_path: Path) -> None:
    put(tmp_path)
    put(tmp_path, name="befolkning_1km_2024 (1)")
    fails(
        tmp_path, "Två filer", "1000 m för 2024", "befolkning_1km_2024 (1).gpkg och befolkning_1km_2024.gpkg"
    )


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
        (ROWS, {"rutstorl": [1000, 250, 1000]}, ("blandar rutor", "1000, 250")),
        (ROWS, {"referenstid": ["2023", "2024", "2024"]}, ("blandar rutor", "2023, 2024")),
        (ROWS, {"crs": 4326}, ("Fel koordinatsystem",)),
        (ROWS, {"rename": {"beftotalt": "folk"}}, ("saknar kolumnen befolkning", "beftotalt", "folk")),
    ],
)  # fmt: skip
def test_faults_that_stop(tmp_path: Path, rows: Any, options: dict[str, Any], told: tuple[str, ...]) -> None:
    put(tmp_path, rows, **options)
    fails(tmp_path, "befolkning_1km_2024.gpkg", *told)


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
    columns = {"tatortskod": ["T2", "T1"], "Tatort": ["Fjärran", "Ånäs"], "ar": [2023, 2023]}
    locality(tmp_path, "Tatorter_2023", columns, [FAR, TOWN], layer="Tatorter_2023")
    locality(tmp_path, "Smaorter_2023", {"smaort": ["S1"], "ar": ["2023"]}, [VILLAGE])
    assert localities(tmp_path) == [("smaort", "S1", "S1", 90_000.0), ("tatort", "T1", "Ånäs", 1_000_000.0)]
    assert ledger(tmp_path) == {"orter utanför länet": 1}
    assert used(tmp_path)["Tatorter_2023.gpkg"] == (True, 2023, "2023-12-31", False)


def test_the_newest_localities_are_used(tmp_path: Path) -> None:
    put(tmp_path)
    for year in (2020, 2023):
        locality(tmp_path, f"tatorter_{year}", {"tatortskod": [f"T{year}"], "tatort": ["Å"]}, [TOWN])
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
