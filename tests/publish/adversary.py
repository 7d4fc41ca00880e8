"""The adversary: holds every published figure and knows the method; bounds each suppressed count by linear programs.

Unknown are each cell's expected households, those without access and those not passed at each threshold. Known:
every band, every told kommun figure, that 30 ⊆ 100 ⊆ 1000, that not passed ≤ without ≤ all, that a kommun is the
sum of its cells, and how each figure is told. Cells of one kommun with the same bands are one unknown sum and one
single cell, which gives the same bounds as one unknown each. Nothing here calls the program.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import coo_array

T = (30, 100, 1000)
NAMES = ("h", *(f"u{t}" for t in T), *(f"e{t}" for t in T))
BANDS = {"h": "hushall_band", **{f"u{t}": f"hushall_utan_{t}_band" for t in T}}
SUMS = {"h": "hushall_ca", **{f"u{t}": f"hushall_utan_{t}_ca" for t in T},
        **{f"e{t}": f"hushall_ej_passerade_{t}_ca" for t in T}}  # fmt: skip
NESTED = [("u30", "u100"), ("u100", "u1000"), ("u1000", "h"), ("e30", "e100"), ("e100", "e1000")]
LEAST = 1e-5
"""What is told as some is not nothing, and an upper end is not reached: a solution only there is none."""
SEEN = 5e-3
NESTED += [(f"e{t}", f"u{t}") for t in T]


def band(text: str) -> tuple[float, float]:
    """Return the ends of a band of expected counts: «1–4» is above 0 and below 5, «1–» above 0."""
    if text == "0":
        return 0.0, 0.0
    low, high = text.split("–")
    return (LEAST if low == "1" else float(low)), (float(high) + 1 - LEAST if high else np.inf)


def told(value: float | None, g: int) -> tuple[float, float]:
    """Return the ends of what a rounded count stands for."""
    if pd.isna(value):
        return LEAST, g - LEAST
    return (0.0, 0.0) if value == 0 else (max(value - g, g), value + g - LEAST)


@dataclass
class Knowledge:
    """What more the adversary holds, for the controls and for known background.

    Attributes
    ----------
    trusting : bool
        Takes the bands of cells with few addresses at their word; otherwise only what the method says of them.
    exact : dict
        (kommun code, unknown) → ends of the kommun's sum.
    groups : list
        Pairs of a set of cell ids and, per unknown, the ends of their sum (an area's sums).
    pts : int or None
        The threshold at which PTS's share is known to be ours.
    """

    trusting: bool = False
    exact: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    groups: list[tuple[frozenset[str], dict[str, tuple[float, float]]]] = field(default_factory=list)
    pts: int | None = None


class Problem:
    """Variables with bounds, and rows ``low ≤ Σ factor · variable ≤ high``."""

    def __init__(self) -> None:
        self.at: dict[object, int] = {}
        self.bounds: list[tuple[float, float]] = []
        self.rows: list[tuple[list[tuple[int, float]], float, float]] = []

    def variable(self, key: object, low: float, high: float) -> int:
        if key not in self.at:
            self.at[key] = len(self.bounds)
            self.bounds.append((low, high))
        k = self.at[key]
        self.bounds[k] = max(self.bounds[k][0], low), min(self.bounds[k][1], high)
        return k

    def row(self, terms: list[tuple[int, float]], low: float, high: float) -> None:
        if np.isfinite(low) or np.isfinite(high):
            self.rows.append((terms, low, high))

    def ranges(
        self, wanted: list[int], ends: dict[int, tuple[float, float]]
    ) -> dict[int, tuple[float, float]]:
        """Return the least and most of variables, or nothing where nothing is possible.

        Every solution found also shows what the other variables can be: one already seen within a hundredth of
        its end in ``ends`` is not asked for again, since it can reach no further.
        """
        upper = [(t, h) for t, _, h in self.rows if np.isfinite(h)]
        upper += [([(i, -f) for i, f in t], -low) for t, low, _ in self.rows if np.isfinite(low)]
        where = [(r, i, f) for r, (t, _) in enumerate(upper) for i, f in t]
        r, i, f = (np.array(x) for x in zip(*where, strict=True))
        matrix = coo_array((f, (r, i)), shape=(len(upper), len(self.bounds))).tocsr()
        right = np.array([h for _, h in upper])
        bounds = [(low, None if np.isinf(high) else high) for low, high in self.bounds]
        least, most = np.full(len(bounds), np.inf), np.full(len(bounds), -np.inf)
        # First all at once, which shows most of the ends; then each that has not been seen at its own.
        for sign, goals in ((1, [wanted, *([k] for k in wanted)]), (-1, [wanted, *([k] for k in wanted)])):
            for goal in goals:
                seen = (
                    least[goal[0]] <= ends[goal[0]][0] + SEEN
                    if sign > 0
                    else most[goal[0]] >= ends[goal[0]][1] - SEEN
                )
                if len(goal) == 1 and seen:
                    continue
                costs = np.zeros(len(bounds))
                costs[goal] = sign
                result = linprog(costs, A_ub=matrix, b_ub=right, bounds=bounds, method="highs")
                if result.status == 2:
                    return {}
                if result.status == 0:
                    least, most = np.minimum(least, result.x), np.maximum(most, result.x)
                elif len(goal) == 1:
                    most[goal] = np.inf
        return {k: (float(least[k]), float(most[k])) for k in wanted}


def attack(
    editions: list[dict[str, pd.DataFrame]], g: int = 5, more: Knowledge | None = None
) -> pd.DataFrame:
    """Return the bounds of every suppressed count of the last edition, and of the kommuner's.

    Of several editions, a cell whose row is the same in all is taken to hold the same counts in all.

    Returns
    -------
    DataFrame
        ``kommunkod``, ``edition``, ``cells`` (their ids; empty for a kommun's sum), ``name``, ``low``, ``high``.
    """
    more = more or Knowledge()
    found: list[tuple[str, int, tuple[str, ...], str, float, float]] = []
    for code in sorted(editions[0]["kommuner"]["kommunkod"]):
        problem, targets = _kommun(code, editions, g, more)
        at = {problem.at[key]: about for key, about in targets.items()}
        ends = problem.ranges(list(at), dict.fromkeys(at, (0.0, float(g)))) if at else {}
        found += [(code, *at[k], *ends[k]) for k in ends]
    return pd.DataFrame(found, columns=["kommunkod", "edition", "cells", "name", "low", "high"])


def _kommun(code: str, editions: list[dict[str, pd.DataFrame]], g: int, more: Knowledge):
    frames = [e["rutnat_250m"].set_index("rutid_scb") for e in editions]
    frames = [f[f["kommunkod"] == code] for f in frames]
    looks: dict[object, list[str]] = {}
    for rutid in frames[0].index:
        look = tuple(_look(f.loc[rutid]) for f in frames)
        inside = tuple(rutid in ids for ids, _ in more.groups)
        looks.setdefault((look, inside), []).append(rutid)
    problem, targets = Problem(), {}
    terms: dict[tuple[int, str], list[tuple[int, float]]] = {
        (e, n): [] for e in range(len(editions)) for n in NAMES
    }
    grouped: dict[tuple[int, str], list[tuple[int, float]]] = {}
    for (look, inside), ids in looks.items():
        for part, many in (("one", 1), ("rest", len(ids) - 1)):
            for e, own in enumerate(look) if many else ():
                same = 0 if len(set(look)) == 1 else e
                for name in NAMES:
                    low, high = _ends(own, name, more.trusting, g)
                    key = (look, inside, part, same, name)
                    terms[e, name].append((problem.variable(key, many * low, many * high), 1.0))
                    for j in (j for j, hit in enumerate(inside) if hit and e == 0):
                        grouped.setdefault((j, name), []).append((problem.at[key], 1.0))
                    if part == "one" and name in BANDS and _suppressed(own, name, g):
                        targets[key] = (e, tuple(ids), name)
                for less, whole in NESTED if same == e else ():
                    pair = [
                        (problem.at[look, inside, part, same, x], f) for x, f in ((less, 1.0), (whole, -1.0))
                    ]
                    problem.row(pair, -np.inf, 0.0)
    for (j, name), parts in grouped.items():
        if name in more.groups[j][1] and set(more.groups[j][0]) <= set(frames[0].index):
            problem.row(parts, *more.groups[j][1][name])
    for e, edition in enumerate(editions):
        row = edition["kommuner"].set_index("kommunkod").loc[code]
        _sums(problem, targets, row, edition, e, terms, code, g, more)
    return problem, targets


def _sums(
    problem, targets, row: pd.Series, edition, e: int, terms, code: str, g: int, more: Knowledge
) -> None:
    total = {}
    for name in NAMES:
        low, high = more.exact.get((code, name), told(row[SUMS[name]], g))
        k = total[name] = problem.variable(("sum", e, name), low, high)
        problem.row([*terms[e, name], (k, -1.0)], 0.0, 0.0)
        if pd.isna(row[SUMS[name]]):
            targets["sum", e, name] = (e, (), name)
    for t, (letter, share) in product(T, (("u", "andel"), ("e", "andel_passerade"))):
        lacking = total[f"{letter}{t}"]
        rest = [(total["h"], 1.0), (lacking, -1.0)]
        pct, sign = row[f"{share}_{t}_pct"], row[f"{share}_{t}_olikhet"]
        if sign == "<":
            problem.row(rest, LEAST, g - LEAST)
        elif pct == 0:
            problem.row(rest, 0.0, 0.0)
        elif (
            pd.isna(pct) and pd.notna(row[SUMS["h"]]) and row[SUMS["h"]] == 2 * g
        ):  # both some, together fewer than two thresholds
            problem.row([(total["h"], 1.0)], -np.inf, 2.0 * g - LEAST)
        if more.pts == t and pd.notna(pts := row[f"pts_{share}_{t}_pct"]):
            # A whole number may be a coarse one, if what is told of the reconciliation does not say otherwise.
            fine = pts % 1 or (
                "decimaler" in edition and edition["decimaler"].at[code, f"pts_{share}_{t}_pct"] == 1
            )
            half = 0.05 if fine else 0.5
            low, high = max(pts - half, 0), min(pts + half, 100)
            problem.row([(lacking, 1.0), (total["h"], -(1 - high / 100))], 0.0, np.inf)
            problem.row([(lacking, 1.0), (total["h"], -(1 - low / 100))], -np.inf, 0.0)


def _look(row: pd.Series) -> tuple[str, ...]:
    return (row["adresser_band"], *(row[c] for c in BANDS.values()))


def _suppressed(look: tuple[str, ...], name: str, g: int) -> bool:
    return look[1 + list(BANDS).index(name)] == f"1–{g - 1}"


def _ends(look: tuple[str, ...], name: str, trusting: bool, g: int) -> tuple[float, float]:
    """Return what a cell's row says of one unknown: the rest follows from nesting."""
    if name not in BANDS:
        return 0.0, np.inf
    few = look[0] == f"1–{g - 1}"
    if few and name != "h" and not trusting:
        return 0.0, np.inf
    return band(look[1 + list(BANDS).index(name)])
