"""Raking: households moved between covered and uncovered addresses until PTS's published shares are met.

Where evidence decides the coverage of a kommun and class, PTS's share says how many households the addresses without
coverage hold together. The households of a square are known (from SCB's people), those of a kommun and class too (from
PTS); which of a square's addresses they live at is not, and it is there that raking moves them: empty houses lack
coverage oftener than others. Iterative proportional fitting (Deming & Stephan 1940): the least departure, in the sense
of relative entropy, from what dwellings and people say that keeps all three kinds of totals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.level import LEVELS

if TYPE_CHECKING:
    from pipelines.evidence.decided import Evidence

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
ROUNDS = 60
LONGEST_STEP = 0.7
"""In the logarithm of people: no step more than doubles or halves them."""
CLOSE = 1e-7
"""Relative change of the totals at which more rounds would move nothing."""


@dataclass(frozen=True)
class Margins:
    """What raking keeps, of n addresses.

    Attributes
    ----------
    people : ndarray of float, shape (n,)
        As placed by dwellings.
    square : ndarray of int64, shape (n,)
        The square whose people live there; -1 for addresses in none, whose people stay.
    per_household : ndarray of float, shape (n,)
        People per household by kind of dwelling, up to a factor per group.
    loose : ndarray of float, shape (n,)
        Variance over mean of the address's households (> 0): how easily it moves. 1 everywhere is plain raking.
    group : ndarray of int64, shape (n,)
        Kommun × class.
    households : ndarray of float, shape (groups,)
        PTS's.
    least, most : ndarray of float, shape (groups, levels)
        PTS's bounds of the share covered; equal where PTS publishes it.
    """

    people: Floats
    square: Ints
    per_household: Floats
    loose: Floats
    group: Ints
    households: Floats
    least: Floats
    most: Floats


@dataclass(frozen=True)
class Raked:
    """People and households per address, shape (n,), and which groups and levels were held to PTS's shares."""

    people: Floats
    households: Floats
    held: Bools


def households_of(m: Margins, people: Floats) -> Floats:
    """Return each group's households over its addresses by people and people per household; evenly where none live.

    Totals are met to rounding.
    """
    count = len(m.households)
    weight = people / m.per_household
    total = np.bincount(m.group, weight, count)
    number = np.bincount(m.group, minlength=count)
    per_weight = np.divide(m.households, total, out=np.zeros(count), where=total > 0)
    evenly = np.where(total > 0, 0.0, m.households / np.maximum(number, 1))
    return np.asarray(weight * per_weight[m.group] + evenly[m.group], dtype=np.float64)


def decided_groups(m: Margins, evidence: Evidence) -> Bools:
    """Tell at which levels evidence decides every address of a group, shape (groups, levels)."""
    count = len(m.households)
    open_ = [np.bincount(m.group[evidence.grain[:, i] == 0], minlength=count) for i in range(len(LEVELS))]
    some: Ints = np.bincount(m.group, minlength=count).astype(np.int64)
    return np.asarray((np.column_stack(open_) == 0) & (some[:, None] > 0), dtype=np.bool_)


def rake(m: Margins, evidence: Evidence, farthest: float) -> Raked:
    """Move households, and people with them, until PTS's shares are met where evidence decides.

    Parameters
    ----------
    m : Margins
    evidence : Evidence
        Of the edition.
    farthest : float
        No address gets more than about so many times what it had in its square, nor less than about one so-manieth.

    Returns
    -------
    Raked
        Sums of people per square and of households per group are met to rounding; the shares as far as the squares and
        ``farthest`` let them (:func:`without` tells).
    """
    held: Bools = decided_groups(m, evidence) & (m.households[:, None] > 0)
    any_held: Bools = np.asarray(held.any(axis=1), dtype=np.bool_)
    rows = np.flatnonzero(any_held[m.group] & (m.people > 0))
    if not len(rows):
        return Raked(m.people.copy(), households_of(m, m.people), held)
    people = m.people.copy()
    people[rows] *= _factors(m, rows, 1 - evidence.share[rows], held, farthest)
    return Raked(people, households_of(m, people), held)


def without(m: Margins, households: Floats, evidence: Evidence, held: Bools) -> Floats:
    """Return the households without coverage of each group and level that was held, NaN for others."""
    out = np.full(held.shape, np.nan)
    for i in range(held.shape[1]):
        lacking = np.nan_to_num(1 - evidence.share[:, i]) * households
        out[:, i] = np.where(held[:, i], np.bincount(m.group, lacking, len(m.households)), np.nan)
    return out


def _factors(m: Margins, rows: Ints, lacking: Floats, held: Bools, farthest: float) -> Floats:
    """Return what the people of each of ``rows`` are multiplied by.

    Addresses of one square and group that are alike in dwelling and coverage are multiplied alike: they are one.
    """
    groups, group = np.unique(m.group[rows], return_inverse=True)
    # An address in no square keeps its people: it is a square of its own.
    own = np.where(m.square[rows] >= 0, m.square[rows], -1 - rows)
    alike = _numbered([own, group, m.per_household[rows], m.loose[rows], *np.nan_to_num(lacking).T])
    first = np.unique(alike, return_index=True)[1]
    people = np.bincount(alike, m.people[rows]).astype(np.float64)
    group, square = group[first], np.unique(own[first], return_inverse=True)[1].reshape(-1)
    households = m.households[groups]
    # What people per household comes to in each group: its people over its households.
    per = m.per_household[rows][first]
    scale = np.bincount(group, people / per, len(groups)) / households
    fit = _Fit(
        people=people,
        base=people.copy(),
        per_household=per * scale[group],
        loose=m.loose[rows][first],
        square=square,
        of_square=np.bincount(square, people).astype(np.float64),
        group=group,
        of_group=households,
        lacking=np.nan_to_num(lacking[first]),
        wanted_least=(1 - m.most[groups]) * households[:, None],
        wanted_most=(1 - m.least[groups]) * households[:, None],
        held=held[groups],
        farthest=farthest,
    )
    return np.asarray((fit.fitted() / people)[alike], dtype=np.float64)


def _numbered(columns: list[NDArray[Any]]) -> Ints:
    """Number the different rows of some columns, each shape (n,), in their order by the first column, then the next."""
    order = np.lexsort(columns[::-1])
    new = np.zeros(len(order), dtype=np.bool_)
    for column in columns:
        new[1:] |= np.diff(column[order]) != 0
    out = np.empty(len(order), dtype=np.int64)
    out[order] = np.cumsum(new)
    return out


@dataclass
class _Fit:
    """The addresses of the groups that are held, alike ones as one: their people, and what binds them."""

    people: Floats
    base: Floats
    per_household: Floats
    loose: Floats
    square: Ints
    of_square: Floats
    group: Ints
    of_group: Floats
    lacking: Floats
    wanted_least: Floats
    wanted_most: Floats
    held: Bools
    farthest: float

    def fitted(self) -> Floats:
        """Return people per address after fitting: round by round a Newton step to each kind of total."""
        for _ in range(ROUNDS):
            before = self.people
            for i in range(self.held.shape[1]):
                if self.held[:, i].any():
                    self._to_share(i)
            self.people = np.clip(self.people, self.base / self.farthest, self.base * self.farthest)
            self._to_squares()
            self._to_groups()
            if float(np.abs(self.people - before).sum()) <= CLOSE * float(self.base.sum()):
                break
        now = np.bincount(self.square, self.people, len(self.of_square))
        return np.asarray(self.people * (self.of_square / now)[self.square], dtype=np.float64)

    def _to_share(self, i: int) -> None:
        """Tilt the households of each group towards PTS's at a level: by loose · (u − ū), ū their mean."""
        count, home = len(self.of_group), self.people / self.per_household

        def by_group(x: Floats) -> Floats:
            return np.asarray(np.bincount(self.group, x, count), dtype=np.float64)

        u, loose = self.lacking[:, i], home * self.loose
        whole, lack, some = by_group(home), by_group(home * u), by_group(loose)
        scale = whole / self.of_group
        gap = np.clip(lack, self.wanted_least[:, i] * scale, self.wanted_most[:, i] * scale) - lack
        mean = np.divide(by_group(loose * u), some, out=np.zeros(count), where=some > 0)
        off = u - mean[self.group]
        slope = by_group(loose * u * off)
        able = self.held[:, i] & (slope > 1e-12 * np.maximum(whole, 1.0))
        step = np.divide(gap, slope, out=np.zeros(count), where=able)
        self._tilt(step[self.group] * off)

    def _to_squares(self) -> None:
        count = len(self.of_square)
        now = np.bincount(self.square, self.people, count)
        slope = np.bincount(self.square, self.people * self.loose, count)
        step = np.divide(self.of_square - now, slope, out=np.zeros(count), where=slope > 0)
        self._tilt(step[self.square])

    def _tilt(self, by: Floats) -> None:
        self.people = self.people * np.exp(np.clip(self.loose * by, -LONGEST_STEP, LONGEST_STEP))

    def _to_groups(self) -> None:
        """Let people per household of each group be such that its households are PTS's."""
        now = np.bincount(self.group, self.people / self.per_household, len(self.of_group))
        factor = np.divide(now, self.of_group, out=np.ones(len(now)), where=self.of_group > 0)
        self.per_household = self.per_household * np.where(factor > 0, factor, 1.0)[self.group]
