"""Configuration of the accessibility statement."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, field_validator

from pipelines.region_base import Part


class Tillganglighet(Part):
    """What the accessibility statement says (lagen 2018:1937). Be honest: only what has been tested."""

    status: Literal["helt", "delvis", "inte"] = Field(
        default="delvis", description="Om sidorna är helt, delvis eller inte förenliga med lagens krav."
    )
    brister: tuple[str, ...] = Field(
        default=(
            "Kartorna att skriva ut (PDF) är inte märkta för skärmläsare. Samma uppgifter finns på kommunsidorna.",
            "Arbetsfilerna under öppna data (till exempel GeoPackage) går bara att läsa med särskilda program.",
        ),
        description="Kända brister, en mening eller två om varje: vad som inte fungerar och vad man gör i stället.",
    )
    oskaligt_betungande: tuple[str, ...] = Field(
        default=(),
        description="Innehåll som inte anpassas för att det vore oskäligt betungande (12 §), med skäl. Tomt: inget.",
    )
    undantag: tuple[str, ...] = Field(
        default=(
            "Kartbilderna: kartor på nätet som inte är till för att hitta vägen omfattas inte av kraven. Det "
            "viktigaste i dem finns som text och tabell.",
        ),
        description="Innehåll som lagen inte omfattar (9 §).",
    )  # fmt: skip
    metod: str = Field(
        default="automatiska prov av varje sidtyp; ingen granskning av en utomstående.",
        description="Hur sidorna har granskats, efter ordet «Metod:».",
    )
    granskad: str = Field(
        default="", pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="Dag då sidorna bedömdes mot lagen (åååå-mm-dd). "
        "Tomt: det är inte gjort, och det står så.",
    )  # fmt: skip
    uppdaterad: str = Field(
        default="",
        pattern=r"^(\d{4}-\d{2}-\d{2})?$",
        description="Dag då redogörelsen skrevs eller sågs över senast.",
    )
    svarstid_dagar: int = Field(
        default=10, ge=1, description="Inom hur många arbetsdagar ni svarar. Antagande."
    )
    tillsyn_namn: str = Field(
        default="Myndigheten för digital förvaltning (Digg)", description="Tillsynsmyndigheten."
    )
    tillsyn_url: str = Field(
        default="https://www.digg.se/tdosanmalan", pattern=r"^https://\S+$",
        description="Adress dit man anmäler att lagen inte följs.",
    )  # fmt: skip

    @field_validator("granskad", "uppdaterad")
    @classmethod
    def _a_day(cls, value: str) -> str:
        try:
            date.fromisoformat(value or "2000-01-01")
        except ValueError:
            raise ValueError(f"{value} är ingen dag i almanackan") from None
        return value
