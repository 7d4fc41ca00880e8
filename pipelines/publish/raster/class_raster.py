"""``klass_<measure>_<threshold>.tif``: the published coverage class of every cell, with names and colours.

One byte a cell, made from the open table and no other, so that the raster says what ``maps/data/`` says. The
same bytes stand in ``OUT``, beside the GeoPackage, and in ``maps/data/raster/``. Names of the classes stand in
``.tif.aux.xml``, GDAL's own place for them (GeoTIFF has none), and in a style of the file's own name, which QGIS
reads first: without it, QGIS lists all 256 places of the colour table.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import numpy as np

from pipelines.core import cell_grid, classes, files
from pipelines.core.level import LEVELS
from pipelines.core.quoted import RunFacts
from pipelines.publish.qgis.style import qml_raster
from pipelines.publish.raster import cog
from pipelines.publish.words.edition_facts import demo_prefix, noted
from pipelines.publish.words.palette import CLASS_COLOURS, CLASS_LABELS, rgb
from pipelines.tables.open_contracts import RUTNAT_250M

if TYPE_CHECKING:
    from pipelines.core.paths import Paths

NODATA = 255
"""Outside the grid: sea, lakes, other län. A cell without addresses has a class of its own."""
HERE, PUBLISHED = "out", "maps/data/raster"
_FIELDS = (("Value", 0, 5), ("Class", 2, 2), ("Red", 0, 6), ("Green", 0, 7), ("Blue", 0, 8))
"""Columns of the attribute table: name, type and usage, by GDAL's numbers (GDALRATFieldType, …FieldUsage)."""


def write_all(tags: dict[str, str], facts: RunFacts, paths: Paths) -> None:
    """Build a raster for each level, in both places.

    Parameters
    ----------
    tags : dict of str
        What each raster of the run says of itself.
    """
    names = [level.cell_class for level in LEVELS]
    cells = files.read_table(paths.table(f"oppen_{RUTNAT_250M.name}"), ["rutid_scb", *names], few=names)
    column, row, shape, corner = cog.frame(cell_grid.parse_scb_id(cells["rutid_scb"]))
    number = {code: i for i, code in enumerate(classes.CODES)}
    for name in names:
        band = np.full((1, *shape), NODATA, dtype=np.uint8)
        band[0, row, column] = cells[name].map(number).to_numpy(dtype=np.uint8)
        told = RUTNAT_250M.column(name)
        about = {
            **tags,
            "ENHET": "klass",
            "TIFFTAG_IMAGEDESCRIPTION": f"{demo_prefix(facts)}{told.alias}, {facts['lan']}",
            "BESKRIVNING": demo_prefix(facts) + noted(f"{told.description} Som i den öppna utgåvan.", facts),
        }

        def describe(made: Any, name: str = name) -> None:
            made.set_band_description(1, name)
            made.write_colormap(1, colours())

        here, published = (paths.built(f"{folder}/{name}.tif") for folder in (HERE, PUBLISHED))
        with files.replacing(here) as beside:
            # Nearest keeps the share of each class as the map is zoomed out; mode would let the cells
            # without addresses, most of the land, swallow the others.
            cog.write(beside, band, corner, NODATA, about, describe, PREDICTOR="NO", OVERVIEW_RESAMPLING="NEAREST")
        with files.replacing(published) as beside:
            shutil.copyfile(here, beside)
        for goal in (here, published):
            files.write_text(goal.with_name(f"{goal.name}.aux.xml"), names_xml(facts))
            files.write_text(goal.with_suffix(".qml"), qml_raster.class_style(facts).qml)


def colours() -> dict[int, tuple[int, int, int, int]]:
    """Return the colour table: red, green, blue, opacity by value."""
    table = {i: (*rgb(CLASS_COLOURS[code]), 255) for i, code in enumerate(classes.CODES)}
    return {**table, NODATA: (0, 0, 0, 0)}


def labels(facts: RunFacts) -> list[str]:
    """Return the name of each class, by value from 0."""
    mark = " (DEMO)" if facts["demo"] else ""
    return [CLASS_LABELS[code] + mark for code in classes.CODES]


def names_xml(facts: RunFacts) -> str:
    """Return GDAL's side file: names of the categories, and an attribute table with names and colours."""
    names = [escape(name) for name in labels(facts)]
    categories = "".join(f"<Category>{name}</Category>" for name in names)
    fields = "".join(
        f'<FieldDefn index="{i}"><Name>{name}</Name><Type>{kind}</Type><Usage>{usage}</Usage></FieldDefn>'
        for i, (name, kind, usage) in enumerate(_FIELDS)
    )
    rows = "".join(
        f'<Row index="{i}">' + "".join(f"<F>{v}</F>" for v in (i, name, *colours()[i][:3])) + "</Row>"
        for i, name in enumerate(names)
    )
    return (
        '<PAMDataset><PAMRasterBand band="1">'
        f"<CategoryNames>{categories}</CategoryNames>"
        f'<GDALRasterAttributeTable tableType="thematic">{fields}{rows}</GDALRasterAttributeTable>'
        "</PAMRasterBand></PAMDataset>\n"
    )
