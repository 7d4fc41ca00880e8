"""Header rows found by their names: never by position, over one to three rows, merged cells filled.

Names are compared without case, diacritics, signs and superfluous white space (:func:`words`). Names of
places are compared with å, ä and ö kept (:func:`place_key`): Håbo is not Habo.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipelines.core.errors import printable
from pipelines.formats.gpkg_contents import plain
from pipelines.formats.shares import parse_cell
from pipelines.formats.xlsx import Sheet

SCAN_ROWS = 60
"""The header must begin within the first rows; PTS's begin in row 1 to 7."""
MAX_DEPTH = 3

Classify = Callable[[str], tuple[str, int] | None]
"""Header text → (field, rank), rank 0 for the name known from the publisher, higher for a looser likeness."""
Accept = Callable[[set[str]], bool]


@dataclass(frozen=True)
class Header:
    """A header that was found.

    Attributes
    ----------
    last : int
        Index of its last row; the data begin below.
    columns : dict
        Field → index of its column.
    texts : list of str
        Header text of every column, rows joined.
    rivals : dict
        Field → columns that also claim it, with the same rank. Whoever needs the field must refuse.
    first : int
        Index of its first row; titles stand above.
    """

    last: int
    columns: dict[str, int]
    texts: list[str]
    rivals: dict[str, list[str]]
    first: int = 0


def words(text: object) -> str:
    r"""Return a name for comparison: lower-case ASCII words, one space between.

    >>> words("  Tillgång via\xa0FIBER eller fiber-lan* ")
    'tillgang via fiber eller fiber lan'
    """
    return plain(str(text)).replace("_", " ")


def place_key(text: object) -> str:
    r"""Return a place's name for comparison: composed letters, one space, case folded; å, ä, ö kept.

    >>> place_key("HA\u030aBO ") == place_key("Håbo"), place_key("Håbo") == place_key("Habo")
    (True, False)
    """
    return " ".join(unicodedata.normalize("NFC", str(text)).casefold().split())


def find_header(sheet: Sheet, classify: Classify, accept: Accept) -> Header | None:
    """Return the shallowest, then topmost header whose fields are accepted; None when there is none.

    Group headings merged over some of its columns, and a row of sub-headings below it, belong to it. A
    header in which two columns claim one field gives way to a deeper one in which none do.
    """
    second_best = None
    for depth in range(1, MAX_DEPTH + 1):
        for top in range(min(SCAN_ROWS, len(sheet.rows) - depth + 1)):
            header = _assign(header_texts(sheet, top, depth), top, top + depth - 1, classify)
            if not accept(set(header.columns)):
                continue
            first, last = _extended(sheet, top, header)
            if (first, last) != (top, header.last):
                whole = _assign(header_texts(sheet, first, last - first + 1), first, last, classify)
                header = whole if accept(set(whole.columns)) else header
            if not header.rivals:
                return header
            second_best = second_best or header
    return second_best


def _extended(sheet: Sheet, top: int, header: Header) -> tuple[int, int]:
    """Return first and last row of a header with the group headings above and sub-headings below it."""
    last = header.last
    groups = {r for (r0, c0), (r1, c1) in sheet.merged if 0 < c0 < c1 for r in range(r0, min(r1, last) + 1)}
    while top > 0 and top - 1 in groups and last - top + 1 < MAX_DEPTH:
        top -= 1
    named = [column for field, column in header.columns.items() if "|" not in field]
    while last + 1 < len(sheet.rows) and last - top + 1 < MAX_DEPTH:
        if not _is_subheading(sheet.rows[last + 1], named):
            break
        last += 1
    return top, last


def _is_subheading(row: list[object], named: list[int]) -> bool:
    """Tell whether a row below a header goes on with it: texts only, none under a column of places."""
    texts = [c for c in row if isinstance(c, str) and c.strip()]
    only_texts = len(texts) > 1 and all(isinstance(c, str) for c in row)
    placed = any(_text(row[c]) for c in named if c < len(row))
    return only_texts and not placed and all(parse_cell(t) is None for t in texts)


def nearest_header(sheets: Sequence[Sheet], classify: Classify) -> tuple[str, list[str]]:
    """Return label and header texts of the row that comes closest to a header, for an error."""
    best: tuple[int, str, list[str]] = (-1, "", [])
    for sheet in sheets:
        for top in range(min(SCAN_ROWS, len(sheet.rows))):
            texts = header_texts(sheet, top, 1)
            score = len(_assign(texts, top, top, classify).columns)
            if score > best[0]:
                best = (score, f"{sheet.label}, rad {top + 1}", [t for t in texts if t])
    return best[1], best[2]


def header_texts(sheet: Sheet, top: int, depth: int) -> list[str]:
    """Return each column's header text: its cells in ``depth`` rows joined, merged cells filled in."""
    rows = sheet.rows[top : top + depth]
    width = max((len(r) for r in rows), default=0)
    filled = [[_text(r[c]) if c < len(r) else "" for c in range(width)] for r in rows]
    if depth > 1:  # a single row needs no filling, and a merged title must not look like many columns
        merged = [m for m in sheet.merged if top <= m[0][0] < top + depth and m[0][1] < width]
        for (r0, c0), (r1, c1) in merged:
            for r in range(r0, min(r1, top + depth - 1) + 1):
                filled[r - top][c0 : c1 + 1] = [filled[r0 - top][c0]] * (min(c1, width - 1) - c0 + 1)
        if not merged:  # group headings centred over their columns without being merged
            for upper in filled[:-1]:
                _fill_right(upper, filled[-1])
    columns = [list(dict.fromkeys(t for t in column if t)) for column in zip(*filled, strict=True)]
    return [" ".join(c) for c in columns]


def _fill_right(upper: list[str], lowest: list[str]) -> None:
    for c in range(1, len(upper)):
        if not upper[c] and lowest[c]:
            upper[c] = upper[c - 1]


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return printable(" ".join(str(cell).split()))


def _assign(texts: list[str], first: int, last: int, classify: Classify) -> Header:
    claims: dict[str, list[tuple[int, int]]] = {}
    for column, text in enumerate(texts):
        known = classify(text) if text else None
        if known:
            claims.setdefault(known[0], []).append((known[1], column))
    columns = {f: min(c)[1] for f, c in claims.items()}
    rivals = {
        f: [texts[column] for rank, column in sorted(c) if rank == min(c)[0]]
        for f, c in claims.items()
        if sum(rank == min(c)[0] for rank, _ in c) > 1
    }
    return Header(last, columns, texts, rivals, first)
