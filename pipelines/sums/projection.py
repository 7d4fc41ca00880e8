"""The published series carried on towards the goals: a straight line through the logit of the latest years.

A share cannot pass 100 %, and the last per cent take longest: on the logit scale, log(p / (1 − p)), growth that
slows off is a straight line. The line is fitted by least squares to the latest years since the latest break; its
prediction interval (Student's t) says how far single years have lain from it. It is a projection, no forecast.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.level_words import beside_goal
from pipelines.tables.history_tables import FRAMSKRIVNING

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Malniva, Region

Floats = NDArray[np.float64]
Rows = list[dict[str, Any]]
"""Rows of HISTORIK: a series is a few years, for which a table would take longer to make than to read."""
LEAST = 3
"""Fewer years than this give no interval: one degree of freedom is left with three."""
EDGE = 0.0005
"""Shares are kept this far from 0 and 1 before the logit: figures are published in hundredths of a per cent."""
ALL = 99.95
"""What counts as 100 %: it is so when rounded to one decimal. A line on the logit scale never gets to 100."""


@dataclass(frozen=True)
class Line:
    """A line through logits: fitted years, intercept and slope about their mean, residual deviation."""

    years: Floats
    middle: float
    slope: float
    deviation: float

    def at(self, year: Floats, confidence: float) -> tuple[Floats, Floats, Floats]:
        """Return share (0–1) by year: the interval's lower end, the line, the upper end."""
        from scipy.special import stdtrit  # the quantile of t, without the second that scipy.stats takes

        n, mean = len(self.years), self.years.mean()
        spread = ((self.years - mean) ** 2).sum()
        width = self.deviation * np.sqrt(1 + 1 / n + (year - mean) ** 2 / spread)
        width = width * float(stdtrit(n - 2, 0.5 + confidence / 2))
        centre = self.middle + self.slope * (year - mean)
        low, mid, high = (1 / (1 + np.exp(-x)) for x in (centre - width, centre, centre + width))
        return low, mid, high


def fit(years: Floats, shares: Floats) -> Line:
    """Fit a line to the logits of shares (0–1).

    >>> line = fit(np.array([2021.0, 2022, 2023]), 1 / (1 + np.exp(-np.array([0.0, 1, 2]))))
    >>> round(line.slope, 9), round(line.middle, 9), round(line.deviation, 9)
    (1.0, 1.0, 0.0)
    """
    p = np.clip(shares, EDGE, 1 - EDGE)
    z = np.log(p / (1 - p))
    x = years - years.mean()
    slope = float((x * z).sum() / (x * x).sum())
    middle = float(z.mean())
    rest = z - middle - slope * x
    return Line(years, middle, slope, float(np.sqrt((rest**2).sum() / (len(z) - 2))))


def projections(table: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Return FRAMSKRIVNING: one row for the län and each kommun and each goal, from the series that fits best.

    Parameters
    ----------
    table : DataFrame
        HISTORIK, breaks marked.
    """
    import pandas as pd

    whole = table[(table["omradestyp"] == "totalt") & table["troskel_mbit"].notna()]
    places = [("lan", region.lan.kod, region.lan.namn), *(("kommun", k, n) for k, n in region.kommunnamn.items())]
    series: dict[tuple[str, str, int], dict[str, Rows]] = {}
    for row in whole.to_dict("records"):
        of = series.setdefault((row["niva"], row["kommunkod"], row["troskel_mbit"]), {})
        of.setdefault(str(row["serie"]), []).append(row)
    rows = [
        {
            "niva": niva,
            "kommunkod": kod,
            "kommunnamn": namn,
            "mal_nr": nr,
            "mal": goal.namn,
            "mal_pct": goal.andel_pct,
            **_towards(series.get((niva, kod, goal.troskel_mbit), {}), goal, region),
        }
        for niva, kod, namn in places
        for nr, goal in enumerate(region.mal.nivaer, start=1)
    ]
    out = pd.DataFrame(rows, columns=FRAMSKRIVNING.names)
    kinds = {"text": "str", "decimal": "float64", "ja_nej": "bool"}
    types = {
        c.name: ("Int64" if c.nullable else "int64") if c.kind == "heltal" else kinds[c.kind]
        for c in FRAMSKRIVNING.columns
    }
    return out.astype(types)


def _towards(by_name: dict[str, Rows], goal: Malniva, region: Region) -> dict[str, object]:
    """Return one place's projection towards one goal, out of its series at the goal's threshold."""
    series = _best(by_name, goal)
    if series is None:
        return {
            "serie": "",
            "matt": "",
            "samma_matt": False,
            "bas": "",
            "antal_ar": 0,
            "utfall": "ingen_serie",
            "text": f"Ingen publicerad serie gäller {goal.troskel_mbit} Mbit/s.",
        }
    settings = region.framskrivning
    used = series[-settings.ar_bakat :]
    last = used[-1]
    same = bool(last["matt"] == goal.matt)
    known: dict[str, object] = {
        "serie": last["serie"],
        "matt": last["matt"],
        "samma_matt": same,
        "bas": last["bas"],
        "forsta_ar": int(used[0]["ar"]),
        "senaste_ar": int(last["ar"]),
        "antal_ar": len(used),
        "senaste_pct": float(last["andel_pct"]),
    }
    remark = f" Serien är {beside_goal(goal.matt, last['matt'])}."
    remark += " Serien är andel av befolkningen." if last["bas"] == "befolkning" else ""
    if len(used) < LEAST:
        few = f"För få jämförbara år ({len(used)}) för en framskrivning."
        reached = last["andel_pct"] >= min(goal.andel_pct, ALL)
        outcome, said = ("natt", f"Enligt serien nått {last['ar']}.") if reached else ("for_fa_ar", few)
        return {**known, "utfall": outcome, "text": said + remark}
    years, shares = (np.array([row[name] for row in used], np.float64) for name in ("ar", "andel_pct"))
    line = fit(years, shares / 100)
    return {**known, **_reached(line, int(last["ar"]), float(last["andel_pct"]), goal, region, remark)}


def _best(by_name: dict[str, Rows], goal: Malniva) -> Rows | None:
    """Return the series for a goal, its years since the latest break: the goal's own measure before the other.

    Among those, one with enough years for a line; then the one with most years, then the latest, then by name.
    """
    found = []
    for name, rows in by_name.items():
        one = sorted(rows, key=lambda row: int(row["ar"]))
        breaks = [i for i, row in enumerate(one) if row["brott"] != ""]
        since = one[breaks[-1] :] if breaks else one
        own = one[0]["matt"] == goal.matt
        found.append(((len(since) >= LEAST, own, len(since), int(since[-1]["ar"])), name, since))
    if not found:
        return None
    return max(found, key=lambda f: (f[0], [-ord(c) for c in f[1]]))[2]


def _reached(line: Line, last: int, latest: float, goal: Malniva, region: Region, remark: str) -> dict[str, object]:
    settings = region.framskrivning
    level = min(goal.andel_pct, ALL) / 100
    years = np.arange(last + 1, max(settings.horisont_ar, last + 1) + 1, dtype=np.float64)
    low, mid, high = line.at(years, settings.konfidens)
    now, then = (float(x) for x in line.at(np.array([last, last + 1.0]), settings.konfidens)[1])
    pace = {"takt_pe": round(100 * (then - now), 6)}
    if latest >= 100 * level - 1e-9:
        return {**pace, "utfall": "natt", "text": f"Enligt serien nått {last}.{remark}"}
    first = {n: _first(years, x >= level) for n, x in (("tidigast_", high), ("", mid), ("senast_", low))}
    named = {f"nas_{n}ar": y for n, y in first.items()}
    ends = f"{settings.konfidens:.0%}".replace("%", " %")
    if first[""] is None:
        early = first["tidigast_"]
        perhaps = f" Intervallets övre gräns ({ends}) når det {early}." if early else ""
        return {
            **pace,
            **named,
            "utfall": "nas_inte",
            "text": f"Nås inte med dagens takt (före {settings.horisont_ar}).{perhaps}{remark}",
        }
    late = first["senast_"]
    span = f"tidigast {first['tidigast_']}, " + (f"senast {late}" if late else "osäkert när senast")
    return {
        **pace,
        **named,
        "utfall": "nas",
        "text": f"Nås {first['']} om takten håller i sig ({span}; intervall {ends}).{remark}",
    }


def _first(years: Floats, reached: NDArray[np.bool_]) -> int | None:
    at = np.flatnonzero(reached)
    return int(years[at[0]]) if len(at) else None
