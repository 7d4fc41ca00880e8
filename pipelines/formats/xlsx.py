"""Workbooks from outside: measured before they are opened, then read as plain rows of values.

A workbook is a zip of XML. Its members are unpacked in memory within bounds, measured, and packed again
for the reader, which therefore sees exactly what was measured: no lying sizes, no macros, no pictures.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core.errors import DataError, by_library, printable
from pipelines.formats import zips

MAX_BYTES = 200 << 20
"""Unpacked XML beyond this is refused; PTS's workbooks are a few MB."""
MAX_MEMBERS = 1000
MAX_CELLS = 2_000_000
"""Rows times columns of one sheet: the reader keeps it as a full rectangle, empty cells too."""
MAX_TEXT_BYTES = 2 << 30
"""Cells times the longest text: many cells may share one text, and each gets its own copy."""
_AGAIN = "Hämta arbetsboken på nytt från utgivaren, eller spara om den som .xlsx i ett kalkylprogram."
_OLE = b"\xd0\xcf\x11\xe0"

Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Sheet:
    """One visible sheet.

    Attributes
    ----------
    file : Path
    name : str
    rows : list of list
        Values from cell A1 on: ``rows[i][j]`` stands in row ``i + 1`` of the sheet. Empty is ``""``.
    merged : tuple of ((row, column), (row, column))
        Merged ranges, first and last cell, counted from 0.
    """

    file: Path
    name: str
    rows: list[list[Any]]
    merged: tuple[Range, ...] = ()

    @property
    def label(self) -> str:
        """File and sheet, as errors name them."""
        return f"{self.file}, blad «{printable(self.name, 60)}»"

    @property
    def source(self) -> str:
        """Folder, file and sheet, as ledgers name them: the same wherever RAW lies."""
        return f"{self.file.parent.name}/{self.file.name}, blad «{printable(self.name, 60)}»"


def read_sheets(path: Path) -> list[Sheet]:
    """Read the visible sheets of a workbook (.xlsx).

    Raises
    ------
    DataError
        When the file is no workbook, is locked by a password, or is larger than the bounds here.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum, ZipError

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(_measured(path)))
        sheets = []
        for meta in book.sheets_metadata:
            if meta.visible != SheetVisibleEnum.Visible:
                continue
            sheet = book.get_sheet_by_name(meta.name)
            rows = sheet.to_python(skip_empty_area=False)
            sheets.append(Sheet(path, meta.name, rows, tuple(sheet.merged_cell_ranges or ())))
    except (CalamineError, ZipError, ValueError) as e:
        raise DataError(
            "Arbetsboken går inte att läsa.", file=path, found=by_library("fel i arbetsboken", e), action=_AGAIN
        ) from None
    return sheets


def _measured(path: Path) -> bytes:
    """Return the workbook's XML members, unpacked within bounds and packed again without compression."""
    try:
        with path.open("rb") as f:
            if f.read(4) == _OLE:
                raise DataError(
                    "Arbetsboken är låst med lösenord eller sparad i det gamla formatet .xls.",
                    file=path,
                    expected="en olåst .xlsx",
                    action="Spara om den som .xlsx utan lösenord.",
                )
        with zipfile.ZipFile(path) as z:
            members = z.infolist()
            _bounded(path, "delar", len(members), MAX_MEMBERS)
            wanted = [m for m in members if m.filename.lower().endswith((".xml", ".rels"))]
            _bounded(path, "MB uppackad", sum(m.file_size for m in wanted) >> 20, MAX_BYTES >> 20)
            if len({m.filename.lower() for m in wanted}) < len(wanted):
                raise DataError("Arbetsboken har två delar med samma namn.", file=path, action=_AGAIN)
            # ZipFile never gives more than the declared size, and checks the checksum of what it gives.
            parts = {m.filename: z.read(m) for m in wanted}
    except zips.BROKEN as e:
        raise DataError(
            "Filen är ingen läsbar arbetsbok.",
            file=path,
            expected="en .xlsx",
            found=by_library("något annat, eller en skadad fil", e),
            action=_AGAIN,
        ) from None
    _measure_cells(path, parts)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as z:
        for name, data in parts.items():
            z.writestr(zipfile.ZipInfo(name), _ERROR_CELL.sub(rb"\1\2str\2", data))
    return packed.getvalue()


# An empty cell as different programs write it: <c …/>, <c …></c>, <c …><v/></c>, <c …><v></v></c>.
_EMPTY_CELL = re.compile(
    rb'<(?:\w+:)?c(?:\s+[\w:]+="[^"<>]*")*\s*'
    rb"(?:/>|>\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>)"
)
_CELL = re.compile(rb"<(?:\w+:)?c[\s>]")
# The reader gives an error (#N/A, #REF!) as an empty cell; told that it is text, it gives the text.
_ERROR_CELL = re.compile(rb"(<(?:\w+:)?c\s[^<>]*?\bt\s*=\s*)([\"'])e\2")
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_ROW_NUMBER = re.compile(rb"<(?:\w+:)?row\b[^<]*?\br\s*=\s*[\"'](\d+)")
_REFERENCE = re.compile(rb"\br\s*=\s*[\"']\s*([A-Za-z]+)(\d+)")


def _measure_cells(path: Path, parts: dict[str, bytes]) -> None:
    """Refuse a sheet whose rectangle, or whose repeated text, would not fit in memory.

    A cell at XFD1048576 makes a file of 5 kB ask for 500 GB. Empty, formatted cells cost nothing.
    """
    cells_in_book = 0
    longest = 0
    for name, data in parts.items():
        longest = max(longest, max((len(x) for x in data.split(b"<")), default=0))
        if b"sheetData" not in data or "worksheets" not in name.lower():
            continue
        filled = _EMPTY_CELL.sub(b"", data)
        places = set(_REFERENCE.findall(filled))
        height = max((_whole(row) for _, row in places), default=0)
        width = max((_column_number(letters) for letters in {x for x, _ in places}), default=0)
        rows = _ROW.split(filled)[1:]
        in_row = [len(_CELL.findall(row)) for row in rows]
        if sum(in_row) > len(_REFERENCE.findall(filled)):  # cells without a reference of their own
            height = max([height, len(rows), *map(_whole, _ROW_NUMBER.findall(filled))])
        width = max([width, *in_row])
        cells_in_book += sum(in_row)
        _bounded(path, "celler i ett blad", height * width, MAX_CELLS)
    _bounded(path, "MB text", (cells_in_book * longest) >> 20, MAX_TEXT_BYTES >> 20)


def _whole(digits: bytes) -> int:
    return int(digits[:12])


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters[:8].upper():
        number = number * 26 + letter - 64
    return number


def _bounded(path: Path, what: str, found: int, limit: int) -> None:
    if found > limit:
        raise DataError(
            "Arbetsboken är orimligt stor.",
            file=path,
            expected=f"högst {limit} {what}",
            found=f"{found} {what}",
            action=_AGAIN,
        )
