"""Can these be the county's people? SCB's squares held against PTS's households, the addresses, SCB's totals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.core.errors import DataError
from pipelines.grid.population import square_of
from pipelines.read.scb.scb_totals import people_near

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.ledger import Ledger

MANY = 500
"""Households or people of a kommun from which a figure far out stops the run; in a smaller one chance can do it."""
FEW_ADDRESSES = 10
"""A kommun with fewer addresses is not judged by how many of them lie in squares without people."""
FAR = 5
"""A kommun's people may differ this many times the limit from SCB's total before the run stops."""
_GRID, _LIST = "scb/befolkning_1km_<år>.gpkg", "scb/folkmangd_kommun_<år>.csv"


def require_plausible(
    region: Region,
    addresses: pd.DataFrame,
    squares: pd.DataFrame,
    people: NDArray[np.float64],
    groups: pd.DataFrame,
    totals: pd.DataFrame | None,
    ledger: Ledger,
    read_from: Mapping[str, str] | None = None,
) -> None:
    """Tell of every kommun whose people are out of all proportion; stop where they are far out of it.

    ``read_from`` names the file of each role in errors.

    Raises
    ------
    DataError
        When a kommun of some size has absurdly few or many people per household of PTS's, or people that are
        far from SCB's own total.
    """
    folk = addresses[["kommunkod"]].assign(folk=people).groupby("kommunkod")["folk"].sum()
    names = [(k, region.kommunnamn[k]) for k in region.kommunkoder]
    named = read_from or {}
    of_grid = next((named[k] for k in ("befolkning_1km", "befolkning_250m") if k in named), _GRID)
    of_pts, of_list = named.get("teknik", "PTS:s arbetsbok teknik"), named.get("folkmangd_kommun", _LIST)
    households = groups.groupby("kommunkod")["hushall_pts"].sum()
    _per_household(region, folk, households, names, ledger, f"{of_grid} och {of_pts}")
    _empty_squares(region, addresses, squares, names, ledger, of_grid)
    published = people_near(totals, _year(totals, region))
    _totals(region, folk, published, names, ledger, f"{of_grid} och {of_list}")


def _per_household(
    region: Region, folk: pd.Series, households: pd.Series, names: list[tuple[str, str]], ledger: Ledger, file: str
) -> None:
    low, high = region.scb.min_personer_per_hushall, region.scb.max_personer_per_hushall
    odd: list[str] = []
    absurd: list[str] = []
    for code, name in names:
        count, number = float(households.get(code, 0)), float(folk.get(code, 0))
        if count <= 0 or low * count <= number <= high * count:
            continue
        line = f"{name}: {number:.0f} personer, {count:.0f} hushåll, {number / count:.2f} per hushåll"
        far = number < low * count / 2 or number > high * count * 2
        (absurd if far and count >= MANY else odd).append(line)
    if absurd:
        raise DataError(
            "SCB:s folk och PTS:s hushåll går inte ihop.",
            file=file,
            expected=f"{low:g}–{high:g} personer per hushåll",
            found=absurd[0],
            details=absurd[1:21],
            action="Kontrollera att befolkningsfilen täcker hela länet och att PTS:s arbetsbok är av samma län. "
            "Gränserna står under [scb] i konfigurationen.",
        )
    ledger.add(
        "allvarlig",
        file,
        f"kommuner med under {low:g} eller över {high:g} personer per hushåll",
        len(odd),
        "talen används som de står; täcker befolkningsfilen hela länet?",
        odd,
    )


def _empty_squares(
    region: Region,
    addresses: pd.DataFrame,
    squares: pd.DataFrame,
    names: list[tuple[str, str]],
    ledger: Ledger,
    file: str,
) -> None:
    lived = squares[squares["befolkning"] > 0]
    nobody = square_of(addresses["rutid"].to_numpy(), lived) < 0
    by = addresses[["kommunkod"]].assign(utan=nobody).groupby("kommunkod")["utan"].agg(["mean", "size"])
    limit = region.scb.max_adresser_utan_folk_pct
    odd = by[(100 * by["mean"] > limit) & (by["size"] >= FEW_ADDRESSES)]
    ledger.add(
        "allvarlig",
        file,
        f"kommuner med mer än {limit:g} % av adresserna i rutor utan folk",
        len(odd),
        "talen används som de står; täcker befolkningsfilen hela länet?",
        (f"{n}: {100 * odd.loc[k, 'mean']:.0f} %" for k, n in names if k in odd.index),
    )


def _year(totals: pd.DataFrame | None, region: Region) -> int:
    return region.scb.ar or (0 if totals is None else int(totals["ar"].max()))


def _totals(
    region: Region,
    folk: pd.Series,
    published: pd.Series | None,
    names: list[tuple[str, str]],
    ledger: Ledger,
    file: str,
) -> None:
    if published is None:
        return
    limit = region.scb.max_avvikelse_kommun_pct
    odd: list[str] = []
    absurd: list[str] = []
    for code, name in names:
        wanted, number = float(published.get(code, np.nan)), float(folk.get(code, 0))
        off = 100 * abs(number - wanted) / max(wanted, 1)
        if np.isnan(wanted) or off <= limit:
            continue
        far = off > FAR * limit and wanted >= MANY
        (absurd if far else odd).append(f"{name}: {number:.0f} i rutorna, {wanted:.0f} enligt SCB")
    if absurd:
        raise DataError(
            "Rutornas folk är inte kommunens folkmängd.",
            file=file,
            expected=f"SCB:s folkmängd per kommun, så när som på {limit:g} %",
            found=absurd[0],
            details=absurd[1:21],
            action="Kontrollera att befolkningsfilen och scb/folkmangd_kommun_<år>.csv är hela och av samma slag.",
        )
    ledger.add(
        "allvarlig",
        file,
        f"kommuner vars folk i rutorna skiljer sig mer än {limit:g} % från SCB:s folkmängd",
        len(odd),
        "rutornas folk används",
        odd,
    )
