"""The criteria the model is judged by; a failed one fails the command. docs/modell.md tells how they were chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipelines.core.level import MEASURES
from pipelines.orders.evaluate.trial import STATISTICS_ONLY
from pipelines.publish.words.swedish import number

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.orders.evaluate.trial import Trial

SLOPE = (0.8, 1.25)
HELD = (0.85, 0.95)
RIVALS = {"jamnt": "andelen jämnt fördelad", "glesast": "andelen på de glesaste rutorna"}


@dataclass(frozen=True)
class Verdict:
    """One criterion: the figure, what it is held against, and whether it holds."""

    forsok: str
    matt: str
    krav: str
    tal: float
    grans: str
    holds: bool
    judged: bool

    @property
    def told(self) -> str:
        """The verdict in one line."""
        word = "håller" if self.holds else "håller inte"
        return f"{self.forsok}, {self.matt}: {self.krav} {figure(self.tal)}, krav {self.grans}: {word}"


def figure(x: float) -> str:
    r"""Return a score with four decimals, households whole.

    >>> figure(0.63518), figure(14010.4) == "14\N{NO-BREAK SPACE}010"
    ('0,6352', True)
    """
    return number(x) if abs(x) >= 100 else number(x, 4)


def judge(trials: list[Trial]) -> list[Verdict]:
    """Return the verdicts: over all seeds together per measure, then of statistics only.

    Scores are means over trials and thresholds; misplaced households are summed. Statistics only, with
    assumed coefficients, is told but not judged: nothing was learnt there.
    """
    import pandas as pd

    seeds = [t for t in trials if t.name != STATISTICS_ONLY]
    alone = [t for t in trials if t.name == STATISTICS_ONLY]
    out: list[Verdict] = []
    for name, group, judged in (("alla frön", seeds, True), (STATISTICS_ONLY, alone, False)):
        rows = pd.DataFrame([r for t in group for r in t.scores])
        squares = pd.concat([t.squares for t in group], ignore_index=True)
        for m in MEASURES:
            out += _of_measure(name, m, rows[rows["matt"] == m], squares[squares["matt"] == m], judged)
    return out


def _of_measure(name: str, matt: str, rows: pd.DataFrame, squares: pd.DataFrame, judged: bool) -> list[Verdict]:
    mean = rows.groupby("metod")[["brier", "auc", "kalibrering_lutning", "hushall_felplacerade_5km"]].mean()
    ours = mean.loc["modell"]
    out = []
    for rival, told in RIVALS.items():
        other = mean.loc[rival]
        for column, what, better in (
            ("brier", "Brier", ours["brier"] < other["brier"]),
            ("auc", "AUC inom kommun och områdestyp", ours["auc"] > other["auc"]),
            (
                "hushall_felplacerade_5km",
                "felplacerade hushåll (medel per försök, 5 × 5 km)",
                ours["hushall_felplacerade_5km"] < other["hushall_felplacerade_5km"],
            ),
        ):
            sign = ">" if column == "auc" else "<"
            limit = f"{sign} {figure(float(other[column]))} ({told})"
            out.append(Verdict(name, matt, what, float(ours[column]), limit, bool(better), judged))
    slope = float(ours["kalibrering_lutning"])
    limit = f"{SLOPE[0]:g}–{SLOPE[1]:g}".replace(".", ",")
    out.append(Verdict(name, matt, "kalibreringens lutning", slope, limit, SLOPE[0] <= slope <= SLOPE[1], judged))
    if len(squares):
        share = float(np.mean(squares["inom"]))
        limit = f"{HELD[0]:g}–{HELD[1]:g}".replace(".", ",")
        out.append(
            Verdict(name, matt, "90 %-intervallet håller utfallet", share, limit, HELD[0] <= share <= HELD[1], judged)
        )
    return out
