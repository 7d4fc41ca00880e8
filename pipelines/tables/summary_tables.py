"""Contracts of cells, kommuner, län and addresses: names and columns are promises to users."""

from __future__ import annotations

from pipelines.tables import code_lists
from pipelines.tables.contracts import Table
from pipelines.tables.fields import each, field, fields
from pipelines.tables.step_tables import ADRESSER_TACKNING

_PLAIN = fields(
    "adresser befolkning hushall",
    *each("adresser_utan_{t} befolkning_utan_{t} hushall_utan_{t} hushall_ej_passerade_{t} adresser_ej_passerade_{t}"),
)
_KINDS = fields(*code_lists.KINDS)
COUNTS = (*_PLAIN, *_KINDS)
"""Shared by cells, parts of cells, kommuner and län."""
KINDS_WITHOUT = each(*(f"{kind}_utan_{{t}} {kind}_ej_passerade_{{t}}" for kind in code_lists.KINDS))
"""Of kommuner and län; of less, a gap area tells them. Cells would be a quarter larger for them."""
OSAKRA = each("hushall_utan_{t}_lag hushall_utan_{t}_hog")
_SUMMARY = (
    *fields(*_PLAIN, klass="band"),
    *each(
        "andel_{t}_pct andel_passerade_{t}_pct yta_utan_{t}_pct yta_tackt_{t}_pct",
        "pts_andel_{t}_pct pts_andel_passerade_{t}_pct pts_kalla_{t} avvikelse_{t}_pe",
    ),
    *fields("yta_obebodd_pct"),
    *OSAKRA,
    *_KINDS,
    *KINDS_WITHOUT,
)
RUTNAT = Table(
    "rutnat_250m",
    "Rutnät 250 m",
    "Alla rutor med land eller adresser i länet.",
    fields(
        "rutid_scb rutid_inspire kommunkod kommunnamn omradestyp land_ha",
        *_PLAIN,
        "max_ned_mbit basta_teknik planerad underlag underlag_{t}",
        *_KINDS,
    ),
    key=("rutid_scb",),
    geometry="Polygon",
)
DELAR = Table(
    "rutnat_delar",
    "Rutnätets delar",
    "Rutorna delade på kommun och områdestyp: grunden för alla summor.",
    RUTNAT.columns,
    key=("rutid_scb", "kommunkod", "omradestyp"),
)
KOMMUNER = Table(
    "kommuner",
    "Kommuner",
    "Nyckeltal per kommun bredvid PTS:s egna.",
    fields("kommunkod kommunnamn land_ha", *_SUMMARY),
    key=("kommunkod",),
    geometry="MultiPolygon",
)
LAN = Table(
    "lan",
    "Län",
    "Nyckeltal för länet.",
    fields("lanskod lansnamn land_ha", *_SUMMARY),
    key=("lanskod",),
    geometry="MultiPolygon",
)
ADRESSER = Table(
    "adresser",
    "Adresser",
    "Adresser med täckning. Personuppgifter: bara i den interna utgåvan.",
    fields(
        "adress_id kommunkod omradestyp rutid_scb befolkning hushall max_ned_mbit basta_teknik",
        ADRESSER_TACKNING.column("status"),
        "sannolikhet_{level} underlag",
    ),
    key=("adress_id",),
    geometry="Point",
)
OPPNA_RUTOR = Table(
    "oppna_rutor",
    "Öppna rutor",
    "Den öppna utgåvans rutor: klass för varje ruta, inga antal utom adresser i band.",
    fields(
        "rutid_scb kommunkod kommunnamn omradestyp klass_{level} adresser_band sammanslagen_m",
        field("planerad", klass="oppen"),
        "underlag underlag_{t}",
    ),
    key=("rutid_scb",),
    geometry="Polygon",
)
