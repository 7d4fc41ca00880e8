"""The demo mark: it travels inside the files, so that a copy of a demo file is still a demo file."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

from pipelines.core.errors import DataError
from pipelines.formats import gpkg_contents, zips
from pipelines.incoming.role_files import folded
from pipelines.incoming.roles import MARKER_FILE as MARKER_FILE

MARK = "DEMO"
COMMENT = "_kommentar"
"""Where files without properties of their own carry the mark: a key of the JSON, a column of the CSV."""
OWN = "demo"
"""The column in which the program's own lists say it, also when somebody has filled them in (``make fraga``)."""
_MAX_BYTES = 64 << 20
_MAX_PROPERTIES = 1 << 20
_MAX_HEADER = 1 << 16
_PROPERTIES = ("docProps/core.xml", "docProps/app.xml", "docProps/custom.xml")


def demo_mark(path: Path) -> bool:
    """Tell whether a file of any kind in RAW carries the demo mark.

    A zip has it in its comment, a GeoPackage at the head of a table's description, a workbook in its
    document properties, Kolada's JSON under ``_kommentar``, a CSV in a column of that name or, a list of the
    program's own, in ``demo``, ``kallor.csv`` at the head of ``avtal``. Any other CSV in ``tackning/`` has the mark of
    its rows in ``kallor.csv``. A file that cannot be read has no mark: its own adapter says what is wrong with it.
    """
    kind = path.suffix.lower()
    try:
        if path.name == MARKER_FILE:
            return True
        if kind == ".zip":
            with zipfile.ZipFile(path) as z:
                return MARK.encode() in z.comment
        if kind in (".xlsx", ".xlsm"):
            return _workbook(path)
        if kind == ".gpkg":
            return any(layer.demo for layer in gpkg_contents.layers(path))
        if kind == ".json":
            return _json(path)
        if kind == ".csv":
            return _csv(path)
    except (*zips.BROKEN, ValueError, csv.Error, DataError):
        return False
    return False


def as_marked(layer: gpkg_contents.Layer) -> bool:
    """Return whether a table's file carries the demo mark.

    Raises
    ------
    DataError
        When the table says DEMO and its zip does not: it would be taken for a real one.
    """
    marked = demo_mark(layer.file)
    if layer.demo and not marked:
        raise DataError(
            "Filen är märkt DEMO inuti men inte utanpå.",
            file=layer.file,
            expected="DEMO i zip-filens kommentar",
            action="Ta bort demofilerna, eller gör om demoregionen; de blandas aldrig med riktiga filer.",
        )
    return marked


def _workbook(path: Path) -> bool:
    with zipfile.ZipFile(path) as z:
        names = set(z.namelist())
        for name in _PROPERTIES:
            if name in names:
                with z.open(name) as f:
                    if MARK.encode() in f.read(_MAX_PROPERTIES):
                        return True
        return MARK.encode() in z.comment


def _json(path: Path) -> bool:
    if path.stat().st_size > _MAX_BYTES:
        return False
    body = json.loads(path.read_text(encoding="utf-8-sig"))
    return isinstance(body, dict) and str(body.get(COMMENT, "")).startswith(MARK)


def _csv(path: Path) -> bool:
    return _in_kallor(path) or _own_column(path)


def _own_column(path: Path) -> bool:
    """Tell whether any row has the mark in a column for it; the rows are read only where there is one."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as f:
        header = f.readline(_MAX_HEADER)
        delimiter = max(";,\t|", key=header.count)
        names = next(csv.reader([header], delimiter=delimiter), [])
        places = [i for i, name in enumerate(names) if name in (COMMENT, OWN)]
        rows = csv.reader(f, delimiter=delimiter)
        return bool(places) and any(row[i].startswith(MARK) for row in rows for i in places if len(row) > i)


def _in_kallor(path: Path) -> bool:
    sources = next((p for p in path.parent.iterdir() if folded(p.name) == "kallor.csv"), None)
    if sources is None or sources.stat().st_size > _MAX_BYTES:
        return False
    text = sources.read_text(encoding="utf-8-sig", errors="replace")
    first = text.split("\n", 1)[0]
    rows = csv.DictReader(text.splitlines(), delimiter=max(";,\t", key=first.count))
    for row in rows:
        named = {gpkg_contents.plain(str(k)): str(v or "").strip() for k, v in row.items()}
        whose = path == sources or folded(Path(named.get("fil", "")).name) == folded(path.name)
        if whose and named.get("avtal", "").startswith(MARK):
            return True
    return False
