"""The small county computed again: plain Python, shapely, row by row. Shares no code with the pipeline.

Definitions are those of the design; where it leaves a choice, the choice made here is:

* A cell "overlaps" land when the common area is above 0; touching is not enough.
* A point on the border of a tätort or småort lies in it (as polygons of evidence include their border).
* A square of SCB with no land in any kommun is the län's when one of its addresses is; else it is outside.
* A square of SCB counts by the share of its land inside the län before its people are placed, whether its
  addresses lie in the län's polygon or not.
* Squares of equal distance, addresses of equal distance: the lowest `adress_id`, also for rows by `e,n`, so a
  row at the very point of two addresses names one of them.
* When all undecided households of a class must be uncovered, λ has no upper bound: every undecided address is
  uncovered, those without households too.
* A class with households at PTS but no address here merges into the other: households are added, the target
  is the sum of both classes' targets, so the share is weighted by households.
* `pts_andel_t` is PTS's row as published; only benchmarks per class are raised.
* A planned row counts whatever its speed and `andel`, if its technique is fixed.
* A cell's `andel` also decides `max_ned_mbit` when positive, at whatever address of the cell.
* A cell with as many addresses in two kommuner (classes) belongs to the one with most land there ("where most
  addresses lie, else most land"), then to the first in order.
* Without polygons of localities: 1 km squares by falling number of people until their share of the kommun's
  people reaches PTS's tät share of its households; the square that crosses the limit is tätbebyggd, and so is
  its land in that kommun. People here are those of the square that live in the län, on the kommun's own
  addresses in the square; people moved there from squares without addresses make no square denser.

Exact rational numbers are used for people, households and probabilities; areas are floats.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
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


@dataclass
class Facts:
    """What is computed for one address."""

    address: Address
    cell: Cell
    klass: str = ""
    people: Fraction = Fraction(0)
    households: Fraction = Fraction(0)
    level: str = "statistik"
    p: dict[tuple[str, int], Fraction] = field(default_factory=dict)
    max_ned: float | None = None
    best: str = "okand"
    planned_row: bool = False

    @property
    def planned(self) -> bool:
        return self.planned_row and self.p["tillgang", 1000] < 1

    @property
    def status(self) -> str:
        decided = self.level != "statistik"
        if decided and self.p["tillgang", 30] >= Fraction(1, 2):
            return "tillgang"
        if decided and self.p["passerad", 30] >= Fraction(1, 2):
            return "passerad"
        if self.planned_row:
            return "planerad"
        return "ingen" if decided else "okand"


@dataclass
class Answer:
    """Rows by key, each a plain dict of column → value."""

    rutnat_250m: dict[str, dict]
    rutnat_delar: dict[tuple[str, str, str], dict]
    kommuner: dict[str, dict]
    lan: dict[str, dict]
    adresser: dict[str, dict]
    facts: list[Facts]


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
    groups = households(facts)
    evidence(c, facts)
    statistics(c, facts, groups)
    return summaries(c, facts, land)


# --- people -------------------------------------------------------------------------------------------


def squares_of(c: County) -> list[tuple[int, int, int, int]]:
    """SCB's squares as E, N, side, people; 250 m cells in place of the 1 km square they lie in."""
    replaced = {square_of(e, n, 1000) for e, n, _ in c.quarter}
    squares = [(e, n, 250, p) for e, n, p in c.quarter]
    return squares + [(e, n, 1000, p) for e, n, p in c.km if (e, n) not in replaced]


def share_in_lan(e: int, n: int, side: int, has_address: bool) -> Fraction:
    """Return the square's land in the län ÷ its land in all known kommuner."""
    square = box(e, n, e + side, n + side)
    inside = sum(LAND[k].intersection(square).area for k in LAN_CODES)
    everywhere = sum(land.intersection(square).area for land in LAND.values())
    if everywhere == 0:
        return Fraction(int(has_address))
    if abs(inside - everywhere) < 1e-6:
        return Fraction(1)
    return Fraction(inside) / Fraction(everywhere)


def place_people(c: County, facts: list[Facts]) -> None:
    for e, n, side, people in squares_of(c):
        here = [f for f in facts if square_of(f.address.e, f.address.n, side) == (e, n)]
        mine = people * share_in_lan(e, n, side, bool(here))
        if not here:
            here = [nearest(facts, e + side / 2, n + side / 2)[0]]
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
    for e, n, side, number in squares_of(c):
        here = [f for f in facts if square_of(f.address.e, f.address.n, side) == (e, n)]
        for f in here:
            own[f.address.id] += number * share_in_lan(e, n, side, True) / len(here)
    towns = {}
    for kommun in LAN_CODES:
        target = Fraction(
            inputs.HOUSEHOLDS[kommun, "tatbebyggt"], sum(inputs.HOUSEHOLDS[kommun, k] for k in CLASSES)
        )
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


def households(facts: list[Facts]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Place households; return PTS's classes that each group (kommun × class with addresses) answers for."""
    groups = {}
    for kommun in LAN_CODES:
        with_addresses = [
            k for k in CLASSES if any(f.address.kommun == kommun and f.klass == k for f in facts)
        ]
        for klass in with_addresses:
            answers_for = (klass,) if len(with_addresses) == 2 else CLASSES
            groups[kommun, klass] = answers_for
            total = sum(inputs.HOUSEHOLDS[kommun, k] for k in answers_for)
            mine = [f for f in facts if f.address.kommun == kommun and f.klass == klass]
            people = sum(f.people for f in mine)
            for f in mine:
                f.households = total * (f.people / people if people else Fraction(1, len(mine)))
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


def evidence(c: County, facts: list[Facts]) -> None:
    if not c.evidence:
        return
    by_id = list(inputs.BY_ID)
    for (e, n), *rest in inputs.BY_POINT:
        found, squared = nearest(facts, e, n)
        if squared <= 25**2:
            by_id.append((found.address.id, *rest))
    files = {
        "adress": (inputs.ID_FILE, inputs.POINT_FILE),
        "ruta": (inputs.CELL_FILE,),
        "omrade": (inputs.AREA_FILE,),
    }
    for f in facts:
        point = Point(f.address.e, f.address.n)
        rows = {
            "adress": items(by_id, lambda where, f=f: where == f.address.id),
            "ruta": items(inputs.BY_CELL, lambda where, f=f: where == f.cell),
            "omrade": items(inputs.BY_AREA, lambda where, point=point: where.covers(point)),
        }
        f.planned_row = any(i.fixed and i.status == "planerad" for r in rows.values() for i in r)
        for level, found in rows.items():
            naming = [i for i in found if i.fixed and i.status in ("tillgang", "passerad")]
            complete = any((name, f.address.kommun) in c.complete for name in files[level])
            if naming or complete:
                decide(f, level, naming)
                break


def decide(f: Facts, level: str, rows: list[Item]) -> None:
    f.level = level
    for t in THRESHOLDS:
        fast = [i for i in rows if i.ned >= t]
        f.p["tillgang", t] = max([i.andel for i in fast if i.status == "tillgang"], default=Fraction(0))
        f.p["passerad", t] = max([i.andel for i in fast], default=Fraction(0))
    had = [i for i in rows if i.status == "tillgang" and i.andel > 0]
    f.max_ned = max((i.ned for i in had), default=None)
    f.best = (
        min((TECHNIQUES.index(i.teknik), i.teknik) for i in had if i.ned == f.max_ned)[1] if had else "ingen"
    )


# --- statistics ------------------------------------------------------------------------------------------


def shares(c: County, area: str, klass: str) -> dict[tuple[str, int], Fraction]:
    """Return PTS's share per measure and threshold as published (or the lower bound from techniques)."""
    share: dict[tuple[str, int], Fraction] = {}
    technique = dict(zip(inputs.TEKNIK_NAMES, map(_exact, inputs.TEKNIK[area, klass]), strict=True))
    if c.hastighet:
        published = map(_exact, c.hastighet[area, klass])
        share = {
            (m, t): next(published) for m in MEASURES for t in THRESHOLDS if m == "tillgang" or c.has_passerad
        }
    else:
        gigabit = max(technique["fiber"], technique["kabel_tv"])
        share = {
            ("tillgang", 1000): gigabit,
            ("tillgang", 100): gigabit,
            ("tillgang", 30): max(gigabit, technique["vdsl"]),
        }
    if not c.has_passerad:
        passed = max(technique["fiber"], technique["narhet_fiber"], technique["kabel_tv"])
        for t in THRESHOLDS:
            share["passerad", t] = max(share["tillgang", t], passed)
    return share


def _exact(x: float) -> Fraction:
    return Fraction(str(x))


def benchmark(c: County, kommun: str, klass: str) -> dict[tuple[str, int], Fraction]:
    """Return the shares of one class, never lower at a lower threshold."""
    share = shares(c, kommun, klass)
    for m in MEASURES:
        for t, higher in ((100, 1000), (30, 100)):
            share[m, t] = max(share[m, t], share[m, higher])
    return share


def consistent(x: dict[tuple[str, int], Fraction]) -> dict[tuple[str, int], Fraction]:
    """Make uncovered amounts hold together: more at higher thresholds, fewer not passed than not covered."""
    y = dict(x)
    for low, high in ((30, 100), (100, 1000)):
        y["tillgang", high] = max(y["tillgang", high], y["tillgang", low])
    for t in THRESHOLDS:
        y["passerad", t] = min(y["passerad", t], y["tillgang", t])
    for low, high in ((30, 100), (100, 1000)):
        y["passerad", high] = max(y["passerad", high], y["passerad", low])
    return y


def solve(weights: list[Fraction], near: list[int], rest: Fraction) -> Fraction:
    """Return the least λ ≥ 0 with Σ weight · min(1, λ / near) = rest, exactly, from its break points.

    >>> solve([Fraction(1), Fraction(1)], [1, 4], Fraction(3, 2))
    Fraction(2, 1)
    """
    if rest == 0:
        return Fraction(0)
    low = Fraction(0)
    for high in sorted(set(near)):  # between low and high, all with near > low still grow with λ
        full = sum((w for w, n in zip(weights, near, strict=True) if n <= low), Fraction(0))
        slope = sum((w / n for w, n in zip(weights, near, strict=True) if n > low), Fraction(0))
        if slope and (rest - full) / slope <= high:
            return (rest - full) / slope
        low = Fraction(high)
    raise AssertionError("more to leave uncovered than there is")


def statistics(c: County, facts: list[Facts], groups: dict[tuple[str, str], tuple[str, ...]]) -> None:
    for (kommun, klass), answers_for in groups.items():
        mine = [f for f in facts if f.address.kommun == kommun and f.klass == klass]
        open_ = [f for f in mine if f.level == "statistik"]
        decided = [f for f in mine if f.level != "statistik"]
        undecided = sum((f.households for f in open_), Fraction(0))
        target = {}
        total = sum(inputs.HOUSEHOLDS[kommun, k] for k in answers_for)
        for m in MEASURES:
            for t in THRESHOLDS:
                target[m, t] = sum(
                    (1 - benchmark(c, kommun, k)[m, t]) * inputs.HOUSEHOLDS[kommun, k] for k in answers_for
                )
        if undecided == 0:
            # Plain probabilities; the evidence holds all households of the class.
            q = consistent({key: u / total for key, u in target.items()})
            for f in open_:
                f.p = {key: 1 - x for key, x in q.items()}
            continue
        rest = consistent(
            {
                key: min(max(u - sum(f.households * (1 - f.p[key]) for f in decided), Fraction(0)), undecided)
                for key, u in target.items()
            }
        )
        near = [neighbours(facts, f.cell) for f in open_]
        for key, amount in rest.items():
            if amount == undecided:
                for f in open_:
                    f.p[key] = Fraction(0)
                continue
            factor = solve([f.households for f in open_], near, amount)
            for f, n in zip(open_, near, strict=True):
                f.p[key] = 1 - min(Fraction(1), factor / n)


def neighbours(facts: list[Facts], cell: Cell) -> int:
    """Return the number of addresses in the 5×5 cells around a cell, whatever their kommun."""
    return sum(abs(f.cell[0] - cell[0]) <= 500 and abs(f.cell[1] - cell[1]) <= 500 for f in facts)


# --- summaries -------------------------------------------------------------------------------------------


def counts(facts: list[Facts]) -> dict:
    row: dict = {
        "adresser": len(facts),
        "befolkning": float(sum(f.people for f in facts)),
        "hushall": float(sum(f.households for f in facts)),
    }
    for t in THRESHOLDS:
        row[f"adresser_utan_{t}"] = float(sum(1 - f.p["tillgang", t] for f in facts))
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
        best = "okand" if any(f.level == "statistik" for f in facts) else "ingen"
    levels = {f.level for f in facts}
    return {
        "max_ned_mbit": top,
        "basta_teknik": best,
        "planerad": any(f.planned for f in facts),
        "underlag": levels.pop() if len(levels) == 1 else "blandat" if levels else "ingen",
    }


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


def summaries(c: County, facts: list[Facts], land: dict[tuple[Cell, str, str], float]) -> Answer:
    parts = sorted({*land, *((f.cell, f.address.kommun, f.klass) for f in facts)})
    delar, rutnat = {}, {}
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
        row = names_of(
            cell,
            most(here, by_kommun, lambda f: f.address.kommun),
            most(here, by_class, lambda f: f.klass),
        )
        row |= {"land_ha": sum(by_kommun.values()), **counts(here), **quality(here)}
        rutnat[row["rutid_scb"]] = row
    kommuner = {}
    for kommun in LAN_CODES:
        row = {"kommunkod": kommun, "kommunnamn": NAMES[kommun]}
        mine = [f for f in facts if f.address.kommun == kommun]
        kommuner[kommun] = row | area_summary(c, kommun, mine, facts, _land_of(land, [kommun]))
    whole = {"lanskod": "99", "lansnamn": inputs.LANSNAMN}
    whole |= area_summary(c, "lan", facts, facts, _land_of(land, LAN_CODES))
    return Answer(
        rutnat, delar, kommuner, {"99": whole}, {f.address.id: address_row(f) for f in facts}, facts
    )


def _land_of(land: dict[tuple[Cell, str, str], float], kommuner: list[str]) -> dict[Cell, float]:
    total: dict[Cell, float] = defaultdict(float)
    for (cell, kommun, _), ha in land.items():
        if kommun in kommuner:
            total[cell] += ha
    return total


def area_summary(
    c: County, area: str, mine: list[Facts], everyone: list[Facts], land: dict[Cell, float]
) -> dict:
    total = math.fsum(land.values())
    row = {"land_ha": total, **counts(mine)}
    published = shares(c, area, "totalt")
    for t in THRESHOLDS:
        covered = 100 * (1 - row[f"hushall_utan_{t}"] / row["hushall"])
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
            f"andel_passerade_{t}_pct": 100 * (1 - row[f"hushall_ej_passerade_{t}"] / row["hushall"]),
            f"yta_utan_{t}_pct": 100 * without / total,
            f"yta_tackt_{t}_pct": 100 * with_ / total,
            f"pts_andel_{t}_pct": 100 * float(published["tillgang", t]),
            f"pts_andel_passerade_{t}_pct": 100 * float(published["passerad", t]),
            f"pts_kalla_{t}": "hastighet" if c.hastighet else "teknik",
            f"avvikelse_{t}_pe": covered - 100 * float(published["tillgang", t]),
        }
    inhabited = {f.cell for f in everyone}
    row["yta_obebodd_pct"] = 100 * math.fsum(ha for cell, ha in land.items() if cell not in inhabited) / total
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
        "underlag": f.level,
    }
    for (m, t), p in f.p.items():
        row[f"sannolikhet_{m}_{t}"] = float(p)
    return row
