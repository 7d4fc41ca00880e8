"""Kommuner and län of the open edition: counts in tens, shares reckoned from them, land by published class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.config.region import THRESHOLDS
from pipelines.core import classes
from pipelines.core.cell_grid import parse_scb_id
from pipelines.disclosure import background, rules
from pipelines.gaps.area_sums import lookup
from pipelines.tables.open_contracts import KOMMUNER_OPPNA

if TYPE_CHECKING:
    import pandas as pd

PAIRS = tuple(
    (t, share, without)
    for t in THRESHOLDS
    for share, without in ((f"andel_{t}", f"hushall_utan_{t}"), (f"andel_passerade_{t}", f"hushall_ej_passerade_{t}"))
)
SURFACE = {"utan": classes.LACKING, "tackt": classes.COVERED, "okand": (classes.WITHHELD,)}


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
    kommuner = unsaid_by_cells(kommuner, parts, limits[0])
    kommuner_ = kommuner.assign(**{f"{n}_ca": tens(kommuner[n], limits) for n in _counted()})
    told = _with_few_covered(_with_shares(kommuner_, limits))
    told = _with_surface(told, surface.reindex(told["kommunkod"]).fillna(0.0).reset_index(drop=True))
    told = background.with_pts_shares(told, limits)
    whole = rules.county(kommuner, lan, limits)
    whole = whole.assign(**{f"{n}_ca": tens(whole[n], limits) for n in _counted()})
    whole = _with_surface(_with_shares(whole, limits), surface.sum().to_frame().T)
    whole = background.with_pts_shares(whole, limits)
    return {"kommuner": _rounded(told), "lan": _rounded(whole)}


def _counted() -> list[str]:
    return [n.removesuffix("_ca") for n in KOMMUNER_OPPNA.names if n.endswith("_ca")]


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
    for _, _, name in PAIRS:
        lacking = opened[name].to_numpy()
        some, has = (lacking >= rules.NOTHING, opened["hushall"].to_numpy() - lacking >= rules.NOTHING)
        x = out[name].to_numpy(np.float64)
        x = np.where((x < rules.NOTHING) & some, few, x)
        out[name] = np.where((total - x < rules.NOTHING) & has, total - few, x)
    return out


def tens(values: pd.Series, limits: tuple[int, ...]) -> pd.Series:
    """Return counts in steps of twice the threshold; empty from above nothing to under it; 0 is nothing.

    >>> import pandas as pd
    >>> tens(pd.Series([0, 3.2, 5, 14.9, 15, 1234]), (5, 10)).tolist()
    [0, <NA>, 10, 10, 20, 1230]
    """
    import pandas as pd

    x = values.to_numpy(np.float64)
    few = (x >= rules.NOTHING) & (x < limits[0])
    rounded = np.where(x < rules.NOTHING, 0, rules.stepped(x, limits[0]))
    return pd.Series(np.where(few, np.nan, rounded), index=values.index).astype("Int64")


def _with_shares(told: pd.DataFrame, limits: tuple[int, ...]) -> pd.DataFrame:
    """Add every share, and whether it is a limit, from the counts as they are told."""
    out = told.copy()
    for _, share, without in PAIRS:
        rows = [
            rules.publish(total, lacking, np.nan, np.nan, limits).share
            for total, lacking in zip(told["hushall"], told[f"{without}"], strict=True)
        ]
        out[f"{share}_pct"] = np.array(
            [np.nan if r.value is None else _ENDS.get(_word(r.text), r.value) for r in rows], dtype=np.float64
        )
        out[f"{share}_olikhet"] = [_SIGNS.get(_word(r.text), "") for r in rows]
        out = out.astype({f"{share}_olikhet": "str"})
    return out


def _with_few_covered(told: pd.DataFrame) -> pd.DataFrame:
    """Tell those without as all households where few have coverage.

    The number of households is known to anybody: beside it, those without in tens would say how few they leave.
    """
    few = {without: told[f"{share}_olikhet"] == "<" for _, share, without in PAIRS}
    return told.assign(**{f"{n}_ca": told[f"{n}_ca"].mask(x, told["hushall_ca"]) for n, x in few.items()})


_SIGNS = {"minst": ">", "över": ">", "högst": "<", "under": "<"}
_ENDS = {"över": 99.9, "under": 0.1}
"""The limit itself of «över 99,9 %» and «under 0,1 %»: with the sign, 100 or 0 would be untrue."""


def _word(text: str) -> str:
    return text.split("\u00a0")[0].split(" ")[0]


def land_by_class(cells: pd.DataFrame, land: pd.DataFrame) -> pd.DataFrame:
    """Return hectares per kommun: all, in cells without addresses, and by published class and threshold."""
    import pandas as pd

    at = lookup(parse_scb_id(cells["rutid_scb"]), land["rutid"].to_numpy())
    hectares = land["land_ha"].to_numpy(np.float64)
    out = {"land": hectares}
    for t in THRESHOLDS:
        klass = np.append(cells[f"klass_tillgang_{t}"].to_numpy(dtype=object), "ingen_adress")[at]
        out["obebodd"] = np.where(klass == "ingen_adress", hectares, 0.0)
        for name, codes in SURFACE.items():
            out[f"{name}_{t}"] = np.where(np.isin(klass.astype(str), codes), hectares, 0.0)
    return pd.DataFrame(out).groupby(land["kommunkod"].to_numpy(), sort=True).sum()


def _with_surface(told: pd.DataFrame, hectares: pd.DataFrame) -> pd.DataFrame:
    whole = hectares["land"].to_numpy()

    def pct(name: str) -> NDArray[np.float64]:
        part = hectares[name].to_numpy()
        return np.divide(100 * part, whole, out=np.full(len(whole), np.nan), where=whole > 0)

    out = told.assign(yta_obebodd_pct=pct("obebodd"))
    for t in THRESHOLDS:
        for name in SURFACE:
            out[f"yta_klass_{name}_{t}_pct"] = pct(f"{name}_{t}")
    return out


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    decimals = [c for c in table if table[c].dtype == np.float64]
    return table.assign(**{c: table[c].round(6) + 0.0 for c in decimals})
