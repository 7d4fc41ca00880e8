"""Numbers as people write them in lists, the separators judged by the column as a whole.

``1.000`` is one, or a thousand: a cell cannot tell, its column often can. Where some other cell shows which sign
stands before the decimals and which between the thousands, all are read by that; where none does, nothing is read.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.formats.shares import MISSING

if TYPE_CHECKING:
    import pyarrow as pa

Floats = NDArray[np.float64]

_CELL = re.compile(r"([>≥]?)\s*([+-]?)\s*([\d.,' ]+?)(?:[eE]([+-]?\d{1,3}))?\s*(%|procent)?")
_HEAD = r"[1-9]\d{0,2}"
_SPACED = re.compile(rf"{_HEAD}(?:[ ']\d{{3}})+(?:[.,]\d*)?")
_EITHER = r"^[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}$"
MAX_NUMBER = 1e15
"""What is larger is no quantity of anything here, and loses its last digits."""
_SIGN = {".": "punkt", ",": "komma"}


@dataclass(frozen=True)
class Forms:
    """The distinct texts of a column as numbers.

    Attributes
    ----------
    value : ndarray of float64, shape (n,)
        NaN where the text says there is no figure. A percentage is not divided.
    percent : ndarray of bool, shape (n,)
        The text carried a percent sign.
    rounded : ndarray of bool, shape (n,)
        Written with an exponent that leaves its last whole digits unsaid (``6,4E+06``).
    bad : tuple of int
        Positions of texts that are no number.
    unclear : tuple of int
        Positions of texts that can be read in two ways, and nothing in the column says which.
    judged : tuple of int
        Positions of texts that by themselves can be read in two ways, and were read as ``told`` says.
    told : str
        How, in Swedish.
    """

    value: Floats
    percent: NDArray[np.bool_]
    rounded: NDArray[np.bool_]
    bad: tuple[int, ...] = ()
    unclear: tuple[int, ...] = ()
    judged: tuple[int, ...] = ()
    told: str = ""


@dataclass(frozen=True)
class _Cell:
    """One text taken apart: its digits and separators, and what they show of the column."""

    body: str
    sign: float
    exponent: int
    percent: bool
    decimal: str = ""
    thousands: str = ""
    either: str = ""

    def value(self, decimal: str) -> float:
        """Return the number, ``decimal`` being the sign before the decimals."""
        digits = "".join("." if c == decimal else c for c in self.body if c.isdigit() or c == decimal)
        return self.sign * float(f"{digits}e{self.exponent}") if digits else math.nan


def read_forms(texts: pa.Array, plausible: tuple[float, float] | None = None) -> Forms:
    """Read the distinct texts of a column.

    Parameters
    ----------
    texts : pyarrow string array, shape (n,)
    plausible : pair of float, optional
        Lowest and highest number that can be meant: of two readings of a column the only possible one is taken.

    Examples
    --------
    >>> import pyarrow as pa
    >>> read_forms(pa.array(["1.000", "2.500,5"])).value.tolist(), read_forms(pa.array(["1.000", "0.5"])).value.tolist()
    ([1000.0, 2500.5], [1.0, 0.5])
    >>> read_forms(pa.array(["1.000", "250"])).unclear
    (0,)
    """
    plain = _all_plain(texts)
    if plain is not None:
        no = np.zeros(len(plain), dtype=bool)
        return Forms(plain, no, no)
    cells = [_taken_apart(str(t)) for t in texts.to_pylist()]
    known = [c for c in cells if c]
    decimals, thousands = {c.decimal for c in known} - {""}, {c.thousands for c in known} - {""}
    clash = decimals & thousands
    meaning, unclear = {}, []
    for sign in {c.either for c in known} - {""}:
        here = [c for c in known if c.either == sign]
        found = "" if clash or len(decimals) > 1 else _meaning(sign, here, decimals, thousands, plausible)
        meaning[sign] = found or sign
        if not found:
            unclear += [i for i, c in enumerate(cells) if c and c.either == sign]
    unclear += [i for i, c in enumerate(cells) if c and c.thousands in clash and c.thousands]
    judged = [i for i, c in enumerate(cells) if c and (c.either or c.thousands) and i not in set(unclear)]
    signs = {c.thousands for c in known if c.thousands} | {s for s, m in meaning.items() if m != s}
    points = {s for s, m in meaning.items() if m == s}
    told = [f"{_SIGN[s]} mellan tusental" for s in sorted(signs)]
    told += [f"{_SIGN[s]} före decimaler" for s in sorted(points)]
    value = [c.value(_decimal(c, meaning)) if c else math.nan for c in cells]
    return Forms(
        np.array(value, dtype=np.float64),
        np.array([bool(c and c.percent) for c in cells]),
        np.array([c is not None and _rounded(c) for c in cells]),
        tuple(i for i, c in enumerate(cells) if c is None or abs(value[i]) > MAX_NUMBER),
        tuple(sorted(set(unclear))),
        tuple(judged),
        " och ".join(told),
    )


def _all_plain(texts: pa.Array) -> Floats | None:
    """Return the numbers where every text is digits with at most one sign, the same, that can only be a decimal one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    trimmed = pc.utf8_trim_whitespace(texts)

    def some(pattern: str) -> bool:
        return bool(pc.any(pc.match_substring_regex(trimmed, pattern), min_count=0).as_py())

    comma = some(",")
    if some("[^0-9.,+-]") or some(_EITHER) or (comma and some("[.]")):
        return None
    try:
        dotted = pc.replace_substring(trimmed, pattern=",", replacement=".") if comma else trimmed
        value: Floats = pc.cast(dotted, pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None
    return value if (np.abs(value) <= MAX_NUMBER).all() else None


def _taken_apart(text: str) -> _Cell | None:
    """Return a text's parts; None when it is no number, or a limit from above (``<30``: how much is unsaid)."""
    plain = unicodedata.normalize("NFKC", text).replace("\N{MINUS SIGN}", "-").replace("\u2019", "'")
    plain = " ".join(plain.split())
    if plain.casefold() in MISSING:
        return _Cell("", 1.0, 0, False)
    match = _CELL.fullmatch(plain)
    if not match or not any(c.isdigit() for c in match[3]):
        return None
    _, sign, body, exponent, percent = match.groups()
    parts = (-1.0 if sign == "-" else 1.0, int(exponent or 0), bool(percent))
    spaced = _SPACED.fullmatch(body) is not None
    body = re.sub("[ ']", "", body) if spaced else body
    signs = [c for c in body if not c.isdigit()]
    if " " in signs or "'" in signs:
        return None
    if not signs:
        return _Cell(body, *parts)
    if len(signs) == 1:
        (s,) = signs
        either = not spaced and exponent is None and re.fullmatch(rf"{_HEAD}[.,]\d{{3}}", body)
        return _Cell(body, *parts, either=s) if either else _Cell(body, *parts, decimal=s)
    t, d = signs[0], signs[-1]
    if t == d and re.fullmatch(rf"{_HEAD}(?:[{t}]\d{{3}})+", body):
        return _Cell(body, *parts, thousands=t)
    if t != d and re.fullmatch(rf"{_HEAD}(?:[{t}]\d{{3}})+[{d}]\d*", body):
        return _Cell(body, *parts, decimal=d, thousands=t)
    return None


def _meaning(
    sign: str, cells: list[_Cell], decimals: set[str], thousands: set[str], plausible: tuple[float, float] | None
) -> str:
    """Return the sign itself when it stands before decimals, the other one when between thousands, else empty."""
    other = "." if sign == "," else ","
    if sign in decimals or other in thousands:
        return sign
    if sign in thousands or other in decimals:
        return other
    if plausible:
        low, high = plausible
        fits = [s for s in (sign, other) if all(low <= c.value(s) <= high for c in cells)]
        return fits[0] if len(fits) == 1 else ""
    return ""


def _decimal(cell: _Cell, meaning: dict[str, str]) -> str:
    if cell.either:
        return meaning[cell.either]
    return cell.decimal or ("." if cell.thousands == "," else ",")


def _rounded(cell: _Cell) -> bool:
    decimals = len(cell.body.partition(cell.decimal)[2]) if cell.decimal else 0
    return cell.exponent > decimals
