"""Figures of kommuner and the län as a page tells them: the table, the key figures, the goals.

The open page reads KOMMUNER_OPPNA and LAN_OPPNA: counts in tens, shares with their sign. The internal page reads
KOMMUNER and LAN: expected counts with one decimal. Every figure is a text and a value to sort by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.config.region import MEASURES, THRESHOLDS, Malniva, Region
from pipelines.publish.words.language import Writer

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.publish.webmap.webmap_page import Subject

HIDDEN = "–"
PAIRS = tuple((m, t) for m in MEASURES for t in THRESHOLDS)
_SHARE = {"tillgang": "andel_{t}", "passerad": "andel_passerade_{t}"}
_WITHOUT = {"tillgang": "hushall_utan_{t}", "passerad": "hushall_ej_passerade_{t}"}


class Told(NamedTuple):
    """A figure as text, and a value to sort by that tells no more than the text."""

    text: str
    value: float | None


@dataclass(frozen=True)
class Figures:
    """What is told of one kommun, or the län, at one measure and threshold."""

    total: Told
    share: Told
    sign: str
    pts: Told
    difference: Told
    without: Told


Tell = Callable[[dict[str, Any], str, int], Figures]
"""Reads a row of the kommun or län table at a measure and threshold."""


def open_teller(region: Region, write: Writer) -> Tell:
    """Return how the open tables are told."""
    small = region.publicering.undertryckningsgrans

    def count(x: Any) -> Told:
        known = x is not None and x == x
        return Told(write.told(float(x) if known else None, small), float(x) if known else 1.0)

    def tell(row: dict[str, Any], m: str, t: int) -> Figures:
        name = _SHARE[m].format(t=t)
        share, sign, pts = row[f"{name}_pct"], row[f"{name}_olikhet"], row[f"pts_{name}_pct"]
        told = _share(share, write, sign) if share == share else Told(HIDDEN, None)
        bound = bool(sign) or share != share or pts != pts
        # A whole share may have been told in whole per cent: no more decimals than it has, here or in a difference.
        whole = pts == round(pts) if pts == pts else False
        return Figures(
            count(row["hushall_ca"]),
            told,
            sign,
            Told(HIDDEN, None) if pts != pts else Told(write.target(pts), pts) if whole else _share(pts, write),
            Told(HIDDEN, None) if bound else _difference(share, pts, write, 0 if whole else 1),
            count(row[f"{_WITHOUT[m].format(t=t)}_ca"]),
        )

    return _plain(tell)


def exact_teller(write: Writer) -> Tell:
    """Return how the internal tables are told: expected counts with one decimal, every share as it is."""

    def tell(row: dict[str, Any], m: str, t: int) -> Figures:
        name = _SHARE[m].format(t=t)
        total, without = (Told(write.number(x, 1), round(x, 1)) for x in (row["hushall"], row[_WITHOUT[m].format(t=t)]))
        share, pts = row[f"{name}_pct"], row[f"pts_{name}_pct"]
        return Figures(total, _share(share, write), "", _share(pts, write), _difference(share, pts, write), without)

    return tell


def _plain(tell: Tell) -> Tell:
    """Let missing counts come as None, whatever kind of missing the table holds."""

    def told(row: dict[str, Any], m: str, t: int) -> Figures:
        return tell({k: None if type(v).__name__ == "NAType" else v for k, v in row.items()}, m, t)

    return told


def _share(x: float, write: Writer, sign: str = "") -> Told:
    return Told(write.percent(x, sign), round(x, 1) if x == x else None)


def _difference(share: float, pts: float, write: Writer, decimals: int = 1) -> Told:
    gap = share - pts
    if gap != gap:
        return Told(write.missing, None)
    return Told(write.points(gap, decimals), round(gap, decimals) + 0.0)


def goal_for(region: Region, m: str, t: int) -> Malniva | None:
    """Return the goal that is written in this measure and threshold, if there is one."""
    return next((g for g in region.mal.nivaer if g.matt == m and g.troskel_mbit == t), None)


def to_goal(figures: Figures, goal: Malniva, write: Writer, t: dict[str, Any]) -> Told:
    """Return the percentage points that are left to a goal, «nått», or a dash where a limit leaves it open."""
    share = figures.share.value
    if share is None:
        return Told(HIDDEN, None)
    left = goal.andel_pct - share
    if (figures.sign == ">" and left > 0) or (figures.sign == "<" and left <= 0):
        return Told(HIDDEN, None)
    return Told(t["mal_natt"], 0.0) if left <= 0 else Told(write.number(left, 1), round(left, 1))


def goal_text(goal: Malniva, write: Writer, t: dict[str, Any]) -> str:
    """Return a goal in words, of its own numbers, in either language."""
    pct = write.target(goal.andel_pct)
    measure = t[f"matt_{goal.matt}"].lower()
    return str(t["mal_text"]).format(andel=pct, troskel=write.number(goal.troskel_mbit), matt=measure)


def key_figures(lan: dict[str, Any], tell: Tell, write: Writer, t: dict[str, Any]) -> list[dict[str, str]]:
    """Return the län's shares per threshold."""
    return [
        {
            "andel": tell(lan, "tillgang", s).share.text,
            "enhet": t["nyckeltal_enhet"].format(troskel=write.number(s)),
            "utan": t["nyckeltal_utan"].format(antal=tell(lan, "tillgang", s).without.text),
            "passerad": t["nyckeltal_passerad"].format(andel=tell(lan, "passerad", s).share.text),
            "pts": t["nyckeltal_pts"].format(andel=tell(lan, "tillgang", s).pts.text),
        }
        for s in THRESHOLDS
    ]


def goals(region: Region, lan: dict[str, Any], tell: Tell, write: Writer, t: dict[str, Any]) -> list[dict[str, str]]:
    """Return each goal with the län's share and what is left."""
    out = []
    for goal in region.mal.nivaer:
        told = tell(lan, goal.matt, goal.troskel_mbit)
        left = to_goal(told, goal, write, t)
        key = "mal_kvar" if left.value else "mal_uppnatt" if left.value == 0 else "mal_oklart"
        out.append(
            {
                "mal": goal_text(goal, write, t),
                "lage": t["mal_lage"].format(andel=told.share.text),
                "kvar": t[key].format(punkter=left.text),
                "natt": "ja" if left.value == 0 else "nej",
            }
        )
    return out


def rows(about: Subject, tell: Tell, write: Writer, t: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of the table of kommuner, by name."""
    region, kommuner = about.region, about.kommuner
    out = []
    # One row a kommun of a printed table: not data.
    for k in kommuner.sort_values("kommunnamn", key=_swedish).to_dict("records"):
        row = {str(name): value for name, value in k.items()}
        cells = []
        for m, s in PAIRS:
            told, goal = tell(row, m, s), goal_for(region, m, s)
            gap, limit = told.difference, region.kontroll.avvikelse_pe
            outside = (
                gap.value is not None and abs(gap.value) > limit + 1e-9
                if about.beyond_pts is None
                else (row["kommunkod"], m, s) in about.beyond_pts
            )
            marked = write.flagged(gap.text, outside and gap.value is not None)
            shown = [told.share, told.pts, gap._replace(text=marked), told.without]
            if goal:
                shown.append(to_goal(told, goal, write, t))
            cells += [(f"{m}-{s}", x.text, "" if x.value is None else x.value) for x in shown]
        total = tell(row, *PAIRS[0]).total
        out.append(
            {"kod": row["kommunkod"], "namn": row["kommunnamn"], "hushall": (total.text, total.value), "celler": cells}
        )
    return out


def beside(
    kommuner: pd.DataFrame, lan: dict[str, Any], tell: Tell, region: Region, write: Writer, t: dict[str, Any]
) -> Any:
    """Return, for the facts panel, every kommun's and the län's share per pair and what is left to the goal."""

    def told(row: dict[str, Any]) -> dict[str, Any]:
        out = {}
        for m, s in PAIRS:
            figures, goal = tell(row, m, s), goal_for(region, m, s)
            left = to_goal(figures, goal, write, t) if goal else Told("", None)
            key = "mal_kvar" if left.value else "mal_uppnatt" if left.value == 0 else "mal_oklart"
            out[f"{m}-{s}"] = [
                figures.share.text,
                figures.without.text,
                t[key].format(punkter=left.text) if goal else "",
            ]
        return out

    records = [{str(n): v for n, v in k.items()} for k in kommuner.to_dict("records")]
    return {
        "lan": told(lan),
        **{str(k["kommunkod"]): told(k) for k in records},
        "mal": {f"{g.matt}-{g.troskel_mbit}": goal_text(g, write, t) for g in region.mal.nivaer},
    }


def _swedish(names: pd.Series[str]) -> pd.Series[str]:
    """Sort key: å, ä and ö last and in that order, as in Swedish, whatever the machine's locale."""
    return names.str.lower().str.translate(str.maketrans({"å": "{", "ä": "|", "ö": "}", "é": "e"}))
