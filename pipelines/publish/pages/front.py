"""What the entry page opens with: the kommuner as a picture that leads to their pages, and what to quote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.core.level import LEVELS, Level
from pipelines.publish.pages.render import Speech
from pipelines.publish.webmap import webmap_picture
from pipelines.publish.words.level_figures import OpenFigures, Row, ranks

if TYPE_CHECKING:
    import pandas as pd


def picture(
    outlines: dict[str, Any], kommuner: pd.DataFrame, figures: OpenFigures, shown: Level, speech: Speech
) -> dict[str, Any]:
    """Return the picture of the kommuner by share.

    Parameters
    ----------
    outlines : dict
        Of :func:`.webmap_picture.build`.
    kommuner : DataFrame
        KOMMUNER_OPPNA.
    """
    return webmap_picture.told(outlines, kommuner, figures, shown, speech.write, speech.t["ingang"])


def sentences(
    lan: Row, kommuner: pd.DataFrame, figures: OpenFigures, shown: Level, named: dict[str, str], speech: Speech
) -> list[str]:
    """Return the sentences: the län, the kommuner with the lowest and the highest share, who is passed by fibre.

    A kommun is named as lowest or highest only where no other can be: not of two as low, nor beside a limit.

    Parameters
    ----------
    named : dict
        What the texts call the län and the date.
    """
    t, write = speech.t["ingang"], speech.write
    at, top = figures.at(lan, shown), LEVELS.of("passerad")[-1]
    words = {
        **named,
        "t": write.number(shown.mbit),
        "andel": write.tell(at.share),
        "utan": write.tell(at.without),
        "hushall": write.tell(figures.households(lan)),
        "hogsta": write.number(top.mbit),
        "passerad": write.tell(figures.at(lan, top).share),
    }
    said = [t["mening_lan"].format(**words)]
    ends = _ends(kommuner, shown)
    for key, row in ends.items():
        words |= {key: str(row["kommunnamn"]), f"{key}_andel": write.tell(figures.at(row, shown).share)}
    if ends:
        said.append(t["_".join(("mening", *ends))].format(**words))
    said.append(t["mening_passerad"].format(**words))
    return [s[:1].upper() + s[1:] for s in said]


def _ends(kommuner: pd.DataFrame, shown: Level) -> dict[str, Row]:
    """Return the rows of the kommuner that alone are last and first, where it is known who they are."""
    places = ranks(kommuner, shown)
    known = [x for x in places.values() if x.value is not None]
    rows = {str(r["kommunkod"]): {str(k): v for k, v in r.items()} for r in kommuner.to_dict("records")}
    out = {}
    for key, place in (("sist", len(known)), ("forst", 1)):
        can = [k for k, x in places.items() if x.value is not None and x.value <= place <= (x.to or x.value)]
        if len(known) > 1 and len(known) == len(rows) and len(can) == 1 and places[can[0]].to is None:
            out[key] = rows[can[0]]
    return out
