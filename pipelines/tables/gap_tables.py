"""Contracts of the gap analysis: areas, their parts per kommun, their cells, and the curve."""

from __future__ import annotations

from dataclasses import replace

from pipelines.core.level import LEVELS, MEASURES
from pipelines.tables.contracts import KOMMUNKOD, KOMMUNNAMN, LAND_HA, RUTID_SCB, UNDERLAG_COLUMN, Column, Table

BRISTOMRADE_ID = Column(
    "bristomrade_id",
    "text",
    "Bristområde",
    "Tröskel, mått och rut-id för rutan med flest adresser som räknas som utan; utspritt-… för det som ligger "
    "utanför alla områden.",
    klass="oppen",
    pattern=rf"^(utspritt-)?{LEVELS.area_pattern}-(\d{{13}}(-\d+)?|\d{{4}})$",
)
TROSKEL = Column("troskel_mbit", "heltal", "Tröskel (Mbit/s ned)", "Hastigheten som saknas.", "Mbit/s", klass="oppen")
MATT = Column(
    "matt", "text", "Mått", "tillgang, eller passerad: tillgång eller fiber förbi.", klass="oppen", values=MEASURES
)
MODELLERAD = Column(
    "modellerad",
    "ja_nej",
    "Modellerat",
    "Ja när någon adress i områdets rutor bygger på statistik; ett uppmätt område har ingen sådan.",
    klass="oppen",
)
PRIORITET = Column(
    "prioritet",
    "heltal",
    "Prioritet",
    "1 byggs först; varje tal en gång per tröskel och mått. Mest nytta per krona först, områden utan hushåll sist. "
    "Tomt för utspridda hushåll.",
    basis="beraknad",
    nullable=True,
    low=1,
)

_NUMBERS = (
    Column("adresser", "heltal", "Adresser (antal)", "Alla adresser i rutorna.", "antal", "uppmatt", "band", low=0),
    Column("befolkning", "decimal", "Befolkning (antal)", "Alla i rutorna.", "antal", "modellerad", "band", low=0),
    Column("hushall", "decimal", "Hushåll (antal)", "Alla i rutorna.", "antal", "modellerad", "band", low=0),
    *(
        Column(
            f"{what}_utan",
            "decimal",
            f"{name} utan (antal)",
            "Väntat antal utan täckning: summan av (1 − sannolikhet) över alla adresser i rutorna.",
            "antal",
            "blandad",
            "band",
            low=0,
        )
        for what, name in (("adresser", "Adresser"), ("befolkning", "Befolkning"), ("hushall", "Hushåll"))
    ),
    Column(
        "adresser_klassade",
        "heltal",
        "Adresser som räknas som utan (antal)",
        "Adresser vars sannolikhet för täckning är under gränsen: de som schakt och anslutning räknas för.",
        "antal",
        "blandad",
        "band",
        low=0,
    ),
)


def _metres(name: str, alias: str, description: str) -> Column:
    return Column(name, "decimal", f"{alias} (m)", description, "m", "beraknad", nullable=True, low=0)


def _kronor(name: str, alias: str, description: str, unit: str = "kr") -> Column:
    return Column(name, "decimal", f"{alias} ({unit})", description, unit, "antagen", nullable=True, low=0)


_SCHAKT = _metres("schakt_m", "Schakt, fågelväg", "Minsta uppspännande träd: täckta adresser som en nod, och områdets.")
_KOSTNAD = _kronor("kostnad_sek", "Kostnad", "Schakt, anslutning och fast kostnad när området byggs för sig.")
_LAG = _kronor("kostnad_lag_sek", "Kostnad, låg", "Alla antaganden i sin låga ände.")
_HOG = _kronor("kostnad_hog_sek", "Kostnad, hög", "Alla antaganden i sin höga ände.")

BRISTOMRADEN = Table(
    "bristomraden",
    "Bristområden",
    "Sammanhängande rutor med adresser utan täckning, per tröskel och mått, och en rad utspridda hushåll per kommun.",
    (
        BRISTOMRADE_ID,
        TROSKEL,
        MATT,
        UNDERLAG_COLUMN,
        MODELLERAD,
        Column(
            "sannolikhet",
            "decimal",
            "Sannolikhet att adresserna saknar täckning",
            "Medel av (1 − sannolikhet för täckning) över adresserna som räknas som utan. Tomt för uppmätta områden.",
            "0–1",
            "modellerad",
            "oppen",
            nullable=True,
            low=0,
            high=1,
        ),
        replace(KOMMUNKOD, description="Kommunen med flest adresser som räknas som utan."),
        KOMMUNNAMN,
        Column("kommuner", "text", "Kommuner", "Koder för alla kommuner med adresser i området.", klass="oppen"),
        Column("rutor", "heltal", "Rutor (antal)", "Områdets rutor.", "antal", klass="oppen", low=0),
        LAND_HA,
        *_NUMBERS,
        Column(
            "andel_tatbebyggt_pct",
            "decimal",
            "Tätbebyggt (%)",
            "Av adresserna som räknas som utan; resten är glesbebyggt.",
            "%",
            "beraknad",
            nullable=True,
            low=0,
            high=100,
        ),
        _metres("avstand_m", "Kortaste avstånd till nätet", "Från någon adress utan till närmaste täckta adress."),
        _metres("medelavstand_m", "Medelavstånd till nätet", "Över adresserna som räknas som utan."),
        _metres("storsta_avstand_m", "Längsta avstånd till nätet", "Från adressen längst bort."),
        _SCHAKT,
        _kronor("kostnad_schakt_sek", "Kostnad, schakt", "Schakt × omvägsfaktor × kronor per meter."),
        _kronor("kostnad_anslutning_sek", "Kostnad, anslutning", "Adresser som räknas som utan × anslutning."),
        _kronor("kostnad_fast_sek", "Kostnad, fast", "Fast kostnad för området."),
        _KOSTNAD,
        _LAG,
        _HOG,
        _kronor("kostnad_per_hushall_sek", "Kostnad per hushåll", "Tomt utan hushåll.", "kr/hushåll"),
        _kronor("kostnad_per_adress_sek", "Kostnad per adress", "Per ansluten adress.", "kr/adress"),
        _kronor("kostnad_per_person_sek", "Kostnad per person", "Tomt utan invånare.", "kr/person"),
        PRIORITET,
    ),
    key=("bristomrade_id",),
    geometry="MultiPolygon",
)
BRISTOMRADEN_KOMMUN = Table(
    "bristomraden_kommun",
    "Bristområden per kommun",
    "Bristområdena delade på kommun. Med raderna utspritt-… i bristomraden: summan av rutorna, per kommun.",
    (
        BRISTOMRADE_ID,
        KOMMUNKOD,
        KOMMUNNAMN,
        TROSKEL,
        MATT,
        MODELLERAD,
        Column(
            "rutor",
            "heltal",
            "Rutor (antal)",
            "Rutor där kommunen har adresser; delade rutor räknas i båda.",
            "antal",
            klass="oppen",
            low=0,
        ),
        LAND_HA,
        *_NUMBERS,
        replace(_SCHAKT, description="Kommunens del, efter dess del av områdets adresser som räknas som utan."),
        *(replace(c, description=c.description + " Delad som schakt_m.") for c in (_KOSTNAD, _LAG, _HOG)),
        replace(PRIORITET, description="Områdets prioritet."),
    ),
    key=("bristomrade_id", "kommunkod"),
)
BRISTOMRADEN_RUTOR = Table(
    "bristomraden_rutor",
    "Bristområdenas rutor",
    "Vilken ruta som hör till vilket bristområde.",
    (
        BRISTOMRADE_ID,
        TROSKEL,
        MATT,
        RUTID_SCB,
        replace(next(c for c in _NUMBERS if c.name == "adresser_klassade"), low=1),
    ),
    key=("troskel_mbit", "matt", "rutid_scb"),
)
BRISTKURVA = Table(
    "bristkurva",
    "Kurva: hushåll mot kronor",
    "Nådda hushåll mot kronor längs prioriteten, för länet och varje kommun.",
    (
        Column("kod", "text", "Läns- eller kommunkod", klass="oppen", pattern=r"^\d{2}(\d{2})?$"),
        TROSKEL,
        MATT,
        replace(PRIORITET, nullable=False),
        BRISTOMRADE_ID,
        next(c for c in _NUMBERS if c.name == "hushall_utan"),
        _KOSTNAD,
        Column("hushall_ack", "decimal", "Nådda hushåll", "Hittills längs kurvan.", "antal", "blandad", low=0),
        _kronor("kostnad_ack_sek", "Kronor hittills", "Kommunens kurva har kommunens del av kostnaden."),
        Column(
            "andel_pct",
            "decimal",
            "Andel med täckning (%)",
            "När området och alla före det är byggda.",
            "%",
            "blandad",
            nullable=True,
            low=0,
            high=100,
        ),
    ),
    key=("kod", "troskel_mbit", "matt", "bristomrade_id"),
)
