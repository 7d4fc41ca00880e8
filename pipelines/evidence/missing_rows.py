"""Rows that a complete list lacks: how likely an address that no row names is covered all the same.

No list is quite complete. An address that a file complete for its kommun does not name counts as without coverage; so
a forgotten row makes a phantom, and phantoms lie in the midst of covered houses, where a trench is shortest. What tells
them apart is their neighbours: of the addresses whose nearest neighbours are nearly all covered, hardly more are
unnamed than the rows that a list lacks, and then a lack of rows is the likelier reason.

With r the number of covered ones among an address's :data:`NEIGHBOURS` nearest, s(r) the share unnamed among all with
as many, and e the share of covered addresses that the list lacks: s = (1 − c) + e·c, with c(r) the share truly covered.
By Bayes an unnamed address is covered with probability e·c / s.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipelines.evidence.decided import Evidence, nested

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
NEIGHBOURS = 16
"""Nearest addresses that are asked: about a block or a hamlet (antagande)."""
FEWEST = 2_000
"""Addresses that must be there before a rate is read out of them."""


@dataclass(frozen=True)
class Rate:
    """The share of covered addresses that a file lacks (0–1), and whence it is known.

    ``kand_genom``: ``angiven`` (kallor.csv), ``overlapp`` (another file names them), ``grannar`` (no more than that
    are unnamed in the midst of covered ones), ``antagen`` (the configuration).
    """

    fil: str
    andel: float
    kand_genom: str
    adresser: int


def by_overlap(named: Bools, by_others: Bools, fil: str) -> Rate | None:
    """Return a file's rate from addresses that another file names as covered; None where they are too few.

    At least so many lack: lists often have one origin, and forget the same.

    Parameters
    ----------
    named, by_others : ndarray of bool, shape (n,)
        Of the addresses for whose kommun the file is complete: whether it names them as covered, and whether another
        file does.
    """
    both = int(by_others.sum())
    if both < FEWEST:
        return None
    return Rate(fil, float((by_others & ~named).sum()) / both, "overlapp", both)


def held_within(assumed: Rate, overlap: Rate | None, near: tuple[float, int]) -> Rate:
    """Return the assumed rate, held above what an overlap shows and below what neighbours do.

    Parameters
    ----------
    near : tuple of float and int
        Of :func:`surrounded_share`.
    """
    most, seen = near
    if overlap and overlap.andel > assumed.andel:
        return overlap
    return Rate(assumed.fil, most, "grannar", seen) if most < assumed.andel else assumed


def covered_near(xy: Floats, covered: Bools) -> NDArray[np.int64]:
    """Return how many of each address's nearest neighbours are covered, per level.

    Parameters
    ----------
    xy : ndarray of float, shape (n, 2)
        Metres.
    covered : ndarray of bool, shape (n, levels)

    Returns
    -------
    ndarray of int64, shape (n, levels)
        0 … :data:`NEIGHBOURS`; with fewer other addresses than that, of those there are.
    """
    from scipy.spatial import cKDTree

    if len(xy) < 2:
        return np.zeros(covered.shape, dtype=np.int64)
    nearest = cKDTree(xy).query(xy, k=min(NEIGHBOURS + 1, len(xy)), workers=-1)[1]
    out = -covered.astype(np.int8)  # the address itself is among its nearest, or an address at the same point is
    for near in nearest.T:
        out += covered[near]
    return out.astype(np.int64)


def surrounded_share(near: NDArray[np.int64], covered: Bools) -> tuple[float, int]:
    """Return the least share unnamed, over levels, of addresses with covered neighbours only; and how many those are.

    A list lacks no larger share than that: there too some may truly be without. NaN where too few are so surrounded.
    """
    best, seen = float("nan"), 0
    for i in range(near.shape[1]):
        inside = near[:, i] == NEIGHBOURS
        count = int(inside.sum())
        if count >= FEWEST:
            share = float((~covered[inside, i]).mean())
            if not share >= best:
                best, seen = share, count
    return best, seen


def chance_by_kind(near: NDArray[np.int64], covered: Bools, rate: Floats, flats: Bools) -> Floats:
    """Return :func:`chance_of_lacking_row`, entrances to flats and other addresses each by their like.

    Flats hardly ever lack coverage in the midst of covered ones: an unnamed entrance is oftener a forgotten row than an
    unnamed house is. Where there are few of either, all are one.

    Parameters
    ----------
    flats : ndarray of bool, shape (n,)
        Entrances to flats.
    """
    if min(int(flats.sum()), int((~flats).sum())) < FEWEST:
        return chance_of_lacking_row(near, covered, rate)
    out = np.zeros(covered.shape)
    for kind in (flats, ~flats):
        out[kind] = chance_of_lacking_row(near[kind], covered[kind], rate[kind])
    return out


def chance_of_lacking_row(near: NDArray[np.int64], covered: Bools, rate: Floats) -> Floats:
    """Return for each address and level the probability that it is covered though no row says so; 0 where one does.

    Parameters
    ----------
    near : ndarray of int64, shape (n, levels)
        Of :func:`covered_near`.
    covered : ndarray of bool, shape (n, levels)
        Whether a row says that the address is covered.
    rate : ndarray of float, shape (n,)
        Share of covered addresses that the file of the address's kommun lacks.

    Notes
    -----
    More covered neighbours never make it less likely: the probabilities per number of neighbours are made rising.

    Examples
    --------
    >>> near = np.array([[16]] * 1000 + [[0]] * 10)
    >>> covered = np.array([[True]] * 996 + [[False]] * 14)
    >>> chance_of_lacking_row(near, covered, np.full(1010, 0.002))[[0, 999, 1009]].round(3).ravel().tolist()
    [0.0, 0.499, 0.0]
    """
    out = np.zeros(covered.shape)
    for i in range(covered.shape[1]):
        all_ = np.bincount(near[:, i], minlength=NEIGHBOURS + 1)
        unnamed = np.bincount(near[~covered[:, i], i], minlength=NEIGHBOURS + 1)
        share = np.divide(unnamed, all_, out=np.ones(len(all_)), where=all_ > 0)
        rows = np.flatnonzero(~covered[:, i])
        e, s = rate[rows, None], share[None, :]
        truly = np.clip((1 - s) / np.maximum(1 - e, 1e-9), 0, 1)
        lacking = np.minimum(np.divide(e * truly, s, out=np.zeros((len(rows), len(share))), where=s > 0), 1.0)
        rising = np.maximum.accumulate(lacking, axis=1)
        out[rows, i] = rising[np.arange(len(rows)), near[rows, i]]
    return out


def erring(evidence: Evidence, chance: Floats, rows: NDArray[np.int64]) -> Evidence:
    """Return the evidence with the probability that a row lacks in place of a certain no.

    Parameters
    ----------
    chance : ndarray of float, shape (k, levels)
        Of the addresses ``rows``, 0 where evidence names them or another grain decides.
    """
    share = evidence.share.copy()
    share[rows] = np.where(chance > 0, np.fmax(share[rows], chance), share[rows])
    return replace(evidence, share=nested(share))


def named(evidence: Evidence) -> Bools:
    """Tell where a row says that an address is covered: shape (n, levels)."""
    return np.nan_to_num(evidence.share) > 0


def in_doubt(listed: Bools, chance: Floats, least: float) -> Bools:
    """Tell what is to be looked up: by a list of addresses there is no coverage, and perhaps there is.

    Parameters
    ----------
    listed : ndarray of bool
        Whether a list of addresses decides.
    chance : ndarray of float
        Probability of coverage; NaN where nothing decides.
    least : float
        Probability from which it is worth while.
    """
    return np.asarray(listed & (chance >= least) & (chance < 1), dtype=np.bool_)
