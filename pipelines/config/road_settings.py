"""How the roads under ``vagar/`` are read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipelines.config.strict import Metres, Part, Percent

RoadClass = Literal[
    "motorvag", "landsvag", "landsvag_liten", "smavag", "huvudgata", "lokalgata", "cykelvag", "traktorvag", "farjeled"
]
Factor = Annotated[float, Field(gt=0, le=1000)]
FACTORS: dict[RoadClass, float] = {
    "landsvag": 1.2,
    "landsvag_liten": 1,
    "smavag": 1,
    "huvudgata": 1.2,
    "lokalgata": 1,
    "cykelvag": 0.9,
    "traktorvag": 1.2,
    "farjeled": 3,
}


class Vagar(Part):
    """Roads under ``vagar/``."""

    marginal_m: Metres = Field(
        default=5000,
        description="Hur långt utanför länets omskrivande rektangel vägar läses (meter). Antagande: den kortaste vägen "
        "mellan två adresser i länet går sällan längre ut.",
    )
    topografi: Literal["50", "10"] = Field(
        default="50",
        description="Vilken av Lantmäteriets produkter filerna är när inget kvitto från `make fetch` säger det; "
        "tabellerna är desamma. Avgör licensen som anges: Topografi 50 är CC0, Topografi 10 har Lantmäteriets villkor.",
    )
    okand_andel_pct: Percent = Field(
        default=1,
        description="Större andel (procent) av linjerna med en vägtyp som programmet inte känner berättas först av "
        "allt; sådana linjer används inte. Antagande.",
    )
    snappning_m: float = Field(
        default=0.5,
        ge=0,
        le=50,
        description="Ändar av linjer som ligger så nära varandra, eller en linje på marken, möts (meter): luckor och "
        "flisor i filen. Antagande; Topografi 50 är digitaliserad så att linjer som möts delar punkt.",
    )
    prisfaktor: dict[RoadClass, Factor] = Field(
        default=FACTORS,
        description="Vad en meter schakt längs vägen kostar jämfört med grundpriset (`[kostnad]`), per vägklass. En "
        "klass som utelämnas följs inte, men kan korsas: motorvägar har ingen. Antagande.",
    )
    prisfaktor_bro_tunnel: Factor = Field(
        default=2, description="Gånger vägklassens prisfaktor på bro och i tunnel. Antagande."
    )
    prisfaktor_stick: Factor = Field(
        default=1, description="Prisfaktor för sticket från väg till adress, på land. Antagande."
    )
    prisfaktor_fagelvag: Factor = Field(
        default=1.5,
        description="Prisfaktor för rak linje på land där ingen väg går: terräng, och omvägar runt hinder. Antagande.",
    )
    prisfaktor_sjokabel: Factor = Field(
        default=3, description="Prisfaktor för rak linje över vatten: sjökabel med landfästen. Antagande."
    )
    langsta_stick_m: Metres = Field(
        default=1000,
        description="En adress längre än så från närmaste väg (meter) räknas som utan väg: sticket är då en rak linje "
        "(fågelväg), räknad och nämnd. Antagande.",
    )
