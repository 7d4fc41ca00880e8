"""Buildings: where people live, and which stand for addresses where RAW has no address files."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

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
        description="Minsta yta på marken (m² per adress i huset) för att en bostadsbyggnad i en ort med flera "
        "adresser, vars ändamål filen inte säger, ska vara ett flerbostadshus. Antagande: ett trapphus tar 180–350 m², "
        "en villa 80–160, ett radhus under 110.",
    )
    flerbostad_ensam_m2: tuple[Annotated[float, Field(gt=0, le=10_000)], Annotated[float, Field(gt=0, le=10_000)]] = (
        Field(
            default=(150, 270),
            description="Detsamma för ett hus med en enda adress, som kan vara en stor villa eller ett litet trapphus: "
            "under det första måttet (m²) ett småhus, från det andra ett flerbostadshus, däremellan det ena eller det "
            "andra med en sannolikhet som växer jämnt; adressen räknas då med de bostäder som väntas. Antagande, "
            "prövat på simulerade data.",
        )
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

    @field_validator("flerbostad_ensam_m2")
    @classmethod
    def _rising(cls, given: tuple[float, float]) -> tuple[float, float]:
        if given[0] > given[1]:
            raise ValueError(f"det första måttet ska vara högst det andra, men de är {list(given)}")
        return given
