"""Run by QGIS's own Python: open a project as a user would, print its sheets, tell what QGIS sees, as JSON.

Usage: look_project.py FOLDER PROJECT [JOIN].

JOIN is a CSV table of SCB's with ``rutid_scb``, joined to the cells. Pictures and PDFs go to
FOLDER. It imports nothing of the project.
"""

import json
import os
import sys
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsLayoutExporter,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsVectorLayer,
    QgsVectorLayerJoinInfo,
)
from qgis.PyQt.QtCore import QSize

DOTS = 96


def main(folder: str, path: str, join: str = "") -> None:
    """Print one JSON document."""
    QgsApplication.setPrefixPath("/usr", True)
    app = QgsApplication([], False)
    app.initQgis()
    log, missing, other = [], [], []
    QgsApplication.messageLog().messageReceived.connect(lambda text, tag, level: log.append([tag, text]))
    project = QgsProject.instance()
    project.readVersionMismatchOccurred.connect(lambda version: other.append(version))
    project.oldProjectVersionWarning.connect(lambda version: log.append(["version", version]))
    read = project.read(path)
    for layer in project.mapLayers().values():
        if not layer.isValid():
            missing.append(layer.source())
    view = project.viewSettings().defaultViewExtent()
    root = project.layerTreeRoot()
    told = {
        "read": read,
        "error": project.error(),
        "other_version": other,
        "missing": missing,
        "title": project.title(),
        "crs": project.crs().authid(),
        "absolute": project.readEntry("Paths", "Absolute")[0] != "false",
        "abstract": project.metadata().abstract(),
        "groups": [[g.name(), [x.name() for x in g.findLayers()]] for g in root.findGroups()],
        "visible": [x.layerId() for x in root.findLayers() if x.isVisible()],
        "layers": {i: about(layer) for i, layer in project.mapLayers().items()},
        "themes": themes(project),
        "relations": {r.id(): r.isValid() for r in project.relationManager().relations().values()},
        "bookmarks": [[b.group(), b.name()] for b in project.bookmarkManager().bookmarks()],
        "view": [view.xMinimum(), view.yMinimum(), view.xMaximum(), view.yMaximum()],
        "first": picture(project, view, Path(folder) / "forsta.png"),
        "sheets": {x.name(): sheet(x, Path(folder)) for x in project.layoutManager().layouts()},
        "joined": joined(project, join) if join else [],
    }
    told["log"] = log
    print(json.dumps(told, ensure_ascii=False), flush=True)
    os._exit(0)  # QGIS's own shutdown without a display is not what is tested


def about(layer) -> dict:
    """Return what is known of one layer."""
    told = {
        "name": layer.name(),
        "valid": layer.isValid(),
        "source": layer.source(),
        "crs": layer.crs().authid(),
        "styles": layer.styleManager().styles(),
        "style": layer.styleManager().currentStyle(),
        "scales": [layer.minimumScale(), layer.maximumScale()] if layer.hasScaleBasedVisibility() else [],
        "title": layer.metadata().title(),
    }
    if hasattr(layer, "featureCount"):
        told["rows"] = layer.featureCount()
        told["aliases"] = {f.name(): layer.attributeAlias(i) for i, f in enumerate(layer.fields())}
        told["widgets"] = {f.name(): layer.editorWidgetSetup(i).type() for i, f in enumerate(layer.fields())}
        renderer = layer.renderer()
        told["classes"] = (
            [[x.label(), x.symbol() is not None] for x in renderer.legendSymbolItems()] if renderer else []
        )
    else:
        told["classes"] = [[label, True] for label, _ in layer.renderer().legendSymbologyItems()]
    return told


def joined(project, path: str) -> list:
    """Join a table to the cells by SCB's own cell id, as a user does in the layer's properties."""
    table = QgsVectorLayer(f"file://{path}?delimiter=,&detectTypes=no", "scb", "delimitedtext")
    project.addMapLayer(table, False)
    cells = next(x for x in project.mapLayers().values() if "layername=rutnat_250m" in x.source())
    join = QgsVectorLayerJoinInfo()
    join.setJoinLayer(table)
    join.setJoinFieldName("rutid_scb")
    join.setTargetFieldName("rutid_scb")
    join.setUsingMemoryCache(True)
    join.setPrefix("scb_")
    cells.addJoin(join)
    return sorted([f["rutid_scb"], f["scb_beftotalt"] or ""] for f in cells.getFeatures())


def themes(project) -> dict:
    """Return the layers each theme shows and their styles, those it cannot show left out."""
    every = project.mapThemeCollection()
    return {
        name: [[r.layer().id(), r.currentStyle] for r in every.mapThemeState(name).layerRecords() if r.layer()]
        for name in every.mapThemes()
    }


def picture(project, extent, path: Path) -> dict:
    """Draw what the tree has on."""
    settings = QgsMapSettings()
    settings.setLayers(project.layerTreeRoot().checkedLayers())
    settings.setDestinationCrs(project.crs())
    settings.setOutputDpi(DOTS)
    settings.setOutputSize(QSize(1200, 1000))
    settings.setExtent(extent)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(str(path))
    return {"path": str(path), "errors": [e.message for e in job.errors()]}


def sheet(layout, folder: Path) -> dict:
    """Print a sheet to PDF; of one that has many pages, the first."""
    name = "".join(c if c.isalnum() else "_" for c in layout.name())
    pdf = folder / f"{name}.pdf"
    exporter = QgsLayoutExporter(layout)
    settings = QgsLayoutExporter.PdfExportSettings()
    atlas = layout.atlas()
    if atlas.enabled():
        atlas.beginRender()
        atlas.first()
    done = exporter.exportToPdf(str(pdf), settings)
    page = layout.pageCollection().page(0).pageSize()
    return {
        "pdf": str(pdf),
        "done": done == QgsLayoutExporter.Success,
        "atlas": atlas.count() if atlas.enabled() else 0,
        "page": [page.width(), page.height()],
    }


main(*sys.argv[1:])
