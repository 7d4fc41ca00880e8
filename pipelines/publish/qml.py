"""QGIS's layer style format (QML), as QGIS 3.22 and later read it: renderers, a label, aliases.

Only what a style needs is written; QGIS fills in the rest. Text from outside is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import quoteattr

from pipelines.contracts import Table
from pipelines.publish.palette import rgb

Shape = Literal["fill", "marker"]
VERSION = "3.22.0-Białowieża"
_FAR = 100_000_000


@dataclass(frozen=True)
class Class:
    """One class of a graduated renderer: limits (both included, the first that fits wins), label, colour."""

    low: float
    high: float
    label: str
    colour: str
    outline: str = ""


def document(table: Table, renderer: str, labels: str = "", visible_from: int = 0) -> str:
    """Return a whole QML document with the contract's aliases.

    Parameters
    ----------
    table : Table
        Gives the aliases.
    renderer, labels : str
        XML from the functions below; empty for a table without geometry.
    visible_from : int
        Draw only at scale 1:``visible_from`` and closer; 0 means always.
    """
    aliases = "".join(
        f"<alias index={quoteattr(str(i))} field={quoteattr(c.name)} name={quoteattr(c.alias)}/>"
        # index 0 is fid
        for i, c in enumerate(table.columns, start=1)
    )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'<qgis version="{VERSION}" styleCategories="Symbology|Labeling|Fields|Rendering"'
        f' hasScaleBasedVisibilityFlag="{int(visible_from > 0)}" minScale="{visible_from or _FAR}" maxScale="0"'
        f' labelsEnabled="{int(bool(labels))}">\n'
        f"{renderer}{labels}<aliases>{aliases}</aliases>\n</qgis>\n"
    )


def graduated(attribute: str, classes: Sequence[Class], shape: Shape) -> str:
    """Return a renderer with one colour per range of a column or expression."""
    ranges = "".join(
        f'<range lower="{c.low:.6f}" upper="{c.high:.6f}" symbol="{i}" label={quoteattr(c.label)} render="true"/>'
        for i, c in enumerate(classes)
    )
    symbols = "".join(_symbol(i, shape, c.colour, c.outline) for i, c in enumerate(classes))
    return (
        f'<renderer-v2 type="graduatedSymbol" attr={quoteattr(attribute)} graduatedMethod="GraduatedColor"'
        ' symbollevels="0" forceraster="0" enableorderby="0">'
        f"<ranges>{ranges}</ranges><symbols>{symbols}</symbols></renderer-v2>\n"
    )


def categorized(attribute: str, values: Mapping[str, tuple[str, str]], shape: Shape) -> str:
    """Return a renderer with one colour per value; ``values`` maps a value to its label and colour."""
    categories = "".join(
        f'<category value={quoteattr(v)} type="string" symbol="{i}" label={quoteattr(label)} render="true"/>'
        for i, (v, (label, _)) in enumerate(values.items())
    )
    symbols = "".join(_symbol(i, shape, colour) for i, (_, colour) in enumerate(values.values()))
    return (
        f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(attribute)} symbollevels="0" forceraster="0"'
        f' enableorderby="0"><categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>\n'
    )


def outline(label: str, colour: str, width_mm: float = 0.8) -> str:
    """Return a renderer that draws a polygon's border and no filling."""
    options = {
        "color": "255,255,255,0", "style": "no", "outline_color": _colour(colour), "outline_style": "solid",
        "outline_width": str(width_mm), "outline_width_unit": "MM", "joinstyle": "round",
    }  # fmt: skip
    return (
        '<renderer-v2 type="RuleRenderer" symbollevels="0" forceraster="0" enableorderby="0">'
        f'<rules key="r0"><rule key="r1" symbol="0" label={quoteattr(label)}/></rules>'
        f"<symbols>{_wrapped(0, 'fill', 'SimpleFill', options)}</symbols></renderer-v2>\n"
    )


def label(column: str, colour: str = "#222222", size_pt: float = 9) -> str:
    """Return labels from a column, with a white halo, placed inside the polygon."""
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f'<text-style fieldName={quoteattr(column)} fontFamily="Noto Sans" fontSize="{size_pt:g}"'
        f' fontSizeUnit="Point" textColor="{_colour(colour)}" textOpacity="1" isExpression="0" multilineHeight="1">'
        '<text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="255,255,255,255"'
        ' bufferOpacity="0.85" bufferNoFill="1" bufferJoinStyle="128"/></text-style>'
        '<placement placement="4" centroidInside="1" centroidWhole="1" fitInPolygonOnly="0" priority="6"/>'
        '<rendering drawLabels="1" displayAll="0" obstacle="1" obstacleFactor="1" scaleVisibility="0"/>'
        "</settings></labeling>\n"
    )


def _symbol(number: int, shape: Shape, colour: str, outline_colour: str = "") -> str:
    if shape == "marker":
        options = {
            "name": "circle", "size": "1.8", "size_unit": "MM", "color": _colour(colour),
            "outline_color": "60,60,60,255", "outline_width": "0.15", "outline_width_unit": "MM",
        }  # fmt: skip
        return _wrapped(number, "marker", "SimpleMarker", options)
    options = {
        "color": _colour(colour), "style": "solid", "outline_color": _colour(outline_colour or colour),
        "outline_style": "solid" if outline_colour else "no", "outline_width": "0.2", "outline_width_unit": "MM",
        "joinstyle": "miter",
    }  # fmt: skip
    return _wrapped(number, "fill", "SimpleFill", options)


def _wrapped(number: int, kind: str, layer: str, options: Mapping[str, str]) -> str:
    """Return one symbol of one layer, its options in the old and the new way of writing them."""
    new = "".join(f'<Option type="QString" name="{k}" value={quoteattr(v)}/>' for k, v in options.items())
    old = "".join(f'<prop k="{k}" v={quoteattr(v)}/>' for k, v in options.items())
    return (
        f'<symbol type="{kind}" name="{number}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="{layer}" enabled="1" locked="0" pass="0"><Option type="Map">{new}</Option>{old}</layer>'
        "</symbol>"
    )


def _colour(colour: str) -> str:
    return ",".join(map(str, (*rgb(colour), 255)))
