"""Every step: what runs it, what it reads, writes and makes. The order of the steps stands here and nowhere else.

From this are made the rules of make (``steps.mk``), the command line, the benchmark's list, the report's list and
the flow chart in ``docs/floden.md``; a step that reaches for a table that it does not name here is stopped (see
:class:`pipelines.core.paths.Uses`).

Imports nothing heavy: make asks on every run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from pipelines.core import publishers
from pipelines.core.paths import Paths, Uses

Code = Literal["own", "numbers", "program"]
Place = Literal["run", "raw", "edition"]


@dataclass(frozen=True)
class Option:
    """What a step takes besides the folders: a text, given on to its ``run`` as it stands.

    The step reads it itself, so that a planner's slip is told in Swedish, with an example.

    Attributes
    ----------
    name : str
        On the command line.
    text : str
        In Swedish, with make's variable in brackets.
    parameter : str
        Of ``run``; the name itself where it is none of Python's own words.
    """

    name: str
    text: str
    parameter: str = ""

    @property
    def keyword(self) -> str:
        """Name of the parameter of ``run``."""
        return self.parameter or self.name


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes
    ----------
    name, module : str
        As the command line calls it, and whose ``run`` it is.
    says : str
        What make writes when it begins; nothing for what is on order.
    text : str
        What it does, on the command line. Both in Swedish.
    inputs : tuple of str
        Publishers whose inventories it reads.
    lists : tuple of str
        What it goes by besides inputs and configuration, of what make lists (see
        :mod:`pipelines.incoming.listing`).
    reads, ledgers : tuple of str
        Tables and ledgers of earlier steps.
    after : tuple of str
        Steps that must have ended though it reads no table or ledger of theirs: it quotes the facts of the run, which
        are there when every law has held, or of the open edition.
    lets_by : tuple of str
        Steps that make is to have ended first, though nothing is read from them: the longest chain of steps decides how
        long a run takes, and is not to wait for what is needed later. A change of theirs does not run it anew.
    built : tuple of str
        Folders of products that other steps have built, which it tells of.
    writes : tuple of str
        Tables, the last one last; with ``ledger``, a ledger of its own name after them.
    makes : tuple of str
        Its products as they lie in ``produkter``; ``*`` stands for anything within a folder.
    options : tuple of Option
    code : {"own", "numbers", "program"}
        What it tells of the program: only what its own code does, the code that decides numbers, or all of it.
    works_in : {"run", "raw", "edition"}
        A run of its own in ``OUT`` and ``MAPS``; ``RAW`` alone; or a finished edition, beside which a run may go on.
    """

    name: str
    module: str
    says: str
    text: str
    inputs: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    ledgers: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    lets_by: tuple[str, ...] = ()
    built: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    ledger: bool = False
    makes: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    code: Code = "own"
    works_in: Place = "run"

    @property
    def on_order(self) -> bool:
        """Whether it is no part of ``make coverage``."""
        return not self.says

    @property
    def reads_files(self) -> bool:
        """Whether it reads the publishers' files that its inventories list, which must be the same before and after."""
        return self.module.startswith("pipelines.read.")

    @property
    def uses(self) -> Uses:
        """What of the tables between the steps it may touch."""
        own = (self.name,) if self.ledger else ()
        inventories = PUBLISHERS if self.name == "inventory" else self.inputs
        return Uses(
            self.name, frozenset((*self.reads, *self.writes)), frozenset((*self.ledgers, *own)), frozenset(inventories)
        )

    def at(self, paths: Paths) -> Paths:
        """Return the folders as the step has them: with the tables it names and no other."""
        return paths if self.on_order and not self.reads else replace(paths, uses=self.uses)


PUBLISHERS = publishers.STEPS
"""Groups of inputs, each with an inventory and a step of its own that reads it."""
_JOBS = Option("jobs", "samtidiga processer (JOBS; annars 1)")
_OPEN_CELLS = ("oppen_rutnat_250m", "oppen_bristomraden")
_OPEN_SUMS = ("oppen_kommuner", "oppen_lan")
_GROUND = ("grund_vatten", "grund_vagar", "grund_namn")
_OPEN_PROJECTS = ("oppen_projekt", "oppen_projekt_rutor")
_OPEN_BESIDE = ("oppen_historik", "oppen_framskrivning", "oppen_avstamning_kallor")

JOB = (
    Step(
        "inventory",
        "pipelines.incoming.inventory",
        "Går igenom indata",
        "listar indata och kontrollsummor",
        ledger=True,
    ),
    Step(
        "lantmateriet",
        "pipelines.read.lantmateriet.read_addresses",
        "Läser lantmateriet",
        "läser adresser, eller byggnader i stället för dem",
        inputs=("lantmateriet", "granser"),
        writes=("adresser_kalla", "adressomraden"),
        ledger=True,
    ),
    Step(
        "scb",
        "pipelines.read.scb.read_scb",
        "Läser scb",
        "läser befolkning, tätorter och småorter",
        inputs=("scb", "granser"),
        writes=("scb_kommun", "scb_bostader", "befolkning", "orter"),
        ledger=True,
    ),
    Step(
        "pts",
        "pipelines.read.pts.read_pts",
        "Läser pts",
        "läser PTS:s arbetsböcker och byggnadsförteckning, och Kolada",
        inputs=("pts",),
        writes=("pts_teknik", "pts_hastighet", "pts_mobil", "kolada", "pts_historik", "byggnadsforteckning"),
        ledger=True,
    ),
    Step(
        "granser",
        "pipelines.read.lantmateriet.read_boundaries",
        "Läser granser",
        "läser kommungränser och vatten",
        inputs=("granser",),
        writes=("granser", "kommunytor", "mark"),
        ledger=True,
    ),
    Step(
        "vagar",
        "pipelines.read.vagar.read_roads",
        "Läser vagar",
        "läser vägar",
        inputs=("vagar", "granser"),
        writes=("vagar",),
        ledger=True,
        lets_by=("grid",),
    ),
    Step(
        "tackning",
        "pipelines.read.tackning.read_evidence",
        "Läser tackning",
        "läser täckningsuppgifter",
        inputs=("tackning",),
        reads=("adresser_kalla",),
        writes=("kallor", "evidens_adress", "evidens_ruta", "evidens_omrade"),
        ledger=True,
    ),
    Step(
        "buildings",
        "pipelines.read.lantmateriet.read_buildings",
        "Läser byggnader",
        "läser byggnader, för var folk bor",
        inputs=("lantmateriet", "granser"),
        writes=("byggnader",),
        ledger=True,
    ),
    Step(
        "grid",
        "pipelines.grid.make_grid",
        "Rutor, land och områdestyp",
        "rutor med land, adress till ruta, områdestyp",
        reads=("adresser_kalla", "befolkning", "orter", "granser", "kommunytor", "pts_teknik"),
        ledgers=("lantmateriet", "granser"),
        writes=("land", "land_utanfor", "adresser_ruta"),
        ledger=True,
    ),
    Step(
        "dwellings",
        "pipelines.people.dwellings",
        "Hustyp och bostäder per adress",
        "hustyp och bostäder per adress",
        reads=("adresser_ruta", "byggnader", "scb_bostader", "pts_teknik"),
        ledgers=("scb",),
        writes=("bostader",),
        ledger=True,
        options=(_JOBS,),
    ),
    Step(
        "evidence",
        "pipelines.evidence.decide_evidence",
        "Täckningsuppgifter per adress",
        "vad täckningsuppgifterna säger om varje adress, och hur säkert",
        reads=("adresser_ruta", "bostader", "land", "kallor", "evidens_adress", "evidens_ruta", "evidens_omrade"),
        ledgers=("lantmateriet",),
        writes=("evidens_beslut", "evidens_beslut_oppen"),
        ledger=True,
        options=(_JOBS,),
    ),
    Step(
        "households",
        "pipelines.people.households",
        "Folkmängd och hushåll per adress",
        "folkmängd och hushåll per adress, avstämda mot PTS",
        reads=(
            *("adresser_ruta", "bostader", "befolkning", "land", "land_utanfor", "scb_kommun"),
            *("pts_teknik", "pts_hastighet", "kolada", "evidens_beslut", "evidens_beslut_oppen"),
        ),
        ledgers=("scb", "pts"),
        writes=("grupper", "riktvarden_pts", "adresser_hushall", "adresser_hushall_oppen"),
        ledger=True,
        options=(_JOBS,),
    ),
    Step(
        "coverage",
        "pipelines.coverage.address_coverage",
        "Täckning per adress",
        "täckning per adress, och på vilket underlag",
        reads=(
            *("adresser_ruta", "adresser_hushall", "adresser_hushall_oppen", "grupper", "riktvarden_pts"),
            *("evidens_beslut", "evidens_beslut_oppen"),
        ),
        writes=(
            *("riktvarden", "osakerhet_kommun", "osakerhet_5km", "kontrolleras"),
            *("adresser_tackning", "adresser_tackning_oppen"),
        ),
        ledger=True,
        options=(_JOBS,),
    ),
    Step(
        "summaries",
        "pipelines.sums.summaries",
        "Summerar rutor, kommuner och län",
        "rutor, delar, kommuner och län",
        reads=(
            *("adresser_ruta", "adresser_hushall", "adresser_tackning", "land"),
            *("pts_teknik", "pts_hastighet", "riktvarden", "osakerhet_kommun"),
        ),
        ledgers=("pts",),
        writes=("adresser", "rutnat_250m", "rutnat_delar", "kommuner", "lan"),
        ledger=True,
    ),
    Step(
        "junctions",
        "pipelines.gaps.junctions",
        "Var vägar möts",
        "vägar delade där de möts, och var adresserna möter dem",
        reads=("vagar", "adresser_ruta"),
        writes=("anslutningar", "vagnat_linjer", "vagnat"),
    ),
    Step(
        "gaps",
        "pipelines.projects.find_projects",
        "Bristområden, projekt, schakt och kostnad",
        "bristområden, projekt, schakt, kostnad och prioritet",
        lists=("tidigare",),
        reads=(
            "adresser_ruta",
            "adresser_hushall",
            "adresser_tackning",
            "land",
            "vagar",
            "anslutningar",
            "vagnat_linjer",
            "vagnat",
            "mark",
            "orter",
            "adressomraden",
        ),
        ledgers=("coverage",),
        writes=(
            *("bristomraden", "bristomraden_kommun", "bristomraden_rutor", "schakt", "bristkurva"),
            *("projekt", "projekt_adresser", "projekt_schakt", "billigaste_mix"),
        ),
        ledger=True,
        options=(_JOBS,),
    ),
    Step(
        "goals",
        "pipelines.goals.measure_goals",
        "Mål, avstämning mot PTS och regional prioritering",
        "mål, avstämning mot PTS och PTS:s regionala prioritering",
        reads=(
            *("adresser_ruta", "adresser_hushall", "adresser_tackning", "rutnat_delar", "riktvarden"),
            *("projekt", "projekt_adresser", "pts_teknik", "pts_hastighet", "pts_mobil", "byggnadsforteckning"),
        ),
        writes=("mal", "avstamning", "prioritering_pts", "pts_projekt"),
        ledger=True,
        options=(_JOBS,),
    ),
    Step(
        "reconciliation",
        "pipelines.goals.published_figures",
        "Avstämning mot publicerade tal",
        "våra tal bredvid varje publicerat tal",
        lists=("publicerade",),
        reads=("avstamning", "kommuner", "lan", "pts_teknik", "kolada", "scb_kommun"),
        ledgers=("scb", "granser"),
        writes=("avstamning_kallor", "avvikelser"),
        ledger=True,
    ),
    Step(
        "open_cells",
        "pipelines.disclosure.open_cells",
        "Rutor som de får visas",
        "rutornas klasser, på det som får publiceras",
        reads=("adresser_ruta", "adresser_hushall_oppen", "adresser_tackning_oppen", "land"),
        writes=("oppna_delar", "oppna_rutor"),
    ),
    Step(
        "open_areas",
        "pipelines.disclosure.make_open_areas",
        "Områden och projekt som de får visas",
        "rutor, bristområden och projekt, av det som får publiceras",
        inputs=("tackning",),
        reads=(
            *("oppna_rutor", "oppna_delar", "land", "kallor"),
            *("vagnat", "mark", "orter", "adressomraden", "adresser_ruta"),
        ),
        writes=(*_OPEN_PROJECTS, *_OPEN_CELLS),
    ),
    Step(
        "history",
        "pipelines.sums.published_series",
        "Historik och framskrivning",
        "publicerade serier år för år, brott och framskrivning mot målen",
        reads=("pts_historik", "kolada"),
        writes=("historik", "framskrivning"),
        ledger=True,
        lets_by=("grid",),
    ),
    Step(
        "laws",
        "pipelines.laws.check_laws",
        "Kontrollerar lagarna",
        "kontrollerar lagarna på körningens egna tal",
        inputs=PUBLISHERS,
        lists=("tidigare", "publicerade"),
        reads=(
            *("adresser", "adresser_hushall", "grupper", "befolkning", "oppna_rutor", "rutnat_250m", "rutnat_delar"),
            *("kommuner", "lan", "riktvarden", "pts_teknik", "bristomraden_kommun", "bristomraden_rutor"),
            *("bristomraden", "schakt", "bristkurva", "mark", "projekt", "projekt_adresser", "projekt_schakt"),
        ),
        ledgers=(*PUBLISHERS, "households"),
        after=("reconciliation", "history"),
        ledger=True,
        code="numbers",
    ),
    Step(
        "open_tables",
        "pipelines.disclosure.make_open_tables",
        "Det som publiceras",
        "det som publiceras av kommuner och län, som tabeller",
        reads=(
            *("kommuner", "lan", "oppna_delar", "land", "historik", "avstamning_kallor", "kallor"),
            *(*_OPEN_CELLS, "oppen_projekt"),
        ),
        ledgers=PUBLISHERS,
        after=("laws",),
        writes=(*_OPEN_BESIDE, *_OPEN_SUMS),
    ),
    Step(
        "ground",
        "pipelines.publish.ground.lay_ground",
        "Underlagskarta",
        "vatten, vägar, namn och gränser under kartorna",
        reads=("kommunytor", "mark", "vagar"),
        writes=("grund_vatten", "grund_namn", "grund_vagar", "grund_granser"),
    ),
    # What takes longest comes first, so that nothing long is left when the rest is done.
    Step(
        "printmap",
        "pipelines.publish.printmap.write_printmaps",
        "Kartor för utskrift",
        "kartor för utskrift",
        reads=(
            *("oppen_rutnat_250m", *_OPEN_SUMS, *_OPEN_PROJECTS),
            *("granser", "kommunytor", "grund_vatten", "grund_vagar", "orter", "kallor"),
        ),
        ledgers=PUBLISHERS,
        after=("laws",),
        makes=("maps/kartor/*",),
        options=(_JOBS,),
    ),
    Step(
        "geopackage",
        "pipelines.publish.geopackage.write_geopackage",
        "GeoPackage",
        "bredband.gpkg",
        reads=(
            *("rutnat_250m", "rutnat_delar", "adresser", "kommuner", "lan", "granser", "osakerhet_5km"),
            *("bristomraden", "bristomraden_kommun", "bristomraden_rutor", "schakt", "bristkurva"),
            *("projekt", "projekt_adresser", "projekt_schakt", "kontrolleras"),
            *("grund_vatten", "grund_vagar", "grund_granser"),
        ),
        ledgers=PUBLISHERS,
        after=("laws",),
        makes=("out/bredband.gpkg",),
    ),
    Step(
        "open_data",
        "pipelines.publish.open_data.write_open_data",
        "Öppna data",
        "den öppna utgåvan i maps/data",
        reads=(
            *(*_OPEN_CELLS, *_OPEN_SUMS, *_OPEN_BESIDE, *_OPEN_PROJECTS),
            *("granser", "grund_vatten", "grund_vagar", "grund_granser", "kallor"),
        ),
        ledgers=PUBLISHERS,
        after=("laws",),
        makes=tuple(f"maps/data/*.{e}" for e in ("gpkg", "csv", "parquet", "geojson", "xlsx", "json", "zip")),
    ),
    Step(
        "webmap",
        "pipelines.publish.webmap.write_webmap",
        "Webbkarta",
        "webbkartan, öppen och intern",
        lists=("tidigare",),
        reads=(
            *("rutnat_250m", "kommuner", "lan", "bristomraden", "bristomraden_rutor", "granser", "orter", "kallor"),
            *("kommunytor", *_GROUND, *_OPEN_CELLS, *_OPEN_SUMS, "oppen_avstamning_kallor", "oppen_historik"),
            *("projekt", *_OPEN_PROJECTS),
        ),
        ledgers=PUBLISHERS,
        after=("laws",),
        makes=("maps/bredbandskarta*.html", "out/bredbandskarta_intern.html"),
    ),
    Step(
        "tiles",
        "pipelines.publish.tiles.write_tiles",
        "Kartrutor",
        "den öppna utgåvans rutor som kartrutor för webben (PMTiles)",
        reads=("oppen_rutnat_250m", "kallor"),
        ledgers=PUBLISHERS,
        after=("open_tables",),
        makes=("maps/data/*.pmtiles",),
    ),
    Step(
        "pages",
        "pipelines.publish.pages.write_pages",
        "Kommunsidor",
        "en sida per kommun",
        reads=(
            *("oppen_rutnat_250m", *_OPEN_SUMS, *_OPEN_BESIDE, *_OPEN_PROJECTS),
            *("granser", "kommunytor", "grund_vatten", "grund_vagar", "orter", "kallor"),
        ),
        ledgers=PUBLISHERS,
        after=("laws",),
        makes=("maps/kommuner/*.html",),
    ),
    Step(
        "raster",
        "pipelines.publish.raster.write_rasters",
        "Raster",
        "tackning_250m.tif och klassrastren",
        reads=("rutnat_250m", "oppen_rutnat_250m"),
        after=("open_tables",),
        makes=("out/*.tif", "out/*.aux.xml", "out/*.qml", "maps/data/raster/*"),
    ),
    Step(
        "tables",
        "pipelines.publish.workbook.write_workbook",
        "Arbetsbok och tabeller",
        "kommuner.xlsx och tabellerna som CSV och Parquet",
        reads=(
            *("kommuner", "lan", "mal", "avstamning", "avstamning_kallor", "avvikelser", "bristomraden", "bristkurva"),
            *("pts_projekt", "prioritering_pts", "kontrolleras", "historik", "framskrivning"),
            *("projekt", "billigaste_mix"),
        ),
        ledgers=(*PUBLISHERS, "goals"),
        after=("laws",),
        makes=("out/*.xlsx", "out/*.csv", "out/*.parquet", "out/tabeller/*.csv", "out/tabeller/*.parquet"),
    ),
    Step(
        "qgis",
        "pipelines.publish.qgis.write_projects",
        "QGIS-projekt",
        "QGIS-projekten bredband.qgz och bredband_oppen.qgz",
        reads=("granser", "kallor"),
        ledgers=PUBLISHERS,
        after=("open_tables",),
        makes=("out/*.qgz", "maps/data/*.qgz"),
    ),
    Step(
        "report",
        "pipelines.publish.report.write_report",
        "Rapport och manifest",
        "rapport.md, dess bilaga och manifest.json",
        inputs=PUBLISHERS,
        lists=("tidigare", "publicerade"),
        reads=(
            *("kommuner", "lan", "riktvarden", "mal", "avstamning_kallor", "avvikelser", "bristomraden"),
            *("osakerhet_5km", "projekt", "kontrolleras"),
        ),
        ledgers=(
            *("inventory", *PUBLISHERS, "buildings", "grid", "dwellings", "evidence", "households", "coverage"),
            *("summaries", "gaps", "goals", "reconciliation", "history", "laws"),
        ),
        after=("laws",),
        makes=("out/rapport.md", "out/rapport_bilaga.md", "out/manifest.json"),
        code="program",
    ),
    Step(
        "specification",
        "pipelines.publish.specification.write_specification",
        "Dataproduktspecifikation",
        "dataproduktspecifikationen",
        reads=("oppen_rutnat_250m", "oppen_kommuner", "kallor"),
        ledgers=(*PUBLISHERS, "households", "laws"),
        after=("laws",),
        built=("maps",),
        makes=("maps/specifikation.html",),
    ),
    Step(
        "catalogue",
        "pipelines.publish.catalogue.write_catalogue",
        "Katalog och metadata",
        "katalogen över det som publiceras, som DCAT-AP-SE och ISO 19139",
        reads=("oppen_rutnat_250m", "kallor"),
        ledgers=PUBLISHERS,
        after=("laws",),
        built=("maps",),
        makes=("maps/catalog.*", "maps/metadata_iso19139.xml", "maps/metadata/*.xml"),
    ),
    Step(
        "entry",
        "pipelines.publish.pages.entry",
        "Ingångssida",
        "ingångssidan och tillgänglighetsredogörelsen",
        reads=(*_OPEN_SUMS, "oppen_historik", "oppen_avstamning_kallor", "granser", "kallor"),
        ledgers=PUBLISHERS,
        after=("laws",),
        built=("maps",),
        makes=("maps/index.html", "maps/index.en.html", "maps/tillganglighet.html"),
    ),
    Step(
        "install",
        "pipelines.install.put_in_place",
        "Lägger produkterna på plats",
        "lägger färdiga produkter på plats",
        built=("out", "maps"),
    ),
)
"""``make coverage``, in an order that works one step at a time."""

ON_ORDER = (
    Step("demo", "pipelines.demo.make_demo", "", "gör demoregionen i RAW/demo", works_in="raw"),
    Step(
        "fetch",
        "pipelines.fetch.fetch_all",
        "",
        "hämtar utgivarnas filer till RAW",
        options=(
            Option("only", "bara dessa, till exempel scb,kolada (BARA)"),
            Option("show", "ja: lista utan att hämta (VISA)"),
            Option("again", "ja: fråga utgivaren om allt på nytt (IGEN)"),
        ),
        works_in="raw",
    ),
    Step(
        "plan",
        "pipelines.orders.plan.order_plan",
        "",
        "vad som byggs för en budget eller ett mål, ur en färdig utgåva",
        options=(
            Option("budget", "kronor, till exempel 100000000 (BUDGET)"),
            Option("goal", "procent av hushållen, till exempel 98 (MAL)"),
            Option("troskel", "en av regionens trösklar, till exempel 100 (TROSKEL; annars konfigurationens)"),
            Option("matt", "tillgang eller passerad (MATT; annars konfigurationens)"),
        ),
        works_in="edition",
    ),
    Step(
        "fraga",
        "pipelines.orders.fraga.order_questions",
        "",
        "vilka rutor det lönar sig mest att fråga om härnäst, ur en färdig utgåva",
        options=(
            Option("antal", "rutor att fråga om, till exempel 1000 (ANTAL; annars 1000)"),
            Option("fraga-troskel", "en av regionens trösklar (TROSKEL; annars konfigurationens)", "troskel"),
            Option("fraga-matt", "tillgang eller passerad (MATT; annars konfigurationens)", "matt"),
        ),
        works_in="edition",
    ),
    Step(
        "evaluate",
        "pipelines.orders.evaluate.evaluation",
        "",
        "hur bra modellen är: gömmer uppgifter, modellerar och jämför",
        reads=(
            *("adresser_ruta", "adresser_hushall", "adresser_hushall_oppen", "grupper", "riktvarden_pts", "bostader"),
            *("befolkning", "land", "land_utanfor", "scb_kommun", "pts_teknik", "pts_hastighet", "kolada"),
            *("evidens_beslut", "evidens_beslut_oppen", "projekt", "projekt_adresser"),
        ),
        ledgers=("lantmateriet", "scb", "pts"),
        options=(Option("seeds", "frön, hela tal med komma emellan: ett försök per frö (FRON; annars 1,2,3)"),),
    ),
    Step(
        "compare",
        "pipelines.orders.compare.compare_editions",
        "",
        "förändring sedan en tidigare utgåva",
        options=(Option("from", "OUT från den tidigare utgåvan (FRAN)", "earlier"),),
        works_in="edition",
    ),
    Step(
        "archive",
        "pipelines.orders.archive.write_archive",
        "",
        "arkivpaket (BagIt) av en färdig utgåva",
        options=(Option("edition", "intern eller oppen (UTGAVA; annars intern)"),),
        works_in="edition",
    ),
    Step(
        "verify",
        "pipelines.orders.archive.verify",
        "",
        "kontrollerar ett arkivpaket",
        options=(Option("package", "paketets zip-fil, eller mappen den packats upp i (PAKET)"),),
        works_in="edition",
    ),
)
"""What is done when somebody asks for it."""

STEPS = {step.name: step for step in (*JOB, *ON_ORDER)}
NUMBERS = tuple(step for step in JOB if step.ledger or step.writes)
"""Steps that decide numbers: to the laws, and to what is published. The others lay out what these have made."""
LEDGERS = tuple(step.name for step in JOB if step.ledger)
"""Steps that keep a ledger, in order."""


def writers() -> dict[str, str]:
    """Return which step writes each table."""
    return {table: step.name for step in JOB for table in step.writes}


def needs(step: Step) -> tuple[str, ...]:
    """Return the steps whose work a step reads, in order."""
    by_table = writers()
    wanted = {*step.ledgers, *step.after, *(by_table[t] for t in step.reads)}
    if step.inputs:
        wanted.add("inventory")
    before = JOB if step.on_order else JOB[: JOB.index(step)]
    wanted |= {s.name for s in before for pattern in s.makes if pattern.partition("/")[0] in step.built}
    return tuple(s.name for s in before if s.name in wanted)


def needs_directly(step: Step) -> tuple[str, ...]:
    """Return the steps whose work a step reads, without those that another of them needs anyway."""
    all_needed = needs(step)
    covered = {before for name in all_needed for before in behind(STEPS[name])}
    return tuple(name for name in all_needed if name not in covered)


@cache
def behind(step: Step) -> set[str]:
    """Return every step that must have been done before."""
    direct = needs(step)
    return {*direct, *(name for before in direct for name in behind(STEPS[before]))}
