"""Contract of the model's own table: the intervals per 5 × 5 km square. All of it is internal."""

from __future__ import annotations

from pipelines.core.level import LEVELS, Level
from pipelines.tables.contracts import KOMMUNKOD, KOMMUNNAMN, Column, Table

_WHAT = {"tillgang": "utan tillgång till", "passerad": "som varken har tillgång till eller passeras för"}


def _limits(level: Level) -> tuple[Column, ...]:
    what = f"{_WHAT[level.measure]} {level.mbit} Mbit/s ned"
    title = f"Hushåll {level.lacking.replace('_', ' ')} {level.mbit} Mbit/s"
    ends = (("lag", "låg", "Nedre"), ("hog", "hög", "Övre"))
    return (
        Column(level.without(), "decimal", f"{title} (antal)", f"Väntat antal {what}.", "antal", "blandad", low=0),
        *(
            Column(
                level.limit(end),
                "decimal",
                f"{title}, {told} (antal)",
                f"{side} gräns för 90 %-intervallet av antalet {what}: i nio rutor av tio väntas det rätta antalet "
                "ligga mellan gränserna. Utan bredd där uppgifter avgör.",
                "antal",
                "modellerad",
                low=0,
            )
            for end, told, side in ends
        ),
    )


OSAKERHET = Table(
    "osakerhet_5km",
    "Osäkerhet per 5 × 5 km",
    "Väntat antal hushåll utan täckning och 90 %-intervall per 5 × 5 km-ruta med adresser. Bara i den interna utgåvan.",
    (
        Column(
            "ruta_5km",
            "text",
            "Ruta 5 km",
            "E och N för rutans nedre vänstra hörn i SWEREF 99 TM.",
            pattern=r"^\d{13}$",
        ),
        KOMMUNKOD,
        KOMMUNNAMN,
        Column("adresser", "heltal", "Adresser (antal)", "Gällande adresser.", "antal", "uppmatt", low=1),
        Column("hushall", "decimal", "Hushåll (antal)", "", "antal", "modellerad", low=0),
        *(
            Column(
                f"hushall_modellerade_{t}",
                "decimal",
                f"Hushåll modellerade {t} Mbit/s (antal)",
                "Hushåll vid adresser där inga uppgifter avgör.",
                "antal",
                "modellerad",
                low=0,
            )
            for t in LEVELS.mbit
        ),
        *(c for level in LEVELS.by_threshold() for c in _limits(level)),
    ),
    key=("ruta_5km",),
    geometry="MultiPolygon",
)
