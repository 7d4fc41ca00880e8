"""What a page tells of a kommun or the län: shares, ranks and the way to each goal, out of the open tables alone.

Everything is reckoned from told figures, so a page tells nothing that the tables do not.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pipelines.config.region import MEASURES, THRESHOLDS, Malniva, Region
from pipelines.core import classes as klasser
from pipelines.disclosure import rules
from pipelines.publish.words.language import Writer

if TYPE_CHECKING:
    import pandas as pd

HIDDEN = "–"
SHARE = {"tillgang": "andel_{t}", "passerad": "andel_passerade_{t}"}
WITHOUT = {"tillgang": "hushall_utan_{t}_ca", "passerad": "hushall_ej_passerade_{t}_ca"}
Row = dict[str, Any]
"""One row of KOMMUNER_OPPNA or LAN_OPPNA."""


class Told(NamedTuple):
    """A figure as text, and a value to sort by that tells no more than the text."""

    text: str
    value: float | None = None


class Figures(NamedTuple):
    """What is told at one measure and threshold."""

    share: Told
    pts: Told
    difference: Told
    without: Told


class Teller:
    """Tells the figures of the open tables in Swedish."""

    def __init__(self, region: Region, beyond_pts: frozenset[tuple[str, str, int]] = frozenset()) -> None:
        """Tell the figures of a region; ``beyond_pts`` is what :func:`.reconciliation.beyond_pts` returns."""
        self.beyond_pts = beyond_pts
        self.write = Writer("sv")
        self.small = region.publicering.undertryckningsgrans
        self.tolerance = region.kontroll.avvikelse_pe

    def count(self, x: Any) -> Told:
        """Return a count of the open edition: steps of tens, 0, or the suppressed band."""
        known = x is not None and x == x
        return Told(self.write.told(float(x) if known else None, self.small), float(x) if known else 1.0)

    def share(self, pct: float, sign: str = "") -> Told:
        """Return a share, with «minst» or «högst» where it is a limit."""
        return Told(self.write.percent(pct, sign), pct) if pct == pct else Told(HIDDEN)

    def figures(self, row: Row, matt: str, t: int) -> Figures:
        """Return what is told of a row. The difference to PTS stands only between two shares that are no limits."""
        name = SHARE[matt].format(t=t)
        own, sign, pts = row[f"{name}_pct"], row[f"{name}_olikhet"], row[f"pts_{name}_pct"]
        gap = own - pts if not sign else math.nan
        shown = round(gap, 1) if gap == gap else None
        code = str(row.get("kommunkod", row.get("lanskod", "")))
        marked = (
            HIDDEN if shown is None else self.write.flagged(self.write.points(gap), (code, matt, t) in self.beyond_pts)
        )
        difference = Told(marked, shown)
        return Figures(self.share(own, sign), self.share(pts), difference, self.count(row[WITHOUT[matt].format(t=t)]))


def ranks(kommuner: pd.DataFrame, matt: str, t: int) -> dict[str, Told]:
    """Return each kommun's place by share, 1 the highest; equal shares share it, a limit makes it a range.

    >>> import pandas as pd
    >>> k = pd.DataFrame({"kommunkod": list("abcd"), "andel_30_pct": [99.0, 95.0, 95.0, 97.0],
    ...                   "andel_30_olikhet": [">", "", "", ">"]})
    >>> {kod: told.text for kod, told in ranks(k, "tillgang", 30).items()}
    {'a': '1–2', 'b': '3', 'c': '3', 'd': '1–2'}
    """
    name = SHARE[matt].format(t=t)
    share = kommuner[f"{name}_pct"].to_numpy(np.float64)
    sign = kommuner[f"{name}_olikhet"].to_numpy(dtype=str)
    low, high = np.where(sign == "<", 0.0, share), np.where(sign == ">", 100.0, share)
    best = 1 + (low[None, :] > high[:, None]).sum(axis=1)
    worst = 1 + ((high[None, :] > low[:, None]) & ~np.eye(len(share), dtype=bool)).sum(axis=1)
    return {
        kod: Told(HIDDEN) if s != s else Told(f"{b}" if b == w else f"{b}–{w}", float(b))
        for kod, s, b, w in zip(kommuner["kommunkod"], share, best, worst, strict=True)
    }


class Distance(NamedTuple):
    """How far a kommun is from a goal, by one measure."""

    matt: str
    is_goals_own: bool
    share: Told
    points: str
    households: str
    reached: bool | None


def distances(row: Row, goal: Malniva, tell: Teller) -> list[Distance]:
    """Return the way to a goal, by the measure the goal is written in and by the other one."""
    order = sorted(MEASURES, key=lambda m: m != goal.matt)
    return [_distance(row, goal, m, tell) for m in order]


def _distance(row: Row, goal: Malniva, matt: str, tell: Teller) -> Distance:
    name = SHARE[matt].format(t=goal.troskel_mbit)
    share, sign = row[f"{name}_pct"], row[f"{name}_olikhet"]
    households, without = row["hushall_ca"], row[WITHOUT[matt].format(t=goal.troskel_mbit)]
    told = tell.share(share, sign)
    own = matt == goal.matt
    if share != share or households != households or households is None:
        return Distance(matt, own, told, HIDDEN, HIDDEN, None)
    allowed = (1 - goal.andel_pct / 100) * float(households)
    reached: bool | None = share >= goal.andel_pct
    if sign == "<":
        reached = None if reached else False
    elif sign == ">" and not reached:
        reached = None
    left = max(0.0, goal.andel_pct - share)
    words = {"": "", ">": "högst ", "<": "minst "}[sign]
    points = "nått" if reached else f"{words}{tell.write.number(left, 1)}"
    if reached:
        need = "0"
    elif without is None or without != without:  # few lack coverage: the band, less what the goal lets be
        most = tell.small - 1 - math.floor(allowed + 1e-9)
        need = tell.write.told(None, tell.small) if allowed < 1 else f"högst {most}" if most > 0 else "0"
    else:
        need = tell.write.told(float(rules.stepped(float(without) - allowed, tell.small)), tell.small)
    return Distance(matt, own, told, points, need, reached)


def split(cells: pd.DataFrame, tell: Teller, classes: tuple[str, ...]) -> list[Row]:
    """Return tätbebyggt beside glesbebyggt, counted in the kommun's published cells.

    Parameters
    ----------
    cells : DataFrame
        RUTNAT_250M, the kommun's own rows.
    """
    lived = cells[(cells["klass_tillgang_100"] != "ingen_adress").to_numpy()]
    out = []
    for typ in classes:
        of = lived[(lived["omradestyp"] == typ).to_numpy()]
        has = {
            t: tell.share(100 * float(of[f"klass_tillgang_{t}"].isin(klasser.COVERED).mean()) if len(of) else math.nan)
            for t in THRESHOLDS
        }
        lacking = int(of["klass_tillgang_100"].isin(klasser.LACKING).sum())
        out.append(
            {"typ": typ, "rutor": tell.write.number(len(of)), "andelar": has, "utan": tell.write.number(lacking)}
        )
    return out


def span(low: float, high: float, write: Writer) -> str:
    r"""Return what bands add up to, in words.

    >>> w = Writer("sv")
    >>> span(0, 0, w), span(0, 10, w), span(20, math.inf, w), span(20, 75, w)
    ('0', 'högst 10', 'minst 20', '20–75')
    """
    if not high > 0:
        return "0"
    if low <= 0:
        return f"högst {write.number(high)}" if math.isfinite(high) else HIDDEN
    return f"{write.number(low)}–{write.number(high)}" if math.isfinite(high) else f"minst {write.number(low)}"
