"""PTS's byggnadsförteckning as it might look: buildings outside tätorter that no network of 100 Mbit/s passes.

What the list really looks like was not found; this is a plausible form of it. As in any register some buildings lack,
some have been passed since, some coordinates are those of a barn, and a few rows are of no address.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from pipelines.config.region import Region
from pipelines.demo.world.common import DEMO_TEXT, stream

MARK = "_kommentar"
LACKING = 0.02  # eligible buildings that the list lacks
PASSED_SINCE = 0.001  # buildings passed by a network that the list still has
BY_POINT = 0.25  # rows without an address id
SPREAD_M = 4.0  # from the address to the middle of its building
NOBODY = 15  # rows at no address
HOLIDAY = 2  # ``slag`` of a holiday home


def write(region: Region, homes: pd.DataFrame, built_up: gpd.GeoDataFrame, folder: Path) -> None:
    """Write ``byggnadsforteckning_demo.csv``: a row a building.

    Parameters
    ----------
    homes : DataFrame
        Addresses in force, with what they truly have.
    built_up : GeoDataFrame
        Tätorter and småorter: ``tatort``.
    """
    rng = stream(region.demo.fro, "byggnadsforteckning")
    town = np.append(built_up["tatort"].to_numpy(dtype=bool), False)[homes["yta"].to_numpy()]
    lived, work = (homes[c].to_numpy() > 0 for c in ("hushall", "arbetsstallen"))
    kind = np.select([lived, work, homes["slag"].to_numpy() == HOLIDAY], ["hushåll", "arbetsställe", "fritidshus"], "")
    passed = homes["passerad_100"].to_numpy(dtype=bool) | homes["planerad"].to_numpy(dtype=bool)
    draw = rng.random(len(homes))
    listed = np.flatnonzero((kind != "") & ~town & np.where(passed, draw < PASSED_SINCE, draw >= LACKING))
    table = homes.iloc[listed]
    place = {c: (table[c].to_numpy() + rng.normal(0, SPREAD_M, len(table))).round(1) for c in ("e", "n")}
    ids = table["adress_id"].astype(object).where(rng.random(len(table)) >= BY_POINT, "")
    codes = np.array(region.kommunkoder, dtype=object)[table["kommun"].to_numpy()]
    out = pd.DataFrame({"adress_id": ids.to_numpy(), **place, "byggnadstyp": kind[listed], "kommunkod": codes})
    stray = out.iloc[: min(NOBODY, len(out))].assign(adress_id="", e=lambda x: x["e"] + 650, n=lambda x: x["n"] - 650)
    out = pd.concat([out, stray], ignore_index=True)
    out.insert(0, "byggnad_id", [f"DEMO-{i:06d}" for i in range(1, len(out) + 1)])
    out[MARK] = DEMO_TEXT
    (folder / "pts").mkdir(parents=True, exist_ok=True)
    path = folder / "pts" / "byggnadsforteckning_demo.csv"
    out.to_csv(path, index=False, sep=";", lineterminator="\n", float_format="%.10g")
