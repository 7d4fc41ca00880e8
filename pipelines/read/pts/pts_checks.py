"""Whether PTS's figures are whole: every kommun, every class, and parts that add up to their total."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.config.region import CLASSES, Region
from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger
from pipelines.read.pts.pts_areas import require_kommuner

SUM_RELATIVE = 0.005
SUM_ABSOLUTE = 5
"""tät + gles may differ from the total by 0.5 % or 5 households (rounding, buildings without a class)."""
GROSS_ABSOLUTE = 20
"""Households; fewer may be what a small place's rounding makes."""
MIXED_POINTS = 0.02
"""A share that is off by more than this, and by a quarter of it when a hundred times as large, is in another unit."""
WEIGHTED_POINTS = 0.005
"""A share weighted over tät and gles may differ from the published total by half a percentage point."""


def check_teknik(frame: pd.DataFrame, region: Region, source: str, ledger: Ledger) -> pd.DataFrame:
    """Check the chosen edition of *teknik*; return it with the classes that had no households filled in.

    Raises
    ------
    DataError
        When a kommun of the län is missing, or lacks its total or its classes.
    """
    label = str(frame["blad"].iloc[0])
    ours = _ours(frame, region)
    require_kommuner(set(ours["kommunkod"]), region, label, _kommun_names(frame))
    frame = _fill_counts(frame, region, source, ledger)
    _require_households(_ours(frame, region))
    frame = _fill_classes(frame, region, source, ledger)
    _check_sums(_ours(frame, region), source, ledger)
    return frame


def _ours(frame: pd.DataFrame, region: Region, bas: str = "hushall") -> pd.DataFrame:
    return frame[(frame["bas"] == bas) & frame["kommunkod"].isin(region.kommunkoder)]


def _require_households(ours: pd.DataFrame) -> None:
    whole = ours[ours["omradestyp"] == "totalt"]
    if len(whole) and not whole["antal"].any():
        raise DataError(
            "Arbetsboken har inga hushåll i någon av länets kommuner.",
            file=whole["blad"].iloc[0],
            row=int(whole["rad"].iloc[0]),
            column="Antal hushåll",
            expected="ett antal över 0",
            found="0 i alla",
            action="Hämta filen på nytt från statistik.pts.se; räkna om den i ett kalkylprogram om den har formler.",
        )


def note_lan(frame: pd.DataFrame, region: Region, source: str, role: str, ledger: Ledger) -> None:
    """Warn where a table has rows about län, or rows that lost their name, but none about the region's own."""
    rows = frame[(frame["niva"] == "lan") & (frame["bas"] == "hushall")]
    names = {region.lan.namn.casefold(), region.lan.kortnamn.casefold()}
    lacking = not rows["omrade"].str.casefold().isin(names).any()
    ledger.add(
        "varning",
        source,
        f"länets egen rad saknas ({role})",
        int(lacking),
        "länets tal hos PTS visas inte därifrån",
        [region.lan.namn],
    )


def check_speeds(
    speeds: pd.DataFrame, teknik: pd.DataFrame, region: Region, sources: tuple[str, str], ledger: Ledger
) -> None:
    """Hold the speeds against the techniques' households: a row for each, and parts that give their total.

    Parameters
    ----------
    speeds : DataFrame
        PTS_HASTIGHET, of the year that is used.
    teknik : DataFrame
        PTS_TEKNIK, of the same year.
    sources : tuple of str
        Their workbooks.
    """
    source, both = sources[0], " och ".join(dict.fromkeys(sources))
    note_lan(speeds, region, source, "hastighet", ledger)
    ours, counted = _ours(speeds, region), _ours(teknik, region)
    have = set(zip(ours["kommunkod"], ours["omradestyp"], strict=True))
    kinds = set(ours["omradestyp"])
    wanted = counted[(counted["antal"] > 0) & counted["omradestyp"].isin(kinds)]
    lacking = [
        f"{region.kommunnamn[k]}, {o}"
        for k, o in zip(wanted["kommunkod"], wanted["omradestyp"], strict=True)
        if (k, o) not in have
    ]
    ledger.add(
        "varning", source, "områden utan en enda hastighet", len(lacking), "teknik eller Kolada används där", lacking
    )
    counts = _counts(counted)
    parts = sum(counts[c] for c in CLASSES)
    for (measure, threshold), rows in ours.groupby(["matt", "troskel_mbit"]):
        share = rows.pivot(index="kommunkod", columns="omradestyp", values="andel")
        share = share.reindex(index=counts.index, columns=["totalt", *CLASSES])
        weighted = sum(share[c].fillna(0) * counts[c] for c in CLASSES) / parts.where(parts > 0)
        known = share[list(CLASSES)].notna() | (counts[list(CLASSES)] == 0)
        gap = (weighted - share["totalt"]).where(known.all(axis=1))
        off = gap.abs() > WEIGHTED_POINTS
        ledger.add(
            "varning",
            both,
            f"andelen {measure} {threshold} Mbit/s för tät och gles ger inte totalens andel",
            int(off.sum()),
            "lämnades som de är",
            [f"{region.kommunnamn[str(k)]}: {100 * gap[k]:+.1f} procentenheter" for k in gap.index[off]],
        )


def _kommun_names(frame: pd.DataFrame) -> list[str]:
    return sorted(set(frame.loc[frame["niva"] == "kommun", "omrade"]))


def _fill_counts(frame: pd.DataFrame, region: Region, source: str, ledger: Ledger) -> pd.DataFrame:
    """Settle rows without a count: 0 where there are no shares either; otherwise dropped, or refused."""
    shares = [c for c in frame.columns if c in _measures(frame)]
    lacking = frame["antal"].isna()
    empty = lacking & frame[shares].isna().all(axis=1)
    bad = frame[lacking & ~empty]
    own = bad[bad["kommunkod"].isin(region.kommunkoder) & (bad["bas"] == "hushall")]
    if len(own):
        first = own.iloc[0]
        raise DataError(
            "Antal hushåll saknas.",
            file=first["blad"],
            row=int(first["rad"]),
            column="Antal hushåll",
            expected="ett heltal, 0 eller mer",
            found="tom cell eller -",
            action="Fyll i antalet, eller hämta filen på nytt från statistik.pts.se.",
        )
    ledger.add(
        "antagen",
        source,
        "rader utan antal och andelar",
        int(empty.sum()),
        "antalet sattes till 0",
        _named(frame[empty]),
    )
    ledger.add("bortfall", source, "rader med andelar men utan antal", len(bad), "används inte", _named(bad))
    return frame.drop(index=bad.index).fillna({"antal": 0.0})


def _fill_classes(frame: pd.DataFrame, region: Region, source: str, ledger: Ledger) -> pd.DataFrame:
    """Give every kommun both classes: one that PTS leaves out has no households if the other has them all."""
    counts = _counts(_ours(frame, region))
    label = str(frame["blad"].iloc[0])
    filled = []
    for kind, other in (CLASSES, CLASSES[::-1]):
        lacking = counts[counts[kind].isna() | counts["totalt"].isna()]
        wrong = lacking[~((lacking["totalt"] - lacking[other]).abs() <= _tolerance(lacking["totalt"]))]
        if len(wrong):
            names = [region.kommunnamn[str(kod)] for kod in wrong.index]
            raise DataError(
                "Kommuner saknar rader för total, tätbebyggt eller glesbebyggt.",
                file=label,
                column="Område",
                expected="tre rader per kommun: total, tätbebyggt, glesbebyggt",
                found=f"{len(names)} kommuner utan",
                details=names[:20],
                action="Hämta tabellbilagan teknik på nytt; den ska vara delad på område.",
            )
        filled.append(_empty_rows(frame, lacking.index, kind))
        ledger.add(
            "antagen",
            source,
            f"kommuner utan rad för {kind}, där den andra klassen har alla hushåll",
            len(lacking),
            "fick en rad med 0 hushåll",
            [region.kommunnamn[str(k)] for k in lacking.index],
        )
    return pd.concat([frame, *filled], ignore_index=True)


def _empty_rows(frame: pd.DataFrame, codes: pd.Index[str], kind: str) -> pd.DataFrame:
    rows = frame[frame["kommunkod"].isin(codes) & (frame["bas"] == "hushall") & (frame["omradestyp"] == "totalt")]
    empty = dict.fromkeys(_measures(frame), np.nan)
    return rows.assign(omradestyp=kind, antal=0.0, **empty)


def _check_sums(ours: pd.DataFrame, source: str, ledger: Ledger) -> None:
    counts = _counts(ours)
    parts = counts[CLASSES[0]] + counts[CLASSES[1]]
    off = (parts - counts["totalt"]).abs() > _tolerance(counts["totalt"])
    _of_one_kommun(ours, parts, counts["totalt"])
    names = ours.drop_duplicates("kommunkod").set_index("kommunkod")["omrade"]
    ledger.add(
        "varning",
        source,
        "tät + gles är inte totalt antal hushåll",
        int(off.sum()),
        "lämnades som de är",
        [f"{names[k]}: {parts[k]:.0f} mot {counts.loc[k, 'totalt']:.0f}" for k in counts.index[off]],
    )
    measures = _measures(ours)
    shares = ours.pivot(index="kommunkod", columns="omradestyp", values=measures).reindex(counts.index)
    for measure in measures:
        share = shares[measure]
        weighted = sum(share[c].fillna(0) * counts[c] for c in CLASSES) / parts.where(parts > 0)
        known = share[list(CLASSES)].notna() | (counts[list(CLASSES)] == 0)
        gap = (weighted - share["totalt"]).where(known.all(axis=1))
        _one_unit(ours, measure, share, counts, gap)
        off = gap.abs() > WEIGHTED_POINTS
        ledger.add(
            "varning",
            source,
            f"andelen {measure} för tät och gles ger inte totalens andel",
            int(off.sum()),
            "lämnades som de är",
            [f"{names[k]}: {100 * gap[k]:+.1f} procentenheter" for k in gap.index[off]],
        )


def _of_one_kommun(ours: pd.DataFrame, parts: pd.Series[float], total: pd.Series[float]) -> None:
    """Stop where tät and gles are more than twice, or less than half, the kommun's households."""
    apart = (parts - total).abs()
    wrong = (apart > np.maximum(parts, total) / 2) & (apart > GROSS_ABSOLUTE)
    if wrong.any():
        code = wrong.index[wrong.to_numpy()][0]
        row = ours[(ours["kommunkod"] == code) & (ours["omradestyp"] == "totalt")].iloc[0]
        raise DataError(
            "Tät och gles kan inte vara delar av samma kommun.",
            file=row["blad"],
            row=int(row["rad"]),
            column="Antal hushåll",
            expected=f"omkring {total[code]:.0f} hushåll i tät och gles tillsammans",
            found=f"{parts[code]:.0f} i {row['omrade']}",
            action="Rätta antalen, eller hämta filen på nytt.",
        )


def _one_unit(
    ours: pd.DataFrame, measure: str, share: pd.DataFrame, counts: pd.DataFrame, gap: pd.Series[float]
) -> None:
    """Stop at a share of at most 1 % that fits its kommun's others only when it is 100 times as large.

    Where a column holds percentages, such a cell was written as a share.
    """
    parts = sum(counts[c] for c in CLASSES)
    for kind in ("totalt", *CLASSES):
        weight = -1 if kind == "totalt" else counts[kind] / parts
        moved = gap + weight * 99 * share[kind]
        small = (share[kind] > 0) & (share[kind] <= 0.01)
        wrong = small & (gap.abs() > MIXED_POINTS) & (moved.abs() <= gap.abs() / 4)
        if wrong.any():
            cell = (ours["kommunkod"] == wrong.index[wrong.to_numpy()][0]) & (ours["omradestyp"] == kind)
            row = ours[cell].iloc[0]
            raise DataError(
                "En andel är hundra gånger för liten mot de andra för samma kommun.",
                file=row["blad"],
                row=int(row["rad"]),
                column=measure,
                found=f"{row[measure]:.3%}",
                expected=f"{100 * row[measure]:.1%}, så att tät och gles ger totalen",
                action="Skriv alla tal i kolumnen i samma enhet, 0–1 eller 0–100.",
            )


def _counts(ours: pd.DataFrame) -> pd.DataFrame:
    wide = ours.pivot(index="kommunkod", columns="omradestyp", values="antal")
    return wide.reindex(columns=["totalt", *CLASSES]).sort_index()


def _tolerance(total: pd.Series[float]) -> pd.Series[float]:
    return (SUM_RELATIVE * total).clip(lower=SUM_ABSOLUTE)


def _measures(frame: pd.DataFrame) -> list[str]:
    known = {"ar", "bas", "niva", "omrade", "kommunkod", "omradestyp", "rad", "blad", "kalla", "antal"}
    return [c for c in frame.columns if c not in known]


def _named(rows: pd.DataFrame) -> list[str]:
    return [f"{r.omrade}, {r.omradestyp}, {r.bas}" for r in rows.head(10).itertuples()]
