"""The figures of kommuner and the län on the map's page: the table, the key figures, the goals, the facts panel."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pipelines.core.figure import HIDDEN, Figure, as_chosen
from pipelines.core.level import LEVELS, Level
from pipelines.publish.words import trend_words
from pipelines.publish.words.level_figures import Figures, Row, left_to, ranks
from pipelines.publish.words.palette import SHARE_STEPS
from pipelines.publish.words.swedish_order import swedish_order

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Malniva, Region
    from pipelines.publish.words.language import Language, Writer

Texts = dict[str, Any]


def goal_for(region: Region, level: Level) -> Malniva | None:
    """Return the goal that is written at this level, if there is one; of several the first that is configured."""
    return next((g for g in region.mal.nivaer if Level(g.matt, g.troskel_mbit) == level), None)


def goal_text(goal: Malniva, write: Writer, t: Texts) -> str:
    """Return a goal in words, of its own numbers, in either language."""
    pct = write.tell(as_chosen(goal.andel_pct))
    return str(t["mal_text"]).format(
        andel=pct, troskel=write.number(goal.troskel_mbit), matt=t["matt_namn"][goal.matt].lower()
    )


def _left(goal: Malniva, told: Figure, write: Writer, t: Texts) -> tuple[str, bool]:
    """Return what is left to a goal in words, and whether it is reached."""
    points, reached = left_to(goal, told)
    key = "mal_uppnatt" if reached else "mal_kvar" if points.known else "mal_oklart"
    return str(t[key]).format(punkter=write.tell(points, unit=False)), bool(reached)


_PERCENT: dict[Language, str] = {"sv": " %", "en": "%"}


def share_step(share: Figure) -> int:
    """Return the step of colour of a told share (per cent): 0 for the lowest, -1 where it is not told."""
    return -1 if share.rounded is None else bisect_right(SHARE_STEPS, share.rounded)


def share_steps(write: Writer, t: Texts) -> list[str]:
    """Return the steps of colour in words, from the lowest share."""
    ends = [write.number(x) for x in SHARE_STEPS]
    words = [
        t["bild_under"].format(ends[0]),
        *(f"{a}–{b}" for a, b in pairwise(ends)),
        t["bild_minst"].format(ends[-1]),
    ]
    return [f"{word}{_PERCENT[write.language]}" for word in words]


def key_figures(lan: Row, figures: Figures, write: Writer, t: Texts) -> list[dict[str, str]]:
    """Return the län's shares per threshold."""
    out = []
    for has, passed in zip(LEVELS.of("tillgang"), LEVELS.of("passerad"), strict=True):
        told = figures.at(lan, has)
        out.append(
            {
                "andel": write.tell(told.share),
                "enhet": t["nyckeltal_enhet"].format(troskel=write.number(has.mbit)),
                "utan": t["nyckeltal_utan"].format(antal=write.tell(told.without)),
                "passerad": t["nyckeltal_passerad"].format(andel=write.tell(figures.at(lan, passed).share)),
                "pts": t["nyckeltal_pts"].format(andel=write.tell(told.pts)),
            }
        )
    return out


def goals(region: Region, lan: Row, figures: Figures, write: Writer, t: Texts) -> list[dict[str, str]]:
    """Return each goal with the län's share and what is left."""
    out = []
    for goal in region.mal.nivaer:
        share = figures.at(lan, Level(goal.matt, goal.troskel_mbit)).share
        left, reached = _left(goal, share, write, t)
        out.append(
            {
                "mal": goal_text(goal, write, t),
                "lage": t["mal_lage"].format(andel=write.tell(share)),
                "kvar": left,
                "natt": "ja" if reached else "nej",
            }
        )
    return out


def rows(region: Region, kommuner: pd.DataFrame, figures: Figures, write: Writer, t: Texts) -> list[dict[str, Any]]:
    """Return the rows of the table of kommuner, by name: each cell's text, and what to sort it by."""
    out = []
    # One row a kommun of a printed table: not data.
    for row in swedish_order(kommuner).to_dict("records"):
        cells = []
        for level in LEVELS:
            told, goal = figures.at(row, level), goal_for(region, level)
            shown = [(write.tell(x), x.rounded) for x in (told.share, told.pts, told.without)]
            shown.insert(2, (write.gap(told.difference, told.beyond), told.difference.rounded))
            if goal:
                points, reached = left_to(goal, told.share)
                shown.append((t["mal_natt"] if reached else write.tell(points, unit=False), points.rounded))
            cells += [(level.code, text, "" if value is None else value) for text, value in shown]
        total = figures.households(row)
        out.append(
            {
                "kod": row["kommunkod"],
                "namn": row["kommunnamn"],
                "hushall": (write.tell(total), total.rounded),
                "celler": cells,
            }
        )
    return out


def beside(
    region: Region,
    kommuner: pd.DataFrame,
    lan: Row,
    figures: Figures,
    write: Writer,
    t: Texts,
    history: pd.DataFrame | None = None,
) -> Any:
    """Return what the cards tell of every kommun and the län, per level.

    That is the share, what is left to the goal, the households without, the place among the kommuner, what has
    become of it since the year before, and the step of :func:`share_steps`.

    Parameters
    ----------
    history : DataFrame, optional
        Contract HISTORIK_OPPEN.
    """
    places = {level: ranks(kommuner, level) for level in LEVELS}
    since = trend_words.latest(history, write, t) if history is not None else {}

    def told(row: Row, code: str) -> dict[str, list[str | int]]:
        out: dict[str, list[str | int]] = {}
        for level in LEVELS:
            at, goal = figures.at(row, level), goal_for(region, level)
            left = _left(goal, at.share, write, t)[0] if goal else ""
            place = places[level].get(code, HIDDEN)
            word = str(t["kort_plats"]).format(plats=write.tell(place), alla=len(kommuner)) if place.known else ""
            out[level.code] = [
                write.tell(at.share),
                left,
                write.tell(at.without),
                word,
                since.get((code, level.measure, level.mbit), ""),
                share_step(at.share),
            ]
        return out

    return {
        "lan": told(lan, region.lan.kod),
        **{str(k["kommunkod"]): told(k, str(k["kommunkod"])) for k in kommuner.to_dict("records")},
        "mal": {level.code: goal_text(g, write, t) for level in LEVELS if (g := goal_for(region, level))},
    }
