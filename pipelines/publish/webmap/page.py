"""What a page says besides its cells: texts, key figures, the table of kommuner, sources."""

from __future__ import annotations

import json
from importlib.resources import files as package_files
from typing import TYPE_CHECKING, Any, Literal

from pipelines.publish.facts import RunFacts, Source, credit
from pipelines.publish.swedish import day
from pipelines.publish.webmap.numbers import number, open_count, percent, points
from pipelines.region import MEASURES, THRESHOLDS, Region

if TYPE_CHECKING:
    import pandas as pd

BY_AGREEMENT = "enligt avtal"
"""Publisher of the files under ``tackning/`` in the ledgers: their licence field names the agreement."""
Edition = Literal["oppen", "intern"]
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
        Contracts KOMMUNER and LAN. In the open edition only shares are taken as they are; a count
        below the suppression threshold becomes a band and any other is rounded to tens.

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
        "nyckeltal": _key_figures(lan, t),
        "om": [(a, b.format(**named)) for a, b in [*t["om"], extra]],
        "kallor": [*(k.format(**named) for k in t["kallor"]), *_sources(sources, t)],
        "utgava": t["utgava"].format(**named),
        "utgivare": t["utgivare"].format(**named),
        "tabell_antal": t["tabell_antal_oppen" if open_page else "tabell_antal_intern"].format(**named),
        "tabell_caption": t["tabell_caption"].format(troskel=100, matt=t["matt_tillgang"].lower()),
        "visningar": [f"{m}-{s}" for m in MEASURES for s in THRESHOLDS],
        "kommuner": _rows(kommuner.sort_values("kommunnamn", key=_swedish), region, t, open_page),
        "trosklar": [(s, number(s)) for s in THRESHOLDS],
        "matt": [(m, t[f"matt_{m}"]) for m in MEASURES],
        "lager": [(x, t[f"lager_{x}"]) for x in ("klass", "utan", "underlag")],
    }


def _swedish(names: pd.Series[str]) -> pd.Series[str]:
    """Sort key: å, ä and ö last and in that order, as in Swedish, whatever the machine's locale."""
    return names.str.lower().str.translate(str.maketrans({"å": "{", "ä": "|", "ö": "}", "é": "e"}))


def _sources(sources: list[Source], t: dict[str, Any]) -> list[str]:
    """Credit each publisher; agreements with operators are told of in one line, never by name."""
    named = [s for s in sources if s.publisher and s.publisher != BY_AGREEMENT]
    lines = [t["kalla_rad"].format(kalla=credit(s)) for s in named]
    dates = [s.date for s in sources if s.publisher == BY_AGREEMENT]
    return lines + ([t["kalla_avtal"].format(datum=max(dates))] if dates else [])


def _known(x: Any) -> bool:
    return x is not None and x == x


def _key_figures(lan: pd.DataFrame, t: dict[str, Any]) -> list[dict[str, str]]:
    row = lan.iloc[0]

    def share(column: str) -> str:
        return percent(row[column]) if _known(row[column]) else t["tabell_saknas"]

    return [
        {
            "andel": share(f"andel_{s}_pct"),
            "enhet": t["nyckeltal_enhet"].format(troskel=number(s)),
            "passerad": t["nyckeltal_passerad"].format(andel=share(f"andel_passerade_{s}_pct")),
            "pts": t["nyckeltal_pts"].format(andel=share(f"pts_andel_{s}_pct")),
        }
        for s in THRESHOLDS
    ]


def _rows(kommuner: pd.DataFrame, region: Region, t: dict[str, Any], open_page: bool) -> list[dict[str, Any]]:
    limits = region.publicering.bandgranser

    def count(x: float) -> tuple[str, float]:
        return open_count(x, limits, t["cirka"]) if open_page else (number(x, 1), round(x, 1))

    def share(x: Any) -> tuple[str, float | str]:
        return (percent(x), round(x, 1)) if _known(x) else (t["tabell_saknas"], "")

    def difference(ours: Any, pts: Any) -> tuple[str, float | str]:
        if not (_known(ours) and _known(pts)):
            return t["tabell_saknas"], ""
        return points(ours - pts), round(ours - pts, 1)

    rows = []
    # One row a kommun of the printed table: not data.
    for k in kommuner.to_dict("records"):
        cells = []
        for m in MEASURES:
            for s in THRESHOLDS:
                ours, pts, without = (k[c.format(t=s)] for c in _COLUMNS[m])
                shown = [share(ours), share(pts), difference(ours, pts), count(without)]
                cells += [(f"{m}-{s}", text, sort_by) for text, sort_by in shown]
        rows.append({"namn": k["kommunnamn"], "hushall": count(k["hushall"]), "celler": cells})
    return rows
