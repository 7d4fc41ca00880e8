"""What trenches stand on: roads where there are any, straight lines where there are none, water under both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.config.region import Kostnad
from pipelines.config.road_settings import Vagar
from pipelines.core.cell_grid import Ints
from pipelines.gaps import trench
from pipelines.gaps.address_places import Bools, Floats
from pipelines.gaps.cost import LEVELS, Level
from pipelines.roads import drops, network, noding, over_water, trees
from pipelines.roads.line_parts import NO_LINES, Vertices, ragged, stretches, together
from pipelines.roads.over_water import Water
from pipelines.tables.code_lists import TRENCH_KINDS

if TYPE_CHECKING:
    import pandas as pd

SLAG = TRENCH_KINDS
Ties = tuple[Ints, Ints, Floats]
"""Edges of a forest of addresses: both ends, and how long the way is; addresses at one place are a chain."""
_VAG, _STICK, _SJO, _FAGELVAG = range(4)


@dataclass(frozen=True)
class Dug:
    """The trench of every area.

    Attributes
    ----------
    metres : ndarray of float, shape (4, areas)
        By :data:`SLAG`; infinite where there is no net to connect to.
    priced_m : dict of ndarray of float, shape (areas,)
        By level of cost: so many metres at the base price cost as much.
    area, slag : ndarray of int64, shape (p,)
        Of each piece of ``lines``.
    drawn : callable
        Gives ``lines``.
    """

    metres: Floats
    priced_m: dict[Level, Floats]
    area: Ints
    slag: Ints
    drawn: Callable[[], Vertices]

    @cached_property
    def lines(self) -> Vertices:
        """Every piece of every branch: vertices, and how many each has; one that two branches follow stands twice.

        Drawn when asked for: the open edition asks only what an area costs.
        """
        return self.drawn()


@dataclass(frozen=True)
class Straight:
    """No roads: straight lines between addresses."""

    wet: Water
    kostnad: Kostnad
    vagar: Vagar
    e_m: Floats
    n_m: Floats

    def detour(self, level: Level) -> float:
        """Return what a metre on land is priced as, for metres that the tree does not hold."""
        return float(getattr(self.kostnad.omvagsfaktor, level))

    def dig(self, utan: Bools, covered: Bools, area: Ints, count: int) -> Dug:
        """Return the trench of each area: its minimum spanning tree as the crow flies, and what of it is over water."""
        u, c = np.flatnonzero(utan), np.flatnonzero(covered)
        xy = np.column_stack([self.e_m, self.n_m])
        net, which = trench.nearest_covered(self.e_m[u], self.n_m[u], self.e_m[c], self.n_m[c])
        if len(c) == 0:
            return _nothing(count)
        tree = trench.branches(self.e_m[u], self.n_m[u], net, area[u], count)
        start = u[tree.start]
        end = np.where(tree.end < 0, c[which[tree.start]], u[tree.end])
        pieces = _straight(self.wet, xy[start], xy[end], np.full(len(start), _FAGELVAG))
        metres = _sums([(tree.area[pieces.owner], pieces.slag, pieces.metres)], count)
        sea = self.vagar.prisfaktor_sjokabel
        priced: dict[Level, Floats] = {x: metres[_FAGELVAG] * self.detour(x) + metres[_SJO] * sea for x in LEVELS}
        return Dug(metres, priced, tree.area[pieces.owner], pieces.slag, pieces.lines)

    def ties(self, utan: Bools, covered: Bools) -> Ties:
        """Return the tree over the net and all these addresses, as the crow flies: the edges between addresses."""
        xy, c = np.column_stack([self.e_m, self.n_m]), np.flatnonzero(covered)
        who = np.flatnonzero(utan)
        _, first, place = np.unique(xy[who], axis=0, return_index=True, return_inverse=True)
        chain = _chained(who, place.ravel())
        if len(who) == 0:
            return chain
        u = who[first]
        net, _ = trench.nearest_covered(self.e_m[u], self.n_m[u], self.e_m[c], self.n_m[c])
        # Where nothing is covered, a net that is far from all changes no edge between them.
        tree = trench.branches(
            self.e_m[u], self.n_m[u], np.where(np.isfinite(net), net, 1e9), np.zeros(len(u), np.int64), 1
        )
        own = tree.end >= 0
        return _together(chain, (u[tree.start[own]], u[tree.end[own]], tree.metres[own]))


@dataclass(frozen=True)
class Roads:
    """The network, the lines it was made of (``klass``, ``niva``, ``namn``), and each address's drop."""

    network: network.Network
    noded: noding.Noded
    lines: pd.DataFrame
    wet: Water
    vagar: Vagar
    xy: Floats
    drop: drops.Drops

    def detour(self, level: Level) -> float:
        """Return what a metre on land is priced as, for metres that the tree does not hold."""
        del level
        return self.vagar.prisfaktor_stick

    def dig(self, utan: Bools, covered: Bools, area: Ints, count: int) -> Dug:
        """Return the trench of each area: its tree along the network, and its addresses' drops, each once."""
        net = self.network
        search, sticks = self._asked(utan, covered)
        tree = trees.grow(search, np.where(utan, area, -1), count)
        if not tree.reached.all():
            return _nothing(count)
        who = np.flatnonzero(utan)
        once = _first_of_each(area[who], self.xy[who])
        house, stick = sticks.of(once)
        house = who[once][house]
        joints = self._joints
        jumps = np.flatnonzero(net.joint[tree.edge] >= 0)
        branch, piece = joints.of(net.joint[tree.edge[jumps]])
        along = np.flatnonzero(net.line[tree.edge] >= 0)
        edge = tree.edge[along]
        at_sea = np.where(net.sjo_m[edge] > 0, _SJO, _VAG)
        parts = [
            (tree.area[along], at_sea, net.to_m[edge] - net.from_m[edge]),
            (tree.area[jumps[branch]], joints.slag[piece], joints.metres[piece]),
            (area[house], sticks.slag[stick], sticks.metres[stick]),
        ]
        prices = self._price(parts[2][1], self._far[house]) * parts[2][2]
        priced = tree.sums(net.priced_m) + np.bincount(parts[2][0], weights=prices, minlength=count)

        def drawn() -> Vertices:
            roads = stretches(self.noded.lines, net.line[edge], net.from_m[edge], net.to_m[edge])
            return together(roads, joints.lines(piece), sticks.lines(stick))

        return Dug(
            _sums(parts, count),
            dict.fromkeys(LEVELS, priced),
            np.concatenate([p[0] for p in parts]),
            np.concatenate([p[1] for p in parts]),
            drawn,
        )

    def ties(self, utan: Bools, covered: Bools) -> Ties:
        """Return the tree over the net and all these addresses along the network: the edges between addresses."""
        start, end, way = trees.spanning(self._asked(utan, covered)[0])
        own, who = end >= 0, np.flatnonzero(utan)
        return _together(_chained(who, self.network.at[who]), (start[own], end[own], way[own]))

    def _asked(self, utan: Bools, covered: Bools) -> tuple[trees.Search, _Pieces]:
        """Return what is nearest what, and the drops of all that is *utan*, parted at the shores.

        The last answer is kept, since areas and projects of a level ask the same.
        """
        asked = utan.tobytes() + covered.tobytes()
        if asked not in self._kept:
            self._kept.clear()
            dry = np.where(self._far[utan], _FAGELVAG, _STICK)
            sticks = _straight(self.wet, self.xy[utan], self.drop.xy[utan], dry)
            self._kept[asked] = trees.search(self.network, covered, utan), sticks
        return self._kept[asked]

    @cached_property
    def _kept(self) -> dict[bytes, tuple[trees.Search, _Pieces]]:
        return {}

    @property
    def _far(self) -> Bools:
        """Whether each address is so far from every road that its drop is a straight line where no road goes."""
        return self.drop.length_m > self.vagar.langsta_stick_m

    @cached_property
    def _joints(self) -> _Pieces:
        """The straight lines between islands, parted at the shores: the same at every level."""
        start, end = self.network.joints[:, 0], self.network.joints[:, 1]
        return _straight(self.wet, start, end, np.full(len(start), _FAGELVAG))

    def _price(self, slag: Ints, far: Bools) -> Floats:
        dry = np.where(far, self.vagar.prisfaktor_fagelvag, self.vagar.prisfaktor_stick)
        return np.where(slag == _SJO, self.vagar.prisfaktor_sjokabel, dry)


Ground = Straight | Roads


def ground(
    roads: pd.DataFrame,
    water: NDArray[Any],
    kostnad: Kostnad,
    vagar: Vagar,
    e_m: Floats,
    n_m: Floats,
    noded: noding.Noded | None = None,
    drop: drops.Drops | None = None,
) -> Ground:
    """Return what the trenches of these addresses stand on.

    Parameters
    ----------
    roads : DataFrame
        ``klass``, ``niva``, ``namn``, ``geometry`` (shapely lines): table ``vagar``; maybe empty. With ``fran`` and
        ``till`` they are table ``vagnat``, and meet there alone.
    water : ndarray of polygons
        Table ``mark``; maybe empty.
    e_m, n_m : ndarray of float, shape (n,)
        All addresses of the län, EPSG:3006, metres.
    noded : Noded, optional
        Where the roads meet, if that is known; they need no geometry then.
    drop : Drops, optional
        Where the addresses meet them, if that is known.
    """
    wet = over_water.water(water)
    price, ferry, may = road_prices(roads, vagar)
    if not may.any():
        return Straight(wet, kostnad, vagar, e_m, n_m)
    xy = np.column_stack([e_m, n_m])
    if noded is None and "fran" in roads:
        noded = noding.as_noded(roads["geometry"].to_numpy(), roads["fran"].to_numpy(), roads["till"].to_numpy())
    elif noded is None:
        noded = noding.node(roads["geometry"].to_numpy(), on_ground(roads), vagar.snappning_m)
    drop = drop or drops.nearest(xy, noded.lines, np.flatnonzero(may[noded.source]))
    prices = network.Prices(price, vagar.prisfaktor_fagelvag, vagar.prisfaktor_sjokabel)

    def wet_m(start: Floats, end: Floats) -> Floats:
        return over_water.metres(over_water.over(wet, start, end), len(start))

    net = network.build(noded, drop, prices, ferry, wet_m)
    return Roads(net, noded, roads.drop(columns="geometry", errors="ignore"), wet, vagar, xy, drop)


def road_prices(roads: pd.DataFrame, vagar: Vagar) -> tuple[Floats, Bools, Bools]:
    """Return what a metre of each road costs, which are ferries, and which may be followed to a house."""
    klass = roads["klass"]
    price = klass.map(vagar.prisfaktor).astype(np.float64).fillna(np.inf).to_numpy()
    ferry = (klass == "farjeled").to_numpy(np.bool_)
    built = roads["niva"].isin(["bro", "tunnel", "bro_och_underfart"]).to_numpy(np.bool_)
    price = np.where(built & ~ferry, price * vagar.prisfaktor_bro_tunnel, price)
    return price, ferry, on_ground(roads) & np.isfinite(price) & ~ferry


def on_ground(roads: pd.DataFrame) -> Bools:
    """Return which roads lie on the ground: neither bridge, tunnel nor under one."""
    return (roads["niva"] == "mark").to_numpy(np.bool_)


def _chained(who: Ints, place: Ints) -> Ties:
    """Return the edges, of no length, that tie addresses at one place."""
    order = np.lexsort((who, place))
    who, same = who[order], np.diff(place[order]) == 0
    return who[:-1][same], who[1:][same], np.zeros(int(same.sum()))


def _together(one: Ties, other: Ties) -> Ties:
    start, end, way = (np.concatenate(x) for x in zip(one, other, strict=True))
    return start, end, way


@dataclass(frozen=True)
class _Pieces:
    """Straight lines parted at the shores: whose, what, where."""

    owner: Ints
    slag: Ints
    start: Floats
    end: Floats

    @property
    def metres(self) -> Floats:
        return np.hypot(*(self.end - self.start).T)

    def lines(self, chosen: Ints | None = None) -> Vertices:
        """Return the pieces, or those chosen, as lines of two vertices."""
        ends = np.stack([self.start, self.end], axis=1)
        ends = ends if chosen is None else ends[chosen]
        return ends.reshape(-1, 2), np.full(len(ends), 2)

    def of(self, owners: Ints) -> tuple[Ints, Ints]:
        """Return for each of ``owners`` its pieces: place in ``owners`` and piece."""
        number = np.bincount(self.owner, minlength=int(owners.max(initial=-1)) + 1)
        first = np.cumsum(number) - number
        which, at = ragged(number[owners])
        return which, first[owners][which] + at


def _straight(wet: Water, start: Floats, end: Floats, dry: Ints) -> _Pieces:
    """Part straight lines at the shores; on land they are what ``dry`` says. Sorted by line and along it."""
    length = np.hypot(*(end - start).T)
    sea = over_water.over(wet, start, end)
    land = over_water.rest(sea, length)
    owner = np.concatenate([sea.line, land.line])
    slag = np.concatenate([np.full(len(sea.line), _SJO), dry[land.line]])
    low, high = np.concatenate([sea.from_m, land.from_m]), np.concatenate([sea.to_m, land.to_m])
    order = np.lexsort((low, owner))
    owner, slag, low, high = owner[order], slag[order], low[order], high[order]
    step = (end - start)[owner] / length[owner][:, None]
    return _Pieces(owner, slag, start[owner] + step * low[:, None], start[owner] + step * high[:, None])


def _first_of_each(area: Ints, xy: Floats) -> Ints:
    """Return the first address of each area at each place, by area, easting and northing."""
    order = np.lexsort((xy[:, 1], xy[:, 0], area))
    new = np.ones(len(order), np.bool_)
    new[1:] = (np.diff(area[order]) != 0) | (np.diff(xy[order], axis=0) != 0).any(axis=1)
    return order[new]


def _sums(parts: list[tuple[Ints, Ints, Floats]], count: int) -> Floats:
    out = np.zeros((len(SLAG), count))
    for area, slag, metres in parts:
        out += np.bincount(slag * count + area, weights=metres, minlength=len(SLAG) * count).reshape(len(SLAG), count)
    return out


def _nothing(count: int) -> Dug:
    """There is no net to connect to: unknown, not free."""
    none, unknown = np.zeros(0, np.int64), np.full(count, np.inf)
    return Dug(np.full((len(SLAG), count), np.inf), dict.fromkeys(LEVELS, unknown), none, none, lambda: NO_LINES)
