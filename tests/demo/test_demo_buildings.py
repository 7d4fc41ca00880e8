"""The demo's buildings: a footprint at each house, one for a block of flats, and what no address has beside them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.spatial import cKDTree

from pipelines.config.region import Region

from .reading import gpkg

Made = tuple[Region, Path]


@pytest.fixture(scope="module")
def buildings(blekinge: Made) -> gpd.GeoDataFrame:
    with tempfile.TemporaryDirectory() as folder:
        return gpkg(blekinge[1] / "lantmateriet/byggnadsverk_sverige.zip", Path(folder))


def test_most_houses_have_a_footprint_round_them(buildings: gpd.GeoDataFrame, register: pd.DataFrame) -> None:
    valid = register[register["statusforbelagenhetsadress"].str.startswith("G")]
    main = buildings[buildings["objekttyp"] != "Komplementbyggnad"]
    away = cKDTree(np.column_stack([main.centroid.x, main.centroid.y])).query(valid[["e", "n"]].to_numpy())[0]
    assert (away < 2).mean() > 0.8  # the others are flats, in one building together, and houses that the map lacks
    assert 0.95 < (away < 60).mean() < 1
    assert len(buildings) < 1.3 * len(valid)


def test_it_has_the_quirks_of_the_real_file(buildings: gpd.GeoDataFrame) -> None:
    kinds = buildings["objekttyp"].value_counts(normalize=True)
    assert {"Bostad", "Verksamhet", "Ekonomibyggnad", "Komplementbyggnad"} <= set(kinds.index)
    assert kinds["Bostad"] > 0.5
    assert (buildings.groupby("objekttyp")["objekttypnr"].nunique() == 1).all()
    again = buildings["objektidentitet"].duplicated().mean()
    assert 0.01 < again < 0.03
    assert buildings.geometry.is_valid.all()
    assert (buildings.area.between(15, 10_000)).all()
