"""Contracts of what the publishers' files are read into: one table per theme."""

from __future__ import annotations

from pipelines.tables import code_lists
from pipelines.tables.contracts import Table
from pipelines.tables.fields import field, fields

CKM_FROM = 2025
"""SCB perturbs every count by the Cell Key Method from this reference year, totals too."""
TEKNIK_COLUMNS = ("xdsl", "vdsl", "fiber", "narhet_fiber", "kabel_tv", "fast_radio", "lte", "nr", "tradbunden", "total")

ADRESSER_KALLA = Table(
    "adresser_kalla",
    "Adresser",
    "Gällande belägenhetsadresser i länets kommuner (Lantmäteriet).",
    fields("adress_id kommunkod"),
    key=("adress_id",),
    geometry="Point",
)
ADRESSOMRADEN = Table(
    "adressomraden",
    "Adressområden",
    "Adressområdets namn (gata, by) för varje adress, som projekten får heta efter. Samma ordning som adresser_kalla.",
    fields("adress_id adressomrade"),
    key=("adress_id",),
)
BEFOLKNING = Table(
    "befolkning",
    "Befolkning per ruta",
    "SCB:s rutor med folkmängd. En 1 km-ruta bredvid egna 250 m-rutor har folket utanför dem, och deras yta är "
    "inte dess: ingen räknas två gånger.",
    fields("rutid storlek_m", field("befolkning", kind="heltal", basis="publicerad", description="")),
    key=("rutid", "storlek_m"),
)
SCB_KOMMUN = Table(
    "scb_kommun",
    "SCB:s totaler per kommun",
    "Folkmängd och hushåll per kommun och år, som SCB publicerar dem. Filen finns bara när "
    "scb/folkmangd_kommun_*.csv eller scb/hushall_kommun_*.csv finns.",
    fields(
        "kommunkod",
        field("ar", klass="oppen", low=1968, alias="År", description="31 december."),
        "folkmangd",
        field(
            "hushall",
            kind="heltal",
            basis="publicerad",
            klass="oppen",
            nullable=True,
            alias="Hushåll",
            description="Tom: ingen uppgift.",
        ),
    ),
    key=("kommunkod", "ar"),
)
SCB_BOSTADER = Table(
    "scb_bostader",
    "SCB:s bostäder per kommun och hustyp",
    "Antal lägenheter (bostäder) per kommun och år, som SCB publicerar dem. Tom utan scb/bostader_hustyp_*.csv.",
    fields(
        "kommunkod",
        field("ar", klass="intern", low=1968, alias="År", description="31 december."),
        "smahus flerbostadshus ovriga_hus specialbostader",
    ),
    key=("kommunkod", "ar"),
)
BYGGNADER = Table(
    "byggnader",
    "Byggnader",
    "Byggnader i och kring länet, en rad per byggnad, efter id. Tom utan filer med byggnader.",
    fields(
        "hus_id",
        field("objekttyp", description="Lantmäteriets objekttyp; OpenStreetMaps förs till den närmaste."),
        "bostadsslag",
        field("byggnad_m2", nullable=False, description="Yta på marken."),
        field("e_m", nullable=False, description="Mitt i rektangeln kring byggnaden."),
        field("n_m", nullable=False, description="Mitt i rektangeln kring byggnaden."),
    ),
    key=("hus_id",),
    geometry="MultiPolygon",
)
GRANSER = Table(
    "granser",
    "Kommungränser",
    "Kommunernas land som polygoner: länets och grannarnas.",
    fields("kommunkod kommunnamn i_lan"),
    key=("kommunkod",),
    geometry="MultiPolygon",
)
KOMMUNYTOR = Table(
    "kommunytor",
    "Kommunernas hela ytor",
    "Kommunerna som gränsfilen har dem, vatten med: länets och grannarnas.",
    fields("kommunkod kommunnamn i_lan"),
    key=("kommunkod",),
    geometry="MultiPolygon",
)
MARK = Table(
    "mark",
    "Vatten",
    "Vattenytor ur Lantmäteriets marktäcke, som dras från kommunernas land.",
    fields("objekttyp"),
    geometry="MultiPolygon",
)
ORTER = Table(
    "orter",
    "Tätorter och småorter",
    "SCB:s tätorter och småorter: tätorter först och de folkrikaste (utan folkmängd de största) främst. "
    "I den ordningen får de plats på kartorna.",
    fields("typ", field("kod", klass="intern", pattern="", alias="Kod"), field("namn", klass="intern")),
    geometry="MultiPolygon",
)
VAGAR = Table(
    "vagar",
    "Vägar",
    "Vägar och färjeleder i och kring länet, som filen har dem: en rad per linje, inte delade där de möts.",
    fields(
        "klass",
        field(
            "niva",
            alias="Läge i höjd",
            values=code_lists.ROAD_LEVELS,
            description="En väg som inte ligger på marken möter andra bara i sina ändar.",
        ),
        field("namn", klass="intern", description="Gatans eller vägens namn; tomt utan."),
        "vagnummer",
    ),
    geometry="LineString",
)
_PUBLISHED_AREA = fields(
    "ar bas niva omrade",
    field("kommunkod", klass="intern", pattern=r"^(\d{4})?$", description="Tomt för riket och län."),
    field("omradestyp", klass="intern", values=code_lists.AREA_TYPES, description=""),
)
PTS_TEKNIK = Table(
    "pts_teknik",
    "PTS teknik",
    "Andel med tillgång per teknik (0–1), en rad per område, områdestyp och bas.",
    fields(
        *_PUBLISHED_AREA,
        "antal andel_xdsl andel_vdsl andel_fiber andel_narhet_fiber andel_kabel_tv andel_fast_radio andel_lte",
        "andel_nr andel_tradbunden andel_total",
    ),
    key=("ar", "bas", "niva", "omrade", "omradestyp"),
)
PTS_HASTIGHET = Table(
    "pts_hastighet",
    "PTS hastighet",
    "Andel (0–1) per hastighet och mått, en rad per tröskel.",
    fields(
        *_PUBLISHED_AREA,
        field("matt", klass="intern", description=""),
        field("troskel_mbit", klass="intern", alias="Tröskel (Mbit/s)", description=""),
        field("andel", nullable=False),
    ),
    key=("ar", "bas", "niva", "omrade", "omradestyp", "matt", "troskel_mbit"),
)
BYGGNADSFORTECKNING = Table(
    "byggnadsforteckning",
    "Byggnadsförteckning",
    "PTS:s förteckning över byggnader i länet som kan få stöd, en rad per byggnad. Utan rader när "
    "pts/byggnadsforteckning* saknas.",
    fields(
        "fil rad",
        field("ar", nullable=True, alias="År", description="Året i filens namn; tomt utan."),
        "byggnad_id",
        field("adress_id", pattern="", description="Tomt när raden gavs med koordinater."),
        "e_m n_m byggnadstyp kommunkod_fil",
    ),
)
PTS_MOBIL = Table(
    "pts_mobil",
    "PTS mobil yttäckning",
    "Andel av ytan (0–1) med mobil täckning; visas bredvid, blandas aldrig med fast.",
    fields(
        field("ar", low=None, high=None),
        "niva",
        field("omrade", description=""),
        field("kommunkod", klass="intern", pattern=r"^(\d{4})?$", description=""),
        field("matt", klass="intern", values=(), description="Kolumnrubrikens text."),
        "andel olikhet",
    ),
)
KOLADA = Table(
    "kolada",
    "Kolada",
    "Koladas nyckeltal per kommun och år (andel 0–1).",
    fields(
        "kpi",
        field("kommunkod", klass="intern", alias="Kommun- eller regionkod", description=""),
        field("ar", low=None, high=None, alias="År"),
        "andel",
    ),
    key=("kpi", "kommunkod", "ar"),
)
KALLOR = Table(
    "kallor",
    "Täckningsuppgifternas källor",
    "kallor.csv: en rad per fil och kommun.",
    fields("fil kommunkod fullstandig referensdatum avtal far_publiceras andel_saknas_pct"),
    key=("fil", "kommunkod"),
)

_EVIDENCE = "fil rad teknik ned_mbit ned_antagen upp_mbit status"

EVIDENS_ADRESS = Table(
    "evidens_adress",
    "Uppgifter per adress",
    "En rad per rad i adresser*.csv. adress_id tomt: raden har e_m, n_m och matchas mot närmaste adress.",
    fields(
        _EVIDENCE,
        field("adress_id", pattern="", description="Tomt när raden gavs med koordinater."),
        "e_m n_m operator kommunkod_fil",
    ),
)
EVIDENS_RUTA = Table(
    "evidens_ruta",
    "Uppgifter per 250 m-ruta",
    "En rad per rad i rutor*.csv.",
    fields(_EVIDENCE, "rutid", field("andel", basis="", nullable=False, alias="Andel av hushållen")),
)
EVIDENS_OMRADE = Table(
    "evidens_omrade",
    "Uppgifter per område",
    "En rad per polygon i omraden*.gpkg.",
    fields(_EVIDENCE),
    geometry="MultiPolygon",
)
