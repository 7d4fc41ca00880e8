"""Print maps: the county on one A3 sheet, as PDF (vector text) and PNG, from the open edition only.

A sheet is a map (``print_map``) and a column of text beside it (``print_column``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.files import read_polygons, read_table, replacing
from pipelines.paths import Paths
from pipelines.publish.disclosure import exposed
from pipelines.publish.facts import RunFacts, Source, demo_prefix, epoch, read_facts, read_sources
from pipelines.region import THRESHOLDS, Region

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

MM = 1 / 25.4
A3_LANDSCAPE_MM = (420.0, 297.0)
PNG_DPI = 200
_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "pdf.fonttype": 42,  # TrueType, embedded: text can be searched and copied
    "svg.hashsalt": "bredband",
    "hatch.linewidth": 0.35,
    "axes.linewidth": 0.6,
    "path.simplify": False,
    "text.hinting": "none",
}


@dataclass(frozen=True)
class Sheet:
    """Everything one sheet shows."""

    region: Region
    facts: RunFacts
    sources: list[Source]
    cells: pd.DataFrame
    kommuner: pd.DataFrame
    lan: pd.Series[Any]
    outlines: gpd.GeoDataFrame
    threshold: int
    exposed: frozenset[tuple[str, int]]


def run(region: Region, paths: Paths) -> None:
    """Build ``maps/kartor/lan_100.pdf`` and ``.png``."""
    sheet = read(region, paths, threshold=100)
    figure = drawn(sheet)
    base = f"maps/kartor/lan_{sheet.threshold}"
    save(figure, paths.built(f"{base}.png"), sheet)
    save(figure, paths.built(f"{base}.pdf"), sheet)


def read(region: Region, paths: Paths, threshold: int) -> Sheet:
    """Read what a sheet shows: open cells, published figures, outlines."""
    bands = [f"hushall_utan_{t}_band" for t in THRESHOLDS]
    cells = read_table(
        paths.table("oppna_rutor"),
        ["rutid_scb", "kommunkod", f"klass_tillgang_{threshold}", "underlag", *bands],
    )
    kommuner = read_table(paths.table("kommuner"))
    return Sheet(
        region=region,
        facts=read_facts(paths),
        sources=read_sources(paths),
        cells=cells,
        kommuner=kommuner,
        lan=read_table(paths.table("lan")).iloc[0],
        outlines=read_polygons(paths.table("granser")),
        threshold=threshold,
        exposed=frozenset(exposed(cells, kommuner, region.publicering.bandgranser)),
    )


def drawn(sheet: Sheet) -> Any:
    """Return the sheet as a matplotlib figure."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from pipelines.publish import print_column, print_map

    mpl.use("Agg")  # the scale bar's library opens figures of its own
    with mpl.rc_context(_STYLE):
        width, height = A3_LANDSCAPE_MM
        figure = Figure(figsize=(width * MM, height * MM), facecolor="white")
        map_axes = figure.add_axes((10 / width, 10 / height, 276 / width, 277 / height))
        column = figure.add_axes((294 / width, 10 / height, 116 / width, 277 / height))
        print_map.draw(map_axes, sheet)
        print_column.draw(column, sheet)
    return figure


def save(figure: Any, path: Path, sheet: Sheet) -> None:
    """Write the figure whole or not at all, with a title and without a clock."""
    from datetime import UTC, datetime

    import matplotlib as mpl

    title = f"{demo_prefix(sheet.facts)}{sheet.region.publicering.titel}, {sheet.threshold} Mbit/s"
    about: dict[str, Any] = {"Title": title, "Author": sheet.region.publicering.utgivare}
    if path.suffix == ".pdf":
        about["Subject"] = f"Körning {sheet.facts['korning_id']}"
        about["CreationDate"] = datetime.fromtimestamp(epoch(sheet.facts), tz=UTC)
    else:
        about |= {"Description": f"Körning {sheet.facts['korning_id']}", "Software": None}
    with mpl.rc_context(_STYLE), replacing(path) as beside:
        figure.savefig(beside, dpi=PNG_DPI, metadata=about)
