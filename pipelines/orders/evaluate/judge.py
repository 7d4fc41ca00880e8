"""The criteria the model is judged by; a failed one fails the command. docs/modell.md tells how they were chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.core.level import MEASURES
from pipelines.orders.evaluate.decisions import FIRST
from pipelines.orders.evaluate.trial import SHIPPED, STATISTICS_ONLY
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

    seeds = [t for t in trials if t.name not in (STATISTICS_ONLY, SHIPPED)]
    alone = [t for t in trials if t.name == STATISTICS_ONLY]
    out: list[Verdict] = []
    for t in (t for t in trials if t.name == SHIPPED):
        out += [x for m in MEASURES for x in _held(SHIPPED, m, t.squares[t.squares["matt"] == m], True)]
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
    return [*out, *_held(name, matt, squares, judged)]


def _held(name: str, matt: str, squares: pd.DataFrame, judged: bool) -> list[Verdict]:
    """Return the verdict on the 90 % intervals: neither too narrow nor too wide, but for chance.

    Thresholds of one square go together, so the squares of one threshold count; a share may miss a bound by two of its
    standard errors.
    """
    if not len(squares):
        return []
    share, count = float(np.mean(squares["inom"])), squares.groupby("troskel_mbit").size().max()
    slack = 2 * float(np.sqrt(0.9 * 0.1 / count))
    low, high = HELD[0] - slack, min(HELD[1] + slack, 1.0)
    limit = f"{HELD[0]:g}–{HELD[1]:g}, ±{slack:.3f} för slump".replace(".", ",")
    return [Verdict(name, matt, "90 %-intervallet håller utfallet", share, limit, low <= share <= high, judged)]


PROMISE, OF_BEST, PHANTOMS = 0.07, 0.95, 2
"""A plan's promise may be so far from the truth; it reaches at least so much of the best plan; phantoms among the first
projects at most: means over several regions."""
BY_CHANCE = 0.05
"""So much worse one region alone may do: a few blocks of flats with fewer households than their like decide it."""
PLANNED = {("passerad", 1000), ("tillgang", 100)}
"""The levels whose plans are judged; the others are told."""


def of_decisions(plans: list[dict[str, Any]]) -> list[Verdict]:
    """Return the verdicts on the edition's plans: what is promised, what is reached, phantoms among the first."""
    out = []
    for r in plans:
        level = (str(r["matt"]), int(r["troskel_mbit"]))
        what, judged = f"{level[1]} Mbit/s, {r['budget_mkr']} Mkr", level in PLANNED
        promise, best = float(r["utlovat_av_ratt"]), float(r["andel_av_basta"])
        out += [
            Verdict(
                SHIPPED,
                level[0],
                f"{what}: utlovade hushåll ÷ rätta",
                promise,
                f"{1 - PROMISE:g}–{1 + PROMISE:g}, ±{BY_CHANCE:g} för slump".replace(".", ","),
                abs(promise - 1) <= PROMISE + BY_CHANCE,
                judged,
            ),
            Verdict(
                SHIPPED,
                level[0],
                f"{what}: andel av bästa planens hushåll",
                best,
                f"minst {OF_BEST:g}, −{BY_CHANCE:g} för slump".replace(".", ","),
                best >= OF_BEST - BY_CHANCE,
                judged,
            ),
        ]
    for matt, mbit in sorted({(r["matt"], r["troskel_mbit"]) for r in plans}):
        count = next(r["spoken_bland_forsta"] for r in plans if (r["matt"], r["troskel_mbit"]) == (matt, mbit))
        what = f"{mbit} Mbit/s: projekt bland de första {FIRST} där alla har täckning"
        out.append(
            Verdict(SHIPPED, matt, what, float(count), f"högst {PHANTOMS}", count <= PHANTOMS, (matt, mbit) in PLANNED)
        )
    return out
