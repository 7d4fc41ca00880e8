"""Buildings that stand for addresses where RAW has no address files."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipelines.config.strict import Metres, Part

BuildingKind = Literal[
    "Bostad", "Industri", "Samhällsfunktion", "Verksamhet", "Ekonomibyggnad", "Komplementbyggnad", "Övrig byggnad"
]
"""Lantmäteriet's ``objekttyp`` of a building."""


class Byggnader(Part):
    """Which buildings stand for an address, and how evidence finds them."""

    objekttyper: tuple[BuildingKind, ...] = Field(
        default=("Bostad", "Industri", "Samhällsfunktion", "Verksamhet"),
        min_length=1,
        description="Lantmäteriets objekttyper som står för en adress när adressfiler saknas. Antagande: de andra är "
        "uthus, garage och lador till något av dem. OpenStreetMaps värden av building förs till samma typer.",
    )
    osm_okand_minst_m2: Annotated[float, Field(ge=0, le=10_000)] = Field(
        default=50,
        description="Minsta yta (m²) på marken för att en byggnad i OpenStreetMap utan känt slag (building=yes) ska "
        "stå för en adress. Antagande: mindre är garage och bodar.",
    )
    matchningsradie_m: Metres = Field(
        default=50,
        description="Största avstånd (meter) mellan en täckningsuppgifts e,n och den byggnad som den gäller. "
        "Antagande: adresspunkten ligger vid en entré, byggnadens punkt mitt i den.",
    )
