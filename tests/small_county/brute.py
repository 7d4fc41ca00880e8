"""The small county computed again: plain Python, shapely, row by row. Shares no code with the pipeline.

Definitions are those of the design; where it leaves a choice, the choice made here is:

* A cell "overlaps" land when the common area is above 0; touching is not enough.
* A point on the border of a tätort or småort lies in it (as polygons of evidence include their border).
* A square of SCB with no land in any kommun is the län's when one of its addresses is; else it is outside.
* A 1 km square with 250 m squares has, beside theirs, as many people as it exceeds their sum by (in a mixed file:
  as it says). They live on its addresses outside the 250 m squares; when it has none, on all its addresses. Their
  share in the län is that of the land outside the 250 m squares; where that has none, of all its land.
* A square of SCB counts by the share of its land inside the län before its people are placed, whether its
  addresses lie in the län's polygon or not.
* Squares of equal distance, addresses of equal distance: the lowest `adress_id`, also for rows by `e,n`, so a
  row at the very point of two addresses names one of them.
* When a class has more households to leave uncovered than its undecided addresses can take, each takes its most,
  those without households too; when it has fewer than they must take, each takes its least.
* A class with households at PTS but no address here merges into the other: households are added, the target
  is the sum of both classes' targets, so the share is weighted by households.
* `pts_andel_t` is PTS's row as published; only benchmarks per class are raised.
* A planned row counts whatever its speed and `andel`, if its technique is fixed.
* A cell's `andel` also decides `max_ned_mbit` when positive, at whatever address of the cell.
* A cell with as many addresses in two kommuner (classes) belongs to the one with most land there ("where most
  addresses lie, else most land"), then to the lowest code (of classes: the first by alphabet).
* A cell without any known speed has `okand` technique when one of its addresses has, else `ingen`.
* Where several λ meet the rest, the addresses with households are the same for all of them; those without
  follow the least λ here, and are marked `loose` when another λ would give them another probability.
* Of the open edition a row counts for an address when the file may be published for the address's kommun, wherever
  the address lies; a row by `e,n` finds its address before that is asked.
* Without polygons of localities: 1 km squares by falling number of people until their share of the kommun's
  people reaches PTS's tät share of its households; the square that crosses the limit is tätbebyggd, and so is
  its land in that kommun. People here are those of the square that live in the län, on the kommun's own
  addresses in the square; people moved there from squares without addresses make no square denser.

Exact rational numbers are used for people, households and probabilities; areas are floats.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from shapely.geometry import Point, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from . import inputs
from .inputs import CLASSES, FIXED, MEASURES, TECHNIQUES, THRESHOLDS, Address, County

LAN = [(k, n, g) for k, n, g in inputs.KOMMUNER if k.startswith("99")]
WATER = unary_union([g for kind, g in inputs.MARK if kind in inputs.WATER])
LAND = {k: g.difference(WATER) for k, _, g in inputs.KOMMUNER}
LAN_CODES = [k for k, *_ in LAN]
NAMES = {k: n for k, n, _ in LAN}
Cell = tuple[int, int]
Pair = tuple[str, int]
PAIRS: list[Pair] = [(m, t) for m in MEASURES for t in THRESHOLDS]
LEVELS = ("adress", "ruta", "omrade")


@dataclass
class Facts:
    """What is computed for one address."""

    address: Address
    cell: Cell
    klass: str = ""
    people: Fraction = Fraction(0)
    households: Fraction = Fraction(0)
    workplaces: Fraction = Fraction(0)
    level: dict[Pair, str] = field(default_factory=dict)  # of the pairs that evidence decides
    p: dict[Pair, Fraction] = field(default_factory=dict)
    max_ned: float | None = None
    best: str = "okand"
    planned_row: bool = False
    loose: bool = False

    @property
    def planned(self) -> bool:
        return self.planned_row and self.p["tillgang", THRESHOLDS[-1]] < 1

    def has(self, measure: str) -> bool:
        lowest = measure, THRESHOLDS[0]
        return lowest in self.level and self.p[lowest] >= Fraction(1, 2)

    @property
    def status(self) -> str:
        for measure in MEASURES:
            if self.has(measure):
                return measure
        if self.planned_row:
            return "planerad"
        return "ingen" if ("tillgang", THRESHOLDS[0]) in self.level else "okand"

    @property
    def underlag(self) -> str:
        return common(self.level.get(pair, "statistik") for pair in PAIRS)


@dataclass
class Answer:
    """Rows by key, each a plain dict of column → value."""

    rutnat_250m: dict[str, dict]
    rutnat_delar: dict[tuple[str, str, str], dict]
    kommuner: dict[str, dict]
    lan: dict[str, dict]
    adresser: dict[str, dict]
    oppna_rutor: dict[str, dict]
    facts: list[Facts]
    open_facts: list[Facts]


def common(values: Iterable[str]) -> str:
    """Return the value that all have, `blandat` when they differ, `ingen` when there are none."""
    found = set(values)
    return found.pop() if len(found) == 1 else "blandat" if found else "ingen"


def square_of(e: float, n: float, side: int) -> Cell:
    """Lower-left corner of the half-open square that holds a point.

    >>> square_of(401000, 6400999.25, 250)
    (401000, 6400750)
    """
    return math.floor(e / side) * side, math.floor(n / side) * side


def compute(c: County) -> Answer:
    facts = [Facts(a, square_of(a.e, a.n, 250)) for a in c.addresses]
    place_people(c, facts)
    towns = classify(c, facts)
    land = land_of_parts(towns)
    groups = households(c, facts)
    bare = [replace(f, level={}, p={}) for f in facts]
    for run, used in ((facts, lambda fil, kommun: True), (bare, lambda *file: file in c.published)):
        evidence(c, run, used)
        statistics(c, run, groups)
    return summaries(c, facts, bare, land)


# --- people -------------------------------------------------------------------------------------------


def squares_of(c: County) -> list[tuple[int, int, int, int]]:
    """SCB's squares as E, N, side, people; a 1 km square with 250 m squares holds those outside them."""
    squares = [(e, n, 250, p) for e, n, p in c.quarter]
    for e, n, p in c.km:
        inside = sum(q for *cell, q in c.quarter if square_of(*cell, 1000) == (e, n))
        squares.append((e, n, 1000, p if c.mixed else max(p - inside, 0)))
    return squares


def holes_of(c: County, e: int, n: int, side: int) -> tuple[Cell, ...]:
    """Return the 250 m squares that are cut out of a 1 km square."""
    return tuple((a, b) for a, b, _ in c.quarter if side == 1000 and square_of(a, b, 1000) == (e, n))


def homes(c: County, facts: list[Facts]) -> Iterable[tuple[Fraction, list[Facts], tuple[float, float]]]:
    """Give each square's people in the län, the addresses in it that are theirs, and its middle."""
    for e, n, side, people in squares_of(c):
        all_here = [f for f in facts if square_of(f.address.e, f.address.n, side) == (e, n)]
        holes = holes_of(c, e, n, side)
        outside = [f for f in all_here if f.cell not in holes]
        share = share_in_lan(e, n, side, bool(all_here), holes)
        yield people * share, outside or all_here, (e + side / 2, n + side / 2)


@functools.cache
def share_in_lan(e: int, n: int, side: int, has_address: bool, holes: tuple[Cell, ...]) -> Fraction:
    """Return the square's land in the län ÷ its land in all known kommuner, both outside the holes."""
    whole = box(e, n, e + side, n + side)
    square = whole.difference(unary_union([box(a, b, a + 250, b + 250) for a, b in holes]))
    if not any(land.intersection(square).area for land in LAND.values()):
        square = whole
    inside = sum(LAND[k].intersection(square).area for k in LAN_CODES)
    everywhere = sum(land.intersection(square).area for land in LAND.values())
    if everywhere == 0:
        return Fraction(int(has_address))
    if abs(inside - everywhere) < 1e-6:
        return Fraction(1)
    return Fraction(inside) / Fraction(everywhere)


def place_people(c: County, facts: list[Facts]) -> None:
    for mine, here, middle in homes(c, facts):
        if not here:
            here = [nearest(facts, *middle)[0]]
        for f in here:
            f.people += mine / len(here)


def nearest(facts: list[Facts], e: float, n: float) -> tuple[Facts, Fraction]:
    """Return the nearest address (ties: lowest id) and the square of its distance."""

    def squared(f: Facts) -> Fraction:
        return (Fraction(f.address.e) - Fraction(e)) ** 2 + (Fraction(f.address.n) - Fraction(n)) ** 2

    best = min(facts, key=lambda f: (squared(f), f.address.id))
    return best, squared(best)


# --- tätbebyggt and glesbebyggt ------------------------------------------------------------------------


def classify(c: County, facts: list[Facts]) -> dict[str, BaseGeometry]:
    """Set each address's class; return the tätbebyggda area of each kommun."""
    if not c.orter:
        return classify_by_density(c, facts)
    kinds = ("tatort",) if c.klassning == "utanfor_tatort" else ("tatort", "smaort")
    towns = [g for kind, _, _, g in c.orter if kind in kinds]
    for f in facts:
        point = Point(f.address.e, f.address.n)
        f.klass = "tatbebyggt" if any(g.covers(point) for g in towns) else "glesbebyggt"
    return dict.fromkeys(LAN_CODES, unary_union(towns))


def classify_by_density(c: County, facts: list[Facts]) -> dict[str, BaseGeometry]:
    own: dict[str, Fraction] = defaultdict(Fraction)
    for mine, here, _ in homes(c, facts):
        for f in here:
            own[f.address.id] += mine / len(here)
    towns = {}
    for kommun in LAN_CODES:
        target = Fraction(c.households[kommun, "tatbebyggt"], sum(c.households[kommun, k] for k in CLASSES))
        people: dict[Cell, Fraction] = defaultdict(Fraction)
        mine = [f for f in facts if f.address.kommun == kommun]
        for f in mine:
            people[square_of(*f.cell, 1000)] += own[f.address.id]
        dense: list[Cell] = []
        for square in sorted(people, key=lambda s: (-people[s], s)):
            if sum(people[s] for s in dense) >= target * sum(people.values()):
                break
            dense.append(square)
        for f in mine:
            f.klass = "tatbebyggt" if square_of(*f.cell, 1000) in dense else "glesbebyggt"
        towns[kommun] = unary_union([box(e, n, e + 1000, n + 1000) for e, n in dense])
    return towns


def land_of_parts(towns: dict[str, BaseGeometry]) -> dict[tuple[Cell, str, str], float]:
    """Return hectares of land per cell, kommun and class; parts without land are left out."""
    land = {}
    for kommun in LAN_CODES:
        west, south, east, north = LAND[kommun].bounds
        pieces = {
            "tatbebyggt": LAND[kommun].intersection(towns[kommun]),
            "glesbebyggt": LAND[kommun].difference(towns[kommun]),
        }
        for e in range(math.floor(west / 250) * 250, math.ceil(east), 250):
            for n in range(math.floor(south / 250) * 250, math.ceil(north), 250):
                cell = box(e, n, e + 250, n + 250)
                for klass, piece in pieces.items():
                    area = piece.intersection(cell).area
                    if area > 0:
                        land[(e, n), kommun, klass] = area / 10_000
    return land


# --- households -----------------------------------------------------------------------------------------


def households(c: County, facts: list[Facts]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Place households; return PTS's classes that each group (kommun × class with addresses) answers for."""
    groups = {}
    for kommun in LAN_CODES:
        with_addresses = [k for k in CLASSES if any(f.address.kommun == kommun and f.klass == k for f in facts)]
        for klass in with_addresses:
            answers_for = (klass,) if len(with_addresses) == 2 else CLASSES
            groups[kommun, klass] = answers_for
            total = sum(c.households[kommun, k] for k in answers_for)
            mine = [f for f in facts if f.address.kommun == kommun and f.klass == klass]
            people = sum(f.people for f in mine)
            for f in mine:
                f.households = total * (f.people / people if people else Fraction(1, len(mine)))
                f.workplaces = Fraction(sum(c.households[kommun, k] // 3 + 1 for k in answers_for), len(mine))
    return groups


# --- evidence --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """One row of evidence as it bears on one address."""

    teknik: str
    ned: float
    status: str
    andel: Fraction = Fraction(1)

    @property
    def fixed(self) -> bool:
        return self.teknik in FIXED


def items(rows: list[tuple], wanted: Callable[..., bool]) -> list[Item]:
    return [
        Item(
            teknik,
            inputs.DEFAULT_SPEED[teknik] if ned is None else ned,
            status,
            Fraction(str(more[0])) if more else Fraction(1),
        )
        for where, teknik, ned, status, *more in rows
        if wanted(where)
    ]


def evidence(c: County, facts: list[Facts], used: Callable[[str, str], bool]) -> None:
    """Let the files that are `used` for an address's kommun decide what they can of it."""
    if not c.evidence:
        return
    at_point = []
    for (e, n), *rest in c.by_point:
        found, squared = nearest(facts, e, n)
        if squared <= 25**2:
            at_point.append((found.address.id, *rest))
    for f in facts:
        point = Point(f.address.e, f.address.n)
        files = {
            "adress": {
                inputs.ID_FILE: items(c.by_id, lambda where, f=f: where == f.address.id),
                inputs.POINT_FILE: items(at_point, lambda where, f=f: where == f.address.id),
            },
            "ruta": {inputs.CELL_FILE: items(c.by_cell, lambda where, f=f: where == f.cell)},
            "omrade": {inputs.AREA_FILE: items(c.by_area, lambda where, point=point: where.covers(point))},
        }
        rows: dict[str, list[Item]] = {}
        complete = set()
        for level in LEVELS:
            mine = {name: found for name, found in files[level].items() if used(name, f.address.kommun)}
            rows[level] = [i for found in mine.values() for i in found if i.fixed]
            if any((name, f.address.kommun) in c.complete for name in mine):
                complete.add(level)
        f.planned_row = any(i.status == "planerad" for level in LEVELS for i in rows[level])
        decide(f, rows, complete)
        name_technique(f, rows, complete)


def decide(f: Facts, rows: dict[str, list[Item]], complete: set[str]) -> None:
    """Decide each pair at the first level that shows coverage, or that is complete for the kommun."""
    for m, t in PAIRS:
        status = MEASURES[: MEASURES.index(m) + 1]
        for level in LEVELS:
            value = max((i.andel for i in rows[level] if i.status in status and i.ned >= t), default=Fraction(0))
            if value > 0 or level in complete:
                f.level[m, t], f.p[m, t] = level, value
                break
    at_least = [((m, t), (m, higher)) for m in MEASURES for t, higher in falling()]
    for pair, other in at_least + [(("passerad", t), ("tillgang", t)) for t in THRESHOLDS]:
        if pair in f.p and other in f.p:
            f.p[pair] = max(f.p[pair], f.p[other])


def falling() -> list[tuple[int, int]]:
    """Return every threshold with the next higher one, from the highest down."""
    return list(itertools.pairwise(THRESHOLDS))[::-1]


def name_technique(f: Facts, rows: dict[str, list[Item]], complete: set[str]) -> None:
    """Name the top speed with tillgang over the levels down to the first complete one, and its technique."""
    f.best = "ingen" if ("tillgang", THRESHOLDS[0]) in f.level else "okand"
    last = next((n for n, level in enumerate(LEVELS) if level in complete), len(LEVELS) - 1)
    had = [i for level in LEVELS[: last + 1] for i in rows[level] if i.status == "tillgang" and i.andel > 0]
    if had:
        f.max_ned = max(i.ned for i in had)
        f.best = min((i.teknik for i in had if i.ned == f.max_ned), key=TECHNIQUES.index)


# --- statistics ------------------------------------------------------------------------------------------


def shares(c: County, area: str, klass: str) -> dict[tuple[str, int], Fraction]:
    """Return PTS's share per measure and threshold as published (or the lower bound from techniques)."""
    share: dict[tuple[str, int], Fraction] = {}
    technique = dict(zip(inputs.TEKNIK_NAMES, map(_exact, inputs.TEKNIK[area, klass]), strict=True))
    if c.hastighet:
        published = map(_exact, c.hastighet[area, klass])
        share = {
            (m, t): next(published) for m in MEASURES for t in inputs.THRESHOLDS if m == "tillgang" or c.has_passerad
        }
    gigabit = max(technique["fiber"], technique["kabel_tv"])
    passed = max(gigabit, technique["narhet_fiber"])
    for t in THRESHOLDS:
        known = ("tillgang", t) in share
        share.setdefault(("tillgang", t), gigabit if t > 30 else max(gigabit, technique["vdsl"]))
        least = share["tillgang", t]
        if c.has_passerad and not known:  # the neighbours that are published hold it
            share["passerad", t] = between(max(least, passed), "passerad", t, share)
        elif not c.has_passerad:
            share["passerad", t] = max(least, passed)
        if c.hastighet and not known:
            share["tillgang", t] = between(least, "tillgang", t, share)
    return share


def between(found: Fraction, m: str, t: int, share: dict[tuple[str, int], Fraction]) -> Fraction:
    """Return a share that PTS does not publish, not above a lower threshold's nor below a higher one's."""
    for other in inputs.THRESHOLDS:
        found = max(found, share[m, other]) if other > t else min(found, share[m, other])
    return found


def _exact(x: float) -> Fraction:
    return Fraction(str(x))


def benchmark(c: County, kommun: str, klass: str) -> dict[tuple[str, int], Fraction]:
    """Return the shares of one class, never lower at a lower threshold."""
    share = shares(c, kommun, klass)
    for m in MEASURES:
        for t, higher in falling():
            share[m, t] = max(share[m, t], share[m, higher])
    return share


@dataclass(frozen=True)
class Free:
    """An address that evidence leaves undecided for a pair: households, remoteness, least and most q."""

    h: Fraction
    r: Fraction
    low: Fraction
    high: Fraction

    def q(self, factor: Fraction) -> Fraction:
        return min(max(factor * self.r, self.low), self.high)


def solve(free: list[Free], rest: Fraction) -> tuple[Fraction, Fraction]:
    """Return the least and the greatest λ with Σ h · q(λ) = rest, exactly, from the break points.

    The rest lies between what the addresses must take and what they can take, both excluded.

    >>> near, far = (Free(Fraction(1), Fraction(1, n), Fraction(0), Fraction(1)) for n in (4, 1))
    >>> solve([near, far], Fraction(3, 2))
    (Fraction(2, 1), Fraction(2, 1))
    """

    @functools.cache  # both searches begin at the same break points
    def total(factor: Fraction) -> Fraction:
        return sum((f.h * f.q(factor) for f in free), Fraction(0))

    breaks = sorted({Fraction(0), *(end / f.r for f in free if f.h for end in (f.low, f.high))})
    up = bisect.bisect_left(breaks, rest, key=total)  # the first break point with at least the rest
    on = bisect.bisect_right(breaks, rest, key=total)  # the first with more
    found = []
    for i in (up, on):
        a, b = breaks[i - 1], breaks[i]
        found.append(a + (b - a) * (rest - total(a)) / (total(b) - total(a)))
    return found[0], found[1]


def statistics(c: County, facts: list[Facts], groups: dict[tuple[str, str], tuple[str, ...]]) -> None:
    for (kommun, klass), answers_for in groups.items():
        mine = [f for f in facts if f.address.kommun == kommun and f.klass == klass]
        near = {f.address.id: neighbours(facts, f.cell) for f in mine}
        weight = {k: c.households[kommun, k] for k in answers_for}
        total = sum(weight.values())
        for pair in PAIRS:
            share = {k: benchmark(c, kommun, k)[pair] for k in answers_for}
            if total:
                uncovered = 1 - Fraction(sum(share[k] * weight[k] for k in answers_for)) / total
            else:
                uncovered = 1 - share[klass]
            rest = uncovered * total - sum(f.households * (1 - f.p[pair]) for f in mine if pair in f.level)
            open_ = [f for f in mine if pair not in f.level]
            free = [Free(f.households, Fraction(1, near[f.address.id]), *limits(f, pair)) for f in open_]
            if not sum(x.h for x in free):
                qs = [(min(max(uncovered, x.low), x.high),) for x in free]
            elif rest <= sum(x.h * x.low for x in free):
                both = rest == sum(x.h * x.high for x in free)
                qs = [(x.low, x.high) if both else (x.low,) for x in free]
            elif rest >= sum(x.h * x.high for x in free):
                qs = [(x.high,) for x in free]
            else:
                factors = solve(free, rest)
                qs = [tuple(map(x.q, factors)) for x in free]
            for f, q in zip(open_, qs, strict=True):
                f.p[pair] = 1 - q[0]
                f.loose |= q[0] != q[-1]


def limits(f: Facts, pair: Pair) -> tuple[Fraction, Fraction]:
    """Return the least and the most q of an address, from what is known of its other pairs by now."""
    m, t = pair
    lower = {higher: t for t, higher in falling()}.get(t)
    low = Fraction(0) if lower is None else 1 - f.p[m, lower]
    if m == "passerad":
        return low, 1 - f.p["tillgang", t]
    if ("passerad", t) in f.level:
        low = max(low, 1 - f.p["passerad", t])
    return low, Fraction(1)


def neighbours(facts: list[Facts], cell: Cell) -> int:
    """Return the number of addresses in the 5×5 cells around a cell, whatever their kommun."""
    return sum(abs(f.cell[0] - cell[0]) <= 500 and abs(f.cell[1] - cell[1]) <= 500 for f in facts)


# --- summaries -------------------------------------------------------------------------------------------


HOUSES = ("hushall_smahus", "hushall_flerbostad", "fritidshus")
"""The county has no buildings: what is told of them is not known where anything stands."""


def counts(facts: list[Facts]) -> dict:
    row: dict = {
        "adresser": len(facts),
        "befolkning": float(sum(f.people for f in facts)),
        "hushall": float(sum(f.households for f in facts)),
        "arbetsstallen": float(sum(f.workplaces for f in facts)),
        **dict.fromkeys(HOUSES, None if facts else 0.0),
    }
    for t in THRESHOLDS:
        row[f"adresser_utan_{t}"] = float(sum(1 - f.p["tillgang", t] for f in facts))
        for m, word in (("tillgang", "utan"), ("passerad", "ej_passerade")):
            row |= {f"{x}_{word}_{t}": None if facts else 0.0 for x in HOUSES}
            row[f"arbetsstallen_{word}_{t}"] = float(sum(f.workplaces * (1 - f.p[m, t]) for f in facts))
        row[f"adresser_ej_passerade_{t}"] = float(sum(1 - f.p["passerad", t] for f in facts))
        row[f"befolkning_utan_{t}"] = float(sum(f.people * (1 - f.p["tillgang", t]) for f in facts))
        row[f"hushall_utan_{t}"] = float(sum(f.households * (1 - f.p["tillgang", t]) for f in facts))
        row[f"hushall_ej_passerade_{t}"] = float(sum(f.households * (1 - f.p["passerad", t]) for f in facts))
    return row


def quality(facts: list[Facts]) -> dict:
    known = [f for f in facts if f.max_ned is not None]
    top = max((f.max_ned for f in known), default=None)
    if known:
        best = min((TECHNIQUES.index(f.best), f.best) for f in known if f.max_ned == top)[1]
    else:
        best = "okand" if any(f.best == "okand" for f in facts) else "ingen"
    return {"max_ned_mbit": top, "basta_teknik": best, "planerad": any(f.planned for f in facts), **grounds(facts)}


def grounds(facts: list[Facts]) -> dict:
    per_threshold = {
        f"underlag_{t}": common(f.level.get(("tillgang", t), "statistik") for f in facts) for t in THRESHOLDS
    }
    return {"underlag": common(f.underlag for f in facts), **per_threshold}


def most(facts: list[Facts], land: dict[str, float], key: Callable[[Facts], str]) -> str:
    """Return where most addresses lie; ties, and cells without: most land; ties: first in order."""
    tally: dict[str, int] = defaultdict(int)
    for f in facts:
        tally[key(f)] += 1
    return min(tally or land, key=lambda k: (-tally.get(k, 0), -land.get(k, 0.0), k))


def names_of(cell: Cell, kommun: str, klass: str) -> dict:
    e, n = cell
    return {
        "rutid_scb": f"{e:06d}{n:07d}",
        "rutid_inspire": f"SE_CRS3006RES250mN{n}E{e}",
        "kommunkod": kommun,
        "kommunnamn": NAMES[kommun],
        "omradestyp": klass,
    }


def summaries(c: County, facts: list[Facts], bare: list[Facts], land: dict[tuple[Cell, str, str], float]) -> Answer:
    parts = sorted({*land, *((f.cell, f.address.kommun, f.klass) for f in facts)})
    delar, rutnat, oppna = {}, {}, {}
    for cell, kommun, klass in parts:
        here = [f for f in facts if (f.cell, f.address.kommun, f.klass) == (cell, kommun, klass)]
        row = names_of(cell, kommun, klass)
        row |= {"land_ha": land.get((cell, kommun, klass), 0.0), **counts(here), **quality(here)}
        delar[row["rutid_scb"], kommun, klass] = row
    for cell in sorted({cell for cell, *_ in parts}):
        here = [f for f in facts if f.cell == cell]
        by_kommun: dict[str, float] = defaultdict(float)
        by_class: dict[str, float] = defaultdict(float)
        for (where, kommun, klass), ha in land.items():
            if where == cell:
                by_kommun[kommun] += ha
                by_class[klass] += ha
        row = names_of(cell, most(here, by_kommun, lambda f: f.address.kommun), most(here, by_class, lambda f: f.klass))
        row |= {"land_ha": sum(by_kommun.values()), **counts(here), **quality(here)}
        rutnat[row["rutid_scb"]] = row
    oppna = open_rows(rutnat, bare)
    kommuner = {}
    for kommun in LAN_CODES:
        row = {"kommunkod": kommun, "kommunnamn": NAMES[kommun]}
        mine = [f for f in facts if f.address.kommun == kommun]
        area = area_summary(c, kommun, mine, facts, _land_of(land, [kommun]))
        kommuner[kommun] = row | area | limits_of_kommun(c, kommun, mine)
    whole = {"lanskod": "99", "lansnamn": inputs.LANSNAMN}
    whole |= area_summary(c, "lan", facts, facts, _land_of(land, LAN_CODES))
    ends = [f"hushall_utan_{t}_{end}" for t in THRESHOLDS for end in ("lag", "hog")]
    whole |= {name: math.fsum(row[name] for row in kommuner.values()) for name in ends}
    adresser = {f.address.id: address_row(f) for f in facts}
    return Answer(rutnat, delar, kommuner, {"99": whole}, adresser, oppna, facts, bare)


# --- the open edition ------------------------------------------------------------------------------------


def open_rows(cells: dict[str, dict], bare: list[Facts], least: int = 1) -> dict[str, dict]:
    """Return the cells of the open edition, their coverage from what may be published alone.

    Those with fewer than ``least`` addresses are told together with their like in the 500 m square, or in the square
    kilometre, where there are so many; otherwise what there is in the square kilometre is told together, and no class.
    """
    of: dict[Cell, list[Facts]] = defaultdict(list)
    for f in bare:
        of[f.cell].append(f)
    together, side = {cell: own for cell, own in of.items() if len(own) >= least}, dict.fromkeys(of, 250)
    for metres in (500, 1000):
        left = [cell for cell in of if cell not in together]
        for square in {square_of(*cell, metres) for cell in left}:
            small = [cell for cell in left if square_of(*cell, metres) == square]
            whole = [f for cell in small for f in of[cell]]
            if len(whole) >= least:
                together |= dict.fromkeys(small, whole)
                side |= dict.fromkeys(small, metres)
    told, out = set(together), {}
    for cell in [cell for cell in of if cell not in told]:
        near = [c for c in of if c not in told and square_of(*c, 1000) == square_of(*cell, 1000)]
        together[cell] = [f for c in near for f in of[c]]
    for rutid, row in cells.items():
        cell = (int(rutid[:6]), int(rutid[6:]))
        own = of.get(cell, [])
        out[rutid] = open_row(row, own, together.get(cell, [])) | {"sammanslagen_m": str(side.get(cell, 250))}
        if cell in of and cell not in told:
            out[rutid] |= {f"klass_{m}_{t}": "ej_redovisad" for m, t in PAIRS} | {"planerad": False}
    return out


def open_row(cell: dict, own: list[Facts], facts: list[Facts]) -> dict:
    """Return a cell that is told by ``facts``, of its own addresses or of several cells'."""
    row = {name: cell[name] for name in ("rutid_scb", "kommunkod", "kommunnamn", "omradestyp")}
    for m, t in PAIRS:
        row[f"klass_{m}_{t}"] = class_of([f.p[m, t] for f in facts])
    row["adresser_band"] = band_of(Fraction(len(own)))
    row |= {"planerad": any(f.planned for f in facts), **grounds(facts)}
    return told_as_one(row) if 1 <= len(facts) < 5 else row


def told_as_one(row: dict) -> dict:
    """Return a cell of few addresses without what only several of them can show."""
    below = {
        f"underlag_{t}": {"blandat": "statistik"}.get(row[f"underlag_{t}"], row[f"underlag_{t}"]) for t in THRESHOLDS
    }
    every = set(below.values())
    planned = row["planerad"] and row[f"klass_tillgang_{THRESHOLDS[-1]}"] == "fa_under_halften"
    return row | below | {"underlag": every.pop() if len(every) == 1 else "blandat", "planerad": planned}


def class_of(chances: list[Fraction]) -> str:
    if not chances:
        return "ingen_adress"
    share = sum(chances) / len(chances)
    if len(chances) < 5:
        return "fa_minst_halften" if share >= Fraction(1, 2) else "fa_under_halften"
    if share < Fraction(5, 100):
        return "utan"
    if share < Fraction(1, 2):
        return "mindre_del"
    return "storre_del" if share < Fraction(95, 100) else "tackt"


def band_of(number: Fraction) -> str:
    """Name the band of a number.

    >>> [band_of(Fraction(x)) for x in ("0", "1/3", "5", "99/10", "10", "700")]
    ['0', '1–4', '5–9', '5–9', '10–19', '500–']
    """
    if number < Fraction(1, 10**9):
        return "0"
    limits = (1, 5, 10, 20, 50, 100, 200, 500)
    i = max(0, bisect.bisect_right(limits, number) - 1)
    return f"{limits[i]}–{limits[i + 1] - 1}" if i + 1 < len(limits) else f"{limits[i]}–"


# --- kommuner and län ------------------------------------------------------------------------------------


def _land_of(land: dict[tuple[Cell, str, str], float], kommuner: list[str]) -> dict[Cell, float]:
    total: dict[Cell, float] = defaultdict(float)
    for (cell, kommun, _), ha in land.items():
        if kommun in kommuner:
            total[cell] += ha
    return total


def _percent(row: dict, without: str) -> float | None:
    return 100 * (1 - row[without] / row["hushall"]) if row["hushall"] else None


def area_summary(c: County, area: str, mine: list[Facts], everyone: list[Facts], land: dict[Cell, float]) -> dict:
    total = math.fsum(land.values())
    row = {"land_ha": total, **counts(mine)}
    published = shares(c, area, "totalt")
    for t in THRESHOLDS:
        covered = _percent(row, f"hushall_utan_{t}")
        without = 0.0
        with_ = 0.0
        for cell, ha in land.items():
            here = [f for f in everyone if f.cell == cell]
            if here:
                u = float(sum(1 - f.p["tillgang", t] for f in here) / len(here))
                without += ha * u
                with_ += ha * (1 - u)
        row |= {
            f"andel_{t}_pct": covered,
            f"andel_passerade_{t}_pct": _percent(row, f"hushall_ej_passerade_{t}"),
            f"yta_utan_{t}_pct": 100 * without / total,
            f"yta_tackt_{t}_pct": 100 * with_ / total,
            f"pts_andel_{t}_pct": 100 * float(published["tillgang", t]),
            f"pts_andel_passerade_{t}_pct": 100 * float(published["passerad", t]),
            f"pts_kalla_{t}": "hastighet" if c.hastighet and t in inputs.THRESHOLDS else "teknik",
            f"avvikelse_{t}_pe": None if covered is None else covered - 100 * float(published["tillgang", t]),
        }
    inhabited = {f.cell for f in everyone}
    row["yta_obebodd_pct"] = 100 * math.fsum(ha for cell, ha in land.items() if cell not in inhabited) / total
    return row


def most_covered(c: County, kommun: str, klass: str) -> dict[int, Fraction]:
    """Return the most that PTS's figures allow of tillgång per threshold: techniques overlap as little as can be."""
    least = {t: benchmark(c, kommun, klass)["tillgang", t] for t in THRESHOLDS}
    name = dict(zip(inputs.TEKNIK_NAMES, map(_exact, inputs.TEKNIK[kommun, klass]), strict=True))
    fast = min(Fraction(1), name["fiber"] + name["kabel_tv"], name["tradbunden"])
    slow = min(Fraction(1), fast + name["vdsl"], name["tradbunden"])
    most = {t: max(least[t], slow if t <= 30 else fast) for t in THRESHOLDS}
    if c.hastighet:
        told = shares(c, kommun, klass)
        for t in THRESHOLDS:
            lower = [told["tillgang", x] for x in inputs.THRESHOLDS if x < t]
            most[t] = least[t] if t in inputs.THRESHOLDS else max(least[t], min([most[t], *lower]))
    return most


def limits_of_kommun(c: County, kommun: str, mine: list[Facts]) -> dict[str, float]:
    """Return the interval of a kommun: PTS's bounds, widened to ours, in whole households outward."""
    row = {}
    for t in THRESHOLDS:
        pts = [
            sum(c.households[kommun, k] * (1 - share(k)) for k in CLASSES)
            for share in (
                lambda k, t=t: most_covered(c, kommun, k)[t],
                lambda k, t=t: benchmark(c, kommun, k)["tillgang", t],
            )
        ]
        ours = sum(f.households * (1 - f.p["tillgang", t]) for f in mine)
        row[f"hushall_utan_{t}_lag"] = float(math.floor(float(min(ours, pts[0])) + 1e-6))
        row[f"hushall_utan_{t}_hog"] = float(math.ceil(float(max(ours, pts[1])) - 1e-6))
    return row


def address_row(f: Facts) -> dict:
    row = {
        "adress_id": f.address.id,
        "kommunkod": f.address.kommun,
        "omradestyp": f.klass,
        "rutid_scb": f"{f.cell[0]:06d}{f.cell[1]:07d}",
        "befolkning": float(f.people),
        "hushall": float(f.households),
        "max_ned_mbit": f.max_ned,
        "basta_teknik": f.best,
        "status": f.status,
        "underlag": f.underlag,
    }
    for (m, t), p in f.p.items():
        row[f"sannolikhet_{m}_{t}"] = float(p)
    return row
