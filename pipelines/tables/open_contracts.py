"""Contracts of the open edition, made from the information classes of the internal tables.

A column whose class is ``oppen`` stands as it is; one whose class is ``band`` is told coarsely, as a count
rounded to steps of twice the suppression threshold that is empty below it, or not at all; any other is left
out. Nothing is public by default. The rule is in ``disclosure/``, the reasons in
``docs/publicering.md``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.core import classes, files
from pipelines.core.figure import SIGNS
from pipelines.core.level import LEVELS
from pipelines.tables.code_lists import COST_CLASSES
from pipelines.tables.contracts import Column, Table
from pipelines.tables.fields import field
from pipelines.tables.gap_tables import BRISTOMRADEN
from pipelines.tables.history_tables import OPEN_HISTORY
from pipelines.tables.project_tables import PROJEKT
from pipelines.tables.reconciliation_tables import AVSTAMNING_OPPEN
from pipelines.tables.summary_tables import KOMMUNER, LAN, OPPNA_RUTOR

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.core.paths import Paths

_TOLD = ("befolkning", "hushall", *(level.without() for level in LEVELS))
"""Counts that are told of a kommun. Not addresses: they are whole, so two editions and what changed between
them would pin single ones. Not people without: they follow households in proportion, at a finer scale."""
_RECKONED = {level.share: level for level in LEVELS}
"""Shares that are reckoned from the told counts, never from the exact ones."""
_LEFT_OUT = ("yta_utan_", "yta_tackt_", "avvikelse_", "sannolikhet", "underlag")
"""Open columns that would narrow a suppressed count: what stands in their place is told below."""
_DECIMALS = {"land_ha": 1, "andel_": 1, "pts_andel_": 1, "yta_": 2}
"""Decimals that mean something, by how a column's name begins: boundaries are known to a tenth of a hectare at
best, PTS tells a decimal of a share and ours are reckoned from tens; a hundredth of a kommun's land is a few cells."""
_PTS_TOLD = "En decimal; hel procent, eller tomt, där en decimal skulle ringa in ett litet antal."


def meant(column: Column) -> Column:
    """Return the column with the decimals that mean something, where it holds a decimal number."""
    found = (n for start, n in _DECIMALS.items() if column.name.startswith(start))
    return replace(column, decimals=next(found)) if column.kind == "decimal" else column


def rounded(column: Column) -> Column:
    """Return the open column of a count whose class is ``band``: rounded, empty below the threshold."""
    return replace(
        column,
        name=f"{column.name}_ca",
        kind="heltal",
        alias=column.alias.replace("(antal)", "(ca)"),
        description=f"{column.description} Avrundat till steg om två undertryckningsgränser (tiotal när gränsen är 5); "
        "tomt är färre än gränsen.",
        klass="oppen",
        nullable=True,
    )


def limits_of(column: Column, how: str) -> tuple[Column, Column]:
    """Return the open columns of an area's count, from and to; ``how`` says how they are reckoned."""
    least = replace(
        column,
        name=f"{column.name}_minst",
        kind="heltal",
        alias=column.alias.replace("(antal)", "(minst)"),
        description=f"{column.description} {how} Nedåt.",
        klass="oppen",
    )
    most = replace(
        least,
        name=f"{column.name}_hogst",
        alias=column.alias.replace("(antal)", "(högst)"),
        nullable=True,
        description=f"{column.description} {how} Uppåt.",
    )
    return least, most


def sign_of(column: Column) -> Column:
    """Return the column that says whether a level's share is a limit."""
    return Column(
        _RECKONED[column.name].share_sign,
        "text",
        column.alias.replace("(%)", "(olikhet)"),
        "> när andelen är minst talet, < när den är högst talet, annars tomt.",
        klass="oppen",
        values=SIGNS,
    )


SURFACE = {"utan": classes.LACKING, "tackt": classes.COVERED, "okand": (classes.WITHHELD,)}
"""Land by the classes of its cells: what the part is called → the classes."""
_SURFACE_ALIAS = {"utan": "utan", "tackt": "täckt", "okand": "som inte redovisas"}


def _surface() -> tuple[Column, ...]:
    """Return land by the cells' published classes: it tells nothing the cells do not."""
    return tuple(
        Column(
            level.land(f"klass_{name}"),
            "decimal",
            f"Yta i rutor {_SURFACE_ALIAS[name]} {level.mbit} Mbit/s (%)",
            f"Land i rutor med klass {' eller '.join(codes)} för tillgång, delat med allt land. De tre och "
            "yta_obebodd_pct är tillsammans 100 %.",
            "%",
            "blandad",
            "oppen",
            True,
            0,
            100,
        )
        for level in LEVELS.of("tillgang")
        for name, codes in SURFACE.items()
    )


def open_columns(table: Table) -> tuple[Column, ...]:
    """Return the open columns of a summary table, in its order."""
    out: list[Column] = []
    for c in table.columns:
        if c.klass == "band" and c.name in _TOLD:
            out.append(rounded(c))
        elif c.klass == "oppen" and c.name in _RECKONED:
            out += [replace(c, description=f"{c.description} Räknad på de avrundade antalen."), sign_of(c)]
        elif c.name.startswith("pts_andel_"):
            out.append(replace(c, description=f"{c.description} {_PTS_TOLD}"))
        elif c.klass == "oppen" and not c.name.startswith(_LEFT_OUT):
            out.append(c)
    return tuple(map(meant, (*out, *_surface())))


RUTNAT_250M = Table(
    "rutnat_250m", "Rutnät 250 m", OPPNA_RUTOR.description, OPPNA_RUTOR.columns, OPPNA_RUTOR.key, "Polygon"
)
KOMMUNER_OPPNA = replace(
    KOMMUNER, description="Nyckeltal per kommun bredvid PTS:s egna; antal i tiotal.", columns=open_columns(KOMMUNER)
)
LAN_OPPNA = replace(
    LAN, description="Nyckeltal för länet: summan av kommunernas publicerade antal.", columns=open_columns(LAN)
)
_STEP = "Utåt till en multipel av undertryckningsgränsen."
_AREA = {c.name: c for c in BRISTOMRADEN.columns}
BRISTOMRADEN_OPPNA = Table(
    "bristomraden",
    "Bristområden",
    "Sammanhängande rutor med adresser utan täckning, per tröskel och mått, av uppgifter som får publiceras. "
    "Antal bara från och till, kostnad bara i klasser.",
    (
        replace(
            _AREA["bristomrade_id"],
            pattern=rf"^{LEVELS.area_pattern}-\d{{13}}$",
            description="Tröskel, mått och lägsta rut-id i området. Ett annat id än i den interna utgåvan.",
        ),
        _AREA["troskel_mbit"],
        _AREA["matt"],
        replace(_AREA["kommunkod"], description="Kommunen för flest av områdets rutor."),
        _AREA["kommunnamn"],
        replace(_AREA["kommuner"], description="Koder för alla kommuner som områdets rutor hör till."),
        replace(_AREA["modellerad"], description="Ja när någon av områdets rutor bygger på statistik."),
        replace(_AREA["rutor"], low=1),
        meant(replace(_AREA["land_ha"], description="Landareal i områdets rutor.")),
        *limits_of(_AREA["adresser"], "Summan av rutornas band; högst är tomt där ett band saknar övre gräns."),
        *limits_of(
            _AREA["hushall"],
            f"Rutornas väntade hushåll; få adresser räknas som det minsta och det mesta de kan vara. {_STEP}",
        ),
        *limits_of(
            replace(_AREA["hushall_utan"], description="Hushåll utan täckning i rutorna."),
            f"Rutornas hushåll gånger den minsta och den största del som klassen kan betyda. {_STEP}",
        ),
        replace(
            _AREA["kostnad_sek"],
            name="kostnad_klass",
            kind="text",
            alias="Kostnad (klass, miljoner kr)",
            unit="",
            description="Schablon ur rutornas lägen och band, i klasser om miljoner kronor; ej_redovisad där områdets "
            "adresser kan vara färre än undertryckningsgränsen, hushåll saknas eller det inte finns något nät.",
            klass="oppen",
            nullable=False,
            low=None,
            values=COST_CLASSES,
        ),
    ),
    key=("bristomrade_id",),
    geometry="MultiPolygon",
)
_PROJECT = {c.name: c for c in PROJEKT.columns}
_KRONOR = "Schablon ur rutornas lägen, i steg om 100 000 kr; tomt där det inte finns något nät."


def _kronor(end: str, alias: str, description: str) -> Column:
    return replace(
        _PROJECT[f"kostnad_{end}sek"],
        name=f"kostnad_{end}sek_ca",
        kind="heltal",
        alias=alias,
        description=f"{description} {_KRONOR}",
        klass="oppen",
    )


PROJEKT_OPPNA = Table(
    "projekt",
    "Projekt",
    "Vad som kan byggas och i vilken ordning: bristområdenas rutor, delade och sammanslagna längs vägarna, av "
    "uppgifter som får publiceras. Inte den interna utgåvans projekt, som görs av adresser.",
    (
        replace(
            _PROJECT["projekt_id"],
            pattern=rf"^projekt-{LEVELS.area_pattern}-\d{{13}}$",
            description="Tröskel, mått och lägsta rut-id i projektet. Ett annat id än i den interna utgåvan.",
            klass="oppen",
        ),
        replace(
            _PROJECT["namn"],
            klass="oppen",
            description="Ort, annars adressområde eller väg, efter flest av projektets rutor; mer där det behövs för "
            "att skilja två åt.",
        ),
        _AREA["troskel_mbit"],
        _AREA["matt"],
        replace(_AREA["kommunkod"], description="Kommunen för flest av projektets rutor."),
        _AREA["kommunnamn"],
        replace(_AREA["kommuner"], description="Koder för alla kommuner som projektets rutor hör till."),
        replace(_AREA["modellerad"], description="Ja när någon av projektets rutor bygger på statistik."),
        replace(_AREA["rutor"], low=1, description="Projektets rutor; vilka de är står i projekt_rutor."),
        *limits_of(
            replace(_AREA["hushall_utan"], description="Hushåll utan täckning i rutorna."),
            f"Rutornas väntade hushåll gånger den minsta och den största del som klassen kan betyda. {_STEP}",
        ),
        _kronor("", "Kostnad (ca, kr)", "Att bygga projektet för sig."),
        _kronor("lag_", "Kostnad, låg (ca, kr)", "Alla antaganden i sin låga ände."),
        _kronor("hog_", "Kostnad, hög (ca, kr)", "Alla antaganden i sin höga ände."),
        field("hushall_per_miljon"),
        replace(field("over_stoppris"), klass="oppen"),
        replace(
            _PROJECT["prioritet"],
            klass="oppen",
            description="1 byggs först; varje tal en gång per tröskel och mått. Flest hushåll per krona först.",
        ),
    ),
    key=("projekt_id",),
)
PROJEKT_RUTOR_OPPNA = Table(
    "projekt_rutor",
    "Projektens rutor",
    "Vilka rutor som varje öppet projekt består av: varje ruta vars klass säger färre än hälften hör till ett, per "
    "tröskel och mått.",
    (PROJEKT_OPPNA.columns[0], next(c for c in RUTNAT_250M.columns if c.name == "rutid_scb")),
    key=("projekt_id", "rutid_scb"),
)
OPEN_PROJECTS = (PROJEKT_OPPNA, PROJEKT_RUTOR_OPPNA)
OPEN_TABLES = (RUTNAT_250M, BRISTOMRADEN_OPPNA, KOMMUNER_OPPNA, LAN_OPPNA)
"""The tables of the open edition, in the order a reader lists them."""
OPEN_BESIDE = (*OPEN_HISTORY, AVSTAMNING_OPPEN, *OPEN_PROJECTS)
"""Plain tables beside them: what others have published, and projects with the cells that make them."""


def read(paths: Paths, table: Table) -> pd.DataFrame:
    """Read one open table; gap areas come as a GeoDataFrame, the others without geometry."""
    path = paths.table(f"oppen_{table.name}")
    return files.read_polygons(path) if table.name == "bristomraden" else files.read_table(path)
