"""What the published series say of a place: which series is told, and whether it is better than the year before.

Shares are told in whole per cent: the edition's own year may be known no finer. No year is compared across a break,
and none is added from another series, whose share may be of something else.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.publish.words.language import Writer

Key = tuple[str, str, int]
"""Code of the place, measure, threshold."""
Rows = list[dict[str, Any]]


def longest(history: pd.DataFrame) -> dict[Key, Rows]:
    """Return, by place and level, the rows of the series with most years, by year.

    Of as many, one of the households, as all else that is told.

    Parameters
    ----------
    history : DataFrame
        Contract HISTORIK_OPPEN.
    """
    known = history["troskel_mbit"].notna() & (history["omradestyp"] == "totalt")
    found: dict[Key, Rows] = {}
    # As plain rows: hundreds of places and levels of a few years each, which pandas takes ten milliseconds apiece for.
    for row in history[known.to_numpy()].to_dict("records"):
        found.setdefault((str(row["kommunkod"]), str(row["matt"]), int(row["troskel_mbit"])), []).append(row)
    return {key: _longest(rows) for key, rows in found.items()}


def _longest(rows: Rows) -> Rows:
    many, people = Counter(r["serie"] for r in rows), {r["serie"] for r in rows if r["bas"] != "hushall"}
    chosen = min(many, key=lambda s: (-many[s], s in people, s))
    return sorted((r for r in rows if r["serie"] == chosen), key=lambda r: int(r["ar"]))


def whole(share: float) -> int:
    """Return a share in whole per cent, halves up."""
    return math.floor(share + 0.5)


def latest(history: pd.DataFrame, write: Writer, t: dict[str, Any]) -> dict[Key, str]:
    """Return, by place and level, a sentence of the newest year beside the one before; none across a break.

    Parameters
    ----------
    history : DataFrame
        Contract HISTORIK_OPPEN.
    t : dict
        The product's texts: ``trend_upp``, ``trend_ned``, ``trend_lika``, ``trend_folket``.
    """
    out = {}
    for key, rows in longest(history).items():
        if len(rows) > 1 and not rows[-1]["brott"]:
            out[key] = _sentence(rows[-2], rows[-1], write, t)
    return out


def _sentence(then: dict[str, Any], now: dict[str, Any], write: Writer, t: dict[str, Any]) -> str:
    a, b = whole(then["andel_pct"]), whole(now["andel_pct"])
    key = "trend_upp" if b > a else "trend_ned" if b < a else "trend_lika"
    values = {"fran": then["ar"], "till": now["ar"], "da": write.number(a), "nu": write.number(b)}
    mbit = write.number(int(now["troskel_mbit"]))
    said = str(t[key]).format(**values, skillnad=write.number(abs(b - a)), t=mbit)
    return said + (str(t["trend_folket"]) if now["bas"] == "befolkning" else "")
