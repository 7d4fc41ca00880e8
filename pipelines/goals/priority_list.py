"""PTS's regional priority as two tables: the buildings to point out, and every project with the reason why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipelines.core.cell_grid import scb_id
from pipelines.core.facts import Priorities
from pipelines.gaps.cost import per_unit
from pipelines.goals import eligible_buildings, priority, support_projects

if TYPE_CHECKING:
    from pipelines.config.region import PtsPrioritering, Region
    from pipelines.core.cell_grid import Ints
    from pipelines.core.ledger import Ledger
    from pipelines.goals.eligible_buildings import Buildings
    from pipelines.goals.priority import Bools, Floats, Projects
    from pipelines.goals.support_projects import SupportProjects

MODELLED = "statistik"


@dataclass(frozen=True)
class PriorityList:
    """The tables ``prioritering_pts`` and ``pts_projekt``, and the figures they are checked by."""

    adresser: pd.DataFrame
    projekt: pd.DataFrame
    fakta: Priorities


def priority_list(
    points: pd.DataFrame,
    people: pd.DataFrame,
    coverage: pd.DataFrame,
    members: pd.DataFrame,
    made: pd.DataFrame,
    listed: pd.DataFrame,
    region: Region,
    ledger: Ledger,
) -> PriorityList:
    """Choose the buildings the region should point out.

    Parameters
    ----------
    points, people, coverage : DataFrame
        ``adresser_ruta`` with ``e_m`` and ``n_m``, ``adresser_hushall``, ``adresser_tackning``; same order.
    members, made : DataFrame
        ``projekt_adresser`` and ``projekt``.
    listed : DataFrame
        ``byggnadsforteckning``: when it has rows they are the eligible buildings, whatever we think of them.

    Notes
    -----
    Without a list an address that only statistics decide is eligible when its probability of coverage is below the
    limit for *utan*, as in the gap areas: it counts as one building, and its households by (1 - p). The list says
    which those are, since whether they really lack coverage must be looked up.
    """
    rule = region.pts_prioritering
    p = coverage[rule.level.probability].to_numpy()
    level = coverage[rule.level.basis]
    homes = people["hushall"].to_numpy()
    utan = p < region.brist.sannolikhetsgrans
    own = priority.eligible(utan, in_tatort(points), coverage["planerad"].to_numpy())
    modelled = (level == MODELLED).to_numpy()
    if len(listed):
        found = eligible_buildings.of_list(listed, points, region, ledger)
        eligible_buildings.note_differences(found, own, utan, modelled, ledger)
    else:
        found = eligible_buildings.of_own(own, homes, region, ledger)
    projects = support_projects.of_projects(points, members, made, region)
    # Households of an address with several buildings are divided evenly among them.
    several = np.bincount(found.address[found.counted], minlength=len(points))
    without = homes * (1 - p) / np.maximum(several, 1)
    at = found.address[found.counted]
    project = projects.project[at]
    number = np.bincount(project[project >= 0], minlength=len(projects.table)).astype(np.float64)
    figure = per_unit(projects.support_sek(found.address), number)
    chosen = priority.choose(project, without[at], figure, found.base, rule, region.prioritering)
    names = named(points, homes, p, level, found, project, without[at], chosen, figure, projects, region)
    names["regelar"] = rule.regelar
    table = project_table(chosen, projects, project, modelled[at], projects.support_sek(found.address), figure, rule)
    yes = (names["prioriterad"] == "ja").to_numpy()
    facts: Priorities = {
        "regelar": rule.regelar,
        "varning": priority.warning(rule, found.grund),
        "grund": found.grund,
        "tak_av": found.base,
        "stodberattigade": len(at),
        "varav_modellerade": int(modelled[at].sum()),
        "stodberattigade_vantade": float((1 - p)[at].sum()),
        "i_projekt": int((project >= 0).sum()),
        "far_prioriteras": chosen.tak_antal,
        "prioriterade": int(yes.sum()),
        "prioriterade_modellerade": int((names["underlag"].to_numpy()[yes] == MODELLED).sum()),
        "projekt": int(chosen.valda.sum()),
        "hushall": float(chosen.hushall[chosen.valda].sum()),
        "okand_ortstyp": int((points["ortstyp"] == "okand").sum()) if found.grund != "forteckning" else 0,
    }
    return PriorityList(names, table, facts)


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
    homes: Floats,
    p: Floats,
    level: pd.Series,
    found: Buildings,
    project: Ints,
    without: Floats,
    chosen: Projects,
    figure: Floats,
    projects: SupportProjects,
    region: Region,
) -> pd.DataFrame:
    """Return the eligible buildings of the chosen projects: the prioritised ones first, then the reserves."""
    counted = np.flatnonzero(found.counted)
    ids = points["adress_id"].iloc[found.address[counted]].to_numpy(dtype=object)
    own = pd.DataFrame({"adress_id": ids, "byggnad_id": found.byggnad_id[counted]})
    order = priority.ordered(chosen, project, without, own)
    row, of = order["row"].to_numpy(), order["project"].to_numpy()
    at = found.address[counted][row]
    here = points.iloc[at]
    out = pd.DataFrame(
        {
            "prioriterad": np.where(order["ordning"] <= chosen.behovs[of], "ja", "nej"),
            **{c: projects.table[c].to_numpy(dtype=object)[of] for c in ("projekt_id", "namn")},
            "ordning": order["ordning"].to_numpy(np.int64),
            "byggnad_id": own["byggnad_id"].to_numpy(dtype=object)[row],
            "adress_id": ids[row],
            "kommunkod": here["kommunkod"].to_numpy(dtype=object),
            "rutid_scb": scb_id(here["rutid"].to_numpy()).astype(object),
            "e_m": here["e_m"].to_numpy(),
            "n_m": here["n_m"].to_numpy(),
            "omradestyp": here["omradestyp"].to_numpy(dtype=object),
            "ortstyp": here["ortstyp"].to_numpy(dtype=object),
            "hushall": homes[at],
            "sannolikhet_utan": 1 - p[at],
            "underlag": level.iloc[at].to_numpy(dtype=object),
            "kostnad_per_byggnad_sek": figure[of],
            "jamford_kostnad_sek": compared(figure[of], chosen.behovs[of], region.pts_prioritering),
        }
    )
    out["kommunnamn"] = out["kommunkod"].map(region.kommunnamn)
    rank = projects.table["prioritet"].to_numpy(np.int64)[of]
    out["prioritet"] = rank
    return out.iloc[np.lexsort((order["ordning"], rank))].reset_index(drop=True)


def compared(figure: Floats, prioritised: Ints, rule: PtsPrioritering) -> Floats:
    """Return the figure that PTS compares, after the deduction for each prioritised building."""
    after: Floats = figure * (1 - rule.avdrag_per_byggnad * prioritised)
    return after


def project_table(
    chosen: Projects,
    projects: SupportProjects,
    project: Ints,
    modelled: Bools,
    support: Floats,
    figure: Floats,
    rule: PtsPrioritering,
) -> pd.DataFrame:
    """Return every project with eligible buildings, and why it is chosen or not, by ``prioritet``."""
    need = chosen.behovs
    given = np.where(chosen.valda, need, 0)
    reason = np.select(
        [chosen.valda, ~np.isfinite(figure), need == 0, need < 0],
        ["prioriteras", "kostnad_okand", "under_taket", "over_taket"],
        "ryms_inte",
    )
    out = projects.table.assign(
        stodberattigade=chosen.byggnader,
        varav_modellerade=np.bincount(project[modelled & (project >= 0)], minlength=len(need)),
        hushall_utan=chosen.hushall,
        stod_till_tomtgrans_sek=support,
        kostnad_per_byggnad_sek=figure,
        behov=pd.array(np.where(need < 0, 0, need), dtype="Int64"),
        prioriterade=given,
        jamford_kostnad_sek=compared(figure, given, rule),
        skal=reason,
    )
    out["behov"] = out["behov"].mask(need < 0)
    out["prioritet"] = out["prioritet"].astype("int64")
    return out[out["stodberattigade"] > 0].sort_values("prioritet", ignore_index=True)
