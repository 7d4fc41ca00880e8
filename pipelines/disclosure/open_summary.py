"""Kommuner and län of the open edition: counts in tens, shares reckoned from them, land by published class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.core import classes
from pipelines.core.cell_grid import parse_scb_id
from pipelines.core.level import LEVELS
from pipelines.disclosure import background, rules
from pipelines.gaps.area_sums import lookup
from pipelines.tables.open_contracts import KOMMUNER_OPPNA, SURFACE

if TYPE_CHECKING:
    import pandas as pd


def tables(
    kommuner: pd.DataFrame,
    lan: pd.DataFrame,
    cells: pd.DataFrame,
    parts: pd.DataFrame,
    land: pd.DataFrame,
    limits: tuple[int, ...],
) -> dict[str, pd.DataFrame]:
    """Return the open ``kommuner`` and ``lan``.

    Parameters
    ----------
    kommuner, lan : DataFrame
        Contracts KOMMUNER and LAN.
    cells : DataFrame
        ``oppna_rutor``, by ``rutid_scb``.
    parts : DataFrame
        ``oppna_delar``.
    land : DataFrame
        ``rutid``, ``kommunkod``, ``land_ha``.
    """
    surface = land_by_class(cells, land)
    small = limits[0]
    kommuner = unsaid_by_cells(kommuner, parts, small)
    told = households(kommuner, small)
    told = _with_surface(told, surface.reindex(told["kommunkod"]).fillna(0.0).reset_index(drop=True))
    told = background.with_pts_shares(told, limits)
    whole = _with_shares(_with_tens(rules.county(kommuner, lan, limits), small), small)
    whole = _with_surface(whole, surface.sum().to_frame().T)
    whole = background.with_pts_shares(whole, limits)
    return {"kommuner": _rounded(told), "lan": _rounded(whole)}


def households(kommuner: pd.DataFrame, small: int) -> pd.DataFrame:
    """Return kommuner with every count and share of households as they are told, and which are limits."""
    return _with_few_covered(_with_shares(_with_tens(kommuner, small), small))


def _with_tens(table: pd.DataFrame, small: int) -> pd.DataFrame:
    told = [n for n in KOMMUNER_OPPNA.names if n.endswith("_ca")]
    return table.assign(**{n: rules.tens(table[n.removesuffix("_ca")], small) for n in told})


def unsaid_by_cells(kommuner: pd.DataFrame, parts: pd.DataFrame, small: int) -> pd.DataFrame:
    """Return kommuner whose counts say no more of every single cell than the published cells do.

    A kommun's counts rest on all evidence, its cells on what may be published. That nobody, or everybody, in a
    kommun lacks coverage says so of each cell; where the run behind the cells says otherwise, it is told as few.
    """
    out = kommuner.copy()
    opened = parts.groupby("kommunkod", observed=True).sum(numeric_only=True)
    opened = opened.reindex(out["kommunkod"].astype(str)).fillna(0.0)
    total = out["hushall"].to_numpy(np.float64)
    few = np.minimum(small, total) / 2
    for name in (level.without() for level in LEVELS):
        lacking = opened[name].to_numpy()
        some, has = (lacking >= rules.NOTHING, opened["hushall"].to_numpy() - lacking >= rules.NOTHING)
        x = out[name].to_numpy(np.float64)
        x = np.where((x < rules.NOTHING) & some, few, x)
        out[name] = np.where((total - x < rules.NOTHING) & has, total - few, x)
    return out


def _with_shares(told: pd.DataFrame, small: int) -> pd.DataFrame:
    """Add every share, and whether it is a limit, from the counts as they are told."""
    import pandas as pd

    columns: dict[str, Any] = {}
    for level in LEVELS:
        households = zip(told["hushall"], told[level.without()], strict=True)
        shares = [rules.share(total, lacking, small) for total, lacking in households]
        columns[level.share] = np.array([np.nan if s.value is None else s.value for s in shares])
        columns[level.share_sign] = pd.Series([s.sign for s in shares], told.index, dtype="str")
    return told.assign(**columns)


def _with_few_covered(told: pd.DataFrame) -> pd.DataFrame:
    """Tell those without as all households where few have coverage.

    The number of households is known to anybody: beside it, those without in tens would say how few they leave.
    """
    few = {f"{level.without()}_ca": told[level.share_sign] == "<" for level in LEVELS}
    return told.assign(**{n: told[n].mask(x, told["hushall_ca"]) for n, x in few.items()})


def land_by_class(cells: pd.DataFrame, land: pd.DataFrame) -> pd.DataFrame:
    """Return hectares per kommun: all, in cells without addresses, and by the classes of tillgång, each its column."""
    import pandas as pd

    at = lookup(parse_scb_id(cells["rutid_scb"]), land["rutid"].to_numpy())
    hectares, nobody = land["land_ha"].to_numpy(np.float64), classes.CODES.index(classes.NO_ADDRESS)
    out = {"land": hectares}
    for level in LEVELS.of("tillgang"):
        named = pd.Categorical(cells[level.cell_class], categories=[*classes.CODES])
        klass = np.append(named.codes, nobody)[at]
        out["obebodd"] = np.where(klass == nobody, hectares, 0.0)
        for name, codes in SURFACE.items():
            chosen = np.isin(klass, [classes.CODES.index(code) for code in codes])
            out[level.land(f"klass_{name}")] = np.where(chosen, hectares, 0.0)
    return pd.DataFrame(out).groupby(land["kommunkod"].astype("str").to_numpy(), sort=True).sum()


def _with_surface(told: pd.DataFrame, hectares: pd.DataFrame) -> pd.DataFrame:
    """Add the land of each kind in per cent of all land."""
    parts = hectares.drop(columns="land").rename(columns={"obebodd": "yta_obebodd_pct"})
    pct = parts.mul(100).div(hectares["land"].where(hectares["land"] > 0), axis=0)
    return told.assign(**{name: pct[name].to_numpy() for name in pct})


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    decimals = [c for c in table if table[c].dtype == np.float64]
    values = table[decimals].to_numpy().round(6) + 0.0
    return table.assign(**dict(zip(decimals, values.T, strict=True)))
