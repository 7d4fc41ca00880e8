"""Contracts of the history: published shares year by year, and what they would become at today's pace."""

from __future__ import annotations

from dataclasses import replace

from pipelines.tables import code_lists
from pipelines.tables.contracts import Table
from pipelines.tables.fields import WHOLE_OR_TYPE, field, fields

_PLACE = fields(
    field("niva", klass="oppen", description="riket, lan eller kommun."),
    field(
        "kommunkod",
        pattern=r"^\d{2}(\d{2})?$",
        alias="Kod",
        description="Kommunkod (fyra siffror); länskod (två) för länet, 00 för riket.",
    ),
    field("kommunnamn", description="Kommunens namn; länets eller Riket på de andra nivåerna."),
)

HISTORIK = Table(
    "historik",
    "Historik",
    "Publicerade andelar per kommun, år och serie, som källan skrev dem. Ett brott i en serie står på det "
    "första året som räknas på det nya sättet; över ett brott jämförs inga år.",
    fields(
        *_PLACE,
        field("ar", klass="oppen", alias="År", description="Statistikår: läget 1 oktober."),
        "serie",
        field("matt", description="tillgang eller passerad (tillgång eller fiber förbi)."),
        field(
            "teknik",
            klass="oppen",
            values=code_lists.PUBLISHED_TECHNIQUES,
            description="Tekniken serien gäller; tomt när den gäller en hastighet.",
        ),
        field(
            "troskel_mbit",
            nullable=True,
            alias="Tröskel (Mbit/s)",
            description="Nedhastighet; tomt när serien gäller en teknik.",
        ),
        WHOLE_OR_TYPE,
        field(
            "bas",
            klass="oppen",
            values=("hushall", "befolkning"),
            alias="Andel av",
            description="hushall eller befolkning: nämnaren det året.",
        ),
        field(
            "andel_pct",
            basis="publicerad",
            klass="oppen",
            nullable=False,
            alias="Andel (%)",
            description="Källans tal.",
        ),
        field("kalla", klass="oppen", values=(), description="Utgivare och utgåva."),
        "brott",
    ),
    key=("niva", "kommunkod", "ar", "serie", "omradestyp"),
)
PTS_HISTORIK = replace(
    HISTORIK,
    name="pts_historik",
    title="PTS, alla år",
    description="Alla år i alla PTS:s arbetsböcker, innan de fogas ihop med Kolada.",
)
FRAMSKRIVNING = Table(
    "framskrivning",
    "Framskrivning mot målen",
    "När varje mål nås om de senaste årens takt håller i sig: en rät linje genom andelarnas logit, med 80 % "
    "prediktionsintervall. En framskrivning, ingen prognos: den vet inget om planer, bidrag eller vad som är "
    "dyrt.",
    fields(
        *_PLACE,
        "mal_nr mal",
        field("mal_pct", basis="", nullable=False, low=None, high=None, description=""),
        field("serie", nullable=True, description="Serien i historik; tomt när ingen serie har tröskeln."),
        field("matt", values=code_lists.SOME_MEASURE, alias="Seriens mått", description="tillgang eller passerad."),
        "samma_matt",
        field(
            "bas",
            klass="oppen",
            values=("", "hushall", "befolkning"),
            alias="Andel av",
            description="hushall eller befolkning: nämnaren det året.",
        ),
        "forsta_ar senaste_ar antal_ar senaste_pct takt_pe nas_ar nas_tidigast_ar nas_senast_ar",
        field(
            "utfall",
            values=code_lists.OUTCOMES,
            description="natt, nas, nas_inte (med dagens takt), for_fa_ar eller ingen_serie.",
        ),
        "text",
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
