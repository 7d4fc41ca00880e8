"""Run by QGIS's own Python: the first minute of someone who opens a project, told as JSON.

Usage: look_minute.py _ PROJECT KOMMUN CODE EASTING NORTHING.

Each theme is put on and drawn on an ordinary screen, for the län, for the kommun and close to the point; the
legend is looked at; the cell at the point is clicked; the layers are filtered to the kommun; a form is opened.
It imports nothing of the project.
"""

import json
import os
import sys

import numpy as np
from qgis.core import (
    QgsApplication,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsLayerTreeModel,
    QgsMapRendererCache,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsAttributeForm, QgsGui, QgsLayerTreeView, QgsMapCanvas, QgsMapToolIdentify
from qgis.PyQt.QtCore import QSize, Qt
from qgis.PyQt.QtGui import QImage
from qgis.PyQt.QtWidgets import QAbstractSpinBox, QScrollArea

SCREEN = QSize(1280, 800)
PANEL = 294
"""Width of the list of layers in a new profile of QGIS, in dots."""
FORM = QSize(525, 508)
"""Size of a form in a new profile."""
UNDER = ("land", "grund_granser", "kommunnamn")


def main(_: str, path: str, kommun: str, code: str, easting: str, northing: str) -> None:
    """Print one JSON document."""
    QgsApplication.setPrefixPath("/usr", True)
    app = QgsApplication([], True)
    app.initQgis()
    QgsGui.editorWidgetRegistry().initEditors()
    project = QgsProject.instance()
    read = project.read(path)
    root = project.layerTreeRoot()
    model = QgsLayerTreeModel(root)
    model.setFlag(QgsLayerTreeModel.ShowLegendAsTree)
    view = QgsLayerTreeView()
    view.setModel(model)
    view.resize(PANEL, 2000)
    view.show()
    app.processEvents()
    places = {b.name(): QgsRectangle(b.extent()) for b in project.bookmarkManager().bookmarks()}
    lan = next(b.name() for b in project.bookmarkManager().bookmarks() if b.group() == "Län")
    point = QgsPointXY(float(easting), float(northing))
    near = QgsRectangle(places[kommun])
    near.scale(0.15, point)
    told = {"read": read, "opened": rows(view), "themes": {}}
    every, known, caches = project.mapThemeCollection(), {}, {}
    for theme in every.mapThemes():
        every.applyTheme(theme, root, model)
        app.processEvents()
        drawn = {}
        for place, extent in (("lan", places[lan]), ("kommun", places[kommun]), ("nara", near)):
            shown = root.checkedLayers()
            under = [x for x in shown if x.id().removeprefix("bredband_") in UNDER]
            looks = place, *((x.id(), x.styleManager().currentStyle()) for x in under)
            cache = caches.setdefault(place, QgsMapRendererCache())  # as the application has for its map
            if looks not in known:  # the same under most themes
                known[looks] = draw(project, under, extent, cache)
            drawn[place] = compared(draw(project, shown, extent, cache), known[looks])
        told["themes"][theme] = {"drawn": drawn, "legend": rows(view)}
    every.applyTheme("100 Mbit/s, tillgång", root, model)
    told["clicked"] = clicked(project, point)
    told["layers"] = {i: layer(x) for i, x in project.mapLayers().items() if isinstance(x, QgsVectorLayer)}
    told["forms"] = {name: form(app, project, name) for name in ("bristomraden", "adresser", "osakerhet_5km")}
    told["filtered"] = filtered(project, code, places[kommun])
    print(json.dumps(told, ensure_ascii=False), flush=True)
    os._exit(0)  # QGIS's own shutdown without a display is not what is tested


def rows(view) -> list:
    """Return text and right edge of each row of the list of layers that is not folded away."""
    model = view.model()
    found, waiting = [], [model.index(i, 0) for i in range(model.rowCount())]
    while waiting:
        index = waiting.pop(0)
        right = view.visualRect(index).left() + view.sizeHintForIndex(index).width()
        found.append([index.data(Qt.DisplayRole), right])
        if view.isExpanded(index):
            waiting = [model.index(i, 0, index) for i in range(model.rowCount(index))] + waiting
    return found


def compared(drawn: tuple, under: tuple) -> dict:
    """Return what is told of a drawing, and the share and the colours of its dots that those under it do not have."""
    dots, told = drawn
    other = dots != under[0]
    own = dots[other]
    first = np.append(True, own[1:] != own[:-1])[
        : len(own)
    ]  # of each run of a colour: a million dots take long to sort
    colours = [f"#{x:06x}" for x in np.unique(own[first])]
    return {**told, "errors": told["errors"] + under[1]["errors"], "changed": float(other.mean()), "colours": colours}


def draw(project, layers, extent, cache=None) -> tuple:
    """Draw layers on an ordinary screen; return the colour of every dot as one number, and what is told of it."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(project.crs())
    settings.setTransformContext(project.transformContext())
    settings.setOutputDpi(96)
    settings.setOutputSize(SCREEN)
    settings.setExtent(extent)
    job = QgsMapRendererSequentialJob(settings)
    job.setCache(cache)
    job.start()
    job.waitForFinished()
    image = job.renderedImage().convertToFormat(QImage.Format_RGB32)
    bits = image.constBits()
    bits.setsize(image.sizeInBytes())
    dots = np.frombuffer(bits, "<u4").copy() & 0xFFFFFF
    return dots, {"scale": settings.scale(), "errors": [e.message for e in job.errors()]}


def clicked(project, point) -> dict:
    """Click the map there, with the cells before all else; return what the map tip of each layer that was hit says."""
    canvas = QgsMapCanvas()
    canvas.resize(SCREEN)
    canvas.setDestinationCrs(project.crs())
    canvas.setLayers(project.layerTreeRoot().checkedLayers())
    canvas.setExtent(QgsRectangle(point.x() - 1000, point.y() - 1000, point.x() + 1000, point.y() + 1000))
    seen = canvas.mapSettings().mapToPixel().transform(point)
    tool = QgsMapToolIdentify(canvas)
    hits = tool.identify(int(seen.x()), int(seen.y()), QgsMapToolIdentify.TopDownAll, QgsMapToolIdentify.VectorLayer)
    return {hit.mLayer.id().removeprefix("bredband_"): tip(hit.mLayer, hit.mFeature) for hit in hits}


def tip(layer, feature) -> str:
    """Return the map tip of a row."""
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    context.setFeature(feature)
    return QgsExpression.replaceExpressionText(layer.mapTipTemplate(), context)


def layer(x) -> dict:
    """Return what a layer lets be done with it, and the map tip of each row in each of its styles."""
    manager, tips = x.styleManager(), {}
    first = manager.currentStyle()
    for name in manager.styles():
        manager.setCurrentStyle(name)
        tips[name] = [tip(x, f) for f in x.getFeatures()] if x.mapTipTemplate() else []
    manager.setCurrentStyle(first)
    return {"read_only": x.readOnly(), "edits": x.startEditing(), "tips": tips}


def form(app, project, name: str) -> dict:
    """Return each number of the first row's form and whether it lies within what is seen of the form."""
    x = project.mapLayer(f"bredband_{name}")
    if x is None or project.relationManager().referencedRelations(x):
        return {}  # a list of related rows needs the whole of QGIS around it
    made = QgsAttributeForm(x, next(x.getFeatures()))
    made.resize(FORM)
    made.show()
    app.processEvents()
    told = {}
    for box in made.findChildren(QAbstractSpinBox):
        inside = next(s for s in made.findChildren(QScrollArea) if s.isAncestorOf(box)).viewport()
        right = box.mapTo(inside, box.rect().topRight()).x()
        told[box.objectName()] = [box.text(), 0 <= right < inside.width()]
    return told


def filtered(project, code: str, extent) -> dict:
    """Filter the layers to a kommun, as in the layer's properties; return rows before and after, and what is drawn."""
    told = {}
    for name in ("rutnat_250m", "bristomraden", "kommuner"):
        x = project.mapLayer(f"bredband_{name}")
        before = len(list(x.getFeatures()))
        done = x.setSubsetString(f"\"kommunkod\" = '{code}'")
        told[name] = [done, before, sorted({f["kommunkod"] for f in x.getFeatures()}), len(list(x.getFeatures()))]
    cells = project.mapLayer("bredband_rutnat_250m")
    cells.setScaleBasedVisibility(False)
    told["drawn"] = compared(draw(project, [cells], extent), draw(project, [], extent))
    return told


main(*sys.argv[1:])
