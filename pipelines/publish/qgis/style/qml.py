"""QGIS's layer style format (QML), as QGIS 3.22 and later read it: renderers, labels, aliases.

Only what a style needs is written; QGIS fills in the rest. Text from outside is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from pipelines.publish.qgis.style import qml_fields
from pipelines.publish.words.palette import rgb
from pipelines.tables.contracts import Table

Shape = Literal["fill", "marker"]
VERSION = "3.22.16-Białowieża"
"""The last of the oldest line of QGIS that is met: it warns of a project of any earlier version."""
_FAR = 100_000_000


@dataclass(frozen=True)
class Class:
    """One class of a graduated renderer: limits (both included, the first that fits wins), label, colour."""

    low: float
    high: float
    label: str
    colour: str
    outline: str = ""


@dataclass(frozen=True)
class Rule:
    """One rule of a rule-based renderer: what it draws and how; a rule with ``parts`` is a heading.

    Attributes
    ----------
    label : str
        Text of the legend.
    where : str
        QGIS expression; within a heading it narrows the heading's own.
    colour, outline, hatch : str
        ``#rrggbb`` of the filling, its border (``outline_mm`` wide) and its diagonal lines; empty means none.
    line_mm : float
        Width of a line of ``colour``, for a layer of lines; 0 for polygons.
    dashed : bool
        Whether the line is.
    marker : bool
        Of a layer of points: a dot of ``colour``.
    visible_from : int
        Draw only at scale 1:``visible_from`` and closer; 0 means always.
    """

    label: str
    where: str = ""
    colour: str = ""
    outline: str = ""
    outline_mm: float = 0.2
    hatch: str = ""
    line_mm: float = 0
    dashed: bool = False
    marker: bool = False
    visible_from: int = 0
    parts: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class LabelRule:
    """Labels of those features that ``where`` fits, at scale 1:``visible_from`` and closer (0: always)."""

    where: str
    visible_from: int = 0


def document(
    table: Table, renderer: str, labels: str = "", visible_from: int = 0, visible_until: int = 0, tip: str = ""
) -> str:
    """Return a whole QML document with the contract's aliases and value maps.

    Parameters
    ----------
    table : Table
        Gives aliases, value maps and formats of the columns.
    renderer, labels : str
        XML from the functions below; empty for a table without geometry.
    visible_from, visible_until : int
        Draw only at scale 1:``visible_from`` and closer, not closer than 1:``visible_until``; 0 means always.
    tip : str
        What QGIS tells where the mouse rests: text with expressions in ``[% %]``.
    """
    shown = f"<mapTip>{escape(tip)}</mapTip>" if tip else ""
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'<qgis version="{VERSION}" styleCategories="Symbology|Labeling|Fields|Forms|MapTips|Rendering"'
        f' hasScaleBasedVisibilityFlag="{int(visible_from + visible_until > 0)}"'
        f' minScale="{visible_from or _FAR}" maxScale="{visible_until}" labelsEnabled="{int(bool(labels))}">\n'
        f"{renderer}{labels}{qml_fields.fields(table)}{shown}\n</qgis>\n"
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


def rules(given: Sequence[Rule]) -> str:
    """Return a renderer of rules, one level of headings at most; every rule that fits draws."""
    drawn: list[Rule] = []

    def element(rule: Rule, key: str) -> str:
        symbol = ""
        if not rule.parts:
            symbol = f' symbol="{len(drawn)}"'
            drawn.append(rule)
        inside = "".join(element(part, f"{key}.{i}") for i, part in enumerate(rule.parts))
        where = f" filter={quoteattr(rule.where)}" if rule.where else ""
        return (
            f"<rule key={quoteattr(key)}{symbol} label={quoteattr(rule.label)}{where}{_scales(rule.visible_from)}>"
            f"{inside}</rule>"
        )

    elements = "".join(element(rule, f"r{i}") for i, rule in enumerate(given))

    def symbol(i: int, r: Rule) -> str:
        if r.marker:
            return _symbol(i, "marker", r.colour)
        if r.line_mm:
            return _line(i, r.colour, r.line_mm, r.dashed)
        return _filled(i, r.colour, r.outline, r.outline_mm, r.hatch)

    symbols = "".join(symbol(i, r) for i, r in enumerate(drawn))
    return (
        '<renderer-v2 type="RuleRenderer" symbollevels="0" forceraster="0" enableorderby="0">'
        f'<rules key="r">{elements}</rules><symbols>{symbols}</symbols></renderer-v2>\n'
    )


def label(column: str) -> str:
    """Return labels from a column or expression, placed inside the polygon."""
    return f'<labeling type="simple">{_label_settings(column)}</labeling>\n'


def label_rules(column: str, given: Sequence[LabelRule], size_pt: float = 9) -> str:
    """Return labels from a column or expression, some of them only where the map is close enough."""
    elements = "".join(
        f'<rule key="l{i}" filter={quoteattr(r.where)} description={quoteattr(r.where)}{_scales(r.visible_from)}>'
        f"{_label_settings(column, size_pt=size_pt)}</rule>"
        for i, r in enumerate(given)
    )
    return f'<labeling type="rule-based"><rules key="l">{elements}</rules></labeling>\n'


def _label_settings(column: str, colour: str = "#222222", size_pt: float = 9) -> str:
    """Text with a white halo, inside the polygon. No font is named: QGIS's own is there on every machine."""
    return (
        '<settings calloutType="simple">'
        f'<text-style fieldName={quoteattr(column)} fontWeight="75" fontSize="{size_pt:g}"'
        f' fontSizeUnit="Point" textColor="{_colour(colour)}" textOpacity="1" multilineHeight="1"'
        f' isExpression="{int(not column.isidentifier())}">'
        '<text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="255,255,255,255"'
        ' bufferOpacity="0.85" bufferNoFill="1" bufferJoinStyle="128"/></text-style>'
        '<placement placement="4" centroidInside="1" centroidWhole="1" fitInPolygonOnly="0" priority="6"/>'
        '<rendering drawLabels="1" displayAll="0" obstacle="1" obstacleFactor="1" scaleVisibility="0"/>'
        "</settings>"
    )


def _scales(visible_from: int) -> str:
    return f' scalemindenom="1" scalemaxdenom="{visible_from}"' if visible_from else ""


def _symbol(number: int, shape: Shape, colour: str, outline_colour: str = "") -> str:
    if shape == "marker":
        options = {
            "name": "circle",
            "size": "1.8",
            "size_unit": "MM",
            "color": _colour(colour),
            "outline_color": "60,60,60,255",
            "outline_width": "0.15",
            "outline_width_unit": "MM",
        }
        return _wrapped(number, "marker", [("SimpleMarker", options, "")])
    return _filled(number, colour, outline_colour)


def _line(number: int, colour: str, width_mm: float, dashed: bool) -> str:
    """Return a symbol for lines."""
    options = {
        "line_color": _colour(colour),
        "line_style": "dash" if dashed else "solid",
        "line_width": f"{width_mm:g}",
        "line_width_unit": "MM",
        "capstyle": "flat" if dashed else "round",
        "joinstyle": "round",
    }
    return _wrapped(number, "line", [("SimpleLine", options, "")])


def _filled(number: int, colour: str, outline_colour: str = "", outline_mm: float = 0.2, hatch: str = "") -> str:
    """Return a symbol for polygons: filling, border, diagonal lines on top."""
    options = {
        "color": _colour(colour or "#ffffff"),
        "style": "solid" if colour else "no",
        "outline_color": _colour(outline_colour or colour or "#ffffff"),
        "outline_style": "solid" if outline_colour else "no",
        "outline_width": f"{outline_mm:g}",
        "outline_width_unit": "MM",
        "joinstyle": "miter",
    }
    layers = [("SimpleFill", options, "")]
    if hatch:
        line = {"line_color": _colour(hatch), "line_style": "solid", "line_width": "0.3", "line_width_unit": "MM"}
        pattern = {"angle": "45", "distance": "2.2", "distance_unit": "MM", "line_width": "0.3"}
        inner = _wrapped(f"@{number}@1", "line", [("SimpleLine", line, "")])
        layers.append(("LinePatternFill", pattern, inner))
    return _wrapped(number, "fill", layers)


def _wrapped(number: int | str, kind: str, layers: Sequence[tuple[str, Mapping[str, str], str]]) -> str:
    """Return one symbol; each layer is its class, options (in the old and the new way) and inner symbol."""
    body = ""
    for layer, options, inner in layers:
        new = "".join(f'<Option type="QString" name="{k}" value={quoteattr(v)}/>' for k, v in options.items())
        old = "".join(f'<prop k="{k}" v={quoteattr(v)}/>' for k, v in options.items())
        body += (
            f'<layer class="{layer}" enabled="1" locked="0" pass="0"><Option type="Map">{new}</Option>{old}'
            f"{inner}</layer>"
        )
    return f'<symbol type="{kind}" name="{number}" alpha="1" clip_to_extent="1" force_rhr="0">{body}</symbol>'


def _colour(colour: str) -> str:
    return ",".join(map(str, (*rgb(colour), 255)))
