"""Kommuner and län of the open edition: counts in tens, shares reckoned from them, land by published class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.contracts_open import KOMMUNER_OPPNA, LAN_OPPNA
from pipelines.grid import parse_scb_id
from pipelines.publish import disclosure
from pipelines.publish.open_tables import bands
from pipelines.region import THRESHOLDS
from pipelines.stages.gaps.sums import lookup

if TYPE_CHECKING:
    import pandas as pd

PAIRS = tuple(
    (t, share, without)
    for t in THRESHOLDS
    for share, without in ((f"andel_{t}", f"hushall_utan_{t}"), (f"andel_passerade_{t}", f"hushall_ej_passerade_{t}"))
)  # fmt: skip
SURFACE = {"utan": ("utan", "mindre_del"), "tackt": ("storre_del", "tackt")}


def tables(
    kommuner: pd.DataFrame,
    lan: pd.DataFrame,
    cells: pd.DataFrame,
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
    land : DataFrame
        ``rutid``, ``kommunkod``, ``land_ha``.
    """
    surface = land_by_class(cells, land)
    told = kommuner.assign(
        adresser_ca=addresses(kommuner, cells, limits),
        **{f"{name}_ca": tens(kommuner[name], limits) for name in _counted(KOMMUNER_OPPNA.names)},
    )
    told = _with_shares(told, limits)
    told = _with_surface(told, surface.reindex(told["kommunkod"]).fillna(0.0).reset_index(drop=True))
    whole = disclosure.county(kommuner, lan, limits)
    names = ["adresser_ca", *(f"{n}_ca" for n in _counted(LAN_OPPNA.names))]
    sums = {n: np.round(told[n].sum()) for n in names}
    whole = whole.assign(**sums).astype(dict.fromkeys(names, "Int64"))
    whole = _with_surface(_with_shares(whole, limits), surface.sum().to_frame().T)
    return {"kommuner": _rounded(told), "lan": _rounded(whole)}


def _counted(names: list[str]) -> list[str]:
    return [n.removesuffix("_ca") for n in names if n.endswith("_ca") and n != "adresser_ca"]


def tens(values: pd.Series, limits: tuple[int, ...]) -> pd.Series:
    """Return counts rounded to tens; empty from above nothing to under the threshold; 0 is nothing.

    >>> import pandas as pd
    >>> tens(pd.Series([0, 3.2, 5, 14.9, 15, 1234]), (5, 10)).tolist()
    [0, <NA>, 10, 10, 20, 1230]
    """
    import pandas as pd

    x = values.to_numpy(np.float64)
    few = (x >= disclosure.NOTHING) & (x < limits[0])
    step = 2 * limits[0]
    rounded = np.maximum(step * np.floor(x / step + 0.5), np.where(x < disclosure.NOTHING, 0, step))
    return pd.Series(np.where(few, np.nan, rounded), index=values.index).astype("Int64")


def addresses(kommuner: pd.DataFrame, cells: pd.DataFrame, limits: tuple[int, ...]) -> pd.Series:
    """Return the kommuner's addresses in tens, two tens as one where a ten would narrow a cell's band.

    Addresses are whole numbers, so the bands' ends are no multiples of five and a ten can cut into what the
    cells of a kommun add up to. A border between two tens stands only where it leaves every suppressed
    count its whole band; that is decided from the published bands alone.
    """
    import pandas as pd

    low, high = bands.whole(cells["adresser_band"], limits)
    ends = pd.DataFrame({"low": low, "high": high}).groupby(cells["kommunkod"]).sum()
    ends = ends.reindex(kommuner["kommunkod"]).fillna(0.0)
    small, step = limits[0], 2 * limits[0]
    room = small - 2  # how much a suppressed whole count can vary
    least, most = ends["low"].to_numpy(), ends["high"].to_numpy()
    lowest = small + step * np.maximum(0, np.floor((least + room - small) / step) + 1)
    highest = small + step * np.floor((most - room - small) / step)
    total = kommuner["adresser"].to_numpy(np.float64)
    below = np.where(total < small, 0.0, step * np.floor(total / step + 0.5) - small)
    above = np.where(total < small, small, below + step)
    none = lowest > highest
    lower = np.where(none | (below < lowest), 0.0, np.minimum(below, highest))
    upper = np.where(none | (above > highest), np.inf, np.maximum(above, lowest))
    with np.errstate(invalid="ignore"):
        middle = (np.maximum(lower, least) + np.minimum(upper, most)) / 2
    middle = np.where(np.isfinite(middle), middle, lower + small)
    as_it_is = (lower == below) & (upper == above)
    return tens(pd.Series(np.where(as_it_is | (total == 0), total, middle), kommuner.index), limits)


def _with_shares(told: pd.DataFrame, limits: tuple[int, ...]) -> pd.DataFrame:
    """Add every share, and whether it is a limit, from the counts as they are told."""
    out = told.copy()
    for _, share, without in PAIRS:
        rows = [
            disclosure.publish(total, lacking, np.nan, np.nan, limits).share
            for total, lacking in zip(told["hushall"], told[f"{without}"], strict=True)
        ]
        out[f"{share}_pct"] = np.array(
            [np.nan if r.value is None else r.value for r in rows], dtype=np.float64
        )
        out[f"{share}_olikhet"] = [_SIGNS.get(r.text.split("\u00a0")[0].split(" ")[0], "") for r in rows]
        out = out.astype({f"{share}_olikhet": "str"})
    return out


_SIGNS = {"minst": ">", "över": ">", "högst": "<", "under": "<"}


def land_by_class(cells: pd.DataFrame, land: pd.DataFrame) -> pd.DataFrame:
    """Return hectares per kommun: all, in cells without addresses, and by published class and threshold."""
    import pandas as pd

    at = lookup(parse_scb_id(cells["rutid_scb"]), land["rutid"].to_numpy())
    hectares = land["land_ha"].to_numpy(np.float64)
    out = {"land": hectares}
    for t in THRESHOLDS:
        klass = np.append(cells[f"klass_tillgang_{t}"].to_numpy(dtype=object), "ingen_adress")[at]
        out["obebodd"] = np.where(klass == "ingen_adress", hectares, 0.0)
        for name, classes in SURFACE.items():
            out[f"{name}_{t}"] = np.where(np.isin(klass.astype(str), classes), hectares, 0.0)
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
    """Round: PTS's shares to one decimal as everywhere in this edition, the rest to six."""
    decimals = [c for c in table if table[c].dtype == np.float64]
    return table.assign(**{c: table[c].round(1 if c.startswith("pts_") else 6) + 0.0 for c in decimals})
