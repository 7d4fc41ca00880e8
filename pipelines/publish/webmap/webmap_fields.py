"""Which columns each edition's page carries, and the internal page's own classes and bands.

The open page is made from ``oppen_rutnat_250m`` alone: it can hold nothing that table does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipelines.config.region import CLASSES, MEASURES, THRESHOLDS, Region
from pipelines.core import classes
from pipelines.disclosure import bands
from pipelines.publish.webmap.encode import Codes, Numbers, codes, numbers
from pipelines.tables.contracts import BEST_TECHNIQUES, MERGED_M, UNDERLAG

if TYPE_CHECKING:
    import pandas as pd

INTERNAL = (classes.NO_ADDRESS, *classes.FINE)
WITHOUT = {"tillgang": "utan", "passerad": "ej_passerade"}
"""The part of a count column's name that says what is lacking, per measure."""


def open_fields(cells: pd.DataFrame, region: Region) -> list[Codes | Numbers]:
    """Return the open page's fields: classes and the band of addresses, as in ``oppen_rutnat_250m``."""
    return [
        *_where(cells),
        *(codes(c, cells[c], classes.CODES) for c in (f"klass_{m}_{t}" for m in MEASURES for t in THRESHOLDS)),
        codes("adresser_band", cells["adresser_band"], bands.codes(region.publicering.bandgranser)),
        codes("sammanslagen_m", cells["sammanslagen_m"], MERGED_M),
    ]


def exact_classes(cells: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the classes of the internal edition's own coverage, by column name."""
    return {f"klass_{m}_{t}": _classes(cells, m, t) for m in MEASURES for t in THRESHOLDS}


def internal_fields(cells: pd.DataFrame, region: Region, exact: dict[str, np.ndarray]) -> list[Codes | Numbers]:
    """Return the internal page's fields: exact expected counts of ``rutnat_250m``, classes and bands.

    ``exact`` are those of :func:`exact_classes`, never coarser in a cell with few addresses.
    """
    limits = region.publicering.bandgranser
    pairs = [(m, t) for m in MEASURES for t in THRESHOLDS]
    counts = [f"{w}_{WITHOUT[m]}_{t}" for w in ("adresser", "hushall") for m, t in pairs]
    counts += [f"befolkning_utan_{t}" for t in THRESHOLDS]
    households = [f"hushall_{WITHOUT[m]}_{t}" for m, t in pairs]
    return [
        *_where(cells),
        codes("basta_teknik", cells["basta_teknik"], BEST_TECHNIQUES),
        *(codes(name, values, INTERNAL) for name, values in exact.items()),
        *(codes(f"{c}_band", bands.of(cells[c], limits), bands.codes(limits)) for c in households),
        numbers("adresser", cells["adresser"], scale=1),
        *(numbers(c, cells[c]) for c in ("land_ha", "befolkning", "hushall", *counts)),
    ]


def _where(cells: pd.DataFrame) -> list[Codes | Numbers]:
    kommuner = tuple(sorted(cells["kommunkod"].unique()))
    planned = np.where(cells["planerad"].to_numpy(bool), "ja", "nej")
    return [
        codes("kommunkod", cells["kommunkod"], kommuner),
        codes("omradestyp", cells["omradestyp"], CLASSES),
        codes("planerad", planned, ("nej", "ja")),
        *(codes(c, cells[c], UNDERLAG) for c in ("underlag", *(f"underlag_{t}" for t in THRESHOLDS))),
    ]


def _classes(cells: pd.DataFrame, measure: str, t: int) -> np.ndarray:
    every = cells["adresser"].to_numpy(np.float64)
    return classes.of_share(every - cells[f"adresser_{WITHOUT[measure]}_{t}"].to_numpy(np.float64), every, 0)
