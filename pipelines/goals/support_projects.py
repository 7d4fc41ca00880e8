"""What PTS would compare: projects, the addresses in each, and the support that each would ask for.

The one place that knows what a project is: today a gap area. Everything else of the priority goes by
:class:`SupportProjects`.

Support goes to *homes passed*, up to a handover point at the plot boundary. So of a project's cost there enter

- the trench along roads, straight where no road goes, and over water: ``kostnad_schakt_sek`` without the drops,
- the fixed cost (``kostnad_fast_sek``),

and not the drops from road to house (``schakt_stick_m`` at its price) nor the connection (``kostnad_anslutning_sek``):
those lie on the plot, or lead over it. Of that the eligible addresses' part is asked for, by their share of the
addresses that the project connects; addresses in a tätort, or that somebody has said that they will build to, get none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipelines.core.cell_grid import parse_scb_id
from pipelines.gaps import cost
from pipelines.gaps.area_sums import lookup

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.cell_grid import Ints
    from pipelines.gaps.cost import Floats
    from pipelines.goals.priority import Bools

TABLE = ("bristomrade_id", "kommunkod", "kommunnamn", "prioritet", "modellerad")
COSTS = (*("adresser_klassade", "andel_tatbebyggt_pct", "schakt_stick_m"), *("kostnad_schakt_sek", "kostnad_fast_sek"))
"""What is needed of ``bristomraden``."""


@dataclass(frozen=True)
class SupportProjects:
    """Projects of one level, and which address is in which.

    Attributes
    ----------
    table : DataFrame
        :data:`TABLE`, one row a project.
    project : ndarray of int64, shape (n,)
        Row of each address's project, -1 for those that no project connects.
    to_boundary_sek : ndarray of float, shape (projects,)
        Cost up to the plot boundaries of all addresses that the project connects; NaN where unknown.
    connected : ndarray of float, shape (projects,)
        Addresses that it connects.
    """

    table: pd.DataFrame
    project: Ints
    to_boundary_sek: Floats
    connected: Floats

    def support_sek(self, eligible: Ints) -> Floats:
        """Return the part of each project's cost that is asked for.

        Parameters
        ----------
        eligible : ndarray of int64
            Rows of the eligible addresses, of any kind; one that stands twice counts once.
        """
        inside = self.project[np.unique(eligible)]
        number = np.bincount(inside[inside >= 0], minlength=len(self.connected))
        share: Floats = number / np.maximum(self.connected, 1)
        return self.to_boundary_sek * share


def of_gap_areas(rutid: Ints, utan: Bools, cells: pd.DataFrame, areas: pd.DataFrame, region: Region) -> SupportProjects:
    """Return gap areas as projects: the addresses that count as *utan* in an area's cells are those it connects.

    Parameters
    ----------
    rutid, utan : ndarray, shape (n,)
        Cell of each address, and whether it counts as *utan* at the level of the support.
    cells, areas : DataFrame
        ``bristomraden_rutor`` and ``bristomraden``, of all levels.
    """
    level = region.pts_prioritering.level
    cells, areas = (t[(t["troskel_mbit"] == level.mbit) & (t["matt"] == level.measure)] for t in (cells, areas))
    areas = areas[areas["prioritet"].notna()].reset_index(drop=True)
    own = pd.Categorical(cells["bristomrade_id"], categories=areas["bristomrade_id"]).codes.astype(np.int64)
    cell = parse_scb_id(cells["rutid_scb"])
    order = np.argsort(cell, kind="stable")
    at = lookup(cell[order], rutid)
    project = np.where((at >= 0) & utan, np.append(own[order], -1)[at], -1)
    value = {c: areas[c].to_numpy(np.float64) for c in COSTS}
    rate = cost.per_metre(value["andel_tatbebyggt_pct"] / 100, region.kostnad, "mitt")
    drops = value["schakt_stick_m"] * region.vagar.prisfaktor_stick * rate
    trench = np.maximum(value["kostnad_schakt_sek"] - drops, 0.0)  # the drops are part of it: below 0 is rounding
    to_boundary = trench + value["kostnad_fast_sek"]
    return SupportProjects(areas[list(TABLE)], project, to_boundary, value["adresser_klassade"])
