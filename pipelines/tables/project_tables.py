"""Contracts of projects: what is built and ranked, and which addresses each takes."""

from __future__ import annotations

from pipelines.tables.contracts import Table
from pipelines.tables.fields import field, fields

_KIND = field("modellerad", description="Ja när någon av projektets adresser bygger på statistik.")
PROJEKT = Table(
    "projekt",
    "Projekt",
    "Vad som byggs och rangordnas: adresser utan täckning, delade och sammanslagna längs nätet.",
    fields(
        "projekt_id",
        field(
            "namn",
            klass="intern",
            description="Ort, annars adressområde eller väg; mer där det behövs för att skilja två åt.",
        ),
        "troskel_mbit matt",
        field("kommunkod", description="Kommunen med flest av projektets adresser."),
        "kommunnamn",
        field("kommuner", description="Koder för alla kommuner med adresser i projektet."),
        "underlag",
        _KIND,
        field("rutor", klass="intern", description="Rutor med projektets adresser."),
        field("adresser", low=1, description="Adresser som räknas som utan och ansluts: projektets byggnader."),
        field(
            "hushall_utan",
            klass="intern",
            description="Väntat antal utan täckning: summan av (1 − sannolikhet) över projektets adresser.",
        ),
        "hushall_utan_lag hushall_utan_hog",
        field(
            "adresser_utan",
            klass="intern",
            description="Väntat antal utan täckning: summan av (1 − sannolikhet) över projektets adresser.",
        ),
        field(
            "befolkning_utan",
            klass="intern",
            description="Väntat antal utan täckning: summan av (1 − sannolikhet) över projektets adresser.",
        ),
        "schakt_m schakt_vag_m schakt_stick_m schakt_sjo_m schakt_fagelvag_m",
        "kostnad_schakt_sek",
        field("kostnad_anslutning_sek", description="Projektets adresser × anslutning."),
        field("kostnad_fast_sek", description="Fast kostnad för projektet."),
        field("kostnad_sek", description="Schakt, anslutning och fast kostnad när projektet byggs för sig."),
        "kostnad_lag_sek kostnad_hog_sek kostnad_per_hushall_sek",
        field(
            "prioritet",
            nullable=False,
            description="1 byggs först; varje tal en gång per tröskel och mått. Mest nytta per krona först, projekt "
            "utan hushåll och projekt att kontrollera först sist.",
        ),
        "andel_i_plan",
        field("fritidshus", description="Väntat antal småhus utan bofast hushåll bland projektets adresser."),
        field("arbetsstallen", description="Väntat antal arbetsställen på projektets adresser."),
        field(
            "kontrolleras",
            description="Projektets adresser som en fullständig lista kan ha glömt: slå upp dem innan pengar läggs. "
            "Kan alla vara glömda står projektet efter alla andra.",
        ),
    ),
    key=("projekt_id",),
    geometry="MultiPolygon",
)
PROJEKT_ADRESSER = Table(
    "projekt_adresser",
    "Projektens adresser",
    "Vilken adress som hör till vilket projekt: varje adress som räknas som utan hör till ett, per tröskel och mått.",
    fields(
        "projekt_id troskel_mbit matt adress_id",
        field("kommunkod", description="Adressens kommun."),
        field(
            "hushall_utan",
            klass="intern",
            description="Väntat antal utan täckning på adressen: hushåll × (1 − sannolikhet).",
        ),
    ),
    key=("troskel_mbit", "matt", "adress_id"),
)
PROJEKT_SCHAKT = Table(
    "projekt_schakt",
    "Projektens schakt",
    "Linjerna som varje projekts schakt följer. En sträcka som två grenar följer står två gånger.",
    fields("projekt_id troskel_mbit matt slag langd_m"),
    key=("projekt_id", "slag"),
    geometry="MultiLineString",
)
BILLIGASTE_MIX = Table(
    "billigaste_mix",
    "Billigaste mix till målen",
    "Per mål: vad som byggs med fiber och vad andra tekniker når, så billigt som möjligt; sista raden är summan. Målen "
    "är teknikneutrala: en teknik räknas vid trösklar upp till sin hastighet.",
    fields(
        "mal mal_pct troskel_mbit matt mix_teknik antal_projekt",
        field("hushall_nas", description="Väntat antal som tekniken når; i projekt och utspritt utanför dem."),
        field("hushall_nas_utspritt"),
        field("kostnad_sek", description="Fiber: projektens kostnad. Annars hushåll som nås gånger teknikens pris."),
        field("kostnad_per_hushall_sek", description="Per hushåll som nås; tomt utan."),
        field("andel_efter_pct", description="Hushåll med täckning, eller nådda av mixen, delat med alla hushåll."),
        "nar_malet",
    ),
    key=("mal", "mix_teknik"),
)
