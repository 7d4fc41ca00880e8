"""Contracts of the ground under the maps: generalised water and roads, the names along roads, and borders."""

from __future__ import annotations

from dataclasses import replace

from pipelines.tables.contracts import Table
from pipelines.tables.fields import COUNTY_OR_KOMMUN, field, fields

GRUND_VATTEN = Table(
    "grund_vatten",
    "Vatten under kartorna",
    "Hav, sjöar och breda vattendrag innanför kommungränserna, sammanslagna och generaliserade, en gång per band.",
    fields("band steg_m"),
    geometry="Polygon",
)
GRUND_VAGAR = Table(
    "grund_vagar",
    "Vägar under kartorna",
    "Vägarna innanför kommungränserna, sammanslagna per klass och generaliserade, en gång per band.",
    fields("band steg_m", field("klass", description="Banden har olika klasser: de minsta bara det finaste.")),
    geometry="LineString",
)
GRUND_NAMN = Table(
    "grund_namn",
    "Namn längs vägar",
    "Vägnummer och vägnamn där de står på kartan, det viktigaste först.",
    fields(field("namn", klass="intern", description="Som det står på kartan."), "namnslag fran_zoom vinkel_grader"),
    geometry="Point",
)
GRUND_GRANSER = Table(
    "grund_granser",
    "Gränser på kartorna",
    "Länets och kommunernas gränser som gränsfilen har dem, genom vatten med. Länets gräns är också kommungräns.",
    fields("band", COUNTY_OR_KOMMUN),
    geometry="LineString",
)
HOUSE_WATER = replace(
    GRUND_VATTEN,
    description="Hav, sjöar och breda vattendrag innanför kommungränserna, sammanslagna och generaliserade, att lägga "
    "under kartan. Inget att mäta på.",
    columns=fields("steg_m", klass="oppen"),
)
HOUSE_ROADS = replace(
    GRUND_VAGAR,
    description="Vägar och färjeleder innanför kommungränserna, sammanslagna per klass och generaliserade, att lägga "
    "under kartan. Inget att mäta på.",
    columns=fields("klass steg_m", klass="oppen"),
)
HOUSE_BORDERS = replace(GRUND_GRANSER, columns=fields(COUNTY_OR_KOMMUN, klass="oppen"))
GROUND_LAYERS = (HOUSE_WATER, HOUSE_ROADS, HOUSE_BORDERS)
"""What a GeoPackage has of them: the rows of the finest band."""
