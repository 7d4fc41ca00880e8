"""Configuration of the accessibility statement."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipelines.config.strict import Day, Part, Text, Url


class Tillganglighet(Part):
    """What the accessibility statement says (lagen 2018:1937). Be honest: only what has been tested."""

    status: Literal["helt", "delvis", "inte"] = Field(
        default="delvis", description="Om sidorna är helt, delvis eller inte förenliga med lagens krav."
    )
    brister: tuple[Text, ...] = Field(
        default=(
            "Kartorna att skriva ut (PDF) är märkta för skärmläsare, men inte granskade mot PDF/UA. Samma uppgifter "
            "finns på kommunsidorna.",
            "Arbetsfilerna under öppna data (till exempel GeoPackage) går bara att läsa med särskilda program.",
        ),
        description="Kända brister, en mening eller två om varje: vad som inte fungerar och vad man gör i stället.",
    )
    oskaligt_betungande: tuple[Text, ...] = Field(
        default=(),
        description="Innehåll som inte anpassas för att det vore oskäligt betungande (12 §), med skäl. Tomt: inget.",
    )
    undantag: tuple[Text, ...] = Field(
        default=(
            "Kartbilderna: kartor på nätet som inte är till för att hitta vägen omfattas inte av kraven. Det "
            "viktigaste i dem finns som text och tabell.",
        ),
        description="Innehåll som lagen inte omfattar (9 §).",
    )
    metod: Text = Field(
        default="automatiska prov av varje sidtyp; ingen granskning av en utomstående.",
        description="Hur sidorna har granskats, efter ordet «Metod:».",
    )
    granskad: Day = Field(
        default="",
        examples=["2026-03-01"],
        description="Dag då sidorna bedömdes mot lagen (åååå-mm-dd). Tomt: det är inte gjort, och det står så.",
    )
    uppdaterad: Day = Field(
        default="", examples=["2026-03-01"], description="Dag då redogörelsen skrevs eller sågs över senast."
    )
    svarstid_dagar: int = Field(
        default=10, ge=1, le=365, description="Inom hur många arbetsdagar ni svarar. Antagande."
    )
    tillsyn_namn: Text = Field(default="Myndigheten för digital förvaltning (Digg)", description="Tillsynsmyndigheten.")
    tillsyn_url: Url = Field(
        default="https://www.digg.se/tdosanmalan", description="Adress dit man anmäler att lagen inte följs."
    )
