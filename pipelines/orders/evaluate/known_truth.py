"""The hidden truth that the model is held against: the demo region's, or complete evidence that is hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.core import files, ledger
from pipelines.core.errors import DataError
from pipelines.core.facts import STAND_INS
from pipelines.core.level import LEVELS
from pipelines.coverage.small_area.fit import FEWEST_KOMMUNER, complete_kommuner

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.core.paths import Paths
    from pipelines.evidence.decided import Evidence

Floats = NDArray[np.float64]
DEMO_TRUTH = "sanning/adresser.parquet"
HIDDEN_PART = 1 / 3
"""Part of the kommuner that is hidden at a time."""


@dataclass(frozen=True)
class Truth:
    """What is so, at n addresses.

    Attributes
    ----------
    simulated : bool
        The demo region's own truth; else evidence.
    uncovered : ndarray of float, shape (n, levels)
        Per level, 0–1; NaN where nobody knows.
    households : ndarray of float, shape (n,)
        The demo region's own households; else as the households stage placed them.
    kommuner : tuple of str
        Those whose truth is known in full.
    """

    simulated: bool
    uncovered: Floats
    households: Floats
    kommuner: tuple[str, ...]


def read(paths: Paths, addresses: pd.DataFrame, households: Floats, evidence: Evidence) -> Truth:
    """Return the truth: the demo region's where the input folder holds it for these addresses, else complete evidence.

    Raises
    ------
    DataError
        When too few kommuner have complete evidence to hide some and learn from the others.
    """
    file = paths.raw / DEMO_TRUTH
    if file.exists() and not _of_buildings(paths):
        return simulated(files.read_table(file), addresses)
    known = complete_kommuner(addresses["kommunkod"], evidence)
    needed = FEWEST_KOMMUNER + 2
    if len(known) < needed:
        raise DataError(
            "Modellen kan inte utvärderas: för få kommuner har fullständiga täckningsuppgifter.",
            file=paths.raw / "tackning" / "kallor.csv",
            column="fullstandig",
            expected=f"minst {needed} kommuner där uppgifterna är fullständiga (ja)",
            found=f"{len(known)} kommuner" + (f": {', '.join(known)}" if known else ""),
            action="Lägg till fullständiga uppgifter för fler kommuner, eller utvärdera på demoregionen "
            "(«make utvardera RAW=<en tom mapp>»).",
        )
    return Truth(False, 1 - evidence.share, households, known)


def _of_buildings(paths: Paths) -> bool:
    """Tell whether buildings stand for addresses: the demo's truth is of its addresses."""
    return ledger.load(paths.ledger("lantmateriet")).facts["adressunderlag"] in STAND_INS


def simulated(table: pd.DataFrame, addresses: pd.DataFrame) -> Truth:
    """Return the demo region's truth in the order of the addresses."""
    rows = table.set_index("adress_id").reindex(addresses["adress_id"])
    missing = int(rows["hushall"].isna().sum())
    if missing:
        raise DataError(
            "Demoregionens sanning hör inte till demoregionens adresser.",
            file=DEMO_TRUTH,
            expected="en rad per adress",
            found=f"{missing} adresser utan rad",
            action="Gör om demoregionen: ta bort mappen demo under RAW.",
        )
    unknown = [level.code for level in LEVELS if level.code not in rows]
    if unknown:
        raise DataError(
            "Demoregionens sanning är gjord för andra trösklar.",
            file=DEMO_TRUTH,
            expected=", ".join(unknown),
            action="Gör om demoregionen: ta bort mappen demo under RAW.",
        )
    uncovered = np.column_stack([~rows[level.code].to_numpy(dtype=bool) for level in LEVELS]).astype(np.float64)
    every = tuple(sorted(set(addresses["kommunkod"])))
    return Truth(True, uncovered, rows["hushall"].to_numpy(dtype=np.float64), every)


def hidden_kommuner(truth: Truth, seed: int) -> tuple[str, ...]:
    """Return the kommuner to hide: a third of those known, drawn by the seed."""
    rng = np.random.default_rng(seed)
    count = max(round(HIDDEN_PART * len(truth.kommuner)), 1)
    return tuple(sorted(rng.permutation(np.array(truth.kommuner))[:count].tolist()))
