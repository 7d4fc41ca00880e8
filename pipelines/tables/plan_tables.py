"""Contracts of what a planner orders apart: a plan for a sum or a goal, and the change between two editions."""

from __future__ import annotations

from dataclasses import replace

from pipelines.tables.contracts import Table
from pipelines.tables.fields import each, field, fields
from pipelines.tables.gap_tables import BRISTOMRADEN
from pipelines.tables.project_tables import PROJEKT

_NAME = field("namn", alias="Län eller kommun")
_ORDNING = field("ordning", alias="Ordning i planen", description="1 byggs först.")
_PROJEKT = (
    *(PROJEKT.column(c) for c in ("projekt_id", "namn", "hushall_utan", "kostnad_sek")),
    *fields("hushall_ack kostnad_ack_sek"),
    *(c for c in PROJEKT.columns if c.name not in ("projekt_id", "namn", "hushall_utan", "kostnad_sek")),
    *fields("byggs_optimum over_stoppris alternativ_teknik alternativ_raknas alternativ_nas alternativ_sek"),
)
PLAN = Table(
    "plan",
    "Plan: projekt att bygga",
    "Projekt som byggs, i ordning, med kronor och hushåll hittills.",
    (_ORDNING, *_PROJEKT),
    key=("projekt_id",),
    geometry="MultiPolygon",
)
PLAN_PROJEKT = Table(
    "plan_projekt",
    "Plan: alla projekt",
    "Alla projekt i prioritetsordning: vad som byggs och vad som är kvar.",
    (*fields("byggs"), replace(_ORDNING, nullable=True), *_PROJEKT),
    key=("projekt_id",),
)
PLAN_KOMMUNER = Table(
    "plan_kommuner",
    "Plan: kommuner",
    "Hushåll utan täckning före och efter planen, per kommun; sista raden är länet.",
    fields(
        "kod",
        _NAME,
        BRISTOMRADEN.column("hushall"),
        "hushall_utan_fore hushall_nas hushall_nas_modellerade hushall_utan_efter",
        field(
            "kostnad_sek",
            nullable=False,
            description="Projektens kostnad, delad på kommuner efter deras adresser i projekten.",
        ),
        "andel_fore_pct andel_efter_pct",
    ),
    key=("kod",),
)
FORANDRING_RUTOR = Table(
    "forandring_rutor",
    "Förändring per ruta",
    "Rutor med adresser i någon av utgåvorna: nytäckta, förlorade, oförändrade.",
    fields(
        "rutid_scb kommunkod kommunnamn adresser_fore adresser_efter",
        *each("underlag_fore_{t} underlag_efter_{t}"),
        *each(
            "forandring_{level} modellerad_{level} andel_fore_{level}_pct andel_efter_{level}_pct",
            "hushall_nytackta_{level} hushall_forlorade_{level} hushall_antal_{level}",
        ),
    ),
    key=("rutid_scb",),
    geometry="Polygon",
)
FORANDRING_BRISTOMRADEN = Table(
    "forandring_bristomraden",
    "Förändring per bristområde",
    "Bristområden i endera utgåvan; de som delar rutor, också genom delning eller sammanslagning, står på en rad.",
    fields(
        "troskel_mbit matt forandring",
        field(
            "modellerad",
            description="Ja när någon av utgåvorna bygger på statistik där: skillnaden är då modellens, inte en "
            "uppmätt förändring.",
        ),
        field("kommunkod", description="Det största områdets kommun, i den senare utgåvan där det finns kvar."),
        "kommunnamn fore efter",
        field("adresser_fore", basis="blandad", alias="Adresser utan före (antal)"),
        field("adresser_efter", basis="blandad", alias="Adresser utan efter (antal)"),
        "rutor_fore rutor_efter adresser_minskat adresser_okat",
        field("hushall_utan_fore", description="Väntat antal i områdets rutor."),
        field("hushall_utan_efter", description="Väntat antal i områdets rutor."),
    ),
    key=("troskel_mbit", "matt", "fore", "efter"),
    geometry="MultiPolygon",
)
FORANDRING_KOMMUNER = Table(
    "forandring_kommuner",
    "Förändring per kommun",
    "Andel av hushållen i de två utgåvorna; sista raderna är länet.",
    fields(
        "kod",
        _NAME,
        "troskel_mbit matt",
        field("andel_fore_pct", description="Hushåll med täckning i den tidigare utgåvan."),
        field("andel_efter_pct", description="Hushåll med täckning i den senare utgåvan."),
        "forandring_pe hushall_nytackta_uppmatt hushall_nytackta_modellerad hushall_forlorade_uppmatt",
        "hushall_forlorade_modellerad hushall_antal",
    ),
    key=("kod", "troskel_mbit", "matt"),
)
