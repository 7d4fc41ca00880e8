"""What a page says besides its cells: texts, key figures, the table of kommuner, sources."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from importlib.resources import files as package_files
from typing import TYPE_CHECKING, Any, Literal

from pipelines.publish import disclosure
from pipelines.publish.disclosure import Figures, Told
from pipelines.publish.facts import RunFacts, Source, credit_lines
from pipelines.publish.swedish import day, points
from pipelines.publish.webmap.numbers import number, thin
from pipelines.region import MEASURES, THRESHOLDS, Region

if TYPE_CHECKING:
    import pandas as pd

Edition = Literal["oppen", "intern"]
Tell = Callable[[dict[str, Any], str, int], Figures]
"""What is told of a row of KOMMUNER or LAN at a measure and threshold."""
_COLUMNS = {
    "tillgang": ("andel_{t}_pct", "pts_andel_{t}_pct", "hushall_utan_{t}"),
    "passerad": ("andel_passerade_{t}_pct", "pts_andel_passerade_{t}_pct", "hushall_ej_passerade_{t}"),
}
"""Per measure: our share, PTS's share, households without."""


def texts() -> dict[str, Any]:
    """Return every text of the page: one file a language."""
    body: dict[str, Any] = json.loads((package_files(__package__) / "sv.json").read_text(encoding="utf-8"))
    return body


def context(
    edition: Edition,
    region: Region,
    facts: RunFacts,
    sources: list[Source],
    kommuner: pd.DataFrame,
    lan: pd.DataFrame,
    exposed: Collection[tuple[str, int]] = (),
) -> dict[str, Any]:
    """Return what the template shows.

    Parameters
    ----------
    edition : {"oppen", "intern"}
    region : Region
    facts : RunFacts
    sources : list of Source
        The publishers whose files were used.
    kommuner, lan : DataFrame
        Contracts KOMMUNER and LAN. The open edition tells of them what :mod:`disclosure` lets through.
    exposed : collection of (str, int)
        Kommuner and thresholds whose share is told coarsely; see :func:`disclosure.exposed`.

    Returns
    -------
    dict
        Plain values and texts; the template escapes every one of them.
    """
    t = texts()
    publishing = region.publicering
    open_page = edition == "oppen"
    when = day(facts["pts_datum"])
    named = {
        "lan": region.lan.kortnamn, "datum": when, "pts_datum": when, "scb_ar": facts["scb_ar"],
        "grans": publishing.undertryckningsgrans, "under": publishing.undertryckningsgrans - 1,
        "utgava": t[f"utgava_{edition}"][0].upper() + t[f"utgava_{edition}"][1:],
        "korning": facts["korning_id"], "version": facts["version"],
        "senaste": facts["senaste_indatadatum"], "utgivare": publishing.utgivare,
        "epost": publishing.kontakt_epost,
    }  # fmt: skip
    extra = t["om_oppen"] if open_page else t["om_intern"]
    limits = publishing.bandgranser

    def tell(row: dict[str, Any], measure: str, s: int) -> Figures:
        share, pts, without = (row[c.format(t=s)] for c in _COLUMNS[measure])
        if not open_page:
            return _exact(row["hushall"], without, share, pts)
        coarse = measure == "tillgang" and (row.get("kommunkod"), s) in exposed
        return disclosure.publish(
            row["hushall"], without, share, pts, limits, coarse=coarse, about=t["cirka"]
        )

    return {
        "t": t,
        "intern": not open_page,
        "demo": bool(facts["demo"]),
        "titel": publishing.titel if open_page else f"{publishing.titel} – {t['intern_titel']}",
        "rubrik": publishing.titel,
        "ingress": t["ingress"].format(**named),
        "karta_namn": t["karta_namn"].format(**named),
        "klass_grund": t["klass_grund_oppen" if open_page else "klass_grund_intern"].format(**named),
        "nyckeltal_rubrik": t["nyckeltal_rubrik"].format(**named),
        "nyckeltal": _key_figures(lan.to_dict("records")[0], tell, t),
        "om": [(a, b.format(**named)) for a, b in [*t["om"], extra]],
        "kallor": [
            *(k.format(**named) for k in t["kallor"]),
            *(t["kalla_rad"].format(kalla=line) for line in credit_lines(sources)),
        ],
        "utgava": t["utgava"].format(**named),
        "utgivare": t["utgivare"].format(**named),
        "tabell_antal": t["tabell_antal_oppen" if open_page else "tabell_antal_intern"].format(**named),
        "tabell_caption": t["tabell_caption"].format(troskel=100, matt=t["matt_tillgang"].lower()),
        "visningar": [f"{m}-{s}" for m in MEASURES for s in THRESHOLDS],
        "kommuner": _rows(kommuner.sort_values("kommunnamn", key=_swedish), tell),
        "trosklar": [(s, number(s)) for s in THRESHOLDS],
        "matt": [(m, t[f"matt_{m}"]) for m in MEASURES],
        "lager": [(x, t[f"lager_{x}"]) for x in ("klass", "utan", "underlag")],
    }


def _swedish(names: pd.Series[str]) -> pd.Series[str]:
    """Sort key: å, ä and ö last and in that order, as in Swedish, whatever the machine's locale."""
    return names.str.lower().str.translate(str.maketrans({"å": "{", "ä": "|", "ö": "}", "é": "e"}))


def _exact(total: float, without: float, share: float, pts: float) -> Figures:
    """Return the internal edition's figures: expected counts with one decimal, every share as it is."""
    total_, covered, without_ = (Told(number(x, 1), round(x, 1)) for x in (total, total - without, without))
    gap = share - pts
    difference = Told(points(gap), round(gap, 1)) if gap == gap else disclosure.share(gap)
    return Figures(total_, covered, without_, disclosure.share(share), difference)


def _key_figures(lan: dict[str, Any], tell: Tell, t: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {
            "andel": thin(tell(lan, "tillgang", s).share.text),
            "enhet": t["nyckeltal_enhet"].format(troskel=number(s)),
            "passerad": thin(t["nyckeltal_passerad"].format(andel=tell(lan, "passerad", s).share.text)),
            "pts": thin(t["nyckeltal_pts"].format(andel=disclosure.share(lan[f"pts_andel_{s}_pct"]).text)),
        }
        for s in THRESHOLDS
    ]


def _rows(kommuner: pd.DataFrame, tell: Tell) -> list[dict[str, Any]]:
    rows = []
    # One row a kommun of the printed table: not data.
    for k in kommuner.to_dict("records"):
        cells = []
        for m in MEASURES:
            for s in THRESHOLDS:
                told, pts = tell(k, m, s), disclosure.share(k[_COLUMNS[m][1].format(t=s)])
                shown = (told.share, pts, told.difference, told.without)
                cells += [(f"{m}-{s}", *_cell(x)) for x in shown]
        rows.append({"namn": k["kommunnamn"], "hushall": _cell(told.total), "celler": cells})
    return rows


def _cell(told: Told) -> tuple[str, float | str]:
    return thin(told.text), "" if told.value is None else told.value
