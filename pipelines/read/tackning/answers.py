"""Answers to ``make fraga``, as people fill them in: ja, nej or a share, row by row; most rows may still be empty.

A file of answers (``rutor_svar*.csv``) is complete for just the cells it names. So a no counts there, which in no other
file of cells does, and a row without an answer says nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipelines.core.errors import printable
from pipelines.core.ledger import Ledger
from pipelines.formats.headers import words
from pipelines.read.tackning.evidence_source import Floats, Mask, Source, share

if TYPE_CHECKING:
    from numpy.typing import NDArray

YES, NO, PART = ("ja", "j"), ("nej", "n"), ("andel", "delvis", "del")
"""What may stand under ``svar``: all households of the cell, none, or the share under ``andel``."""


def shares(source: Source, ledger: Ledger) -> Floats:
    """Return the share of the cell's households that are covered by each row; NaN where nobody has answered.

    Raises
    ------
    DataError
        A word that is no answer, an answer that the share contradicts, or a part without its share.
    """
    part = share(source, "andel", ledger)
    if "svar" not in source.columns:
        return part
    codes, texts = source.codes("svar"), source.texts("svar")
    said = [words(t) for t in texts]
    unknown = [i for i, w in enumerate(said) if w and w not in (*YES, *NO, *PART)]
    if unknown:
        raise source.error(
            f"Ett svar går inte att läsa: «{printable(texts[unknown[0]], 40)}».",
            np.isin(codes, unknown),
            "svar",
            "ja (alla hushåll), nej (inget) eller andel (med talet i kolumnen andel); tomt om ingen har svarat",
            "Rätta svaret.",
        )

    def is_one_of(known: tuple[str, ...]) -> Mask:
        return np.isin(codes, [i for i, w in enumerate(said) if w in known])

    yes, no = is_one_of(YES), is_one_of(NO)
    clash = (yes & (part < 1)) | (no & (part > 0))
    if clash.any():
        raise source.error(
            "Svaret och andelen säger olika om samma ruta.",
            clash,
            "svar",
            "ja med andelen tom eller 1, nej med andelen tom eller 0, eller andel med ett tal",
            "Rätta det som är fel.",
        )
    lacking = is_one_of(PART) & np.isnan(part)
    if lacking.any():
        raise source.error(
            "Svaret är en andel, men andelen saknas.",
            lacking,
            "svar",
            "andelen av rutans hushåll i kolumnen andel, 0–1",
            "Fyll i andelen, eller skriv ja eller nej.",
        )
    return np.where(yes, 1.0, np.where(no, 0.0, part))


def note(source: Source, cell: NDArray[np.int64], part: Floats, keep: Mask, ledger: Ledger) -> None:
    """Count the rows that nobody has answered, and the cells with answers that differ."""
    open_ = keep & np.isnan(part)
    ledger.add(
        "bortfall",
        source.label,
        "rader utan svar",
        int(open_.sum()),
        "säger ingenting; rutorna avgörs som förut",
        (f"rad {r}" for r in source.rows[open_][:10]),
    )
    use = keep & ~open_
    pairs = np.unique(np.column_stack([cell[use].astype(np.float64), part[use]]), axis=0)
    names, count = np.unique(pairs[:, 0].astype(np.int64), return_counts=True)
    ledger.add(
        "varning",
        source.label,
        "rutor med svar som skiljer sig",
        int((count > 1).sum()),
        "den största andelen räknas, per mått och hastighet",
        (f"{c:013d}" for c in names[count > 1][:10]),
    )
