"""How projects are made of what lacks coverage, and what they are judged by."""

from __future__ import annotations

from pydantic import Field, model_validator

from pipelines.config.strict import Name, Part


class Projekt(Part):
    """Projects: what is built and ranked."""

    minsta_byggnader: int = Field(
        default=20,
        ge=1,
        le=100_000,
        description="Ett projekt med färre byggnader (adresser som räknas som utan) slås ihop med det närmaste, där "
        "något ligger nära nog. Antagande: färre bär inte sin projektering och upphandling.",
    )
    storsta_byggnader: int = Field(
        default=150,
        ge=1,
        le=1_000_000,
        description="En gren av schaktet med fler byggnader delas. Antagande: fler byggs sällan i en entreprenad, och "
        "en lista över stora projekt skiljer inte dyrt från billigt.",
    )
    storsta_avstand_m: float = Field(
        default=1000,
        ge=0,
        le=100_000,
        description="Så långt ifrån varandra, fågelvägen mellan närmaste adresser i samma kommun, får grenar som slås "
        "ihop ligga (meter). Antagande: längre bort är det en annan entreprenad. Kortare ger fler små projekt, längre "
        "blandar dyrt med billigt (docs/bristanalys.md).",
    )
    stoppris_sek_per_hushall: float | None = Field(
        default=200_000,
        gt=0,
        le=1e9,
        description="Stoppris: en plan för en budget bygger inget projekt som kostar mer per hushåll (kronor), och "
        "listar det med den billigaste tekniken i `[alternativ]`. En plan för ett mål bygger det där målet kräver det, "
        "och säger hur mycket. Tomt: inget stoppris. Antagande.",
    )
    budget_sek: float = Field(
        default=100_000_000, gt=0, le=1e12, description="Den budget (kronor) som `andel_i_plan` räknas för."
    )
    dragningar: int = Field(
        default=400,
        ge=1,
        le=100_000,
        description="Antal dragningar av kostnader och hushåll som `andel_i_plan` räknas på; fler ger jämnare andelar "
        "och tar längre tid. Med 400 är medelfelet högst 2,5 procentenheter.",
    )
    fro: int = Field(default=1, ge=0, le=2**32 - 1, description="Dragningarnas slumpfrö; samma frö ger samma andelar.")
    gemensam_kostnadsdel: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Del av kostnadens osäkerhet som är gemensam för alla projekt (prisläge, entreprenörer); resten är "
        "projektets egen (mark, sträckning). Antagande.",
    )

    @property
    def stop_sek_per_hushall(self) -> float:
        """The stop price (kronor per household); infinite where there is none."""
        return float("inf") if self.stoppris_sek_per_hushall is None else self.stoppris_sek_per_hushall

    @model_validator(mode="after")
    def _rising(self) -> Projekt:
        if self.minsta_byggnader > self.storsta_byggnader:
            raise ValueError("minsta_byggnader ska vara högst storsta_byggnader")
        return self


class Alternativ(Part):
    """A technique beside fibre."""

    namn: Name = Field(description="Teknikens namn i produkterna.", examples=["Fast radio"])
    ned_mbit: float = Field(
        gt=0,
        le=100_000,
        description="Högsta hastighet ned (Mbit/s) som tekniken ger: den räknas vid trösklar upp till den.",
        examples=[100],
    )
    sek_per_hushall: float = Field(gt=0, le=1e9, description="Kostnad per hushåll som nås (kronor).", examples=[30_000])
    andel_hushall: float = Field(
        default=1, gt=0, le=1, description="Andel av ett projekts hushåll som tekniken når.", examples=[0.8]
    )


class Alternativen(Part):
    """What stands beside fibre where fibre is dear."""

    tekniker: tuple[Alternativ, ...] = Field(
        default=(
            Alternativ(namn="Fast radio", ned_mbit=100, sek_per_hushall=30_000, andel_hushall=0.8),
            Alternativ(namn="Satellit", ned_mbit=30, sek_per_hushall=15_000, andel_hushall=1),
        ),
        description="Tekniker bredvid fiber, för det som ligger över stoppriset och för billigaste mix till målen. "
        "Priser, hastigheter och andelar: antagande (utrustning, installation och, för radio, del i mast). De räknas "
        "här mot målen, som är teknikneutrala, vid trösklar upp till sin hastighet och för båda måtten; PTS:s "
        "statistik och programmets täckning räknar bara `evidens.fasta_tekniker`.",
    )

    @model_validator(mode="after")
    def _apart(self) -> Alternativen:
        names = [x.namn.casefold() for x in self.tekniker]
        if len(set(names)) < len(names):
            raise ValueError("en teknik står två gånger i tekniker")
        return self
