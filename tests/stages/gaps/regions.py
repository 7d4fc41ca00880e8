"""Small random regions, and plain-Python answers that share no code with the program."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
from hypothesis import strategies as st

from pipelines.config.region import Region, load_region
from pipelines.gaps.address_places import Places, places
from pipelines.gaps.trench_ground import Ground, ground
from pipelines.tables.code_lists import KINDS

E0, N0 = 400_000, 6_500_000
CODES = ("1480", "1490", "1499")
LIMIT = 0.5


def region() -> Region:
    root = Path(__file__).parents[3]
    return load_region(root / "config" / "vastra-gotaland.toml")


REGION = region()


@dataclass(frozen=True)
class Address:
    e: float
    n: float
    p: float
    households: float = 1.0
    level: str = "adress"
    kommun: str = "1480"
    klass: str = "glesbebyggt"

    @property
    def utan(self) -> bool:
        return self.p < LIMIT

    @property
    def cell(self) -> tuple[int, int]:
        return math.floor(self.e / 250), math.floor(self.n / 250)

    @property
    def rutid(self) -> int:
        return self.cell[0] * 250 * 10**7 + self.cell[1] * 250


# Multiples of 50 m on 3 x 3 km: coincident, collinear and cocircular points come by themselves.
_STEPS = 61
_KINDS = list(
    itertools.product(
        [0.0, 0.5, 1.0, 3.0], ["adress", "ruta", "statistik", "statistik"], CODES, ["tatbebyggt", "glesbebyggt"]
    )
)
"""Every households, level, kommun and klass: which is drawn with one number, as is the spot; each draw takes time."""
spots = st.integers(0, _STEPS**2 - 1).map(lambda i: (E0 + 50.0 * (i // _STEPS), N0 + 50.0 * (i % _STEPS)))
addresses = st.builds(
    lambda spot, p, kind: Address(*spot, p, *_KINDS[kind]),
    spots,
    st.sampled_from([0.0, 0.0, 0.2, 0.49, 0.5, 0.9, 1.0]),
    st.integers(0, len(_KINDS) - 1),
)
counties = st.lists(addresses, min_size=1, max_size=18)


EMPTY = dict.fromkeys([*KINDS, "hushall_varians"], 0.0)
"""What the areas do not go by."""


def columns(rows: list[Address]) -> tuple[Places, np.ndarray, pd.DataFrame]:
    """The program's own input: columns, probabilities, and land of 6.25 ha in every cell and kommun met."""
    points = pd.DataFrame(
        {
            "rutid": [a.rutid for a in rows],
            "kommunkod": [a.kommun for a in rows],
            "omradestyp": [a.klass for a in rows],
            "e_m": [float(a.e) for a in rows],
            "n_m": [float(a.n) for a in rows],
        }
    )
    people = pd.DataFrame({"hushall": [a.households for a in rows], "befolkning": [2.0 * a.households for a in rows]})
    where = places(points, people.assign(**EMPTY), pd.Series([a.level for a in rows]), list(REGION.kommunkoder))
    land = pd.DataFrame(sorted({(a.rutid, a.kommun) for a in rows}), columns=["rutid", "kommunkod"])
    land["land_ha"] = 3.0
    return where, np.array([a.p for a in rows]), land


def dry(where: Places) -> Ground:
    """The ground of a county without roads and water."""
    none = pd.DataFrame({"klass": [], "niva": [], "namn": [], "geometry": []})
    return ground(none, np.zeros(0, dtype=object), REGION.kostnad, REGION.vagar, where.e_m, where.n_m)


def gap_cells(rows: list[Address]) -> list[set[tuple[int, int]]]:
    """Gap areas over all pairs of cells."""
    graph = nx.Graph()
    graph.add_nodes_from({a.cell for a in rows if a.utan})
    modelled = {a.cell for a in rows if a.level == "statistik"}
    for c in graph:
        for d in graph:
            near = abs(c[0] - d[0]) <= 2 and abs(c[1] - d[1]) <= 2
            if c < d and near and (c in modelled) == (d in modelled):
                graph.add_edge(c, d)
    return [set(x) for x in nx.connected_components(graph)]


def distance(a: Address, b: Address) -> float:
    return math.hypot(a.e - b.e, a.n - b.n)


def trench_m(own: list[Address], covered: list[Address]) -> float:
    """Minimum spanning tree over all pairs of the area's addresses utan and one node for the net."""
    graph = nx.Graph()
    for i, a in enumerate(own):
        graph.add_edge(i, "net", weight=min(distance(a, c) for c in covered))
        for j in range(i):
            graph.add_edge(i, j, weight=distance(a, own[j]))
    return sum(w for _, _, w in nx.minimum_spanning_tree(graph).edges(data="weight"))
