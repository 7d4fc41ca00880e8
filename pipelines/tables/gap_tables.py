"""Contracts of the gap analysis: areas, their parts per kommun, their cells, and the curve."""

from __future__ import annotations

from pipelines.tables import code_lists
from pipelines.tables.contracts import Table
from pipelines.tables.fields import field, fields

_NUMBERS = fields(
    field("adresser", klass="band", description="Alla adresser i rutorna."),
    field("befolkning", klass="band", description="Alla i rutorna."),
    field("hushall", klass="band", description="Alla i rutorna."),
    "adresser_utan befolkning_utan hushall_utan adresser_klassade",
    *(f"{kind}_utan" for kind in code_lists.KINDS),
)
BRISTOMRADEN = Table(
    "bristomraden",
    "Bristområden",
    "Sammanhängande rutor med adresser utan täckning, per tröskel och mått, och en rad utspridda hushåll per kommun.",
    fields(
        "bristomrade_id troskel_mbit matt underlag modellerad sannolikhet",
        field("kommunkod", description="Kommunen med flest adresser som räknas som utan."),
        "kommunnamn kommuner rutor land_ha",
        *_NUMBERS,
        "andel_tatbebyggt_pct avstand_m",
        "medelavstand_m storsta_avstand_m schakt_m schakt_vag_m schakt_stick_m schakt_sjo_m schakt_fagelvag_m",
        "kostnad_schakt_sek kostnad_anslutning_sek kostnad_fast_sek",
        "kostnad_sek kostnad_lag_sek kostnad_hog_sek kostnad_per_hushall_sek kostnad_per_adress_sek",
        "kostnad_per_person_sek prioritet",
    ),
    key=("bristomrade_id",),
    geometry="MultiPolygon",
)
BRISTOMRADEN_KOMMUN = Table(
    "bristomraden_kommun",
    "Bristområden per kommun",
    "Bristområdena delade på kommun. Med raderna utspritt-… i bristomraden: summan av rutorna, per kommun.",
    fields(
        "bristomrade_id kommunkod kommunnamn troskel_mbit matt modellerad",
        field("rutor", description="Rutor där kommunen har adresser; delade rutor räknas i båda."),
        "land_ha",
        *_NUMBERS,
        field("schakt_m", description="Kommunens del, efter dess del av områdets adresser som räknas som utan."),
        *(
            field(f"schakt_{x}_m", description="Kommunens del. Delad som schakt_m.")
            for x in ("vag", "stick", "sjo", "fagelvag")
        ),
        field(
            "kostnad_sek",
            description="Schakt, anslutning och fast kostnad när området byggs för sig. Delad som schakt_m.",
        ),
        field("kostnad_lag_sek", description="Alla antaganden i sin låga ände. Delad som schakt_m."),
        field("kostnad_hog_sek", description="Alla antaganden i sin höga ände. Delad som schakt_m."),
        field("prioritet", description="Områdets prioritet."),
    ),
    key=("bristomrade_id", "kommunkod"),
)
BRISTOMRADEN_RUTOR = Table(
    "bristomraden_rutor",
    "Bristområdenas rutor",
    "Vilken ruta som hör till vilket bristområde.",
    fields("bristomrade_id troskel_mbit matt rutid_scb", field("adresser_klassade", low=1)),
    key=("troskel_mbit", "matt", "rutid_scb"),
)
SCHAKT = Table(
    "schakt",
    "Schakt",
    "Linjerna som varje bristområdes schakt följer. En sträcka som två grenar följer står två gånger.",
    fields("bristomrade_id troskel_mbit matt slag langd_m"),
    key=("bristomrade_id", "slag"),
    geometry="MultiLineString",
)
VAGNAT = Table(
    "vagnat",
    "Vägnät",
    "Vägar och färjeleder delade där de möts: en rad per sträcka mellan två punkter.",
    fields(
        "klass",
        field("niva", alias="Läge i höjd", values=code_lists.ROAD_LEVELS),
        field("namn", klass="intern", description="Gatans eller vägens namn; tomt utan."),
        "fran till linje fran_m till_m",
    ),
    geometry="LineString",
)
VAGNAT_LINJER = Table(
    "vagnat_linjer",
    "Vägnätets linjer",
    "Vägar och färjeleder som vagnat är sträckor av: raderna i vagar, de som korsar sig själva delade där.",
    fields(
        "vag",
        field("fran", description="Punkten där linjen börjar."),
        field("till", description="Punkten där linjen slutar."),
        "hopfogade",
    ),
    geometry="LineString",
)
ANSLUTNINGAR = Table(
    "anslutningar",
    "Adressernas anslutningar",
    "Var varje adress möter vägarna, i den ordning som adresser_ruta har: punkten på närmaste väg som får följas.",
    fields(field("linje", low=-1, description="Raden i vagnat_linjer; -1 utan väg."), "langs_m e_m n_m"),
    geometry="Point",
)
BRISTKURVA = Table(
    "bristkurva",
    "Kurva: hushåll mot kronor",
    "Nådda hushåll mot kronor längs prioriteten, för länet och varje kommun.",
    fields(
        "kod troskel_mbit matt",
        field("prioritet", nullable=False),
        "projekt_id",
        field("hushall_utan", description="Väntat antal utan täckning i projektet; på kommunens kurva, i kommunen."),
        field("kostnad_sek", description="Projektets kostnad; på kommunens kurva, kommunens del efter dess adresser."),
        field("hushall_ack", basis="blandad", alias="Nådda hushåll", description="Hittills längs kurvan."),
        field(
            "kostnad_ack_sek",
            basis="antagen",
            nullable=True,
            description="Kommunens kurva har kommunens del av kostnaden.",
        ),
        "andel_pct",
    ),
    key=("kod", "troskel_mbit", "matt", "projekt_id"),
)
