"""Two small charts as plain geometry for the template: kommuner by share, and published shares over time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.core.level import LEVELS, Level
from pipelines.publish.pages.render import Speech
from pipelines.publish.words import trend_words

if TYPE_CHECKING:
    import pandas as pd

WIDTH, HEIGHT = 340.0, 150.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 22.0, 16.0, 22.0
BINS = 14
"""About as many bins as a histogram of 10 to 60 kommuner can fill."""
STEPS = (0.5, 1.0, 2.0, 5.0, 10.0)
NO_TREND: dict[str, Any] = {"trend": None, "trend_text": "", "trend_bildtext": "", "trend_svar": ""}


def histogram(kommuner: pd.DataFrame, kommunkod: str, column: str) -> dict[str, Any] | None:
    """Return the histogram of a told share with one kommun's bin marked; None when that kommun has no share.

    Bins are whole steps of per cent, so that their borders can be read; 100 belongs to the last.
    """
    values = kommuner[column].to_numpy(np.float64)
    own = values[(kommuner["kommunkod"] == kommunkod).to_numpy()]
    if not len(own) or math.isnan(own[0]):
        return None
    values = values[~np.isnan(values)]
    step = next((s for s in STEPS if (100 - math.floor(values.min() / s) * s) / s <= BINS), STEPS[-1])
    low = min(math.floor(values.min() / step) * step, 100 - 4 * step)
    count = round((100 - low) / step)
    at = np.minimum(((values - low) / step + 1e-9).astype(int), count - 1)
    sizes = np.bincount(at, minlength=count)
    mine = min(int((own[0] - low) / step + 1e-9), count - 1)
    wide, high = (WIDTH - LEFT - RIGHT) / count, HEIGHT - TOP - BOTTOM
    top = int(sizes.max())
    bars = [
        {
            "x": round(LEFT + i * wide + 0.5, 1),
            "y": round(TOP + high * (1 - n / top), 1),
            "w": round(wide - 1, 1),
            "h": round(high * n / top, 1),
            "n": int(n),
            "egen": i == mine,
            "mitt": round(LEFT + (i + 0.5) * wide, 1),
        }
        for i, n in enumerate(sizes.tolist())
        if n
    ]
    every = max(1, math.ceil(count / 5))
    marks = [(round(LEFT + i * wide, 1), low + i * step) for i in range(count, -1, -every)]
    return {
        "w": WIDTH,
        "h": HEIGHT,
        "bas": HEIGHT - BOTTOM,
        "vanster": LEFT,
        "hoger": WIDTH - RIGHT,
        "staplar": bars,
        "axel": sorted(marks),
        "steg": step,
        "antal": len(values),
        "fran": low + mine * step,
        "till": low + (mine + 1) * step,
        "i_samma": int(sizes[mine]),
    }


def trend(history: pd.DataFrame, shown: int) -> dict[str, Any] | None:
    """Return lines of published shares by year, whole per cent; None where two years cannot be compared.

    Parameters
    ----------
    history : DataFrame
        Rows of HISTORIK_OPPEN: one kommun, tillgång, speeds, whole kommun. No year is added from elsewhere: another
        source's may be a share of something else.
    shown : int
        The threshold whose line is whole: those above and below are broken, each its own way.

    Returns
    -------
    dict
        Of each line (``linjer``): ``punkter`` (year, share, break), ``bas`` of its last year and the year from
        which it holds (``bas_fran``; None: all of them), and how it is broken (``streck``).
    """
    lines: list[dict[str, Any]] = []
    by_speed = {t: rows for (_, _, t), rows in trend_words.longest(history).items()}
    for t in LEVELS.mbit:
        of = by_speed.get(t, [])
        points = [(int(r["ar"]), float(trend_words.whole(r["andel_pct"])), str(r["brott"])) for r in of]
        if len(points) > 1:
            bas = str(of[-1]["bas"])
            since = min(int(r["ar"]) for r in of if r["bas"] == bas)
            lines.append(
                {
                    "t": t,
                    "streck": _dashes(t, shown),
                    "bas": bas,
                    "bas_fran": since if since > points[0][0] else None,
                    "punkter": points,
                }
            )
    if not lines:
        return None
    years = [a for line in lines for a, _, _ in line["punkter"]]
    low = 10 * math.floor(min(p for line in lines for _, p, _ in line["punkter"]) / 10 - 1e-9)
    first, last, low = min(years), max(years), max(0, low)
    wide, high = WIDTH - LEFT - RIGHT - 62, HEIGHT - TOP - BOTTOM

    def x(a: int) -> float:
        return round(LEFT + wide * (a - first) / max(1, last - first), 1)

    def y(p: float) -> float:
        return round(TOP + high * (100 - p) / (100 - low), 1)

    ends: list[float] = []
    for line in lines:
        path, previous = "", False
        for a, p, broken in line["punkter"]:
            path += f"{'L' if previous and not broken else 'M'}{x(a):g} {y(p):g}"
            previous = True
        line["linje"] = path
        line["prickar"] = [(x(a), y(p)) for a, p, _ in line["punkter"]]
        line["brott"] = [(x(a), a, b) for a, _, b in line["punkter"] if b]
        end = y(line["punkter"][-1][1])
        while any(abs(end - e) < 12 for e in ends):
            end += 12
        ends.append(end)
        line["slut"] = (x(line["punkter"][-1][0]), end)
    step = 10 if 100 - low <= 40 else 20
    return {
        "w": WIDTH,
        "h": HEIGHT,
        "bas": HEIGHT - BOTTOM,
        "vanster": LEFT,
        "hoger": LEFT + wide,
        "linjer": lines,
        "ar": [(x(a), a) for a in sorted({first, last, *((first + last) // 2,)})],
        "nivaer": [(y(p), p) for p in range(100, low - 1, -step)],
        "forsta": first,
        "sista": last,
    }


def _dashes(t: int, shown: int) -> str:
    """Return the stroke of a threshold's line: dots below the shown one, dashes above it, longer the further away.

    >>> [_dashes(t, 100) for t in (30, 100, 1000)]
    ['2 3', '', '7 3']
    """
    steps = LEVELS.mbit.index(t) - LEVELS.mbit.index(shown)
    return f"{2 + 5 * steps} 3" if steps > 0 else f"{-2 * steps} 3" if steps else ""


def told_trend(history: pd.DataFrame, shown: Level, speech: Speech) -> dict[str, Any]:
    """Return the chart of a place, what it shows in words, and the answer to whether it is better than last year.

    Parameters
    ----------
    history : DataFrame
        As for :func:`trend`.
    """
    t, plain, drawn = speech.t["kommun"], speech.plain, trend(history, shown.mbit)
    if drawn is None:
        return NO_TREND
    parts = [
        t["trend_del"].format(t=plain(line["t"]), bitar=t["trend_mellan"].join(_stretches(line["punkter"], speech)))
        for line in drawn["linjer"]
    ]
    people = [
        t["trend_bas_fran" if line["bas_fran"] else "trend_bas"].format(t=plain(line["t"]), ar=line["bas_fran"])
        for line in drawn["linjer"]
        if line["bas"] == "befolkning"
    ]
    broken = sorted({a for line in drawn["linjer"] for _, a, _ in line["brott"]})
    note = t["trend_bildtext"].format(
        bas="".join(people), brott=t["trend_brott"].format(ar=", ".join(map(str, broken))) if broken else ""
    )
    of_shown = history[history["troskel_mbit"].eq(shown.mbit).fillna(False).to_numpy(dtype=bool)]
    answers = [said for _, said in sorted(trend_words.latest(of_shown, speech.write, t).items())]
    return {
        "trend": drawn,
        "trend_text": t["trend_beskrivning"].format(
            forsta=drawn["forsta"], sista=drawn["sista"], delar=" ".join(parts)
        ),
        "trend_bildtext": note,
        "trend_svar": f"{answers[0]}." if answers else t["trend_ej_jamforbart"],
    }


def _stretches(points: list[tuple[int, float, str]], speech: Speech) -> list[str]:
    """Return each stretch between breaks in words: its first and last year; years across a break are not compared."""
    parts: list[list[tuple[int, float, str]]] = []
    t, plain = speech.t["kommun"], speech.plain
    for p in points:
        if p[2] or not parts:
            parts.append([])
        parts[-1].append(p)
    return [
        t["trend_bit" if len(s) > 1 else "trend_ett"].format(
            fran=plain(s[0][1]), forsta=s[0][0], till=plain(s[-1][1]), sista=s[-1][0]
        )
        for s in parts
    ]
