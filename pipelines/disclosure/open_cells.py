"""Step open_cells: a class for every cell and level, no counts but of addresses, in bands.

Coverage here comes from the run without evidence that may not be published below kommun level. Why no
households are told of a cell, and what that proves, is in ``docs/publicering.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core import cell_grid, classes, files
from pipelines.core.level import LEVELS, Level
from pipelines.disclosure import bands
from pipelines.sums import summaries
from pipelines.tables import code_lists, contracts, step_tables, summary_tables

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths
    from pipelines.sums.summaries import Block

Ints = NDArray[np.int64]


def run(region: Region, paths: Paths) -> None:
    """Write what may be told of every cell, and beside it what is kept from the cells: the households of each."""
    with (
        files.in_blocks(paths.table("oppna_rutor")) as add_cells,
        files.in_blocks(paths.table("oppna_delar")) as add_parts,
    ):
        for block in summaries.blocks(paths, summaries.BLOCK_ROWS):
            cells, parts = of_block(block, region, paths)
            add_cells(cells)
            add_parts(parts)


def of_block(block: Block, region: Region, paths: Paths) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a block's open cells and their households per kommun, from the run without unpublishable evidence."""
    addresses = block.addresses(paths, "_oppen")
    known = summaries.Known.of(addresses)
    parts = summaries.sum_parts(addresses, known, block.land)
    cells = summaries.sum_cells(parts, addresses, known)
    cells = summaries.Names.of(cells, region).given_to(cells)
    at = np.searchsorted(cells["rutid"].to_numpy(), addresses["rutid"].to_numpy())
    covered = {
        level: np.bincount(at, weights=addresses[level.probability].to_numpy(), minlength=len(cells))
        for level in LEVELS
    }
    return open_cells(cells, covered, region), open_parts(parts)


def open_parts(parts: pd.DataFrame) -> pd.DataFrame:
    """Return the expected households of every cell with addresses, and those without, per kommun."""
    names = [c.name for c in step_tables.OPPNA_DELAR.columns if c.name not in step_tables.OPPNA_DELAR.key]
    lived = parts[(parts["adresser"] > 0).to_numpy()].astype({"kommunkod": "str"})
    out = lived.groupby(["rutid", "kommunkod"], sort=True, observed=True)[names].sum().reset_index()
    return contracts.check(out, step_tables.OPPNA_DELAR)


def open_cells(cells: pd.DataFrame, covered: dict[Level, np.ndarray], region: Region) -> pd.DataFrame:
    """Return the open edition's table of cells.

    Parameters
    ----------
    cells : DataFrame
        One row a cell in the open run: ids, kommun, class, addresses, ``planerad``, ``underlag``. A 1 km square
        lies whole in the table.
    covered : dict of ndarray
        Expected number of addresses with coverage per cell, at each level.
    """
    lived = np.flatnonzero(cells["adresser"].to_numpy() > 0)
    told = told_cells(cells.iloc[lived], {level: values[lived] for level, values in covered.items()}, region)
    out = cells[["rutid_scb", "kommunkod", "kommunnamn", "omradestyp"]].copy()
    planned = np.zeros(len(cells), dtype=bool)
    planned[lived] = told.pop("planerad")
    out["planerad"] = planned
    for name, values in told.items():
        empty = _EMPTY.get(str(name).partition("_")[0], "0")
        out[name] = _elsewhere(values.to_numpy(), lived, len(cells), empty)
    return contracts.check(out, summary_tables.OPPNA_RUTOR)


_EMPTY = {"klass": classes.NO_ADDRESS, "underlag": "ingen", "sammanslagen": "250"}
"""What is told of a cell without addresses; the band is 0."""


def _elsewhere(values: NDArray[Any], at: NDArray[np.int64], count: int, empty: str) -> pd.Categorical:
    """Return ``count`` texts: ``values`` in the rows ``at``, ``empty`` in the others."""
    import pandas as pd

    number, names = pd.factorize(np.append(values.astype(object), empty))
    codes = np.full(count, number[-1])
    codes[at] = number[:-1]
    return pd.Categorical.from_codes(codes, list(map(str, names)))


def told_cells(cells: pd.DataFrame, covered: dict[Level, np.ndarray], region: Region) -> pd.DataFrame:
    """Return what is told of cells with addresses: classes, the band, whether planned, and what it rests on."""
    import pandas as pd

    small = classes.few_below(region.publicering.undertryckningsgrans)
    adresser = cells["adresser"].to_numpy()
    rutid = cell_grid.parse_scb_id(cells["rutid_scb"].to_numpy(dtype=str))
    pool, side_m = pools(rutid, adresser, region.publicering.minst_adresser_i_ruta)
    pooled = np.bincount(pool, weights=adresser)[pool]
    out = pd.DataFrame(index=cells.index)
    for level in LEVELS:
        has = np.bincount(pool, weights=covered[level])[pool]
        klass = classes.of_share(has, pooled, small)
        out[level.cell_class] = np.where(side_m == 0, classes.WITHHELD, klass)
    out["adresser_band"] = bands.of(adresser, region.publicering.bandgranser)
    out["sammanslagen_m"] = np.maximum(side_m, cell_grid.CELL_M).astype(str)
    out["planerad"] = (np.bincount(pool, weights=cells["planerad"])[pool] > 0) & (side_m > 0)
    for name in ("underlag", *_grounds()):
        out[name] = _common(cells[name].astype("str"), pool)
    return tell_few_as_one(out, pooled < small)


def pools(rutid: Ints, addresses: NDArray[Any], least: int) -> tuple[Ints, Ints]:
    """Return which pool each cell is told in, and the side (m) of the square the pool lies in.

    A cell with at least ``least`` addresses is its own pool. The others of a 500 m square are one where they
    have so many together, else the others of the 1 km square that are in no such pool. Only cells with too few
    go into a pool, so that nothing can be told by taking a cell that is told alone from it.

    Returns
    -------
    pool : ndarray of int64, shape (n,)
        Numbers from 0.
    side_m : ndarray of int64, shape (n,)
        250, 500 or 1000; 0 where even the 1 km square's pool has too few: no class is told.
    """
    side_m = np.where(np.asarray(addresses) >= least, cell_grid.CELL_M, 0)
    key = np.array(rutid, dtype=np.int64)
    for side in map(int, code_lists.MERGED_M[1:]):
        open_ = np.flatnonzero(side_m == 0)
        if not len(open_):
            break
        square, at = np.unique(cell_grid.parent(rutid[open_], side), return_inverse=True)
        enough = np.bincount(at, weights=addresses[open_], minlength=len(square))[at] >= least
        side_m[open_[enough]] = side
        key[open_] = square[at]
    # A square's corner is also the id of a cell: pools of different sides are different ones.
    pairs = np.stack([key, side_m], axis=1)
    return np.unique(pairs, axis=0, return_inverse=True)[1].ravel().astype(np.int64), side_m


def _common(values: pd.Series[str], pool: Ints) -> NDArray[Any]:
    """Return each pool's value where all its cells have the same, else ``blandat``."""
    import pandas as pd

    code, names = pd.factorize(values)
    first = pd.Series(code).groupby(pool).transform("first").to_numpy()
    mixed = np.bincount(pool, weights=code != first)[pool] > 0
    return np.where(mixed, "blandat", np.asarray(names, dtype=object)[first])


def tell_few_as_one(cells: pd.DataFrame, few: NDArray[np.bool_]) -> pd.DataFrame:
    """Return the cells with each cell of few addresses told as if it held a single one.

    What only several addresses can show would say that there are several: a mixed basis, something planned
    where everything is reached. So there a mixed basis counts as the weakest, and a plan is shown only where
    the highest threshold is not reached.

    Parameters
    ----------
    cells : DataFrame
        As :func:`told_cells` makes them.
    few : ndarray of bool, shape (n,)
        Cells that are told of fewer addresses than the suppression threshold.
    """
    grounds = _grounds()
    out = cells.copy()
    for ground in grounds:
        out[ground] = out[ground].mask(few & (out[ground] == "blandat"), "statistik")
    same = _all_same(out, grounds)
    out["underlag"] = out["underlag"].mask(few, out[grounds[0]].where(same, "blandat"))
    reached = out[LEVELS.of("tillgang")[-1].cell_class] == "fa_minst_halften"
    out["planerad"] = out["planerad"] & ~(few & reached)
    return out.astype({"adresser_band": "str"})


def _grounds() -> list[str]:
    return [level.cell_basis for level in LEVELS.of("tillgang")]


def _all_same(table: pd.DataFrame, names: list[str]) -> NDArray[np.bool_]:
    """Return whether all named columns of each row hold the same."""
    first = table[names[0]]
    return np.logical_and.reduce([(table[name] == first).to_numpy() for name in names])
