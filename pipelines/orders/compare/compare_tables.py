"""The tables of a comparison: cells side by side, kommuner with what was won and lost, gap areas with shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from pipelines.core.cell_grid import parse_scb_id
from pipelines.core.files import EPSG
from pipelines.core.level import LEVELS, Level
from pipelines.gaps import edition_change
from pipelines.gaps.area_outlines import outlines
from pipelines.tables.plan_tables import FORANDRING_BRISTOMRADEN, FORANDRING_KOMMUNER, FORANDRING_RUTOR

if TYPE_CHECKING:
    import geopandas as gpd

PAIR = ["troskel_mbit", "matt"]


class Both(Protocol):
    """One table of both editions."""

    @property
    def fore(self) -> pd.DataFrame:
        """Earlier."""

    @property
    def efter(self) -> pd.DataFrame:
        """Later."""


def wide_cells(changed: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return one row per cell, with the columns of every threshold and measure.

    Parameters
    ----------
    changed : DataFrame
        From :func:`change.cells`: the cells stand in the same order for each pair.
    before, after : DataFrame
        ``rutid_scb``, ``kommunkod``, ``kommunnamn``, ``adresser``. A cell that both editions have gets the
        later one's kommun.
    """
    parts = {key: rows.reset_index(drop=True) for key, rows in changed.groupby(PAIR, sort=False)}
    cell = pd.Index(next(iter(parts.values()))["rutid_scb"] if parts else [], dtype="str", name="rutid_scb")
    sides = [side.set_index("rutid_scb").reindex(cell) for side in (before, after)]
    columns: dict[str, object] = {"rutid_scb": cell.to_numpy()}
    for name in ("kommunkod", "kommunnamn"):
        columns[name] = sides[1][name].fillna(sides[0][name]).to_numpy()
    for side, word in zip(sides, ("fore", "efter"), strict=True):
        columns[f"adresser_{word}"] = side["adresser"].fillna(0).to_numpy().astype("int64")
        for level in LEVELS.of("tillgang"):
            columns[f"underlag_{word}_{level.mbit}"] = side[level.cell_basis].fillna("ingen").to_numpy()
    for (t, m), rows in parts.items():
        level = Level(m, t)
        for name in ("forandring", "modellerad", "hushall_nytackta", "hushall_forlorade", "hushall_antal"):
            columns[f"{name}_{level.code}"] = rows[name].to_numpy()
        for word in ("fore", "efter"):
            columns[f"andel_{word}_{level.code}_pct"] = rows[f"andel_{word}_pct"].to_numpy()
    texts = [c.name for c in FORANDRING_RUTOR.columns if c.kind == "text"]
    return pd.DataFrame(columns).astype(dict.fromkeys(texts, "str"))[FORANDRING_RUTOR.names]


def by_kommun(shares: Both, changed: pd.DataFrame, wide: pd.DataFrame) -> pd.DataFrame:
    """Return shares in percentage points, and the cells' households won and lost, measured and modelled.

    The shares are the editions' own, by the addresses' kommun. The households are summed over whole cells,
    each in the kommun of most of its addresses; the län's are exact.
    """
    names = pd.concat([shares.fore, shares.efter]).drop_duplicates("kommunkod", keep="last")
    rows = edition_change.kommuner(shares.fore, shares.efter).rename(columns={"kommunkod": "kod"})
    rows["namn"] = rows["kod"].map(names.set_index("kommunkod")["kommunnamn"])
    lan = rows["kod"].str.len() == 2
    sums = changed[PAIR].assign(
        kod=np.tile(wide["kommunkod"].to_numpy(), len(LEVELS)), hushall_antal=changed["hushall_antal"]
    )
    for what in ("nytackta", "forlorade"):
        for word, mask in (("uppmatt", ~changed["modellerad"]), ("modellerad", changed["modellerad"])):
            sums[f"hushall_{what}_{word}"] = changed[f"hushall_{what}"].where(mask, 0.0)
    values = [c for c in sums.columns if c.startswith("hushall_")]
    per_kommun = sums.groupby(["kod", *PAIR], sort=True)[values].sum().reset_index()
    whole = sums.groupby(PAIR, sort=True)[values].sum().reset_index()
    whole = whole.merge(rows.loc[lan, ["kod"]].drop_duplicates(), how="cross")
    rows = rows.merge(pd.concat([per_kommun, whole]), on=["kod", *PAIR], how="left")
    rows[values] = rows[values].fillna(0.0)
    rows["_lan"] = rows["kod"].str.len() == 2
    rows = rows.sort_values(["_lan", "kod", *PAIR], kind="stable", ignore_index=True)
    return rows.astype({"kod": "str", "namn": "str", "matt": "str"})[FORANDRING_KOMMUNER.names]


def gap_areas(cells: Both, areas: Both) -> gpd.GeoDataFrame:
    """Return gap areas closed, shrunk, grown, new, with households, kommun, and the cells of both editions."""
    import geopandas as gpd

    rows = edition_change.gap_areas(cells.fore, cells.efter)
    rows["modellerad"] = False
    rows["kommunkod"] = rows["kommunnamn"] = None
    spots = []
    for word, side, own in (("fore", areas.fore, cells.fore), ("efter", areas.efter, cells.efter)):
        ids = rows[[*PAIR, word]].assign(rad=np.arange(len(rows)), bristomrade_id=rows[word].str.split(","))
        ids = ids.explode("bristomrade_id")
        ids = ids[ids["bristomrade_id"] != ""][[*PAIR, "rad", "bristomrade_id"]]
        known = ids.merge(side, on=[*PAIR, "bristomrade_id"], how="left")
        known = known.sort_values(["rad", "hushall_utan", "bristomrade_id"], ascending=[True, False, True])
        grouped = known.groupby("rad", sort=True)
        rows[f"hushall_utan_{word}"] = grouped["hushall_utan"].sum().reindex(rows.index, fill_value=0.0)
        model = grouped["modellerad"].max().reindex(rows.index).fillna(False).astype("bool")
        rows["modellerad"] |= model
        for name in ("kommunkod", "kommunnamn"):
            rows[name] = grouped[name].first().reindex(rows.index).fillna(rows[name])
        spots.append(ids.merge(own, on=[*PAIR, "bristomrade_id"])[["rad", "rutid_scb"]])
    where = pd.concat(spots).drop_duplicates()
    rad = where["rad"].to_numpy(np.int64)
    shapes = outlines(parse_scb_id(where["rutid_scb"]), rad, len(rows))
    texts = [c.name for c in FORANDRING_BRISTOMRADEN.columns if c.kind == "text"]
    rows = rows.astype(dict.fromkeys(texts, "str"))[FORANDRING_BRISTOMRADEN.names]
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=EPSG)
