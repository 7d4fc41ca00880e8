"""Gap areas of the open edition: made from the open cells, so that they tell nothing of coverage the cells do not.

The internal areas would give counts away: which cell names an area, that a cell that counts as covered
belongs to one, that an area's sum lies in a band, what the trench between two addresses costs. Here a cell
belongs when its *published* class says that fewer than half its addresses have coverage. Addresses are what the
published bands add up to. Households without are the least and the most that the classes allow: the cells'
households, which hold nothing about coverage, times the class's limits, rounded outwards. The cost is reckoned
from cell centres and bands, along the roads, and told in classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core import classes
from pipelines.core.cell_grid import CELL_M, Ints, corner, parse_scb_id
from pipelines.core.level import Level
from pipelines.disclosure import bands
from pipelines.disclosure.rules import EDGE
from pipelines.gaps import cost
from pipelines.gaps.area_outlines import outlines
from pipelines.gaps.area_sums import land_by, lookup
from pipelines.gaps.gap_areas import components
from pipelines.gaps.trench_ground import Ground, ground
from pipelines.tables.code_lists import COST_CLASSES

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from pipelines.config.region import Region

CONNECTED = {"utan": 1.0, "mindre_del": 0.75, "fa_under_halften": 1.0}
"""Classes that belong to a gap area, and the part of a cell's addresses the cost connects."""
COST_LIMITS = (0.5e6, 1e6, 2e6, 5e6, 10e6, 20e6, 50e6)
"""Kronor that part :data:`pipelines.tables.open_contracts.COST_CLASSES`; each limit belongs to the class above."""
SPREAD = 0.65
"""Trench among n addresses spread over a cell of side a: about 0.65 a √n (Beardwood, Halton, Hammersley 1959;
0.633 for the minimum spanning tree, doi:10.1214/aop/1176989131), less one so that a single address needs none."""


Lie = tuple["pd.DataFrame", NDArray[Any]]
"""Roads as they meet (table ``vagnat``) and water (polygons of ``mark``): what trenches stand on."""


@dataclass(frozen=True)
class Base:
    """What the open areas and projects are made of.

    Attributes
    ----------
    cells : DataFrame
        ``oppna_rutor`` with addresses, by ``rutid_scb``.
    facts : dict of ndarray
        What can be looked up of each cell: ``rutid``, ``land_ha``, ``antal`` addresses and ``vantade`` households,
        and as ``adresser`` and ``hushall``, shape (2, n), the least and the most that its band stands for.
    under : Ground
        What trenches between the cells' middles stand on.
    """

    cells: pd.DataFrame
    facts: dict[str, NDArray[Any]]
    under: Ground


def base(cells: pd.DataFrame, parts: pd.DataFrame, land: pd.DataFrame, lie: Lie, region: Region) -> Base:
    """Return what the open areas and projects are made of.

    Parameters
    ----------
    cells : DataFrame
        ``oppna_rutor``, by ``rutid_scb``.
    parts : DataFrame
        ``oppna_delar``: of it only addresses and households, which hold nothing about coverage.
    land : DataFrame
        ``rutid`` and ``land_ha``.
    lie : Lie
    """
    facts = _cell_facts(cells, parts, land, region.publicering.bandgranser)
    lived = np.flatnonzero(facts["adresser"][1] > 0)  # a third of the cells; the others ask for no trench and give none
    cells, facts = cells.iloc[lived].reset_index(drop=True), {name: x[..., lived] for name, x in facts.items()}
    e_m, n_m = (x.astype(np.float64) + CELL_M / 2 for x in corner(facts["rutid"]))
    return Base(cells, facts, ground(*lie, region.kostnad, region.vagar, e_m, n_m))


def joined(frames: list[pd.DataFrame]) -> gpd.GeoDataFrame:
    """Return the open gap areas of every threshold and measure as one table."""
    import geopandas as gpd
    import pandas as pd

    whole = pd.concat(frames, ignore_index=True)
    counts = [c for c in whole if c.endswith(("_minst", "_hogst"))]
    whole[counts] = whole[counts].replace(np.inf, np.nan)
    for name in counts:
        whole[name] = whole[name].astype("Int64" if name.endswith("_hogst") else "int64")
    texts = ["bristomrade_id", "matt", "kommunkod", "kommunnamn", "kommuner", "kostnad_klass"]
    return gpd.GeoDataFrame(whole.astype(dict.fromkeys(texts, "str")), geometry="geometry", crs=3006)


def _cell_facts(
    cells: pd.DataFrame, parts: pd.DataFrame, land: pd.DataFrame, limits: tuple[int, ...]
) -> dict[str, NDArray[Any]]:
    rutid = parse_scb_id(cells["rutid_scb"])
    facts: dict[str, NDArray[Any]] = {"rutid": rutid}
    facts["land_ha"] = land_by(lookup(rutid, land["rutid"].to_numpy()), land["land_ha"].to_numpy(), len(rutid))
    facts["adresser"] = np.array(bands.whole(cells["adresser_band"], limits))
    at = np.searchsorted(rutid, parts["rutid"].to_numpy())
    facts["antal"], facts["vantade"] = (
        np.bincount(at, weights=parts[name].to_numpy(np.float64), minlength=len(rutid))
        for name in ("adresser", "hushall")
    )
    facts["hushall"] = _households(facts["antal"], facts["vantade"], limits[0])
    return facts


def _households(number: NDArray[np.float64], households: NDArray[np.float64], small: int) -> NDArray[np.float64]:
    """Return the least and the most households of each cell, shape (2, n).

    Few addresses are told alike however few: as the least and the most of them would have households.
    """
    each = np.divide(households, number, out=np.zeros(len(number)), where=number > 0)
    few = (number > 0) & (number < small)
    return np.array([np.where(few, each, households), np.where(few, each * (small - 1), households)])


def of_level(base: Base, level: Level, region: Region) -> pd.DataFrame:
    """Return the open gap areas of one threshold and measure."""
    import pandas as pd

    cells, facts = base.cells, base.facts
    klass = cells[level.cell_class]
    inside = np.flatnonzero(klass.isin(classes.LACKING))
    rutid, rutid_scb = facts["rutid"][inside], cells["rutid_scb"].to_numpy()[inside]
    modelled = cells[level.cell_basis].iloc[inside].isin(["statistik", "blandat"]).to_numpy()
    area = components(rutid, modelled)
    count = int(area.max()) + 1 if len(area) else 0
    first = np.unique(area, return_index=True)[1] if count else np.zeros(0, np.int64)

    def summed(values: NDArray[Any]) -> NDArray[Any]:
        return np.bincount(area, weights=values[inside], minlength=count)

    out = pd.DataFrame(
        {
            "bristomrade_id": [f"{level.mbit}-{level.measure}-{x}" for x in rutid_scb[first]],
            "troskel_mbit": np.full(count, level.mbit, dtype=np.int64),
            "matt": level.measure,
            "modellerad": modelled[first],
            "rutor": np.bincount(area, minlength=count).astype(np.int64),
            "land_ha": np.round(summed(facts["land_ha"]), 6) + 0.0,
        }
    )
    add_kommuner(out, cells["kommunkod"].iloc[inside].to_numpy(), area, region)
    for end, number in zip(("minst", "hogst"), facts["adresser"], strict=True):
        out[f"adresser_{end}"] = summed(number)
    least, most = classes.without(klass)
    small = region.publicering.undertryckningsgrans
    fewest, many = facts["hushall"]
    out["hushall_minst"], out["hushall_hogst"] = outwards(summed(fewest), summed(many), small)
    lacking = outwards(summed(fewest * least), summed(many * most), small)
    out["hushall_utan_minst"], out["hushall_utan_hogst"] = lacking
    kronor = _cost(klass, facts, cells["omradestyp"], inside, area, count, region, base.under)
    out["kostnad_klass"] = _cost_class(kronor, out, region.publicering.undertryckningsgrans)
    out["geometry"] = outlines(rutid, area, count)
    return out


def outwards(
    least: NDArray[np.float64], most: NDArray[np.float64], small: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return an interval's ends rounded outwards to whole multiples of the suppression threshold.

    >>> [x.tolist() for x in outwards(np.array([0.0, 4.9, 10.0]), np.array([0.0, 4.9, 19.0]), 5)]
    [[0.0, 0.0, 10.0], [0.0, 5.0, 20.0]]
    """
    # The sums turn −0 into 0.
    return small * np.floor(least / small + EDGE) + 0.0, small * np.ceil(most / small - EDGE) + 0.0


def add_kommuner(out: pd.DataFrame, kommun: NDArray[Any], area: Ints, region: Region) -> None:
    """Add the kommun of most cells (ties: lowest code) and all kommuner, by the cells' published kommun."""
    import pandas as pd

    known, names = pd.factorize(kommun, sort=True)
    keys, number = np.unique(area * max(len(names), 1) + known, return_counts=True)
    of, code = np.divmod(keys, max(len(names), 1))
    most = np.lexsort((code, -number, of))
    first = most[np.unique(of[most], return_index=True)[1]]
    out["kommuner"] = out["kommunkod"] = np.asarray(names, dtype=object)[code[first]]
    for i in np.flatnonzero(np.bincount(of, minlength=len(out)) > 1):  # the few that cross a border
        out.at[i, "kommuner"] = ",".join(names[code[of == i]])
    out["kommunnamn"] = out["kommunkod"].map(region.kommunnamn)


def _cost(
    klass: pd.Series,
    facts: dict[str, NDArray[Any]],
    typ: pd.Series,
    inside: NDArray[Any],
    area: Ints,
    count: int,
    region: Region,
    under: Ground,
) -> NDArray[np.float64]:
    """Return kronor per area, from the cells' centres, classes and bands."""
    utan, of_cell = np.zeros(len(klass), np.bool_), np.full(len(klass), -1)
    utan[inside], of_cell[inside] = True, area
    dug = under.dig(utan, klass.isin(classes.COVERED).to_numpy(), of_cell, count)
    low, high = facts["adresser"][:, inside]
    number = np.where(np.isfinite(high), (low + high) / 2, low) * klass.iloc[inside].map(CONNECTED).to_numpy()
    own = SPREAD * CELL_M * np.maximum(np.sqrt(number) - 1, 0)
    metres = dug.priced_m["mitt"] + under.detour("mitt") * np.bincount(area, weights=own, minlength=count)
    connect = np.bincount(area, weights=number, minlength=count).astype(np.float64)
    tat = np.bincount(area, weights=number * (typ.iloc[inside] == "tatbebyggt").to_numpy(), minlength=count)
    share = np.divide(tat, connect, out=np.zeros(count), where=connect > 0)
    return cost.cost(metres, share, connect, region.kostnad, "mitt").total_sek


def _cost_class(kronor: NDArray[np.float64], areas: pd.DataFrame, small: int) -> NDArray[Any]:
    names = np.array(COST_CLASSES[1:], dtype=object)
    told = names[np.searchsorted(COST_LIMITS, np.nan_to_num(kronor, posinf=0.0), side="right")]
    hidden = ~np.isfinite(kronor) | (areas["adresser_minst"] < small) | (areas["hushall_hogst"] == 0)
    return np.where(hidden, COST_CLASSES[0], told)
