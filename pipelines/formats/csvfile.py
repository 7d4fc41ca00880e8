"""Lists from outside (CSV) as Arrow columns, fast: dialect and encoding recognised, columns by name.

Comma, semicolon, tab or bar; UTF-8 with or without mark, UTF-16, or Windows' cp1252. Every row keeps the
number it has in the file, as a person counts, so that an error can point at it.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.core.errors import DataError, by_library, printable
from pipelines.formats.gpkg_contents import plain

if TYPE_CHECKING:
    import pyarrow as pa

MAX_BYTES = 1 << 30
"""A list larger than this is refused: it is read into memory. 600 000 rows are about 50 MB."""
_PIECE = 16 << 20
DELIMITERS = ";,\t|"
_SEP_LINE = re.compile(rb"\s*\"?sep=.\"?\s*\r?\n", re.IGNORECASE)
_SAVE = "Spara om listan som CSV (UTF-8) med semikolon, och en rad per uppgift."


@dataclass(frozen=True)
class CsvFile:
    """A list that was read.

    Attributes
    ----------
    path : Path
    rows : ndarray of int64, shape (n,)
        Row number in the file, header included, of each row.
    columns : dict
        Canonical name → dictionary-encoded strings, shape (n,); empty cells are null.
    headers : dict
        Canonical name → the file's own header.
    unread : list of str
        Headers of columns that were not asked for.
    """

    path: Path
    rows: NDArray[np.int64]
    columns: dict[str, pa.DictionaryArray]
    headers: dict[str, str]
    unread: list[str]


def read_csv(path: Path, wanted: Mapping[str, Sequence[str]], required: Sequence[str]) -> CsvFile:
    """Read the wanted columns of a list.

    Parameters
    ----------
    path : Path
    wanted : mapping
        Canonical name → names used for it (compared without case, diacritics and signs).
    required : sequence of str
        Canonical names that must be there.

    Raises
    ------
    DataError
        Unreadable text, a missing or doubled column, or a row with another number of cells.
    """
    data = _as_utf8(path)
    header, first_row, start = _header_line(path, data)
    delimiter, names = _dialect(header, wanted)
    where = _assign(path, names, wanted, required, first_row)
    numbers, multiline = _row_numbers(data, start, first_row + 1)
    columns = _parse(path, data, start, delimiter, len(names), where, numbers, multiline)
    unread = [n for i, n in enumerate(names) if i not in where.values() and n]
    return CsvFile(path, numbers, columns, {c: names[i] for c, i in where.items()}, unread)


def _as_utf8(path: Path) -> bytes:
    if path.stat().st_size > MAX_BYTES:
        raise DataError(
            "Listan är orimligt stor.",
            file=path,
            expected=f"högst {MAX_BYTES >> 20} MB",
            found=f"{path.stat().st_size >> 20} MB",
            action="Dela den i flera filer, till exempel en per kommun.",
        )
    data = path.read_bytes()
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            data = data.decode("utf-16").encode()
        data = data.removeprefix(codecs.BOM_UTF8)
        if not _is_utf8(data):
            data = data.decode("cp1252").encode()
    except UnicodeDecodeError as e:
        raise DataError(
            "Listan går inte att läsa som text.",
            file=path,
            row=data.count(b"\n", 0, e.start) + 1,
            expected="UTF-8, UTF-16 eller Windows teckenkodning (cp1252)",
            found=by_library("tecken som ingen av dem har", e),
            action=_SAVE,
        ) from None
    if b"\0" in data:
        raise DataError("Listan är ingen textfil.", file=path, expected="CSV", action=_SAVE)
    if b"\r" in data and b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    return data


def _is_utf8(data: bytes) -> bool:
    """Tell whether bytes are UTF-8, a piece at a time: a list may be half a gigabyte."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _PIECE):
            decoder.decode(data[start : start + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _header_line(path: Path, data: bytes) -> tuple[str, int, int]:
    """Return the first line that is not empty (nor Excel's ``sep=;``), its row number, where data start."""
    mark = _SEP_LINE.match(data)
    start = mark.end() if mark else 0
    for match in re.compile(rb"[^\n]*(?:\n|\Z)").finditer(data, start):
        if match.group().strip():
            return match.group().decode().strip("\r\n"), data.count(b"\n", 0, match.start()) + 1, match.end()
    raise DataError("Listan är tom.", file=path, expected="en rad med kolumnnamn", action=_SAVE)


def _dialect(header: str, wanted: Mapping[str, Sequence[str]]) -> tuple[str, list[str]]:
    known = {plain(n) for names in wanted.values() for n in names}
    best: tuple[int, int, int, str, list[str]] = (-1, -1, -1, "", [])
    for i, delimiter in enumerate(DELIMITERS):
        names = [n.strip() for n in next(csv.reader([header], delimiter=delimiter), [])]
        # Of a header with no known name the separator that parts it most: an error then shows names.
        score = (sum(plain(n) in known for n in names), len(names), -i, delimiter, names)
        best = max(best, score, key=lambda x: x[:3])
    return best[3], best[4]


def _assign(
    path: Path, names: list[str], wanted: Mapping[str, Sequence[str]], required: Sequence[str], row: int
) -> dict[str, int]:
    where: dict[str, int] = {}
    for column, synonyms in wanted.items():
        claims = [i for i, n in enumerate(names) if plain(n) in {plain(s) for s in synonyms}]
        if len(claims) > 1:
            raise DataError(
                "Två kolumner kan vara samma uppgift.",
                file=path,
                row=row,
                column=column,
                expected="en kolumn",
                found=" och ".join(names[i] for i in claims),
                action="Ta bort eller döp om den ena.",
            )
        if claims:
            where[column] = claims[0]
    lacking = [c for c in required if c not in where]
    if lacking:
        raise DataError(
            "Listan saknar kolumner.",
            file=path,
            row=row,
            column=", ".join(lacking),
            expected=", ".join(wanted),
            found=printable(", ".join(names)),
            action="Lägg till eller döp om kolumnerna på listans första rad.",
        )
    return where


def _row_numbers(data: bytes, start: int, first: int) -> tuple[NDArray[np.int64], bool]:
    """Return the row number of every record (blank lines have none), and whether any spans lines."""
    buffer = np.frombuffer(data, dtype=np.uint8, offset=start) if start < len(data) else np.empty(0, np.uint8)
    ends = np.flatnonzero(buffer == ord("\n"))
    if len(buffer) and (not len(ends) or ends[-1] != len(buffer) - 1):
        ends = np.append(ends, len(buffer))
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else np.empty(0, np.int64)
    lengths = ends - starts
    blank = lengths == 0
    single = np.flatnonzero(lengths == 1)
    blank[single] = buffer[starts[single]] == ord("\r")
    numbers = np.arange(first, first + len(ends), dtype=np.int64)
    if b'"' not in data:
        return numbers[~blank], False
    # How many quotes stand before each line: where the number is odd the line begins within quotes, and is no
    # record of its own. Counted line by line: the places of every quote would be larger than the list.
    within = np.add.reduceat(buffer == ord('"'), starts, dtype=np.int64) if len(starts) else np.empty(0, np.int64)
    inside = (np.cumsum(within) - within) % 2 == 1
    return numbers[~blank & ~inside], bool(inside.any())


def _parse(
    path: Path,
    data: bytes,
    start: int,
    delimiter: str,
    width: int,
    where: dict[str, int],
    numbers: NDArray[np.int64],
    multiline: bool,
) -> dict[str, pa.DictionaryArray]:
    import pyarrow as pa
    import pyarrow.csv as pc

    kind = pa.dictionary(pa.int32(), pa.string())
    names = [f"k{i}" for i in range(width)]
    used = {c: names[i] for c, i in where.items()}
    if not len(numbers):
        return {c: pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), pa.array([], pa.string())) for c in used}

    def parse(threads: bool) -> pa.Table:
        return pc.read_csv(
            pa.BufferReader(pa.py_buffer(data).slice(start)),
            read_options=pc.ReadOptions(use_threads=threads, column_names=names, block_size=8 << 20),
            parse_options=pc.ParseOptions(delimiter=delimiter, newlines_in_values=multiline),
            convert_options=pc.ConvertOptions(
                column_types=dict.fromkeys(used.values(), kind),
                include_columns=list(used.values()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )

    try:
        table = parse(threads=True)
    except pa.ArrowInvalid:
        try:
            table = parse(threads=False)  # slower, but the error names the row
        except pa.ArrowInvalid as e:
            raise _broken_row(path, str(e), numbers, width) from None
    if table.num_rows != len(numbers):
        raise DataError(
            "Listans citattecken går inte ihop.",
            file=path,
            expected=f"{len(numbers)} rader",
            found=f"{table.num_rows} rader",
            action=_SAVE,
        )
    table = table.unify_dictionaries()
    return {c: _combined(table.column(name)) for c, name in used.items()}


def _combined(column: pa.ChunkedArray) -> pa.DictionaryArray:
    import pyarrow as pa

    array = column.combine_chunks()
    return array.chunk(0) if isinstance(array, pa.ChunkedArray) else array


def _broken_row(path: Path, message: str, numbers: NDArray[np.int64], width: int) -> DataError:
    match = re.search(r"Row #(\d+): Expected \d+ columns, got (\d+): (.*)", message, re.DOTALL)
    if not match:
        return DataError(
            "Listan går inte att läsa.",
            file=path,
            action=_SAVE,
            found=by_library("rader som inte går ihop", ValueError(message)),
        )
    position = int(match.group(1)) - 1
    row = int(numbers[position]) if position < len(numbers) else None
    return DataError(
        "En rad har fel antal celler.",
        file=path,
        row=row,
        expected=f"{width} celler",
        found=f"{match.group(2)} celler: {printable(match.group(3), 120)}",
        action="Vanligaste orsaken är decimalkomma i en lista med komma som skiljetecken. " + _SAVE,
    )
