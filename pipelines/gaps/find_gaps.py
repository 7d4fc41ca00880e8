"""The areas without coverage, what each costs to build, and in what order.

Definitions and every assumption are told in docs/bristanalys.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipelines.core import files
from pipelines.core.cell_grid import parse_scb_id
from pipelines.core.errors import DataError, by_library
from pipelines.core.ledger import Ledger
from pipelines.core.level import Level
from pipelines.formats import at_rest
from pipelines.gaps import junctions
from pipelines.gaps.address_places import Floats, Places, at_level, places
from pipelines.gaps.area_outlines import outlines
from pipelines.gaps.costed_areas import BOX, Gaps
from pipelines.gaps.trench_ground import Ground, ground
from pipelines.tables import code_lists, contracts, gap_tables

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths


def write(gaps: Sequence[Gaps], paths: Paths) -> None:
    """Write the gap areas of all levels, their parts per kommun, cells and trenches."""
    areas = joined([g.omraden for g in gaps], gap_tables.BRISTOMRADEN)
    parts = joined([g.kommunvis for g in gaps], gap_tables.BRISTOMRADEN_KOMMUN)
    cells = joined([g.rutor for g in gaps], gap_tables.BRISTOMRADEN_RUTOR)
    files.write_polygons(with_outlines(areas, gaps), paths.table("bristomraden"))
    files.write_table(parts, paths.table("bristomraden_kommun"))
    files.write_table(cells, paths.table("bristomraden_rutor"))
    write_lines([g.schakt for g in gaps], gap_tables.SCHAKT, paths)


def read_places(region: Region, paths: Paths) -> Places:
    """Read where the addresses are and who lives there: no more of each table than that."""
    texts = ["kommunkod", "omradestyp"]
    points = files.read_points(paths.table("adresser_ruta"), ["rutid", *texts], few=texts)
    people = files.read_table(
        paths.table("adresser_hushall"), ["befolkning", "hushall", *code_lists.KINDS, "hushall_varians"]
    )
    underlag = files.read_table(paths.table("adresser_tackning"), ["underlag"], few=["underlag"])
    return places(points, people, underlag["underlag"], list(region.kommunkoder))


def read_ground(region: Region, paths: Paths, here: Places) -> Ground:
    """Read roads and water: what the trenches stand on."""
    roads, noded = junctions.read(paths)
    water = files.read_shapes(paths.table("mark"), ["geometry"])["geometry"].to_numpy()
    files.release()
    drop = junctions.read_drops(paths, np.column_stack([here.e_m, here.n_m]))
    return ground(roads, water, region.kostnad, region.vagar, here.e_m, here.n_m, noded, drop)


def read_level(here: Places, level: Level, paths: Paths) -> tuple[Floats, Places]:
    """Read one level's coverage: each address's probability, and the places with what decides them."""
    wanted = [level.probability, level.basis]
    coverage = files.read_table(paths.table("adresser_tackning"), wanted, few=[level.basis])
    return coverage[level.probability].to_numpy(), at_level(here, coverage[level.basis])


def earlier_cells(out: Path) -> pd.DataFrame:
    """Read which cell belonged to which gap area in an earlier edition's GeoPackage.

    Raises
    ------
    DataError
        When the folder holds no edition with gap areas.
    """
    import sqlite3

    import pandas as pd

    path = out / "bredband.gpkg"
    at_rest.check_readable(path)
    try:
        with sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True) as con:
            return pd.read_sql("SELECT * FROM bristomraden_rutor", con)
    except (sqlite3.Error, pd.errors.DatabaseError) as e:
        raise DataError(
            "Den tidigare utgåvan går inte att läsa.",
            file=path,
            found=by_library("fel i databasen", e),
            expected="en GeoPackage med tabellen bristomraden_rutor",
            action="Ange mappen (OUT) från en tidigare «make coverage»: TIDIGARE=<mapp>.",
        ) from None


def with_outlines(areas: pd.DataFrame, gaps: Sequence[Gaps]) -> gpd.GeoDataFrame:
    """Give each area the union of its cells; dispersed rows have no geometry."""
    import geopandas as gpd

    count = np.array([g.found.count for g in gaps])
    first = np.cumsum(count) - count
    cells = np.concatenate([g.found.cells for g in gaps])
    whole = outlines(
        cells, np.concatenate([g.found.cell_area + k for g, k in zip(gaps, first, strict=True)]), sum(count)
    )
    shapes = np.concatenate([whole, [None]])
    number = [
        np.append(g.number + k, np.full(len(g.omraden) - len(g.number), -1)) for g, k in zip(gaps, first, strict=True)
    ]
    return gpd.GeoDataFrame(areas, geometry=shapes[np.concatenate(number)], crs=files.EPSG)


def note(ledger: Ledger, gaps: Sequence[Gaps]) -> None:
    """Say how many areas there are, and where a cost could not be had."""
    sums = ledger.facts.setdefault("bristomraden", {})
    for g in gaps:
        t, m = g.omraden["troskel_mbit"].iloc[0], g.omraden["matt"].iloc[0]
        ranked = g.omraden["prioritet"].notna()
        sums[f"{t}_{m}"] = {
            "omraden": int(ranked.sum()),
            "modellerade": int(g.omraden["modellerad"][ranked].sum()),
            "hushall_utan": float(g.omraden["hushall_utan"][ranked].sum()),
            "hushall_utspritt": float(g.omraden["hushall_utan"][~ranked].sum()),
            "schakt_m": float(g.omraden["schakt_m"].sum()),
            "kostnad_sek": float(g.omraden["kostnad_sek"].sum()),
        }
        ledger.add(
            "varning",
            "bristområden",
            f"Ingen adress i länet har täckning ({t} Mbit/s, {m})",
            int(g.omraden.loc[ranked, "kostnad_sek"].isna().sum()),
            "Det finns inget nät att ansluta till: avstånd, schakt och kostnad är okända för områdena.",
        )


def of_level(before: pd.DataFrame | None, level: Level) -> pd.DataFrame | None:
    """Return an earlier edition's cells of one level."""
    if before is None:
        return None
    same = before[(before["troskel_mbit"] == level.mbit) & (before["matt"] == level.measure)]
    return same.assign(rutid=parse_scb_id(same["rutid_scb"]))


def write_lines(frames: list[pd.DataFrame], table: contracts.Table, paths: Paths) -> None:
    """Write the trenches of all levels (see :func:`costed_areas.trench_lines`)."""
    whole = joined(frames, table, ("geometry", *BOX))
    ends = whole[list(BOX)].to_numpy()
    box = [*ends[:, :2].min(axis=0), *ends[:, 2:].max(axis=0)] if len(whole) else []
    files.write_wkb(whole[table.names], whole["geometry"], box, paths.table(table.name), several=True)


def joined(frames: list[pd.DataFrame], table: contracts.Table, beside: Sequence[str] = ()) -> pd.DataFrame:
    """Put the tables of all thresholds and measures together and check them; keep some columns ``beside`` its own."""
    import pandas as pd

    whole = pd.concat(frames, ignore_index=True)
    texts = [c.name for c in table.columns if c.kind == "text"]
    whole = whole.astype(dict.fromkeys(texts, "str"))
    return contracts.check(whole, table)[[*table.names, *beside]]
