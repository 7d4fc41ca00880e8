"""The rasters: ``tackning_250m.tif``, each cell's share of addresses with coverage, and a class each.

The pixels are the cells: column and row follow from ``rutid_scb`` by arithmetic, nothing is resampled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.config.region import Region
from pipelines.core import cell_grid
from pipelines.core.files import read_table, replacing, write_text
from pipelines.core.level import LEVELS
from pipelines.core.level_words import HAVE_DOWN
from pipelines.core.paths import Paths
from pipelines.core.quoted import RunFacts, read_facts
from pipelines.disclosure.open_run import read_open_facts
from pipelines.publish.qgis.style import qml_raster
from pipelines.publish.raster import class_raster, cog
from pipelines.publish.words.edition_facts import demo_prefix, marked, midnight

if TYPE_CHECKING:
    import pandas as pd

NODATA = -9999.0
"""A cell without addresses, or no cell."""
DECIMALS = 6

Shares = NDArray[np.float32]


def run(region: Region, paths: Paths) -> None:
    """Build ``out/tackning_250m.tif`` from the table of cells, and the class rasters from the open one."""
    facts = read_facts(paths)
    about = tags(region, facts)
    needed = ["rutid_scb", "adresser", *(level.without("adresser") for level in LEVELS)]
    cells = read_table(paths.table("rutnat_250m"), needed)
    column, row, shape, corner = cog.frame(cell_grid.parse_scb_id(cells["rutid_scb"]))
    bands = np.full((len(LEVELS), *shape), NODATA, dtype=np.float32)
    bands[:, row, column] = shares(cells)
    with replacing(paths.built("out/tackning_250m.tif")) as beside:
        cog.write(
            beside,
            bands,
            corner,
            NODATA,
            about,
            _describe,
            PREDICTOR="FLOATING_POINT",
            OVERVIEW_RESAMPLING="AVERAGE",
            STATISTICS="YES",
        )
    # QGIS would show three of the bands as red, green and blue; a style of the file's own name is read first.
    write_text(paths.built("out/tackning_250m.qml"), qml_raster.share_style(facts, LEVELS.first).qml)
    told = read_open_facts(paths)
    class_raster.write_all(tags(region, told), told, paths)


def shares(cells: pd.DataFrame) -> Shares:
    """Return the share (0–100 %) of addresses with coverage, one row per band (a level); nodata without addresses."""
    total = cells["adresser"].to_numpy(dtype=np.float64)
    out = np.full((len(LEVELS), len(cells)), NODATA, dtype=np.float32)
    lived = total > 0
    for i, level in enumerate(LEVELS):
        without = cells[level.without("adresser")].to_numpy(dtype=np.float64)
        share = 100.0 * (total[lived] - without[lived]) / total[lived]
        out[i, lived] = np.clip(np.round(share, DECIMALS), 0.0, 100.0)
    return out


def tags(region: Region, facts: RunFacts) -> dict[str, str]:
    """Return the file's metadata."""
    return {
        "TIFFTAG_IMAGEDESCRIPTION": f"{demo_prefix(facts)}Bredbandstäckning i 250 m-rutor, {facts['lan']}",
        "TIFFTAG_COPYRIGHT": region.publicering.utgivare,
        "BESKRIVNING": marked(
            "Andel av rutans adresser med täckning. Delvis modellerad; inget värde där ingen adress finns.", facts
        ),
        "DEMO": "ja" if facts["demo"] else "nej",
        "KORNING_ID": facts["korning_id"],
        "ENHET": "procent",
        "PTS_DATUM": facts["pts_datum"],
        "SENASTE_INDATADATUM": facts["senaste_indatadatum"],
        "TIFFTAG_DATETIME": midnight(facts)[:19].replace("-", ":").replace("T", " "),
    }


def _describe(made: Any) -> None:
    for i, level in enumerate(LEVELS, start=1):
        told = f"Andel av rutans adresser med {HAVE_DOWN[level.measure].format(level.mbit)}"
        made.set_band_description(i, level.code)
        made.set_band_unit(i, "%")
        made.update_tags(i, BESKRIVNING=told, TROSKEL_MBIT=str(level.mbit), MATT=level.measure)
