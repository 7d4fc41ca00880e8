"""PTS's regional priority as two tables: the addresses to point out, and every project with the reason why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pipelines.core.cell_grid import parse_scb_id, scb_id
from pipelines.gaps.area_sums import lookup
from pipelines.goals import priority

if TYPE_CHECKING:
    from pipelines.config.region import PtsPrioritering, Region
    from pipelines.core.cell_grid import Ints
    from pipelines.goals.priority import Bools, Projects

MODELLED = "statistik"


@dataclass(frozen=True)
class PriorityList:
    """The tables ``prioritering_pts`` and ``pts_projekt``, and the figures they are checked by."""

    adresser: pd.DataFrame
    projekt: pd.DataFrame
    fakta: dict[str, Any]


def priority_list(
    points: pd.DataFrame,
    people: pd.DataFrame,
    coverage: pd.DataFrame,
    cells: pd.DataFrame,
    areas: pd.DataFrame,
    region: Region,
) -> PriorityList:
    """Choose the addresses the region should point out.

    Parameters
    ----------
    points, people, coverage : DataFrame
        ``adresser_ruta`` with ``e_m`` and ``n_m``, ``adresser_hushall``, ``adresser_tackning``; same order.
    cells, areas : DataFrame
        ``bristomraden_rutor`` and ``bristomraden``.

    Notes
    -----
    An address that only statistics decide is eligible when its probability of coverage is below the limit
    for *utan*, as in the gap areas: it counts as one building, and its households by (1 - p). The list says
    which those are, since whether they really lack coverage must be looked up.
    """
    rule = region.pts_prioritering
    same = {"troskel_mbit": rule.troskel_mbit, "matt": rule.matt}
    cells, areas = _of(cells, same), _of(areas, same)
    areas = areas[areas["prioritet"].notna()].reset_index(drop=True)
    p = coverage[rule.level.probability].to_numpy()
    level = coverage[rule.level.basis]
    homes = people["hushall"].to_numpy()
    without = homes * (1 - p)
    buildings = priority.eligible(
        p < region.brist.sannolikhetsgrans, in_tatort(points), coverage["planerad"].to_numpy(), homes, rule
    )
    area = _area_of(points["rutid"].to_numpy(), cells, areas["bristomrade_id"])
    projects = priority.choose(
        area, buildings, without, areas["kostnad_per_adress_sek"].to_numpy(), rule, region.prioritering
    )
    modelled = buildings & (level == MODELLED).to_numpy()
    listed = named(points, homes, p, level, area, buildings, without, projects, areas, region)
    listed["regelar"] = rule.regelar
    table = project_table(projects, area, modelled, areas, rule)
    chosen = (listed["prioriterad"] == "ja").to_numpy()
    facts = {
        "regelar": rule.regelar,
        "varning": priority.WARNING.format(year=rule.regelar),
        "stodberattigade": int(buildings.sum()),
        "varav_modellerade": int(modelled.sum()),
        "stodberattigade_vantade": float((1 - p)[buildings].sum()),
        "far_prioriteras": projects.tak_antal,
        "prioriterade": int(chosen.sum()),
        "prioriterade_modellerade": int((listed["underlag"].to_numpy()[chosen] == MODELLED).sum()),
        "projekt": int(projects.valda.sum()),
        "hushall": float(projects.hushall[projects.valda].sum()),
        "okand_ortstyp": int((points["ortstyp"] == "okand").sum()),
    }
    return PriorityList(listed, table, facts)


def in_tatort(points: pd.DataFrame) -> Bools:
    """Return which addresses lie in a tätort; without polygons those that are tätbebyggt count as in one.

    The safe side: a list that names a town's addresses is of no use, one that misses a small place's can
    be added to.
    """
    inside = points["ortstyp"] == "tatort"
    unknown = (points["ortstyp"] == "okand") & (points["omradestyp"] == "tatbebyggt")
    return (inside | unknown).to_numpy()


def named(
    points: pd.DataFrame,
    homes: priority.Floats,
    p: priority.Floats,
    level: pd.Series,
    area: Ints,
    buildings: Bools,
    without: priority.Floats,
    projects: Projects,
    areas: pd.DataFrame,
    region: Region,
) -> pd.DataFrame:
    """Return the eligible addresses of the chosen projects: the prioritised ones first, then the reserves."""
    ids = points["adress_id"].to_numpy(dtype=object)
    order = priority.ordered(projects, area, buildings, without, ids)
    at, of = order["row"].to_numpy(), order["area"].to_numpy()
    out = pd.DataFrame(
        {
            "prioriterad": np.where(order["ordning"] <= projects.behovs[of], "ja", "nej"),
            "bristomrade_id": areas["bristomrade_id"].to_numpy(dtype=object)[of],
            "ordning": order["ordning"].to_numpy(np.int64),
            "adress_id": ids[at],
            "kommunkod": points["kommunkod"].to_numpy(dtype=object)[at],
            "rutid_scb": scb_id(points["rutid"].to_numpy()[at]).astype(object),
            "e_m": points["e_m"].to_numpy()[at],
            "n_m": points["n_m"].to_numpy()[at],
            "omradestyp": points["omradestyp"].to_numpy(dtype=object)[at],
            "ortstyp": points["ortstyp"].to_numpy(dtype=object)[at],
            "hushall": homes[at],
            "sannolikhet_utan": 1 - p[at],
            "underlag": level.to_numpy(dtype=object)[at],
        }
    )
    out["kommunnamn"] = out["kommunkod"].map(region.kommunnamn)
    rank = areas["prioritet"].to_numpy(np.int64)[of]
    return out.iloc[np.lexsort((order["ordning"], rank))].reset_index(drop=True)


def project_table(
    projects: Projects, area: Ints, modelled: Bools, areas: pd.DataFrame, rule: PtsPrioritering
) -> pd.DataFrame:
    """Return every gap area with eligible addresses, and why it is chosen or not, by ``prioritet``."""
    need, chosen = projects.behovs, projects.valda
    cost = areas["kostnad_per_adress_sek"].to_numpy(np.float64)
    given = np.where(chosen, need, 0)
    reason = np.select(
        [chosen, ~np.isfinite(cost), need == 0, need < 0],
        ["prioriteras", "kostnad_okand", "under_taket", "over_taket"],
        "ryms_inte",
    )
    columns = ["bristomrade_id", "kommunkod", "kommunnamn", "prioritet", "modellerad"]
    out = areas[columns].assign(
        stodberattigade=projects.byggnader,
        varav_modellerade=np.bincount(area[modelled & (area >= 0)], minlength=len(areas)),
        hushall_utan=projects.hushall,
        kostnad_per_byggnad_sek=cost,
        behov=pd.array(np.where(need < 0, 0, need), dtype="Int64"),
        prioriterade=given,
        jamford_kostnad_sek=cost * (1 - rule.avdrag_per_byggnad * given),
        skal=reason,
    )
    out["behov"] = out["behov"].mask(need < 0)
    out["prioritet"] = out["prioritet"].astype("int64")
    return out[out["stodberattigade"] > 0].sort_values("prioritet", ignore_index=True)


def _of(table: pd.DataFrame, same: dict[str, Any]) -> pd.DataFrame:
    for name, value in same.items():
        table = table[table[name] == value]
    return table


def _area_of(rutid: Ints, cells: pd.DataFrame, ids: pd.Series) -> Ints:
    """Return each address's row in the table of areas, -1 outside."""
    own = pd.Categorical(cells["bristomrade_id"], categories=ids).codes.astype(np.int64)
    cell = parse_scb_id(cells["rutid_scb"])
    order = np.argsort(cell, kind="stable")
    at = lookup(cell[order], rutid)
    return np.where(at >= 0, np.append(own[order], -1)[at], -1)
