"""The demo's buildings: a footprint at each house, one for a block of flats, and what no address has beside them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import shapely
from scipy.spatial import cKDTree

from pipelines.config.region import Region

from .reading import zipped

Made = tuple[Region, Path]


@pytest.fixture(scope="module")
def buildings(blekinge: Made, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return zipped(blekinge[1] / "lantmateriet/byggnadsverk_sverige.zip", "byggnad", tmp_path_factory.mktemp("hus"))


def test_most_houses_have_a_footprint_round_them(buildings: pd.DataFrame, register: pd.DataFrame) -> None:
    valid = register[register["statusforbelagenhetsadress"].str.startswith("G")]
    main = buildings[buildings["objekttyp"] != "Komplementbyggnad"]
    at = shapely.get_coordinates(shapely.centroid(main["geometri"].to_numpy()))
    away = cKDTree(at).query(shapely.get_coordinates(valid["geometri"].to_numpy()))[0]
    assert (away < 2).mean() > 0.8  # the others are flats, in one building together, and houses that the map lacks
    assert 0.95 < (away < 60).mean() < 1
    assert len(buildings) < 1.3 * len(valid)


def test_it_has_the_quirks_of_the_real_file(buildings: pd.DataFrame) -> None:
    kinds = buildings["objekttyp"].value_counts(normalize=True)
    assert {"Bostad", "Verksamhet", "Ekonomibyggnad", "Komplementbyggnad"} <= set(kinds.index)
    assert kinds["Bostad"] > 0.5
    assert (buildings.groupby("objekttyp")["objekttypnr"].nunique() == 1).all()
    again = buildings["objektidentitet"].duplicated().mean()
    assert 0.01 < again < 0.03
    single = buildings[~buildings["objektidentitet"].duplicated(keep=False)]
    homes = shapely.area(single.loc[single["objekttyp"] == "Bostad", "geometri"].to_numpy())
    assert 0.01 < (homes > 200).mean() < 0.2, "few houses are as large as a block of flats"
    shapes = buildings["geometri"].to_numpy()
    assert shapely.is_valid(shapes).all()
    assert ((shapely.area(shapes) >= 15) & (shapely.area(shapes) < 10_000)).all()
