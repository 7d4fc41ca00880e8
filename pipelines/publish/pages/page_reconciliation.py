"""What a page tells of the published figures beside ours: the open table's rows, in words."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from pipelines.config import kolada_indicators
from pipelines.core.figure import HIDDEN, Figure, Sign, Unit, as_chosen
from pipelines.core.level import Level
from pipelines.core.level_words import MEASURE, UNIT, heading
from pipelines.publish.pages.render import Speech
from pipelines.publish.words.level_figures import OpenFigures, Row, told_share

if TYPE_CHECKING:
    import pandas as pd

ORDER = ("PTS", "Kolada", "SCB")
"""Who comes first; others after them."""
SHARE = "andel_hushall"
OF_PEOPLE = kolada_indicators.reason(of_people=True, ours="hushållen")


def section(table: pd.DataFrame, niva: str, kod: str, figures: OpenFigures, speech: Speech) -> dict[str, Any]:
    """Return the reconciliation of one kommun or the län.

    Parameters
    ----------
    table : DataFrame
        AVSTAMNING_OPPEN.

    Returns
    -------
    dict
        ``grupper`` (what can be compared, by source and year), ``orsaker`` (why figures may differ, once each),
        ``sammanfattning`` (how many are within, which are not), ``andra`` (what is not compared).
    """
    t = speech.t["avstamning"]
    mine = table[((table["niva"] == niva) & (table["kod"] == kod)).to_numpy()].to_dict("records")
    rows = sorted((r for r in mine if r["utfall"] != "ej_jamforbart"), key=_order)
    outside = _named([r for r in rows if r["utfall"] == "utanfor"], speech)
    inside = sum(r["utfall"] == "inom" for r in rows)
    open_ = sum(r["utfall"] == "oavgjort" for r in rows)
    parts = [t["alla" if inside == len(rows) else "sammanfattning"].format(inom=inside, alla=len(rows))]
    if open_:
        parts.append(t["obestamda"].format(n=open_))
    if outside:
        parts.append(t["utanfor"].format(vilka="; ".join(outside)))
    others = len(mine) - len(rows)
    return {
        "grupper": [
            {"kalla": _in_words(source, t), "rader": [_told(r, figures, speech) for r in of]}
            for source, of in groupby(rows, key=_source)
        ],
        "orsaker": list(dict.fromkeys(f"{r['kalla']}: {r['orsak']}." for r in rows)),
        "sammanfattning": " ".join(parts) if rows else t["inga"],
        "andra": t["andra"].format(n=others) if others else "",
    }


def by_source(table: pd.DataFrame, speech: Speech) -> list[dict[str, str]]:
    """Return, by source, how many of the kommuner's figures are within, outside and undecided."""
    of = table[((table["niva"] == "kommun") & (table["utfall"] != "ej_jamforbart")).to_numpy()]
    counts = of.groupby(["kalla", "utfall"]).size().unstack(fill_value=0)
    write, out = speech.write, []
    for source in sorted(counts.index, key=lambda k: (_rank(k), k)):
        n = {u: int(counts.at[source, u]) if u in counts else 0 for u in ("inom", "utanfor", "oavgjort")}
        out.append(
            {
                "kalla": _in_words(source, speech.t["avstamning"]),
                "tal": write.number(sum(n.values())),
                **{u: write.flagged(write.number(x), x > 0 and u == "utanfor") for u, x in n.items()},
            }
        )
    return out


def _rank(source: str) -> int:
    return next((i for i, name in enumerate(ORDER) if source.startswith(name)), len(ORDER))


def _order(row: Row) -> tuple[Any, ...]:
    speed = row["troskel_mbit"]
    return (_rank(row["kalla"]), row["kalla"], row["matt"] != "tillgang", 0 if speed != speed else int(speed or 0))


def _what(row: Row, speech: Speech) -> str:
    if row["storhet"] != SHARE:
        return str(speech.t["avstamning"]["storhet"][row["storhet"]])
    speed = int(row["troskel_mbit"])
    return heading(Level(row["matt"], speed), speech.write.number(speed), speech.language)


def _named(rows: list[Row], speech: Speech) -> list[str]:
    """Name each source and what of it, its speeds together."""
    t, out = speech.t["avstamning"], []
    for source, of in groupby(rows, key=lambda r: r["kalla"]):
        parts = []
        for matt, same in groupby(of, key=lambda r: r["matt"]):
            if matt:
                speeds = dict.fromkeys(speech.write.number(int(r["troskel_mbit"])) for r in same)
                parts.append(f"{MEASURE[speech.language][matt]} {', '.join(speeds)} {UNIT}")
        named = _in_words(source, t)
        out.append(f"{named} ({'; '.join(parts)})" if parts else named)
    return out


def _in_words(source: str, t: dict[str, Any]) -> str:
    """Return what a source is called in the page's language, where it is not called the same.

    >>> named = {"kallnamn": {"SCB landareal": "SCB, land area", "Publicerat: ": "Published: "}}
    >>> [_in_words(x, named) for x in ("SCB landareal 2025", "Publicerat: vg.se", "Kolada N07900")]
    ['SCB, land area 2025', 'Published: vg.se', 'Kolada N07900']
    """
    for own, told in t["kallnamn"].items():
        if source.startswith(own):
            return f"{told}{source.removeprefix(own)}"
    return source


def _source(row: Row) -> str:
    year = row["ar"]
    return row["kalla"] if year is None or year != year else f"{row['kalla']} {year}"


def _told(row: Row, figures: OpenFigures, speech: Speech) -> dict[str, str]:
    t, write = speech.t["avstamning"], speech.write
    share, gap = row["enhet"] == "procent", row["skillnad"]
    unit: Unit = "pe" if share else "%"
    decimals = 1 if share or abs(gap) >= 1 else 2
    difference = HIDDEN if gap != gap else Figure(gap, decimals=decimals, unit=unit, signed=True)
    return {
        "vad": _what(row, speech) + (t["av_folket"] if row["orsak"].startswith(OF_PEOPLE) else ""),
        "vart": write.tell(_figure(row["vart_tal"], row, figures, row["vart_tal_olikhet"])),
        "deras": write.tell(_figure(row["deras_tal"], row, figures)),
        "skillnad": write.tell(difference),
        "tolerans": write.tell(as_chosen(row["tolerans"], unit, most=3)),
        "utfall": write.flagged(t["utfall"][row["utfall"]], row["utfall"] == "utanfor"),
        "utfall_kod": row["utfall"],
    }


def _figure(x: float, row: Row, figures: OpenFigures, sign: Sign = "") -> Figure:
    if row["enhet"] == "procent":
        return told_share(x, sign)
    return Figure(x, unit="ha") if row["enhet"] == "ha" else figures.count(x)
