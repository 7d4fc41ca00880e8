"""The publishers, listed once: who they are, what they give, where it lies in RAW, and the step that reads it.

From this come the folders of RAW and their roles, the inventories, what ``make fetch`` may be asked for, the order in
which sources are credited, licences in ledgers and receipts, and how the catalogue names them.

Imports nothing heavy: make asks on every run.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class About:
    """A publisher as a catalogue names it.

    Attributes
    ----------
    organisation : str
        Number by which it is known there; empty without one.
    kind : str
        ADMS publisher type.
    title, title_en, page : str
        What of theirs is used, and where it is found.
    by_role : dict
        Role of a file → the two titles that hold instead where such a file is used.
    """

    name: str
    name_en: str
    organisation: str
    kind: str
    homepage: str
    title: str
    title_en: str
    page: str
    by_role: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Role:
    """A kind of file: the folder it lies in, how its name looks, the step that reads it."""

    name: str
    group: str
    folder: str
    patterns: tuple[str, ...]


@dataclass(frozen=True)
class Fetch:
    """Something that ``make fetch`` can bring: what it is, in Swedish, and the function that lists its files."""

    text: str
    module: str
    lister: str = "wanted"


@dataclass(frozen=True)
class Delivery:
    """What lies in one folder of RAW.

    Attributes
    ----------
    folder : str
    step : str
        Reads its files, but for those of a role that names another.
    publisher, licence : str
        As ledgers and receipts have them.
    roles : dict
        Role → patterns of names; the first that fits a name is its role.
    read_by : dict
        Role → the step that reads it, where that is another.
    fetched : dict
        What ``BARA=`` may name → how it is had.
    others : dict
        Other publishers whose files may lie there → their licence. Content tells whose a file is.
    """

    folder: str
    step: str
    publisher: str
    licence: str
    roles: dict[str, tuple[str, ...]]
    read_by: dict[str, str]
    fetched: dict[str, Fetch]
    others: dict[str, str] = field(default_factory=dict)


NAMED = ("CC BY", "ODBL")
"""How licences begin, in capitals, that ask for the publisher to be named beside what is made of the data."""
SHARE_ALIKE = ("ODBL",)
"""How licences begin, in capitals, that ask that data made of the data are given away under the same licence."""
GROUND = ("granser", "mark", "vagar")
"""Roles of the files that the ground under the maps is drawn from."""
LOGINS = ("LANTMATERIET_ANVANDARE", "LANTMATERIET_NYCKEL")
"""Variables of the environment, one of which is set by who has a login at Lantmäteriet."""
TOPOGRAFI_ORDER = "LANTMATERIET_TOPOGRAFI_ORDER"
"""Variable of the environment that holds the id of an order of Topografi 50: a secret, as the login is."""
INTERNAL_ROLES = ("byggnadsforteckning",)
"""Files of which nothing is published: their publisher is not credited for them."""
BY_AGREEMENT = "enligt avtal"
"""Publisher of the evidence in ledgers: its licence there names the agreement."""
LANTMATERIET = Delivery(
    "lantmateriet",
    "lantmateriet",
    "Lantmäteriet",
    "CC BY 4.0; personuppgifter, råa punkter får inte spridas",
    {
        "adresser": ("belagenhetsadresser*.zip", "belagenhetsadresser*.gpkg"),
        "mark": ("mark*.gpkg", "mark*.zip"),
        "byggnader": ("byggnad*.zip", "byggnad*.gpkg", "gis_osm_buildings*.zip", "gis_osm_buildings*.gpkg"),
    },
    {"mark": "granser"},
    {
        "lantmateriet": Fetch("Lantmäteriet: adresser", "pipelines.fetch.fetch_lantmateriet", "addresses"),
        "byggnadsverk": Fetch(
            "Lantmäteriet, Topografi 50: byggnader (var folk bor; i stället för adresser)",
            "pipelines.fetch.fetch_topografi",
            "buildings",
        ),
        "mark": Fetch("Lantmäteriet: markytor (vatten)", "pipelines.fetch.fetch_topografi", "land_cover"),
    },
)
SCB = Delivery(
    "scb",
    "scb",
    "SCB",
    "CC0",
    {
        "befolkning_1km": ("befolkning_1km*.gpkg",),
        "befolkning_250m": ("befolkning_250m*.gpkg",),
        "befolkning": ("befolkning*.gpkg",),  # the mixed grid, whatever it is called
        "tatorter": ("tatorter*.gpkg",),
        "smaorter": ("smaorter*.gpkg",),
        "folkmangd_kommun": ("folkmangd_kommun_*.csv",),
        "hushall_kommun": ("hushall_kommun_*.csv",),
        "bostader_hustyp": ("bostader_hustyp_*.csv",),
    },
    {},
    {
        "scb": Fetch("SCB: befolkning i rutor, tätorter, småorter", "pipelines.fetch.fetch_scb"),
        "scb-tabeller": Fetch("SCB: folkmängd, hushåll och bostäder per kommun", "pipelines.fetch.pxweb"),
    },
)
PTS = Delivery(
    "pts",
    "pts",
    "PTS",
    "Ingen licens angiven. Källa: PTS",
    {  # PTS's titles hold «mobiltäcknings- och bredbandskartläggning»: mobil last
        "byggnadsforteckning": tuple(f"byggnadsf{o}rteckning*.{e}" for o in "oö" for e in ("csv", "xlsx")),
        "historik": ("*historisk*.xlsx",),
        "teknik": ("*teknik*.xlsx",),
        "hastighet": ("*hastighet*.xlsx",),
        "mobil": ("*mobil*.xlsx",),
    },
    {},
    {"pts": Fetch("PTS: arbetsböcker", "pipelines.fetch.fetch_pts")},
)
KOLADA = Delivery(
    "kolada",
    "pts",
    "Kolada (RKA)",
    "Källa: Kolada",
    {"kolada": ("*.json",)},
    {},
    {"kolada": Fetch("Kolada: PTS:s nyckeltal per kommun och år", "pipelines.fetch.fetch_kolada")},
)
GRANSER = Delivery(
    "granser",
    "granser",
    "Lantmäteriet",
    "Lantmäteriets villkor",
    {"granser": ("*.gpkg", "*.zip")},
    {},
    {"granser": Fetch("Lantmäteriet: gränser", "pipelines.fetch.fetch_lantmateriet", "boundaries")},
)
VAGAR = Delivery(
    "vagar",
    "vagar",
    "Lantmäteriet",
    "CC0",
    {"vagar": ("*.gpkg", "*.zip")},
    {},
    {"vagar": Fetch("Lantmäteriet, Topografi 50: vägar", "pipelines.fetch.fetch_topografi", "roads")},
    {"Trafikverket": "CC0", "OpenStreetMaps bidragsgivare": "ODbL 1.0"},
)
TACKNING = Delivery(
    "tackning",
    "tackning",
    BY_AGREEMENT,
    BY_AGREEMENT,
    {
        "kallor": ("kallor.csv",),
        "adressuppgifter": ("adresser*.csv",),
        "rutuppgifter": ("rutor*.csv",),
        "områdesuppgifter": ("omraden*.gpkg",),
    },
    {},
    {},
)
DELIVERIES = (LANTMATERIET, SCB, PTS, KOLADA, GRANSER, VAGAR, TACKNING)
"""In the order in which they are read."""

FOLDERS = tuple(d.folder for d in DELIVERIES)
STEPS = tuple(dict.fromkeys(d.step for d in DELIVERIES))
"""The steps that read publishers' files; each has an inventory of its own."""
CREDITED = ("pts", "scb", "lantmateriet", "granser", "vagar", "tackning")
"""The steps, in the order in which what they read is credited: who counts first."""
ROLES = tuple(
    Role(name, d.read_by.get(name, d.step), d.folder, patterns)
    for d in DELIVERIES
    for name, patterns in d.roles.items()
)
_FETCH_ORDER = ("scb", "scb-tabeller", "kolada", "pts", "lantmateriet", "granser", "byggnadsverk", "vagar", "mark")
FETCHED = {key: next(d.fetched[key] for d in DELIVERIES if key in d.fetched) for key in _FETCH_ORDER}
"""What ``BARA=`` may name, in the order things are fetched: what needs no login first."""

ABOUT = {
    PTS.publisher: About(
        "Post- och telestyrelsen",
        "Swedish Post and Telecom Authority",
        "SE2021004359",
        "NationalAuthority",
        "https://pts.se/",
        "Mobiltäcknings- och bredbandskartläggning",
        "Survey of mobile coverage and broadband",
        "https://statistik.pts.se/",
    ),
    SCB.publisher: About(
        "Statistiska centralbyrån",
        "Statistics Sweden",
        "SE2021000837",
        "NationalAuthority",
        "https://www.scb.se/",
        "Befolkning på rutnät, tätorter och småorter",
        "Population grid, localities and smaller localities",
        "https://www.scb.se/",
    ),
    LANTMATERIET.publisher: About(
        "Lantmäteriet",
        "Lantmäteriet, the Swedish mapping, cadastral and land registration authority",
        "SE2021004888",
        "NationalAuthority",
        "https://www.lantmateriet.se/",
        "Belägenhetsadresser och gränser",
        "Addresses and boundaries",
        "https://www.lantmateriet.se/",
        {
            "adresser": ("Belägenhetsadresser och gränser", "Addresses and boundaries"),
            "byggnader": ("Byggnader och gränser", "Buildings and boundaries"),
        },
    ),
    KOLADA.publisher: About(
        "Rådet för främjande av kommunala analyser",
        "Council for the Promotion of Municipal Analysis",
        "",
        "NonProfitOrganisation",
        "https://www.rka.nu/",
        "Kolada",
        "Kolada",
        "https://www.kolada.se/",
    ),
    "Trafikverket": About(
        "Trafikverket",
        "Swedish Transport Administration",
        "SE2021006297",
        "NationalAuthority",
        "https://www.trafikverket.se/",
        "Nationella vägdatabasen (NVDB)",
        "National Road Database (NVDB)",
        "https://lastkajen.trafikverket.se/",
    ),
    "OpenStreetMaps bidragsgivare": About(
        "OpenStreetMaps bidragsgivare",
        "OpenStreetMap contributors",
        "",
        "NonProfitOrganisation",
        "https://www.openstreetmap.org/",
        "OpenStreetMap",
        "OpenStreetMap",
        "https://www.openstreetmap.org/copyright",
    ),
}
"""By the name in the ledgers."""
