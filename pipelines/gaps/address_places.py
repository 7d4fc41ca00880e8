"""What is the same for every threshold and measure: where the addresses are, and who lives there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.cell_grid import Ints
from pipelines.core.errors import DataError
from pipelines.tables.code_lists import KINDS

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LEVELS = ("adress", "ruta", "omrade", "statistik")
"""What decides an address; only the last is a model. Anything else is taken for a model too."""
_MODEL = LEVELS.index("statistik")


@dataclass(frozen=True)
class Places:
    """All addresses of the län, as columns.

    Attributes
    ----------
    e_m, n_m : ndarray of float, shape (n,)
        EPSG:3006, metres.
    cells : ndarray of int64, shape (m,)
        ``rutid`` of every cell with addresses, rising.
    cell : ndarray of int64, shape (n,)
        Each address's index in ``cells``.
    codes : ndarray of str, shape (k,)
        The län's kommun codes, rising.
    kommun : ndarray of int64, shape (n,)
        Each address's index in ``codes``: the kommun of the address register.
    tat : ndarray of bool, shape (n,)
        Tätbebyggt.
    hushall, befolkning : ndarray of float, shape (n,)
    kinds : ndarray of float, shape (kinds, n)
        The counts :data:`~pipelines.tables.code_lists.KINDS`, NaN where they are missing.
    hushall_varians : ndarray of float, shape (n,)
        How surely the households live there.
    level : ndarray of int64, shape (n,)
        Index in :data:`LEVELS`.
    """

    e_m: Floats
    n_m: Floats
    cells: Ints
    cell: Ints
    codes: NDArray[Any]
    kommun: Ints
    tat: Bools
    hushall: Floats
    befolkning: Floats
    kinds: Floats
    hushall_varians: Floats
    level: Ints

    @property
    def listed(self) -> Bools:
        """Whether a list of addresses decides the address."""
        return self.level == LEVELS.index("adress")

    @property
    def modelled(self) -> Bools:
        """Whether statistics decide the address."""
        return self.level == _MODEL


def places(points: pd.DataFrame, people: pd.DataFrame, underlag: pd.Series, codes: list[str]) -> Places:
    """Turn the stage tables into columns.

    Parameters
    ----------
    points : DataFrame
        ``adresser_ruta`` with ``e_m`` and ``n_m``.
    people : DataFrame
        ``adresser_hushall``, same order.
    underlag : Series of str
        Of ``adresser_tackning``, same order.
    codes : list of str
        The län's kommun codes.

    Raises
    ------
    DataError
        When an address lies in a kommun that is not the län's.
    """
    cells, cell = np.unique(points["rutid"].to_numpy(), return_inverse=True)
    known = np.array(sorted(codes), dtype=str)
    kommun = _index(points["kommunkod"], known)
    if (kommun < 0).any():
        foreign = sorted(set(points["kommunkod"][kommun < 0]))
        raise DataError(
            "Det finns adresser i kommuner som inte hör till länet.",
            column="kommunkod",
            found=", ".join(foreign[:10]),
            action="Rätta länets kommuner i konfigurationen eller indata.",
        )
    return Places(
        e_m=points["e_m"].to_numpy(np.float64),
        n_m=points["n_m"].to_numpy(np.float64),
        cells=cells.astype(np.int64),
        cell=cell.astype(np.int64),
        codes=known,
        kommun=kommun,
        tat=(points["omradestyp"] == "tatbebyggt").to_numpy(),
        hushall=people["hushall"].to_numpy(np.float64),
        kinds=np.stack([people[x].to_numpy(np.float64) for x in KINDS]),
        **{x: people[x].to_numpy(np.float64) for x in ("befolkning", "hushall_varians")},
        level=_index(underlag, np.array(LEVELS), missing=_MODEL),
    )


def at_level(here: Places, underlag: pd.Series) -> Places:
    """Return the same places with what decides them at one measure and threshold."""
    return replace(here, level=_index(underlag, np.array(LEVELS), missing=_MODEL))


def _index(values: pd.Series, known: NDArray[Any], missing: int = -1) -> Ints:
    import pandas as pd

    found = pd.Categorical(values, categories=list(known)).codes.astype(np.int64)
    return np.where(found < 0, missing, found)
