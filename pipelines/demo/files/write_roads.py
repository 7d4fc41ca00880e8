"""Roads as Lantmäteriet's Topografi 50 has them: ``kommunikation_sverige.zip``, three tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipelines.config.region import Region
from pipelines.demo.files import pack
from pipelines.demo.files.write_lantmateriet import ids
from pipelines.demo.streets.polylines import Lines
from pipelines.demo.streets.road_kinds import FARJELED, HUVUDGATA, LOKALGATA_LITEN, NAMES, NUMBERS, OTHER
from pipelines.demo.streets.road_net import Net
from pipelines.demo.world.common import Bools
from pipelines.demo.world.names import road_names

CROSSING = {1: "överfart", -1: "tunnel"}
EUROPEAN = 100
"""Roads with a lower number are European."""


def write(region: Region, net: Net, folder: Path) -> None:
    """Write the three tables."""
    gpkg = folder / "vagar" / "kommunikation_sverige.gpkg"
    lines, year = net.lines, region.demo.ar
    id_of = ids(region, len(lines), "vägar")
    other, ferry = np.isin(lines.kind, OTHER), lines.kind == FARJELED
    road = ~other & ~ferry
    table = _told(lines, id_of)
    table["gatunamn"] = _street_names(lines)
    table["vardvagnummer"] = _road_numbers(net)
    table["bro_och_tunnel"] = pd.Series(lines.level, dtype=object).map(CROSSING)
    _layer(gpkg, "vaglinje", table, lines, road)
    paths = _told(lines, id_of).assign(vagutforande=np.where(lines.level == 1, "Bro", "Normal"))
    _layer(gpkg, "ovrig_vag", paths, lines, other)
    _layer(gpkg, "farjeled", _told(lines, id_of), lines, ferry)
    pack.write_zip(gpkg.with_suffix(".zip"), gpkg.name, gpkg.read_bytes(), year)
    gpkg.unlink()


def _told(lines: Lines, id_of: Any) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "objektidentitet": id_of,
            "objekttypnr": np.array(NUMBERS, dtype=np.int32)[lines.kind],
            "objekttyp": np.array(NAMES, dtype=object)[lines.kind],
        }
    )


def _street_names(lines: Lines) -> Any:
    """Names of streets, none of roads in the country."""
    named = (lines.kind >= HUVUDGATA) & (lines.kind <= LOKALGATA_LITEN) & (lines.name >= 0)
    names = road_names()
    key = np.mod(lines.name * 2_654_435_761, 1_000_003) % len(names)
    return np.where(named, names[key], None)


def _road_numbers(net: Net) -> Any:
    number, which = np.unique(net.number, return_inverse=True)
    told = [None if n == 0 else f"E{n}" if n < EUROPEAN else f"{n}" for n in number.tolist()]
    return np.array(told, dtype=object)[which]


def _layer(path: Path, layer: str, table: pd.DataFrame, lines: Lines, wanted: Bools) -> None:
    some = lines.take(wanted)
    body = pack.wkb(some.geometries())
    rows = table[wanted].reset_index(drop=True)
    pack.write_gpkg(path, layer, rows, body, "LineString", column="geometri", beside=layer != "vaglinje")
