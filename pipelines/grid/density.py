"""Tätbebyggt without locality polygons: the densest 1 km squares, as many as PTS's share asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.core import cell_grid
from pipelines.core.ledger import Ledger
from pipelines.grid.groups import of_kommuner
from pipelines.grid.population import part_inside, spread, square_of

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region


def dense_squares(
    addresses: pd.DataFrame,
    squares: pd.DataFrame,
    inside: pd.DataFrame,
    outside: pd.DataFrame,
    teknik: pd.DataFrame,
    region: Region,
    ledger: Ledger,
) -> pd.DataFrame:
    """Without locality polygons: 1 km squares by falling density until PTS's tät share is reached.

    Density is the people on the kommun's own addresses in the square, placed as the households stage does
    (evenly over a square's addresses, a border square's in proportion to land), without those moved from
    squares that have no address. Squares are taken from the densest until their people reach PTS's share
    of the kommun's households that is tätbebyggt; ties by lower square id.

    Returns
    -------
    DataFrame
        ``km`` (int64) and ``kommunkod`` of the squares that count as tätbebyggt.
    """
    import pandas as pd

    square = square_of(addresses["rutid"].to_numpy(), squares)
    part = part_inside(squares, square, inside, outside, Ledger("grid"))  # the households stage reports it
    folk, _, _ = spread(addresses["rutid"].to_numpy(), squares, part)
    people = addresses[["kommunkod"]].assign(km=cell_grid.parent(addresses["rutid"]), folk=folk)
    count = people.groupby(["km", "kommunkod"], as_index=False)["folk"].sum()
    kommun = of_kommuner(teknik, region)
    households = kommun.pivot_table(index="kommunkod", columns="omradestyp", values="antal", aggfunc="sum")
    dense_share = (households["tatbebyggt"] / households["totalt"]).clip(0, 1)

    count = count.sort_values(["kommunkod", "folk", "km"], ascending=[True, False, True], ignore_index=True)
    by_kommun = count.groupby("kommunkod")["folk"]
    before = (by_kommun.cumsum() - count["folk"]) / by_kommun.transform("sum")
    wanted = count["kommunkod"].map(dense_share).fillna(0)
    taken = count[(before < wanted - 1e-12) & (count["folk"] > 0)]
    ledger.add(
        "antagen",
        "scb/tatorter_*.gpkg",
        "tätortspolygoner saknas",
        len(taken),
        "områdestyp satt från 1 km-rutor efter fallande täthet tills PTS:s andel nåddes; antal rutor",
    )
    return pd.DataFrame(taken[["km", "kommunkod"]])


def in_squares(rutid: pd.Series, kommunkod: pd.Series, squares: pd.DataFrame) -> pd.Series:
    """Say for each cell and kommun whether it lies in one of the squares of :func:`dense_squares`."""
    import pandas as pd

    key = pd.MultiIndex.from_arrays([cell_grid.parent(rutid), kommunkod])
    wanted = pd.MultiIndex.from_frame(squares[["km", "kommunkod"]])
    return pd.Series(key.isin(wanted), index=rutid.index)
