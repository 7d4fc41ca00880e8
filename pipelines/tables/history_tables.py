"""Contracts of the history: published shares year by year, and what they would become at today's pace."""

from __future__ import annotations

from dataclasses import replace

from pipelines.config.region import CLASSES
from pipelines.core.level import MEASURES
from pipelines.tables.contracts import KOMMUNNAMN, Column, Table

AREA_LEVELS = ("riket", "lan", "kommun")
TECHNIQUES = ("", "xdsl", "vdsl", "fiber", "kabel_tv", "fast_radio", "lte", "nr", "tradbunden", "total")
BASES = ("hushall", "befolkning")
OUTCOMES = ("natt", "nas", "nas_inte", "for_fa_ar", "ingen_serie")

_NIVA = Column("niva", "text", "Nivå", "riket, lan eller kommun.", klass="oppen", values=AREA_LEVELS)
_KOD = Column(
    "kommunkod",
    "text",
    "Kod",
    "Kommunkod (fyra siffror); länskod (två) för länet, 00 för riket.",
    klass="oppen",
    pattern=r"^\d{2}(\d{2})?$",
)
_NAMN = replace(KOMMUNNAMN, description="Kommunens namn; länets eller Riket på de andra nivåerna.")
_AR = Column("ar", "heltal", "År", "Statistikår: läget 1 oktober.", klass="oppen", low=2000, high=2100)
_SERIE = Column(
    "serie",
    "text",
    "Serie",
    "Seriens id: kolada_<nyckeltal>, pts_hastighet_<mått>_<tröskel>, pts_teknik_<teknik> eller pts_narhet_fiber. "
    "Årtal jämförs bara inom en serie, och bara mellan två brott.",
    klass="oppen",
)
_MATT = Column(
    "matt", "text", "Mått", "tillgang eller passerad (tillgång eller fiber i närheten).", klass="oppen", values=MEASURES
)
_TEKNIK = Column(
    "teknik",
    "text",
    "Teknik",
    "Tekniken serien gäller; tomt när den gäller en hastighet.",
    klass="oppen",
    values=TECHNIQUES,
)
_TROSKEL = Column(
    "troskel_mbit",
    "heltal",
    "Tröskel (Mbit/s)",
    "Nedhastighet; tomt när serien gäller en teknik.",
    "Mbit/s",
    klass="oppen",
    nullable=True,
)
_TYP = Column(
    "omradestyp",
    "text",
    "Områdestyp",
    "totalt, tatbebyggt eller glesbebyggt.",
    klass="oppen",
    values=("totalt", *CLASSES),
)
_BAS = Column("bas", "text", "Andel av", "hushall eller befolkning: nämnaren det året.", klass="oppen", values=BASES)

HISTORIK = Table(
    "historik",
    "Historik",
    "Publicerade andelar per kommun, år och serie, som källan skrev dem. Ett brott i en serie "
    "står på det första året som räknas på det nya sättet; över ett brott jämförs inga år.",
    (
        _NIVA,
        _KOD,
        _NAMN,
        _AR,
        _SERIE,
        _MATT,
        _TEKNIK,
        _TROSKEL,
        _TYP,
        _BAS,
        Column("andel_pct", "decimal", "Andel (%)", "Källans tal.", "%", "publicerad", "oppen", False, 0, 100),
        Column("kalla", "text", "Källa", "Utgivare och utgåva.", klass="oppen"),
        Column(
            "brott",
            "text",
            "Brott",
            "Vad som räknas annorlunda från och med detta år; tomt utan brott.",
            klass="oppen",
            nullable=True,
        ),
    ),
    key=("niva", "kommunkod", "ar", "serie", "omradestyp"),
)
PTS_HISTORIK = replace(
    HISTORIK,
    name="pts_historik",
    title="PTS, alla år",
    description="Alla år i alla PTS:s arbetsböcker, innan de fogas ihop med Kolada.",
)

_PLAN = replace(_AR, nullable=True, low=None, high=None)
FRAMSKRIVNING = Table(
    "framskrivning",
    "Framskrivning mot målen",
    "När varje mål nås om de senaste årens takt håller i sig: en rät linje genom andelarnas logit, med 80 % "
    "prediktionsintervall. En framskrivning, ingen prognos: den vet inget om planer, bidrag eller vad som är dyrt.",
    (
        _NIVA,
        _KOD,
        _NAMN,
        Column("mal_nr", "heltal", "Mål nr", "Ordningen i konfigurationen.", klass="oppen", low=1),
        Column("mal", "text", "Mål", "Målets namn i konfigurationen, [mal].", klass="oppen"),
        Column("mal_pct", "decimal", "Målnivå (%)", "", "%", klass="oppen"),
        Column(
            "serie",
            "text",
            "Serie",
            "Serien i historik; tomt när ingen serie har tröskeln.",
            klass="oppen",
            nullable=True,
        ),
        Column("matt", "text", "Seriens mått", "tillgang eller passerad.", klass="oppen", values=("", *MEASURES)),
        Column(
            "samma_matt",
            "ja_nej",
            "Samma mått som målet",
            "Nej: serien mäter annat än målet är skrivet i.",
            klass="oppen",
        ),
        replace(_BAS, values=("", *BASES)),
        replace(_PLAN, name="forsta_ar", alias="Första år", description="Första året i linjen."),
        replace(_PLAN, name="senaste_ar", alias="Senaste år", description="Senaste året i serien."),
        Column("antal_ar", "heltal", "Antal år", "Antal år i linjen, aldrig över ett brott.", klass="oppen", low=0),
        Column("senaste_pct", "decimal", "Senaste andel (%)", "", "%", "publicerad", "oppen", True, 0, 100),
        Column(
            "takt_pe",
            "decimal",
            "Takt (procentenheter per år)",
            "Linjens ändring från senaste året till nästa.",
            "procentenheter",
            "beraknad",
            "oppen",
            True,
        ),
        Column(
            "nas_ar",
            "heltal",
            "Nås år",
            "Första år då linjen når målet; tomt när den inte gör det före horisonten.",
            "",
            "beraknad",
            "oppen",
            True,
        ),
        Column(
            "nas_tidigast_ar",
            "heltal",
            "Nås tidigast",
            "Första år då intervallets övre gräns når målet.",
            "",
            "beraknad",
            "oppen",
            True,
        ),
        Column(
            "nas_senast_ar",
            "heltal",
            "Nås senast",
            "Första år då intervallets undre gräns når målet; tomt: inte säkert alls före horisonten.",
            "",
            "beraknad",
            "oppen",
            True,
        ),
        Column(
            "utfall",
            "text",
            "Utfall",
            "natt, nas, nas_inte (med dagens takt), for_fa_ar eller ingen_serie.",
            "",
            "beraknad",
            "oppen",
            values=OUTCOMES,
        ),
        Column("text", "text", "I ord", "Utfallet i en mening.", "", "beraknad", "oppen"),
    ),
    key=("niva", "kommunkod", "mal_nr"),
)

HISTORIK_OPPEN = replace(
    HISTORIK,
    description=f"{HISTORIK.description} Andelarna har en decimal; utgåvans eget år har för en kommun så många "
    "som tabellen kommuner visar, eller saknas.",
    columns=tuple(replace(c, decimals=1) if c.name == "andel_pct" else c for c in HISTORIK.columns),
)
_NOT_TOLD = ("senaste_pct", "takt_pe")
FRAMSKRIVNING_OPPEN = replace(
    FRAMSKRIVNING,
    columns=tuple(
        replace(c, decimals=2) if c.name == "mal_pct" else c for c in FRAMSKRIVNING.columns if c.name not in _NOT_TOLD
    ),
)
OPEN_HISTORY = (HISTORIK_OPPEN, FRAMSKRIVNING_OPPEN)
"""The open edition's tables of earlier and later years; files ``oppen_historik``, ``oppen_framskrivning``."""
