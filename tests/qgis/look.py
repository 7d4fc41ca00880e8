"""Run by QGIS's own Python: open a GeoPackage and a raster as a user would and tell what QGIS sees, as JSON.

Usage: look.py FOLDER GPKG TIF…. One picture per layer goes to FOLDER. It imports nothing of the project.
"""

import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from osgeo_utils.samples import validate_cloud_optimized_geotiff
from qgis.core import Qgis, QgsApplication, QgsMapRendererSequentialJob, QgsMapSettings, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtXml import QDomDocument

PIXELS = 500
SWITCHED = ("rutnat_250m", "bristomraden")


def main(folder: str, gpkg: str, *tifs: str) -> None:
    """Print one JSON document."""
    QgsApplication.setPrefixPath("/usr", True)
    app = QgsApplication([], False)
    app.initQgis()
    log = []
    QgsApplication.messageLog().messageReceived.connect(lambda text, tag, level: log.append([tag, text]))
    whole = QgsVectorLayer(gpkg, "x", "ogr")
    names = [x.split("!!::!!")[1] for x in whole.dataProvider().subLayers()]
    told = {
        "version": Qgis.QGIS_VERSION,
        "layers": {name: vector(gpkg, name, folder) for name in names},
        "rasters": {Path(tif).name: raster(tif, Path(folder)) for tif in tifs},
        "log": log,
    }
    print(json.dumps(told, ensure_ascii=False), flush=True)
    os._exit(0)  # QGIS's own shutdown without a display is not what is tested


def vector(gpkg: str, name: str, folder: str) -> dict:
    """Open a layer with its default style, as dragging it into the map does."""
    layer = QgsVectorLayer(f"{gpkg}|layername={name}", name, "ogr")
    renderer = layer.renderer()
    return {
        "valid": layer.isValid(),
        "crs": layer.crs().authid(),
        "rows": layer.featureCount(),
        "title": layer.metadata().title(),
        "aliases": {f.name(): layer.attributeAlias(i) for i, f in enumerate(layer.fields())},
        "types": {f.name(): f.typeName() for f in layer.fields()},
        "shown": shown(layer),
        "renderer": renderer.type() if renderer is not None else "",
        "classes": classes(layer),
        "labels": layer.labelsEnabled(),
        "label_scales": label_scales(layer),
        "min_scale": layer.minimumScale() if layer.hasScaleBasedVisibility() else 0,
        "styles": styles(layer),
        "picture": picture(layer, Path(folder) / f"{name}.png") if layer.isSpatial() else None,
        "switched": switched(layer, Path(folder)) if name in SWITCHED else {},
    }


def shown(layer: QgsVectorLayer) -> dict:
    """Return stored value and what the attribute table shows for it, by column, of the first row."""
    registry, told = QgsApplication.fieldFormatterRegistry(), {}
    feature = next(layer.getFeatures(), None)
    if feature is None:
        return {}
    for i, field in enumerate(layer.fields()):
        setup = layer.editorWidgetSetup(i)
        value = feature.attribute(i)
        text = registry.fieldFormatter(setup.type()).representValue(layer, i, setup.config(), None, value)
        if isinstance(value, (int, float, str)):
            told[field.name()] = [setup.type(), value, text]
    return told


def classes(layer: QgsVectorLayer) -> list:
    """Return label and colour of each line of the legend; a heading has no colour."""
    if layer.renderer() is None:
        return []
    return [
        [item.label(), item.symbol().color().name() if item.symbol() else ""]
        for item in layer.renderer().legendSymbolItems()
    ]


def label_scales(layer: QgsVectorLayer) -> list:
    """Return filter and smallest scale (1:n, 0 for any) of each rule of the labels."""
    labels = layer.labeling()
    if labels is None or labels.type() != "rule-based":
        return []
    return [[r.filterExpression(), r.minimumScale()] for r in labels.rootRule().children()]


def switched(layer: QgsVectorLayer, folder: Path) -> dict:
    """Apply each stored style as a user does in the layer's properties, and draw it."""
    told = {}
    count, ids, names, _, _ = layer.listStylesInDatabase()
    for number, name in list(zip(ids, names, strict=True))[:count]:
        text, error = layer.getStyleFromDatabase(number)
        document = QDomDocument()
        document.setContent(text)
        applied, message = layer.importNamedStyle(document)
        shown = picture(layer, folder / f"{layer.name()}-{number}.png")
        told[name] = {
            "applied": applied,
            "errors": [x for x in (error, message, *shown["errors"]) if x],
            "renderer": layer.renderer().type(),
            "classes": classes(layer),
            "picture": shown,
            "sld": as_sld(layer, name, folder / f"{layer.name()}-{number}-sld.png"),
        }
    return told


def as_sld(layer: QgsVectorLayer, name: str, path: Path) -> dict:
    """Apply the same style as SLD to a layer of its own, and draw it."""
    gpkg = layer.source().split("|")[0]
    with closing(sqlite3.connect(gpkg)) as db:
        wanted = "SELECT styleSLD FROM layer_styles WHERE f_table_name = ? AND styleName = ?"
        ((text,),) = db.execute(wanted, (layer.name(), name)).fetchall()
    path.with_suffix(".sld").write_text(text, encoding="utf-8")
    other = QgsVectorLayer(layer.source(), layer.name(), "ogr")
    other.setScaleBasedVisibility(False)
    message, read = other.loadSldStyle(str(path.with_suffix(".sld")))
    return {"read": read, "error": "" if read else message, "picture": picture(other, path)}


def styles(layer: QgsVectorLayer) -> list:
    """Return the names of the styles stored for this very layer (QGIS lists those first)."""
    count, _, names, _, _ = layer.listStylesInDatabase()
    return names[:count]


def picture(layer: QgsVectorLayer, path: Path) -> dict:
    """Render the layer's extent (a scale-dependent layer: 1 km around its first feature)."""
    extent = layer.extent()
    if layer.hasScaleBasedVisibility():
        extent = next(layer.getFeatures()).geometry().boundingBox()
        extent.grow(500)
    extent.scale(1.05)
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setOutputSize(QSize(PIXELS, PIXELS))
    settings.setBackgroundColor(QColor("white"))
    settings.setExtent(extent)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(str(path))
    seen = settings.visibleExtent()
    return {
        "path": str(path),
        "extent": [seen.xMinimum(), seen.yMinimum(), seen.xMaximum(), seen.yMaximum()],
        "errors": [e.message for e in job.errors()],
    }


def raster(tif: str, folder: Path) -> dict:
    """Open a raster as dragging it into the map does."""
    layer = QgsRasterLayer(tif, Path(tif).stem)
    provider = layer.dataProvider()
    extent = layer.extent()
    renderer = layer.renderer()
    return {
        "valid": layer.isValid(),
        "crs": layer.crs().authid(),
        "bands": [layer.bandName(i + 1) for i in range(layer.bandCount())],
        "nodata": provider.sourceNoDataValue(1),
        "pixel": [layer.rasterUnitsPerPixelX(), layer.rasterUnitsPerPixelY()],
        "extent": [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()],
        "renderer": renderer.type(),
        "band": renderer.usesBands(),
        "legend": [[label, colour.name()] for label, colour in renderer.legendSymbologyItems()],
        "picture": picture(layer, folder / f"{Path(tif).stem}.png"),
        "cog": validate_cloud_optimized_geotiff.validate(tif, full_check=True)[:2],
    }


main(*sys.argv[1:])
