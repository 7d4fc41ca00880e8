"""Classes that are not told, so that a kommun's suppressed count cannot be worked out from its cells.

Anybody can reckon a cell's households (addresses, SCB's squares and PTS's households are public), and a class says
between which shares of them coverage lies. So where fewer than the threshold g in a kommun lack coverage, a cell
with a class like «50–95 %» would say from how many up, and cells with «at least 95 %» up to how many. There, cells
whose class binds the count are told as ``ej_redovisad`` at that level, together with others drawn by a keyed hash
of the cell, so that none of them need be one that binds. The same holds where few *have* coverage.

What is decided here rests on the run without evidence that may not be published, and on nothing else. Why it is
enough is in ``docs/publicering.md``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines import classes, grid
from pipelines.contracts import MERGED_M
from pipelines.publish.disclosure import NOTHING
from pipelines.publish.facts import file_name, hidden_files
from pipelines.stages.evidence import PAIRS

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.paths import Paths

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
KEY_VARIABLE = "BREDBAND_NYCKEL"
"""Environment variable with the key of the draw: the same in every edition of a region."""
LEAST_DRAWN = 12
RATES = (0.01, 0.04)
"""Part of a kommun's cells that is drawn, between these; where in between is drawn too, so that the number of
cells that are not told does not say how many of them bind."""
COLUMNS = [f"hushall_{'utan' if m == 'tillgang' else 'ej_passerade'}_{t}" for m, t in PAIRS]
"""Column of ``oppna_delar`` with the households without, for each of PAIRS."""
WITHIN = np.array([[t <= s and m in (k, "passerad") for k, s in PAIRS] for m, t in PAIRS])
"""Whether those without at the one level are without at the other, too."""


def secret(paths: Paths) -> bytes:
    """Return the key of the draw: from the environment, else from the evidence that may be published.

    An outsider has neither. Evidence that may not be published has no part in it: it must change no cell.
    """
    given = os.environ.get(KEY_VARIABLE, "")
    if given:
        return given.encode()
    hidden = {*hidden_files(paths), "kallor.csv"}
    digest = hashlib.sha256(b"bredband")
    inventory = paths.inventory("tackning")
    for entry in json.loads(inventory.read_text(encoding="utf-8")) if inventory.exists() else ():
        if file_name(entry["fil"]) not in hidden:
            digest.update(f"{entry['sha256']}\n".encode())
    return digest.digest()


@dataclass(frozen=True)
class Kommun:
    """A kommun in the open run: its parts of cells, and where few lack (or have) coverage.

    Attributes
    ----------
    cell : ndarray of int, shape (n,)
        Row of each part's cell.
    households : ndarray, shape (n,)
    lacking : ndarray, shape (n, levels)
        Expected households without, at each of PAIRS.
    few_lack, few_have : ndarray of bool, shape (levels,)
    """

    cell: NDArray[np.int64]
    households: Floats
    lacking: Floats
    few_lack: Bools
    few_have: Bools

    @classmethod
    def of(cls, cell: NDArray[np.int64], households: Floats, lacking: Floats, small: int) -> Kommun:
        """Find the levels where few lack coverage, and where few have it."""
        without, total = lacking.sum(axis=0), households.sum()
        few = [(x >= NOTHING) & (x < small) for x in (without, total - without)]
        return cls(cell, households, lacking, *few)

    def room(self, told_not: Bools, small: int) -> bool:
        """Tell whether the parts that are not told can hold every number up to the threshold.

        Their households without can be as many as lack the levels above, which stay as they are, and their
        households with as many as have the levels below.
        """
        wanted = min(float(small), float(self.households.sum())) * (1 - 1e-9)
        for few, counts, over in (
            (self.few_lack, self.lacking, WITHIN), (self.few_have, self.households[:, None] - self.lacking, WITHIN.T),
        ):  # fmt: skip
            for level in np.flatnonzero(few):
                others = np.flatnonzero(over[level] & ~few)
                most = np.minimum(self.households, counts[:, others].min(axis=1, initial=np.inf))
                if most[told_not].sum() < wanted:
                    return False
        return True


def withhold(cells: pd.DataFrame, parts: pd.DataFrame, key: bytes, small: int) -> pd.DataFrame:
    """Return the open cells with the classes that must not be told as ``ej_redovisad``.

    Parameters
    ----------
    cells : DataFrame
        ``oppna_rutor``, by ``rutid_scb``.
    parts : DataFrame
        ``oppna_delar``.
    key : bytes
        From :func:`secret`.
    small : int
        The suppression threshold.
    """
    names = [f"klass_{m}_{t}" for m, t in PAIRS]
    rutid = grid.parse_scb_id(cells["rutid_scb"].to_numpy(dtype=str))
    row = np.searchsorted(rutid, parts["rutid"].to_numpy())
    households = parts["hushall"].to_numpy(np.float64)
    lacking = parts[COLUMNS].to_numpy(np.float64)
    pool: NDArray[np.int64] | None = None
    hide = np.zeros((len(cells), len(PAIRS)), dtype=bool)
    for code, at in sorted(parts.groupby("kommunkod", observed=True).indices.items()):
        kommun = Kommun.of(row[at], households[at], lacking[at], small)
        levels = kommun.few_lack | kommun.few_have
        if levels.any():
            pool = _pools(cells, rutid) if pool is None else pool
            binds = _binding(cells, kommun, names)
            gone = drawn(kommun, pool, binds, key, str(code), small)
            hide |= np.isin(pool, pool[kommun.cell[gone]])[:, None] & levels
    if not hide.any():
        return cells
    told = {n: cells[n].astype("str").mask(hide[:, i], classes.WITHHELD) for i, n in enumerate(names)}
    # Something planned is told only where the highest speed is not reached by most.
    return cells.assign(**told, planerad=cells["planerad"].to_numpy(bool) & ~hide.any(axis=1))


def _pools(cells: pd.DataFrame, rutid: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the square each cell is told in, as a number that is the same in every edition."""
    side = cells["sammanslagen_m"].astype("int64").to_numpy()
    squares = [grid.parent(rutid, int(m)) * len(MERGED_M) + i for i, m in enumerate(MERGED_M)]
    return np.select([side == int(m) for m in MERGED_M], squares).astype(np.int64)


def _binding(cells: pd.DataFrame, kommun: Kommun, names: list[str]) -> Bools:
    """Return which parts lie in cells whose class says that somebody lacks (or has) what few lack (or have)."""
    out = np.zeros(len(kommun.cell), dtype=bool)
    for i, name in enumerate(names):
        if kommun.few_lack[i] or kommun.few_have[i]:
            least, most = classes.without(cells[name].to_numpy(dtype=object)[kommun.cell])
            out |= (kommun.few_lack[i] & (least > 0)) | (kommun.few_have[i] & (most < 1))
    return out


def drawn(kommun: Kommun, pool: NDArray[np.int64], binds: Bools, key: bytes, code: str, small: int) -> Bools:
    """Return which of a kommun's parts are not told: those that bind, and others drawn by the key.

    As many are drawn as bind, and at least so many as a kommun where none binds would have. Where what is then
    not told has too little room, twice as many are drawn, until all are.
    """
    own, at = np.unique(pool[kommun.cell], return_inverse=True)
    place = np.empty(len(own), dtype=np.int64)
    place[np.argsort([_number(key, f"ruta:{p}") for p in own], kind="stable")] = np.arange(len(own))
    low, high = RATES
    rate = low * (high / low) ** (_number(key, f"kommun:{code}") / 2**64)
    many = max(LEAST_DRAWN, int(np.ceil(rate * len(own))), len(np.unique(at[binds])))
    while True:
        gone = np.isin(at, at[binds]) | (place[at] < many)
        if gone.all() or kommun.room(gone, small):
            return np.asarray(gone)
        many *= 2


def _number(key: bytes, text: str) -> Any:
    return int.from_bytes(hmac.digest(key, text.encode(), "sha256")[:8], "big")
