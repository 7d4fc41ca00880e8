"""Files: whole or not at all. Everything is written beside its goal and renamed into place."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

EPSG = 3006
"""SWEREF 99 TM: cells, addresses and counts stay in it from end to end."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path``; rename it into place when the block succeeds.

    The suffix is kept, since GDAL and others choose a format by it. On failure the temporary file
    is removed and an earlier ``path`` is untouched.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.stem}.{os.getpid()}.ny{path.suffix}")
    try:
        yield beside
        beside.replace(path)
    finally:
        for leftover in (beside, *path.parent.glob(f".{path.stem}.{os.getpid()}.ny*")):
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text whole or not at all."""
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def write_text_if_changed(path: Path, text: str) -> bool:
    """Write only when the content differs, so that make redoes nothing for the same content."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    write_text(path, text)
    return True


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal text."""
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def write_table(df: pd.DataFrame, path: Path) -> None:
    """Write a table without geometry as Parquet."""
    with replacing(path) as beside:
        df.to_parquet(beside, index=False, compression="zstd")


def write_points(df: pd.DataFrame, path: Path) -> None:
    """Write a table with ``e_m`` and ``n_m`` as GeoParquet 1.1 points (native x, y; EPSG:3006).

    The two columns become the geometry; :func:`read_points` gives them back. Written from the
    coordinates as they stand: 600 000 point objects would cost half a second a stage.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyproj import CRS

    table = pa.Table.from_pandas(df.drop(columns=["e_m", "n_m"]), preserve_index=False)
    xy = pa.StructArray.from_arrays(
        [pa.array(df["e_m"].to_numpy(dtype="float64")), pa.array(df["n_m"].to_numpy(dtype="float64"))],
        fields=[pa.field("x", pa.float64(), nullable=False), pa.field("y", pa.float64(), nullable=False)],
    )
    table = table.append_column("geometry", xy)
    column = {"encoding": "point", "geometry_types": ["Point"], "crs": CRS.from_epsg(EPSG).to_json_dict()}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    table = table.replace_schema_metadata({"geo": json.dumps(geo)})
    with replacing(path) as beside:
        pq.write_table(table, beside, compression="zstd")


def write_polygons(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write polygons as GeoParquet (WKB)."""
    with replacing(path) as beside:
        frame.to_parquet(beside, index=False, compression="zstd")


def read_table(path: Path, columns: list[str] | None = None) -> pd.DataFrame:
    """Read a table written by :func:`write_table`."""
    import pandas as pd

    return pd.read_parquet(path, columns=columns)


def read_points(path: Path, columns: list[str] | None = None) -> pd.DataFrame:
    """Read points written by :func:`write_points` with ``e_m`` and ``n_m`` (float, metres)."""
    import pyarrow.parquet as pq

    wanted = None if columns is None else [*columns, "geometry"]
    table = pq.read_table(path, columns=wanted)
    xy = table["geometry"].combine_chunks()
    # The GeoParquet metadata would make pandas look for a geometry that is no longer there.
    plain = table.drop_columns(["geometry"]).replace_schema_metadata(None)
    frame = plain.to_pandas()
    storage = getattr(xy, "storage", xy)
    frame["e_m"] = storage.field("x").to_numpy(zero_copy_only=False)
    frame["n_m"] = storage.field("y").to_numpy(zero_copy_only=False)
    return frame


def read_polygons(path: Path) -> gpd.GeoDataFrame:
    """Read polygons written by :func:`write_polygons`."""
    import geopandas as gpd

    return gpd.read_parquet(path)
