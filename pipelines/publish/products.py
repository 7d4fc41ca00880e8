"""Every product of the program: its files, what it is and is good for, its information class, its tables.

One fact once: the catalogue, the specification, the data dictionary and ``docs/informationsklassning.md``
are made from this list. Nothing is published by default: a product is internal unless it says ``oppen``, a
file of an open product must lie under ``maps/``, and every column in it must itself be open.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pipelines.core.level import LEVELS
from pipelines.core.level_words import thresholds
from pipelines.tables import (
    gap_tables,
    goal_tables,
    ground_tables,
    history_tables,
    open_contracts,
    plan_tables,
    project_tables,
    question_tables,
    reconciliation_tables,
    step_tables,
    summary_tables,
)
from pipelines.tables.contracts import Table

Klass = Literal["intern", "oppen"]
MEDIA = {
    "gpkg": ("GeoPackage", "application/geopackage+sqlite3"),
    "parquet": ("GeoParquet", "application/vnd.apache.parquet"),
    "csv": ("CSV", "text/csv"),
    "geojson": ("GeoJSON", "application/geo+json"),
    "gml": ("GML", "application/gml+xml"),
    "json": ("JSON", "application/json"),
    "html": ("HTML", "text/html"),
    "pdf": ("PDF", "application/pdf"),
    "png": ("PNG", "image/png"),
    "tif": ("GeoTIFF", "image/tiff; application=geotiff; profile=cloud-optimized"),
    "zip": ("ZIP", "application/zip"),
    "pmtiles": ("PMTiles", "application/vnd.pmtiles"),
    "xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "md": ("Markdown", "text/markdown"),
    "qgz": ("QGIS-projekt", "application/zip"),
    "rdf": ("RDF/XML", "application/rdf+xml"),
    "ttl": ("Turtle", "text/turtle"),
    "xml": ("XML", "application/xml"),
    "qml": ("QGIS-stil", "application/xml"),
}
"""Name and media type by file ending."""
VERSIONS = {
    "gpkg": "1.2",
    "parquet": "1.1.0",
    "csv": "RFC 4180",
    "geojson": "RFC 7946",
    "gml": "3.2.1",
    "json": "RFC 8259",
    "html": "5",
    "pdf": "1.4",
    "png": "1.2",
    "tif": "1.1",
    "xlsx": "ISO/IEC 29500",
    "zip": "6.3",
    "pmtiles": "3",
}
"""Version of the format by file ending, for the records that must name one."""
PACKED = ".zip"
"""What a file's name ends with when it is packed for the way over the net."""


@dataclass(frozen=True)
class File:
    """One file of a product.

    Attributes
    ----------
    path : str
        ``out/…`` or ``maps/…``, as :meth:`pipelines.core.paths.Paths.built` takes it; ``*`` stands for many files.
    layer : str
        Layer of a file that holds several products.
    """

    path: str
    layer: str = ""

    @property
    def packed(self) -> bool:
        """Whether it is another file, packed for the way over the net."""
        return self.path.endswith(PACKED)

    @property
    def format(self) -> str:
        """Name of the format.

        >>> File("maps/data/kommuner.csv").format, File("maps/data/kommuner.csv.zip").format
        ('CSV', 'CSV (zip)')
        """
        return MEDIA[self._ending][0] + (" (zip)" if self.packed else "")

    @property
    def media_type(self) -> str:
        """IANA media type; of what a packed file holds."""
        return MEDIA[self._ending][1]

    @property
    def language(self) -> Literal["sv", "en"]:
        """Language of its texts: English where the name says so. A name with ``*`` is of the files of one language.

        >>> File("maps/bredbandskarta.en.html").language, File("maps/bredbandskarta.html").language
        ('en', 'sv')
        """
        return "en" if self.path.rpartition(".")[0].endswith(".en") else "sv"

    @property
    def version(self) -> str:
        """Version of the format."""
        return VERSIONS.get(self._ending, "utan version")

    @property
    def _ending(self) -> str:
        return self.path.removesuffix(PACKED).rpartition(".")[2]


@dataclass(frozen=True)
class Product:
    """One product: what is one dataset in the catalogue.

    Attributes
    ----------
    id : str
        Stable; part of IRIs and UUIDs.
    title, description, nytta : str
        In Swedish. ``nytta`` is one paragraph: what it is good for.
    files : tuple of File
        One a format.
    tables : tuple of Table
        Contracts of what the files hold.
    klass : {"intern", "oppen"}
    """

    id: str
    title: str
    description: str
    nytta: str
    files: tuple[File, ...]
    tables: tuple[Table, ...] = ()
    klass: Klass = "intern"


GPKG = File("*.gpkg")
"""Any GeoPackage: all are of one version."""
OPEN_GPKG = "maps/data/bredband_oppen.gpkg"
GROUND, GROUND_GPKG = "underlagskarta", "maps/data/underlagskarta.gpkg"
"""The ground under the open project's map: a product and a file of its own, whose licence its roads decide."""
OPEN_XLSX = "maps/data/bredband_oppen.xlsx"
DATAPACKAGE = "maps/data/datapackage.json"


def _data(table: Table, *endings: str) -> tuple[File, ...]:
    shared = {"xlsx": File(OPEN_XLSX, table.name)}
    return (
        *(File(f"{OPEN_GPKG}{ending}", table.name) for ending in ("", PACKED)),
        *(shared.get(ending) or File(f"maps/data/{table.name}.{ending}") for ending in endings),
    )


LAYERS = (
    summary_tables.RUTNAT,
    summary_tables.DELAR,
    summary_tables.KOMMUNER,
    summary_tables.LAN,
    summary_tables.ADRESSER,
    gap_tables.BRISTOMRADEN,
    gap_tables.BRISTOMRADEN_KOMMUN,
    gap_tables.BRISTOMRADEN_RUTOR,
    gap_tables.SCHAKT,
    gap_tables.BRISTKURVA,
    project_tables.PROJEKT,
    project_tables.PROJEKT_ADRESSER,
    project_tables.PROJEKT_SCHAKT,
    step_tables.KONTROLLERAS,
    step_tables.OSAKERHET,
    ground_tables.HOUSE_WATER,
    ground_tables.HOUSE_ROADS,
    ground_tables.HOUSE_BORDERS,
)
"""The layers of ``bredband.gpkg``, in the order a reader lists them."""
PRODUCTS = (
    Product(
        "rutnat-250m",
        "Bredbandstäckning i 250 m-rutor",
        "Varje ruta om 250 × 250 meter med land eller adresser i länet: hur stor del av rutans adresser som har "
        f"tillgång till, eller fiber förbi sig för, {thresholds()}, i klasser. Inga antal hushåll.",
        "Visar var täckning saknas mycket finare än kommunens andel gör. Den som planerar utbyggnad, bygdeföreningar, "
        "operatörer och forskare kan lägga klasserna på sina egna kartor och koppla dem till SCB:s rutor med rut-id.",
        _data(open_contracts.RUTNAT_250M, "parquet", "csv", f"csv{PACKED}", "pmtiles"),
        (open_contracts.RUTNAT_250M,),
        "oppen",
    ),
    Product(
        "bristomraden",
        "Bristområden för bredband",
        "Sammanhängande rutor med adresser utan täckning, per tröskel "
        f"({', '.join(map(str, LEVELS.mbit))} Mbit/s) och mått (tillgång, passerad), av uppgifter som får publiceras. "
        "Antal från och till, kostnad i klasser.",
        "Visar vilka områden som är kvar att bygga och ungefär hur stora de är, så att kommuner, operatörer och boende "
        "kan tala om samma områden.",
        _data(open_contracts.BRISTOMRADEN_OPPNA, "parquet", "csv", "xlsx"),
        (open_contracts.BRISTOMRADEN_OPPNA,),
        "oppen",
    ),
    Product(
        "projekt",
        "Projekt att bygga, i ordning",
        "Bristområdenas rutor delade och sammanslagna längs vägarna till projekt som går att bygga, per tröskel och "
        "mått: namn, hushåll utan från och till, ungefärlig kostnad, hushåll per miljon kronor och ordning.",
        "Svarar på vad en summa pengar räcker till, och i vilken ordning det är klokt att bygga.",
        (File("maps/data/projekt.csv"), File("maps/data/projekt_rutor.csv")),
        (open_contracts.PROJEKT_OPPNA, open_contracts.PROJEKT_RUTOR_OPPNA),
        "oppen",
    ),
    Product(
        "kommuner",
        "Bredbandstäckning per kommun",
        f"Andel hushåll med tillgång till, och passerade av, {thresholds()} i varje kommun bredvid PTS:s egna "
        "tal, med antal hushåll utan i tiotal och yta efter rutornas klass.",
        "Gör det lätt att följa kommunens väg mot bredbandsmålen och att jämföra kommuner, i kalkylark och på webben.",
        _data(open_contracts.KOMMUNER_OPPNA, "parquet", "csv", "geojson", "xlsx"),
        (open_contracts.KOMMUNER_OPPNA,),
        "oppen",
    ),
    Product(
        "lan",
        "Bredbandstäckning i länet",
        "Samma nyckeltal för hela länet, summan av kommunernas publicerade antal.",
        "Ger länets läge mot bredbandsmålen på en rad.",
        _data(open_contracts.LAN_OPPNA, "csv", "xlsx"),
        (open_contracts.LAN_OPPNA,),
        "oppen",
    ),
    Product(
        "klassraster",
        "Täckningsklass som raster",
        "Rutornas täckningsklass som molnoptimerade GeoTIFF, en per mått och tröskel, med klassernas namn och färger. "
        "Samma klasser som i Bredbandstäckning i 250 m-rutor.",
        "Går att lägga under andra kartor och räkna med tillsammans med andra raster, utan att 400 000 rutor ritas.",
        (
            *(File(f"maps/data/raster/{level.cell_class}.tif") for level in LEVELS),
            File("maps/data/raster/*.aux.xml"),
            File("maps/data/raster/*.qml"),
        ),
        (open_contracts.RUTNAT_250M,),
        "oppen",
    ),
    Product(
        "qgis-projekt",
        "QGIS-projekt för den öppna utgåvan",
        "Projektfil för QGIS 3.22 och senare med lager, kartteman, bokmärken och utskriftslayouter i A3. Läser "
        "GeoPackage och raster som ligger bredvid.",
        "Den som har QGIS får en färdig karta i stället för en tom, och kan skriva ut den.",
        (File("maps/data/bredband_oppen.qgz"),),
        (*open_contracts.OPEN_TABLES, *ground_tables.GROUND_LAYERS),
        "oppen",
    ),
    Product(
        GROUND,
        "Underlagskarta: vatten, vägar och gränser",
        "Vatten, vägar, färjeleder och gränser i länet, sammanslagna och generaliserade ur utgivarnas filer, att lägga "
        "under QGIS-projektets karta. Säger ingenting om täckning, adresser eller schakt. En egen fil, eftersom "
        "vägarna avgör dess licens: är de OpenStreetMaps är den ODbL 1.0, annars den öppna utgåvans.",
        "Den som öppnar projektet ser var vatten, vägar och gränser går utan att hämta en bakgrundskarta från nätet.",
        (File(GROUND_GPKG),),
        ground_tables.GROUND_LAYERS,
        "oppen",
    ),
    Product(
        "historik",
        "Bredbandstäckning år för år",
        "PTS:s och Koladas publicerade andelar per kommun sedan 2015, med brotten i serierna märkta.",
        "Visar hur kommunens täckning har vuxit, och vilka år som går att jämföra.",
        (File("maps/data/historik.csv"),),
        (history_tables.HISTORIK_OPPEN,),
        "oppen",
    ),
    Product(
        "framskrivning",
        "Framskrivning mot bredbandsmålen",
        "När varje kommun når bredbandsmålen om de senaste årens takt håller i sig: en enkel framskrivning med "
        "intervall, ingen prognos.",
        "Visar om kommunen är på väg mot målen, och hur säkert det går att säga.",
        (File("maps/data/framskrivning.csv"),),
        (history_tables.FRAMSKRIVNING_OPPEN,),
        "oppen",
    ),
    Product(
        "avstamning",
        "Avstämning mot publicerade tal",
        "Tal som PTS, Kolada, SCB och andra har publicerat om kommunerna och länet, bredvid våra: skillnad, tolerans, "
        "om skillnaden ryms i den och varför talen får skilja sig.",
        "Visar hur väl talen stämmer med vad andra har sagt, och var de inte gör det.",
        (File("maps/data/avstamning_kallor.csv"),),
        (reconciliation_tables.AVSTAMNING_OPPEN,),
        "oppen",
    ),
    Product(
        "datapaket",
        "Datalexikon för de öppna tabellerna",
        "Frictionless datapackage.json: varje tabells kolumner med typ, enhet, betydelse och nyckel.",
        "Gör att program kan läsa och kontrollera CSV-filerna utan handpåläggning.",
        (File(DATAPACKAGE),),
        (*open_contracts.OPEN_TABLES, *open_contracts.OPEN_BESIDE),
        "oppen",
    ),
    Product(
        "bredbandskarta",
        "Bredbandskartan",
        "Webbkarta i en fil: rutornas klasser, kommunernas nyckeltal. Fungerar utan nät.",
        "Politiker och medborgare ser hur det är just där de bor, i mobilen och med skärmläsare.",
        (File("maps/bredbandskarta.html"), File("maps/bredbandskarta.en.html")),
        open_contracts.OPEN_TABLES,
        "oppen",
    ),
    Product(
        "kommunsidor",
        "Kommunsidor",
        "En sida per kommun med kommunens nyckeltal och karta, på svenska och engelska, av samma öppna uppgifter som "
        "bredbandskartan.",
        "Kommunens tjänstemän får sitt underlag färdigt att skriva ut eller länka till.",
        (File("maps/kommuner/*.html"), File("maps/kommuner/*.en.html")),
        (*open_contracts.OPEN_TABLES, *open_contracts.OPEN_BESIDE),
        "oppen",
    ),
    Product(
        "utskriftskartor",
        "Kartor för utskrift",
        "Länet på A3 vid varje hastighet och varje kommun på A4, med täckningsklass per ruta, som PDF och PNG.",
        "Färdiga att lägga i en bredbandsplan eller hänga på väggen.",
        (File("maps/kartor/*.pdf"), File("maps/kartor/*.png")),
        (
            open_contracts.RUTNAT_250M,
            open_contracts.KOMMUNER_OPPNA,
            open_contracts.LAN_OPPNA,
            *open_contracts.OPEN_PROJECTS,
        ),
        "oppen",
    ),
    Product(
        "specifikation",
        "Dataproduktspecifikation",
        "De öppna produkternas innehåll, referenssystem, kvalitet och leverans enligt ISO 19131:s rubriker.",
        "Den som använder data ser vad de duger till och hur de blivit till.",
        (File("maps/specifikation.html"),),
        open_contracts.OPEN_TABLES,
        "oppen",
    ),
    Product(
        "katalog",
        "Datakatalog",
        "Katalog över de öppna produkterna enligt DCAT-AP-SE, och detsamma som metadataposter enligt ISO 19139: en för "
        "hela utgåvan och en för varje datamängd.",
        "Gör att produkterna hittas i Sveriges dataportal och Geodataportalen.",
        (
            File("maps/catalog.rdf"),
            File("maps/catalog.ttl"),
            File("maps/metadata_iso19139.xml"),
            File("maps/metadata/*.xml"),
        ),
        (),
        "oppen",
    ),
    Product(
        "ingang",
        "Ingångssida",
        "En karta att välja kommun i, länets nyckeltal, en tabell över kommunerna att söka och sortera i, och länkar "
        "till kartorna, kommunsidorna, de öppna data och specifikationen.",
        "En adress att dela: den leder till allt.",
        (File("maps/index.html"), File("maps/index.en.html")),
        (open_contracts.KOMMUNER_OPPNA, open_contracts.LAN_OPPNA, reconciliation_tables.AVSTAMNING_OPPEN),
        "oppen",
    ),
    Product(
        "tillganglighet",
        "Tillgänglighetsredogörelse",
        "Hur sidorna följer lagen (2018:1937) om tillgänglighet till digital offentlig service, kända brister, vart "
        "man vänder sig.",
        "Den som möter ett hinder ser vad som är känt och vem som svarar.",
        (File("maps/tillganglighet.html"),),
        (),
        "oppen",
    ),
    Product(
        "bredband-intern",
        "Bredband, intern utgåva",
        "Alla lager med exakta antal, adresser och bristområden, med stilar för QGIS.",
        "Handläggarens arbetsmaterial: varje tal i de andra produkterna går att följa till sin adress.",
        (File("out/bredband.gpkg"), File("out/bredband.qgz")),
        LAYERS,
    ),
    Product(
        "tackningsraster",
        "Täckning som raster",
        "Andelar per ruta, och klasserna som de publiceras, som molnoptimerade GeoTIFF.",
        "För analys tillsammans med andra raster.",
        (File("out/*.tif"), File("out/*.qml"), File("out/*.aux.xml")),
        (summary_tables.RUTNAT,),
    ),
    Product(
        "tabeller",
        "Tabeller",
        "Kommuner, mål, bristområden, kurva och avvikelser som arbetsbok; hela tabellerna som CSV, de långa också som "
        "Parquet.",
        "Underlag för bredbandsplanen, med varje kolumn förklarad.",
        (
            File("out/kommuner.xlsx"),
            File("out/kommuner.csv"),
            File("out/tabeller/*.csv"),
            File("out/tabeller/*.parquet"),
        ),
        (
            summary_tables.KOMMUNER,
            goal_tables.MAL,
            goal_tables.AVSTAMNING,
            reconciliation_tables.AVSTAMNING_KALLOR,
            reconciliation_tables.AVVIKELSER,
            gap_tables.BRISTOMRADEN,
            gap_tables.BRISTKURVA,
            project_tables.PROJEKT,
            project_tables.BILLIGASTE_MIX,
            goal_tables.PTS_PROJEKT,
            history_tables.HISTORIK,
            history_tables.FRAMSKRIVNING,
        ),
    ),
    Product(
        "prioritering-pts",
        "Förslag till PTS:s regionala prioritering",
        "Stödberättigade byggnader som regionen kan peka ut. Innehåller adresser.",
        "Färdigt att granska och lämna till PTS.",
        (
            File("out/prioritering_pts.csv"),
            File("out/pts_prioritering_*.csv"),
            File("out/prioritering_pts.parquet"),
            File("out/pts_prioritering_*.parquet"),
        ),
        (goal_tables.PRIORITERING_PTS, goal_tables.PTS_INLAMNING),
    ),
    Product(
        "bredbandskarta-intern",
        "Bredbandskartan, intern",
        "Webbkartan med exakta antal.",
        "För handläggare som inte har QGIS.",
        (File("out/bredbandskarta_intern.html"),),
        (summary_tables.RUTNAT, summary_tables.KOMMUNER, summary_tables.LAN, gap_tables.BRISTOMRADEN),
    ),
    Product(
        "rapport",
        "Rapport och manifest",
        "Två sidor att besluta på: läget, vad som bör göras och kontrolleras, hur säkert det är. I bilagan kontroller, "
        "avstämning, vad som fallit bort och varför; i manifestet indata med kontrollsummor.",
        "Visar vad som bör göras, och hur långt talen kan litas på.",
        (File("out/rapport.md"), File("out/rapport_bilaga.md"), File("out/manifest.json")),
    ),
    Product(
        "plan",
        "Plan för en budget eller ett mål",
        "Vilka projekt som byggs, i ordning, på beställning.",
        "Svarar på vad nästa hundra miljoner ska gå till.",
        (File("out/plan/*/*.gpkg"), File("out/plan/*/*.csv"), File("out/plan/*/*.md")),
        (plan_tables.PLAN, plan_tables.PLAN_PROJEKT, plan_tables.PLAN_KOMMUNER, project_tables.BILLIGASTE_MIX),
    ),
    Product(
        "fraga",
        "Vad som ska tas reda på härnäst",
        "Rutor vars svar väntas ändra planen mest, att fylla i och läsa in, på beställning.",
        "Säger vilka byanät och nätägare som ska frågas först, och när det inte lönar sig att fråga mer.",
        (*(File(f"out/fraga/*/*.{e}") for e in ("gpkg", "csv", "html", "md")),),
        (question_tables.FRAGA, question_tables.FRAGA_SAMTAL, question_tables.FRAGA_ADRESSER),
    ),
    Product(
        "jamforelse",
        "Förändring sedan en tidigare utgåva",
        "Rutor, bristområden och kommuner i två utgåvor.",
        "Visar vad som byggts och vad som ändrats i underlaget.",
        (File("out/jamforelse/*.gpkg"), File("out/jamforelse/*.csv"), File("out/jamforelse/*.md")),
        (plan_tables.FORANDRING_RUTOR, plan_tables.FORANDRING_BRISTOMRADEN, plan_tables.FORANDRING_KOMMUNER),
    ),
)
BY_ID = {p.id: p for p in PRODUCTS}


def open_products() -> tuple[Product, ...]:
    """Return the products that may be published, in order.

    Raises
    ------
    ContractError
        When one of them holds a column that is not open, or a file outside ``maps/``.
    """
    from pipelines.core.errors import ContractError

    found = tuple(p for p in PRODUCTS if p.klass == "oppen")
    for p in found:
        closed = [f"{t.name}.{c.name}" for t in p.tables for c in t.columns if c.klass != "oppen"]
        closed += [f.path for f in p.files if not f.path.startswith("maps/")]
        if closed:
            raise ContractError(
                f"Produkten «{p.id}» är öppen men innehåller sådant som inte är det.",
                details=closed,
                action="Ge kolumnen klassen oppen i kontraktet om den får publiceras, annars ta bort den.",
            )
    return found


def unlisted(names: Iterable[str]) -> list[str]:
    """Return those of the files that are in no open product, in order.

    >>> unlisted(["maps/data/kommuner.csv", "maps/kommuner/1401.html", "maps/adresser.csv", "maps/kommuner/a/b.html"])
    ['maps/adresser.csv', 'maps/kommuner/a/b.html']
    """
    patterns = [f.path for p in open_products() for f in p.files]
    return sorted(
        n for n in names if not any(n.count("/") == p.count("/") and fnmatch.fnmatchcase(n, p) for p in patterns)
    )


def page() -> str:
    """Return ``docs/informationsklassning.md``: class of every product and column."""
    lines = [
        "# Informationsklassning",
        "",
        "Vad som är internt och vad som får publiceras. Inget är öppet av sig självt: en produkt eller kolumn utan",
        "uttrycklig öppen klass är intern. Sidan skrivs av `make docs` ur `pipelines/publish/products.py` och",
        "kontrakten; ändra där. Reglerna för små antal står i [publicering.md](publicering.md).",
        "",
        "## Produkter",
        "",
        "| produkt | klass | filer | tabeller |",
        "|---|---|---|---|",
    ]
    for p in PRODUCTS:
        files = ", ".join(f"`{f.path}`" for f in p.files)
        tables = ", ".join(f"`{t.name}`" for t in p.tables) or "–"
        lines.append(f"| {p.title} (`{p.id}`) | {_KLASS[p.klass]} | {files} | {tables} |")
    lines += ["", "## Nyttan med varje produkt", ""]
    lines += [f"- **{p.title}.** {p.nytta}" for p in PRODUCTS]
    lines += ["", "## Kolumner", "", "*band*: aldrig som exakt antal; den öppna utgåvan har band eller tiotal.", ""]
    for table in internal_tables():
        for klass in ("oppen", "band", "intern"):
            names = [f"`{c.name}`" for c in table.columns if c.klass == klass]
            if names:
                lines.append(f"- {table.title} (`{table.name}`), **{_KLASS[klass]}**: {', '.join(names)}")
    lines += [BALANCE, "Den öppna utgåvans tabeller har bara öppna kolumner:", ""]
    for table in open_tables():
        lines.append(f"- {table.title} (`{table.name}`): {', '.join(f'`{n}`' for n in table.names)}")
    return "\n".join(lines) + "\n"


BALANCE = """
## Avvägning: rutor med få adresser

I ungefär hälften av de bebodda rutorna finns en enda adress. Rutans klass är då den adressens: om den som
bor där kan få hastigheten eller inte. I en ruta med två säger `fa_under_halften` att båda saknar. Från tre
adresser sägs inget antal.

*För att visa dem:* Uppgiften gäller huset och nätet, inte den som bor där. Den säger vad som går att köpa,
inte vad någon har köpt, och vem som helst kan fråga en operatör om adressen. Det är på landsbygden, i
rutorna med få adresser, som täckning saknas: utan dem visar kartan inte var.

*För att slå ihop dem:* Ett utpekat hus utan bredband kan säga något om den som bor där. Den som lämnat
täckningsuppgifter kan ha avtal om minst antal adresser.

`[publicering] minst_adresser_i_ruta` avgör. Förval är 1: varje ruta för sig. Så många procent av de bebodda
rutorna i demolänet får klass i en ruta av varje storlek:

| minst adresser | 250 m | tillsammans i 500 m | tillsammans i 1 km | redovisas inte |
|---|---|---|---|---|
| 1 | 100 | – | – | 0 |
| 2 | 48,9 | 23,9 | 19,0 | 8,1 |
| 3 | 30,1 | 27,7 | 29,2 | 13,0 |
| 5 | 18,5 | 18,9 | 41,0 | 21,7 |
| 10 | 12,6 | 7,3 | 33,2 | 46,9 |

Ett personuppgiftsansvar finns där en uppgift går att knyta till en person. Regionen bör därför skriva ned
sitt val och skälen för det innan utgåvan läggs ut, och fråga sitt dataskyddsombud. Med 3 finns inget exakt
antal adresser utan under gränsen kvar.
"""
"""The balancing note of the few-address cells, with the demo county's figures."""
_KLASS = {"oppen": "öppen", "band": "band", "intern": "intern"}


def open_tables() -> tuple[Table, ...]:
    """Return every table of the open edition."""
    return (*open_contracts.OPEN_TABLES, *open_contracts.OPEN_BESIDE, *ground_tables.GROUND_LAYERS)


def internal_tables() -> list[Table]:
    """Return every table of the internal products, each once."""
    found = {t.name: t for p in PRODUCTS if p.klass == "intern" for t in p.tables}
    return list(found.values())
