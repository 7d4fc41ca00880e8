"""The way in: ``maps/index.html`` leads to everything that was built, ``maps/tillganglighet.html`` says for whom.

What it lists is what the other steps have built, so that no link leads nowhere; it is therefore built last.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.config.region import Region
from pipelines.core import files
from pipelines.core.level import LEVELS, Level
from pipelines.core.level_words import heading, lacking
from pipelines.core.quoted import RunFacts
from pipelines.disclosure.open_run import read_open_facts, read_open_sources
from pipelines.install.put_in_place import built_names
from pipelines.publish import products
from pipelines.publish.catalogue import english, wording
from pipelines.publish.pages import front, page_charts, page_reconciliation, render
from pipelines.publish.pages.kommun_page import A4
from pipelines.publish.pages.render import Speech
from pipelines.publish.webmap import webmap_picture
from pipelines.publish.words.language import Language
from pipelines.publish.words.level_figures import OpenFigures, Row, first_level
from pipelines.publish.words.swedish_order import swedish_order
from pipelines.tables import open_contracts
from pipelines.tables.reconciliation_tables import AVSTAMNING_OPPEN

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.core.paths import Paths

INDEX, STATEMENT = "maps/index", "maps/tillganglighet.html"
SHARES = ("bredbandskarta", "kommunsidor", "utskriftskartor", "ingang", "tillganglighet")
"""Products that the page leads to otherwise than as files to fetch."""
UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


def run(region: Region, paths: Paths) -> None:
    """Write both pages from the open tables, the configuration and what lies built under ``maps/``."""
    facts = read_open_facts(paths)
    sources = read_open_sources(paths)
    kommuner, lan = (open_contracts.read(paths, t) for t in (open_contracts.KOMMUNER_OPPNA, open_contracts.LAN_OPPNA))
    beside = open_contracts.read(paths, AVSTAMNING_OPPEN)
    outlines = webmap_picture.build(files.read_shapes(paths.table("granser")))
    for speech in render.SPEECHES:
        told = entry(region, facts, kommuner, lan, beside, paths.built("maps"), speech)
        told |= opening(region, facts, kommuner, lan, outlines, speech)
        frame = render.common(region, facts, sources, "", speech)
        index = {**frame, **told, **_trend(region, paths, speech), "underlag": wording.ground_licence(region, sources)}
        body = render.page("index.html.j2", index, "table.js")
        files.write_text(paths.built(render.filed(INDEX, speech.language)), body)
    frame = render.common(region, facts, sources, "", Speech("sv"), translated=False)
    files.write_text(paths.built(STATEMENT), render.page("tillganglighet.html.j2", {**frame, **statement(region)}))


def entry(
    region: Region,
    facts: RunFacts,
    kommuner: pd.DataFrame,
    lan: pd.DataFrame,
    beside: pd.DataFrame,
    built: Path,
    speech: Speech,
) -> dict[str, Any]:
    """Return what the entry page shows.

    Parameters
    ----------
    kommuner, lan, beside : DataFrame
        KOMMUNER_OPPNA, LAN_OPPNA and AVSTAMNING_OPPEN.
    built : Path
        The folder of what is published.
    """
    t, write, figures, there = speech.t["ingang"], speech.write, OpenFigures(region), built_names(built)
    title = t["namn"].format(lan=region.lan.kortnamn) if speech.language == "en" else region.publicering.titel
    named = {"lan": region.lan.kortnamn, "titel": title, "datum": write.day(facts["pts_datum"])}
    columns = [t["kol_hushall"]]
    for level in _shown(region):
        columns += [word(level, write.number(level.mbit), speech.language) for word in (heading, lacking)]
    maps = {n for n in there if n.startswith("kartor/")}
    rows = [
        {
            "kod": k["kommunkod"],
            "namn": k["kommunnamn"],
            "celler": _cells(k, figures, _shown(region), speech),
            "a4": [(ending.upper(), name) for ending in A4 if (name := f"kartor/{k['kommunkod']}.{ending}") in maps],
        }
        for k in swedish_order(kommuner).to_dict("records")
    ]
    return {
        "sidtyp": "ingang",
        "titel": t["titel"].format(**named),
        "fil": "index",
        "rubrik": title,
        "ingress": t["ingress"].format(**named),
        "nyckeltal_rubrik": t["nyckeltal"].format(**named),
        "nyckeltal": _key_figures(lan.to_dict("records")[0], figures, speech),
        "kolumner": columns,
        "caption": t["caption"].format(**named),
        "kommuner": rows,
        "a4": any(r["a4"] for r in rows),
        "avstamning": page_reconciliation.section(beside, "lan", region.lan.kod, figures, speech),
        "avstamning_kommuner": page_reconciliation.by_source(beside, speech),
        "lanskartor": _county_maps(there, speech),
        "filer": published_files(built, there, speech),
    }


def opening(
    region: Region, facts: RunFacts, kommuner: pd.DataFrame, lan: pd.DataFrame, outlines: dict[str, Any], speech: Speech
) -> dict[str, Any]:
    """Return what the page opens with: the picture and the sentences.

    Parameters
    ----------
    kommuner, lan : DataFrame
        KOMMUNER_OPPNA and LAN_OPPNA.
    outlines : dict
        Of :func:`.webmap_picture.build`.
    """
    t, shown, figures = speech.t["ingang"], first_level(region), OpenFigures(region)
    named = {"lan": region.lan.kortnamn, "datum": speech.write.day(facts["pts_datum"])}
    return {
        "bild": front.picture(outlines, kommuner, figures, shown, speech),
        "bild_text": t["bild_text"].format(t=speech.write.number(shown.mbit)),
        "meningar": front.sentences(lan.to_dict("records")[0], kommuner, figures, shown, named, speech),
    }


def _trend(region: Region, paths: Paths, speech: Speech) -> dict[str, Any]:
    """Return the län's published shares year by year, and whether it is better than last year."""
    shown, table = first_level(region), paths.table("oppen_historik")
    words = {"lan_namn": region.lan.kortnamn, "tal": speech.plain}
    if not table.exists():
        return {**page_charts.NO_TREND, **words}
    h = files.read_table(table)
    own = (h["niva"] == "lan") & (h["omradestyp"] == "totalt") & (h["matt"] == shown.measure)
    return {**page_charts.told_trend(h[own.to_numpy()], shown, speech), **words}


def _shown(region: Region) -> tuple[Level, Level]:
    """Return what the table of kommuner shows beside the households: what can be had, and the goals' own measure."""
    return first_level(region), LEVELS.of("passerad")[-1]


def _cells(row: Row, figures: OpenFigures, levels: Iterable[Level], speech: Speech) -> list[tuple[str, float | str]]:
    told = [figures.households(row)]
    for level in levels:
        at = figures.at(row, level)
        told += [at.share, at.without]
    return [(speech.write.tell(x), "" if x.rounded is None else x.rounded) for x in told]


def _key_figures(lan: Row, figures: OpenFigures, speech: Speech) -> list[dict[str, Any]]:
    t, write, out = speech.t["ingang"], speech.write, []
    for has, passed in zip(LEVELS.of("tillgang"), LEVELS.of("passerad"), strict=True):
        at, by = figures.at(lan, has), figures.at(lan, passed)
        more = t["nyckeltal_mer"].format(
            utan=write.tell(at.without), passerad=write.tell(by.share), pts=write.tell(at.pts)
        )
        unit = t["nyckeltal_enhet"].format(t=write.number(has.mbit))
        said = {"andel": write.tell(at.share), "enhet": unit, "mer": more[:1].upper() + more[1:]}
        out.append({"troskel": has.mbit, **said})
    return out


def _county_maps(there: list[str], speech: Speech) -> list[tuple[str, str]]:
    speeds = {n: Path(n).stem.rpartition("_")[2] for n in there if n.startswith("kartor/lan_")}
    named = sorted((int(s), n) for n, s in speeds.items() if s.isdigit())
    told, write = speech.t["ingang"]["utskrift_lan"], speech.write
    words = [(n, told.format(t=write.number(s))) for s, n in named]
    return [(n, f"{text} ({Path(n).suffix[1:].upper()})") for n, text in words]


def published_files(built: Path, there: list[str], speech: Speech) -> list[dict[str, Any]]:
    """Return every built file of the open products, in the products' order, with its format and size."""
    titles: dict[str, list[str]] = {}
    formats: dict[str, str] = {}
    for product in products.open_products():
        for f in product.files if product.id not in SHARES else ():
            for name in there:
                if Path(name).match(f.path.removeprefix("maps/")):
                    titles.setdefault(name, []).append(_titled(product, speech.language))
                    formats[name] = f.format if speech.language == "sv" else english.FORMATS.get(f.format, f.format)
    beside = {name: main for name in titles if (main := _belongs_to(name, titles)) is not None}
    return [
        {
            "href": name,
            "namn": name.rpartition("/")[2],
            "vad": "; ".join(titles[name]),
            "format": formats[name],
            "storlek": size((built / name).stat().st_size, speech),
            "bilagor": [(n, _short(n, name)) for n, main in beside.items() if main == name],
        }
        for name in titles
        if name not in beside
    ]


def _belongs_to(name: str, names: Iterable[str]) -> str | None:
    """Return what a file is a part of: the raster whose style or statistics it holds, the series its record is of."""
    if name.startswith("metadata/"):
        return "metadata_iso19139.xml"
    if not name.endswith((".qml", ".aux.xml")):
        return None
    stem = name.removesuffix(".qml").removesuffix(".aux.xml").removesuffix(".tif")
    return f"{stem}.tif" if f"{stem}.tif" in names else None


def _short(name: str, main: str) -> str:
    """Return what a file is called beside the one it belongs to.

    >>> _short("data/raster/a.qml", "data/raster/a.tif"), _short("metadata/lan.xml", "metadata_iso19139.xml")
    ('.qml', 'lan')
    """
    return Path(name).stem if name.startswith("metadata/") else name.removeprefix(main.rpartition(".")[0])


def _titled(product: products.Product, language: Language) -> str:
    return product.title if language == "sv" else english.title(product.id)


def size(count: int, speech: Speech) -> str:
    r"""Return a file's size.

    >>> sv = Speech("sv")
    >>> size(1_640_000, sv), size(120, sv), size(83_200, sv)
    ('1,6\xa0MB', '120\xa0byte', '83\xa0kB')
    """
    for unit, n in UNITS:
        if count >= n:
            return f"{speech.write.number(count / n, 0 if unit == 'kB' else 1)}\N{NO-BREAK SPACE}{unit}"
    return f"{count}\N{NO-BREAK SPACE}byte"


def statement(region: Region) -> dict[str, Any]:
    """Return what the accessibility statement says, out of the configuration."""
    swedish = Speech("sv")
    t, write, given, publishing = swedish.t["tillganglighet"], swedish.write, region.tillganglighet, region.publicering
    named = {"titel": publishing.titel, "utgivare": publishing.utgivare}
    said = {n: t[n].format(**named) for n in ("titel", "ingress", "gors_med")}
    judged = t["granskad"].format(datum=write.day(given.granskad)) if given.granskad else t["granskad_inte"]
    changed = t["uppdaterad"].format(datum=write.day(given.uppdaterad)) if given.uppdaterad else t["publicerad_inte"]
    return {
        **said,
        "sidtyp": "tillganglighet",
        "fil": "tillganglighet",
        "rubrik": said["titel"],
        "status": t["status"][given.status],
        "hjalp": t["hjalp"].format(dagar=given.svarstid_dagar),
        "telefon": publishing.telefon,
        "tillsyn": t["tillsyn"].format(namn=given.tillsyn_namn),
        "tillsyn_url": given.tillsyn_url,
        "brister": given.brister,
        "betungande": given.oskaligt_betungande,
        "undantag": given.undantag,
        "metod": t["test"].format(metod=given.metod),
        "granskad": judged,
        "uppdaterad": changed,
    }
