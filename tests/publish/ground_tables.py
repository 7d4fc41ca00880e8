"""The ground of made-up counties: no roads, no water, no localities; and projects as like as may be to areas."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely

from pipelines.core.files import EPSG, write_points, write_polygons, write_table
from pipelines.core.ledger import Ledger
from pipelines.core.paths import Paths
from pipelines.disclosure.open_projects import Names
from pipelines.tables import contracts
from pipelines.tables.gap_tables import ANSLUTNINGAR, VAGNAT, VAGNAT_LINJER
from pipelines.tables.project_tables import PROJEKT, PROJEKT_ADRESSER, PROJEKT_SCHAKT
from pipelines.tables.source_tables import ADRESSOMRADEN, MARK, ORTER, VAGAR
from pipelines.tables.step_tables import KONTROLLERAS
from tests.made_ledgers import complete


def no_lie() -> tuple[gpd.GeoDataFrame, np.ndarray]:
    """Roads and water of a county without any."""
    none = gpd.GeoDataFrame({n: [] for n in VAGNAT.names}, geometry=[], crs=EPSG)
    return contracts.typed(none, VAGNAT), np.zeros(0, dtype=object)


def no_names() -> Names:
    """Return what the places of a county are called where nobody has named any."""
    addresses = pd.DataFrame({"rutid": np.zeros(0, np.int64), "adressomrade": np.zeros(0, dtype=object)})
    return Names(gpd.GeoDataFrame({"namn": []}, geometry=[], crs=EPSG), addresses)


def no_ground(paths: Paths) -> None:
    """Write roads, water and localities without rows, a model of nothing, and one address to look up: if not there."""
    if not paths.table(KONTROLLERAS.name).exists():
        chances = {c.name: 0.25 for c in KONTROLLERAS.columns if c.name.startswith("sannolikhet")}
        texts = {"adress_id": "tvivel", "kommunkod": "1480", "rutid_scb": "3197506400000"}
        row = pd.DataFrame(
            [texts | chances | {"hushall": 1.0, "hushall_osakra": 0.25, "e_m": 319_800.0, "n_m": 6_400_100.0}]
        )
        row = row.astype(dict.fromkeys(texts, "str"))
        write_points(contracts.check(row, KONTROLLERAS), paths.table(KONTROLLERAS.name))
    if not paths.ledger("coverage").exists():
        Ledger("coverage", facts=complete("coverage")).save(paths.ledger("coverage"))
    if not paths.table(ADRESSOMRADEN.name).exists():
        write_table(
            pd.DataFrame({n: pd.Series(dtype="str") for n in ADRESSOMRADEN.names}), paths.table("adressomraden")
        )
    if not paths.table("adresser_ruta").exists():
        none = {"adress_id": pd.Series(dtype="str"), "rutid": pd.Series(dtype="int64")}
        write_table(pd.DataFrame(none), paths.table("adresser_ruta"))
    if not paths.table(ANSLUTNINGAR.name).exists():
        count = pq.read_metadata(paths.table("adresser_ruta")).num_rows
        nowhere = pd.DataFrame({"linje": np.full(count, -1), **{n: np.zeros(count) for n in ("langs_m", "e_m", "n_m")}})
        write_points(contracts.check(nowhere, ANSLUTNINGAR), paths.table(ANSLUTNINGAR.name))
    for table in (VAGAR, VAGNAT, VAGNAT_LINJER, MARK, ORTER):
        none = contracts.typed(gpd.GeoDataFrame({n: [] for n in table.names}, geometry=[], crs=EPSG), table)
        if not paths.table(table.name).exists():
            write_polygons(none, paths.table(table.name))


def area_projects(paths: Paths, areas: gpd.GeoDataFrame) -> None:
    """Write ``projekt`` and ``projekt_adresser``: a project of one address for each ranked gap area."""
    rows = areas[areas["prioritet"].notna()].copy()
    rows["projekt_id"] = "projekt-" + rows["bristomrade_id"]
    rows["namn"] = "Åby <b>& " + rows["bristomrade_id"].str[-13:]
    rows["adresser"] = 1
    rows["hushall_utan_lag"], rows["hushall_utan_hog"] = 0.5 * rows["hushall_utan"], 2 * rows["hushall_utan"]
    rows["fritidshus"], rows["arbetsstallen"], rows["kontrolleras"] = 0.0, 0.0, 0
    rows["andel_i_plan"] = 1.0 / rows["prioritet"].astype("float64")
    rows = rows.astype({"prioritet": "int64", "projekt_id": "str", "namn": "str"}).reset_index(drop=True)
    frame = contracts.check(rows, PROJEKT)[[*PROJEKT.names, "geometry"]]
    write_polygons(frame, paths.table("projekt"))
    members = rows.assign(adress_id=[f"id{i}" for i in range(len(rows))]).astype({"adress_id": "str"})
    write_table(contracts.check(members, PROJEKT_ADRESSER)[PROJEKT_ADRESSER.names], paths.table("projekt_adresser"))
    dug = rows[rows["schakt_m"].notna()].assign(slag="fagelvag", langd_m=rows["schakt_m"]).astype({"slag": "str"})
    line = shapely.multilinestrings([shapely.LineString([(320000, 6400000), (320000, 6400250)])])
    lines = contracts.check(dug.set_geometry([line] * len(dug)).set_crs(EPSG, allow_override=True), PROJEKT_SCHAKT)
    write_polygons(lines[[*PROJEKT_SCHAKT.names, "geometry"]].reset_index(drop=True), paths.table("projekt_schakt"))
