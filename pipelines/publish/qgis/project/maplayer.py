"""One layer as QGIS writes it in a project: what it is, where, and its styles."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.core.files import EPSG
from pipelines.publish.qgis.style import qml_fields

if TYPE_CHECKING:
    from pipelines.publish.qgis.project.project_model import Layer, Relation

_GEOMETRY = {
    "": "No geometry",
    "Point": "Point",
    "LineString": "Line",
    "MultiLineString": "Line",
    "Polygon": "Polygon",
    "MultiPolygon": "Polygon",
}
SRSID = "971"
"""SWEREF 99 TM in QGIS's own list. QGIS goes by ``authid``, but only where it finds a number of its list too."""
_FAR = 100_000_000


def element(layer: Layer, publisher: str, keywords: Sequence[str] = (), relations: Sequence[Relation] = ()) -> str:
    """Return ``<maplayer>``: its first style spelled out, the others in its style manager.

    Every layer is made anew by the next run, so none is to be written in. ``relations`` are those of the project;
    the layer's form has a page of each that it is the whole of. No licence is told where it is empty.
    """
    pages = [qml_fields.related(r.id, r.name) for r in relations if r.whole == layer.name]
    styles = {style.name: _root(layer, style.qml, pages) for style in layer.styles}
    first = next(iter(styles))
    spatial = layer.geometry != ""
    raster = layer.geometry == "raster"
    out = ET.Element("maplayer", {"type": "raster" if raster else "vector"})
    if not raster:
        out.set("geometry", _GEOMETRY[layer.geometry])
        out.set("readOnly", "1")
    out.attrib |= {k: v for k, v in styles[first].attrib.items() if k not in ("version", "styleCategories")}
    for name, text in (
        ("id", layer.id),
        ("datasource", layer.source),
        ("layername", layer.title),
        ("shortname", layer.name),
        ("title", layer.title),
        ("abstract", layer.about),
        ("attribution", layer.credit or publisher),
    ):
        ET.SubElement(out, name).text = text
    words = ET.SubElement(out, "keywordList")
    for word in keywords:
        ET.SubElement(words, "value").text = word
    if spatial:
        reference = ET.SubElement(ET.SubElement(out, "srs"), "spatialrefsys", {"nativeFormat": "Wkt"})
        for name, text in (("srsid", SRSID), ("srid", str(EPSG)), ("authid", f"EPSG:{EPSG}")):
            ET.SubElement(reference, name).text = text
    told = ET.SubElement(out, "resourceMetadata")
    for name, text in (
        ("language", "swe"),
        ("title", layer.title),
        ("abstract", layer.about),
        ("rights", layer.credit or publisher),
        ("license", layer.licence),
    ):
        if text:
            ET.SubElement(told, name).text = text
    ET.SubElement(out, "provider", {} if raster else {"encoding": "UTF-8"}).text = layer.provider
    manager = ET.SubElement(out, "map-layer-style-manager", {"current": first})
    for name, root in styles.items():
        kept = ET.SubElement(manager, "map-layer-style", {"name": name})
        if name != first:
            kept.append(root)
    out.extend(styles[first])
    return ET.tostring(out, encoding="unicode")


def headings(layer: Layer, style: str) -> list[str]:
    """Return the keys of a style's headings in the legend, which QGIS folds unless it is told not to."""
    root = ET.fromstring({s.name: s.qml for s in layer.styles}[style].split("\n", 1)[1])
    return [r.get("key", "") for r in root.findall("renderer-v2/rules/rule") if r.get("symbol") is None]


def _root(layer: Layer, qml: str, pages: Sequence[str]) -> ET.Element:
    """Return a style's own element, its scales those of the layer where it has any."""
    root = ET.fromstring(qml.split("\n", 1)[1])
    root.set("styleCategories", "AllStyleCategories")
    form = root.find("attributeEditorForm")
    if form is not None:
        form.extend(ET.fromstring(page) for page in pages)
    if layer.visible_from or layer.visible_until:
        root.set("hasScaleBasedVisibilityFlag", "1")
        root.set("minScale", str(layer.visible_from or _FAR))
        root.set("maxScale", str(layer.visible_until))
    return root
