"""One layer as QGIS writes it in a project: what it is, where, and its styles."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from pipelines.files import EPSG

if TYPE_CHECKING:
    from pipelines.publish.qgis_project.model import Layer

_GEOMETRY = {"": "No geometry", "Point": "Point", "Polygon": "Polygon", "MultiPolygon": "Polygon"}
SRSID = "971"
"""SWEREF 99 TM in QGIS's own list. QGIS goes by ``authid``, but only where it finds a number of its list too."""
_FAR = 100_000_000


def element(layer: Layer, publisher: str, licence: str) -> str:
    """Return ``<maplayer>``: its first style spelled out, the others in its style manager; no licence where empty."""
    styles = {name: _root(layer, qml) for name, qml in layer.styles}
    first = next(iter(styles))
    spatial = layer.geometry != ""
    raster = layer.geometry == "raster"
    out = ET.Element("maplayer", {"type": "raster" if raster else "vector"})
    if not raster:
        out.set("geometry", _GEOMETRY[layer.geometry])
    out.attrib |= {k: v for k, v in styles[first].attrib.items() if k not in ("version", "styleCategories")}
    for name, text in (
        ("id", layer.id), ("datasource", layer.source), ("layername", layer.title), ("title", layer.title),
        ("abstract", layer.about),
    ):  # fmt: skip
        ET.SubElement(out, name).text = text
    if spatial:
        reference = ET.SubElement(ET.SubElement(out, "srs"), "spatialrefsys", {"nativeFormat": "Wkt"})
        for name, text in (("srsid", SRSID), ("srid", str(EPSG)), ("authid", f"EPSG:{EPSG}")):
            ET.SubElement(reference, name).text = text
    told = ET.SubElement(out, "resourceMetadata")
    for name, text in (
        ("language", "swe"),
        ("title", layer.title),
        ("abstract", layer.about),
        ("rights", publisher),
        *([("license", licence)] if licence else []),
    ):
        ET.SubElement(told, name).text = text
    ET.SubElement(out, "provider", {} if raster else {"encoding": "UTF-8"}).text = layer.provider
    manager = ET.SubElement(out, "map-layer-style-manager", {"current": first})
    for name, root in styles.items():
        kept = ET.SubElement(manager, "map-layer-style", {"name": name})
        if name != first:
            kept.append(root)
    out.extend(styles[first])
    return ET.tostring(out, encoding="unicode")


def _root(layer: Layer, qml: str) -> ET.Element:
    """Return a style's own element, its scales those of the layer where it has any."""
    root = ET.fromstring(qml.split("\n", 1)[1])
    root.set("styleCategories", "AllStyleCategories")
    if layer.visible_from or layer.visible_until:
        root.set("hasScaleBasedVisibilityFlag", "1")
        root.set("minScale", str(layer.visible_from or _FAR))
        root.set("maxScale", str(layer.visible_until))
    return root
