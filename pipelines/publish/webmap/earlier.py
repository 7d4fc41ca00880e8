"""The classes of an earlier edition, where one is given (``TIDIGARE``), for the map's before and after.

The internal page compares exact classes of both editions' ``bredband.gpkg``. The open page compares published
classes only: those the earlier edition published, if its open table still lies with it and is of the same run.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.config.region import MEASURES, THRESHOLDS
from pipelines.core import classes, files
from pipelines.orders import edition
from pipelines.orders.compare import compare_editions
from pipelines.publish.webmap.encode import Codes, Numbers, codes
from pipelines.tables import contracts

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.core.paths import Paths
    from pipelines.core.quoted import RunFacts
    from pipelines.orders.edition import Edition

SAME, NEW = "lika", "ny"
"""The class before is the class now; the cell was not in the earlier edition."""
VALUES = (SAME, NEW, *classes.CODES)
_LACKING = {"tillgang": "utan", "passerad": "ej_passerade"}
_ACTION = "TIDIGARE ska vara OUT från en tidigare make coverage."


def open_earlier(paths: Paths, facts: RunFacts) -> Edition | None:
    """Open the earlier edition, or return None where none is given.

    Raises
    ------
    DataError
        When it cannot be read, or is of another län, or a demo against real figures.
    """
    if paths.earlier is None:
        return None
    before = edition.open_edition(paths.earlier, _ACTION)
    compare_editions.check_comparable(before, edition.Edition(paths.out, facts, [], {}))
    return before


def internal(before: Edition) -> pd.DataFrame:
    """Return the earlier edition's exact classes per cell, as the internal page reckons them."""
    names = [f"adresser_{w}_{t}" for w in _LACKING.values() for t in THRESHOLDS]
    cells = edition.read(before, contracts.RUTNAT, ["rutid_scb", "adresser", *names])
    every = cells["adresser"].to_numpy(np.float64)
    out = cells[["rutid_scb"]].copy()
    for m in MEASURES:
        for t in THRESHOLDS:
            lacking = cells[f"adresser_{_LACKING[m]}_{t}"].to_numpy(np.float64)
            out[f"klass_{m}_{t}"] = classes.of_share(every - lacking, every, 0)
    return out


def published(before: Edition) -> pd.DataFrame | None:
    """Return the classes the earlier edition published, or None where they are not kept with it."""
    step = before.path.parent / ".steg"
    table, facts = step / "oppen_rutnat_250m.parquet", step / "korning.json"
    if not (table.is_file() and facts.is_file()):
        return None
    if json.loads(facts.read_text(encoding="utf-8")).get("korning_id") != before.facts["korning_id"]:
        return None  # a later, unfinished run has begun in that folder
    return files.read_table(table, ["rutid_scb", *(f"klass_{m}_{t}" for m in MEASURES for t in THRESHOLDS)])


def fields(before: pd.DataFrame, rutid_scb: Any, now: dict[str, Any]) -> list[Codes | Numbers]:
    """Return, per pair, the class before where it was another.

    Parameters
    ----------
    before : DataFrame
        ``rutid_scb`` and ``klass_…`` of the earlier edition.
    rutid_scb : array_like
        The page's cells.
    now : dict
        ``klass_…``: this edition's class per cell.
    """
    then = before.set_index("rutid_scb").reindex(rutid_scb)
    out: list[Codes | Numbers] = []
    for name, current in now.items():
        was = then[name].to_numpy(dtype=object)
        known = then[name].notna().to_numpy()
        value = np.where(~known, NEW, np.where(was == np.asarray(current, dtype=object), SAME, was))
        out.append(codes(f"fore_{name}", value, VALUES))
    return out
