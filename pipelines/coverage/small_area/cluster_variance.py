"""How much neighbours go together: the correlation of what the model missed, within villages and squares.

Var(Σ h·u) of the addresses of a square, u being uncovered or not with probability q and σ² = q(1 − q):
``(1 − ρ_v) Σ h²σ² + (ρ_v − ρ_s) Σ_villages (Σ hσ)² + ρ_s (Σ hσ)²``, with ρ_v the correlation of two addresses in
a village and ρ_s in a 5 × 5 km square.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Together:
    """Correlation of being uncovered, of two addresses: in a village, and in a 5 × 5 km square."""

    village: float
    square: float


ASSUMED = Together(village=0.4, square=0.15)
"""Where no evidence teaches (antagande): between each address for itself (0) and whole villages at once (1),
nearer the former, since some in every village say no and some got copper or cable long ago."""


@dataclass(frozen=True)
class Sums:
    """Sums over the addresses of each square × group that evidence does not decide.

    Attributes
    ----------
    square, group : ndarray of int64, shape (k,)
        Which square (rutid) and group each row is.
    own : ndarray of float, shape (k,)
        Σ h²σ².
    by_village : ndarray of float, shape (k,)
        Σ over villages of (Σ hσ)².
    whole : ndarray of float, shape (k,)
        (Σ hσ)².
    """

    square: Ints
    group: Ints
    own: Floats
    by_village: Floats
    whole: Floats

    def variance(self, by_group: dict[int, Together], kinds: Ints) -> Floats:
        """Return the variance of each square × group, given that the group's own total is PTS's.

        The group's total does not vary, so a square that is most of its group varies little.
        """
        village = np.array([by_group[k].village for k in range(len(by_group))])[kinds[self.group]]
        within = np.array([by_group[k].square for k in range(len(by_group))])[kinds[self.group]]
        each = (1 - village) * self.own + (village - within) * self.by_village + within * self.whole
        return within_group(each, self.group, len(kinds))


def within_group(each: Floats, group: Ints, groups: int) -> Floats:
    """Return variances lessened by what their group's own total, which is known, takes away: V − V²/ΣV."""
    total = np.bincount(group, weights=each, minlength=groups)[group]
    return np.asarray(each * (1 - np.divide(each, total, out=np.zeros_like(each), where=total > 0)))


@dataclass(frozen=True)
class Parts:
    """Addresses gathered to villages, villages to squares, each within its group.

    Attributes
    ----------
    village : ndarray of int64, shape (n,)
        Each address's number among the v village parts.
    row : ndarray of int64, shape (v,)
        Each village part's row among the k squares × groups.
    square, group : ndarray of int64, shape (k,)
    """

    village: Ints
    row: Ints
    square: Ints
    group: Ints

    @classmethod
    def of(cls, village: Ints, square: Ints, group: Ints) -> Parts:
        """Gather addresses by their village (numbered from 0), square and group; all shape (n,)."""
        names, at_square = np.unique(square, return_inverse=True)
        rows, at_row = np.unique(at_square.reshape(-1) * (int(group.max()) + 1) + group, return_inverse=True)
        wide = int(village.max()) + 1
        both, at = np.unique(at_row.reshape(-1) * wide + village, return_inverse=True)
        groups = int(group.max()) + 1
        return cls(at.reshape(-1), both // wide, names[rows // groups], rows % groups)

    def by_village(self, values: Floats) -> Floats:
        """Sum addresses' values by village part."""
        return np.asarray(np.bincount(self.village, values, len(self.row)), dtype=np.float64)

    def by_row(self, values: Floats) -> Floats:
        """Sum village parts' values by square × group."""
        return np.asarray(np.bincount(self.row, values, len(self.square)), dtype=np.float64)


def sums(parts: Parts, households: Floats, q: Floats) -> Sums:
    """Sum addresses to villages to squares, by group.

    Parameters
    ----------
    households, q : ndarray of float, shape (n,)
        Households, and the probability of being uncovered where the model says it; 0 where evidence decides.
    """
    spread = households * np.sqrt(np.clip(q * (1 - q), 0.0, None))
    village = parts.by_village(spread)
    return Sums(
        parts.square,
        parts.group,
        parts.by_row(parts.by_village(spread**2)),
        parts.by_row(village**2),
        parts.by_row(village) ** 2,
    )


def estimate(parts: Parts, households: Floats, q: list[Floats], uncovered: list[Floats]) -> Together:
    """Return the correlations that the residuals of n decided addresses show, over several thresholds.

    Parameters
    ----------
    households : ndarray of float, shape (n,)
    q, uncovered : list of ndarray of float, shape (n,)
        Per threshold: ``q`` from a model that did not see the address's kommun; ``uncovered`` as evidence
        says, 0–1.

    Notes
    -----
    Moments: in a village E[(Σ h(u − q))²] − Σ h²σ² = ρ_v ((Σ hσ)² − Σ h²σ²), summed over villages with weight
    1/(Σ hσ)², so that no single town decides; in squares likewise what the villages leave. Held to
    0 ≤ ρ_s ≤ ρ_v ≤ 1.
    """
    seen = []
    for chance, happened in zip(q, uncovered, strict=True):
        spread = households * np.sqrt(np.clip(chance * (1 - chance), 0.0, None))
        missed, together, own = (parts.by_village(x) for x in (households * (happened - chance), spread, spread**2))
        seen.append((missed, together, own))
    missed, together, own = (np.concatenate(x) for x in zip(*seen, strict=True))
    rho_v = _ratio(missed**2 - own, together**2 - own, together**2)
    excess, room, weight = [], [], []
    for missed, together, own in seen:
        square_missed, square_together = parts.by_row(missed), parts.by_row(together)
        excess.append(square_missed**2 - parts.by_row(own + rho_v * (together**2 - own)))
        room.append(square_together**2 - parts.by_row(together**2))
        weight.append(square_together**2)
    rho_s = _ratio(np.concatenate(excess), np.concatenate(room), np.concatenate(weight))
    return Together(rho_v, min(rho_s, rho_v))


def _ratio(excess: Floats, room: Floats, weight: Floats) -> float:
    use = (room > 1e-9) & (weight > 0)
    if not use.any():
        return 0.0
    share = float((excess[use] / weight[use]).sum() / (room[use] / weight[use]).sum())
    return float(np.clip(share, 0.0, 1.0))
