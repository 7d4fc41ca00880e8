"""What the specification says, as plain texts: from the registry, the contracts, the configuration and the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.core import classes
from pipelines.core.facts import STAND_INS
from pipelines.core.level import LEVELS
from pipelines.core.level_words import listed
from pipelines.publish import products
from pipelines.publish.catalogue import catalogue_content, iris, wording
from pipelines.publish.specification.quality import figures
from pipelines.publish.words import codes, palette, swedish
from pipelines.publish.words.edition_facts import addresses, notes
from pipelines.tables.contracts import BASIS_TEXT, Column, Table
from pipelines.tables.ground_tables import GROUND_LAYERS
from pipelines.tables.open_contracts import OPEN_BESIDE, OPEN_TABLES

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.paths import Paths
    from pipelines.core.quoted import RunFacts
    from pipelines.publish.catalogue.catalogue_content import Dataset, Described, File

KINDS = {"text": "text", "heltal": "heltal", "decimal": "decimaltal", "ja_nej": "ja/nej"}
GEOMETRIES = {
    "": "ingen",
    "Point": "punkt",
    "LineString": "linje (LineString)",
    "MultiLineString": "linje (MultiLineString)",
    "Polygon": "yta (Polygon)",
    "MultiPolygon": "yta (MultiPolygon)",
}
FREQUENCIES = {
    "ANNUAL": "en gång om året",
    "ANNUAL_2": "två gånger om året",
    "QUARTERLY": "varje kvartal",
    "MONTHLY": "varje månad",
    "IRREG": "när nya uppgifter finns",
}
GLEST = {"utanfor_tatort_och_smaort": "utanför tätort och småort", "utanfor_tatort": "utanför tätort"}


def context(region: Region, paths: Paths) -> dict[str, Any]:
    """Return what the template shows: plain values, every one of them escaped there."""
    d = catalogue_content.gather(region, paths, hashed=False)
    publishing, facts = region.publicering, d.facts
    west, south, east, north = (swedish.number(x, 4) for x in d.bounds)
    return {
        "demo": bool(facts["demo"]),
        "anmarkningar": notes(facts),
        "titel": d.title,
        "beskrivning": d.description,
        "lan": region.lan.namn,
        "lanskod": region.lan.kod,
        "kommuner": len(region.lan.kommuner),
        "utgivare": publishing.utgivare,
        "epost": publishing.kontakt_epost,
        "mejl": iris.mail(publishing.kontakt_epost),
        "telefon": publishing.telefon,
        "nyckelord": ", ".join(publishing.nyckelord),
        "utgiven": swedish.day(d.issued),
        "utgava": swedish.day(d.modified),
        "korning": facts["korning_id"],
        "version": facts["version"],
        "pts_datum": swedish.day(facts["pts_datum"]),
        "scb_ar": facts["scb_ar"],
        "period": tuple(map(swedish.day, d.period)),
        "omrade": {"vast": west, "syd": south, "ost": east, "nord": north},
        "frekvens": FREQUENCIES[publishing.uppdateringsfrekvens],
        "licens": (wording.licence(region).iri, wording.licence(region).name),
        "krediter": d.making.credits,
        "ursprung": [(o.publisher, o.title, swedish.day(o.date) if o.date else "–") for o in d.making.origins],
        "harkomst": d.making.lineage,
        "grans": publishing.undertryckningsgrans,
        "fa_under": classes.few_below(publishing.undertryckningsgrans),
        "minst_adresser": publishing.minst_adresser_i_ruta,
        "band": _bands(publishing.undertryckningsgrans, publishing.bandgranser),
        "tekniker": ", ".join(region.evidens.fasta_tekniker),
        "trosklar": listed([f"{t:,}".replace(",", " ") for t in LEVELS.mbit], either=True),
        "radie": swedish.number(_reach(region, facts)),
        "adresser": addresses(facts)[0],
        "glest": GLEST[region.klassning.glesbebyggt],
        "sannolikhet": swedish.number(100 * region.brist.sannolikhetsgrans),
        "klasser": [(code, label) for code, label in palette.CLASS_LABELS.items()],
        "kodlistor": [
            (name, [(code or "tomt", label) for code, label in codes.CODES[name].items()])
            for name in codes.used([*OPEN_TABLES, *OPEN_BESIDE, *GROUND_LAYERS])
        ],
        "datamangder": [_dataset(d, x) for x in d.datasets],
        "katalog": [
            (f.path.removeprefix("maps/"), f.format) for f in products.BY_ID["katalog"].files if "*" not in f.path
        ],
        "lexikon": catalogue_content.DICTIONARY,
        "katalog_iri": iris.catalogue(d.root),
        "metadata_uuid": str(iris.uuid(iris.catalogue(d.root))),
        **figures(region, paths),
    }


def _reach(region: Region, facts: RunFacts) -> float:
    """Return within how many metres evidence finds an address, or the building that stands for it."""
    stands_in = any(code in STAND_INS for code in facts.get("anmarkningar", ()))
    return region.byggnader.matchningsradie_m if stands_in else region.evidens.matchningsradie_m


def _bands(threshold: int, limits: tuple[int, ...]) -> str:
    from pipelines.disclosure import bands

    shown = bands.codes(limits)
    assert shown[1] == f"1–{threshold - 1}"
    return ", ".join(shown)


def _dataset(d: Described, x: Dataset) -> dict[str, Any]:
    # A page's or a print map's table is the data's own: told there.
    named = {f.layer or p.rpartition("/")[2].partition(".")[0] for f in x.files for p in f.paths}
    named |= {t.name for t in x.product.tables if any(f.format == "GeoPackage" and not f.layer for f in x.files)}
    own = [t for t in x.product.tables if t.name in named]
    return {
        "id": x.product.id,
        "titel": x.title,
        "namn": x.product.title,
        "text": x.product.description,
        "nytta": x.product.nytta,
        "iri": x.iri,
        "uuid": x.uuid,
        "post": iris.record(x.product.id),
        "tabeller": [_table(t) for t in own],
        "licens": (x.making.licence.iri, x.making.licence.name),
        "harkomst": x.making.lineage,
        "filer": [_file(x, f) for f in x.files],
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "namn": table.name,
        "titel": table.title,
        "text": table.description,
        "geometri": GEOMETRIES[table.geometry],
        "nyckel": ", ".join(table.key),
        "kolumner": [_column(c) for c in table.columns],
    }


def _column(c: Column) -> dict[str, str]:
    rules = []
    if c.values:
        rules.append(f"Värden: {', '.join(v or 'tomt' for v in c.values)} (kodlistan {codes.code_list(c)}).")
    if c.low is not None and c.high is not None:
        rules.append(f"Från {swedish.number(c.low)} till {swedish.number(c.high)}.")
    elif c.low is not None:
        rules.append(f"Minst {swedish.number(c.low)}.")
    if c.decimals is not None:
        rules.append(f"{c.decimals} {'decimal' if c.decimals == 1 else 'decimaler'}.")
    if c.nullable:
        rules.append("Kan vara tom.")
    return {
        "namn": c.name,
        "alias": c.alias,
        "typ": KINDS[c.kind],
        "enhet": c.unit or "–",
        "kand": BASIS_TEXT[c.basis],
        "betydelse": " ".join([c.description, *rules]).strip() or "–",
    }


def _file(x: Dataset, f: File) -> dict[str, Any]:
    return {
        "format": f.title,
        "media": f.media_type.partition(";")[0],
        "namn": [(p, p.rpartition("/")[2]) for p in f.paths],
        "storlek": size(f.size),
        "crs": wording.CRS_NAMES.get(f.crs, "–"),
    }


def size(count: int) -> str:
    r"""Return a number of bytes as it is read.

    >>> size(999), size(64_185).replace(swedish.NBSP, " "), size(188_178_432).replace(swedish.NBSP, " ")
    ('under 1\xa0kB', '64 kB', '188,2 MB')
    """
    if count < 1000:
        return f"under 1{swedish.NBSP}kB"
    if count < 1_000_000:
        return f"{swedish.number(count / 1e3)}{swedish.NBSP}kB"
    return f"{swedish.number(count / 1e6, 1)}{swedish.NBSP}MB"
