"""What a project is called: by the locality most of it lies in, else by its village or road."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.cell_grid import Ints
from pipelines.gaps.trench_ground import Roads

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.gaps.trench_ground import Ground

Texts = NDArray[Any]


class Localities:
    """What localities are called, by place: ``orter`` has ``namn`` and polygons in EPSG:3006."""

    def __init__(self, orter: pd.DataFrame) -> None:
        import shapely

        self.names = orter["namn"].to_numpy(dtype=object)
        self.tree = shapely.STRtree(orter["geometry"].to_numpy())

    def within(self, xy: NDArray[np.float64]) -> Texts:
        """Return the locality that each point, metres of shape (n, 2), lies in; empty where in none."""
        import shapely

        out = np.full(len(xy), "", dtype=object)
        at, which = self.tree.query(shapely.points(xy), predicate="intersects")
        out[at[::-1]] = self.names[which[::-1]]  # where two overlap, the first in the table
        return out

    def nearest(self, xy: NDArray[np.float64]) -> Texts:
        """Return the locality nearest each point; empty where there are none at all."""
        import shapely

        if not len(self.names):
            return np.full(len(xy), "", dtype=object)
        nearest: Texts = self.names[self.tree.nearest(shapely.points(xy))]
        return nearest


def road_names(under: Ground, who: Ints) -> Texts:
    """Return the name of the road that each of some points of the ground joins; empty where it has none."""
    if not isinstance(under, Roads):
        return np.full(len(who), "", dtype=object)
    line: Ints = under.noded.source[under.drop.line[who]]
    return under.lines["namn"].to_numpy(dtype=object)[line]


def names(project: Ints, count: int, ort: Texts, omrade: Texts, nara: Texts, kommun: Texts) -> Texts:
    """Return a name for each project, no two alike.

    A project with most of its addresses in one locality bears the locality's name, any other that of the address area
    or road that most of its addresses have. What more is needed to tell two apart is added: address area, nearest
    locality, kommun, and at last a number.

    Parameters
    ----------
    project : ndarray of int64, shape (n,)
        Project of each address, 0 … count - 1.
    ort, omrade : ndarray of str, shape (n,)
        Locality, and address area or road, of each address; empty where there is none.
    nara, kommun : ndarray of str, shape (count,)
        Nearest locality (empty where there is none at all) and kommun of each project.

    Examples
    --------
    >>> a = np.array
    >>> names(a([0, 0, 1, 2]), 3, a(["Ed", "Ed", "", "Ed"]), a(["Ågatan", "", "Lund", "Torget"]),
    ...       a(["Ed"] * 3), a(["Dals-Ed"] * 3)).tolist()
    ['Ed, Ågatan', 'Lund', 'Ed, Torget']
    """
    named = omrade != ""
    inside, most = _commonest(project, count, ort), _commonest(project[named], count, omrade[named])
    forms = [_forms(*x) for x in zip(inside, most, nara.tolist(), kommun.tolist(), strict=True)]
    out = np.array([f[0] for f in forms], dtype=object)
    for longer in range(1, len(forms[0]) if forms else 0):
        alike: dict[str, list[int]] = {}
        for i, name in enumerate(out):
            alike.setdefault(name, []).append(i)
        for group in alike.values():
            told = [forms[i][longer] for i in group]
            if len({*told}) > 1:  # what is more tells at least two of them apart
                out[group] = told
    return _numbered(out)


def _forms(ort: str, omrade: str, nara: str, kommun: str) -> list[str]:
    """Return a project's names, from the shortest to the longest: three."""
    short = ort or omrade or (f"Landsbygd vid {nara}" if nara else f"Landsbygd i {kommun}")
    longer = short
    if ort and omrade:
        longer = f"{ort}, {omrade}"
    elif omrade and nara:
        longer = f"{omrade} vid {nara}"
    return [short, longer, longer if kommun in longer else f"{longer} ({kommun})"]


def _commonest(project: Ints, count: int, texts: Texts) -> list[str]:
    """Return the text that most addresses of each project have, ties to the alphabet's first; empty without any."""
    known, code = np.unique(texts.astype(str), return_inverse=True)
    keys, number = np.unique(project * len(known) + code, return_counts=True)
    order = np.lexsort((keys, -number, keys // len(known)))
    first = order[np.unique(keys[order] // len(known), return_index=True)[1]]
    out = np.full(count, "", dtype=object)
    out[keys[first] // len(known)] = known[keys[first] % len(known)].astype(object)
    return [str(x) for x in out]


def _numbered(given: Texts) -> Texts:
    """Return the names with a number after the second and later of those alike."""
    taken, out = {str(x) for x in given}, given.copy()
    seen: dict[str, int] = {}
    for i, name in enumerate(given):
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            while f"{name} {seen[name]}" in taken:
                seen[name] += 1
            out[i] = f"{name} {seen[name]}"
            taken.add(out[i])
    return out
