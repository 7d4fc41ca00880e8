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
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core import cell_grid, classes
from pipelines.core.level import LEVELS
from pipelines.core.quoted import file_name
from pipelines.disclosure.open_run import hidden_files
from pipelines.disclosure.rules import NOTHING
from pipelines.tables.contracts import MERGED_M

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.core.paths import Paths

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
KEY_VARIABLE = "BREDBAND_NYCKEL"
"""Environment variable with the key of the draw: the same in every edition of a region."""
LEAST_DRAWN = 12
RATES = (0.01, 0.04)
"""Part of a kommun's cells that is drawn, between these; where in between is drawn too, so that the number of
cells that are not told does not say how many of them bind."""
MORE_DRAWN = 8
"""Cells that are drawn at a time where there is too little room."""
MUCH = 0.25
"""Part of a cell's households: as much room or more goes first."""
WITHIN = np.array([[a.mbit <= b.mbit and a.measure in (b.measure, "passerad") for b in LEVELS] for a in LEVELS])
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
    """A kommun in the open run: its parts of cells, what their classes allow, and where few lack (or have) coverage.

    Attributes
    ----------
    cell : ndarray of int, shape (n,)
        Row of each part's cell.
    households : ndarray, shape (n,)
    lacking : ndarray, shape (n, levels)
        Expected households without, at each of LEVELS.
    least, most : ndarray, shape (n, levels)
        The share without that each cell's class allows.
    few_lack, few_have : ndarray of bool, shape (levels,)
    """

    cell: NDArray[np.int64]
    households: Floats
    lacking: Floats
    least: Floats
    most: Floats
    few_lack: Bools
    few_have: Bools

    @classmethod
    def of(
        cls, cell: NDArray[np.int64], households: Floats, lacking: Floats, spans: tuple[Floats, Floats], small: int
    ) -> Kommun:
        """Find the levels where few lack coverage, and where few have it."""
        without, total = lacking.sum(axis=0), households.sum()
        few = [(x >= NOTHING) & (x < small) for x in (without, total - without)]
        return cls(cell, households, lacking, spans[0][cell], spans[1][cell], *few)

    @property
    def binds(self) -> Bools:
        """Which parts lie in cells whose class says that somebody lacks (or has) what few lack (or have)."""
        bound = (self.few_lack & (self.least > 0)) | (self.few_have & (self.most < 1))
        return np.asarray(bound.any(axis=1))

    def short(self, gone: Bools, small: int) -> Floats | None:
        """Return how much room each part would give if it was not told either; nothing where there is enough.

        Those without must be able to be any number up to the threshold, while the levels that are not suppressed
        stay as they are: in a part at most what lacks the levels above, and what its class allows.
        """
        for few, counts, allowed, over in self._suppressed():
            stays, moves = (np.flatnonzero(over & x) for x in (~few, few))
            untold = np.minimum(self.households, counts[:, stays].min(axis=1, initial=np.inf))
            if untold.sum() < self._wanted(small):
                for other in stays:  # they move within what is not told: each of them must be many there
                    if counts[gone, other].sum() < self._wanted(small):
                        return np.where(gone, 0.0, counts[:, other])
                continue
            told = np.minimum(untold, self.households * allowed[:, moves].min(axis=1))
            if np.where(gone, untold, told).sum() < self._wanted(small):
                return np.where(gone, 0.0, untold - told)
        return None

    def crossed(self, small: int) -> bool:
        """Tell whether levels above a suppressed one lack coverage in different cells.

        Then there is no room while they stay as they are: what is not told at one level is not told at any.
        """
        for few, counts, _, over in self._suppressed():
            stays = np.flatnonzero(over & ~few)
            untold = np.minimum(self.households, counts[:, stays].min(axis=1, initial=np.inf))
            if untold.sum() < self._wanted(small):
                return True
        return False

    def _wanted(self, small: int) -> float:
        return min(float(small), float(self.households.sum())) * (1 - 1e-9)

    def _suppressed(self) -> Iterator[tuple[Bools, Floats, Floats, Bools]]:
        """Give every suppressed level: which are, counts, what classes allow, and the levels above."""
        covered = self.households[:, None] - self.lacking
        for level in np.flatnonzero(self.few_lack):
            yield self.few_lack, self.lacking, self.most, WITHIN[level]
        for level in np.flatnonzero(self.few_have):
            yield self.few_have, covered, 1 - self.least, WITHIN[:, level]


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
    names = [level.cell_class for level in LEVELS]
    rutid = cell_grid.parse_scb_id(cells["rutid_scb"].to_numpy(dtype=str))
    row = np.searchsorted(rutid, parts["rutid"].to_numpy())
    households = parts["hushall"].to_numpy(np.float64)
    lacking = parts[[level.without() for level in LEVELS]].to_numpy(np.float64)
    spans: tuple[Floats, Floats] | None = None
    pool: NDArray[np.int64] | None = None
    hide = np.zeros((len(cells), len(LEVELS)), dtype=bool)
    for code, at in sorted(parts.groupby("kommunkod", observed=True).indices.items()):
        if not _suppressed(households[at], lacking[at], small):
            continue
        if pool is None or spans is None:
            pool, spans = _pools(cells, rutid), _spans(cells, names)
        kommun = Kommun.of(row[at], households[at], lacking[at], spans, small)
        gone = drawn(kommun, pool[kommun.cell], key, str(code), small)
        levels = kommun.few_lack | kommun.few_have | kommun.crossed(small)
        hide |= np.isin(pool, pool[kommun.cell[gone]])[:, None] & levels
    if not hide.any():
        return cells
    told = {n: cells[n].astype("str").mask(hide[:, i], classes.WITHHELD) for i, n in enumerate(names)}
    # Something planned is told only where the highest speed is not reached by most.
    return cells.assign(**told, planerad=cells["planerad"].to_numpy(bool) & ~hide.any(axis=1))


def _pools(cells: pd.DataFrame, rutid: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the square each cell is told in, as a number that is the same in every edition."""
    side = cells["sammanslagen_m"].astype("int64").to_numpy()
    squares = [cell_grid.parent(rutid, int(m)) * len(MERGED_M) + i for i, m in enumerate(MERGED_M)]
    return np.select([side == int(m) for m in MERGED_M], squares).astype(np.int64)


def _suppressed(households: Floats, lacking: Floats, small: int) -> bool:
    without = lacking.sum(axis=0)
    covered = households.sum() - without
    return any(bool(((x >= NOTHING) & (x < small)).any()) for x in (without, covered))


def _spans(cells: pd.DataFrame, names: list[str]) -> tuple[Floats, Floats]:
    """Return the least and the most share without that each cell's classes allow, shape (cells, levels) each."""
    both = [classes.without(cells[name].to_numpy(dtype=object)) for name in names]
    return np.stack([x for x, _ in both], axis=1), np.stack([x for _, x in both], axis=1)


def drawn(kommun: Kommun, pool: NDArray[np.int64], key: bytes, code: str, small: int) -> Bools:
    """Return which of a kommun's parts are not told: those that bind, and others drawn by the key.

    As many are drawn as bind, and at least so many as a kommun where none binds would have. Where there is then too
    little room, more are drawn: first among those that give much of it, till there is enough.

    Parameters
    ----------
    pool : ndarray of int, shape (n,)
        The square each part is told in.
    """
    own, at = np.unique(pool, return_inverse=True)
    place = np.empty(len(own), dtype=np.int64)
    place[np.argsort([_number(key, f"ruta:{p}") for p in own], kind="stable")] = np.arange(len(own))
    low, high = RATES
    rate = low * (high / low) ** (_number(key, f"kommun:{code}") / 2**64)
    out = np.zeros(len(own), dtype=bool)
    out[at[kommun.binds]] = True
    out |= place < max(LEAST_DRAWN, int(np.ceil(rate * len(own))), int(out.sum()))
    households = np.bincount(at, weights=kommun.households, minlength=len(own))
    while not out.all():
        more = kommun.short(out[at], small)
        if more is None:
            break
        room = np.bincount(at, weights=more, minlength=len(own))
        little = room < MUCH * households
        out[np.lexsort((place, little | (room <= 0), out))[:MORE_DRAWN]] = True
    return np.asarray(out[at])


def _number(key: bytes, text: str) -> Any:
    return int.from_bytes(hmac.digest(key, text.encode(), "sha256")[:8], "big")
