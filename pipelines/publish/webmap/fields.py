"""Which columns each edition's page carries, and the internal page's own classes and bands.

The open page is made from ``oppna_rutor`` alone: it can hold nothing that table does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipelines.contracts import BEST_TECHNIQUES, CLASS_CODES, UNDERLAG
from pipelines.publish.webmap.encode import Codes, Numbers, band_codes, band_values, codes, numbers
from pipelines.region import CLASSES, MEASURES, THRESHOLDS, Region

if TYPE_CHECKING:
    import pandas as pd

NO_HOUSEHOLDS = "inga_hushall"
"""Internal class of a cell with addresses but no households, where the measure counts households."""
CLASS_LIMITS = (0.05, 0.5, 0.95)
"""Shares where utan, mindre_del, storre_del and tackt meet, as in the open edition's classes."""


def open_fields(cells: pd.DataFrame, region: Region) -> list[Codes | Numbers]:
    """Return the open page's fields: classes and bands, column for column those of ``oppna_rutor``."""
    bands = band_values(region.publicering.bandgranser)
    names = ["adresser_band", "hushall_band", *(f"hushall_utan_{t}_band" for t in THRESHOLDS)]
    return [
        *_where(cells),
        *(codes(c, cells[c], CLASS_CODES) for c in (f"klass_{m}_{t}" for m in MEASURES for t in THRESHOLDS)),
        *(codes(c, cells[c], bands) for c in names),
    ]


def internal_fields(cells: pd.DataFrame, region: Region) -> list[Codes | Numbers]:
    """Return the internal page's fields: exact expected counts of ``rutnat_250m``, classes and bands."""
    limits = region.publicering.bandgranser
    decimal = ["land_ha", "befolkning", "hushall"]
    decimal += [f"{w}_utan_{t}" for w in ("adresser", "befolkning", "hushall") for t in THRESHOLDS]
    decimal += [f"hushall_ej_passerade_{t}" for t in THRESHOLDS]
    missing = [f"{w}_{t}" for w in ("hushall_utan", "hushall_ej_passerade") for t in THRESHOLDS]
    return [
        *_where(cells),
        codes("basta_teknik", cells["basta_teknik"], BEST_TECHNIQUES),
        *(_class(cells, "tillgang", t, "adresser", f"adresser_utan_{t}") for t in THRESHOLDS),
        *(_class(cells, "passerad", t, "hushall", f"hushall_ej_passerade_{t}") for t in THRESHOLDS),
        *(band_codes(f"{c}_band", cells[c], limits) for c in missing),
        numbers("adresser", cells["adresser"], scale=1),
        *(numbers(c, cells[c]) for c in decimal),
    ]


def _where(cells: pd.DataFrame) -> list[Codes | Numbers]:
    kommuner = tuple(sorted(cells["kommunkod"].unique()))
    planned = np.where(cells["planerad"].to_numpy(bool), "ja", "nej")
    return [
        codes("kommunkod", cells["kommunkod"], kommuner),
        codes("omradestyp", cells["omradestyp"], CLASSES),
        codes("planerad", planned, ("nej", "ja")),
        codes("underlag", cells["underlag"], UNDERLAG),
    ]


def _class(cells: pd.DataFrame, measure: str, t: int, total: str, without: str) -> Codes:
    every = cells[total].to_numpy(np.float64)
    some = every > 0
    # The margin keeps a share that is a limit but for float noise on its own side of it.
    covered = 1 - cells[without].to_numpy(np.float64) / np.where(some, every, 1) + 1e-9
    code = 1 + np.searchsorted(CLASS_LIMITS, covered, side="right")
    code = np.where(some, code, CLASS_CODES.index("ingen_adress"))
    code[~some & (cells["adresser"].to_numpy() > 0)] = len(CLASS_CODES)
    return Codes(f"klass_{measure}_{t}", (*CLASS_CODES, NO_HOUSEHOLDS), code.astype(np.uint8))
