"""What is done to tables of any format: a cell, a column, a row written otherwise than it was.

A grid is the rows of a sheet, a list or a layer. Each role that a column can have has its slips, with what is right
when they are made in a column that figures are made of.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.utsatt.mutation import ANDRAD, FEL, RAKNAD, SAMMA, VARNAD, Case, Collection, csv_table, layer, workbook

Change = Callable[[Any], Any]


@dataclass
class Grid:
    """A table to change in place: names of columns, rows of cells."""

    header: list[Any]
    rows: list[list[Any]]

    def column(self, name: str) -> int:
        return self.header.index(name)

    def cells(self, name: str) -> list[Any]:
        return [r[self.column(name)] for r in self.rows]


Open = Callable[[Case], "contextlib.AbstractContextManager[Grid]"]


def sheet_grid(short: str, sheet: str, header_row: int = 1) -> Open:
    """Return what opens a sheet of a workbook as a grid, its header in one row."""

    @contextlib.contextmanager
    def give(case: Case) -> Iterator[Grid]:
        with workbook(case.path(short)) as book:
            page = book[sheet]
            rows = [[c.value for c in r] for r in page.iter_rows()]
            grid = Grid(rows[header_row - 1], rows[header_row:])
            yield grid
            page.delete_rows(header_row, len(rows))
            for i, row in enumerate([grid.header, *grid.rows], start=header_row):
                for j, value in enumerate(row, start=1):
                    if value is not None:
                        page.cell(i, j, value)

    return give


def list_grid(short: str) -> Open:
    """Return what opens a CSV as a grid of texts."""

    @contextlib.contextmanager
    def give(case: Case) -> Iterator[Grid]:
        with csv_table(case.path(short)) as table:
            grid = Grid(table.rows[0], table.rows[1:])
            yield grid
            table.rows = [[_text(c) for c in r] for r in [grid.header, *grid.rows]]

    return give


def layer_grid(short: str) -> Open:
    """Return what opens a layer's attributes as a grid; the last column is the geometry."""

    @contextlib.contextmanager
    def give(case: Case) -> Iterator[Grid]:
        import geopandas as gpd
        import pandas as pd

        with layer(case.path(short)) as held:
            crs = held.frame.crs
            names = [c for c in held.frame if c != "geometry"]
            columns = {c: held.frame[c].astype(object).tolist() for c in names}
            shapes = list(held.frame.geometry)
            grid = Grid([*names, "geometry"], [list(r) for r in zip(*columns.values(), shapes, strict=True)])
            yield grid
            at = grid.column("geometry")
            data = {c: pd.Series([r[i] for r in grid.rows]) for i, c in enumerate(grid.header) if i != at}
            frame = pd.DataFrame(data).infer_objects()
            mixed = [
                c
                for c in frame
                if {type(v) for v in frame[c].dropna()} - {str, type(None)} and frame[c].dtype == object
            ]
            frame[mixed] = frame[mixed].map(lambda v: None if v is None else _text(v))  # a column has one type
            held.frame = gpd.GeoDataFrame(frame, geometry=[r[at] for r in grid.rows], crs=crs)

    return give


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "SANT" if value else "FALSKT"
    return str(value)


# Cells ------------------------------------------------------------------------------------------------------------

NO_FIGURE = (FEL, RAKNAD, SAMMA)
CELL: dict[str, dict[str, tuple[Any, tuple[str, ...]]]] = {
    "andel": {
        "text": ("okänd", (FEL,)),
        "tom": (None, NO_FIGURE),
        "streck": ("-", NO_FIGURE),
        "negativ": (-0.2, (FEL,)),
        "over_ett": (1.5, (FEL,)),
        "orimlig": (1e9, (FEL,)),
        "procenttal_bland_andelar": (93, (FEL,)),
        "excelfel": ("#DIVISION/0!", (FEL, RAKNAD)),
        "excelfel_na": ("#SAKNAS!", (FEL, RAKNAD)),
        "datum": (datetime.datetime(2025, 6, 5), (FEL,)),
        "sant": (True, (FEL,)),
        "nan_text": ("NaN", NO_FIGURE),
        "oandlig_text": ("inf", (FEL,)),
        "tva_tal": ("0,61 0,62", (FEL,)),
        "komma_som_text": (lambda v: str(v).replace(".", ","), (SAMMA,)),
        "procent_som_text": (lambda v: f"{100 * float(v):.10g} %".replace(".", ","), (SAMMA,)),
        "hart_blanksteg": (lambda v: f"\N{NO-BREAK SPACE}{v}\N{NO-BREAK SPACE}", (SAMMA,)),
        "bokstaven_o": (lambda v: str(v).replace("0", "O"), (FEL,)),
    },
    "antal": {
        "text": ("okänt", (FEL,)),
        "tom": (None, (FEL, RAKNAD)),
        "negativ": (-41, (FEL,)),
        "halv": (41.5, (FEL,)),
        "orimlig": (10**12, (FEL, VARNAD)),
        "excelfel": ("#REFERENS!", (FEL, RAKNAD)),
        "sant": (True, (FEL,)),
        "nan_text": ("NaN", (FEL, RAKNAD)),
        "oandlig_text": ("inf", (FEL,)),
        "som_text": (lambda v: f" {v} ", (SAMMA,)),
        "flyttal": (lambda v: f"{float(v):.1f}", (SAMMA,)),
        "tusenavgransad": (lambda v: f"{int(v):,}".replace(",", "\N{NO-BREAK SPACE}"), (SAMMA,)),
    },
    "mbit": {
        "text": ("snabbt", (FEL,)),
        "negativ": (-100, (FEL,)),
        "orimlig": (10**9, (FEL,)),
        "nan_text": ("NaN", NO_FIGURE),
        "oandlig_text": ("inf", (FEL,)),
        "med_enhet": (lambda v: f"{v} Mbit/s" if v not in ("", None) else v, (FEL, SAMMA)),
        "excelfel": ("#VÄRDEFEL!", (FEL, RAKNAD)),
        "exponent": (lambda v: f"{float(v):E}", (FEL, RAKNAD, SAMMA)),
        "intervall": ("100-1000", (FEL,)),
        "datum_av_excel": ("2025-10-01", (FEL,)),
        "sant": (True, (FEL,)),
    },
}
"""Role of a column → slip → what stands in the cell instead (or a function of what stood), and what is right."""
COLUMN: dict[str, dict[str, tuple[Change, tuple[str, ...]]]] = {
    "andel": {
        "gånger_10": (lambda v: _times(v, 10), (FEL,)),
        "gånger_100": (lambda v: _times(v, 100), (SAMMA, FEL)),
        "gånger_1000": (lambda v: _times(v, 1000), (FEL,)),
        "alla_tomma": (lambda v: None, (FEL, VARNAD)),
        "alla_noll": (lambda v: 0, (FEL, VARNAD)),
        "decimalkomma_text": (lambda v: str(v).replace(".", ",") if _number(v) else v, (SAMMA,)),
        "procent_text": (lambda v: f"{100 * float(v):.10g}%" if _number(v) else v, (SAMMA,)),
        "text_okand": (lambda v: "okänd", (FEL, VARNAD)),
    },
    "antal": {
        "gånger_1000": (lambda v: _times(v, 1000), (FEL, VARNAD)),
        "delat_med_1000": (lambda v: _times(v, 0.001), (FEL, VARNAD)),
        "alla_noll": (lambda v: 0, (FEL, VARNAD)),
        "alla_tomma": (lambda v: None, (FEL, VARNAD)),
        "som_text": (lambda v: str(v), (SAMMA,)),
        "text_okand": (lambda v: "okänt", (FEL,)),
    },
    "mbit": {
        "alla_noll": (lambda v: 0, (FEL, VARNAD)),
        "kbit": (lambda v: _times(v, 1000), (FEL, SAMMA)),
        "gbit": (lambda v: _times(v, 0.001), (FEL, VARNAD, SAMMA)),
        "bit": (lambda v: _times(v, 10**6), (FEL, SAMMA)),
        "decimalkomma": (lambda v: f"{float(v):.1f}".replace(".", ",") if _number(v) else v, (SAMMA,)),
        "decimalpunkt": (lambda v: f"{float(v):.1f}" if _number(v) else v, (SAMMA,)),
        "tusenpunkt": (lambda v: f"{int(float(v)):,}".replace(",", ".") if _number(v) else v, (SAMMA, FEL)),
        "tusenkomma": (lambda v: f"{int(float(v)):,}" if _number(v) else v, (SAMMA, FEL)),
        "tusenblank": (lambda v: f"{float(v):,g}".replace(",", " ") if _number(v) else v, (SAMMA,)),
        "text_okand": (lambda v: "okänd", (FEL,)),
    },
}
"""Role of a column → what is done to every cell of it, and what is right."""


def _number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return not isinstance(value, bool)


def _times(value: Any, factor: float) -> Any:
    if not _number(value):
        return value
    product = round(float(value) * factor, 9)
    return int(product) if product == int(product) else product


def cells(
    to: Collection,
    prefix: str,
    give: Open,
    column: str,
    role: str,
    where: Callable[[list[Any], Grid], bool],
    right: dict[str, tuple[str, ...]] | None = None,
) -> None:
    """Add every slip of a role in one cell of a column: a row by chance among those ``where`` it matters."""
    for slip, (value, wanted) in CELL[role].items():

        def do(case: Case, value: Any = value) -> None:
            with give(case) as grid:
                at = grid.column(column)
                row = case.random.choice([r for r in grid.rows if where(r, grid) and _number(r[at])])
                before = row[at]
                row[at] = value(before) if callable(value) else value
                case.say(f"{column}: {before!r} → {row[at]!r} i {row[:7]}")

        to.add(f"{prefix}/cell_{slip}", do, *(right or {}).get(slip, wanted), what=f"en cell i «{column}»: {slip}")


def columns(
    to: Collection,
    prefix: str,
    give: Open,
    column: str,
    role: str,
    right: dict[str, tuple[str, ...]] | None = None,
    where: Callable[[list[Any], Grid], bool] = lambda r, g: True,
) -> None:
    """Add everything of a role that is done to a whole column."""
    for slip, (change, wanted) in COLUMN[role].items():

        def do(case: Case, change: Change = change) -> None:
            with give(case) as grid:
                at = grid.column(column)
                for row in grid.rows:
                    if where(row, grid):
                        row[at] = change(row[at])

        to.add(f"{prefix}/kolumn_{slip}", do, *(right or {}).get(slip, wanted), what=f"hela «{column}»: {slip}")


# Headers and rows -------------------------------------------------------------------------------------------------


def headers(
    to: Collection,
    prefix: str,
    give: Open,
    column: str,
    *,
    needed: bool = True,
    right: dict[str, tuple[str, ...]] | None = None,
) -> None:
    """Add what is done to the header of one column and to the column as a whole."""
    gone: tuple[str, ...] = (FEL,) if needed else (FEL, RAKNAD, SAMMA)

    def rename(to_what: Callable[[str], Any]) -> Callable[[Case], None]:
        def do(case: Case) -> None:
            with give(case) as grid:
                grid.header[grid.column(column)] = to_what(column)

        return do

    def drop(case: Case) -> None:
        with give(case) as grid:
            at = grid.column(column)
            for row in [grid.header, *grid.rows]:
                del row[at]

    def double(case: Case, change: Change = lambda v: v) -> None:
        with give(case) as grid:
            at = grid.column(column)
            grid.header.insert(at + 1, column)
            for row in grid.rows:
                row.insert(at + 1, change(row[at]))

    slips: dict[str, tuple[Callable[[Case], None], tuple[str, ...]]] = {
        "namnlos": (rename(lambda n: None), gone),
        "annat_namn": (rename(lambda n: "Kolumn 7"), gone),
        "versaler": (rename(str.upper), (SAMMA,)),
        "blanksteg": (rename(lambda n: f"  {n}\N{NO-BREAK SPACE}"), (SAMMA,)),
        "borttagen": (drop, gone),
        "dubblerad": (double, (FEL, SAMMA)),
        "dubblerad_olika": (lambda c: double(c, lambda v: _times(v, 0.5) if _number(v) else f"{v}x"), (FEL,)),
    }
    for slip, (do, wanted) in slips.items():
        to.add(f"{prefix}/rubrik_{slip}", do, *(right or {}).get(slip, wanted), what=f"rubriken «{column}»: {slip}")


def rows(
    to: Collection,
    prefix: str,
    give: Open,
    *,
    mine: Callable[[list[Any], Grid], bool],
    right: dict[str, tuple[str, ...]] | None = None,
) -> None:
    """Add what is done to rows as wholes; ``mine`` are rows that figures are made of."""

    def on(change: Callable[[Case, Grid], None]) -> Callable[[Case], None]:
        def do(case: Case) -> None:
            with give(case) as grid:
                change(case, grid)

        return do

    def pick(case: Case, grid: Grid) -> list[Any]:
        row = case.random.choice([r for r in grid.rows if mine(r, grid)])
        case.say(f"rad {row[:8]}")
        return row

    def reorder(case: Case, grid: Grid) -> None:
        order = list(range(len(grid.header)))
        case.random.shuffle(order)
        grid.header[:] = [grid.header[i] for i in order]
        grid.rows[:] = [[r[i] for i in order] for r in grid.rows]

    def header_again(case: Case, grid: Grid) -> None:
        again = [None if n == "geometry" else n for n in grid.header]
        grid.rows.insert(len(grid.rows) // 2, again)

    slips: dict[str, tuple[Callable[[Case, Grid], None], tuple[str, ...]]] = {
        "omkastade": (lambda c, g: c.random.shuffle(g.rows), (SAMMA,)),
        "baklanges": (lambda c, g: g.rows.reverse(), (SAMMA,)),
        "kolumner_omkastade": (reorder, (SAMMA,)),
        "en_borta": (lambda c, g: g.rows.remove(pick(c, g)), (FEL, RAKNAD)),
        "en_dubblerad": (lambda c, g: g.rows.append(list(pick(c, g))), (FEL, RAKNAD, SAMMA)),
        "alla_borta": (lambda c, g: g.rows.clear(), (FEL, VARNAD)),
        "halften_borta": (lambda c, g: g.rows.__delitem__(slice(len(g.rows) // 2, None)), (FEL, VARNAD)),
        "tomma_rader": (lambda c, g: g.rows.insert(len(g.rows) // 2, [None] * len(g.header)), (SAMMA, FEL, RAKNAD)),
        "rubrik_igen": (header_again, (FEL, RAKNAD, SAMMA)),
    }
    for slip, (change, wanted) in slips.items():
        to.add(f"{prefix}/rader_{slip}", on(change), *(right or {}).get(slip, wanted), what=f"rader: {slip}")


# Bytes ------------------------------------------------------------------------------------------------------------


NO_CHECKSUM = "formatet har ingen kontrollsumma: en siffra som blir en annan siffra går inte att veta"


def damages(to: Collection, short: str, *, needed: bool = True, flips: int = 2, checksum: bool = True) -> None:
    """Add what happens to a file as bytes: cut, emptied, overwritten, flipped.

    ``checksum``: the format has one (a workbook is a zip); without, a digit that became another cannot be known.
    """
    gone: tuple[str, ...] = (FEL,) if needed else (FEL, RAKNAD)

    def cut(share: float) -> Callable[[Case], None]:
        def do(case: Case) -> None:
            data = case.path(short).read_bytes()
            end = int(len(data) * share)
            if case.path(short).suffix == ".csv":  # in the middle of a row: at its end nothing shows
                begins, ends = data.rfind(b"\n", 0, end) + 1, data.find(b"\n", end)
                end = (begins + (ends if ends >= 0 else len(data))) // 2
                end = max(end, data.find(b",", begins) - 1)
            _write(case, short, data[:end])

        return do

    def put(data: bytes) -> Callable[[Case], None]:
        return lambda case: _write(case, short, data)

    def flip(case: Case) -> None:
        data = bytearray(case.path(short).read_bytes())
        for _ in range(8):
            data[case.random.randrange(len(data))] ^= 1 << case.random.randrange(8)
        _write(case, short, bytes(data))

    for percent in (10, 50, 90, 99):
        to.add(f"{short}/avklippt_{percent}", cut(percent / 100), FEL, what="en avbruten hämtning eller kopiering")
    to.add(f"{short}/tom", put(b""), *gone, what="0 byte")
    to.add(f"{short}/bara_nollor", put(bytes(4096)), FEL, what="en fil som en disk har förlorat: bara nollor")
    page = b"<!DOCTYPE html><html><head><title>Access denied</title></head><body>Please log in</body></html>"
    to.add(f"{short}/webbsida", put(page), FEL, what="webbplatsens inloggningssida sparad i filens namn")
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12345\n"
    to.add(f"{short}/git_lfs", put(pointer), FEL, what="en pekare från Git LFS i stället för filen")
    for i in range(flips):
        more, why = ((), "") if checksum else ((ANDRAD,), NO_CHECKSUM)
        what = "åtta bitar vända av en trasig disk"
        to.add(f"{short}/bitar_vanda_{i + 1}", flip, FEL, SAMMA, RAKNAD, *more, what=what, why=why)


def _write(case: Case, short: str, data: bytes) -> None:
    case.path(short).write_bytes(data)
