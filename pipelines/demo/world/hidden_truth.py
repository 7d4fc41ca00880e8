"""The hidden truth of coverage, address by address, calibrated per kommun and class.

Three mechanisms that know nothing of the coverage model: fibre that spreads (:mod:`.spread`), cable-TV
in towns, copper that fades from the exchange (:mod:`.copper`). Each kommun and class then has its own
point in time, chosen so that the share of households with 100 Mbit/s is the published one.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.config.region import Region
from pipelines.core.files import write_table
from pipelines.core.level import DEFAULT_MBIT, Level
from pipelines.demo.world import copper, fibre_spread
from pipelines.demo.world.common import DEMO_TEXT, Bools, Floats, Ints, stream
from pipelines.demo.world.demo_land import Outline
from pipelines.demo.world.fabric import Fabric
from pipelines.demo.world.settlements import Places
from pipelines.demo.world.targets import Targets

STUBBORN = (0.035, 0.10)  # share of houses that say no when the trench passes: tätbebyggt, glesbebyggt
EMPTY_STUBBORN = (0.08, 0.22)  # the same of empty houses and holiday homes
PLANNED_WITHIN = 0.8  # units of time ahead of the front
FIBRE_MBIT, CABLE_MBIT = 1000.0, 500.0
"""What fibre gives, and cable-TV that does not give a gigabit: as the lists of coverage say."""
TECHNIQUES = ("fiber", "kabel-tv", "vdsl", "xdsl", "fast_radio", "nr", "lte")


def make(
    region: Region, outline: Outline, places: Places, roads: Fabric, addresses: pd.DataFrame, targets: Targets
) -> pd.DataFrame:
    """Return ``addresses`` with what each can get.

    Adds bool columns ``fiber, nara, kabel, kabel_gbit, fast_radio, lte, nr, planerad`` and one per level (of what PTS
    publishes and of the region itself), float ``vdsl_mbit, xdsl_mbit`` (0: none) and text ``teknik`` (the best fixed
    one first).
    """
    seed = region.demo.fro
    group = 2 * addresses["kommun"].to_numpy() + np.where(addresses["tat"], 0, 1)
    front = fibre_spread.make(seed, outline, roads, addresses, addresses["tat"].to_numpy())
    e, n = addresses["e"].to_numpy(), addresses["n"].to_numpy()
    cable, gigabit = copper.cable(seed, addresses, front.district)
    xdsl, vdsl = copper.copper_mbit(seed, outline, places, addresses)
    households = addresses["hushall"].to_numpy()
    weight = np.where(_per_group(group, households, len(places.people))[group] > 0, households, 1)
    goal, passed_goal = targets.tillgang.ravel(), targets.passerad.ravel()
    cable &= _within(group, front.district, weight, cable, 0.55 * goal)
    gigabit &= cable
    fast = vdsl >= 100
    fiber, near = _calibrate(seed, group, front, weight, cable | fast, goal, passed_goal, addresses)
    broken = _out_of_bounds(group, weight, fiber, cable, gigabit, fast)
    gigabit |= cable & broken[group]
    vdsl = np.where(broken[group], np.minimum(vdsl, 90.0), vdsl)
    if (fast & broken[group]).any():
        fiber, near = _calibrate(seed, group, front, weight, cable | (vdsl >= 100), goal, passed_goal, addresses)
    fixed, lte, nr = copper.radio(seed, places, e, n)
    out = addresses.assign(
        fiber=fiber,
        nara=near,
        kabel=cable,
        kabel_gbit=gigabit,
        vdsl_mbit=vdsl,
        xdsl_mbit=xdsl,
        fast_radio=fixed,
        lte=lte,
        nr=nr,
        planerad=_planned(seed, group, front, near, cable),
    )
    return _measures(out, sorted({*DEFAULT_MBIT, *region.trosklar.ned_mbit}))


def _measures(a: pd.DataFrame, mbit: list[int]) -> pd.DataFrame:
    fiber, near, vdsl = a["fiber"], a["nara"], a["vdsl_mbit"]
    cable = np.where(a["kabel"], np.where(a["kabel_gbit"], FIBRE_MBIT, CABLE_MBIT), 0.0)
    for t in mbit:
        a[Level("tillgang", t).code] = (fiber & (t <= FIBRE_MBIT)) | (cable >= t) | (vdsl >= t) | (a["xdsl_mbit"] >= t)
    for t in mbit:
        a[Level("passerad", t).code] = a[Level("tillgang", t).code] | (near & (t <= FIBRE_MBIT))
    having = [fiber, a["kabel"], vdsl > 0, a["xdsl_mbit"] > 0, a["fast_radio"], a["nr"], a["lte"]]
    a["teknik"] = np.select(having, list(TECHNIQUES), "ingen")
    return a


def _per_group(group: Ints, weight: Floats | Ints, kommuner: int) -> Floats:
    return np.bincount(group, weights=weight, minlength=2 * kommuner).astype(np.float64)


def _within(group: Ints, district: Ints, weight: Floats, has: Bools, most: Floats) -> Bools:
    """Keep whole districts of a net, in their own order, up to a share of the group's households."""
    order = np.lexsort((district, group))
    run = np.cumsum(np.where(has, weight, 0)[order])
    groups = group[order]
    first = np.concatenate([[True], groups[1:] != groups[:-1]])
    base = np.maximum.accumulate(np.where(first, run - np.where(has, weight, 0)[order], -1))
    total = np.bincount(group, weights=weight, minlength=len(most))
    keep = np.zeros(len(group), dtype=bool)
    keep[order] = run - base <= (most * total)[groups]
    return keep


def _calibrate(
    seed: int,
    group: Ints,
    front: fibre_spread.Spread,
    weight: Floats,
    already: Bools,
    goal: Floats,
    passed_goal: Floats,
    addresses: pd.DataFrame,
) -> tuple[Bools, Bools]:
    """Let time run in each group until the share with fibre (or ``already``) is the goal.

    Returns who is connected, and who has fibre close by (the connected included).
    """
    fiber = np.zeros(len(group), dtype=bool)
    near = np.zeros(len(group), dtype=bool)
    lived = addresses["hushall"].to_numpy() > 0
    work = addresses["arbetsstallen"].to_numpy() > 0
    for g in np.unique(group):
        mine = np.flatnonzero(group == g)
        refuse = min(STUBBORN[g % 2], 0.45 * (1 - goal[g]))
        no = front.reluctance[mine] < np.where(lived[mine] | work[mine], refuse, EMPTY_STUBBORN[g % 2])
        time, w = front.time[mine], weight[mine].astype(np.float64)
        wanted = goal[g] * w.sum()
        late = np.where(no, time + 1e3, time)
        order = np.argsort(late, kind="stable")
        gain = np.where(already[mine], 0.0, w)[order]
        run = float(w[already[mine]].sum()) + np.cumsum(gain)
        taken = run <= wanted + 1e-9
        count = int(np.argmin(taken)) if not taken.all() else len(taken)
        yes = order[:count]
        gap = wanted - (run[count - 1] if count else float(w[already[mine]].sum()))
        # What is left is less than one block of flats: a few houses just ahead of the front.
        house = order[count:][(gain[count:] == 1)][: max(round(float(gap)), 0)]
        yes = np.concatenate([yes, house])
        now = float(late[yes][late[yes] < 500].max(initial=-1e3)) if len(yes) else -1e3
        fiber[mine[yes]] = True
        close = (time <= now) | fiber[mine]
        rest = np.argsort(np.where(close, -1e3, time), kind="stable")
        reach = np.cumsum(np.where(close | ~already[mine], w, 0)[rest])
        reach += float(w[already[mine] & ~close].sum())
        near[mine] = close
        near[mine[rest[reach <= passed_goal[g] * w.sum()]]] = True
    return fiber, near


def _out_of_bounds(group: Ints, weight: Floats, fiber: Bools, cable: Bools, gigabit: Bools, fast: Bools) -> Bools:
    """Groups of kommuner where PTS's technique shares would not bracket the speeds.

    With fibre and cable-TV known, 1 Gbit/s cannot be less than either, nor 100 Mbit/s more than both.
    A kommun is judged per class and as a whole; where one breaks, both classes are marked.
    """
    size = int(group.max(initial=0)) // 2 * 2 + 2

    def share(has: Bools) -> Floats:
        per = np.bincount(group, weights=np.where(has, weight, 0), minlength=size).reshape(-1, 2)
        return np.column_stack([per, per.sum(axis=1)])

    gbit = share(fiber | gigabit) < np.maximum(share(fiber), share(cable)) - 1e-9
    hundred = share(fiber | cable | fast) > share(fiber) + share(cable) + 1e-9
    return np.repeat((gbit | hundred).any(axis=1), 2)


def _planned(seed: int, group: Ints, front: fibre_spread.Spread, near: Bools, cable: Bools) -> Bools:
    """Projects not built yet: associations and districts that the front reaches within short."""
    rng = stream(seed, "planerat")
    now = np.full(int(group.max(initial=0)) + 1, -np.inf)
    np.maximum.at(now, group[near], front.time[near])
    bold = rng.random(int(front.association.max(initial=0)) + 1)[front.association] < 0.45
    ahead = np.nan_to_num(front.time - now[group], posinf=99.0)
    planned: Bools = ~near & ~cable & bold & (ahead < PLANNED_WITHIN)
    return planned


def households(region: Region, addresses: pd.DataFrame) -> Floats:
    """True households per kommun and class, shape (kommuner, 2): tätbebyggt, glesbebyggt."""
    group = 2 * addresses["kommun"].to_numpy() + np.where(addresses["tat"], 0, 1)
    return _per_group(group, addresses["hushall"].to_numpy(), len(region.lan.kommuner)).reshape(-1, 2)


def write(addresses: pd.DataFrame, path: Path) -> None:
    """Keep the truth, for judging the model afterwards; no adapter reads it."""
    columns = ["hushall", "folk", "arbetsstallen", "tat", "teknik", "planerad"]
    measures = [c for c in addresses if c.startswith(("tillgang_", "passerad_"))]
    table = addresses[["adress_id", *columns, *measures]].rename(columns={"folk": "befolkning"})
    table.attrs["beskrivning"] = DEMO_TEXT
    write_table(table.sort_values("adress_id", ignore_index=True), path)
