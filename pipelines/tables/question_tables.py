"""Contracts of ``make fraga``: the cells to ask about, whom to call, and which addresses it is about."""

from __future__ import annotations

from pipelines.core.level import MEASURES
from pipelines.tables.contracts import Table
from pipelines.tables.fields import field, fields

FRAGA = Table(
    "fraga",
    "Rutor att fråga om",
    "Rutor vars svar väntas ändra planen mest, det bästa först. Fyll i svar (ja, nej eller andel) och lägg listan som "
    "rutor_svar….csv i indatamappen tackning. Svaret gäller rutans alla hushåll, oavsett teknik.",
    fields(
        field("ordning", alias="Ordning", description="1 väntas ge mest."),
        "samtal rutid_scb kommunkod kommunnamn plats",
        field("adresser", description="Adresser som inga uppgifter avgör."),
        field("hushall", description="Väntat antal på de adresserna."),
        field(
            "sannolikhet",
            klass="intern",
            nullable=False,
            alias="Sannolikhet att täckning saknas",
            description="Modellens, sänkt där många hushåll delar adress.",
        ),
        field("kostnad_sek", nullable=False, description="Grovt: schakt till närmaste nät, anslutning, fast kostnad."),
        "varde_hushall fraga",
        field("teknik", description="Förifylld; ändra till den bästa som finns. Ett nej gäller alla tekniker."),
        field("ned_mbit", description="Hastigheten som frågan gäller: minst så mycket."),
        field("status", values=MEASURES, description="Vad frågan gäller: tillgång nu, eller passerad av nät."),
        "svar",
        field("andel", basis="", alias="Andel av hushållen", description="0–1, när svaret är andel."),
        "svarat_av anteckning",
    ),
    key=("rutid_scb",),
    geometry="Polygon",
)
FRAGA_SAMTAL = Table(
    "fraga_samtal",
    "Samtal att ringa",
    "Rutorna samlade till samtal: en nätägare eller ett byanät i taget, det som väntas ge mest först.",
    fields(
        "samtal samtal_namn kommunkod kommunnamn plats",
        field("rutor", klass="intern", description="Rutor att fråga om."),
        field("adresser", description="Adresser som inga uppgifter avgör, i rutorna."),
        field("hushall", description="Väntat antal på de adresserna."),
        "varde_hushall",
    ),
    key=("samtal",),
)
FRAGA_ADRESSER = Table(
    "fraga_adresser",
    "Adresser i rutorna",
    "Vilka adresser varje ruta att fråga om gäller. Personuppgifter.",
    fields(
        field("ordning", alias="Ordning", description="Rutans."),
        "rutid_scb adress_id",
        field("e_m", nullable=False),
        field("n_m", nullable=False),
        field("hushall", description="Väntat antal på adressen."),
    ),
    key=("adress_id",),
)
