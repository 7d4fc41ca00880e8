"""What a page says besides its cells: texts, key figures, the table of kommuner, sources, links."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files as package_files
from typing import TYPE_CHECKING, Any, Literal

from pipelines.config.region import MEASURES, THRESHOLDS, Region
from pipelines.core.classes import few_below
from pipelines.core.quoted import RunFacts, Source
from pipelines.publish.webmap import webmap_figures
from pipelines.publish.words.edition_facts import credit_lines
from pipelines.publish.words.language import Language, Writer

if TYPE_CHECKING:
    import pandas as pd

Edition = Literal["oppen", "intern"]
LAYERS = {"oppen": ("klass", "plan", "underlag"), "intern": ("klass", "utan", "plan", "teknik", "underlag")}
FILES: dict[Language, str] = {"sv": "bredbandskarta.html", "en": "bredbandskarta.en.html"}
LINKS = ("index.html", "data/", "specifikation.html")
"""What lies beside the open page in ``maps/``; each has its text in ``lankar``."""


@dataclass(frozen=True)
class Subject:
    """What one page is about.

    Attributes
    ----------
    beyond_pts : frozenset, optional
        Code, measure and threshold of the shares that are outside their tolerance of PTS's, as the open
        reconciliation judges them; None: by the exact figures.
    """

    edition: Edition
    language: Language
    region: Region
    facts: RunFacts
    sources: list[Source]
    kommuner: pd.DataFrame
    lan: pd.DataFrame
    earlier: RunFacts | None = None
    beyond_pts: frozenset[tuple[str, str, int]] | None = None


def texts(language: Language = "sv") -> dict[str, Any]:
    """Return every text of the page: one file a language."""
    path = package_files(__package__) / f"{language}.json"
    body: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return body


def context(about: Subject) -> dict[str, Any]:
    """Return what the template shows: plain values and texts; the template escapes every one of them."""
    t, write, region, facts = texts(about.language), Writer(about.language), about.region, about.facts
    publishing, open_page = region.publicering, about.edition == "oppen"
    tell = webmap_figures.open_teller(region, write) if open_page else webmap_figures.exact_teller(write)
    named = _named(about, t, write)
    lan = {str(k): v for k, v in about.lan.to_dict("records")[0].items()}
    title = publishing.titel if about.language == "sv" else t["titel"].format(**named)
    layers = [*LAYERS[about.edition], *(["forandring"] if about.earlier else [])]
    om = [*t["om"], t["om_oppen"] if open_page else t["om_intern"], *([t["om_fore"]] if about.earlier else [])]
    flagged = t["tabell_flagga"].format(tolerans=write.number(region.kontroll.avvikelse_pe, 1))
    return {
        "t": t,
        "intern": not open_page,
        "sprak": about.language,
        "demo": bool(facts["demo"]),
        "titel": title if open_page else f"{title} – {t['intern_titel']}",
        "rubrik": title,
        "ingress": t["ingress"].format(**named),
        "skydd": t["skydd"].format(**named) if open_page else "",
        "karta_namn": t["karta_namn"].format(**named),
        "klass_grund": t[f"klass_grund_{about.edition}"].format(**named),
        "nyckeltal_rubrik": t["nyckeltal_rubrik"].format(**named),
        "nyckeltal": webmap_figures.key_figures(lan, tell, write, t),
        "mal": webmap_figures.goals(region, lan, tell, write, t),
        "mal_rubrik": t["mal_rubrik"].format(**named),
        "om": [(a, b.format(**named)) for a, b in om],
        "kallor": [k.format(**named) for k in t["kallor"]],
        "anvanda": [t["kalla_rad"].format(kalla=line) for line in credit_lines(about.sources)],
        "utgava": t["utgava"].format(**named),
        "utgivare": t["utgivare"].format(**named),
        "tabell_antal": f"{t[f'tabell_antal_{about.edition}'].format(**named)} {flagged}",
        "tabell_caption": t["tabell_caption"].format(troskel=100, matt=t["matt_tillgang"].lower()),
        "visningar": [(f"{m}-{s}", bool(webmap_figures.goal_for(region, m, s))) for m, s in webmap_figures.PAIRS],
        "kommuner": webmap_figures.rows(about, tell, write, t),
        "trosklar": [(s, write.number(s)) for s in THRESHOLDS],
        "matt": [(m, t[f"matt_{m}"]) for m in MEASURES],
        "lager": [(x, t[f"lager_{x}"]) for x in layers],
        "omraden_hjalp": t[f"omraden_hjalp_{about.edition}"].format(**named),
        "fore": about.earlier is not None,
        "lankar": [(href, t["lankar"][href]) for href in LINKS] if open_page else [],
        "andra_sprak": _other_language(about.language) if open_page else None,
        "bakgrund": publishing.bakgrundskarta if open_page and publishing.bakgrundskarta.url else None,
    }


def script_facts(about: Subject, t: dict[str, Any]) -> dict[str, Any]:
    """Return what the page's script knows besides the arrays and the texts."""
    write, region = Writer(about.language), about.region
    open_page = about.edition == "oppen"
    tell = webmap_figures.open_teller(region, write) if open_page else webmap_figures.exact_teller(write)
    lan = {str(k): v for k, v in about.lan.to_dict("records")[0].items()}
    background = region.publicering.bakgrundskarta
    return {
        "intern": not open_page,
        "sprak": about.language,
        "lan": region.lan.kortnamn,
        "epost": region.publicering.kontakt_epost,
        "jamfor": webmap_figures.beside(about.kommuner, lan, tell, region, write, t),
        "few": f"1–{region.publicering.undertryckningsgrans - 1}",
        "fore": write.day(about.earlier["pts_datum"]) if about.earlier else None,
        "nu": write.day(about.facts["pts_datum"]),
        "bakgrund": background.model_dump() if open_page and background.url else None,
    }


def _named(about: Subject, t: dict[str, Any], write: Writer) -> dict[str, Any]:
    publishing, facts = about.region.publicering, about.facts
    small, edition = publishing.undertryckningsgrans, t[f"utgava_{about.edition}"]
    when = write.day(facts["pts_datum"])
    return {
        "lan": about.region.lan.kortnamn,
        "datum": when,
        "pts_datum": when,
        "scb_ar": facts["scb_ar"],
        "grans": small,
        "under": small - 1,
        "fa_under": few_below(small),
        "utgava": edition[0].upper() + edition[1:],
        "korning": facts["korning_id"],
        "version": facts["version"],
        "senaste": facts["senaste_indatadatum"],
        "utgivare": publishing.utgivare,
        "epost": publishing.kontakt_epost,
        "fore_datum": write.day(about.earlier["pts_datum"]) if about.earlier else "",
    }


def _other_language(language: Language) -> dict[str, str]:
    other: Language = "en" if language == "sv" else "sv"
    return {"href": FILES[other], "sprak": other, "text": texts(other)["sprak_namn"]}
