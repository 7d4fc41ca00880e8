"""Reading the demo files with other tools than the ones that wrote them."""

from __future__ import annotations

import sqlite3
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import shapely

HEADER = 40  # GeoPackage geometry header with an envelope of four numbers: 8 + 32 bytes


def gpkg(path: Path, layer: str) -> pd.DataFrame:
    """A table with ``geometri`` (shapely) read through sqlite3 alone."""
    with sqlite3.connect(path) as db:
        column, kind = db.execute(
            "select column_name, geometry_type_name from gpkg_geometry_columns where table_name = ?", [layer]
        ).fetchone()
        frame = pd.read_sql_query(f'select * from "{layer}"', db)
    header = 8 if kind == "POINT" else HEADER
    frame["geometri"] = shapely.from_wkb([b[header:] for b in frame.pop(column)])
    return frame.assign(geometrikolumn=column)


def zipped(path: Path, layer: str, scratch: Path) -> pd.DataFrame:
    """The same of the only GeoPackage in a zip."""
    with zipfile.ZipFile(path) as z:
        (member,) = z.namelist()
        (scratch / "a.gpkg").write_bytes(z.read(member))
    return gpkg(scratch / "a.gpkg", layer)


def addresses(folder: Path, scratch: Path) -> pd.DataFrame:
    """Every row of every kommun's zip; the id under one name; ``fil`` tells where it stood."""
    frames = []
    for path in sorted((folder / "lantmateriet").glob("belagenhets*.zip")):
        frame = zipped(path, "belagenhetsadress", scratch)
        frame["id_kolumn"] = "objektidentitet" if "objektidentitet" in frame else "lang"
        frame = frame.rename(columns={"belagenhetsadress_objektidentitet": "adress_id", "objektidentitet": "adress_id"})
        frames.append(frame.assign(fil=path.name))
    return pd.concat(frames, ignore_index=True)


def ground(folder: Path, scratch: Path) -> tuple[pd.Series, pd.DataFrame]:
    """Borders by kommunkod, and land cover: ``objekttyp``, ``geometri``."""
    kommun = gpkg(folder / "granser/kommun-lan-rike_aktuell.gpkg", "kommun").set_index("kommunkod")["geometri"]
    return kommun, zipped(folder / "lantmateriet/mark_sverige.zip", "mark", scratch)


def sheet(path: Path, name: str) -> pd.DataFrame:
    """One sheet of a workbook as a table, from the row that begins with Årtal."""
    rows = list(openpyxl.load_workbook(path)[name].iter_rows(values_only=True))
    head = next(i for i, r in enumerate(rows) if r[0] == "Årtal")
    return pd.DataFrame(rows[head + 1 :], columns=rows[head])


def workbook(folder: Path, kind: str) -> Path:
    (path,) = (folder / "pts").glob(f"*tabellbilaga_{kind}*.xlsx")
    return path
