"""A cloud optimised GeoTIFF of the cells: where each cell lies in it, and how it is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core import cell_grid
from pipelines.core.files import EPSG


def frame(
    rutid: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], tuple[int, int], tuple[float, float]]:
    """Return where each cell lies in the smallest raster that holds all of them.

    Returns
    -------
    column, row : ndarray of int64
        From the west and from the north.
    shape : (rows, columns)
    corner : (E, N)
        Upper left corner in EPSG:3006, metres.
    """
    c, r = cell_grid.column_row(rutid)
    west, north = int(c.min()), int(r.max())
    shape = (north - int(r.min()) + 1, int(c.max()) - west + 1)
    return c - west, north - r, shape, (float(west * cell_grid.CELL_M), float((north + 1) * cell_grid.CELL_M))


def write(
    path: Path,
    bands: NDArray[Any],
    corner: tuple[float, float],
    nodata: float,
    about: dict[str, str],
    describe: Callable[[Any], None],
    **options: str,
) -> None:
    """Write bands as a COG: first in memory, then by GDAL's COG driver with overviews.

    Parameters
    ----------
    path : Path
    bands : ndarray, shape (bands, rows, columns)
    corner : (E, N)
        Upper left corner in EPSG:3006, metres.
    nodata : float
    about : dict of str
        Metadata of the file.
    describe : callable
        Is given the open file in memory, to name its bands.
    **options : str
        Further options of the COG driver.
    """
    import rasterio
    from rasterio.io import MemoryFile
    from rasterio.shutil import copy
    from rasterio.transform import from_origin

    profile = {
        "driver": "GTiff",
        "dtype": bands.dtype.name,
        "count": len(bands),
        "height": bands.shape[1],
        "width": bands.shape[2],
        "crs": f"EPSG:{EPSG}",
        "nodata": nodata,
        "transform": from_origin(*corner, cell_grid.CELL_M, cell_grid.CELL_M),
    }
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), MemoryFile() as memory:
        with memory.open(**profile) as made:
            made.write(bands)
            made.update_tags(**about)
            describe(made)
        with memory.open() as made:
            copy(made, path, driver="COG", COMPRESS="DEFLATE", BLOCKSIZE=256, NUM_THREADS="1", **options)
