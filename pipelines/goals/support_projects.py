"""What PTS would compare: projects, the addresses in each, and the support that each would ask for.

The one place that knows what a project is (table ``projekt``). Everything else of the priority goes by
:class:`SupportProjects`.

Support goes to *homes passed*, up to a handover point at the plot boundary. So of a project's cost there enter

- the trench along roads, straight where no road goes, and over water,
- the fixed cost,

and not the drops from road to house (``schakt_stick_m`` at its price) nor the connection (a price per address): those
lie on the plot, or lead over it. Of that the eligible addresses' part is asked for, by their share of the addresses
that the project connects; addresses in a tätort, or that somebody has said that they will build to, get none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipelines.gaps import cost

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.cell_grid import Ints
    from pipelines.gaps.cost import Floats

TABLE = ("projekt_id", "namn", "kommunkod", "kommunnamn", "prioritet", "modellerad")
COSTS = ("adresser", "schakt_stick_m", "kostnad_sek")
"""What is needed of ``projekt``."""


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


def of_projects(points: pd.DataFrame, members: pd.DataFrame, projects: pd.DataFrame, region: Region) -> SupportProjects:
    """Return the projects of the level of the support.

    Parameters
    ----------
    points : DataFrame
        ``adress_id`` and ``omradestyp`` of each address.
    members, projects : DataFrame
        ``projekt_adresser`` and ``projekt``, of all levels.

    Notes
    -----
    Kronor per metre is the project's own, by the share of its addresses that are tätbebyggt, as it was costed.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    level = region.pts_prioritering.level
    members = members[(members["troskel_mbit"] == level.mbit) & (members["matt"] == level.measure)]
    projects = projects[(projects["troskel_mbit"] == level.mbit) & (projects["matt"] == level.measure)]
    projects = projects.reset_index(drop=True)
    own = pd.Categorical(members["projekt_id"], categories=projects["projekt_id"]).codes.astype(np.int64)
    known, its = (pa.array(x["adress_id"].astype("str")) for x in (points, members))
    at = pc.index_in(its, value_set=known).fill_null(-1).to_numpy()
    project = np.full(len(points), -1, dtype=np.int64)
    project[at] = own
    value = {c: projects[c].to_numpy(np.float64) for c in COSTS}
    dense = np.bincount(own, (points["omradestyp"] == "tatbebyggt").to_numpy()[at], len(projects))
    rate = cost.per_metre(dense / value["adresser"], region.kostnad, "mitt")
    drops = value["schakt_stick_m"] * region.vagar.prisfaktor_stick * rate
    connections = value["adresser"] * region.kostnad.anslutning_sek_per_adress.mitt
    to_boundary = np.maximum(value["kostnad_sek"] - drops - connections, 0.0)  # they are parts of it: no more is left
    return SupportProjects(projects[list(TABLE)], project, to_boundary, value["adresser"])
