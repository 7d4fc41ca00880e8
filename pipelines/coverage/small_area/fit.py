"""How coverage follows the features: a logistic regression on kommuner with complete evidence, or assumed.

A kommun teaches when evidence decides every address in it. One regression per measure and class; each
kommun has its own intercept, so that only differences within a kommun and class are learnt: the level
comes from PTS. What is learnt is a departure from the assumed coefficients, held back by a ridge: little
evidence leaves them nearly as assumed. Observations are 1 km squares, since neighbours get coverage together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.config.region import CLASSES
from pipelines.core import cell_grid
from pipelines.core.level import LEVELS, MEASURES
from pipelines.coverage.small_area.features import NAMES, Features
from pipelines.coverage.small_area.ridge import FREE, regression, worth_of

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.evidence.decided import Evidence

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
FEWEST_KOMMUNER = 3
"""Fewer with complete evidence teach nothing that another kommun can be held against (antagande)."""
FOLDS = 4
STRENGTH = 0.1
"""Variance that each coefficient is allowed, per standard deviation of its feature (antagande): a ridge."""
ASSUMED = {"ln_adresser_5x5": -0.25, "ln_adresser_17x17": -0.1, "ln_km_till_tatort": 0.2}
"""Log-odds of lacking coverage per unit where no evidence teaches (antagande). A line to a house is as long as
houses are apart, so its cost goes as density to the power −½; that the odds go about as the cost to ⅔ gives
−0.35 in all, most of it for the surroundings a village network reaches. Farther from a town: 0.2 per e-fold."""


@dataclass(frozen=True)
class Slopes:
    """The coefficients of one measure and class.

    Attributes
    ----------
    per_unit : ndarray of float, shape (len(NAMES),)
        Log-odds of being uncovered per unit of each feature.
    per_sd : ndarray of float, shape (len(NAMES),)
        The same per standard deviation among the observations; NaN where assumed.
    shrunk : float
        What the departure from the assumed coefficients was multiplied by, 0–1: its slope on kommuner left out.
    """

    per_unit: Floats
    per_sd: Floats
    shrunk: float


@dataclass(frozen=True)
class Model:
    """What the model says of each of n addresses.

    Attributes
    ----------
    taught_by : tuple of str
        Kommuner with complete evidence; empty where the coefficients are assumed.
    slopes : dict
        Per measure and class.
    score : dict of ndarray, shape (n,)
        Per measure: log-odds of being uncovered, up to a constant per kommun and class.
    left_out : dict of ndarray, shape (n,)
        The same, from a fit that did not see the address's own kommun; NaN outside ``taught_by``.
    """

    taught_by: tuple[str, ...]
    slopes: dict[tuple[str, str], Slopes]
    score: dict[str, Floats]
    left_out: dict[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True)
class Units:
    """Observations: 1 km square × group, of households that evidence decides."""

    values: Floats
    households: Floats
    uncovered: dict[str, Floats]
    group: Ints
    fold: Ints


def complete_kommuner(kommunkod: pd.Series, evidence: Evidence) -> tuple[str, ...]:
    """Return the kommuner where evidence decides every address, measure and threshold."""
    decided = (evidence.grain > 0).all(axis=1)
    whole = kommunkod.groupby(kommunkod.to_numpy()).size()
    known = kommunkod[decided].groupby(kommunkod[decided].to_numpy()).size()
    return tuple(sorted(k for k in whole.index if known.get(k, 0) == whole[k]))


def kinds_of(table: pd.DataFrame) -> NDArray[np.int64]:
    """Return each group's class, as an index in CLASSES; a whole kommun counts as glesbebyggt."""
    return np.where(table["grupp"].to_numpy() == CLASSES[0], 0, 1).astype(np.int64)


def make(
    features: Features, kommunkod: pd.Series, index: Ints, table: pd.DataFrame, households: Floats, evidence: Evidence
) -> Model:
    """Fit the model, or assume its coefficients.

    Parameters
    ----------
    features : Features
    kommunkod : Series, length n
        Each address's kommun.
    index, table
        Of :func:`pipelines.grid.groups.group_index`.
    households : ndarray of float, shape (n,)
    evidence : Evidence
        Of the edition: nothing else is learnt from.
    """
    kinds = kinds_of(table)
    kind = kinds[index]
    teachers = complete_kommuner(kommunkod, evidence)
    if len(teachers) < FEWEST_KOMMUNER:
        return assumed(features, kind)
    taught = kommunkod.isin(teachers).to_numpy()
    folds = {k: i % min(FOLDS, len(teachers)) for i, k in enumerate(teachers)}
    fold = kommunkod.map(folds).fillna(-1).to_numpy().astype(np.int64)
    plain = {m: s for (m, _), s in assumed_slopes().items()}
    slopes: dict[tuple[str, str], Slopes] = {}
    score: dict[str, Floats] = {m: np.zeros(len(kind)) for m in MEASURES}
    left_out: dict[str, Floats] = {m: np.full(len(kind), np.nan) for m in MEASURES}
    for k, name in enumerate(CLASSES):
        units = observations(features, np.flatnonzero(taught & (kind == k)), index, households, evidence, fold)
        for m in MEASURES:
            found = cross_fitted(units, units.uncovered[m])
            chosen, per_fold = found or (plain[m], {})
            slopes[m, name] = chosen
            mine = np.flatnonzero(kind == k)
            score[m][mine] = (features.values @ chosen.per_unit)[features.cell[mine]]
            for f in range(min(FOLDS, len(teachers))):
                there = mine[fold[mine] == f]
                left_out[m][there] = (features.values @ per_fold.get(f, chosen.per_unit))[features.cell[there]]
    return Model(teachers, slopes, score, left_out)


def assumed_slopes() -> dict[tuple[str, str], Slopes]:
    """Return the assumed coefficients, the same for every measure and class."""
    per_unit = np.array([ASSUMED.get(name, 0.0) for name in NAMES])
    return {(m, c): Slopes(per_unit, np.full(len(NAMES), np.nan), 1.0) for m in MEASURES for c in CLASSES}


def assumed(features: Features, kind: Ints) -> Model:
    """Return the model with assumed coefficients."""
    slopes = assumed_slopes()
    by_kind = [features.values @ slopes[MEASURES[0], c].per_unit for c in CLASSES]
    score = np.choose(kind, [s[features.cell] for s in by_kind])
    return Model((), slopes, dict.fromkeys(MEASURES, score))


def observations(
    features: Features, rows: Ints, index: Ints, households: Floats, evidence: Evidence, fold: Ints
) -> Units:
    """Gather addresses to observations: households, mean features, share uncovered over the thresholds."""
    rows = rows[households[rows] > 0]
    _, km = np.unique(cell_grid.parent(features.cells), return_inverse=True)
    groups = int(index.max()) + 1
    unique, unit = np.unique(km.reshape(-1)[features.cell[rows]] * groups + index[rows], return_inverse=True)
    unit, size = unit.reshape(-1), len(unique)
    weight = households[rows]
    total = np.asarray(np.bincount(unit, weight, size), dtype=np.float64)

    def mean(x: Floats) -> Floats:
        return np.bincount(unit, weights=weight * x, minlength=size) / total

    uncovered: dict[str, Floats] = {}
    for m in MEASURES:
        columns = [i for i, level in enumerate(LEVELS) if level.measure == m]
        uncovered[m] = np.clip(mean(1 - evidence.share[rows][:, columns].mean(axis=1)), 0.0, 1.0)
    values = [mean(features.values[features.cell[rows], j]) for j in range(len(NAMES))]
    fold_of = np.zeros(size, dtype=np.int64)
    fold_of[unit] = fold[rows]
    return Units(np.column_stack(values), total, uncovered, unique % groups, fold_of)


def cross_fitted(units: Units, uncovered: Floats) -> tuple[Slopes, dict[int, Floats]] | None:
    """Return the coefficients, shrunk by what they were worth on kommuner left out, and each fold's own.

    None when there is nothing to learn: all covered, or none, or one fold alone holds what is uncovered.
    """
    every = np.ones(len(uncovered), dtype=bool)
    folds = sorted(set(units.fold.tolist()))
    if len(folds) < 2 or not all(_learnable(units, uncovered, units.fold != f) for f in folds):
        return None
    guess = np.array([ASSUMED.get(name, 0.0) for name in NAMES])
    offset = units.values @ guess
    per_fold = {f: departure(units, offset, uncovered, units.fold != f) for f in folds}
    unseen = np.zeros(len(uncovered))
    for f, slopes in per_fold.items():
        unseen[units.fold == f] = units.values[units.fold == f] @ slopes
    worth = regression(unseen[:, None], FREE, units.households, units.group, offset, uncovered)[0]
    shrunk = float(np.clip(worth, 0.0, 1.0))
    per_unit = guess + shrunk * departure(units, offset, uncovered, every)
    sd = np.sqrt(np.cov(units.values.T, aweights=worth_of(units.households)).diagonal())
    return Slopes(per_unit, per_unit * sd, shrunk), {f: guess + shrunk * c for f, c in per_fold.items()}


def _learnable(units: Units, uncovered: Floats, use: Bools) -> bool:
    weight = units.households[use]
    lacking = float(weight @ uncovered[use])
    return bool(use.any() and 0 < lacking < float(weight.sum()))


def departure(units: Units, offset: Floats, uncovered: Floats, use: Bools) -> Floats:
    """Return what evidence adds to the assumed coefficients, per unit of each feature."""
    return regression(units.values[use], STRENGTH, units.households[use], units.group[use], offset[use], uncovered[use])
