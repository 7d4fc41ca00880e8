"""Cells as lists name them: by SCB's id or INSPIRE's, of one size or several; larger squares spread to 250 m cells.

A row about a larger square says the same of each cell in it: ``andel`` is the share of the square's households, so
each of its addresses has that probability. An id never tells its size, a corner on the lattice of larger squares
only hints at it: so the size is read where it stands, and a list that cannot be one of 250 m cells is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.core import cell_grid
from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger
from pipelines.read.tackning.evidence_source import Mask, Source

if TYPE_CHECKING:
    import pandas as pd

Ints = NDArray[np.int64]

NAMES = {
    "rutid_scb": ("rutid_scb", "rutid", "ruta", "rut_id"),
    "rutid_inspire": ("rutid_inspire", "inspire_id", "inspireid"),
    "rutstorl": (
        "rutstorl",
        "rutstorl_m",
        "rutans_storlek",
        "sida",
        "sida_m",
        "rutsida",
        "rutsida_m",
        *(
            f"{what}{size}{unit}"
            for what in ("", "rut", "rut_", "ruta_", "cell", "cell_", "grid", "grid_")
            for size in ("storlek", "upplosning", "size", "resolution")
            for unit in ("", "_m", "_meter")
        ),
    ),
}
MAX_SIZE_M = 10_000
SUSPECT_IDS = 10
"""Of cells that are 250 m, one in four has a corner on the 500 m lattice: ten of ten by chance once in a million."""
DOUBTED_IDS = 4
"""Four of four by chance once in 256: too often to stop a small list, too seldom to say nothing."""
_SCB = re.compile(r"([1-9]\d{5})\s?(\d{7})(?:[.,]0+)?")
_INSPIRE = re.compile(r"(?:[A-Z]{2}_?)?(?:CRS3006)?RES(\d+)(K?M)N(\d{7})E(\d{6})", re.IGNORECASE)
_SIZE = re.compile(r"(\d+)(?:[.,]0+)?\s*(m|meter|km)?(?:\s*[x×]\s*\d+\s*(?:m|meter|km)?)?", re.IGNORECASE)
_EXPECTED = "13 siffror, E och N för nedre vänstra hörnet, till exempel 3940006133250"
_AS_TEXT = "Skriv id:t som text; Excel skriver annars stora tal som 3,94E+12."


def squares(source: Source, ledger: Ledger) -> tuple[Ints, Ints, Mask]:
    """Return the corner (as ``rutid``) and side (m) of each row's square, and which rows name none.

    Raises
    ------
    DataError
        An id or a size that cannot be read, that do not agree or not fit the grid; a list without sizes whose
        ids all lie on the lattice of larger squares.
    """
    n = len(source.rows)
    cell, side = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for column in ("rutid_scb", "rutid_inspire"):
        if column in source.columns:
            cell, side = _agreeing(source, column, (cell, side), _named(source, column))
    if "rutstorl" in source.columns:
        cell, side = _agreeing(source, "rutstorl", (cell, side), (np.zeros_like(cell), _sizes(source)))
    blank = cell == 0
    stated = side > 0
    first = "rutid_scb" if "rutid_scb" in source.columns else "rutid_inspire"
    unsized = ~stated & ~blank
    if unsized.any() and (stated & ~blank).any():
        raise source.error(
            "Rutans storlek saknas på rader i en lista där andra rader har den.",
            unsized,
            "rutstorl" if "rutstorl" in source.columns else first,
            "rutans sida i meter på varje rad: 250, 500 eller 1000",
            "Fyll i storleken på varje rad.",
        )
    side = np.where(stated, side, cell_grid.CELL_M)
    e, north = cell_grid.corner(cell)
    off = ((e % side != 0) | (north % side != 0)) & ~blank
    if off.any():
        size = int(side[np.argmax(off)])
        raise source.error(
            f"Ett rut-id ligger inte i rutnätet om {size} m.",
            off,
            first,
            f"E och N delbara med {size}",
            f"Ange SCB:s rut-id för {size} m-rutor (nedre vänstra hörnet, SWEREF 99 TM), eller rätt storlek.",
        )
    _doubt_size(source, first, cell[~blank], side[~blank], bool(stated.any()), ledger)
    return cell, side, blank


def spread(frame: pd.DataFrame, side: Ints, label: str, ledger: Ledger) -> pd.DataFrame:
    """Return rows about squares as rows about the 250 m cells in them, what is said of each the same.

    Parameters
    ----------
    frame : DataFrame
        ``rutid``: the square's corner.
    side : ndarray of int, shape (n,)
        The square's side in metres.
    """
    if not (side > cell_grid.CELL_M).any():
        return frame
    for size in np.unique(side[side > cell_grid.CELL_M]).tolist():
        ledger.add(
            "justerad",
            label,
            f"rader om rutor på {size} m",
            int((side == size).sum()),
            f"spreds till {(size // cell_grid.CELL_M) ** 2} rutor på 250 m var, med samma andel",
        )
    across = side // cell_grid.CELL_M
    count = across**2
    row = np.repeat(np.arange(len(side)), count)
    k = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    column, step = np.divmod(k, across[row])
    first_column, first_row = cell_grid.column_row(frame["rutid"].to_numpy())
    out = frame.iloc[row].reset_index(drop=True)
    out["rutid"] = cell_grid.from_column_row(first_column[row] + column, first_row[row] + step)
    size = side[row]
    low = out.groupby("rutid", observed=True)["rutid"].transform("size").to_numpy() > 1
    mixed = out[low].assign(storlek=size[low]).groupby("rutid")["storlek"].nunique()
    ledger.add(
        "varning",
        label,
        "250 m-rutor som rader om olika stora rutor gäller",
        int((mixed > 1).sum()),
        "största andelen räknas",
        cell_grid.scb_id(mixed.index[mixed > 1][:10].to_numpy()),
    )
    return out


def _agreeing(source: Source, column: str, before: tuple[Ints, Ints], found: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Return both joined, where one says nothing the other.

    Raises
    ------
    DataError
        When they contradict each other.
    """
    out = []
    for old, new, what in zip(before, found, ("ruta", "storlek"), strict=True):
        clash = (old > 0) & (new > 0) & (old != new)
        if clash.any():
            i = int(np.argmax(clash))
            raise source.error(
                f"Radens kolumner säger olika om rutans {'läge' if what == 'ruta' else 'storlek'}.",
                clash,
                column,
                str(int(old[i])),
                "Rätta rut-id eller storlek, eller ta bort den kolumn som är fel.",
            )
        out.append(np.where(old > 0, old, new))
    return out[0], out[1]


def _named(source: Source, column: str) -> tuple[Ints, Ints]:
    """Return the corner and, from an INSPIRE id, the side of each row's square; 0 where nothing stands."""
    texts = [t.strip().strip("\"'") for t in source.texts(column)]
    cells, sides, bad = [], [], []
    for i, text in enumerate(texts):
        scb, inspire = _SCB.fullmatch(text), _INSPIRE.fullmatch(text)
        cells.append(int(scb[1] + scb[2]) if scb else int(inspire[4] + inspire[3]) if inspire else 0)
        sides.append(int(inspire[1]) * (1000 if inspire[2].upper() == "KM" else 1) if inspire else 0)
        if text and not scb and not inspire:
            bad.append(i)
    codes = source.codes(column)
    if bad:
        raise source.error("Ett rut-id går inte att läsa.", np.isin(codes, bad), column, _EXPECTED, _AS_TEXT)
    _allowed(source, np.append(sides, 0)[codes], column)
    return np.append(cells, 0).astype(np.int64)[codes], np.append(sides, 0).astype(np.int64)[codes]


def _sizes(source: Source) -> Ints:
    codes, sizes, bad = source.codes("rutstorl"), [], []
    for i, text in enumerate(source.texts("rutstorl")):
        match = _SIZE.fullmatch(text.strip().replace("\u00a0", " ").replace("1 000", "1000"))
        sizes.append(int(match[1]) * (1000 if (match[2] or "").lower() == "km" else 1) if match else 0)
        if text.strip() and not (match and sizes[-1]):
            bad.append(i)
    if bad:
        raise source.error(
            "En rutstorlek går inte att läsa.",
            np.isin(codes, bad),
            "rutstorl",
            "rutans sida i meter: 250, 500 eller 1000",
            "Rätta storleken.",
        )
    side = np.append(sizes, 0).astype(np.int64)[codes]
    _allowed(source, side, "rutstorl")
    return side


def _allowed(source: Source, side: Ints, column: str) -> None:
    wrong = (side % cell_grid.CELL_M != 0) | (side > MAX_SIZE_M)
    if wrong.any():
        raise source.error(
            "En rutstorlek är inte hela 250 m-rutor.",
            wrong,
            column,
            f"250, 500, 1000 eller annan multipel av 250, högst {MAX_SIZE_M} m",
            "Beställ uppgifterna per 250 m-ruta; mindre rutor kan inte läggas ihop utan antalet hushåll.",
        )


def _doubt_size(source: Source, column: str, cells: Ints, side: Ints, stated: bool, ledger: Ledger) -> None:
    """Stop when every id of a list lies where only larger squares' ids all do; say so where the size is stated.

    Raises
    ------
    DataError
        When no size is stated and the list is long enough to tell.
    """
    ids = np.unique(cells)
    e, n = cell_grid.corner(ids)
    larger = next((s for s in (1000, 500) if ((e % s == 0) & (n % s == 0)).all()), 0)
    if len(ids) < DOUBTED_IDS or not larger or (stated and larger <= int(side.max(initial=0))):
        return
    found = f"{len(ids)} rut-id som alla är jämna {larger}-tal i E och N"
    name = "1 km-rutor" if larger == 1000 else "500 m-rutor"
    if not stated and len(ids) >= SUSPECT_IDS:
        raise DataError(
            f"Listan ser ut att gälla {name}.",
            file=source.path,
            column=source.headers[column],
            expected="250 m-rutor",
            found=found,
            action=f"Lägg till kolumnen rutstorl med {larger} (eller 250, om rutorna verkligen är 250 m).",
        )
    ledger.add(
        "allvarlig",
        source.label,
        f"listan kan gälla {name}: {found}",
        len(ids),
        f"lästes som rutor på {int(side.max())} m" + (", som kolumnen rutstorl säger" if stated else "; ange rutstorl"),
    )
