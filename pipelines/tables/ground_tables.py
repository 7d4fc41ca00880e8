"""Contracts of the ground under the maps: generalised water and roads, and the names along roads."""

from __future__ import annotations

from dataclasses import replace

from pipelines.tables.contracts import Table
from pipelines.tables.fields import field, fields

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
GROUND_LAYERS = (HOUSE_WATER, HOUSE_ROADS)
"""What a GeoPackage has of them: the rows of the finest band."""
