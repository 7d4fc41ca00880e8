"""Container formats with the DEMO mark inside and no clock in them: GeoPackage, zip, Excel."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipelines.core.files import EPSG
from pipelines.demo.world.common import DEMO_TEXT, Floats

Cells = Sequence[Sequence[Any]]


@contextmanager
def fixed_clock(year: int) -> Iterator[None]:
    """Let GDAL write one fixed date into the GeoPackages made inside the block."""
    import pyogrio

    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{year + 1}-01-01T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def wkb_points(e: Floats, n: Floats) -> Any:
    """Return points as an Arrow array of WKB."""
    import pyarrow as pa

    out = np.zeros(len(e), dtype=[("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])
    out["order"], out["type"], out["x"], out["y"] = 1, 1, e, n
    offsets = np.arange(0, 21 * (len(e) + 1), 21, dtype=np.int32)
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(out.tobytes())]
    return pa.Array.from_buffers(pa.binary(), len(e), buffers)


def wkb(shapes: Any) -> Any:
    """Return geometries as an Arrow array of WKB."""
    import shapely

    return binary(shapely.to_wkb(shapes))


def binary(rows: Any) -> Any:
    """Return WKB, a row a geometry, as an Arrow array."""
    import pyarrow as pa

    return pa.array([bytes(x) for x in rows], type=pa.binary())


def multi(shapes: Any) -> Any:
    """Return areas as MultiPolygons, whatever they are."""
    import shapely

    return np.array([g if g.geom_type == "MultiPolygon" else shapely.MultiPolygon([g]) for g in shapes], dtype=object)


def write_gpkg(
    path: Path,
    layer: str,
    table: pd.DataFrame,
    wkb: Any,
    kind: str,
    *,
    column: str = "geom",
    index: bool = True,
    beside: bool = False,
) -> None:
    """Write one layer as a GeoPackage 1.2 in EPSG:3006, marked DEMO in its description.

    Parameters
    ----------
    path, layer
        The file and its table.
    table : DataFrame
        Attributes.
    wkb : Arrow binary array
        One geometry per row.
    kind : str
        Geometry type as GDAL writes it.
    column : str
        Name of the geometry column.
    index : bool
        Whether to build the spatial index.
    beside : bool
        The file has other layers already.
    """
    import pyarrow as pa
    import pyogrio

    path.parent.mkdir(parents=True, exist_ok=True)
    arrow = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    text = [f.with_type(pa.string()) if pa.types.is_null(f.type) else f for f in arrow.schema]
    arrow = arrow.cast(pa.schema(text))
    pyogrio.write_arrow(
        arrow.append_column("wkb", wkb),
        path,
        layer=layer,
        driver="GPKG",
        geometry_name="wkb",
        geometry_type=kind,
        crs=f"EPSG:{EPSG}",
        append=beside,
        dataset_options={} if beside else {"VERSION": "1.2"},
        layer_options={
            "GEOMETRY_NAME": column,
            "SPATIAL_INDEX": "YES" if index else "NO",
            "DESCRIPTION": DEMO_TEXT,
            "IDENTIFIER": layer,
        },
    )


def write_zip(path: Path, member: str, body: bytes, year: int) -> None:
    """Write a zip of one file; the archive's comment carries the DEMO mark."""
    path.parent.mkdir(parents=True, exist_ok=True)
    info = zipfile.ZipInfo(member, date_time=(year + 1, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as z:
        z.comment = DEMO_TEXT.encode("utf-8")
        z.writestr(info, body, compresslevel=3)
    path.write_bytes(buffer.getvalue())


def write_xlsx(
    path: Path, title: str, sheets: Mapping[str, Cells], year: int, merges: Sequence[tuple[int, int, int, int]] = ()
) -> None:
    """Write sheets of plain cells; the document's properties carry the DEMO mark.

    ``merges`` are ranges merged in the last sheet: first row and column, last row and column, from 0 (their
    text is that of the first cell).
    """
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties(
            {
                "title": f"DEMO – {title}",
                "comments": DEMO_TEXT,
                "author": "Demoregionen",
                "created": datetime(year + 1, 3, 15),
            }
        )
        sheet = None
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, value in enumerate(row):
                    if value is not None:
                        sheet.write(r, c, value)
        for area in merges:
            if sheet is not None:
                text = list(sheets.values())[-1][area[0]][area[1]]
                sheet.merge_range(*area, text)
