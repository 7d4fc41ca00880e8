"""QGIS's styles of the rasters: shares by the classes' limits, classes by their colours."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from pipelines.config.region import MEASURES, THRESHOLDS
from pipelines.core import classes
from pipelines.publish.qgis import qml
from pipelines.publish.words.palette import CLASS_COLOURS, CLASS_LABELS, SHARE_COLOURS

if TYPE_CHECKING:
    from pipelines.core.quoted import RunFacts

_BELOW = 1e-5
"""A limit belongs to the class above, but QGIS lets a colour reach up to and with its value; in percent, and
above the step of a 32-bit float at 95."""
_NAME = {"tillgang": "Tillgång", "passerad": "Passerade"}


@dataclass(frozen=True)
class RasterStyle:
    """One named style of a raster."""

    name: str
    qml: str


def share_style(facts: RunFacts, measure: str = "tillgang", t: int = 100) -> RasterStyle:
    """Return the style of one band of ``tackning_250m.tif``."""
    band = 1 + [(m, s) for m in MEASURES for s in THRESHOLDS].index((measure, t))
    mark = " (DEMO)" if facts["demo"] else ""
    tops = [*(f"{100 * x - _BELOW:.5f}" for x in classes.LIMITS), "inf"]
    edges = [f"{100 * x:.0f}" for x in (0, *classes.LIMITS, 1)]
    words = {"tillgang": "har", "passerad": "har eller passeras"}[measure]
    items = "".join(
        f'<item value="{top}" label={quoteattr(f"{low}–{high} % {words}{mark}")} color="{colour}" alpha="255"/>'
        for top, (low, high), colour in zip(tops, pairwise(edges), reversed(SHARE_COLOURS), strict=True)
    )
    renderer = (
        f'<rasterrenderer type="singlebandpseudocolor" band="{band}" opacity="1" alphaBand="-1" nodataColor=""'
        ' classificationMin="0" classificationMax="100"><rastershader><colorrampshader colorRampType="DISCRETE"'
        f' classificationMode="2" clip="0" minimumValue="0" maximumValue="100">{items}</colorrampshader>'
        "</rastershader></rasterrenderer>"
    )
    prefix = "DEMO " if facts["demo"] else ""
    return RasterStyle(f"{prefix}{_NAME[measure]} {t}", _document(renderer))


def class_style(facts: RunFacts) -> RasterStyle:
    """Return the style of a class raster: the same colours and names as its own colour table."""
    mark = " (DEMO)" if facts["demo"] else ""
    entries = "".join(
        f'<paletteEntry value="{i}" label={quoteattr(CLASS_LABELS[code] + mark)} color="{CLASS_COLOURS[code]}"'
        ' alpha="255"/>'
        for i, code in enumerate(classes.CODES)
    )
    renderer = (
        '<rasterrenderer type="paletted" band="1" opacity="1" alphaBand="-1" nodataColor="">'
        f"<colorPalette>{entries}</colorPalette></rasterrenderer>"
    )
    return RasterStyle(("DEMO " if facts["demo"] else "") + "Klass", _document(renderer))


def _document(renderer: str) -> str:
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'<qgis version="{qml.VERSION}" styleCategories="Symbology" hasScaleBasedVisibilityFlag="0"'
        ' minScale="100000000" maxScale="0">\n'
        f"<pipe><provider/>{renderer}<brightnesscontrast/><huesaturation/><rasterresampler/></pipe>"
        "<blendMode>0</blendMode>\n</qgis>\n"
    )
