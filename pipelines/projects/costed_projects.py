"""The projects of one threshold and measure: made, measured, costed, named and ranked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.config.region import Region
from pipelines.core.cell_grid import Ints, scb_id
from pipelines.core.level import Level
from pipelines.evidence.missing_rows import in_doubt
from pipelines.gaps import area_sums, cost, ranking
from pipelines.gaps.address_places import Bools, Floats, Places
from pipelines.gaps.area_outlines import outlines
from pipelines.gaps.costed_areas import add_trench, trench_lines
from pipelines.gaps.trench_ground import Dug, Ground, Ties
from pipelines.projects import household_interval, in_plan, project_names
from pipelines.projects.cut_forest import merged, pieces
from pipelines.roads import over_water
from pipelines.roads.delaunay import delaunay_edges
from pipelines.roads.line_parts import distinct
from pipelines.tables.code_lists import KINDS

CLASSES = ("tatbebyggt", "glesbebyggt")
IN_DOUBT, FORGOTTEN = 0.5, 1e-4
"""A project comes after all others when so much of its households are at addresses that a complete list may only have
forgotten, and it is so probable that the list forgot every one of them: then nothing is to be built. The second is low
since it is reckoned as if rows were forgotten one by one, but those of a street are often forgotten together: in effect
up to some ten houses come last, a whole village does not (antagande, tried on simulated data). Short of that the
expected number, which counts the doubt, says what the project is worth."""
_WATER_M = 50.0
"""Addresses with more open water than this (metres) between them are no neighbours; less is a stream."""


@dataclass(frozen=True)
class Projects:
    """The tables of one threshold and measure.

    Attributes
    ----------
    projekt : DataFrame
        One row per project by ``prioritet``, with ``geometry``: its addresses' cells.
    adresser : DataFrame
        One row per address *utan*: ``projekt_id``, ``kommunkod``, ``hushall_utan``, and ``adress``, its place in the
        table of addresses.
    schakt : DataFrame
        One row per project and kind of trench, with ``geometry``: its lines, as WKB.
    hushall_utan : ndarray of float, shape (kommuner,)
        Expected households without in each kommun, in projects and outside them.
    """

    projekt: pd.DataFrame
    adresser: pd.DataFrame
    schakt: pd.DataFrame
    hushall_utan: Floats


@dataclass(frozen=True)
class PlaceNames:
    """Names of the places of all addresses: locality, address area or road (empty where there is none), and kommun.

    ``nearest`` gives the nearest locality of points, shape (n, 2).
    """

    ort: NDArray[Any]
    omrade: NDArray[Any]
    nearest: Any


def measure(
    places: Places, p: Floats, level: Level, region: Region, ground: Ground, called: PlaceNames, together: Floats
) -> Projects:
    """Make, measure, cost, name and rank the projects of one threshold and measure.

    Parameters
    ----------
    places : Places
    p : ndarray of float, shape (n,)
        Probability of coverage of each address.
    ground : Ground
        What trenches stand on, of the same addresses.
    called : PlaceNames
    together : ndarray of float, shape (2,)
        How much of a modelled address's coverage its neighbours share (0-1), tätbebyggt and glesbebyggt.
    """
    utan = p < region.brist.sannolikhetsgrans
    who = np.flatnonzero(utan)
    project = divide(places, utan, ground, region)
    count = int(project.max(initial=-1)) + 1
    of = np.full(len(p), -1)
    of[who] = project
    ids = own_ids(project, count, places.cell[who], places.cells, level)
    sums = area_sums.counts(of, count, places, p, utan)
    table = pd.DataFrame({"projekt_id": ids, "adresser": sums["adresser"]})
    add_places(table, places, project, who, called, region)
    table["underlag"] = area_sums.underlag(of, count, places.level)
    table["modellerad"] = np.bincount(project, weights=places.modelled[who], minlength=count) > 0
    homes = sums["hushall_utan"].to_numpy()
    table["hushall_utan"] = homes
    table["adresser_utan"], table["befolkning_utan"] = sums["adresser_utan"], sums["befolkning_utan"]
    kind = np.where(places.tat[who], 0, 1)
    lack = 1 - p[who]
    spread = household_interval.variance(
        project, count, places.hushall[who], lack, places.hushall_varians[who], places.modelled[who], kind, together
    )
    for name in ("fritidshus", "arbetsstallen"):
        own = places.kinds[KINDS.index(name)][who]
        table[name] = np.bincount(project, own, count).astype(np.float64)
    doubtful = in_doubt(places.listed[who], p[who], region.evidens.kontroll_fran_sannolikhet)
    table["kontrolleras"] = np.bincount(project, doubtful, count).astype(np.int64)
    table["hushall_utan_lag"], table["hushall_utan_hog"] = household_interval.limits(homes, spread)
    dug = ground.dig(utan, ~utan, of, count)
    add_trench(table, dug)
    add_costs(table, dug, area_sums.mean_by(project, count, places.tat[who].astype(np.float64)), region)
    nytta = ranking.benefit(
        homes, sums["adresser_utan"].to_numpy(), sums["befolkning_utan"].to_numpy(), region.prioritering
    )
    low, middle, high = (table[f"kostnad_{x}sek"].to_numpy() for x in ("lag_", "", "hog_"))
    last = may_be_forgotten(project, count, places.hushall[who] * lack, lack, doubtful)
    table["prioritet"] = checked_first(ranking.priority(nytta, middle, homes, ids), last)
    table["andel_i_plan"] = in_plan.share(homes, spread, nytta, last, (low, middle, high), region.projekt)
    table["geometry"], table["rutor"] = cells_of(places, project, who, count)
    table["troskel_mbit"], table["matt"] = level.mbit, level.measure
    members = pd.DataFrame(
        {
            "projekt_id": ids[project],
            "adress": who,
            "troskel_mbit": level.mbit,
            "matt": level.measure,
            "kommunkod": places.codes[places.kommun[who]].astype(object),
            "hushall_utan": places.hushall[who] * lack,
        }
    )
    number = np.argsort(table["prioritet"].to_numpy(), kind="stable")
    lines = trench_lines(dug, "projekt_id", ids, number, level.mbit, level.measure)
    lacking = np.bincount(places.kommun, places.hushall * (1 - p), len(places.codes)).astype(np.float64)
    return Projects(table.iloc[number].reset_index(drop=True), members, lines, lacking)


def checked_first(rank: Ints, last: Bools) -> Ints:
    """Return the order to build in when what is to be looked up first comes after all else.

    Parameters
    ----------
    rank : ndarray of int64, shape (projects,)
        By benefit per krona.
    last : ndarray of bool, shape (projects,)
        From :func:`may_be_forgotten`.

    Examples
    --------
    >>> checked_first(np.array([1, 2, 3]), np.array([True, False, False])).tolist()
    [3, 1, 2]
    """
    out = np.empty(len(rank), np.int64)
    out[np.lexsort((rank, last))] = np.arange(1, len(rank) + 1)
    return out


def may_be_forgotten(project: Ints, count: int, homes: Floats, lack: Floats, doubtful: Bools) -> Bools:
    """Tell which projects may be nothing but rows that a complete list forgot: :data:`IN_DOUBT`, :data:`FORGOTTEN`.

    Parameters
    ----------
    project : ndarray of int64, shape (n,)
        Project of each address, 0 … count - 1.
    homes, lack : ndarray of float, shape (n,)
        Expected households without, and the probability that the address lacks coverage.
    doubtful : ndarray of bool, shape (n,)
        A complete list may only have forgotten the address.

    Examples
    --------
    Two houses that lack coverage by 0.7; forty of them; one that is certain.

    >>> at, lack = np.repeat([0, 1, 2], [2, 40, 1]), np.repeat([0.7, 1.0], [42, 1])
    >>> may_be_forgotten(at, 3, lack, lack, lack < 1).tolist()
    [True, False, False]
    """
    whole, unsure = (np.bincount(project, homes * x, count) for x in (np.ones(len(homes)), doubtful))
    every = np.exp(np.bincount(project, np.log(np.maximum(1 - lack, 1e-300)), count))
    return np.asarray((whole > 0) & (unsure >= IN_DOUBT * whole) & (every >= FORGOTTEN), dtype=np.bool_)


def divide(places: Places, utan: Bools, ground: Ground, region: Region) -> Ints:
    """Return the project of each address *utan*, numbered by the lowest address in it."""
    who = np.flatnonzero(utan)
    xy = np.column_stack([places.e_m, places.n_m])[who]
    return cut_and_merged(ground.ties(utan, ~utan), who, xy, places.kommun[who], ground, region)


def cut_and_merged(
    ties: Ties, who: Ints, xy: Floats, kommun: Ints, ground: Ground, region: Region, weight: Ints | None = None
) -> Ints:
    """Return the project of each address or cell that lacks coverage, numbered by the lowest in it.

    Parameters
    ----------
    ties : Ties
        Their tree over the net.
    who : ndarray of int64, shape (n,)
        Their numbers in ``ties``, ascending.
    xy : ndarray of float, shape (n, 2)
        EPSG:3006, metres.
    kommun : ndarray of int64, shape (n,)
    weight : ndarray of int64, shape (n,), optional
        How many addresses each stands for; one unless given.
    """
    rule, (start, end, way) = region.projekt, ties
    start, end = (np.searchsorted(who, x) for x in (start, end))
    least, most = rule.minsta_byggnader, rule.storsta_byggnader
    piece = pieces(len(who), start, end, way, least, most, weight)
    small = np.bincount(piece, weights=weight)[piece] < least
    a, b, metres = near_pairs(xy, kommun, piece, small, rule.storsta_avstand_m, ground)
    return merged(piece, a, b, metres, least, most, weight)


def near_pairs(
    xy: Floats, kommun: Ints, piece: Ints, small: Bools, farthest_m: float, ground: Ground
) -> tuple[Ints, Ints, Floats]:
    """Return pairs over which pieces may be merged, and how far apart they are.

    Pairs of neighbours (Delaunay's edges, which hold each piece's nearest) in different pieces, of which one is
    ``small``, in one kommun, no more than ``farthest_m`` apart and not with water between.
    """
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    again = (np.diff(xy[order], axis=0) == 0).all(axis=1)
    first = order[np.append(True, ~again)[: len(order)]]
    i, j = (first[x] for x in delaunay_edges(xy[first]))
    metres = np.hypot(*(xy[i] - xy[j]).T)
    near = (metres <= farthest_m) & (piece[i] != piece[j]) & (small[i] | small[j])
    near &= kommun[i] == kommun[j]
    i, j, metres = i[near], j[near], metres[near]
    dry = over_water.metres(over_water.over(ground.wet, xy[i], xy[j]), len(i)) <= _WATER_M
    return i[dry], j[dry], metres[dry]


def own_ids(project: Ints, count: int, cell: Ints, cells: Ints, level: Level) -> NDArray[Any]:
    """Return each project's id: ``projekt``-threshold-measure-``rutid_scb`` of its cell with most addresses.

    Ties go to the lowest ``rutid``. Projects may share a cell: the second is ``-2``, and so on by number.
    """
    keys, number = np.unique(project * len(cells) + cell, return_counts=True)
    order = np.lexsort((keys, -number, keys // len(cells)))
    first = order[np.unique(keys[order] // len(cells), return_index=True)[1]]
    own = cells[keys[first] % len(cells)]
    again = pd.Series(own).groupby(own).cumcount().to_numpy() + 1 if count else np.zeros(0, np.int64)
    plain = np.char.add(f"projekt-{level.area_head}", scb_id(own).astype(str))
    return np.where(again > 1, np.char.add(np.char.add(plain, "-"), again.astype(str)), plain).astype(object)


def add_places(
    table: pd.DataFrame, places: Places, project: Ints, who: Ints, called: PlaceNames, region: Region
) -> None:
    """Add each project's kommun (most addresses, ties to the lowest code), all its kommuner, and its name."""
    count, k = len(table), len(places.codes)
    keys, number = np.unique(project * k + places.kommun[who], return_counts=True)
    order = np.lexsort((keys, -number, keys // k))
    main = keys[order[np.unique(keys[order] // k, return_index=True)[1]]] % k
    table["kommunkod"] = table["kommuner"] = places.codes[main].astype(object)
    several = np.flatnonzero(np.bincount(keys // k, minlength=count) > 1)
    for i in several:  # the few that cross a border
        table.at[i, "kommuner"] = ",".join(places.codes[keys[keys // k == i] % k])
    table["kommunnamn"] = table["kommunkod"].map(region.kommunnamn)
    middle = np.stack([area_sums.mean_by(project, count, x[who]) for x in (places.e_m, places.n_m)], axis=1)
    table.insert(
        1,
        "namn",
        project_names.names(
            project,
            count,
            called.ort[who],
            called.omrade[who],
            called.nearest(middle),
            table["kommunnamn"].to_numpy(dtype=object),
        ),
    )


def add_costs(table: pd.DataFrame, dug: Dug, tat: Floats, region: Region) -> None:
    """Add the cost at three levels, and per household; NULL where there is no net to connect to."""
    connect = table["adresser"].to_numpy(np.float64)
    low, middle, high = (cost.cost(dug.priced_m[x], tat, connect, region.kostnad, x) for x in cost.LEVELS)
    table["kostnad_schakt_sek"] = middle.schakt_sek
    table["kostnad_anslutning_sek"], table["kostnad_fast_sek"] = middle.anslutning_sek, middle.fast_sek
    table["kostnad_sek"] = middle.total_sek
    table["kostnad_lag_sek"], table["kostnad_hog_sek"] = low.total_sek, high.total_sek
    table["kostnad_per_hushall_sek"] = cost.per_unit(middle.total_sek, table["hushall_utan"].to_numpy())
    known = ("kostnad_anslutning_sek", "kostnad_fast_sek")
    unknown = [c for c in table if c.startswith(("schakt_", "kostnad_")) and c not in known]
    table[unknown] = table[unknown].replace(np.inf, np.nan)


def cells_of(places: Places, project: Ints, who: Ints, count: int) -> tuple[NDArray[Any], Ints]:
    """Return the union of each project's cells, and how many they are."""
    keys = distinct(project * len(places.cells) + places.cell[who])
    of, cell = keys // len(places.cells), keys % len(places.cells)
    return outlines(places.cells[cell], of, count), np.bincount(of, minlength=count)
