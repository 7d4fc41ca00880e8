"""``tackning_250m.tif``: the share of each cell's addresses with coverage, as a cloud optimised GeoTIFF.

The pixels are the cells: column and row follow from ``rutid_scb`` by arithmetic, nothing is resampled.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines import grid
from pipelines.files import EPSG, read_table, replacing
from pipelines.paths import Paths
from pipelines.publish.facts import DEMO_TEXT, RunFacts, demo_prefix, midnight, read_facts
from pipelines.region import MEASURES, THRESHOLDS, Region

if TYPE_CHECKING:
    import pandas as pd

NODATA = -9999.0
"""A cell without addresses, or no cell."""
DECIMALS = 6
BANDS = tuple((m, t) for m in MEASURES for t in THRESHOLDS)
_PART = {"tillgang": "utan", "passerad": "ej_passerade"}
_TOLD = {
    "tillgang": "Andel av rutans adresser med tillgång till {} Mbit/s ned",
    "passerad": "Andel av rutans adresser med tillgång till {} Mbit/s ned eller fiber förbi sig",
}

Shares = NDArray[np.float32]


def run(region: Region, paths: Paths) -> None:
    """Build ``out/tackning_250m.tif`` from the table of cells."""
    facts = read_facts(paths)
    needed = ["rutid_scb", "adresser", *(f"adresser_{_PART[m]}_{t}" for m, t in BANDS)]
    cells = read_table(paths.table("rutnat_250m"), needed)
    column, row, shape, corner = frame(grid.parse_scb_id(cells["rutid_scb"].to_numpy(dtype=str)))
    bands = np.full((len(BANDS), *shape), NODATA, dtype=np.float32)
    bands[:, row, column] = shares(cells)
    with replacing(paths.built("out/tackning_250m.tif")) as beside:
        write(beside, bands, corner, tags(region, facts))


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
    c, r = grid.column_row(rutid)
    west, north = int(c.min()), int(r.max())
    shape = (north - int(r.min()) + 1, int(c.max()) - west + 1)
    return c - west, north - r, shape, (float(west * grid.CELL_M), float((north + 1) * grid.CELL_M))


def shares(cells: pd.DataFrame) -> Shares:
    """Return the share (0–100 %) of addresses with coverage, one row per band; nodata without addresses."""
    total = cells["adresser"].to_numpy(dtype=np.float64)
    out = np.full((len(BANDS), len(cells)), NODATA, dtype=np.float32)
    lived = total > 0
    for i, (measure, t) in enumerate(BANDS):
        without = cells[f"adresser_{_PART[measure]}_{t}"].to_numpy(dtype=np.float64)
        share = 100.0 * (total[lived] - without[lived]) / total[lived]
        out[i, lived] = np.clip(np.round(share, DECIMALS), 0.0, 100.0)
    return out


def tags(region: Region, facts: RunFacts) -> dict[str, str]:
    """Return the file's metadata."""
    return {
        "TIFFTAG_IMAGEDESCRIPTION": f"{demo_prefix(facts)}Bredbandstäckning i 250 m-rutor, {facts['lan']}",
        "TIFFTAG_COPYRIGHT": region.publicering.utgivare,
        "BESKRIVNING": (DEMO_TEXT + " " if facts["demo"] else "")
        + "Andel av rutans adresser med täckning. Delvis modellerad; inget värde där ingen adress finns.",
        "DEMO": "ja" if facts["demo"] else "nej",
        "KORNING_ID": facts["korning_id"],
        "ENHET": "procent",
        "PTS_DATUM": facts["pts_datum"],
        "SENASTE_INDATADATUM": facts["senaste_indatadatum"],
        "TIFFTAG_DATETIME": midnight(facts)[:19].replace("-", ":").replace("T", " "),
    }


def write(path: Path, bands: Shares, corner: tuple[float, float], about: dict[str, str]) -> None:
    """Write the bands as a COG: first in memory, then by GDAL's COG driver with overviews."""
    import rasterio
    from rasterio.io import MemoryFile
    from rasterio.shutil import copy
    from rasterio.transform import from_origin

    profile = {
        "driver": "GTiff", "dtype": "float32", "count": len(bands), "height": bands.shape[1],
        "width": bands.shape[2], "crs": f"EPSG:{EPSG}", "nodata": NODATA,
        "transform": from_origin(*corner, grid.CELL_M, grid.CELL_M),
    }  # fmt: skip
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), MemoryFile() as memory:
        with memory.open(**profile) as made:
            made.write(bands)
            made.update_tags(**about)
            for i, (measure, t) in enumerate(BANDS, start=1):
                made.set_band_description(i, f"{measure}_{t}")
                made.set_band_unit(i, "%")
                made.update_tags(i, BESKRIVNING=_TOLD[measure].format(t), TROSKEL_MBIT=str(t), MATT=measure)
        with memory.open() as made:
            copy(
                made, path, driver="COG", COMPRESS="DEFLATE", PREDICTOR="FLOATING_POINT", BLOCKSIZE=256,
                OVERVIEW_RESAMPLING="AVERAGE", NUM_THREADS="1", STATISTICS="YES",
            )  # fmt: skip
