"""Roads of Lantmäteriet's Topografi 50 and 10, theme kommunikation: the same tables in both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipelines.formats import gpkg
from pipelines.read.vagar import road_classes
from pipelines.read.vagar.road_classes import Found, Judged, Lack, Part, filled, mapped, texts

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

TABLES = ("vaglinje", "ovrig_vag", "farjeled")
_COST = ("schakt följer inga bilvägar", "schakt följer inga traktorvägar och cykelvägar", road_classes.NO_FERRIES)
_LACKS = {name: Lack(f"tabellen {name}", cost) for name, cost in zip(TABLES, _COST, strict=True)}
NETWORK = _LACKS["vaglinje"]
"""What a file may lack only where another has it."""
WANTED = {
    "objekttyp": ("objekttyp", "objekttypnamn"),
    "hojd": ("bro_och_tunnel", "vagutforande"),
    "namn": ("gatunamn", "namn"),
    "vagnummer": ("vardvagnummer", "vagnummer"),
}


def find(path: Path, layers: list[gpkg.Layer]) -> Found:
    """Return the tables of roads and ferries.

    Raises
    ------
    DataError
        When one lacks its type, or lies in another coordinate system.
    """
    named = {gpkg.plain(x.name): x for x in layers}
    there = [name for name in TABLES if name in named]
    parts, lacks = [], [lack for name, lack in _LACKS.items() if name not in named]
    for name in there:
        ferry = name == TABLES[-1]
        optional = [c for c in WANTED if c != "objekttyp" or ferry]
        layer = gpkg.find(path, [named[name]], WANTED, optional=optional, first=("namn", "hojd"))
        parts.append(Part(gpkg.require_geometry(layer), WANTED, ferries if ferry else roads))
        if not ferry and gpkg.actual(layer, WANTED["hojd"]) is None:
            column = WANTED["hojd"][TABLES.index(name)]
            lacks.append(Lack(f"kolumnen {column} i {name}", road_classes.NO_HEIGHTS, severe=True))
    return Found(tuple(parts), tuple(lacks))


def roads(rows: pa.Table) -> Judged:
    """Judge rows of ``vaglinje`` and ``ovrig_vag``."""
    kind, hojd = texts(rows, "objekttyp"), texts(rows, "hojd")
    return Judged(
        mapped(kind, road_classes.swedish),
        mapped(hojd, road_classes.height),
        kind,
        hojd,
        texts(rows, "namn"),
        texts(rows, "vagnummer"),
    )


def ferries(rows: pa.Table) -> Judged:
    """Judge rows of ``farjeled``: every one is a ferry's route, whatever sort."""
    kind, blank = texts(rows, "objekttyp"), filled(rows.num_rows, "")
    kind = np.where(kind == "", "Färjeled", kind).astype(object)
    klass, niva = filled(rows.num_rows, "farjeled"), filled(rows.num_rows, "mark")
    return Judged(klass, niva, kind, blank, texts(rows, "namn"), texts(rows, "vagnummer"))
