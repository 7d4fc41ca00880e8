"""A project written out: XML from the template, packed as ``.qgz``, the same bytes each time."""

from __future__ import annotations

import math
import uuid
import zipfile
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from pipelines.core import classes, files
from pipelines.publish.qgis.project import maplayer
from pipelines.publish.qgis.style import qml

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.publish.qgis.project.project_model import Bounds, Project

MAP_MM = (10.0, 10.0, 287.0, 277.0)
"""Left, top, width and height of the map on the A3 sheet (420 × 297 mm)."""
_TIMES = (1980, 1, 1, 0, 0, 0)
_NAMESPACE = uuid.UUID("6f0e8d52-3b0c-5a5e-9a0e-9f1c1c0d7a11")
"""Chosen once: items of a layout are named by what they are, not by chance."""


def write(path: Path, project: Project) -> None:
    """Write a project, whole or not at all: one ``.qgs`` of the same name inside a zip."""
    text = document(project)
    with files.replacing(path) as beside, zipfile.ZipFile(beside, "w") as packed:
        info = zipfile.ZipInfo(f"{path.stem}.qgs", _TIMES)
        info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
        packed.writestr(info, text, compresslevel=6)


def document(project: Project) -> str:
    """Return the project as QGIS's XML.

    Raises
    ------
    LookupError
        When a theme names a layer or style that the project does not have.
    """
    styles = {x.name: [style.name for style in x.styles] for x in project.layers}
    wrong = [(t.name, i, s) for t in project.themes for i, s in t.shown if s not in styles.get(i, [])]
    if wrong:
        raise LookupError(f"{wrong}")
    return str(
        _templates()
        .get_template("project.qgs.j2")
        .render(
            project=project,
            version=qml.VERSION,
            srsid=maplayer.SRSID,
            map_mm=MAP_MM,
            map_bounds=framed(project.bounds),
            maplayers=[
                _safe(maplayer.element(x, project.publisher, project.keywords, project.relations))
                for x in project.layers
            ],
            headings=maplayer.headings,
            class_lines=",".join(str(1 + i) for i in range(len(classes.CODES))),
            identity=lambda name: f"{{{uuid.uuid5(_NAMESPACE, name)}}}",
        )
    )


def framed(bounds: Bounds) -> Bounds:
    """Return what the sheet's map shows: the bounds in the middle, at a scale of two figures.

    >>> west, south, east, north = framed((277_000, 6_335_500, 484_000, 6_574_000))
    >>> round((east - west) / 0.287), round((north - south) / 0.277)
    (890000, 890000)
    """
    west, south, east, north = bounds
    width, height = (x / 1000 for x in MAP_MM[2:])
    scale = 1.03 * max((east - west) / width, (north - south) / height)
    step = 10.0 ** (math.floor(math.log10(scale)) - 1)
    scale = math.ceil(scale / step) * step
    e, n = (west + east) / 2, (south + north) / 2
    return (e - scale * width / 2, n - scale * height / 2, e + scale * width / 2, n + scale * height / 2)


@cache
def _templates() -> Any:
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.PackageLoader("pipelines.publish.qgis.project", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["attributes"] = _attributes
    return made


def _attributes(given: Mapping[str, object]) -> Any:
    """Return XML attributes; a line break stays one, where XML would read it as a space."""
    return _safe("".join(f" {k}={quoteattr(str(v))}" for k, v in given.items()))


def _safe(xml: str) -> Any:
    import markupsafe

    return markupsafe.Markup(xml)
