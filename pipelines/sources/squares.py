"""SCB's population squares: one file's rows, its size and year, every id checked against geometry and lattice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines import grid
from pipelines.errors import DataError
from pipelines.sources import gpkg, marks, wkb

if TYPE_CHECKING:
    import pandas as pd

WANTED = {
    "rutid": ("rutid_scb", "rutid", "rut_id", "ruta"),
    "befolkning": ("beftotalt", "bef_totalt", "beftot", "totalt", "befolkning"),
    "storlek": ("rutstorl", "rutstorlek"),
    "tid": ("referenstid", "referensdatum", "referensar", "ar"),
}
OPTIONAL = ("storlek", "tid")
SIZES = {"1km": 1000, "250m": 250}
TOLERANCE_M = 0.5
"""How far a square's corner may lie from where its id says (metres)."""
_AGAIN = "Hämta filen på nytt från SCB."

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Edition:
    """One population file: its table, square size (m), year and reference date (``YYYY-MM-DD`` or empty)."""

    file: Path
    layer: gpkg.Layer
    size_m: int
    year: int
    date: str
    demo: bool


def edition(path: Path) -> Edition:
    """Return a file's size and year: by its content; what its name says must agree on the size.

    Raises
    ------
    DataError
        When the table, size or year cannot be told, or name and content disagree on the size.
    """
    layer = gpkg.require_geometry(
        gpkg.find(path, gpkg.layers(path), WANTED, names=(path.stem,), optional=OPTIONAL)
    )
    head = gpkg.read(layer, {k: WANTED[k] for k in ("rutid", *OPTIONAL)}, geometry=False)
    size = _only(head, "storlek", path)
    date = _only(head, "tid", path)
    named_size = next((m for k, m in SIZES.items() if f"_{k}" in path.name.lower()), 0)
    size_m = int(re.sub(r"\D", "", size) or 0) or named_size
    if size_m not in SIZES.values() or (named_size and size_m != named_size):
        raise DataError(
            "Rutornas storlek stämmer inte.", file=path, column="rutstorl",
            expected=f"{named_size or '1000 eller 250'} m", found=size or "okänd", action=_AGAIN,
        )  # fmt: skip
    found = re.search(r"(?:19|20)\d\d", date) or re.search(r"(?:19|20)\d\d", path.stem)
    if not found:
        raise DataError(
            "Filens år framgår inte.", file=path, column="referenstid", expected="ett årtal", found=date or "tomt",
            action="Döp filen som SCB gör: befolkning_1km_<år>.gpkg.",
        )  # fmt: skip
    day = re.match(r"(\d{4})-?(\d\d)-?(\d\d)", date)
    full = "-".join(day.groups()) if day else f"{found[0]}-12-31" if date else ""
    return Edition(path, layer, size_m, int(found[0]), full, layer.demo or marks.demo_mark(path))


def read_squares(e: Edition) -> pd.DataFrame:
    """Return ``rutid`` (int64), ``storlek_m``, ``befolkning`` (int64) of a file, sorted by ``rutid``.

    Raises
    ------
    DataError
        When an id is no id, stands twice, is off the lattice, or lies elsewhere than its geometry;
        when a count is missing, negative or no whole number.
    """
    import pandas as pd

    table = gpkg.read(e.layer, WANTED)
    ids = _ids(gpkg.texts(table["rutid"]).to_pandas(), e.file)
    _require_lattice(ids, e)
    _require_geometry(ids, table["wkb"], e)
    people = _people(table["befolkning"].to_pandas(), e.file)
    frame = pd.DataFrame({"rutid": ids, "storlek_m": np.int64(e.size_m), "befolkning": people})
    frame = frame.sort_values("rutid", kind="stable", ignore_index=True)
    twice = frame["rutid"].duplicated()
    if twice.any():
        raise DataError(
            f"{int(twice.sum())} rutor förekommer två gånger.", file=e.file, column="rutid_scb",
            expected="en rad per ruta", found=str(frame["rutid"][twice].iloc[0]), action=_AGAIN,
        )  # fmt: skip
    return frame


def _only(head: Any, column: str, path: Path) -> str:
    """Return a column's only value as text (empty without column or value); several are an error."""
    import pyarrow.compute as pc

    if column not in head.column_names:
        return ""
    values = sorted(pc.unique(gpkg.texts(head[column]).drop_null()).to_pylist())
    if len(values) > 1:
        raise DataError(
            "Filen blandar rutor som inte hör ihop.", file=path, column=WANTED[column][0],
            expected="samma värde på alla rader", found=", ".join(values[:5]),
            action="Lägg varje storlek och år i en egen fil.",
        )  # fmt: skip
    return values[0] if values else ""


def _ids(texts: pd.Series[str], path: Path) -> Ints:
    wrong = ~texts.fillna("").str.fullmatch(r"\d{13}").astype(bool)
    if wrong.any():
        raise DataError(
            f"{int(wrong.sum())} rutor har ett ogiltigt rutid_scb.", file=path, row=int(wrong.argmax()) + 1,
            column="rutid_scb", expected="13 siffror: E (6) och N (7) för nedre vänstra hörnet",
            found=str(texts[wrong].iloc[0]), action=_AGAIN,
        )  # fmt: skip
    return texts.astype("int64").to_numpy()


def _require_lattice(ids: Ints, e: Edition) -> None:
    east, north = grid.corner(ids)
    wkb.require_sweden(east.astype(float), north.astype(float), e.file)
    off = (east % e.size_m != 0) | (north % e.size_m != 0)
    if off.any():
        raise DataError(
            f"{int(off.sum())} rutor ligger utanför rutnätet om {e.size_m} m.", file=e.file,
            row=int(np.argmax(off)) + 1, column="rutid_scb", expected=f"hörn på jämna {e.size_m} m",
            found=str(ids[off][0]), action=_AGAIN,
        )  # fmt: skip


def _require_geometry(ids: Ints, geometry: Any, e: Edition) -> None:
    """Check that each square's bounds are the ones its id says; a square without geometry is taken by its id."""
    import shapely

    shapes = wkb.polygons(geometry, e.file)
    east, north = grid.corner(ids)
    said = np.column_stack([east, north, east + e.size_m, north + e.size_m])
    off = (np.abs(shapely.bounds(shapes) - said) > TOLERANCE_M).any(axis=1)
    if off.any():
        i = int(np.argmax(off))
        raise DataError(
            f"{int(off.sum())} rutor ligger inte där deras rutid_scb säger.", file=e.file, row=i + 1,
            column="rutid_scb", expected=f"nedre vänstra hörnet i E {east[i]}, N {north[i]}, sidan {e.size_m} m",
            found=", ".join(f"{x:.1f}" for x in shapely.bounds(shapes[i])), action=_AGAIN,
        )  # fmt: skip


def _people(values: pd.Series[float], path: Path) -> Ints:
    import pandas as pd

    number = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    wrong = ~((number >= 0) & (number == np.floor(number)))
    if wrong.any():
        i = int(np.argmax(wrong))
        negative = bool((number < 0).any())
        raise DataError(
            "Negativ folkmängd." if negative else "Folkmängden är inget heltal.", file=path, row=i + 1,
            column="beftotalt", expected="0 eller ett positivt heltal", found=str(values.iloc[i]), action=_AGAIN,
        )  # fmt: skip
    return number.astype(np.int64)
