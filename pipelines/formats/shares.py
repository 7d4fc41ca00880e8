"""Numbers as people write them in workbooks and lists: decimal comma, ``%``, ``>99,99%``, ``-``, blanks.

A share is kept as 0–1. Whether a column says 0–1 or 0–100 is decided for the column as a whole, with the
other share columns of the table as witnesses, never cell by cell: 0.9 among percentages is 0.9 %. A column, or
a row, that may be either stops. So does a count written so that it can be thousands or decimals: 1,000.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.errors import DataError, printable

Floats = NDArray[np.float64]

MISSING = frozenset(
    (
        "",
        "-",
        "–",
        "—",
        "−",
        ".",
        "..",
        "...",
        "x",
        "n/a",
        "na",
        "nan",
        "null",
        "none",
        "saknas",
        "uppgift saknas",
        "uppgifter saknas",
        "ingen uppgift",
    )
)
"""Texts that say there is no figure (compared in lower case)."""
CLEAR_PERCENT = 10.0
"""A column is percentages beyond doubt when its largest value reaches this and half of it is above 1."""
ROUNDING = 1e-6
"""How far above 1 (or below 0) a share may lie before it is an error rather than floating-point noise."""
_ROW_WITNESSES = 3
"""So many shares of a row, none above 1 in columns of percentages, are no percentages."""
_RAISED = re.compile("[\u00b2\u00b3\u00b9\u2070-\u209c\u00bc-\u00be]")
_THOUSANDS_OR_DECIMALS = re.compile(r"[<>≤≥]?\s*[1-9]\d{0,2}([.,])\d{3}")
_DECIMAL = re.compile(r"(?:(?<!\d)0+([.,])\d+|\d([.,])(?:\d{1,2}|\d{4,})(?!\d))")
_THREE_DIGITS = re.compile(r"\d[.,]\d{3}(?!\d)")
_DECIMALS = 12
"""99.99 / 100 is not 0.9999 in binary; rounded here it is."""
_THOUSANDS = re.compile(r"(?<=\d)\s(?=\d{3}(?!\d))")
_NUMBER = re.compile(r"([<>≤≥]?)\s*([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?)\s*(%|procent)?")
_SIDE = {"": "", "<": "<", "≤": "<", ">": ">", "≥": ">"}


@dataclass(frozen=True)
class Numbers:
    """A column of parsed cells.

    Attributes
    ----------
    value : ndarray of float64, shape (n,)
        NaN where the cell says there is no figure. A cell with a percent sign is already divided by 100.
    percent : ndarray of bool, shape (n,)
        The cell carried a percent sign: its unit is known.
    side : tuple of str, length n
        ``>`` or ``<`` when the cell was a limit, else empty.
    bad : tuple of int
        Positions of cells that are no number.
    """

    value: Floats
    percent: NDArray[np.bool_]
    side: tuple[str, ...]
    bad: tuple[int, ...]


@dataclass(frozen=True)
class Place:
    """Where a column stands, for errors: file (and sheet), row number of each value, header text."""

    file: str
    rows: Sequence[int]
    header: str


def parse_cell(cell: Any) -> tuple[float, bool, str] | None:
    """Return number, whether it carried a percent sign, and side; None when the cell is no number.

    >>> parse_cell(">99,99%"), parse_cell("1 234,5"), parse_cell(0.25)
    ((0.9999, True, '>'), (1234.5, False, ''), (0.25, False, ''))
    >>> parse_cell("-")[0], parse_cell("okänt")
    (nan, None)
    """
    if isinstance(cell, bool):
        return None
    if cell is None:
        return math.nan, False, ""
    if isinstance(cell, int | float):
        return None if math.isinf(cell) else (float(cell), False, "")
    if not isinstance(cell, str):
        return None
    if _RAISED.search(cell):  # the mark of a footnote would become a digit of the number
        return None
    text = " ".join(unicodedata.normalize("NFKC", cell).replace("\N{MINUS SIGN}", "-").split())
    if text.casefold() in MISSING:
        return math.nan, False, ""
    match = _NUMBER.fullmatch(_THOUSANDS.sub("", text))
    if not match:
        return None
    side, digits, sign = match.groups()
    number = float(digits.replace(",", "."))
    if math.isinf(number):
        return None
    return (round(number / 100, _DECIMALS) if sign else number), bool(sign), _SIDE[side]


def parse_cells(cells: Sequence[Any]) -> Numbers:
    """Parse a column of cells; see :class:`Numbers`."""
    parsed = [parse_cell(c) for c in cells]
    good = [p or (math.nan, False, "") for p in parsed]
    return Numbers(
        np.array([p[0] for p in good], dtype=np.float64),
        np.array([p[1] for p in good], dtype=bool),
        tuple(p[2] for p in good),
        tuple(i for i, p in enumerate(parsed) if p is None),
    )


def is_percent(numbers: Numbers, table_is_percent: bool = False) -> bool | None:
    """Tell whether a column's cells without percent sign are 0–100; None when they can be neither.

    Parameters
    ----------
    numbers : Numbers
    table_is_percent : bool
        Another share column of the same table is percentages beyond doubt: it decides for a column
        with few values above 1.
    """
    bare = numbers.value[~numbers.percent & (numbers.value > 0)]
    if not len(bare) or bare.max() <= 1 + ROUNDING:
        return False
    if _clearly_percent(bare) or (table_is_percent and bare.max() <= 100 + ROUNDING):
        return True
    return None


def table_shares(
    columns: Mapping[str, Sequence[Any]], places: Mapping[str, Place]
) -> tuple[dict[str, Floats], dict[str, tuple[str, ...]]]:
    """Read the share columns of one table.

    Parameters
    ----------
    columns : mapping of name to cells, each of length n
    places : mapping of name to Place

    Returns
    -------
    values : mapping of name to ndarray of float64, shape (n,), 0–1, NaN where there is no figure
    sides : mapping of name to tuple of ``>``, ``<`` or empty

    Raises
    ------
    DataError
        A cell that is no number or can be read as two (1,000), a share outside 0–1, or a column or row of a
        table of percentages in which nothing exceeds 1, with file, row and column.
    """
    for name, cells in columns.items():
        _one_separator(cells, places[name])
    parsed = {name: _all_numbers(parse_cells(cells), cells, places[name]) for name, cells in columns.items()}
    bare = {name: np.where(p.percent | ~(p.value > 0), np.nan, p.value) for name, p in parsed.items()}
    table_is_percent = any(_clearly_percent(b[b > 0]) for b in bare.values())
    percent = {name: is_percent(p, table_is_percent) for name, p in parsed.items()}
    if table_is_percent:
        for name in columns:
            if percent[name] is False and (bare[name] > 0).any():
                i = int(np.argmax(bare[name] > 0))
                raise _unclear("Kolumnen kan vara andelar eller procent.", i, columns[name], places[name])
        _one_unit_in_rows({n: bare[n] for n in columns if percent[n]}, columns, places)
    values = {}
    for name, p in parsed.items():
        scaled = np.where(p.percent | (not percent[name]), p.value, np.round(p.value / 100, _DECIMALS))
        values[name] = _within(scaled, columns[name], places[name])
    return values, {name: p.side for name, p in parsed.items()}


def _one_separator(cells: Sequence[Any], place: Place) -> None:
    """Stop at a text such as 1,000 in a column where nothing else shows that its sign parts off decimals."""
    texts = [unicodedata.normalize("NFKC", c).strip() if isinstance(c, str) else "" for c in cells]
    shown = {m[1] or m[2] for t in texts if (m := _DECIMAL.search(t))}
    for i, text in enumerate(texts):
        unclear = _THOUSANDS_OR_DECIMALS.fullmatch(text)
        if unclear and unclear[1] not in shown:
            error = _cell_error(
                "Ett tal kan läsas på två sätt.", "decimaler som inte kan vara tusental", i, cells, place
            )
            error.action = "Skriv talet utan tre decimaler, eller med procenttecken."
            raise error


def _one_unit_in_rows(
    bare: Mapping[str, Floats], columns: Mapping[str, Sequence[Any]], places: Mapping[str, Place]
) -> None:
    """Stop at a row in which every figure of columns of percentages is at most 1: it is in shares."""
    table = np.array(list(bare.values()))
    if len(table) < _ROW_WITNESSES:
        return
    known = ~np.isnan(table)
    wrong = (known.sum(axis=0) >= _ROW_WITNESSES) & ~(table > 1 + ROUNDING).any(axis=0)
    if wrong.any():
        i = int(np.argmax(wrong))
        name = list(bare)[int(np.argmax(known[:, i]))]
        raise _unclear("En rad är andelar i en tabell med procent.", i, columns[name], places[name])


def _unclear(problem: str, i: int, cells: Sequence[Any], place: Place) -> DataError:
    error = _cell_error(problem, "0–100 som i tabellens andra kolumner och rader", i, cells, place)
    error.action = "Skriv procenttecken efter talen, eller använd samma enhet (0–1 eller 0–100) i hela tabellen."
    return error


def counts(cells: Sequence[Any], place: Place) -> Floats:
    """Read a column of counts: whole numbers, none negative; NaN where there is no figure.

    Raises
    ------
    DataError
        A cell that is no whole number of 0 or more, is a limit or a percentage, or can be read as thousands or
        as decimals (1,234 and 1.000), with file, row and column.
    """
    numbers = _all_numbers(parse_cells(cells), cells, place)
    value = numbers.value
    unclear = np.array([isinstance(c, str) and bool(_THREE_DIGITS.search(c)) for c in cells], dtype=bool)
    other = numbers.percent | np.array([bool(s) for s in numbers.side], dtype=bool)
    wrong = (value < 0) | (np.abs(value - np.round(value)) > ROUNDING) | unclear | other
    if wrong.any():
        i = int(np.argmax(wrong))
        problem = "Ett antal är negativt." if value[i] < 0 else "Ett antal är inte ett heltal."
        expected = "ett heltal, 0 eller mer"
        if unclear[i]:
            problem = "Ett antal är inte ett heltal, eller har tusental avskilda med punkt eller komma."
            expected += ", tusental avskilda med mellanslag eller inte alls"
        elif other[i]:
            problem = "Ett antal är en gräns eller en andel."
        raise _cell_error(problem, expected, i, cells, place)
    return np.round(value)


def _clearly_percent(positive: Floats) -> bool:
    return len(positive) > 0 and bool(positive.max() >= CLEAR_PERCENT and np.mean(positive > 1) >= 0.5)


def _all_numbers(numbers: Numbers, cells: Sequence[Any], place: Place) -> Numbers:
    if numbers.bad:
        expected = "ett tal, till exempel 0,95 eller 95 % eller >99,99%, eller - där uppgift saknas"
        raise _cell_error("En cell går inte att läsa som tal.", expected, numbers.bad[0], cells, place)
    return numbers


def _within(share: Floats, cells: Sequence[Any], place: Place) -> Floats:
    wrong = (share < -ROUNDING) | (share > 1 + ROUNDING)
    if wrong.any():
        i = int(np.argmax(wrong))
        problem = "En andel är negativ." if share[i] < 0 else "En andel är större än 1."
        expected = "0–1 i hela kolumnen, eller 0–100 i hela kolumnen"
        raise _cell_error(problem, expected, i, cells, place, int(wrong.sum()))
    clipped: Floats = np.clip(share, 0, 1)
    return clipped


def _cell_error(problem: str, expected: str, i: int, cells: Sequence[Any], place: Place, count: int = 1) -> DataError:
    more = [f"Felet finns på {count} rader; den första visas."] if count > 1 else []
    return DataError(
        problem,
        file=place.file,
        row=place.rows[i],
        column=place.header,
        expected=expected,
        found=printable(str(cells[i])),
        details=more,
        action="Rätta cellen, eller hämta filen på nytt från utgivaren.",
    )
