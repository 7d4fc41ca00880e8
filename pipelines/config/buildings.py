"""Buildings: where people live, and which stand for addresses where RAW has no address files."""

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


class Bostader(Part):
    """Which building an address is at, and how many dwellings there are."""

    avstand_m: Metres = Field(
        default=30,
        description="Största avstånd (meter) från en adress som inte ligger i någon byggnad till den byggnad som den "
        "hör till. Antagande: adresspunkten ligger vid entrén eller infarten.",
    )
    flerbostad_minst_m2: Annotated[float, Field(gt=0, le=10_000)] = Field(
        default=200,
        description="Minsta yta på marken (m² per adress i huset) för att en bostadsbyggnad i en ort, vars ändamål "
        "filen inte säger, ska vara ett flerbostadshus. Antagande: ett trapphus tar 180–350 m², en villa 80–160, ett "
        "radhus under 110.",
    )
    bostader_per_entre: Annotated[float, Field(ge=1, le=1_000)] = Field(
        default=8,
        description="Bostäder per adress i flerbostadshus, där SCB:s antal lägenheter i kommunen saknas. Antagande: "
        "två eller tre på varje plan, tre eller fyra plan.",
    )
    lagenheter_minst_per_entre: Annotated[float, Field(ge=1, le=1_000)] = Field(
        default=5,
        description="Minsta medeltal lägenheter per entré i en kommun. Räcker SCB:s lägenheter inte till det räknas "
        "de minsta av husen som bara är flerbostadshus av sin yta som småhus. Antagande: de är stora villor.",
    )
