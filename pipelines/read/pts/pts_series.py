"""Every year in every one of PTS's workbooks as one long table: the yearly ones, and the historic one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipelines.tables import source_tables
from pipelines.tables.history_tables import PTS_HISTORIK

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.ledger import Ledger
    from pipelines.read.pts.pts_editions import Book

KEY = list(PTS_HISTORIK.key)
DIFFERS = 0.0005
"""Two workbooks that say the same year's share otherwise than this (0.05 points) are told of."""
AREA = ["ar", "bas", "niva", "omrade", "kommunkod", "omradestyp"]


ALWAYS_SOME = ("fiber", "narhet_fiber", "tradbunden", "total")
"""Techniques that no county is without; of the others a column of zeros may be right."""


def series_table(books: Sequence[Book], region: Region, ledger: Ledger) -> pd.DataFrame:
    """Return PTS_HISTORIK: shares of households in riket, the län and its kommuner, one row per key.

    A year that two workbooks tell is taken from the yearly one; where they differ it is noted.
    """
    for book in books:
        for role in ("teknik", "hastighet"):
            if role in book.tables:
                _note_gaps(book, role, region, ledger)
    parts = [_of_book(b, role) for role in ("teknik", "hastighet", "historik") for b in books if role in b.tables]
    if not parts:
        return pd.DataFrame(columns=PTS_HISTORIK.names)
    long = pd.concat(parts, ignore_index=True)
    long = long[(long["bas"] == "hushall") & long["andel"].notna() & _ours(long, region)]
    long = _named(long, region)
    first = long.drop_duplicates(KEY)
    both = long.merge(first[[*KEY, "andel", "kalla"]], on=KEY, suffixes=("", "_forsta"))
    off = both[np.abs(both["andel"] - both["andel_forsta"]) > DIFFERS]
    ledger.add(
        "varning",
        "pts",
        "tal som två arbetsböcker anger olika för samma år",
        len(off),
        "årets egen arbetsbok används",
        [
            f"{r.kommunnamn} {r.ar}, {r.serie}: {100 * r.andel_forsta:.2f} och {100 * r.andel:.2f}"
            for r in off.head(10).itertuples()
        ],
    )
    out = first.assign(
        andel_pct=np.round(100 * first["andel"], 6), brott="", troskel_mbit=first["troskel"].astype("Int64")
    )
    return out[PTS_HISTORIK.names].sort_values(KEY, kind="stable", ignore_index=True)


def _of_book(book: Book, role: str) -> pd.DataFrame:
    frame = book.tables[role]
    if role != "historik":
        known = source_tables.TEKNIK_COLUMNS if role == "teknik" else ()
        measures = [c for c in frame if c in known or c.startswith(("tillgang_", "passerad_"))]
        frame = frame.melt(AREA, measures, var_name="matt", value_name="andel")
    frame = frame.rename(columns={"matt": "kolumn"})
    name = "historiska uppgifter" if role == "historik" else f"tabellbilaga {role}"
    years = frame["ar"].astype("str") if role != "historik" else ""
    return frame.assign(kalla=("PTS " + name + " " + years) if role != "historik" else f"PTS {name}")


def _note_gaps(book: Book, role: str, region: Region, ledger: Ledger) -> None:
    """Tell of the cells without a figure, and of the columns that are empty or only zeros, in one workbook."""
    long = _of_book(book, role)
    long = long[(long["bas"] == "hushall") & _ours(long, region)]
    counts = book.tables[role].reindex(columns=[*AREA, "antal"])
    long = long.merge(counts.drop_duplicates(AREA), on=AREA, how="left")
    long = long[~(long["antal"].eq(0) | (long["antal"].isna() & (role == "teknik")))]
    if long.empty:
        return
    newest = long["ar"] == long["ar"].max()
    lacking = long["andel"].isna()
    of_column = lacking.groupby(long["kolumn"]).transform("all")
    of_newest = lacking.where(newest, True).groupby(long["kolumn"]).transform("all")
    empty = sorted(long.loc[of_column | of_newest, "kolumn"].unique())
    ledger.add("varning", book.source, f"kolumner utan ett enda tal ({role})", len(empty), "saknas", empty)
    cells = lacking & ~(of_column | of_newest & newest)
    if role == "hastighet":  # those of the year that is used are told where it is read
        cells &= ~newest
    ledger.add(
        "upplysning",
        book.source,
        f"andelar utan tal ({role})",
        int(cells.sum()),
        "saknas i serierna",
        [f"{r.omrade}, {r.omradestyp}, {r.kolumn} {r.ar}" for r in long[cells].head(10).itertuples()],
    )
    zero = long["andel"].eq(0).where(newest & ~lacking, True).groupby(long["kolumn"]).all()
    zeros = [c for c in zero.index[zero] if c not in empty]
    grave = [c for c in zeros if role == "hastighet" or c in ALWAYS_SOME]
    reason, action = f"kolumner med bara nollor ({role})", "lästes som 0 procent"
    ledger.add("varning", book.source, reason, len(grave), action, grave)
    rest = [c for c in zeros if c not in grave]
    ledger.add("upplysning", book.source, f"{reason}, tekniker som kan saknas", len(rest), action, rest)


def _ours(long: pd.DataFrame, region: Region) -> pd.Series:
    own_lan = (long["niva"] == "lan") & (long["omrade"] == region.lan.namn)
    own = (long["niva"] == "kommun") & long["kommunkod"].isin(region.kommunkoder)
    return own | own_lan | (long["niva"] == "riket")


def _named(long: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Add series, measure, technique and threshold of each column; the codes of län and riket."""
    told = {c: _series(c) for c in long["kolumn"].unique()}
    code = np.select([long["niva"] == "riket", long["niva"] == "lan"], ["00", region.lan.kod], long["kommunkod"])
    return long.assign(
        kommunkod=code,
        kommunnamn=long["omrade"],
        **{
            k: long["kolumn"].map({c: t[i] for c, t in told.items()})
            for i, k in enumerate(("serie", "matt", "teknik", "troskel"))
        },
    )


def _series(column: str) -> tuple[str, str, str, int | None]:
    measure, _, threshold = column.rpartition("_")
    if measure in ("tillgang", "passerad") and threshold.isdigit():
        return f"pts_hastighet_{column}", measure, "", int(threshold)
    if column == "narhet_fiber":
        return "pts_narhet_fiber", "passerad", "fiber", None
    return f"pts_teknik_{column}", "tillgang", column, None
