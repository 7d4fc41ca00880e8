"""One file of evidence as columns of texts, and how its numbers are read: one error, one count, one place.

Works on the distinct values of a column (dictionary encoded), so that a list of 600 000 rows costs no
more than its few hundred different texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.errors import DataError, printable
from pipelines.core.ledger import Ledger
from pipelines.formats.gpkg_contents import plain
from pipelines.formats.number_forms import read_forms
from pipelines.formats.shares import Numbers, is_percent

if TYPE_CHECKING:
    import pyarrow as pa

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

MAX_LOST = 0.5
"""More than half of a file's rows without what they must say: the file is wrong, not the rows."""
MAX_STRAYS = 0.01
"""Values that cannot be in more than 1 % of a file's rows are a wrong unit or system; fewer are faulty rows."""
_PERCENT = ("procent", "pct", "percent")
_PLAIN_PERCENT = 50.0
"""A column of percentages that nowhere reaches this, under a header that does not say per cent, is told as odd."""


@dataclass(frozen=True)
class Source:
    """Columns of one file, as texts, for errors and ledger.

    Attributes
    ----------
    path : Path
    name : str
        File name as ``kallor.csv`` and the tables have it.
    rows : ndarray of int64, shape (n,)
    columns : mapping
        Canonical name → dictionary-encoded texts, shape (n,); empty is null.
    headers : mapping
        Canonical name → the file's own header.
    unread : tuple of str
        Headers of the file's other columns.
    typed : set of str
        Columns that the file has as numbers: their texts are a machine's, with a decimal point.
    """

    path: Path
    name: str
    rows: NDArray[np.int64]
    columns: Mapping[str, pa.DictionaryArray]
    headers: Mapping[str, str]
    unread: tuple[str, ...] = ()
    typed: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """Folder and file, as ledgers name them."""
        return f"{self.path.parent.name}/{self.name}"

    def codes(self, column: str) -> NDArray[np.int64]:
        """Return the position of each row's text among the distinct ones, -1 where empty."""
        indices = self.columns[column].indices
        found: NDArray[np.int64] = indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return found

    def texts(self, column: str) -> list[str]:
        """Return the distinct texts of a column."""
        return list(self.columns[column].dictionary.to_pylist())

    def error(self, problem: str, where: Mask, column: str, expected: str, action: str) -> DataError:
        """Return an error about the first of the rows ``where``, saying how many there are."""
        i = int(np.argmax(where))
        value = self.columns[column][i].as_py()
        count = int(where.sum())
        return DataError(
            problem,
            file=self.path,
            row=int(self.rows[i]),
            column=self.headers[column],
            expected=expected,
            found=printable("tom cell" if value is None else str(value)),
            action=action,
            details=[f"Felet finns på {count} rader; den första visas."] if count > 1 else [],
        )


@dataclass(frozen=True)
class Read:
    """A column's numbers row by row: NaN where empty; percentages (marked) divided; which hide their last digits."""

    value: Floats
    percent: Mask
    rounded: Mask


def numbers(
    source: Source,
    column: str,
    expected: str,
    ledger: Ledger,
    plausible: tuple[float, float] | None = None,
    percent: bool = False,
) -> Read:
    """Return a column's numbers; a column that is not there is empty.

    Parameters
    ----------
    plausible : pair of float, optional
        What can be meant, where the separators leave two readings.
    percent : bool
        Whether a percent sign is allowed.

    Raises
    ------
    DataError
        A text that is no number, or that can be read as two.
    """
    if column not in source.columns:
        n = len(source.rows)
        return Read(np.full(n, np.nan), np.zeros(n, dtype=bool), np.zeros(n, dtype=bool))
    codes, texts = source.codes(column), source.columns[column].dictionary
    if column in source.typed:
        value = np.append(np.array(texts.to_pylist(), dtype=np.float64), np.nan)[codes]
        return Read(value, np.zeros(len(codes), dtype=bool), np.zeros(len(codes), dtype=bool))
    forms = read_forms(texts, plausible)
    bad = [*forms.bad, *([] if percent else np.flatnonzero(forms.percent))]
    if bad:
        raise source.error(
            "En cell går inte att läsa som tal.",
            np.isin(codes, bad),
            column,
            expected,
            "Rätta cellen; skriv bara siffror.",
        )
    if forms.unclear:
        raise source.error(
            "Ett tal kan läsas på två sätt: tecknet kan stå före decimaler eller mellan tusental, och inget annat "
            "tal i kolumnen avgör.",
            np.isin(codes, forms.unclear),
            column,
            expected,
            "Skriv talen utan tecken mellan tusental (1000), och med decimaler som inte kan vara tusental (1,0).",
        )
    judged = np.isin(codes, forms.judged)
    ledger.add(
        "upplysning",
        source.label,
        f"tal i kolumnen {source.headers[column]} lästa med {forms.told}",
        int(judged.sum()),
        "kolumnen som helhet avgör",
        source.columns[column].filter(_arrow(judged)).to_pylist()[:3],
    )
    value = np.where(forms.percent, np.round(forms.value / 100, 12), forms.value)
    parts = (np.append(value, np.nan), np.append(forms.percent, False), np.append(forms.rounded, False))
    return Read(*(x[codes] for x in parts))


def share(source: Source, column: str, ledger: Ledger) -> Floats:
    """Return a column of shares as 0–1, the scale recognised by the column as a whole; NaN where empty.

    Raises
    ------
    DataError
        A share outside 0–1 (or 0–100 when the whole column is percentages), or a header that says per cent
        over figures that are all 1 or less.
    """
    expected = "en andel 0–1 i hela kolumnen, eller procent 0–100 i hela kolumnen"
    read = numbers(source, column, expected, ledger, plausible=(0, 100), percent=True)
    header = source.headers.get(column, column)
    bare = ~read.percent & (read.value > 0)
    stated = "%" in header or any(w in plain(header).split("_") for w in _PERCENT)
    if stated and bare.any() and read.value[bare].max() <= 1:
        raise source.error(
            "Rubriken säger procent, men alla tal är 1 eller lägre.",
            bare,
            column,
            expected,
            "Skriv procent (0–100), eller ta bort procent ur rubriken om talen är andelar.",
        )
    percent = bare.any() and bool(stated or is_percent(Numbers(read.value, read.percent, (), ())))
    if percent:
        most = read.value[bare].max()
        odd = not stated and most < _PLAIN_PERCENT  # shares times ten, or numbers of households, look so
        ledger.add(
            "varning" if odd else "upplysning",
            source.label,
            f"kolumnen {header} är procent",
            int(bare.sum()),
            f"delades med 100; högst {most:g} och inget i rubriken säger procent: kontrollera"
            if odd
            else "delades med 100",
        )
    scaled = np.where(read.percent | (not percent), read.value, np.round(read.value / 100, 12))
    outside = (scaled < 0) | (scaled > 1 + 1e-9)
    if outside.any():
        raise source.error("En andel ligger utanför 0–1.", outside, column, expected, "Rätta andelen.")
    clipped: Floats = np.minimum(scaled, 1.0)
    return clipped


def lost(source: Source, where: Mask, reason: str, ledger: Ledger) -> None:
    """Note rows that are dropped; stop when they are more than half of the file.

    Raises
    ------
    DataError
        When the file as a whole is wrong.
    """
    count = int(where.sum())
    if count > MAX_LOST * len(where):
        raise DataError(
            f"De flesta {reason}.",
            file=source.path,
            row=int(source.rows[np.argmax(where)]),
            expected="uppgifter på varje rad",
            found=f"{count} av {len(where)} {reason}",
            action="Kontrollera att kolumnerna har rätt namn och är ifyllda.",
        )
    examples = [f"rad {r}" for r in source.rows[where][:10]]
    ledger.add("bortfall", source.label, reason, count, "används inte", examples)


def coded(codes: NDArray[Any], values: tuple[str, ...]) -> pa.DictionaryArray:
    """Return dictionary-encoded texts; a negative code is null."""
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=codes < 0), pa.array(values))


def _arrow(mask: Mask) -> pa.Array:
    import pyarrow as pa

    return pa.array(mask)
