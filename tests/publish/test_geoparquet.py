"""The open edition's GeoParquet: valid by the standard, and a window is read without the rest."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely

from pipelines.core import cell_grid
from pipelines.core.files import sha256
from pipelines.publish.open_data import geoparquet
from pipelines.tables.contracts import Column, Table
from tests.publish import geoparquet_rules as rules

FACTS: Any = {"korning_id": "0123456789ab", "demo": True}
CELLS = Table(
    "rutor",
    "Rutor",
    "",
    (Column("rutid_scb", "text", "Ruta"), Column("klass", "text", "Klass")),
    ("rutid_scb",),
    "Polygon",
)
SIDE = 200
WINDOWS = {
    "some cells": (309_990, 6_404_990, 311_010, 6_406_010),
    "touching an edge": (310_000, 6_405_000, 310_000, 6_405_250),
    "one corner": (300_000, 6_400_000, 300_000, 6_400_000),
    "everything": (0, 0, 1e6, 1e7),
    "outside": (200_000, 6_400_000, 299_999, 6_500_000),
}


@pytest.fixture(scope="module")
def cells() -> pd.DataFrame:
    """A county of 200 × 200 cells with a lake in it, in the order of its keys."""
    column, row = (x.ravel() for x in np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="ij"))
    dry = (column - 90) ** 2 + (row - 120) ** 2 > 900
    ids = cell_grid.from_column_row(column[dry] + 1200, row[dry] + 25_600)
    return pd.DataFrame({"rutid_scb": cell_grid.scb_id(ids), "klass": np.where(ids % 3, "utan", "tackt")})


@pytest.fixture(scope="module")
def written(cells: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("geoparquet") / "rutor.parquet"
    geoparquet.write(cells, geoparquet.shapes(cells, CELLS, {}), CELLS, path, FACTS)
    return path


def test_the_file_keeps_the_standard(written: Path) -> None:
    assert rules.faults(rules.metadata(written)) == []
    assert rules.column_faults(written) == []


BREAKS: dict[str, Any] = {
    "another version": lambda g: g.update(version="1.0.0"),
    "no primary column": lambda g: g.pop("primary_column"),
    "a primary column that is none": lambda g: g.update(primary_column="geom"),
    "no columns": lambda g: g.update(columns={}),
    "no encoding": lambda g: g["columns"]["geometry"].pop("encoding"),
    "an encoding unheard of": lambda g: g["columns"]["geometry"].update(encoding="GPB"),
    "a type unheard of": lambda g: g["columns"]["geometry"].update(geometry_types=["Square"]),
    "clockwise": lambda g: g["columns"]["geometry"].update(orientation="clockwise"),
    "a box of three": lambda g: g["columns"]["geometry"].update(bbox=[0, 0, 1]),
    "a covering without a side": lambda g: g["columns"]["geometry"]["covering"]["bbox"].pop("ymax"),
    "a covering of sides in each other's place": lambda g: g["columns"]["geometry"]["covering"]["bbox"].update(
        xmin=["bbox", "ymin"]
    ),
    "a reference system without a name": lambda g: g["columns"]["geometry"]["crs"].pop("name"),
}


@pytest.mark.parametrize("how", BREAKS)
def test_the_rules_find_metadata_that_breaks_them(written: Path, how: str) -> None:
    geo = copy.deepcopy(rules.metadata(written))
    BREAKS[how](geo)
    assert rules.faults(geo)


@pytest.mark.parametrize("window", WINDOWS.values(), ids=WINDOWS)
def test_a_window_gives_what_a_search_of_all_cells_gives(written: Path, cells: pd.DataFrame, window) -> None:
    """Cells by their own arithmetic against geopandas' reading by the covering."""
    e, n = cells["rutid_scb"].str[:6].astype(int), cells["rutid_scb"].str[6:].astype(int)
    w, s, east, north = window
    meets = (e <= east) & (e + 250 >= w) & (n <= north) & (n + 250 >= s)
    found = gpd.read_parquet(written, bbox=window)
    assert set(found["rutid_scb"]) == set(cells["rutid_scb"][meets])
    assert list(found) == [*CELLS.names, "geometry"]
    assert found.crs.to_epsg() == 3006


def test_every_cell_is_there_once_with_its_own_square_and_values(written: Path, cells: pd.DataFrame) -> None:
    found = gpd.read_parquet(written)
    e, n = found["rutid_scb"].str[:6].astype(int), found["rutid_scb"].str[6:].astype(int)
    assert shapely.equals(found.geometry.to_numpy(), shapely.box(e, n, e + 250, n + 250)).all()
    told = pd.DataFrame(found[CELLS.names]).sort_values("rutid_scb", ignore_index=True)
    pd.testing.assert_frame_equal(told, cells.sort_values("rutid_scb", ignore_index=True), check_dtype=False)


def test_a_small_window_lies_in_few_row_groups(written: Path, cells: pd.DataFrame) -> None:
    """So a reader that looks at the statistics leaves the other groups unread."""
    about = pq.ParquetFile(written).metadata
    groups = [about.row_group(i) for i in range(about.num_row_groups)]
    assert len(groups) == -(-len(cells) // geoparquet.ROW_GROUP) > 3
    at = {about.schema.column(i).path: i for i in range(about.num_columns)}
    areas = []
    for group in groups:
        sides = {s: group.column(at[f"bbox.{s}"]).statistics for s in geoparquet.SIDES}
        areas.append((sides["xmax"].max - sides["xmin"].min) * (sides["ymax"].max - sides["ymin"].min))
    whole = (SIDE * 250) ** 2
    assert sum(areas) < 2.5 * whole  # groups laid anyhow would each cover the whole county
    assert max(areas) < whole / 1.5


def test_same_cells_same_bytes_whatever_their_order(written: Path, cells: pd.DataFrame, tmp_path: Path) -> None:
    for name, frame in (("a", cells), ("b", cells.sample(frac=1, random_state=1).reset_index(drop=True))):
        path = tmp_path / f"{name}.parquet"
        geoparquet.write(frame, geoparquet.shapes(frame, CELLS, {}), CELLS, path, FACTS)
        assert sha256(path) == sha256(written)


def test_no_rows_are_a_file_too(cells: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "inga.parquet"
    none = cells[:0]
    geoparquet.write(none, geoparquet.shapes(none, CELLS, {}), CELLS, path, FACTS)
    assert rules.faults(rules.metadata(path)) == []
    assert len(gpd.read_parquet(path)) == 0


def test_the_curve_goes_from_cell_to_cell_and_meets_each_once() -> None:
    for order in (1, 2, 3, 6):
        side = 2**order
        column, row = (x.ravel() for x in np.meshgrid(np.arange(side), np.arange(side)))
        place = cell_grid.hilbert(column, row, order)
        assert sorted(place) == list(range(side * side))
        along = np.argsort(place)
        steps = np.abs(np.diff(column[along])) + np.abs(np.diff(row[along]))
        assert (steps == 1).all()
