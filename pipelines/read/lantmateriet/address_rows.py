"""Rows of Lantmäteriet's address files: read, checked, sorted into kept and dropped, every one counted."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.config.region import Region
from pipelines.core.errors import DataError
from pipelines.formats import crs_guess, gpkg, wkb
from pipelines.formats.ids import normal_ids
from pipelines.incoming import marks

if TYPE_CHECKING:
    import pyarrow as pa

TABLE = "belagenhetsadress"
WANTED = {
    "adress_id": ("belagenhetsadress_objektidentitet", "objektidentitet"),
    "kommunkod": ("kommunkod",),
    "status": ("statusforbelagenhetsadress", "status"),
    "adressomrade": ("adressomrade_faststalltnamn", "adressomrade"),
}
OPTIONAL = ("adressomrade",)
"""Names of streets and villages: what projects are called by, and nothing else is decided by."""
LANSKODER = frozenset(f"{i:02}" for i in (1, *range(3, 11), 12, 13, 14, *range(17, 26)))
"""Sweden's län codes (SCB), the first two digits of a kommunkod."""

MAX_STRAYS = 0.01
"""Points outside Sweden in more than 1 % of a file's rows are a wrong coordinate system; fewer are faulty rows."""

Ints = NDArray[np.int32]
Mask = NDArray[np.bool_]


@dataclass
class Found:
    """What one file gave: the rows kept, and every other row counted by reason.

    ``strays`` are points outside Sweden, each with its row; ``stray_ids`` those among them that would have been kept.
    """

    file: Path
    demo: bool
    date: str
    rows: int = 0
    outside: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    without_point: list[str] = field(default_factory=list)
    points: int = 0
    strays: list[tuple[int, float, float]] = field(default_factory=list)
    stray_ids: list[str] = field(default_factory=list)
    kept: list[pa.Table] = field(default_factory=list)

    @property
    def kept_rows(self) -> int:
        """Number of rows kept."""
        return sum(t.num_rows for t in self.kept)


def read_file(path: Path, region: Region) -> Found:
    """Read one file's Gällande addresses in the region's kommuner.

    Raises
    ------
    DataError
        When the file, its table, its CRS, an id, a kommunkod or a point is wrong.
    """
    layer = gpkg.require_geometry(
        gpkg.find(
            path, gpkg.layers(path), WANTED, names=(TABLE,), optional=OPTIONAL, first=("adress_id", "status", *OPTIONAL)
        )
    )
    marked = marks.as_marked(layer)
    found = Found(path, demo=marked, date=layer.changed)
    for batch in gpkg.batches(layer, WANTED):
        _take(batch, found, region)
    if not found.rows:
        raise gpkg.empty(layer)
    _require_few_strays(found, region)
    return found


def _require_few_strays(found: Found, region: Region) -> None:
    """Stop when more than ``MAX_STRAYS`` of a file's points lie outside Sweden; fewer are rows without a place."""
    if len(found.strays) <= MAX_STRAYS * found.points:
        return
    row, e_m, n_m = (np.array(x) for x in zip(*found.strays, strict=True))
    raise wkb.not_in_sweden(e_m, n_m, found.file, len(row), int(row[0]), _in_region(region))


def _in_region(region: Region) -> crs_guess.Judge | None:
    """Return what tells whether coordinates lie in the region; None where no outline of it is known."""
    from pipelines.read.lantmateriet import outlines

    general = outlines.generalised()
    mine = general[general["kommunkod"].isin(region.kommunkoder)]
    return crs_guess.within(tuple(mine.total_bounds)) if len(mine) else None


def _take(batch: pa.Table, found: Found, region: Region) -> None:
    """Sort one batch's rows into kept and dropped, and count every one."""
    import pyarrow as pa

    ids = pa.chunked_array([normal_ids(c) for c in gpkg.texts(batch["adress_id"]).chunks], pa.string())
    codes, code = _encoded(batch["kommunkod"])
    numbers = not pa.types.is_string(batch["kommunkod"].type)
    codes = [_kommun_code(v, region, number=numbers) for v in codes]
    spelled, status = _encoded(batch["status"])
    _require_codes(codes, code, found, region)
    e_m, n_m = wkb.points(batch["wkb"], found.file)
    found.points += int((~np.isnan(e_m)).sum())
    stray = wkb.outside_sweden(e_m, n_m)
    found.strays += [(found.rows + int(i) + 1, float(e_m[i]), float(n_m[i])) for i in np.flatnonzero(stray)]
    e_m[stray], n_m[stray] = np.nan, np.nan
    here = np.isin(codes, region.kommunkoder)[code]
    valid = here & np.array([gpkg.plain(s) == "gallande" for s in spelled])[status]
    keep = valid & ~np.isnan(e_m)
    _require_ids(ids, keep, found)
    found.outside.update(_count(codes, code[~here]))
    found.statuses.update(_count(spelled, status[here & ~valid]))
    found.without_point += [str(x) for x in ids.filter(pa.array(valid & ~keep & ~stray)).to_pylist()]
    found.stray_ids += [str(x) for x in ids.filter(pa.array(valid & stray)).to_pylist()]
    found.rows += batch.num_rows
    mask = pa.array(keep)
    named = "adressomrade" in batch.column_names
    areas, area = _encoded(batch["adressomrade"]) if named else ([""], np.zeros(len(keep), np.int32))
    areas[-1] = ""  # what the list of distinct texts ends with, for those without any
    found.kept.append(
        pa.table(
            {
                "adress_id": ids.filter(mask),
                "kommunkod": pa.array(np.array(codes)[code[keep]], pa.string()),
                "adressomrade": pa.array(np.array(areas, dtype=object)[area[keep]], pa.string()),
                "e_m": e_m[keep],
                "n_m": n_m[keep],
            }
        )
    )


def _kommun_code(text: str, region: Region, *, number: bool) -> str:
    """Return a kommunkod as four digits: numbers of Stockholm's to Blekinge län lose their zero, and some gain .0."""
    text = re.sub(r"^(\d{3,4})\.0+$", r"\1", text)
    return text.zfill(4) if number or f"0{text}" in region.kommunkoder else text


def _encoded(column: pa.ChunkedArray) -> tuple[list[str], Ints]:
    """Return a column's distinct trimmed texts (the last is for null) and each row's index among them."""
    import pyarrow as pa

    coded = pa.chunked_array(gpkg.texts(column)).combine_chunks().dictionary_encode()
    values = [str(v) for v in coded.dictionary.to_pylist()] + ["(tomt)"]
    return values, coded.indices.fill_null(len(values) - 1).to_numpy(zero_copy_only=False)


def _count(values: list[str], index: Ints) -> dict[str, int]:
    count = np.bincount(index, minlength=len(values)).tolist()
    return {v: n for v, n in zip(values, count, strict=True) if n}


def _require_codes(codes: list[str], index: Ints, found: Found, region: Region) -> None:
    """Check that every kommunkod is the region's, or one of another län."""
    for i, code in enumerate(codes):
        other = re.fullmatch(r"[0-9]{4}", code) and code[:2] in LANSKODER and code[:2] != region.lan.kod
        known = code in region.kommunkoder or other
        rows = np.flatnonzero(index == i)
        if not known and len(rows):
            raise DataError(
                "Okänd kommunkod.",
                file=found.file,
                row=found.rows + int(rows[0]) + 1,
                column="kommunkod",
                expected="en svensk kommunkod med fyra siffror; i länet en av konfigurationens",
                found=code,
                action="Kontrollera filen, och lan.kommuner i konfigurationen.",
            )


def _require_ids(ids: pa.ChunkedArray, keep: Mask, found: Found) -> None:
    import pyarrow.compute as pc

    lacking = pc.equal(ids.fill_null(""), "").to_numpy() & keep
    if lacking.any():
        raise DataError(
            f"{int(lacking.sum())} adresser saknar identitet.",
            file=found.file,
            row=found.rows + int(np.argmax(lacking)) + 1,
            column="objektidentitet",
            expected="text",
            found="tomt",
            action="Hämta filen på nytt från Lantmäteriet.",
        )
