"""Intervals from the model: per 5 × 5 km square from how neighbours go together, per kommun from PTS's bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.config.region import CLASSES
from pipelines.core import cell_grid
from pipelines.core.level import LEVELS, MEASURES
from pipelines.coverage.small_area import cluster_variance, intervals
from pipelines.coverage.small_area.cluster_variance import Parts, Together, estimate
from pipelines.coverage.small_area.contiguity import squares, villages
from pipelines.coverage.small_area.features import Features
from pipelines.coverage.small_area.fit import Model, kinds_of
from pipelines.coverage.small_area.intervals import Reach
from pipelines.coverage.small_area.shift import shift
from pipelines.evidence.decided import GRAINS
from pipelines.people.households import SHARED

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.evidence.decided import Evidence

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


WHOLE = 1e-6
"""A sum this near a whole number of households is that number."""


@dataclass(frozen=True)
class Neighbours:
    """How neighbours go together per measure and class (an index in CLASSES), and how far intervals reach."""

    together: dict[str, dict[int, Together]]
    reach: dict[str, Reach]


def learnt(
    model: Model, features: Features, evidence: Evidence, households: Floats, index: Ints, table: pd.DataFrame
) -> Neighbours:
    """Return how neighbours go together: from what the model missed on kommuner left out, else assumed."""
    if not model.taught_by:
        every = dict.fromkeys(range(len(CLASSES)), cluster_variance.ASSUMED)
        return Neighbours(dict.fromkeys(MEASURES, every), dict.fromkeys(MEASURES, Reach()))
    rows = np.flatnonzero(~np.isnan(model.left_out[MEASURES[0]]) & (households > 0))
    kinds, h = kinds_of(table), households[rows]
    village, square = (x[features.cell[rows]] for x in (villages(features.cells), squares(features.cells)))
    everywhere = np.ones(len(rows), dtype=bool)
    parts = Parts.of(village, square, index[rows])
    of_kind = [np.flatnonzero(kinds[index[rows]] == k) for k in range(len(CLASSES))]
    parts_of_kind = [Parts.of(village[x], square[x], index[rows][x]) if len(x) else None for x in of_kind]
    together: dict[str, dict[int, Together]] = {}
    reach: dict[str, Reach] = {}
    for m in MEASURES:
        happened = [1 - evidence.share[rows, i] for i, level in enumerate(LEVELS) if level.measure == m]
        q = [_as_if_unknown(model.left_out[m][rows], h, index[rows], u) for u in happened]
        by_kind = together[m] = {
            k: estimate(p, h[x], [c[x] for c in q], [u[x] for u in happened]) if p else cluster_variance.ASSUMED
            for k, (x, p) in enumerate(zip(of_kind, parts_of_kind, strict=True))
        }
        seen = [square_sums(parts, h, np.zeros(len(h)), c, everywhere, ~everywhere, by_kind, kinds) for c in q]
        known = np.concatenate([by_square(parts, h * u) for u in happened])
        whole = np.tile(by_square(parts, h), len(LEVELS.mbit))
        reach[m] = intervals.calibrated(intervals.joined(seen), known, whole)
    return Neighbours(together, reach)


def _as_if_unknown(score: Floats, households: Floats, index: Ints, uncovered: Floats) -> Floats:
    """Return the model's probabilities where evidence knows: each group's own total, spread by the score."""
    out = np.zeros(len(score))
    order = np.argsort(index, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(index[order])) + 1):
        h = households[members]
        total = float(h @ uncovered[members])
        out[members] = shift(total, h, score[members], np.zeros(len(members)), np.ones(len(members)))
    return out


def by_square(parts: Parts, values: Floats) -> Floats:
    """Sum addresses' values by square, in the order of the squares' names."""
    rows = parts.by_row(parts.by_village(values))
    names, at = np.unique(parts.square, return_inverse=True)
    return np.asarray(np.bincount(at.reshape(-1), rows, len(names)), dtype=np.float64)


def square_sums(
    parts: Parts,
    households: Floats,
    spread: Floats,
    q: Floats,
    open_: NDArray[np.bool_],
    listed: NDArray[np.bool_],
    together: dict[int, Together],
    kinds: Ints,
) -> intervals.Square:
    """Return what is known of each square, in the order of the squares' names.

    Parameters
    ----------
    households, spread : ndarray of float, shape (n,)
        Expected households of each address, and their variance.
    q : ndarray of float, shape (n,)
        Probability of being uncovered.
    open_, listed : ndarray of bool, shape (n,)
        Where the model says it, not evidence; where a list of addresses does, of which a row may lack.

    Notes
    -----
    The variance of an address's households without is v·q for where people live, and w²·q (1 − q) for whether it is
    covered, which goes together with its neighbours' where the model says it (:mod:`.cluster_variance`).
    """
    rows = cluster_variance.sums(parts, households, np.where(open_, q, 0.0))
    names, at = np.unique(parts.square, return_inverse=True)

    def by_name(values: Floats) -> Floats:
        return np.asarray(np.bincount(at.reshape(-1), values, len(names)), dtype=np.float64)

    lacking_row = np.where(listed, households**2 * q * (1 - q), 0.0)
    certain = parts.by_row(parts.by_village(q * spread + lacking_row))
    return intervals.Square(
        mean=by_square(parts, households * q),
        variance=by_name(rows.variance(together, kinds)),
        certain=SHARED * by_name(cluster_variance.within_group(certain, parts.group, len(kinds))),
    )


def square_table(
    features: Features,
    evidence: Evidence,
    coverage: Floats,
    households: Floats,
    spread: Floats,
    addresses: pd.DataFrame,
    index: Ints,
    table: pd.DataFrame,
    neighbours: Neighbours,
) -> pd.DataFrame:
    """Return the table ``osakerhet_5km`` without outlines: a row per 5 × 5 km square with addresses.

    Limits never fall as the threshold rises, and passerad's are never above tillgång's: what is uncovered
    at one is so at the other.
    """
    import pandas as pd

    village, square = (x[features.cell] for x in (villages(features.cells), squares(features.cells)))
    names, at = np.unique(square, return_inverse=True)
    parts, kinds = Parts.of(village, square, index), kinds_of(table)
    columns: dict[str, Floats] = {}
    above: dict[int, tuple[Floats, Floats]] = {}
    for m in MEASURES:
        before: tuple[Floats, Floats] | None = None
        for level in LEVELS.of(m):
            i, t = LEVELS.index(level), level.mbit
            open_, listed = (evidence.grain[:, i] == GRAINS.index(x) for x in ("statistik", "adress"))
            known = square_sums(
                parts, households, spread, 1 - coverage[:, i], open_, listed, neighbours.together[m], kinds
            )
            low, high = intervals.limits(known, neighbours.reach[m])
            if before is not None:
                low, high = np.fmax(low, before[0]), np.fmax(high, before[1])
            if m == "tillgang":
                above[t] = low, high
                columns[f"hushall_modellerade_{t}"] = by_square(parts, np.where(open_, households, 0.0))
            else:
                low, high = np.fmin(low, above[t][0]), np.fmin(high, above[t][1])
            before = low, high
            columns[level.without()] = known.mean
            columns[level.limit("lag")] = np.fmin(low, known.mean)
            columns[level.limit("hog")] = np.fmax(high, known.mean)
    out = pd.DataFrame(columns)
    out.insert(0, "hushall", np.bincount(at, weights=households))
    out.insert(0, "adresser", np.bincount(at))
    out.insert(0, "kommunkod", _most_households(at, households, addresses["kommunkod"]))
    out.insert(0, "ruta_5km", cell_grid.scb_id(names))
    return out.astype({"ruta_5km": "str", "kommunkod": "str", "adresser": "int64"})


def _most_households(at: Ints, households: Floats, kommunkod: pd.Series) -> NDArray[np.object_]:
    """Return per square the kommun with most households, else most addresses, else the lowest code."""
    import pandas as pd

    sums = pd.DataFrame({"at": at, "kommunkod": kommunkod.to_numpy(), "h": households, "n": 1})
    sums = sums.groupby(["at", "kommunkod"], as_index=False).sum()
    best = sums.sort_values(["at", "h", "n", "kommunkod"], ascending=[True, False, False, True])
    return best.drop_duplicates("at")["kommunkod"].to_numpy()


def kommun_table(wanted: pd.DataFrame, coverage: Floats, households: Floats, kommunkod: pd.Series) -> pd.DataFrame:
    """Return each kommun's interval, ``hushall_utan_t_lag`` and ``…_hog``: whole households, outward.

    PTS knows a kommun better than we do: the interval reaches from its lower bound to its upper (the same where PTS
    publishes the speed), and to our own figure where that is another. Why it is another, the reconciliation tells.
    """
    import pandas as pd

    classes = wanted[(wanted["omradestyp"] != "totalt") & (wanted["matt"] == "tillgang")]
    whole = wanted[(wanted["omradestyp"] == "totalt") & (wanted["matt"] == "tillgang")]
    divided = classes.groupby("kommunkod")["omradestyp"].nunique()
    rows = pd.concat([classes, whole[~whole["kommunkod"].isin(divided[divided == len(CLASSES)].index)]])
    out: dict[str, pd.Series] = {}
    for level in LEVELS.of("tillgang"):
        i = LEVELS.index(level)
        here = rows[rows["troskel_mbit"] == level.mbit]
        bound = (
            pd.DataFrame(
                {
                    "kommunkod": here["kommunkod"],
                    "low": here["hushall_pts"] * (1 - here["andel_ovre"]),
                    "high": here["hushall_pts"] * (1 - here["andel"]),
                }
            )
            .groupby("kommunkod")
            .sum()
        )
        ours = pd.Series(households * (1 - coverage[:, i])).groupby(kommunkod.to_numpy()).sum()
        both = bound.reindex(ours.index)
        low, high = (both[end].fillna(ours) for end in ("low", "high"))
        out[level.limit("lag")] = np.floor(np.minimum(ours, low) + WHOLE)
        out[level.limit("hog")] = np.ceil(np.maximum(ours, high) - WHOLE)
    return pd.DataFrame(out).rename_axis("kommunkod").reset_index()
