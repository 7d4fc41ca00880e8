"""What a plan gives, held against the truth: what was promised, what is reached, and what the best plan would reach.

A decision is not judged by each address's probability but by the households that the money reaches: projects with
errors in the evidence or in where people live are picked just because of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.core import files
from pipelines.core.level import LEVELS, Level
from pipelines.gaps import budget
from pipelines.projects import household_interval
from pipelines.projects.build_plan import payable

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.projects import Projekt
    from pipelines.config.region import Prioritering, Region
    from pipelines.core.paths import Paths
    from pipelines.orders.evaluate.known_truth import Truth

Floats = NDArray[np.float64]
BUDGETS_MKR = (50, 100, 300)
FIRST = 100
"""So many projects at the head of the list are looked at for phantoms."""
INTERVAL_FROM = 1.0
"""Expected households from which a project's interval is judged: of less a whole household is outside or all."""


@dataclass(frozen=True)
class Projects:
    """The projects of one level: what is said of them, and the households that in truth lack coverage there.

    Attributes
    ----------
    rank : ndarray of int64, shape (p,)
        ``prioritet``.
    cost_sek, promised, low, high, true : ndarray of float, shape (p,)
        Kronor, infinite above the stop price; households without, expected, the ends of their interval, and in truth.
    phantom : ndarray of bool, shape (p,)
        Every address of it has coverage in truth.
    """

    rank: NDArray[np.int64]
    cost_sek: Floats
    promised: Floats
    low: Floats
    high: Floats
    true: Floats
    phantom: NDArray[np.bool_]

    @classmethod
    def of(
        cls, projekt: pd.DataFrame, members: pd.DataFrame, ids: pd.Series, truth: Truth, level: Level, rule: Projekt
    ) -> Projects:
        """Gather one level's projects.

        Parameters
        ----------
        projekt, members : DataFrame
            Tables ``projekt`` (of the level) and ``projekt_adresser``.
        ids : Series of str, shape (n,)
            ``adress_id`` in the order of the truth.
        rule : Projekt
            The stop price: no plan for a budget builds what lies above it, the best one neither.
        """
        import pandas as pd

        own = members[members["projekt_id"].isin(projekt["projekt_id"])]
        at = pd.Index(ids).get_indexer(own["adress_id"])
        project = pd.Index(projekt["projekt_id"]).get_indexer(own["projekt_id"])
        lacking = truth.uncovered[at, LEVELS.index(level)]
        count = len(projekt)
        promised, low, high = (projekt[f"hushall_utan{x}"].to_numpy(dtype=np.float64) for x in ("", "_lag", "_hog"))
        return cls(
            rank=projekt["prioritet"].to_numpy(dtype=np.int64),
            cost_sek=payable(projekt, rule),
            promised=promised,
            low=low,
            high=high,
            true=np.bincount(project, truth.households[at] * lacking, count).astype(np.float64),
            phantom=np.asarray(np.bincount(project, lacking, count) == 0, dtype=np.bool_),
        )


def score(projects: Projects, level: Level, rule: Prioritering) -> list[dict[str, object]]:
    """Return a row per budget: what the plan promises, what it reaches, and what the best plan would reach.

    The best plan is made of the same projects at the same costs by one who knows the truth.
    """
    out: list[dict[str, object]] = []
    first = np.argsort(projects.rank, kind="stable")[:FIRST]
    judged = projects.promised >= INTERVAL_FROM
    inside = (projects.low <= projects.true + 1e-9) & (projects.true <= projects.high + 1e-9)
    for million in BUDGETS_MKR:
        money = million * 1e6
        built = budget.follow(projects.rank, projects.cost_sek, projects.promised, money)
        best = budget.optimum(projects.true, projects.cost_sek, money, rule)
        promised, reached = float(projects.promised[built].sum()), float(projects.true[built].sum())
        least, most = household_interval.of_several(
            *(x[built] for x in (projects.promised, projects.low, projects.high))
        )
        out.append(
            {
                "matt": level.measure,
                "troskel_mbit": level.mbit,
                "budget_mkr": million,
                "projekt": int(built.sum()),
                "hushall_utlovade": promised,
                "hushall_utlovade_lag": least,
                "hushall_utlovade_hog": most,
                "hushall_ratt": reached,
                "utlovat_av_ratt": promised / reached if reached else float("nan"),
                "hushall_basta": best.value,
                "andel_av_basta": reached / best.value if best.value else float("nan"),
                "spoken_bland_forsta": int(projects.phantom[first].sum()),
                "projekt_i_listan": len(projects.rank),
                "intervall_inom": float(inside[judged].mean()) if judged.any() else float("nan"),
            }
        )
    return out


def of_edition(region: Region, paths: Paths, ids: pd.Series, truth: Truth) -> list[dict[str, object]]:
    """Score the projects of the finished edition, level by level."""
    projekt = files.read_shapes(paths.table("projekt"))
    members = files.read_table(paths.table("projekt_adresser"))
    rows: list[dict[str, object]] = []
    for level in LEVELS:
        mine = (projekt["matt"] == level.measure) & (projekt["troskel_mbit"] == level.mbit)
        own = projekt[mine & projekt["prioritet"].notna()].reset_index(drop=True)
        if len(own):
            rows += score(Projects.of(own, members, ids, truth, level, region.projekt), level, region.prioritering)
    return rows
