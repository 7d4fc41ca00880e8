"""What rows of evidence have in common, from text to checked columns: technique, speeds, status, share.

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

from pipelines.errors import DataError, printable
from pipelines.ledger import Ledger
from pipelines.region import STATUSES, TECHNIQUES, Region
from pipelines.sources.headers import words
from pipelines.sources.shares import Numbers, is_percent, parse_cells

if TYPE_CHECKING:
    import pyarrow as pa

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

MAX_MBIT = 100_000
"""Speeds above this are taken for kbit/s or bit/s: no access network sells 100 Gbit/s to homes."""
MAX_LOST = 0.5
"""More than half of a file's rows without what they must say: the file is wrong, not the rows."""
_TECHNIQUE_WORDS = {
    "fiber": ("fiber", "fibre", "ftth", "fttb", "fttp", "fiber lan", "fiberlan", "fiber eller fiber lan", "gpon"),
    "kabel-tv": ("kabel tv", "kabeltv", "kabel", "coax", "koax", "docsis", "hfc", "cable"),
    "vdsl": ("vdsl", "vdsl2"),
    "xdsl": ("xdsl", "adsl", "adsl2", "dsl", "koppar"),
    "fast_radio": ("fast radio", "fastradio", "fwa", "wimax", "radiolank"),
    "lte": ("lte", "4g", "lte 4g", "4g lte"),
    "nr": ("nr", "5g", "nr 5g", "5g nr"),
}  # fmt: skip
_STATUS_WORDS = {
    "tillgang": ("tillgang", "tillganglig", "ansluten", "anslutna", "connected", "homes connected", "befintlig"),
    "passerad": ("passerad", "passerade", "homes passed", "passed", "narhet", "i narhet", "absolut narhet", "hp"),
    "planerad": ("planerad", "planerade", "planerat", "planned", "plan", "utbyggnad planerad"),
}  # fmt: skip
TECHNIQUE_OF = {w: t for t, texts in _TECHNIQUE_WORDS.items() for w in texts}
STATUS_OF = {w: s for s, texts in _STATUS_WORDS.items() for w in texts}
NAMES: dict[str, tuple[str, ...]] = {
    "teknik": ("teknik", "accessteknik", "technology", "bredbandsteknik"),
    "ned_mbit": ("ned_mbit", "ned", "ned_mbit_s", "nedhastighet", "hastighet_ned", "down_mbit", "nedladdning_mbit"),
    "upp_mbit": ("upp_mbit", "upp", "upp_mbit_s", "upphastighet", "hastighet_upp", "up_mbit", "uppladdning_mbit"),
    "status": ("status", "tillgangsstatus"),
}  # fmt: skip
REQUIRED = ("teknik", "ned_mbit", "status")


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
    """

    path: Path
    name: str
    rows: NDArray[np.int64]
    columns: Mapping[str, pa.DictionaryArray]
    headers: Mapping[str, str]

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
            problem, file=self.path, row=int(self.rows[i]), column=self.headers[column], expected=expected,
            found=printable("tom cell" if value is None else str(value)), action=action,
            details=[f"Felet finns på {count} rader; den första visas."] if count > 1 else [],
        )  # fmt: skip


def common_columns(source: Source, region: Region, ledger: Ledger) -> tuple[dict[str, Any], Mask]:
    """Return fil, rad, teknik, ned_mbit, ned_antagen, upp_mbit, status; and which rows can be kept.

    Rows without technique or status say nothing and are dropped, counted. A blank ``ned_mbit`` takes the
    technique's configured default.

    Raises
    ------
    DataError
        An unknown technique or status, a speed that is no number, negative or absurd.
    """
    technique = _category(source, "teknik", TECHNIQUE_OF, TECHNIQUES)
    status = _category(source, "status", STATUS_OF, STATUSES)
    keep = (technique >= 0) & (status >= 0)
    lost(source, ~keep, "rader utan teknik eller status", ledger)
    down, up = _speed(source, "ned_mbit"), _speed(source, "upp_mbit")
    assumed = np.isnan(down)
    configured = {str(t): mbit for t, mbit in region.evidens.standardhastighet_mbit.items()}
    defaults = np.array([configured.get(t, np.nan) for t in TECHNIQUES])
    down = np.where(assumed, defaults[technique], down)
    _require_defaults(source, np.isnan(down) & keep, technique)
    for position, name in enumerate(TECHNIQUES):
        count = int((assumed & keep & (technique == position)).sum())
        ledger.add(
            "antagen", source.label, f"ned_mbit tomt för {name}", count,
            f"{defaults[position]:g} Mbit/s antogs (konfigurationen)",
        )  # fmt: skip
    columns = {
        "fil": coded(np.zeros(len(keep), dtype=np.int32), (source.name,)),
        "rad": source.rows,
        "teknik": coded(technique, TECHNIQUES),
        "ned_mbit": down,
        "ned_antagen": assumed,
        "upp_mbit": up,
        "status": coded(status, STATUSES),
    }
    return columns, keep


def numbers(source: Source, column: str, expected: str) -> Numbers:
    """Return a column's numbers, row by row; NaN where empty.

    Raises
    ------
    DataError
        A text that is no number.
    """
    if column not in source.columns:
        n = len(source.rows)
        return Numbers(np.full(n, np.nan), np.zeros(n, dtype=bool), (), ())
    codes = source.codes(column)
    parsed = _parse(source.columns[column].dictionary)
    if parsed.bad:
        raise source.error(
            "En cell går inte att läsa som tal.", np.isin(codes, parsed.bad), column, expected,
            "Rätta cellen; skriv bara siffror.",
        )  # fmt: skip
    value = np.append(parsed.value, np.nan)[codes]
    return Numbers(value, np.append(parsed.percent, False)[codes], (), ())


def share(source: Source, column: str) -> Floats:
    """Return a column of shares as 0–1, the scale recognised by the column as a whole; NaN where empty.

    Raises
    ------
    DataError
        A share outside 0–1 (or 0–100 when the whole column is percentages).
    """
    expected = "en andel 0–1 i hela kolumnen, eller procent 0–100 i hela kolumnen"
    read = numbers(source, column, expected)
    scaled = np.where(read.percent | (not is_percent(read)), read.value, np.round(read.value / 100, 12))
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
            f"De flesta {reason}.", file=source.path, row=int(source.rows[np.argmax(where)]),
            expected="uppgifter på varje rad", found=f"{count} av {len(where)} {reason}",
            action="Kontrollera att kolumnerna har rätt namn och är ifyllda.",
        )  # fmt: skip
    examples = [f"rad {r}" for r in source.rows[where][:10]]
    ledger.add("bortfall", source.label, reason, count, "används inte", examples)


def coded(codes: NDArray[Any], values: tuple[str, ...]) -> pa.DictionaryArray:
    """Return dictionary-encoded texts; a negative code is null."""
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=codes < 0), pa.array(values))


def _parse(texts: pa.Array) -> Numbers:
    """Parse distinct texts: by Arrow where all are plain, cell by cell where some are not."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        dotted = pc.replace_substring(pc.utf8_trim_whitespace(texts), pattern=",", replacement=".")
        value = pc.cast(dotted, pa.float64()).to_numpy(zero_copy_only=False)
        if np.isfinite(value).all():
            return Numbers(value, np.zeros(len(value), dtype=bool), (), ())
    except pa.ArrowInvalid:
        pass
    return parse_cells(texts.to_pylist())


def _category(
    source: Source, column: str, known: Mapping[str, str], order: tuple[str, ...]
) -> NDArray[np.int64]:
    texts = source.texts(column)
    meaning = [known.get(words(t)) for t in texts]
    blank = [not t.strip() for t in texts]
    codes = source.codes(column)
    unknown = [i for i, m in enumerate(meaning) if m is None and not blank[i]]
    if unknown:
        shown = ", ".join(f"«{printable(texts[i], 40)}»" for i in unknown[:5])
        raise source.error(
            f"Okänt värde i kolumnen {column}: {shown}.", np.isin(codes, unknown), column, ", ".join(order),
            "Skriv om värdet till något av de väntade.",
        )  # fmt: skip
    position = [order.index(m) if m else -1 for m in meaning]
    found: NDArray[np.int64] = np.array([*position, -1], dtype=np.int64)[codes]
    return found


def _speed(source: Source, column: str) -> Floats:
    expected = f"Mbit/s som ett tal, 0–{MAX_MBIT}, eller tomt"
    value = numbers(source, column, expected).value
    for wrong, problem, action in (
        (value < 0, "En hastighet är negativ.", "Rätta hastigheten."),
        (value > MAX_MBIT, "En hastighet är orimligt hög.", "Ange Mbit/s, inte kbit/s eller bit/s."),
    ):
        if wrong.any():
            raise source.error(problem, wrong, column, expected, action)
    return value


def _require_defaults(source: Source, where: Mask, technique: NDArray[np.int64]) -> None:
    if where.any():
        name = TECHNIQUES[technique[int(np.argmax(where))]]
        raise source.error(
            f"Hastigheten är tom och konfigurationen har inget förval för {name}.", where, "ned_mbit", "Mbit/s",
            "Lägg till tekniken i evidens.standardhastighet_mbit.",
        )  # fmt: skip
