"""Published figures beside ours, as both may stand in the open edition: told figures in, a verdict out.

Our exact figures never come here: ours are those of the open kommuner and län. A source's figure is told no
finer than what stands beside it: its share as finely as :mod:`.background` tells PTS's share at the same
measure and threshold, its count in the same steps as ours. The verdict is reckoned from what is told, so it
says nothing more: two figures are within the tolerance when what is shown is; they are outside only when no
rounding can be the whole reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.config import kolada_indicators
from pipelines.core.level import LEVELS
from pipelines.disclosure.open_history import told_decimals
from pipelines.disclosure.rules import tens
from pipelines.tables.reconciliation_tables import AVSTAMNING_OPPEN, ROUNDINGS

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
COUNTS = {"hushall": "hushall_ca", "folkmangd": "befolkning_ca"}
"""Our told count beside a source's; land is told exactly by both."""
DECIMALS = 1
PART_DECIMALS = 3
"""Of a difference in per cent of a count or an area: finer than any tolerance."""
EPSILON = 1e-9
ON = ["niva", "kod", "storhet", "troskel_mbit", "matt"]


def open_reconciliation(
    table: pd.DataFrame,
    kommuner: pd.DataFrame,
    lan: pd.DataFrame,
    decimals: pd.DataFrame,
    year: int,
    limits: tuple[int, ...],
) -> pd.DataFrame:
    """Return AVSTAMNING_OPPEN.

    Parameters
    ----------
    table : DataFrame
        AVSTAMNING_KALLOR; of it only what the sources themselves say, and the tolerance.
    kommuner, lan : DataFrame
        KOMMUNER_OPPNA and LAN_OPPNA.
    decimals : DataFrame
        How finely both tell PTS's shares, by code: :func:`.background.certain_decimals`.
    year : int
        The edition's own year of PTS's statistics.
    limits : tuple of int
        ``publicering.bandgranser``; the first is the suppression threshold.
    """
    rows = table[(table["omradestyp"] == "totalt").to_numpy()].drop(columns=["vart_tal", "skillnad", "utfall"])
    of_people = (rows["storhet"] == "andel_befolkning").to_numpy()
    rows = _of_households(rows, of_people)
    share, years = (rows["enhet"] == "procent").to_numpy(), rows["ar"].fillna(0).to_numpy(np.int64)
    finely = np.where(share & (years >= year), told_decimals(rows, decimals), DECIMALS)
    # Beside PTS's share in whole per cent no other rounding of the same share: the two would narrow it.
    again = (finely < 1) & ~of_people & ~_of_pts(rows)
    rows = rows.assign(decimaler=finely, eget_ar=years == year)[(finely >= 0) & ~again].reset_index(drop=True)
    rows = rows.merge(_own(_areas(kommuner, lan)), on=ON, how="left", validate="many_to_one")
    rows = rows.astype({"vart_tal_olikhet": "str"}).assign(
        vart_tal_olikhet=lambda x: x["vart_tal_olikhet"].where(x["vart_tal"].notna(), "")
    )
    rows["deras_tal"] = _their_figures(rows, limits)
    judged = _judged(rows, _slack(rows, len(kommuner), limits), rows["eget_ar"].to_numpy(bool))
    judged["orsak"] = judged["orsak"] + _roundings(judged, limits[0])
    return judged.astype({"orsak": "str"})[AVSTAMNING_OPPEN.names].reset_index(drop=True)


def beyond_pts(table: pd.DataFrame) -> frozenset[tuple[str, str, int]]:
    """Return the code, measure and threshold of every share of ours that is outside its tolerance of PTS's.

    Parameters
    ----------
    table : DataFrame
        AVSTAMNING_OPPEN.
    """
    share = ((table["storhet"] == "andel_hushall") & (table["utfall"] == "utanfor")).to_numpy()
    of = table[share & _of_pts(table)]
    return frozenset(zip(of["kod"], of["matt"], of["troskel_mbit"].astype("int64"), strict=True))


def _of_pts(rows: pd.DataFrame) -> NDArray[np.bool_]:
    return rows["kalla"].str.startswith("PTS ").to_numpy(bool)


def _areas(kommuner: pd.DataFrame, lan: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    whole = lan.rename(columns={"lanskod": "kod"}).assign(niva="lan")
    return pd.concat([whole, kommuner.rename(columns={"kommunkod": "kod"}).assign(niva="kommun")], ignore_index=True)


def _own(areas: pd.DataFrame) -> pd.DataFrame:
    """Return our told figures: ``ON``, ``vart_tal``, ``vart_tal_olikhet``, and the area's ``hushall_ca``."""
    import pandas as pd

    place = areas[["niva", "kod", "hushall_ca"]]
    none = pd.array([pd.NA] * len(place), dtype="Int64")
    figures = [
        place.assign(storhet=q, troskel_mbit=none, matt="", vart_tal=areas[c].astype("Float64"), vart_tal_olikhet="")
        for q, c in (*COUNTS.items(), ("land_ha", "land_ha"))
    ]
    figures += [
        place.assign(
            storhet="andel_hushall",
            troskel_mbit=pd.array([level.mbit] * len(place), dtype="Int64"),
            matt=level.measure,
            vart_tal=areas[level.share].astype("Float64"),
            vart_tal_olikhet=areas[level.share_sign],
        )
        for level in LEVELS
    ]
    out = pd.concat(figures, ignore_index=True)
    return out.assign(vart_tal=out["vart_tal"].astype("float64"))


def _of_households(rows: pd.DataFrame, people: NDArray[np.bool_]) -> pd.DataFrame:
    """Let a share of the people stand beside our share of the households: no other is told."""
    reason = kolada_indicators.reason(of_people=True, ours="hushållen")
    return rows.assign(storhet=rows["storhet"].mask(people, "andel_hushall"), orsak=rows["orsak"].mask(people, reason))


def _their_figures(rows: pd.DataFrame, limits: tuple[int, ...]) -> Floats:
    """Return the sources' figures as they may be told; NaN where a count is below the threshold."""
    value = rows["deras_tal"].to_numpy(np.float64)
    whole = (rows["decimaler"] < 1).to_numpy()
    count = rows["storhet"].isin(list(COUNTS)).to_numpy()
    steps = tens(rows["deras_tal"], limits[0]).to_numpy(np.float64, na_value=np.nan)
    share = np.where(whole, np.round(value), np.round(value, DECIMALS))
    return np.where(count, steps, np.where(rows["enhet"] == "procent", share, value)) + 0.0


def _slack(rows: pd.DataFrame, kommuner: int, limits: tuple[int, ...]) -> Floats:
    """Return by how much rounding alone may move the difference, in the difference's own unit.

    Half a step of a count is g, the suppression threshold: of each kommun's in the sum that is the län's, and of
    the source's own. A share is 100 · (1 − w/n) of two such counts, so it moves at most by
    100 · g · (1 + w/n) / (n − g); the decimals of the two shares come on top.
    """
    half = limits[0] * np.where(rows["niva"] == "lan", kommuner, 1.0)
    theirs, ours = (rows[c].to_numpy(np.float64) for c in ("deras_tal", "vart_tal"))
    households = rows["hushall_ca"].to_numpy(np.float64, na_value=np.nan) - half
    of_count = _part(100 * (half + limits[0]), theirs)
    of_share = _part(half * (200 - ours), households) + np.where(rows["decimaler"] < 1, 0.55, 0.1)
    count = rows["storhet"].isin(list(COUNTS)).to_numpy()
    return np.where(count, of_count, np.where(rows["enhet"] == "procent", of_share, 0.0))


def _part(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full(len(whole), np.inf), where=whole > 0)


def _judged(rows: pd.DataFrame, slack: Floats, own_year: NDArray[np.bool_]) -> pd.DataFrame:
    """Add the difference, where our figure is no limit, and the verdict."""
    ours, theirs = (rows[c].to_numpy(np.float64) for c in ("vart_tal", "deras_tal"))
    is_share, sign = (rows["enhet"] == "procent").to_numpy(), rows["vart_tal_olikhet"].to_numpy(str)

    def gap(own: Floats) -> Floats:
        part = np.divide(100 * (own - theirs), theirs, out=np.full(len(rows), np.nan), where=theirs > 0)
        return np.where(is_share, np.round(own - theirs, DECIMALS), np.round(part, PART_DECIMALS)) + 0.0

    least, most = gap(np.where(sign == "<", 0.0, ours)), gap(np.where(sign == ">", 100.0, ours))
    tolerance = rows["tolerans"].to_numpy(np.float64)
    inside = (least >= -tolerance - EPSILON) & (most <= tolerance + EPSILON)
    beyond = tolerance + slack + EPSILON
    outside = (least > beyond) | (most < -beyond)
    comparable = (is_share <= own_year) & ~np.isnan(least) & ~np.isnan(most)
    verdict = np.select([~comparable, inside, outside], ["ej_jamforbart", "inom", "utanfor"], "oavgjort")
    difference = np.where(comparable & (sign == ""), least, np.nan)
    return rows.assign(skillnad=difference, utfall=verdict).astype({"utfall": "str"})


def _roundings(rows: pd.DataFrame, small: int) -> NDArray[np.str_]:
    """Return what is added to the reason: how the two figures are told here."""
    count, limit = rows["storhet"].isin(list(COUNTS)), rows["vart_tal_olikhet"] != ""
    whole = (rows["enhet"] == "procent") & (rows["decimaler"] < 1)
    cases = [count & (rows["niva"] == "lan"), count, limit & whole, limit, whole]
    added = [f"; {text.format(steg=2 * small)}" for text in ROUNDINGS]
    return np.select(cases, added, "")
