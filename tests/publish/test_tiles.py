"""The published tiles: taken apart by hand, and held against the CSV file beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from pipelines.config.region import load_region
from pipelines.core import cell_grid, files
from pipelines.core.errors import ContractError
from pipelines.publish.tiles import cut_squares, pmtiles, vector_tile, write_tiles
from tests.publish import vector_tiles

SIZES = {4: 5000, 5: 5000, 6: 5000, 7: 1000, 8: 1000, 9: 250}
"""Side of the squares at each zoom."""
UNIT = {zoom: 2 * vector_tiles.HALF / 2**zoom / 8192 for zoom in SIZES}
"""Metres (of Web Mercator, which are longer than those on the ground) a unit: corners are rounded to it."""


@pytest.fixture(scope="module")
def archive(small_edition: Path) -> vector_tiles.Archive:
    return vector_tiles.read(small_edition / "maps/data/rutnat_250m.pmtiles")


@pytest.fixture(scope="module")
def cells(small_edition: Path) -> pd.DataFrame:
    """The CSV's rows of cells with addresses."""
    rows = pd.read_csv(small_edition / "maps/data/rutnat_250m.csv", dtype=str, keep_default_na=False)
    return rows[rows["klass_tillgang_100"] != "ingen_adress"].reset_index(drop=True)


@pytest.fixture(scope="module")
def drawn(archive: vector_tiles.Archive) -> dict[int, dict[str, tuple[dict[str, Any], shapely.Geometry]]]:
    """Squares by zoom and corner: attributes (the same in every tile that has a piece) and the pieces together."""
    found: dict[int, dict[str, list[vector_tiles.Feature]]] = {zoom: {} for zoom in SIZES}
    for f in vector_tiles.features(archive, "rutnat"):
        size = SIZES[f.zoom]
        assert f.tags["storlek_m"] == size
        e, n = (shapely.get_coordinates(f.shape.centroid)[0] // size * size).astype(int)
        found[f.zoom].setdefault(f"{e:06d}{n:07d}", []).append(f)
    out: dict[int, dict[str, tuple[dict[str, Any], shapely.Geometry]]] = {}
    for zoom, squares in found.items():
        out[zoom] = {}
        for corner, pieces in squares.items():
            assert all(p.tags == pieces[0].tags for p in pieces)
            out[zoom][corner] = (pieces[0].tags, shapely.union_all([p.shape for p in pieces]))
    return out


def corner(cells: pd.DataFrame, size: int) -> pd.Series:
    e, n = cells["rutid_scb"].str[:6].astype(int), cells["rutid_scb"].str[6:].astype(int)
    return (e // size * size).astype(str).str.zfill(6) + (n // size * size).astype(str).str.zfill(7)


def test_close_by_every_cell_with_addresses_has_its_row_of_the_table(drawn, cells) -> None:
    assert set(drawn[9]) == set(cells["rutid_scb"])
    for row in cells.drop(columns=["kommunnamn", "demo"]).to_dict("records"):
        told = dict(drawn[9][row["rutid_scb"]][0])
        assert told.pop("storlek_m") == 250
        assert {k: {True: "ja", False: "nej"}.get(v, str(v)) for k, v in told.items()} == {
            k: v for k, v in row.items() if v != ""
        }


@pytest.mark.parametrize("zoom", [z for z, size in SIZES.items() if size > 250])
def test_further_out_a_square_has_its_cells_most_common_class(drawn, cells, zoom) -> None:
    squares = dict(list(cells.groupby(corner(cells, SIZES[zoom]))))
    assert set(drawn[zoom]) == set(squares)
    classes = [c for c in cells if c.startswith("klass_")]
    for name, rows in squares.items():
        told = drawn[zoom][name][0]
        assert set(told) == {*classes, "rutor", "storlek_m"}
        assert told["rutor"] == len(rows)
        for c in classes:
            counts = rows[c].value_counts()
            assert counts[told[c]] == counts.max()


@pytest.mark.parametrize("zoom", SIZES)
def test_squares_lie_where_they_shall(drawn, zoom) -> None:
    size = SIZES[zoom]
    for name, (_, shape) in drawn[zoom].items():
        e, n = int(name[:6]), int(name[6:])
        true = shapely.box(e, n, e + size, n + size)
        assert shapely.hausdorff_distance(shape, true) <= UNIT[zoom]


def test_nothing_is_told_that_the_csv_does_not_tell(archive, cells) -> None:
    (layer,) = archive.about["vector_layers"]
    assert layer["id"] == "rutnat"
    assert set(layer["fields"]) == {*cells.columns} - {"demo", "kommunnamn"} | {"storlek_m", "rutor"}


def test_the_head_tells_zooms_and_bounds(archive) -> None:
    assert (archive.head["low"], archive.head["high"]) == (min(SIZES), max(SIZES))
    west, south, east, north = (archive.head[k] / 1e7 for k in ("west", "south", "east", "north"))
    assert 10 < west < east < 25
    assert 55 < south < north < 69


@pytest.mark.parametrize("demo", [False, True])
def test_the_description_says_whose_it_is_on_what_terms_and_whether_it_is_a_demo(small_edition, demo) -> None:
    """Names are no HTML: map libraries show the attribution as such."""
    region = load_region(small_edition / "county.toml")
    named = region.publicering.model_copy(update={"utgivare": "<script>alert(1)</script>"})
    facts: Any = {"korning_id": "0123456789ab", "demo": demo}
    about = write_tiles.about(region.model_copy(update={"publicering": named}), facts, ["<b>SCB</b> (CC0)"])
    assert [about[k].startswith("DEMO – ") for k in ("name", "description", "attribution")] == [demo] * 3
    assert ("DEMO" in str(about)) is demo
    assert "© &lt;script&gt;" in about["attribution"]
    assert "&lt;b&gt;SCB" in about["attribution"]
    assert about["license"] == "http://creativecommons.org/licenses/by/4.0/"
    assert f'<a href="{about["license"]}">' in about["attribution"]


def test_of_classes_equally_common_the_first_in_the_contract_counts() -> None:
    names = [c.name for c in write_tiles.classes()]
    codes = list(write_tiles.classes()[0].values)
    rows = [
        ("4000006400000", codes[2]),
        ("4000006400250", codes[1]),
        ("4002506400000", codes[2]),
        ("4002506400250", codes[1]),
        ("4010006400000", codes[3]),
    ]
    cells = pd.DataFrame([{"rutid_scb": r, **dict.fromkeys(names, c)} for r, c in rows])
    found = write_tiles.generalised(cells, 1000)
    assert found["rutid"].tolist() == [4000006400000, 4010006400000]
    assert found[names[0]].tolist() == [codes[1], codes[3]]
    assert found["rutor"].tolist() == [4, 1]


def gdals(frame: pd.DataFrame, ids: Any, size: int, zoom: int, folder: Path) -> dict[tuple[int, int], bytes]:
    """Return the tiles that GDAL makes of the same squares, by column and row."""
    import pyarrow as pa
    import pyogrio

    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    squares = pa.array(cell_grid.wkb_squares(ids, size).tolist(), pa.binary())
    options = {"FORMAT": "DIRECTORY", "COMPRESS": "NO", "MINZOOM": str(zoom), "MAXZOOM": str(zoom)}
    options |= {"EXTENT": "8192", "BUFFER": "32", "SIMPLIFICATION": "0"}
    options |= {"MAX_SIZE": "100000000", "MAX_FEATURES": "10000000", "TEMPORARY_DB": "/vsimem/rutor.db"}
    pyogrio.set_gdal_config_options({"GDAL_NUM_THREADS": "1"})
    pyogrio.write_arrow(
        table.append_column("geometry", squares),
        folder,
        layer="rutnat",
        driver="MVT",
        geometry_name="geometry",
        geometry_type="Polygon",
        crs="EPSG:3006",
        dataset_options=options,
    )
    return {(int(p.parts[-2]), int(p.stem)): p.read_bytes() for p in folder.glob("*/*/*.pbf")}


@pytest.mark.parametrize(("size", "zoom"), [(5000, 4), (5000, 6), (1000, 8), (250, 9), (250, 12), (250, 13)])
def test_tiles_are_those_that_gdal_makes(tmp_path: Path, size: int, zoom: int) -> None:
    """Byte for byte. Close by the squares are as large as tiles, so that most are cut, and slivers are left of some."""
    rng = np.random.default_rng(zoom)
    n = 1_500
    e, north = (low + size * rng.integers(0, 90_000 // size, n) for low in (300_000, 6_400_000))
    ids = np.unique(e * 10**7 + north)
    word = rng.choice(np.array(["tackt", "utan", "", "Åäö " * 40, None], dtype=object), (len(ids), 3))
    frame = pd.DataFrame(word, columns=["a", "b", "c"]).assign(
        ja=rng.random(len(ids)) < 0.5, antal=rng.integers(0, 40_000, len(ids)), storlek_m=size
    )
    told, corners = vector_tile.attributes(frame), cut_squares.mercator(ids, size)
    found = {
        (piece.column, piece.row): vector_tile.layer("rutnat", 8192, told, piece.which, piece.drawn)
        for piece in cut_squares.cut(corners, zoom, 8192, 32)
    }
    assert found == gdals(frame, ids, size, zoom, tmp_path / "gdal")
    assert len(found) > 1 or zoom < 8


BOUNDS = (11.0, 57.0, 14.0, 59.0)


def test_tiles_are_found_by_number_whatever_order_they_came_in(tmp_path: Path) -> None:
    wanted = {
        (z, x, y): bytes([z, x % 256, y % 256]) * 20
        for z in range(7)
        for x in range(0, 2**z, 3)
        for y in range(0, 2**z, 5)
    }
    given = [pmtiles.Tile(*at, body) for at, body in wanted.items()]
    for name, order in (("a", given), ("b", given[::-1])):
        pmtiles.write(tmp_path / f"{name}.pmtiles", order, BOUNDS, {"name": "åäö"})
    found = vector_tiles.read(tmp_path / "a.pmtiles")
    assert found.tiles == wanted
    assert found.about == {"name": "åäö"}
    assert files.sha256(tmp_path / "a.pmtiles") == files.sha256(tmp_path / "b.pmtiles")


def test_more_tiles_than_the_index_holds_stop_the_product(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    at = {(int(x), int(y)) for x, y in rng.integers(0, 2**14, (9_000, 2))}
    with pytest.raises(ContractError, match="kartrutor"):
        pmtiles.write(tmp_path / "x.pmtiles", [pmtiles.Tile(14, x, y, b"x") for x, y in at], BOUNDS, {})
    assert not list(tmp_path.iterdir())
