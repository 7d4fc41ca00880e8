"""One trial: hide the evidence of some kommuner, model them from the rest, and score against the truth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.cell_grid import parent
from pipelines.core.level import LEVELS
from pipelines.coverage.remoteness import remoteness
from pipelines.coverage.small_area import model_steps, uncertainty
from pipelines.coverage.small_area.contiguity import SQUARE_M
from pipelines.coverage.small_area.intervals import LEAST_HOUSEHOLDS
from pipelines.evidence.decided import Evidence
from pipelines.orders.evaluate import baselines, scores

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.coverage.address_coverage import Inputs
    from pipelines.orders.evaluate.known_truth import Truth
    from pipelines.people.households import Placed

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
STATISTICS_ONLY = "bara statistik"
"""The trial that hides all evidence."""
SHIPPED = "utgåvan som den är"
"""The trial that hides nothing: whether the intervals of the edition itself hold the truth."""
METHODS = ("modell", "jamnt", "glesast")
"""The model; the share spread evenly; the share put on the sparsest cells."""


@dataclass(frozen=True)
class Trial:
    """What one trial gave: rows of scores, calibration curves, squares with their intervals, per kommun."""

    name: str
    taught_by: int
    hidden: tuple[str, ...]
    scores: list[dict[str, Any]]
    curves: list[dict[str, Any]]
    squares: pd.DataFrame
    kommuner: list[dict[str, Any]]


def without(evidence: Evidence, rows: Bools) -> Evidence:
    """Return the evidence with nothing known at ``rows``."""
    grain, share = evidence.grain.copy(), evidence.share.copy()
    grain[rows], share[rows] = 0, np.nan
    return replace(evidence, grain=grain, share=share)


def run(
    name: str, given: Inputs, placed: Placed, evidence: Evidence, truth: Truth, hidden: tuple[str, ...], forget: Bools
) -> Trial:
    """Model ``hidden`` without the evidence at ``forget``, and score what the model says there.

    Parameters
    ----------
    name : str
    given : Inputs
        Of :func:`pipelines.coverage.address_coverage.read`.
    placed : Placed
        Of :func:`pipelines.people.households.place`: households go by the evidence that is left.
    evidence : Evidence
        All there is.
    truth : Truth
    hidden : tuple of str
        The kommuner that are scored.
    forget : ndarray of bool, shape (n,)
        Where evidence is hidden; holds all addresses of ``hidden``.
    """
    known = without(evidence, forget)
    home = placed.by(known).households
    given = given.with_households(home, placed.variance(home))
    ground = given.ground
    spreading = model_steps.fitted(ground, known)
    coverage = given.covered(known, spreading)
    mine = np.flatnonzero(ground.addresses["kommunkod"].isin(hidden).to_numpy())
    remote = remoteness(ground.addresses["rutid"].to_numpy())
    cell, home = ground.features.cell, ground.households
    kommun = np.searchsorted(np.array(hidden), ground.addresses["kommunkod"].to_numpy()[mine].astype(str))
    out, curves, per_kommun = [], [], []
    for i, (m, t) in enumerate((level.measure, level.mbit) for level in LEVELS):
        q = {
            "modell": 1 - coverage[:, i],
            "jamnt": baselines.even(given.share[:, i], ground.index),
            "glesast": baselines.sparsest(given.share[:, i], ground.index, home, remote, cell),
        }
        order = {"modell": spreading.score[m], "jamnt": np.zeros(len(home)), "glesast": remote}
        u, w = truth.uncovered[mine, i], truth.households[mine]
        for method in METHODS:
            guess = q[method][mine]
            wrong = scores.misplaced(home[mine] * guess, w * u, cell[mine], kommun)
            wide = scores.misplaced(home[mine] * guess, w * u, _squares(given)[mine], kommun)
            out.append(
                {
                    "forsok": name,
                    "matt": m,
                    "troskel_mbit": t,
                    "metod": method,
                    "brier": scores.brier(guess, u, w),
                    "auc": scores.auc_within(guess, u, w, ground.index[mine]),
                    "auc_rangordning": scores.auc_within(order[method][mine], u, w, ground.index[mine]),
                    "kalibrering_lutning": scores.calibration_slope(guess, u, w),
                    "hushall_felplacerade": float(wrong.sum()),
                    "hushall_felplacerade_5km": float(wide.sum()),
                    "hushall_utan": float(w @ u),
                    "hushall": float(w.sum()),
                }
            )
            curves += [
                {
                    "forsok": name,
                    "matt": m,
                    "troskel_mbit": t,
                    "metod": method,
                    "sannolikhet": a,
                    "andel": b,
                    "hushall": c,
                }
                for a, b, c in scores.calibration_curve(guess, u, w)
            ]
            per_kommun += [
                {
                    "forsok": name,
                    "kommunkod": k,
                    "matt": m,
                    "troskel_mbit": t,
                    "metod": method,
                    "hushall_felplacerade": float(x),
                }
                for k, x in zip(hidden, wrong, strict=True)
            ]
    squares = held_squares(name, given, known, spreading, coverage, truth, mine)
    return Trial(name, len(spreading.model.taught_by), hidden, out, curves, squares, per_kommun)


def _squares(given: Inputs) -> NDArray[np.int64]:
    names = parent(given.ground.features.cells, SQUARE_M)
    return np.unique(names, return_inverse=True)[1].reshape(-1)[given.ground.features.cell]


def held_squares(
    name: str,
    given: Inputs,
    known: Evidence,
    spreading: model_steps.Spreading,
    coverage: Floats,
    truth: Truth,
    mine: NDArray[np.int64],
) -> pd.DataFrame:
    """Return the squares' intervals, of the hidden kommuner's own households, beside what is so."""
    import pandas as pd

    ground = given.ground
    neighbours = uncertainty.learnt(
        spreading.model, ground.features, known, ground.households, ground.index, ground.table
    )
    own = np.zeros(len(ground.households))
    own[mine] = ground.households[mine]
    table = uncertainty.square_table(
        ground.features,
        known,
        coverage,
        own,
        np.where(own > 0, ground.spread, 0.0),
        ground.addresses,
        ground.index,
        ground.table,
        neighbours,
    )
    real = np.zeros(len(own))
    real[mine] = truth.households[mine]
    place = _squares(given)
    rows = []
    for i, level in enumerate(LEVELS):
        lacking = np.nan_to_num(truth.uncovered[:, i])
        rows.append(
            pd.DataFrame(
                {
                    "forsok": name,
                    "matt": level.measure,
                    "troskel_mbit": level.mbit,
                    "ruta_5km": table["ruta_5km"],
                    "hushall": np.bincount(place, weights=real),
                    "vantat": table[level.without()],
                    "lag": table[level.limit("lag")],
                    "hog": table[level.limit("hog")],
                    "utfall": np.bincount(place, weights=real * lacking),
                }
            )
        )
    out = pd.concat(rows, ignore_index=True)
    out = out[out["hushall"] >= LEAST_HOUSEHOLDS].reset_index(drop=True)
    out["inom"] = (out["lag"] - 1e-9 <= out["utfall"]) & (out["utfall"] <= out["hog"] + 1e-9)
    return out
