"""Contracts of what the steps leave each other: addresses and what each has, PTS's benchmarks, the model."""

from __future__ import annotations

from pipelines.tables import code_lists
from pipelines.tables.contracts import Table
from pipelines.tables.fields import each, field, fields

LAND = Table(
    "land",
    "Land per ruta, kommun och områdestyp",
    "Varje 250 m-ruta som överlappar länets land.",
    fields("rutid kommunkod omradestyp land_ha"),
    key=("rutid", "kommunkod", "omradestyp"),
)
ADRESSER_RUTA = Table(
    "adresser_ruta",
    "Adresser med ruta och områdestyp",
    "Sorterade efter ruta och adress-id.",
    fields("adress_id kommunkod omradestyp rutid ortstyp"),
    key=("adress_id",),
    geometry="Point",
)
BOSTADER = Table(
    "bostader",
    "Hustyp och bostäder per adress",
    "Samma ordning som adresser_ruta. Utan byggnader är varje adress okand med en bostad.",
    fields("adress_id hustyp sannolikhet_flerbostad bostader byggnad_m2"),
    key=("adress_id",),
)
ADRESSER_HUSHALL = Table(
    "adresser_hushall",
    "Folkmängd och hushåll per adress",
    "Samma ordning som adresser_ruta.",
    fields(
        "adress_id befolkning",
        field("hushall", description="PTS:s antal per kommun och områdestyp, fördelade efter folkmängd och avstämda."),
        "hushall_varians",
        *code_lists.KINDS,
        "befolkning_fore",
    ),
    key=("adress_id",),
)
EVIDENS_BESLUT = Table(
    "evidens_beslut",
    "Täckningsuppgifter per adress",
    "Samma ordning som adresser_ruta. Sannolikheten är tom där inga uppgifter avgör.",
    fields(
        "adress_id underlag_{level}",
        field("sannolikhet_{level}", nullable=True, description="Sannolikhet att adressen har {har} {t} Mbit/s ned."),
        "max_ned_mbit",
        field("teknik", nullable=True, description="Teknik med högst hastighet; tom där ingen är känd."),
        "planerad",
    ),
    key=("adress_id",),
)
ADRESSER_TACKNING = Table(
    "adresser_tackning",
    "Täckning per adress",
    "Samma ordning som adresser_ruta.",
    fields(
        "adress_id sannolikhet_{level} max_ned_mbit basta_teknik",
        field("status", values=code_lists.ADDRESS_STATUSES, description="Bästa status vid lägsta tröskeln."),
        "planerad underlag underlag_{level}",
    ),
    key=("adress_id",),
)
KONTROLLERAS = Table(
    "kontrolleras",
    "Adresser att kontrollera",
    "Adresser som en fullständig lista inte nämner fast grannarna har täckning: listan kan sakna en rad. Kontrolleras "
    "innan pengar läggs. De som mest hänger på först.",
    fields(
        "adress_id kommunkod rutid_scb",
        field("hushall", description="Väntat antal hushåll vid adressen."),
        field(
            "sannolikhet_{level}",
            nullable=True,
            description="Sannolikhet att adressen har {har} {t} Mbit/s ned fast "
            "ingen rad säger det; 1 där en rad säger det, tom där listan inte avgör.",
        ),
        "hushall_osakra",
    ),
    key=("adress_id",),
    geometry="Point",
)
_BENCHMARK = fields(
    "kommunkod",
    field("omradestyp", values=code_lists.AREA_TYPES),
    field("matt", klass="intern", description=""),
    field("troskel_mbit", unit="", klass="intern", alias="Tröskel (Mbit/s)", description=""),
    "hushall_pts",
    field("andel", alias="Riktvärde"),
    "andel_ovre kalla",
)
RIKTVARDEN_PTS = Table(
    "riktvarden_pts",
    "PTS-riktvärden före fördelningen",
    "Andel av hushållen (0–1) som ska nås per kommun, områdestyp, mått och tröskel.",
    _BENCHMARK,
    key=("kommunkod", "omradestyp", "matt", "troskel_mbit"),
)
RIKTVARDEN = Table(
    "riktvarden",
    "PTS-riktvärden",
    "Andel av hushållen (0–1) som ska nås per kommun, områdestyp, mått och tröskel.",
    (*_BENCHMARK, *fields("hushall_uppnatt rest_hushall")),
    key=("kommunkod", "omradestyp", "matt", "troskel_mbit"),
)
OSAKERHET = Table(
    "osakerhet_5km",
    "Osäkerhet per 5 × 5 km",
    "Väntat antal hushåll utan täckning och 90 %-intervall per 5 × 5 km-ruta med adresser. Bara i den interna utgåvan.",
    fields(
        "ruta_5km kommunkod kommunnamn",
        field("adresser", low=1),
        field("hushall", description=""),
        "hushall_modellerade_{t}",
        *each(
            "hushall_utan_{t}",
            field(
                "hushall_utan_{t}_lag",
                basis="modellerad",
                description="Nedre gräns för 90 %-intervallet av antalet utan tillgång till {t} Mbit/s ned: i "
                "nio rutor av tio väntas det rätta antalet ligga mellan gränserna. Utan bredd där uppgifter avgör.",
            ),
            field(
                "hushall_utan_{t}_hog",
                basis="modellerad",
                description="Övre gräns för 90 %-intervallet av antalet utan tillgång till {t} Mbit/s ned: i "
                "nio rutor av tio väntas det rätta antalet ligga mellan gränserna. Utan bredd där uppgifter avgör.",
            ),
            field(
                "hushall_ej_passerade_{t}",
                description="Väntat antal som varken har tillgång till eller passeras för {t} Mbit/s ned.",
            ),
            "hushall_ej_passerade_{t}_lag hushall_ej_passerade_{t}_hog",
        ),
    ),
    key=("ruta_5km",),
    geometry="MultiPolygon",
)
OPPNA_DELAR = Table(
    "oppna_delar",
    "Öppna körningens hushåll per ruta och kommun",
    "Vad utgåvans regler räknar på; lämnar aldrig programmet.",
    fields(
        "rutid kommunkod",
        field("adresser", unit="", basis="", low=1, alias="Adresser", description=""),
        field("hushall", unit="", basis="", alias="Hushåll", description=""),
        field("hushall_utan_{t}", unit="", basis="", alias="Hushåll utan {t}", description=""),
        field("hushall_ej_passerade_{t}", unit="", basis="", alias="Hushåll ej_passerade {t}", description=""),
    ),
    key=("rutid", "kommunkod"),
)
