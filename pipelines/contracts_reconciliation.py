"""Contract of the reconciliation: every published figure at hand beside ours, with tolerance and reason."""

from __future__ import annotations

from pipelines.contracts import Column, Table
from pipelines.region import CLASSES, MEASURES

QUANTITIES = ("andel_hushall", "andel_befolkning", "hushall", "folkmangd", "land_ha")
VERDICTS = ("inom", "utanfor", "ej_jamforbart")

AVSTAMNING_KALLOR = Table(
    "avstamning_kallor", "Avstämning mot publicerade tal",
    "Varje publicerat tal som finns till hands bredvid vårt: skillnad, tolerans och varför de får skilja sig. "
    "Toleranserna står i konfigurationens [kontroll].",
    (
        Column("niva", "text", "Nivå", "lan eller kommun.", klass="oppen", values=("lan", "kommun")),
        Column("kod", "text", "Kod", "Läns- eller kommunkod.", klass="oppen", pattern=r"^\d{2}(\d{2})?$"),
        Column("namn", "text", "Namn", "Länets eller kommunens namn.", klass="oppen"),
        Column("kalla", "text", "Källa", "Vem som publicerat talet, och var.", klass="oppen"),
        Column("ar", "heltal", "År", "Året källans tal gäller; tomt när källan inte säger det.", klass="oppen",
               nullable=True),
        Column("storhet", "text", "Storhet", "andel_hushall, andel_befolkning, hushall, folkmangd eller land_ha.",
               klass="oppen", values=QUANTITIES),
        Column("omradestyp", "text", "Områdestyp", "totalt, tatbebyggt eller glesbebyggt.", klass="oppen",
               values=("totalt", *CLASSES)),
        Column("troskel_mbit", "heltal", "Tröskel (Mbit/s)", "Tomt för antal och areal.", "Mbit/s", klass="oppen",
               nullable=True),
        Column("matt", "text", "Mått", "tillgang eller passerad; tomt för antal och areal.", klass="oppen",
               values=("", *MEASURES)),
        Column("enhet", "text", "Enhet", "procent, antal eller ha.", klass="oppen", values=("procent", "antal", "ha")),
        Column("vart_tal", "decimal", "Vårt tal", "Som i produkterna, i enheten på raden.", "", "blandad", "intern", True),
        Column("deras_tal", "decimal", "Källans tal", "Som källan skrev det, i enheten på raden.", "", "publicerad", "oppen", True),
        Column("skillnad", "decimal", "Skillnad", "Vårt minus källans: procentenheter för andelar, annars procent av "
               "källans tal.", "", "beraknad", "intern", True),
        Column("tolerans", "decimal", "Tolerans", "Största skillnad åt något håll som inte flaggas, i skillnadens "
               "enhet.", "", "antagen", "oppen", True),
        Column("utfall", "text", "Utfall", "inom eller utanfor toleransen; ej_jamforbart när åren eller måtten inte "
               "är desamma.", "", "beraknad", "oppen", values=VERDICTS),
        Column("orsak", "text", "Orsak", "Varför talen får, eller måste, skilja sig.", klass="oppen"),
    ),
    key=("niva", "kod", "kalla", "ar", "storhet", "omradestyp", "troskel_mbit", "matt"),
)  # fmt: skip
