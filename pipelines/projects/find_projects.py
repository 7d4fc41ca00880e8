"""Stage gaps: the areas without coverage, and the projects that are built and ranked.

Definitions and every assumption are told in docs/bristanalys.md. One stage for both: they stand on one network of
roads, which takes longer to make than all that is measured on it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core import files
from pipelines.core.ledger import Ledger
from pipelines.core.ledger import load as load_ledger
from pipelines.core.level import LEVELS
from pipelines.gaps import find_gaps
from pipelines.gaps.trench_ground import Roads
from pipelines.projects.costed_projects import CLASSES, PlaceNames, Projects, measure
from pipelines.tables import contracts, project_tables

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.cell_grid import Ints
    from pipelines.core.level import Level
    from pipelines.core.paths import Paths
    from pipelines.gaps.address_places import Floats, Places
    from pipelines.gaps.trench_ground import Ground


def run(region: Region, paths: Paths, earlier: Path | None = None) -> None:
    """Find gap areas and make projects of every threshold and measure; write their tables.

    Parameters
    ----------
    region, paths
    earlier : Path, optional
        ``OUT`` of an earlier edition, to inherit ids of gap areas from; ``paths.earlier`` unless given.
    """
    ledger = Ledger("gaps")
    here, under = find_gaps.find(region, paths, ledger, earlier)
    called, shared = place_names(here, under, paths), together(paths)
    made = []
    for level in LEVELS.by_threshold():
        p, there = find_gaps.read_level(here, level, paths)
        made.append(measure(there, p, level, region, under, called, shared[level.measure]))
        note(ledger, made[-1], level, region)
    write(made, paths)
    ledger.save(paths.ledger("gaps"))


def together(paths: Paths) -> dict[str, Floats]:
    """Return for each measure how much of a modelled address's coverage its neighbours share, by class."""
    known = load_ledger(paths.ledger("coverage")).facts["modell"]["samvariation"]
    by_kind = {(x["matt"], x["klass"]): x["by"] for x in known}
    return {m: np.array([by_kind.get((m, c), 0.0) for c in CLASSES]) for m in {x.measure for x in LEVELS}}


def place_names(here: Places, under: Ground, paths: Paths) -> PlaceNames:
    """Return the locality and the road of every address."""
    import shapely

    orter = files.read_shapes(paths.table("orter"), ["namn", "geometry"])
    known = orter["namn"].to_numpy(dtype=object)
    tree = shapely.STRtree(orter["geometry"].to_numpy())
    who, which = tree.query(shapely.points(here.e_m, here.n_m), predicate="intersects")
    ort = np.full(len(here.e_m), "", dtype=object)
    ort[who[::-1]] = known[which[::-1]]  # where two overlap, the first in the table

    def nearest(xy: Floats) -> NDArray[Any]:
        if len(known) == 0:
            return np.full(len(xy), "", dtype=object)
        return known[tree.nearest(shapely.points(xy))]

    return PlaceNames(ort, _roads(under, len(ort)), nearest)


def _roads(under: Ground, count: int) -> NDArray[Any]:
    """Return the name of the road each address joins; empty where it has none."""
    if not isinstance(under, Roads):
        return np.full(count, "", dtype=object)
    line: Ints = under.noded.source[under.drop.line]
    return under.lines["namn"].to_numpy(dtype=object)[line]


def write(made: list[Projects], paths: Paths) -> None:
    """Write the projects of all levels, and which address belongs to which."""
    import geopandas as gpd
    import pandas as pd

    whole = pd.concat([x.projekt for x in made], ignore_index=True)
    table = project_tables.PROJEKT
    texts = [c.name for c in table.columns if c.kind == "text"]
    frame = gpd.GeoDataFrame(whole.astype(dict.fromkeys(texts, "str")), geometry="geometry", crs=files.EPSG)
    files.write_polygons(contracts.check(frame, table)[[*table.names, "geometry"]], paths.table("projekt"))
    ids = files.read_table(paths.table("adresser_ruta"), ["adress_id"])["adress_id"]
    members = pd.concat([x.adresser for x in made], ignore_index=True)
    members["adress_id"] = ids.to_numpy()[members["adress"]]
    table = project_tables.PROJEKT_ADRESSER
    texts = [c.name for c in table.columns if c.kind == "text"]
    members = contracts.check(members[table.names].astype(dict.fromkeys(texts, "str")), table)
    files.write_table(members[table.names], paths.table("projekt_adresser"))


def note(ledger: Ledger, made: Projects, level: Level, region: Region) -> None:
    """Say how many projects there are, how large, and what they come to."""
    rows, rule = made.projekt, region.projekt
    size = rows["adresser"].to_numpy()
    ledger.facts.setdefault("projekt", {})[f"{level.mbit}_{level.measure}"] = {
        "projekt": len(rows),
        "lagom_stora": int(((size >= rule.minsta_byggnader) & (size <= rule.storsta_byggnader)).sum()),
        "adresser": int(size.sum()),
        "adresser_i_lagom_stora": int(size[(size >= rule.minsta_byggnader) & (size <= rule.storsta_byggnader)].sum()),
        "hushall_utan": float(rows["hushall_utan"].sum()),
        "kostnad_sek": float(rows["kostnad_sek"].sum()),
    }
