"""The gap areas of one threshold and measure: found, measured, costed, ranked, and divided by kommun."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.config.region import Region
from pipelines.core.cell_grid import Ints, scb_id
from pipelines.gaps import area_sums, cost, gap_areas, ranking, trench
from pipelines.gaps.address_places import Bools, Floats, Places
from pipelines.gaps.gap_areas import GapAreas
from pipelines.gaps.trench_ground import SLAG, Dug, Ground
from pipelines.roads import lines_wkb
from pipelines.roads.line_parts import distinct, taken

BOX = ("vast_m", "syd_m", "ost_m", "nord_m")
"""Columns of what a trench's lines lie within, beside their WKB."""


@dataclass(frozen=True)
class Gaps:
    """The tables of one threshold and measure.

    Attributes
    ----------
    omraden : DataFrame
        One row per area by ``prioritet``, then one dispersed row (``utspritt-…``) per kommun.
    kommunvis : DataFrame
        One row per area and kommun with addresses in it.
    rutor : DataFrame
        One row per cell of an area.
    schakt : DataFrame
        One row per area and kind of trench, with ``geometry``: its lines, as WKB.
    found : GapAreas
        In the areas' own numbering: row i of ``omraden`` is area ``number[i]``. Without the addresses' areas, which
        nobody asks any more: a number for each of the län's addresses at every level.
    number : ndarray of int64
    """

    omraden: pd.DataFrame
    kommunvis: pd.DataFrame
    rutor: pd.DataFrame
    schakt: pd.DataFrame
    found: GapAreas
    number: Ints


def measure(
    places: Places,
    p: Floats,
    land: pd.DataFrame,
    troskel: int,
    matt: str,
    region: Region,
    ground: Ground,
    earlier: pd.DataFrame | None = None,
) -> Gaps:
    """Find, measure, cost and rank the gap areas of one threshold and measure.

    Parameters
    ----------
    places : Places
    p : ndarray of float, shape (n,)
        Probability of coverage of each address.
    land : DataFrame
        ``rutid``, ``kommunkod``, ``land_ha``.
    ground : Ground
        What trenches stand on, of the same addresses.
    earlier : DataFrame, optional
        ``rutid`` and ``bristomrade_id`` of an earlier edition's cells, to inherit ids from.
    """
    utan = p < region.brist.sannolikhetsgrans
    found = gap_areas.find(places.cells, places.cell, utan, places.modelled)
    ids = gap_areas.own_ids(found, troskel, matt)
    if earlier is not None:
        ids = gap_areas.inherited_ids(found, ids, earlier)
    table = area_sums.counts(found.address_area, found.count, places, p, utan)
    table.insert(0, "bristomrade_id", ids.astype(object))
    table["underlag"] = area_sums.underlag(found.address_area, found.count, places.level)
    table["modellerad"] = found.modelled
    add_distances(table, places, p, utan, found)
    dug = ground.dig(utan, ~utan, found.address_area, found.count)
    add_trench(table, dug)
    add_costs(table, dug, region)
    households, addresses, people = (table[f"{x}_utan"].to_numpy() for x in ("hushall", "adresser", "befolkning"))
    benefit = ranking.benefit(households, addresses, people, region.prioritering)
    table["prioritet"] = ranking.priority(benefit, table["kostnad_sek"].to_numpy(), households, ids)
    parts = divide(table, places, p, utan, found, land)
    add_kommuner(table, parts, places)
    table["rutor"] = np.bincount(found.cell_area, minlength=found.count)
    land_area = area_sums.lookup(found.cells, land["rutid"].to_numpy())
    land_area = np.where(land_area < 0, -1, np.append(found.cell_area, -1)[land_area])
    table["land_ha"] = area_sums.land_by(land_area, land["land_ha"].to_numpy(), found.count)

    number = np.argsort(table["prioritet"].to_numpy(), kind="stable")
    rest = dispersed(places, p, utan, found, troskel, matt)
    whole = pd.concat([table.iloc[number], rest], ignore_index=True)
    whole["prioritet"] = whole["prioritet"].astype("Int64")
    for frame in (whole, parts):
        frame["troskel_mbit"], frame["matt"] = troskel, matt
        frame["kommunnamn"] = frame["kommunkod"].map(region.kommunnamn)
    cells = pd.DataFrame(
        {
            "bristomrade_id": ids[found.cell_area].astype(object),
            "troskel_mbit": troskel,
            "matt": matt,
            "rutid_scb": scb_id(found.cells).astype(object),
            "adresser_klassade": found.cell_utan,
        }
    )
    lines = trench_lines(dug, "bristomrade_id", ids, number, troskel, matt)
    return Gaps(whole, parts, cells, lines, replace(found, address_area=np.zeros(0, np.int64)), number)


def add_distances(table: pd.DataFrame, places: Places, p: Floats, utan: Bools, found: GapAreas) -> None:
    """Add distances to the nearest covered address, the share tätbebyggt, the probability."""
    u, c = np.flatnonzero(utan), np.flatnonzero(~utan)
    e, n, area = places.e_m[u], places.n_m[u], found.address_area[u]
    net = trench.distance_to_net(e, n, places.e_m[c], places.n_m[c])
    nearest, farthest = np.full(found.count, np.inf), np.zeros(found.count)
    np.minimum.at(nearest, area, net)
    np.maximum.at(farthest, area, net)
    table["avstand_m"], table["storsta_avstand_m"] = nearest, farthest
    table["medelavstand_m"] = area_sums.mean_by(area, found.count, net)
    table["andel_tatbebyggt_pct"] = 100 * area_sums.mean_by(area, found.count, places.tat[u].astype(np.float64))
    likely = area_sums.mean_by(area, found.count, 1 - p[u])
    table["sannolikhet"] = np.where(found.modelled, likely, np.nan)


def add_trench(table: pd.DataFrame, dug: Dug) -> None:
    """Add the trench's metres: its parts, and the whole as their sum."""
    for name, metres in zip(SLAG, dug.metres, strict=True):
        table[f"schakt_{name}_m"] = metres
    table["schakt_m"] = dug.metres.sum(axis=0)


def trench_lines(dug: Dug, key: str, ids: NDArray[Any], number: Ints, troskel: int, matt: str) -> pd.DataFrame:
    """Return the trench's lines: a row per area (its id in column ``key``), by ``prioritet``, and kind of trench.

    As WKB, and beside it the :data:`BOX` it lies in: a county's are a million short lines, and no shape is made of any.
    """
    place = np.empty(len(ids), np.int64)
    place[number] = np.arange(len(ids))
    both = place[dug.area] * len(SLAG) + dug.slag
    order = np.argsort(both, kind="stable")
    keys, row = np.unique(both[order], return_inverse=True)
    xy, count = taken(dug.lines, order)
    first = np.searchsorted(np.repeat(row, count), np.arange(len(keys)))
    least, most = (x.reduceat(xy, first) if len(keys) else xy for x in (np.minimum, np.maximum))
    return pd.DataFrame(
        {
            key: ids[number[keys // len(SLAG)]].astype(object),
            "troskel_mbit": np.full(len(keys), troskel, dtype=np.int64),
            "matt": matt,
            "slag": np.array(SLAG, dtype=object)[keys % len(SLAG)],
            "langd_m": np.bincount(row, weights=lines_wkb.lengths(xy, count), minlength=len(keys)).astype(np.float64),
            "geometry": lines_wkb.multilines(xy, count, row, len(keys)),
            **dict(zip(BOX, np.column_stack([least, most]).T, strict=True)),
        }
    )


def add_costs(table: pd.DataFrame, dug: Dug, region: Region) -> None:
    """Add the cost at three levels, its parts, and per household, address and person.

    Where nothing is covered anywhere there is no net to connect to: distances, trench and cost are
    unknown (NULL), not free.
    """
    share = table["andel_tatbebyggt_pct"].to_numpy() / 100
    connect = table["adresser_klassade"].to_numpy(np.float64)
    low, middle, high = (cost.cost(dug.priced_m[x], share, connect, region.kostnad, x) for x in cost.LEVELS)
    table["kostnad_schakt_sek"] = middle.schakt_sek
    table["kostnad_anslutning_sek"], table["kostnad_fast_sek"] = middle.anslutning_sek, middle.fast_sek
    table["kostnad_sek"] = middle.total_sek
    table["kostnad_lag_sek"], table["kostnad_hog_sek"] = low.total_sek, high.total_sek
    total = middle.total_sek
    table["kostnad_per_hushall_sek"] = cost.per_unit(total, table["hushall_utan"].to_numpy())
    table["kostnad_per_adress_sek"] = cost.per_unit(total, connect)
    table["kostnad_per_person_sek"] = cost.per_unit(total, table["befolkning_utan"].to_numpy())
    far = ["avstand_m", "medelavstand_m", "storsta_avstand_m", "schakt_m", *(f"schakt_{x}_m" for x in SLAG)]
    money = ["kostnad_schakt_sek", "kostnad_sek", "kostnad_lag_sek", "kostnad_hog_sek"]
    table[far + money] = table[far + money].replace(np.inf, np.nan)


def divide(
    table: pd.DataFrame, places: Places, p: Floats, utan: Bools, found: GapAreas, land: pd.DataFrame
) -> pd.DataFrame:
    """Divide the areas by kommun: what each kommun has in them, and its share of trench and cost.

    Counts follow the address's own kommun. Trench and cost are shared by the kommun's part of the
    area's addresses *utan*. Land lies where it lies; land in a kommun without an address in the area is
    counted where most of the area's addresses *utan* are, so that the parts sum to the area.
    """
    k = len(places.codes)
    who = np.flatnonzero(found.address_area >= 0)
    keys, inside = np.unique(found.address_area[who] * k + places.kommun[who], return_inverse=True)
    part = np.full(len(p), -1)
    part[who] = inside
    parts = area_sums.counts(part, len(keys), places, p, utan)
    area, kommun = keys // k, keys % k
    parts.insert(0, "bristomrade_id", table["bristomrade_id"].to_numpy()[area])
    parts.insert(1, "kommunkod", places.codes[kommun].astype(object))
    pairs = distinct(places.cell[who] * np.int64(len(keys) + 1) + inside)
    parts["rutor"] = np.bincount(pairs % (len(keys) + 1), minlength=len(keys))
    share = parts["adresser_klassade"] / table["adresser_klassade"].to_numpy()[area]
    shared = ("schakt_m", *(f"schakt_{x}_m" for x in SLAG), "kostnad_sek", "kostnad_lag_sek", "kostnad_hog_sek")
    for name in shared:
        parts[name] = table[name].to_numpy()[area] * share
    parts["prioritet"], parts["modellerad"] = table["prioritet"].to_numpy()[area], found.modelled[area]
    parts["area"] = area
    most = np.lexsort((kommun, -parts["adresser_klassade"].to_numpy(), area))
    main = most[np.unique(area[most], return_index=True)[1]]
    parts["huvud"] = np.isin(np.arange(len(keys)), main)

    at = area_sums.lookup(found.cells, land["rutid"].to_numpy())
    inside = at >= 0
    land_area = found.cell_area[at[inside]]
    land_kommun = pd.Categorical(land["kommunkod"][inside], categories=list(places.codes)).codes.astype(np.int64)
    where = area_sums.lookup(keys, np.where(land_kommun < 0, -1, land_area * k + land_kommun))
    where = np.where(where < 0, main[land_area] if len(main) else -1, where)
    parts["land_ha"] = area_sums.land_by(where, land["land_ha"].to_numpy()[inside], len(keys))
    return parts


def add_kommuner(table: pd.DataFrame, parts: pd.DataFrame, places: Places) -> None:
    """Add each area's kommun (most addresses *utan*, ties to the lowest code) and all its kommuner."""
    main = parts[parts["huvud"]].sort_values("area")
    table["kommunkod"] = table["kommuner"] = main["kommunkod"].to_numpy(dtype=object)
    several = parts[parts["area"].duplicated(keep=False)]
    for area, codes in several.groupby("area", sort=True)["kommunkod"]:  # the few that cross a border
        table.at[area, "kommuner"] = ",".join(codes)
    parts.drop(columns=["area", "huvud"], inplace=True)


def dispersed(places: Places, p: Floats, utan: Bools, found: GapAreas, troskel: int, matt: str) -> pd.DataFrame:
    """Return one row per kommun for what is expected outside every area: no geometry, no cost, no rank."""
    k = len(places.codes)
    outside = np.where(found.address_area < 0, places.kommun, -1)
    rows = area_sums.counts(outside, k, places, p, utan)
    lacking = np.where(p < 1, outside, -1)
    prefix = np.char.add(f"utspritt-{troskel}-{matt}-", places.codes)
    rows.insert(0, "bristomrade_id", prefix.astype(object))
    rows["underlag"] = area_sums.underlag(lacking, k, places.level)
    rows["modellerad"] = np.bincount(lacking[(lacking >= 0) & places.modelled], minlength=k) > 0
    rows["kommunkod"] = rows["kommuner"] = places.codes.astype(object)
    pairs = distinct(places.cell[lacking >= 0] * np.int64(k) + lacking[lacking >= 0])
    rows["rutor"] = np.bincount(pairs % k, minlength=k)
    rows["land_ha"] = 0.0
    return rows
