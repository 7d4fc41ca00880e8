"""The demo's byggnadsförteckning: of what PTS's list is said to hold, marked, and read as a list from PTS is."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import shapely

from pipelines.config.region import Region
from pipelines.core.ledger import Ledger
from pipelines.read.pts.building_list import read_building_lists

from .reading import gpkg

FILE = "pts/byggnadsforteckning_demo.csv"


def test_the_list_holds_buildings_that_no_network_passes_and_reads_as_ptss(blekinge: tuple[Region, Path]) -> None:
    region, folder = blekinge
    rows = pd.read_csv(folder / FILE, sep=";", dtype={"kommunkod": str})
    truth = pd.read_parquet(folder / "sanning/adresser.parquet").set_index("adress_id")
    named = rows[rows["adress_id"].notna()]
    assert 0.6 < len(named) / (len(rows) - 15) < 0.9
    true = truth.loc[named["adress_id"]].reset_index()
    wrong = true["passerad_100"] | true["planerad"]
    assert len(named) > 50 and wrong.mean() < 0.1
    kind = named["byggnadstyp"].to_numpy()
    assert (true["hushall"][kind == "hushåll"] > 0).all() and (true["hushall"][kind != "hushåll"] == 0).all()
    assert (true["arbetsstallen"][kind == "arbetsställe"] > 0).all() and {"fritidshus"} <= set(kind)
    lacking = truth[(truth["hushall"] > 0) & ~truth["passerad_100"] & ~truth["planerad"] & ~truth["tat"]]
    assert lacking.index.isin(named["adress_id"]).mean() > 0.6  # a quarter is told by coordinate, a few lack

    ledger = Ledger("pts")
    read = read_building_lists(folder, region, ledger)
    assert read["byggnad_id"].tolist() == rows["byggnad_id"].tolist()
    (fact,) = ledger.facts["filer"]
    assert fact["demo"] is True and fact["ar"] is None
    towns = gpkg(folder / "scb/tatorter_2023.gpkg", "Tatorter_2023")
    inside = shapely.contains_xy(shapely.union_all(towns["geometri"].to_numpy()), rows["e"], rows["n"])
    assert inside.mean() < 0.02  # the middle of a building may lie over the border
