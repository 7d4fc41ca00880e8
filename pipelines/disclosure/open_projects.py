"""Projects of the open edition: the open gap areas, cut and merged along the roads; no other than the open cells tell.

An internal project is a list of addresses without coverage: which cells it has says that somebody there lacks it, also
where the cell's class does not, and its households are the very counts that are not told. None of it is published.
These are made anew by the same rule (``projects/cut_forest.py``), of cells instead of addresses: those whose
*published* class says that fewer than half have coverage, from their middles, along the same roads. All the rest is
what anybody can look up: how many addresses and households a cell has, what the place is called. Households without
are the least and the most that the classes allow. So whoever has the cells has the projects, and they narrow nothing.

A cell of few addresses is told alike however few, as everywhere: where projects are cut it counts as half the
threshold, and in a project of fewer than :data:`TOGETHER` such cells as anything from one address up. Only a sum of
more of them is reckoned from how many there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core import classes
from pipelines.core.cell_grid import CELL_M, corner
from pipelines.core.level import LEVELS, Level
from pipelines.disclosure import open_areas
from pipelines.disclosure.open_areas import CONNECTED, SPREAD, Base, add_kommuner, outwards
from pipelines.gaps import area_sums, cost, ranking
from pipelines.projects import project_names
from pipelines.projects.costed_projects import PlaceNames, cut_and_merged
from pipelines.projects.project_names import Localities, road_names

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.cell_grid import Ints
    from pipelines.disclosure.open_areas import Lie

TOGETHER = 3
"""Cells of few addresses from which the sum tells nothing of any of them."""
COST_STEP = 1e5
"""Kronor that a cost is told in steps of: finer than it is known."""


@dataclass(frozen=True)
class Names:
    """What places are called: localities (``namn``, polygons), and the address area of each address, by ``rutid``."""

    orter: pd.DataFrame
    adresser: pd.DataFrame


def areas_and_projects(
    cells: pd.DataFrame, parts: pd.DataFrame, land: pd.DataFrame, lie: Lie, names: Names, region: Region
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the open gap areas and projects of every threshold and measure, and the cells of each project.

    Parameters
    ----------
    cells, parts, land, lie
        As :func:`.open_areas.base`.
    names : Names

    Returns
    -------
    bristomraden, projekt, rutor : DataFrame
        Contracts BRISTOMRADEN_OPPNA, PROJEKT_OPPNA and PROJEKT_RUTOR_OPPNA.
    """
    import pandas as pd

    base = open_areas.base(cells, parts, land, lie, region)
    called, areas, made = _called(base, names), [], []
    for level in LEVELS.by_threshold():  # areas and projects of a level in turn: they ask the ground the same
        areas.append(open_areas.of_level(base, level, region))
        made.append(_of_level(base, level, called, region))
    projekt, rutor = (pd.concat(x, ignore_index=True) for x in zip(*made, strict=True))
    texts = ["projekt_id", "namn", "matt", "kommunkod", "kommunnamn", "kommuner"]
    projekt = projekt.astype(dict.fromkeys(texts, "str"))
    return open_areas.joined(areas), projekt, rutor.astype({"projekt_id": "str", "rutid_scb": "str"})


def _called(base: Base, names: Names) -> PlaceNames:
    """Return the locality of every cell that is in a project at some level, and its address area, else its road."""
    cells, rutid = base.cells, base.facts["rutid"]
    localities = Localities(names.orter)
    lacking = np.zeros(len(cells), np.bool_)
    for level in LEVELS:
        lacking |= cells[level.cell_class].isin(classes.LACKING).to_numpy()
    who = np.flatnonzero(lacking)
    ort, omrade = (np.full(len(cells), "", dtype=object) for _ in range(2))
    ort[who] = localities.within(_middles(rutid[who]))
    named = names.adresser[(names.adresser["adressomrade"] != "").to_numpy()]
    many = named.groupby(["rutid", "adressomrade"], sort=True).size().rename("antal").reset_index()
    first = many.sort_values(["rutid", "antal", "adressomrade"], ascending=[True, False, True])
    first = first.drop_duplicates("rutid")
    place = np.searchsorted(rutid, first["rutid"].to_numpy())
    there = rutid[np.minimum(place, len(rutid) - 1)] == first["rutid"].to_numpy()
    omrade[place[there]] = first["adressomrade"].to_numpy(dtype=object)[there]
    bare = who[omrade[who] == ""]
    omrade[bare] = road_names(base.under, bare)
    return PlaceNames(ort, omrade, localities.nearest)


def _middles(rutid: Ints) -> NDArray[np.float64]:
    return np.column_stack(corner(rutid)).astype(np.float64) + CELL_M / 2


def _of_level(base: Base, level: Level, called: PlaceNames, region: Region) -> tuple[pd.DataFrame, pd.DataFrame]:
    import pandas as pd

    cells, facts, under = base.cells, base.facts, base.under
    klass = cells[level.cell_class]
    utan, covered = klass.isin(classes.LACKING).to_numpy(), klass.isin(classes.COVERED).to_numpy()
    who = np.flatnonzero(utan)
    rutid, kommunkod = facts["rutid"][who], cells["kommunkod"].to_numpy()[who]
    part = klass.iloc[who].map(CONNECTED).to_numpy(np.float64)
    small = region.publicering.undertryckningsgrans
    number, least_homes, most_homes = facts["antal"][who], *facts["hushall"][:, who]
    few = number < small
    number = np.where(few, small / 2, number)
    weight = np.maximum(1, np.round(number * part)).astype(np.int64)
    kommun = pd.factorize(kommunkod, sort=True)[0].astype(np.int64)
    project = cut_and_merged(under.ties(utan, covered), who, _middles(rutid), kommun, under, region, weight)
    count = int(project.max(initial=-1)) + 1
    summed_up = few & (np.bincount(project, weights=few, minlength=count) >= TOGETHER)[project]
    homes = np.where(few, number * least_homes, least_homes)  # of few, the least is one address's
    number = np.where(summed_up, facts["antal"][who], number)
    homes, least_homes, most_homes = (
        np.where(summed_up, facts["vantade"][who], x) for x in (homes, least_homes, most_homes)
    )
    connect = number * part
    first = np.unique(project, return_index=True)[1]

    def summed(values: NDArray[Any]) -> NDArray[np.float64]:
        return np.bincount(project, weights=values, minlength=count).astype(np.float64)

    modelled = cells[level.cell_basis].iloc[who].isin(["statistik", "blandat"]).to_numpy()
    ids = np.array([f"projekt-{level.area_head}{x}" for x in cells["rutid_scb"].to_numpy()[who[first]]], dtype=object)
    out = pd.DataFrame({"projekt_id": ids, "troskel_mbit": level.mbit, "matt": level.measure})
    add_kommuner(out, kommunkod, project, region)
    middle = np.stack([area_sums.mean_by(project, count, x) for x in _middles(rutid).T], axis=1)
    out["namn"] = project_names.names(
        project,
        count,
        called.ort[who],
        called.omrade[who],
        called.nearest(middle),
        out["kommunnamn"].to_numpy(dtype=object),
    )
    out["modellerad"] = summed(modelled) > 0
    out["rutor"] = np.bincount(project, minlength=count).astype(np.int64)
    least, most = (x[who] for x in classes.without(klass))
    ends = outwards(summed(least_homes * least), summed(most_homes * most), small)
    for end, values in zip(("minst", "hogst"), ends, strict=True):
        out[f"hushall_utan_{end}"] = values.astype(np.int64)
    reached, joined = summed(homes * part), summed(connect)
    of = np.full(len(cells), -1)
    of[who] = project
    dug = under.dig(utan, covered, of, count)
    own = SPREAD * CELL_M * np.maximum(np.sqrt(connect) - 1, 0)
    tat = summed(connect * (cells["omradestyp"].to_numpy()[who] == "tatbebyggt")) / np.maximum(joined, 1)
    kronor = {}
    for name in cost.LEVELS:
        metres = dug.priced_m[name] + under.detour(name) * summed(own)
        kronor[name] = cost.cost(metres, tat, joined, region.kostnad, name).total_sek
    for name, column in (("mitt", "kostnad_sek_ca"), ("lag", "kostnad_lag_sek_ca"), ("hog", "kostnad_hog_sek_ca")):
        steps = np.maximum(1, np.round(kronor[name] / COST_STEP))
        out[column] = pd.Series(np.where(np.isfinite(steps), COST_STEP * steps, np.nan)).astype("Int64")
    told = out["kostnad_sek_ca"].to_numpy(np.float64, na_value=np.nan)
    each = cost.per_unit(told, reached)
    out["hushall_per_miljon"] = np.round(np.where(np.isfinite(told), 1e6 * reached / told, np.nan), 1)
    out["over_stoppris"] = each > region.projekt.stop_sek_per_hushall
    out["prioritet"] = ranking.priority(reached, told, reached, ids)
    order = np.argsort(out["prioritet"].to_numpy(), kind="stable")
    members = pd.DataFrame({"projekt_id": ids[project], "rutid_scb": cells["rutid_scb"].to_numpy()[who]})
    return out.iloc[order].reset_index(drop=True), members
