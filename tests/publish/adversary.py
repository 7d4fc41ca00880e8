"""The adversary: holds every published figure and all that anybody can look up, and knows the method.

Looked up are the addresses of every cell, and by SCB's squares and PTS's tables each cell's expected households (the
square's own, per address). Unknown are the households without access and those not passed at each threshold. Told
are every cell's classes, the gap areas, and the kommuner. Known of the method is that a kommun is the sum of its cells
and that 30 ⊆ 100 ⊆ 1000, not passed ⊆ without ⊆ all. He bounds each suppressed count by linear programs.

Cells of one kommun whose rows are alike are one unknown sum, which bounds the kommun as one unknown each would: what
is possible for the sum is possible with the same shares in each of them. Nothing here calls the program.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import coo_array

T = (30, 100, 1000)
LEVELS = (*(f"u{t}" for t in T), *(f"e{t}" for t in T))
"""Households without access (u) and not passed (e)."""
CLASS = {**{f"u{t}": f"klass_tillgang_{t}" for t in T}, **{f"e{t}": f"klass_passerad_{t}" for t in T}}
SUMS = {**{f"u{t}": f"hushall_utan_{t}_ca" for t in T}, **{f"e{t}": f"hushall_ej_passerade_{t}_ca" for t in T}}
SHARES = {**{f"u{t}": f"andel_{t}" for t in T}, **{f"e{t}": f"andel_passerade_{t}" for t in T}}
PAIRS = {**{f"u{t}": (t, "tillgang") for t in T}, **{f"e{t}": (t, "passerad") for t in T}}
NESTED = [("u30", "u100"), ("u100", "u1000"), ("e30", "e100"), ("e100", "e1000"), *((f"e{t}", f"u{t}") for t in T)]
WITHOUT = {
    "utan": (0.95, 1.0),
    "mindre_del": (0.5, 0.95),
    "storre_del": (0.05, 0.5),
    "tackt": (0.0, 0.05),
    "fa_under_halften": (0.5, 1.0),
    "fa_minst_halften": (0.0, 0.5),
    "ej_redovisad": (0.0, 1.0),
    "ingen_adress": (0.0, 0.0),
}
"""The least and most share of a cell's addresses without, by its class, as the documentation has it."""
LEAST = 1e-5
"""What is told as some is not nothing, and an upper end is not reached: a solution only there is none."""
SEEN = 5e-3
TOGETHER = 2_000
"""Unknowns of the kommuner whose programs are solved as one; a large one is solved sooner by itself."""

AREA_TABLES = ("bristomraden", "projekt")
"""Tables that tell of sets of cells; each has its cells in ``rutid``."""


def told(value: float | None, g: int) -> tuple[float, float]:
    """Return the ends of what a rounded count stands for."""
    if pd.isna(value):
        return LEAST, g - LEAST
    return (0.0, 0.0) if value == 0 else (max(value - g, g), value + g - LEAST)


@dataclass
class Knowledge:
    """What the adversary holds besides what is published.

    Attributes
    ----------
    households : str
        *kanda*: each cell's households; *kvadrat*: only that those of a square kilometre share one number of
        households per address; *okanda*: nothing.
    exact : dict
        (kommun code, unknown) → ends of the kommun's sum, for the controls.
    counts : dict
        (cell id, unknown) → ends of a cell's count, for the controls; it is then looked for, too. «h» is its
        households.
    groups : list
        Sets of cell ids and, per unknown, the ends of their sum, for the controls.
    pts : int or None
        The threshold at which PTS's share is known to be ours.
    """

    households: str = "kanda"
    exact: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    counts: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    groups: list[tuple[frozenset[str], dict[str, tuple[float, float]]]] = field(default_factory=list)
    pts: int | None = None


class Problem:
    """Variables with bounds, and rows ``low ≤ Σ factor · variable ≤ high``."""

    def __init__(self) -> None:
        self.at: dict[Any, int] = {}
        self.bounds: list[tuple[float, float]] = []
        self.rows: list[tuple[list[tuple[int, float]], float, float]] = []

    def variable(self, key: Any, low: float = 0.0, high: float = np.inf) -> int:
        if key not in self.at:
            self.at[key] = len(self.bounds)
            self.bounds.append((low, high))
        k = self.at[key]
        self.bounds[k] = max(self.bounds[k][0], low), min(self.bounds[k][1], high)
        return k

    def row(self, terms: list[tuple[int, float]], low: float, high: float) -> None:
        if np.isfinite(low) or np.isfinite(high):
            self.rows.append((terms, low, high))


def ranges(problems: list[tuple[Problem, dict[int, float]]]) -> list[dict[int, tuple[float, float]]]:
    """Return, for each problem, the least and most of its wanted variables, or nothing where nothing is possible.

    What is wanted has its highest end with it. Every solution found also shows what the others can be: one already
    seen near its end is not asked for again. The problems have nothing in common and are solved side by side as one;
    only when that has no solution, each by itself.
    """
    first = np.cumsum([0, *(len(problem.bounds) for problem, _ in problems)])
    upper = []
    for (problem, _), start in zip(problems, first, strict=False):
        for t, low, high in problem.rows:
            upper += [([(start + i, sign * f) for i, f in t], sign * end)
                      for sign, end in ((1, high), (-1, low)) if np.isfinite(end)]  # fmt: skip
    where = [(r, i, f) for r, (t, _) in enumerate(upper) for i, f in t]
    r, i, f = (np.array(x) for x in zip(*where, strict=True))
    matrix = coo_array((f, (r, i)), shape=(len(upper), first[-1])).tocsr()
    right = np.array([h for _, h in upper])
    bounds = np.array([b for problem, _ in problems for b in problem.bounds])
    least, most = np.full(len(bounds), np.inf), np.full(len(bounds), -np.inf)
    ends = [
        {int(start + k): end for k, end in wanted.items()} for (_, wanted), start in zip(problems, first, strict=False)
    ]
    for sign in (1, -1):
        left = [[[*own], *([k] for k in own)] for own in ends]
        while any(left):
            goals = []
            for waiting, own in zip(left, ends, strict=True):
                while waiting:
                    goal = waiting.pop(0)
                    seen = least[goal[0]] <= SEEN if sign > 0 else most[goal[0]] >= own[goal[0]] - SEEN
                    if len(goal) > 1 or not seen:
                        goals.append(goal)
                        break
            if not goals:
                break
            costs = np.zeros(len(bounds))
            costs[np.concatenate(goals)] = sign
            result = linprog(costs, A_ub=matrix, b_ub=right, bounds=bounds, method="highs")
            if result.status == 0:
                least, most = np.minimum(least, result.x), np.maximum(most, result.x)
            elif len(problems) > 1:
                return [x for problem in problems for x in ranges([problem])]
            elif result.status == 2:
                return [{}]
            elif len(goals[0]) == 1:
                most[goals[0]] = np.inf
    return [
        {k: (float(least[start + k]), float(most[start + k])) for k in wanted}
        for (_, wanted), start in zip(problems, first, strict=False)
    ]


Edition = dict[str, pd.DataFrame]
"""``rutnat_250m``, ``kommuner``; ``bristomraden`` with the column ``rutid`` (its cells, a frozenset); ``delar``: what
is looked up, a row a cell and kommun with ``rutid_scb``, ``kommunkod``, ``n``, ``h``."""
FOUND = ["kommunkod", "edition", "cell", "name", "low", "high", "end"]


def attack(editions: list[Edition], g: int = 5, more: Knowledge | None = None) -> pd.DataFrame:
    """Return the bounds of every suppressed count of every edition: those of kommuner, and known cells'.

    A cell whose row is the same in all editions is taken to hold the same counts in all.

    Returns
    -------
    DataFrame
        ``kommunkod``, ``edition``, ``cell`` (empty for a kommun's sum), ``name``, ``low``, ``high``, and ``end``: the
        highest it could be for who has looked up what there is, and nothing else. ``attrs["omojliga"]`` lists the
        kommuner where nothing is possible: what he took for granted is not so there.
    """
    more = more or Knowledge()
    found: list[tuple[Any, ...]] = []
    impossible: list[str] = []
    codes = sorted({k for e in editions for k in e["kommuner"]["kommunkod"]})
    members = [_members(e) for e in editions]
    by_kommun = [dict(list(e["delar"].groupby("kommunkod"))) for e in editions]
    rows = [_rows(e) for e in editions]
    sums = [e["kommuner"].set_index("kommunkod").to_dict("index") for e in editions]
    attackers = [_Attacker(c, editions, rows, [b.get(c) for b in by_kommun], members, sums, g, more) for c in codes]
    attackers = [a for a in attackers if a.targets]
    group = np.cumsum([len(a.problem.bounds) for a in attackers]) // TOGETHER
    for k in np.unique(group):
        some = [a for a, own in zip(attackers, group, strict=True) if own == k]
        wanted = [(a.problem, {i: t[3] for i, t in a.targets.items()}) for a in some]
        for a, ends in zip(some, ranges(wanted), strict=True):
            if not ends:
                impossible.append(a.code)
            found += [(a.code, *a.targets[i][:3], *ends[i], a.targets[i][3]) for i in ends]
    out = pd.DataFrame(found, columns=FOUND)
    out.attrs["omojliga"] = impossible
    return out


def narrowed(found: pd.DataFrame, slack: float = 1e-2) -> pd.DataFrame:
    """Return the suppressed counts that are known better than by their band and what can be looked up."""
    return found[(found["low"] > slack) | (found["high"] < found["end"] - slack)]


def _rows(edition: Edition) -> dict[str, tuple[tuple[str, ...], str, float]]:
    """Return what is told of each cell that parts lie in: its classes and band; and all its addresses."""
    whole = edition["delar"].groupby("rutid_scb")["n"].sum()
    cells = edition["rutnat_250m"].set_index("rutid_scb").loc[whole.index]
    classes = zip(*(cells[CLASS[n]] for n in LEVELS), strict=True)
    return dict(zip(whole.index, zip(classes, cells["adresser_band"], whole, strict=True), strict=True))


def _members(edition: Edition) -> dict[str, list[tuple[tuple[str, int], str]]]:
    """Return the gap areas and projects of each cell: table and row, and level."""
    out: dict[str, list[tuple[tuple[str, int], str]]] = defaultdict(list)
    names = {pair: name for name, pair in PAIRS.items()}
    for table in AREA_TABLES:
        for i, area in enumerate(edition[table].itertuples() if table in edition else ()):
            for cell in area.rutid:
                out[cell].append(((table, i), names[area.troskel_mbit, area.matt]))
    return out


class _Attacker:
    """One kommun's system."""

    def __init__(self, code, editions, rows, parts, members, sums, g, more) -> None:
        self.code, self.editions, self.g, self.more = code, editions, g, more
        self.problem = Problem()
        self.targets: dict[int, tuple[int, str, str, float]] = {}
        terms: dict[Any, list[tuple[int, float]]] = defaultdict(list)
        for look, total in self._looks(rows, parts, members).items():
            for e, own in enumerate(look):
                if own is not None:
                    same = "alla" if len(set(look)) == 1 else e
                    self._group(e, same, look, own, total[e], terms)
        for e, edition in enumerate(editions):
            self._areas(e, edition, terms)
            if code in sums[e]:
                self._sums(e, sums[e][code], edition, terms)
        for j, (_, ends) in enumerate(more.groups):
            for name, (low, high) in ends.items():
                self.problem.row(terms["set", j, name], low, high)

    def _looks(self, rows, parts, members) -> dict[Any, list[tuple[float, float]]]:
        """Group the kommun's parts by how they look in every edition; per edition their addresses and households."""
        looks: dict[str, list[Any]] = defaultdict(lambda: [None] * len(parts))
        sizes: dict[str, list[tuple[float, float]]] = defaultdict(lambda: [(0.0, 0.0)] * len(parts))
        known = {cell for cell, _ in self.more.counts}
        size: dict[str, set[tuple[float, float]]] = defaultdict(set)
        for own in parts:
            for part in () if own is None else own.itertuples():
                size[part.rutid_scb].add((part.n, part.h))
        grown = {cell: len(x) > 1 for cell, x in size.items()}  # other addresses or households: no longer the same
        for e, own in enumerate(parts):
            if own is None:
                continue
            for part in own.itertuples():
                classes, band, total = rows[e][part.rutid_scb]
                # Of a cell on a border the class says less of each kommun's part.
                others = (total - part.n) / total
                alone = part.rutid_scb if others or part.rutid_scb in known else ""
                square = _square(part.rutid_scb) if self.more.households == "kvadrat" else ""
                areas = tuple(members[e].get(part.rutid_scb, ())) if not others else ()
                sets = tuple(j for j, (ids, _) in enumerate(self.more.groups) if part.rutid_scb in ids)
                looks[part.rutid_scb][e] = (
                    classes,
                    band,
                    alone,
                    square,
                    areas,
                    sets,
                    others,
                    e if grown[part.rutid_scb] else "",
                )
                sizes[part.rutid_scb][e] = (part.n, part.h)
        out: dict[Any, list[tuple[float, float]]] = {}
        for cell, look in looks.items():
            before = out.get(tuple(look), [(0.0, 0.0)] * len(parts))
            out[tuple(look)] = [(a + c, b + d) for (a, b), (c, d) in zip(before, sizes[cell], strict=True)]
        return out

    def _group(self, e, same, look, own, total, terms) -> None:
        """Add the unknowns of a group of parts, what its classes say and what nests."""
        classes, _, alone, square, areas, sets, others, _ = own
        problem, (n, h) = self.problem, total
        at = {name: problem.variable((look, same, name)) for name in LEVELS}
        if self.more.households == "kanda":
            every, fixed = problem.variable((look, same, "h"), h, h), 1.0
        elif self.more.households == "kvadrat":
            every, fixed = problem.variable(("per", square, same)), n
        else:
            every, fixed = problem.variable((look, same, "h")), 1.0
        terms[e, "h"].append((every, fixed))
        problem.row([(every, fixed)], *self.more.counts.get((alone, "h"), (0.0, np.inf)))
        for name, klass in zip(LEVELS, classes, strict=True):
            least, most = WITHOUT[klass]
            mine = 1 - others
            least, most = max(0.0, (least - others) / mine), min(1.0, most / mine)
            problem.row([(at[name], 1.0), (every, -least * fixed)], 0.0, np.inf)
            problem.row([(at[name], 1.0), (every, -most * fixed)], -np.inf, 0.0)
            terms[e, name].append((at[name], 1.0))
            for j in sets:
                terms["set", j, name].append((at[name], 1.0))
            if ends := self.more.counts.get((alone, name)):
                problem.variable((look, same, name), *ends)
                self.targets[at[name]] = (e, alone, name, ends[1])
        for less, more in NESTED:
            problem.row([(at[less], 1.0), (at[more], -1.0)], -np.inf, 0.0)
        for area, name in areas:
            terms["area", e, area, "u"].append((at[name], 1.0))
            terms["area", e, area, "h"].append((every, fixed))
            terms["area", e, area, "n"].append((every, 1.0))

    def _areas(self, e, edition, terms) -> None:
        """Add what is told of the gap areas and projects that lie whole in the kommun."""
        some = [table for table in AREA_TABLES if table in edition]
        own = set(edition["delar"].loc[edition["delar"]["kommunkod"] == self.code, "rutid_scb"]) if some else set()
        for table in some:
            for i, area in enumerate(edition[table].itertuples()):
                at = (table, i)
                if area.kommuner == self.code and area.rutid <= own and terms.get(("area", e, at, "u")):
                    ends = (area.hushall_utan_minst, area.hushall_utan_hogst)
                    self.problem.row(terms["area", e, at, "u"], *map(float, ends))
                    if table == "bristomraden":
                        ends = (area.hushall_minst, area.hushall_hogst)
                        self.problem.row(terms["area", e, at, "h"], *map(float, ends))

    def _sums(self, e, row, edition, terms) -> None:
        """Add what is told of the kommun, and say which of its counts are suppressed."""
        g, more, problem = self.g, self.more, self.problem
        known = np.inf
        every = problem.variable(("sum", e, "h"), *told(row["hushall_ca"], g))
        problem.row([*terms[e, "h"], (every, -1.0)], 0.0, 0.0)
        if more.households == "kanda":
            known = sum(problem.bounds[k][0] for k, _ in terms[e, "h"])
        for name in LEVELS:
            pct, sign = row[f"{SHARES[name]}_pct"], row[f"{SHARES[name]}_olikhet"]
            # Where few have coverage, those without are told as all households are.
            low, high = (0.0, np.inf) if sign == "<" else told(row[SUMS[name]], g)
            ends = more.exact.get((self.code, name))
            lacking = problem.variable(("sum", e, name), *(ends or (low, high)))
            problem.row([*terms[e, name], (lacking, -1.0)], 0.0, 0.0)
            covered = problem.variable(("rest", e, name))
            problem.row([(every, 1.0), (lacking, -1.0), (covered, -1.0)], 0.0, 0.0)
            if pd.isna(row[SUMS[name]]):
                self.targets[lacking] = (e, "", name, min(float(g), known))
            if sign == "<":
                problem.variable(("rest", e, name), LEAST, g - LEAST)
                self.targets[covered] = (e, "", f"har {name}", min(float(g), known))
            elif pct == 0:
                problem.variable(("rest", e, name), 0.0, 0.0)
            if more.pts == PAIRS[name][0] and pd.notna(pts := row[f"pts_{SHARES[name]}_pct"]):
                # A whole number may be a coarse one, if what is told of the reconciliation does not say otherwise.
                column = f"pts_{SHARES[name]}_pct"
                fine = pts % 1 or ("decimaler" in edition and edition["decimaler"].at[self.code, column] == 1)
                half = 0.05 if fine else 0.5
                low, high = max(pts - half, 0), min(pts + half, 100)
                problem.row([(lacking, 1.0), (every, -(1 - high / 100))], 0.0, np.inf)
                problem.row([(lacking, 1.0), (every, -(1 - low / 100))], -np.inf, 0.0)


def _square(rutid_scb: str) -> str:
    return f"{int(rutid_scb[:6]) // 1000}-{int(rutid_scb[6:]) // 1000}"


def counts_left(klass: str, addresses: int) -> list[int]:
    """Return how many of so many addresses can be without, for who knows that each has it or has not.

    >>> counts_left("storre_del", 6), counts_left("fa_under_halften", 1)
    ([1, 2, 3], [1])
    """
    open_below = {"utan", "mindre_del", "storre_del", "fa_under_halften"}  # a limit belongs to the class above
    least, most = WITHOUT[klass]
    return [
        x
        for x in range(addresses + 1)
        if x <= most * addresses + 1e-9
        and (x > least * addresses + 1e-9 or (klass not in open_below and x >= least * addresses))
    ]
