"""How the roads under ``vagar/`` are read."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipelines.config.strict import Metres, Part, Percent


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
