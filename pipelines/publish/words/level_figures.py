"""What is told of a kommun or the län at a level: its figures, read from its row by the one rule for every product.

The open edition's rows (KOMMUNER_OPPNA, LAN_OPPNA) hold counts in tens and shares with their sign; the internal
edition's (KOMMUNER, LAN) expected counts. Whatever is reckoned here is reckoned from the figures as they are told,
so that nobody learns more from it. A share of PTS's that may only be told in whole per cent (:mod:`.background`) is
one where few lack coverage, or few have it: it is all or nothing, and is told without decimals as those are.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from pipelines.core.figure import HIDDEN, Figure, Sign, difference, few_or, share
from pipelines.core.level import Level

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Malniva, Region

Row = dict[str, Any]
"""One row of the kommuner's or the län's table."""


def first_level(region: Region) -> Level:
    """Return the level that maps and pages show first, and that the kommuner's own maps and pages are about."""
    return Level("tillgang", region.publicering.utskrift_troskel_mbit)


class AtLevel(NamedTuple):
    """The figures of one kommun, or the län, at a level; ``beyond``: the difference is outside its tolerance."""

    share: Figure
    pts: Figure
    difference: Figure
    without: Figure
    beyond: bool


class Figures(Protocol):
    """Reads the figures of an edition."""

    def households(self, row: Row) -> Figure:
        """Return the number of households."""

    def at(self, row: Row, level: Level) -> AtLevel:
        """Return the figures at a level."""


class OpenFigures:
    """Reads the open edition's figures.

    Parameters
    ----------
    beyond : frozenset
        Code, measure and threshold of the shares outside their tolerance of PTS's: what
        :func:`.open_reconciliation.beyond_pts` returns.
    """

    def __init__(self, region: Region, beyond: frozenset[tuple[str, str, int]] = frozenset()) -> None:
        self.small = region.publicering.undertryckningsgrans
        self.beyond = beyond

    def count(self, x: Any) -> Figure:
        """Return a count as the open tables hold it: steps of tens, nothing, or few."""
        return few_or(x, self.small)

    def households(self, row: Row) -> Figure:
        """Return the number of households."""
        return self.count(row["hushall_ca"])

    def share(self, row: Row, level: Level) -> Figure:
        """Return the share of the households that has the level."""
        return told_share(row[level.share], row[level.share_sign])

    def at(self, row: Row, level: Level) -> AtLevel:
        """Return the figures at a level."""
        own, pts = self.share(row, level), told_share(row[level.pts_share])
        gap, code = difference(own, pts), str(row.get("kommunkod", row.get("lanskod", "")))
        beyond = gap.known and (code, level.measure, level.mbit) in self.beyond
        return AtLevel(own, pts, gap, self.count(row[f"{level.without()}_ca"]), beyond)


def told_share(pct: float, sign: Sign = "") -> Figure:
    """Return a share of an open table, where an empty one is not told."""
    return share(pct, sign) if pct == pct else HIDDEN


class ExactFigures:
    """Reads the internal edition's figures: expected counts with one decimal, every share as it is."""

    def __init__(self, region: Region) -> None:
        self.tolerance = region.kontroll.avvikelse_pe

    def households(self, row: Row) -> Figure:
        """Return the number of households."""
        return Figure(row["hushall"], decimals=1)

    def at(self, row: Row, level: Level) -> AtLevel:
        """Return the figures at a level."""
        own, pts = share(row[level.share]), share(row[level.pts_share])
        gap, without = difference(own, pts), Figure(row[level.without()], decimals=1)
        return AtLevel(own, pts, gap, without, abs(gap.rounded or 0.0) > self.tolerance + 1e-9)


class Left(NamedTuple):
    """Percentage points left to a goal, and whether it is reached; None: a limit leaves that open."""

    points: Figure
    reached: bool | None


def left_to(goal: Malniva, told: Figure) -> Left:
    """Return what is left to a goal, from a share as it is told.

    A share that is a limit makes what is left one, the other way.

    Examples
    --------
    >>> from pipelines.config.region import Malniva
    >>> goal = Malniva(namn="x", troskel_mbit=100, andel_pct=98)
    >>> [(x.points.sign, x.points.value, x.reached) for x in (left_to(goal, share(97.7, s)) for s in ("", ">", "<"))]
    [('', 0.3, False), ('<', 0.3, None), ('>', 0.3, False)]
    >>> left_to(goal, share(98.0, ">")).reached, left_to(goal, share(98.0, "<")) == Left(HIDDEN, None)
    (True, True)
    """
    if told.rounded is None:
        return Left(HIDDEN, None)
    left = max(0.0, round(goal.andel_pct - told.rounded, 9))
    if told.sign == "<":
        return Left(Figure(left, ">", 1, "pe"), False) if left else Left(HIDDEN, None)
    if told.sign == ">" and left:
        return Left(Figure(left, "<", 1, "pe"), None)
    return Left(Figure(left, "", 1, "pe"), not left)


def between(least: float, most: float) -> Figure:
    """Return what lies somewhere between two whole counts; ``most`` may be infinite.

    >>> between(0, 0).value, between(0, 10).sign, between(20, math.inf).sign, between(20, 75).to, between(20, 20).to
    (0, '<', '>', 75, None)
    """
    if not most > 0 or least == most:
        return Figure(max(0, most))
    if least <= 0:
        return Figure(most, "<") if math.isfinite(most) else HIDDEN
    return Figure(least, to=most) if math.isfinite(most) else Figure(least, ">")


def ranks(kommuner: pd.DataFrame, level: Level) -> dict[str, Figure]:
    """Return each kommun's place by share, 1 the highest; equal shares share it, a limit makes it a range.

    The internal edition's shares have no limits.

    >>> import pandas as pd
    >>> level = Level("tillgang", 30)
    >>> k = pd.DataFrame({"kommunkod": list("abcd"), level.share: [99.0, 95.0, 95.0, 97.0],
    ...                   level.share_sign: [">", "", "", ">"]})
    >>> {kod: (f.value, f.to) for kod, f in ranks(k, level).items()}
    {'a': (1, 2), 'b': (3, None), 'c': (3, None), 'd': (1, 2)}
    """
    share = kommuner[level.share].to_numpy(np.float64)
    sign = kommuner[level.share_sign].to_numpy(dtype=str) if level.share_sign in kommuner else np.full(len(share), "")
    low, high = np.where(sign == "<", 0.0, share), np.where(sign == ">", 100.0, share)
    best = 1 + (low[None, :] > high[:, None]).sum(axis=1)
    worst = 1 + ((high[None, :] > low[:, None]) & ~np.eye(len(share), dtype=bool)).sum(axis=1)
    return {
        kod: HIDDEN if s != s else Figure(b, to=w if w > b else None)
        for kod, s, b, w in zip(kommuner["kommunkod"], share, best.tolist(), worst.tolist(), strict=True)
    }
