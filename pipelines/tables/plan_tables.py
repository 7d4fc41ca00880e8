"""Contracts of what a planner orders apart: a plan for a sum or a goal, and the change between two editions."""

from __future__ import annotations

from dataclasses import replace

from pipelines.core.level import LEVELS, Level
from pipelines.tables.contracts import KOMMUNKOD, KOMMUNNAMN, RUTID_SCB, UNDERLAG_COLUMN, Column, Table
from pipelines.tables.gap_tables import BRISTOMRADEN, BRISTOMRADEN_KOMMUN, MATT, MODELLERAD, TROSKEL


def _area(*names: str) -> tuple[Column, ...]:
    return tuple(BRISTOMRADEN.column(n) for n in names)


def _households(name: str, alias: str, description: str, low: float | None = 0) -> Column:
    return Column(name, "decimal", f"{alias} (antal)", description, "antal", "blandad", low=low)


def _share(name: str, alias: str, description: str, low: float | None = 0) -> Column:
    high = None if low is None else 100.0
    unit = "%" if low is not None else "procentenheter"
    return Column(name, "decimal", f"{alias} ({unit})", description, unit, "blandad", nullable=True, low=low, high=high)


_ORDNING = Column("ordning", "heltal", "Ordning i planen", "1 byggs först.", basis="beraknad", low=1)
_OPTIMUM = Column("byggs_optimum", "ja_nej", "Byggs i optimum", "Ingår i heltalsoptimum för samma budget eller mål.")
_ACK = (
    replace(_households("hushall_ack", "Nådda hushåll hittills", "Väntat antal, i planens ordning."), basis="beraknad"),
    Column("kostnad_ack_sek", "decimal", "Kronor hittills (kr)", "I planens ordning.", "kr", "beraknad", low=0),
)
_OF_AREA = _area(
    "bristomrade_id",
    "troskel_mbit",
    "matt",
    "prioritet",
    "modellerad",
    "sannolikhet",
    "kommunkod",
    "kommunnamn",
    "kommuner",
    "rutor",
    "adresser_klassade",
    "hushall_utan",
    "befolkning_utan",
    "schakt_m",
    "kostnad_sek",
    "kostnad_lag_sek",
    "kostnad_hog_sek",
    "kostnad_per_hushall_sek",
)

PLAN = Table(
    "plan",
    "Plan: bristområden att bygga",
    "Bristområden som byggs, i ordning, med kronor och hushåll hittills.",
    (_ORDNING, *_OF_AREA, *_ACK, _OPTIMUM),
    key=("bristomrade_id",),
    geometry="MultiPolygon",
)
PLAN_OMRADEN = Table(
    "plan_omraden",
    "Plan: alla bristområden",
    "Alla bristområden i prioritetsordning: vad som byggs och vad som är kvar.",
    (
        Column("byggs", "ja_nej", "Byggs", "Ingår i planen."),
        replace(_ORDNING, nullable=True),
        *_OF_AREA,
        *_ACK,
        _OPTIMUM,
    ),
    key=("bristomrade_id",),
)
PLAN_KOMMUNER = Table(
    "plan_kommuner",
    "Plan: kommuner",
    "Hushåll utan täckning före och efter planen, per kommun; sista raden är länet.",
    (
        Column("kod", "text", "Läns- eller kommunkod", klass="oppen", pattern=r"^\d{2}(\d{2})?$"),
        Column("namn", "text", "Län eller kommun", klass="oppen"),
        BRISTOMRADEN.column("hushall"),
        _households("hushall_utan_fore", "Hushåll utan, före", "Väntat antal före planen."),
        _households("hushall_nas", "Hushåll som nås", "Väntat antal som planen når."),
        _households(
            "hushall_nas_modellerade",
            "Hushåll som nås, modellerade",
            "Del av hushåll som nås: i bristområden som bygger på statistik.",
        ),
        _households("hushall_utan_efter", "Hushåll utan, efter", "Väntat antal efter planen."),
        replace(BRISTOMRADEN_KOMMUN.column("kostnad_sek"), nullable=False),
        _share("andel_fore_pct", "Andel före", "Hushåll med täckning före planen, delat med alla hushåll."),
        _share("andel_efter_pct", "Andel efter", "Hushåll med täckning efter planen, delat med alla hushåll."),
    ),
    key=("kod",),
)

CELL_STATES = ("nytackt", "forlorad", "oforandrad", "ny_ruta", "borta")
AREA_STATES = ("stangt", "krympt", "vuxit", "andrat", "oforandrat", "nytt")
_MODEL = replace(
    MODELLERAD,
    description="Ja när någon av utgåvorna bygger på statistik där: skillnaden är då modellens, inte en uppmätt "
    "förändring.",
)


def _cell_columns(level: Level) -> tuple[Column, ...]:
    code, name = level.code, f"{level.measure} {level.mbit}"
    return (
        Column(
            f"forandring_{code}",
            "text",
            f"Förändring {name}",
            "nytackt, forlorad eller oforandrad, netto i rutan; ny_ruta och borta har adresser i bara en utgåva.",
            basis="blandad",
            values=CELL_STATES,
        ),
        replace(_MODEL, name=f"modellerad_{code}", alias=f"Modellerat {name}"),
        _share(f"andel_fore_{code}_pct", f"Adresser med {name}, före", "Del av rutans adresser."),
        _share(f"andel_efter_{code}_pct", f"Adresser med {name}, efter", "Del av rutans adresser."),
        _households(f"hushall_nytackta_{code}", f"Nytäckta hushåll {name}", "Räknat på senare utgåvans hushåll."),
        _households(
            f"hushall_forlorade_{code}",
            f"Förlorade hushåll {name}",
            "Hade täckning men har det inte längre; räknat på senare utgåvans hushåll.",
        ),
        _households(
            f"hushall_antal_{code}",
            f"Hushåll utan {name}, av andra skäl",
            "Resten av förändringen: hushåll och adresser som kommit, försvunnit eller räknats om.",
            low=None,
        ),
    )


FORANDRING_RUTOR = Table(
    "forandring_rutor",
    "Förändring per ruta",
    "Rutor med adresser i någon av utgåvorna: nytäckta, förlorade, oförändrade.",
    (
        RUTID_SCB,
        KOMMUNKOD,
        KOMMUNNAMN,
        *(
            Column(f"adresser_{s}", "heltal", f"Adresser {x} (antal)", unit="antal", basis="uppmatt", low=0)
            for s, x in (("fore", "före"), ("efter", "efter"))
        ),
        *(
            replace(UNDERLAG_COLUMN, name=f"underlag_{s}_{t}", alias=f"Underlag {t} Mbit/s, {x}")
            for t in LEVELS.mbit
            for s, x in (("fore", "före"), ("efter", "efter"))
        ),
        *(c for level in LEVELS for c in _cell_columns(level)),
    ),
    key=("rutid_scb",),
    geometry="Polygon",
)
FORANDRING_BRISTOMRADEN = Table(
    "forandring_bristomraden",
    "Förändring per bristområde",
    "Bristområden i endera utgåvan; de som delar rutor, också genom delning eller sammanslagning, står på en rad.",
    (
        TROSKEL,
        MATT,
        Column(
            "forandring",
            "text",
            "Förändring",
            "stangt, krympt, vuxit, nytt; oforandrat: samma adresser utan per ruta; andrat: lika många, men inte "
            "i samma rutor. Efter antal adresser som räknas som utan.",
            basis="blandad",
            values=AREA_STATES,
        ),
        _MODEL,
        replace(KOMMUNKOD, description="Det största områdets kommun, i den senare utgåvan där det finns kvar."),
        KOMMUNNAMN,
        Column("fore", "text", "Bristområde före", "Id, flera med komma; tomt för nya."),
        Column("efter", "text", "Bristområde efter", "Id, flera med komma; tomt för stängda."),
        *(
            Column(f"{w}_{s}", "heltal", f"{a} {x} (antal)", unit="antal", basis="blandad", low=0)
            for w, a in (("adresser", "Adresser utan"), ("rutor", "Rutor"))
            for s, x in (("fore", "före"), ("efter", "efter"))
        ),
        Column(
            "adresser_minskat",
            "heltal",
            "Adresser utan, minskat (antal)",
            "Summan över rutor där antalet sjunkit.",
            "antal",
            "blandad",
            low=0,
        ),
        Column(
            "adresser_okat",
            "heltal",
            "Adresser utan, ökat (antal)",
            "Summan över rutor där antalet stigit.",
            "antal",
            "blandad",
            low=0,
        ),
        *(
            _households(f"hushall_utan_{s}", f"Hushåll utan, {x}", "Väntat antal i områdets rutor.")
            for s, x in (("fore", "före"), ("efter", "efter"))
        ),
    ),
    key=("troskel_mbit", "matt", "fore", "efter"),
    geometry="MultiPolygon",
)
_SPLIT = tuple(
    _households(f"hushall_{w}{m}", f"{a} hushåll, {x}", f"Summan av {k} rutor vars flesta adresser är kommunens.")
    for w, a in (("nytackta", "Nytäckta"), ("forlorade", "Förlorade"))
    for m, x, k in (("_uppmatt", "uppmätt", "uppmätta"), ("_modellerad", "modellerat", "modellerade"))
)
FORANDRING_KOMMUNER = Table(
    "forandring_kommuner",
    "Förändring per kommun",
    "Andel av hushållen i de två utgåvorna; sista raderna är länet.",
    (
        PLAN_KOMMUNER.column("kod"),
        PLAN_KOMMUNER.column("namn"),
        TROSKEL,
        MATT,
        _share("andel_fore_pct", "Andel före", "Hushåll med täckning i den tidigare utgåvan."),
        _share("andel_efter_pct", "Andel efter", "Hushåll med täckning i den senare utgåvan."),
        _share("forandring_pe", "Förändring", "Andel efter minus andel före.", low=None),
        *_SPLIT,
        _households(
            "hushall_antal",
            "Hushåll utan, av andra skäl",
            "Resten: hushåll och adresser som kommit, försvunnit eller räknats om.",
            low=None,
        ),
    ),
    key=("kod", "troskel_mbit", "matt"),
)
