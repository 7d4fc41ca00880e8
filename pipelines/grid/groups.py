"""Groups: kommun × class as PTS counts households, and which address belongs to which.

A class with households at PTS but no address here merges into the other class of its kommun. Where PTS
gives no classes for a kommun, the whole kommun is one group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipelines.config.region import CLASSES
from pipelines.core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.ledger import Ledger

WHOLE = "totalt"


def of_kommuner(table: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Return PTS's rows of households in the region's kommuner; the workbooks hold all of Sweden."""
    own = table["kommunkod"].isin(region.kommunkoder)
    return table[(table["bas"] == "hushall") & (table["niva"] == "kommun") & own]


def household_counts(teknik: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Return PTS's households per kommun and områdestyp: ``kommunkod``, ``omradestyp``, ``antal``."""
    return of_kommuner(teknik, region)[["kommunkod", "omradestyp", "antal"]].reset_index(drop=True)


def make_groups(counts: pd.DataFrame, addresses: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """Say which group each kommun × class belongs to, and how many households the group has.

    Parameters
    ----------
    counts : DataFrame
        Of :func:`household_counts`.
    addresses : DataFrame
        ``kommunkod``, ``omradestyp``: one row an address.

    Returns
    -------
    DataFrame
        ``kommunkod``, ``omradestyp`` (one row per kommun × class at PTS or here), ``grupp`` (the class it is
        counted in, or ``totalt``), ``hushall_pts`` (households of that kommun × class at PTS).

    Raises
    ------
    DataError
        When PTS has households in a kommun without a single address.
    """
    import pandas as pd

    here = addresses.groupby(["kommunkod", "omradestyp"]).size()
    rows = []
    for kommun, given in counts.groupby("kommunkod"):
        at_pts = dict(zip(given["omradestyp"], given["antal"], strict=True))
        present = [c for c in CLASSES if here.get((kommun, c), 0) > 0]
        if not present:
            raise DataError(
                f"Kommun {kommun} har hushåll hos PTS men ingen gällande adress.",
                file="lantmateriet/",
                action="Kontrollera att kommunens adressfil finns och innehåller gällande adresser.",
            )
        if not all(c in at_pts for c in CLASSES):
            total = at_pts.get(WHOLE, sum(at_pts.get(c, 0) for c in CLASSES))
            rows += [(kommun, c, WHOLE, total if i == 0 else 0) for i, c in enumerate(CLASSES)]
            ledger.add(
                "antagen",
                "pts teknik",
                "PTS delar inte kommunen i tät och gles",
                1,
                "hela kommunen räknas som en grupp",
                [kommun],
            )
            continue
        for c in CLASSES:
            alone = c not in present and at_pts[c] > 0
            rows.append((kommun, c, present[0] if alone else c, at_pts[c]))
            if alone:
                ledger.add(
                    "justerad",
                    "pts teknik",
                    f"klassen {c} har hushåll hos PTS men ingen adress här",
                    at_pts[c],
                    f"hushållen räknas i kommunens andra klass ({present[0]})",
                    [kommun],
                )
    return pd.DataFrame(rows, columns=["kommunkod", "omradestyp", "grupp", "hushall_pts"]).astype(
        {"kommunkod": "str", "omradestyp": "str", "grupp": "str", "hushall_pts": "float64"}
    )


def group_index(addresses: pd.DataFrame, groups: pd.DataFrame) -> tuple[np.ndarray, pd.DataFrame]:
    """Return each address's group number, and the groups in that order.

    Returns
    -------
    index : ndarray of int64, shape (n,)
    table : DataFrame
        ``kommunkod``, ``grupp``, ``hushall_pts`` (summed over what merged), ordered by kommun and group.
    """
    import pandas as pd

    table = groups.groupby(["kommunkod", "grupp"], as_index=False)["hushall_pts"].sum()
    numbered = groups.merge(table.assign(nr=np.arange(len(table)))[["kommunkod", "grupp", "nr"]])
    key = pd.MultiIndex.from_frame(numbered[["kommunkod", "omradestyp"]])
    at = key.get_indexer(pd.MultiIndex.from_frame(addresses[["kommunkod", "omradestyp"]]))
    return numbered["nr"].to_numpy(dtype=np.int64)[at], table
