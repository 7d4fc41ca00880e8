"""Stage gaps: the areas without coverage, and the projects that are built and ranked.

Definitions and every assumption are told in docs/bristanalys.md. One stage for both: they stand on one network of
roads, which takes longer to make than all that is measured on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipelines.core import files
from pipelines.core.ledger import Ledger
from pipelines.core.ledger import load as load_ledger
from pipelines.core.level import LEVELS
from pipelines.core.processes import side_by_side
from pipelines.gaps import costed_areas, find_gaps, ground_notes
from pipelines.gaps.ranking import curve
from pipelines.projects.build_plan import by_kommun
from pipelines.projects.cheapest_mix import goal_rows
from pipelines.projects.costed_projects import CLASSES, PlaceNames, Projects, measure
from pipelines.projects.project_names import Localities, road_names
from pipelines.tables import contracts, gap_tables, project_tables

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.level import Level
    from pipelines.core.paths import Paths
    from pipelines.gaps.address_places import Floats, Places
    from pipelines.gaps.costed_areas import Gaps
    from pipelines.gaps.trench_ground import Ground


def run(region: Region, paths: Paths, jobs: str = "", earlier: Path | None = None) -> None:
    """Find gap areas and make projects of every threshold and measure; write their tables.

    Parameters
    ----------
    region, paths
    jobs : str
        How many levels are worked at the same time (``JOBS``); one unless told. The tables are the same.
    earlier : Path, optional
        ``OUT`` of an earlier edition, to inherit ids of gap areas from; ``paths.earlier`` unless given.
    """
    at_once = side_by_side.processes(jobs)
    ledger = Ledger("gaps")
    earlier = earlier or paths.earlier
    before = None if earlier is None else find_gaps.earlier_cells(earlier)
    land = files.read_table(paths.table("land"), ["rutid", "kommunkod", "land_ha"], few=["kommunkod"])
    here = find_gaps.read_places(region, paths)
    under = find_gaps.read_ground(region, paths, here)
    files.release()
    called, shared = place_names(here, under, region, paths), together(paths)
    files.release()

    given = (here, land, under, before, called, shared, region, paths)
    # What lacks most takes longest and is begun first: then the processes end together.
    begun = sorted(LEVELS, key=lambda x: (x.measure, x.mbit), reverse=True)
    found = dict(zip(begun, side_by_side.each([partial(at_level, x, *given) for x in begun], at_once), strict=True))
    gaps, made = zip(*(found[x] for x in LEVELS.by_threshold()), strict=True)
    for level, projects in zip(LEVELS.by_threshold(), made, strict=True):
        note(ledger, projects, level, region)
    find_gaps.note(ledger, gaps)
    ground_notes.note(ledger, under, gaps, here, region)
    del under, given  # as large as all that is written
    files.release()
    list(side_by_side.each([partial(find_gaps.write, gaps, paths), partial(write, made, paths)], at_once))
    write_curves(made, here, region, paths)
    write_mixes(made, here, region, paths)
    ledger.save(paths.ledger("gaps"))


def at_level(
    level: Level,
    here: Places,
    land: pd.DataFrame,
    under: Ground,
    before: pd.DataFrame | None,
    called: PlaceNames,
    shared: dict[str, Floats],
    region: Region,
    paths: Paths,
) -> tuple[Gaps, Projects]:
    """Return the gap areas and the projects of one level; ``before`` are the cells of an earlier edition's areas."""
    p, there = find_gaps.read_level(here, level, paths)
    known = find_gaps.of_level(before, level)
    areas = costed_areas.measure(there, p, land, level.mbit, level.measure, region, under, known)
    files.release()
    return areas, measure(there, p, level, region, under, called, shared[level.measure])


def together(paths: Paths) -> dict[str, Floats]:
    """Return for each measure how much of a modelled address's coverage its neighbours share, by class."""
    known = load_ledger(paths.ledger("coverage")).facts["modell"]["samvariation"]
    by_kind = {(x["matt"], x["klass"]): x["by"] for x in known}
    return {m: np.array([by_kind.get((m, c), 0.0) for c in CLASSES]) for m in {x.measure for x in LEVELS}}


def place_names(here: Places, under: Ground, region: Region, paths: Paths) -> PlaceNames:
    """Return the locality of every address that is in a project at some level, and its address area, else its road."""
    import pyarrow as pa
    import pyarrow.compute as pc

    localities = Localities(files.read_shapes(paths.table("orter"), ["namn", "geometry"]))
    p = files.read_table(paths.table("adresser_tackning"), [x.probability for x in LEVELS]).to_numpy()
    who = np.flatnonzero((p < region.brist.sannolikhetsgrans).any(axis=1))
    ort, omrade = (np.full(len(p), "", dtype=object) for _ in range(2))
    ort[who] = localities.within(np.column_stack([here.e_m[who], here.n_m[who]]))
    named = files.read_table(paths.table("adressomraden"), ["adress_id", "adressomrade"])
    ids = files.read_table(paths.table("adresser_ruta"), ["adress_id"])["adress_id"].iloc[who]
    # Looked for among the few that are asked of, not these among all.
    row = pc.index_in(pa.array(named["adress_id"]), value_set=pa.array(ids)).fill_null(-1).to_numpy()
    there = np.flatnonzero(row >= 0)
    omrade[who[row[there]]] = named["adressomrade"].iloc[there].to_numpy(dtype=object)
    bare = who[omrade[who] == ""]
    omrade[bare] = road_names(under, bare)
    return PlaceNames(ort, omrade, localities.nearest)


def write(made: Sequence[Projects], paths: Paths) -> None:
    """Write the projects of all levels, and which address belongs to which."""
    import geopandas as gpd
    import pandas as pd

    whole = pd.concat([x.projekt for x in made], ignore_index=True)
    table = project_tables.PROJEKT
    texts = [c.name for c in table.columns if c.kind == "text"]
    frame = gpd.GeoDataFrame(whole.astype(dict.fromkeys(texts, "str")), geometry="geometry", crs=files.EPSG)
    files.write_polygons(contracts.check(frame, table)[[*table.names, "geometry"]], paths.table("projekt"))
    find_gaps.write_lines([x.schakt for x in made], project_tables.PROJEKT_SCHAKT, paths)
    ids = files.read_table(paths.table("adresser_ruta"), ["adress_id"])["adress_id"]
    members = pd.concat([x.adresser for x in made], ignore_index=True)
    members["adress_id"] = ids.to_numpy()[members["adress"]]
    table = project_tables.PROJEKT_ADRESSER
    texts = [c.name for c in table.columns if c.kind == "text"]
    members = contracts.check(members[table.names].astype(dict.fromkeys(texts, "str")), table)
    files.write_table(members[table.names], paths.table("projekt_adresser"))


def write_curves(made: Sequence[Projects], here: Places, region: Region, paths: Paths) -> None:
    """Write the cumulative curve of the län and of every kommun (see :func:`ranking.curve`)."""
    import pandas as pd

    of = ["kod", "prioritet", "projekt_id", "hushall_utan", "kostnad_sek"]
    rows, totals = [], []
    whole = np.bincount(here.kommun, here.hushall, len(here.codes))
    for level, x in zip(LEVELS.by_threshold(), made, strict=True):
        totals.append(pd.DataFrame({"kod": here.codes, "hushall": whole, "hushall_utan": x.hushall_utan}))
        county = {"kod": [region.lan.kod], "hushall": [whole.sum()], "hushall_utan": [x.hushall_utan.sum()]}
        totals.append(pd.DataFrame(county))
        parts = by_kommun(x.projekt, x.adresser).rename(columns={"kommunkod": "kod"})
        rows += [x.projekt.assign(kod=region.lan.kod)[of], parts[of]]
        for frame in (*rows[-2:], *totals[-2:]):
            frame["troskel_mbit"], frame["matt"] = level.mbit, level.measure
    curves = curve(pd.concat(rows, ignore_index=True), pd.concat(totals, ignore_index=True))
    files.write_table(find_gaps.joined([curves], gap_tables.BRISTKURVA), paths.table("bristkurva"))


def write_mixes(made: Sequence[Projects], here: Places, region: Region, paths: Paths) -> None:
    """Write the cheapest mix of techniques that reaches each goal, of the goals whose level the region has."""
    rows = []
    for level, x in zip(LEVELS.by_threshold(), made, strict=True):
        lacking = float(x.hushall_utan.sum())
        for goal in (g for g in region.mal.nivaer if g.level == level):
            rows.append(goal_rows(x.projekt, goal, float(here.hushall.sum()), lacking, region.alternativ))
    table = project_tables.BILLIGASTE_MIX
    files.write_table(find_gaps.joined(rows, table), paths.table(table.name))


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
