"""How projects are made of what lacks coverage, and what they are judged by."""

from __future__ import annotations

from pydantic import Field, model_validator

from pipelines.config.strict import Part


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
        ge=2,
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

    @model_validator(mode="after")
    def _rising(self) -> Projekt:
        if self.minsta_byggnader > self.storsta_byggnader:
            raise ValueError("minsta_byggnader ska vara högst storsta_byggnader")
        return self
