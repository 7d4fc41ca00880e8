"""What a page says besides its cells: texts, key figures, the table of kommuner, sources, links."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from pipelines.config.region import Region
from pipelines.core import classes
from pipelines.core.level import LEVELS, Level
from pipelines.core.level_words import listed, measures
from pipelines.core.quoted import RunFacts, Source
from pipelines.publish.webmap import webmap_fields, webmap_figures, webmap_picture
from pipelines.publish.words import html, project_list
from pipelines.publish.words.edition_facts import addresses, credit_lines, notes
from pipelines.publish.words.figure_words import script_rule
from pipelines.publish.words.language import Language, Writer
from pipelines.publish.words.level_figures import ExactFigures, Figures, OpenFigures, Row, first_level
from pipelines.publish.words.palette import CLASS_NAMES

if TYPE_CHECKING:
    import pandas as pd

Edition = Literal["oppen", "intern"]
LAYERS = {"oppen": ("klass", "plan", "underlag"), "intern": ("klass", "utan", "plan", "teknik", "underlag")}
TAIL: dict[Language, str] = {"sv": ".html", "en": ".en.html"}
"""How a page's file ends in each language."""
FILES: dict[Language, str] = {language: f"bredbandskarta{tail}" for language, tail in TAIL.items()}
PACKAGE = "pipelines.publish.webmap.page"
OSM = "OpenStreetMaps bidragsgivare"
LINKS = ("index", "data/", "specifikation.html")
"""What lies beside the open page in ``maps/``; each has its text in ``lankar``."""


@dataclass(frozen=True)
class Subject:
    """What one page is about.

    Attributes
    ----------
    beyond_pts : frozenset, optional
        Of the open edition: code, measure and threshold of the shares that are outside their tolerance of PTS's.
    history : DataFrame, optional
        Contract HISTORIK_OPPEN.
    picture : dict, optional
        Outlines of :mod:`.webmap_picture`.
    """

    edition: Edition
    language: Language
    region: Region
    facts: RunFacts
    sources: list[Source]
    kommuner: pd.DataFrame
    lan: pd.DataFrame
    earlier: RunFacts | None = None
    beyond_pts: frozenset[tuple[str, str, int]] = frozenset()
    history: pd.DataFrame | None = None
    picture: dict[str, Any] | None = None

    @property
    def first(self) -> Level:
        """What the page shows first."""
        return first_level(self.region)

    @cached_property
    def figures(self) -> Figures:
        """The one who reads the edition's figures."""
        return ExactFigures(self.region) if self.edition == "intern" else OpenFigures(self.region, self.beyond_pts)

    @property
    def whole(self) -> Row:
        """The län's row."""
        return {str(k): v for k, v in self.lan.to_dict("records")[0].items()}


def texts(language: Language = "sv") -> dict[str, Any]:
    """Return every text of the page: one file a language, the measures by name, and how numbers are written."""
    body: dict[str, Any] = json.loads(html.text_of(PACKAGE, f"{language}.json"))
    ends = dict(zip(("{lag}", "{mitt}", "{hog}"), (f"{100 * x:g}" for x in classes.LIMITS), strict=True))
    for code, said in body["mening"].items():
        for end, number in ends.items():
            body["mening"][code] = said = said.replace(end, number)
    of_projects = project_list.WORDS[language]
    projects = {f"projekt_{name}": of_projects[name] for name in (*project_list.COLUMNS, "spann", "stopp")}
    return {
        **body,
        **projects,
        "klass": CLASS_NAMES[language],
        "matt_namn": measures(language),
        "tal": script_rule(language),
    }


def context(about: Subject) -> dict[str, Any]:
    """Return what the template shows: plain values and texts; the template escapes every one of them."""
    t, write, region, facts = texts(about.language), Writer(about.language), about.region, about.facts
    publishing, open_page = region.publicering, about.edition == "oppen"
    named, first, figures = _named(about, t, write), about.first, about.figures
    title = publishing.titel if about.language == "sv" else t["titel"].format(**named)
    layers = [*LAYERS[about.edition], *(["forandring"] if about.earlier else [])]
    om = [*t["om"], t["om_oppen"] if open_page else t["om_intern"], *([t["om_fore"]] if about.earlier else [])]
    flagged = t["tabell_flagga"].format(tolerans=write.number(region.kontroll.avvikelse_pe, 1))
    return {
        "t": t,
        "intern": not open_page,
        "sprak": about.language,
        "demo": bool(facts["demo"]),
        "korning": facts["korning_id"],
        "anmarkningar": notes(facts, about.language),
        "titel": title if open_page else f"{title} – {t['intern_titel']}",
        "rubrik": title,
        "ingress": t["ingress"].format(**named),
        "skydd": t["skydd"].format(**named) if open_page else "",
        "karta_namn": t["karta_namn"].format(**named),
        "klass_grund": t[f"klass_grund_{about.edition}"].format(**named),
        "nyckeltal_rubrik": t["nyckeltal_rubrik"].format(**named),
        "nyckeltal": webmap_figures.key_figures(about.whole, figures, write, t),
        "mal": webmap_figures.goals(region, about.whole, figures, write, t),
        "mal_rubrik": t["mal_rubrik"].format(**named),
        "om": [(a, b.format(**named)) for a, b in om],
        "kallor": [k.format(**named) for k in t["kallor"]],
        "anvanda": [t["kalla_rad"].format(kalla=line) for line in credit_lines(about.sources)],
        "krediter": _credits(about.sources, t),
        "utgava": t["utgava"].format(**named),
        "utgivare": t["utgivare"].format(**named),
        "tabell_antal": f"{t[f'tabell_antal_{about.edition}'].format(**named)} {flagged}",
        "tabell_caption": t["tabell_caption"].format(
            troskel=write.number(first.mbit), matt=t["matt_namn"][first.measure].lower()
        ),
        "bild": _picture(about, write, t),
        "bild_text": t["bild_text"].format(**named, troskel=write.number(first.mbit)),
        "forst": first,
        "visningar": [(level.code, bool(webmap_figures.goal_for(region, level))) for level in LEVELS],
        "kommuner": webmap_figures.rows(region, about.kommuner, figures, write, t),
        "trosklar": [(s, write.number(s)) for s in LEVELS.mbit],
        "matt": list(t["matt_namn"].items()),
        "lager": [(x, t[f"lager_{x}"]) for x in layers],
        "projekt_hjalp": t[f"projekt_hjalp_{about.edition}"].format(**named) + _stop_price(about, write, t),
        "omraden_hjalp": t[f"omraden_hjalp_{about.edition}"].format(**named),
        "fore": about.earlier is not None,
        "svans": TAIL[about.language],
        "lankar": [(f"index{TAIL[about.language]}" if x == "index" else x, t["lankar"][x]) for x in LINKS]
        if open_page
        else [],
        "andra_sprak": _other_language(about.language) if open_page else None,
        "bakgrund": publishing.bakgrundskarta if open_page and publishing.bakgrundskarta.url else None,
    }


def script_facts(about: Subject, t: dict[str, Any]) -> dict[str, Any]:
    """Return what the page's script knows besides the arrays and the texts."""
    write, region = Writer(about.language), about.region
    open_page = about.edition == "oppen"
    background = region.publicering.bakgrundskarta
    return {
        "intern": not open_page,
        "sprak": about.language,
        "lan": region.lan.kortnamn,
        "epost": region.publicering.kontakt_epost,
        "jamfor": webmap_figures.beside(region, about.kommuner, about.whole, about.figures, write, t, about.history),
        "steg": webmap_figures.share_steps(write, t),
        "nivaer": webmap_fields.levels(exact=not open_page),
        "celltabell": webmap_fields.table_rows(t, about.language, exact=not open_page),
        "fore": write.day(about.earlier["pts_datum"]) if about.earlier else None,
        "samst": _worst(about),
        "plan": _plan(about),
        "nu": write.day(about.facts["pts_datum"]),
        "bakgrund": background.model_dump() if open_page and background.url else None,
    }


def _stop_price(about: Subject, write: Writer, t: dict[str, Any]) -> str:
    """Return what the open list says of the stop price; in the internal one it is the reader's."""
    price = about.region.projekt.stoppris_sek_per_hushall
    if price is None or about.edition == "intern":
        return ""
    return str(t["projekt_stopp_text"]).format(stopp=write.number(round(price)))


def _plan(about: Subject) -> dict[str, Any]:
    """Return what the plan of the internal page is reckoned from: the stop price, and households, all and without."""
    if about.edition == "oppen":
        return {}
    rows = about.kommuner.sort_values("kommunkod")
    whole, lacking = rows["hushall"], {level.code: rows[level.without()] for level in LEVELS}
    of = {
        str(k): {code: [float(h), float(x.iloc[i])] for code, x in lacking.items()}
        for i, (k, h) in enumerate(zip(rows["kommunkod"], whole, strict=True))
    }
    of["lan"] = {code: [float(whole.sum()), float(x.sum())] for code, x in lacking.items()}
    return {"stoppris": about.region.projekt.stoppris_sek_per_hushall, "hushall": of}


def _picture(about: Subject, write: Writer, t: dict[str, Any]) -> dict[str, Any] | None:
    if about.picture is None:
        return None
    return webmap_picture.told(about.picture, about.kommuner, about.figures, about.first, write, t)


def _worst(about: Subject) -> str:
    """Return the code of the kommun with the lowest share told of what the page shows first."""
    share = about.kommuner.sort_values("kommunkod").set_index("kommunkod")[about.first.share].dropna()
    return str(share.idxmin()) if len(share) else ""


def _named(about: Subject, t: dict[str, Any], write: Writer) -> dict[str, Any]:
    publishing, facts = about.region.publicering, about.facts
    small, edition = publishing.undertryckningsgrans, t[f"utgava_{about.edition}"]
    when = write.day(facts["pts_datum"])
    return {
        "lan": about.region.lan.kortnamn,
        "hastigheter": listed([write.number(s) for s in LEVELS.mbit], about.language),
        "datum": when,
        "pts_datum": when,
        "scb_ar": facts["scb_ar"],
        "adresser": addresses(facts, about.language)[1],
        "grans": small,
        "under": small - 1,
        "fa_under": classes.few_below(small),
        "utgava": edition[0].upper() + edition[1:],
        "version": facts["version"],
        "senaste": facts["senaste_indatadatum"],
        "utgivare": publishing.utgivare,
        "epost": publishing.kontakt_epost,
        "fore_datum": write.day(about.earlier["pts_datum"]) if about.earlier else "",
    }


def _credits(sources: list[Source], t: dict[str, Any]) -> str:
    """Return who is credited on the map itself; OpenStreetMap's licence asks for that where its roads are drawn."""
    return ", ".join([t["krediter"], *(f"© {OSM}" for _ in {OSM} & {s.publisher for s in sources})])


def _other_language(language: Language) -> dict[str, str]:
    other: Language = "en" if language == "sv" else "sv"
    return {"href": FILES[other], "sprak": other, "text": texts(other)["sprak_namn"]}
