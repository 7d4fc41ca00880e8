"""Made-up small counties as exact counts, and what the program publishes of them.

A world is what nobody outside may know: addresses, expected households with and without coverage, per cell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from pipelines.config.region import Region, load_region
from pipelines.core import cell_grid
from pipelines.core.level import MEASURES, Level
from pipelines.disclosure import background, open_summary, withheld
from pipelines.disclosure.open_cells import open_cells
from pipelines.disclosure.open_projects import areas_and_projects
from pipelines.tables.open_contracts import KOMMUNER_OPPNA, LAN_OPPNA
from tests.publish.ground_tables import no_lie, no_names

REGION = load_region(Path(__file__).parents[2] / "config" / "vastra-gotaland.toml")
T = (30, 100, 1000)
CODES = tuple(sorted(REGION.kommunkoder))


@dataclass(frozen=True)
class World:
    """Exact counts of every cell: a row a cell.

    ``cells`` has ``rutid_scb``, ``kommunkod``, ``n`` addresses, ``h`` households, ``u{t}`` of them without access,
    ``e{t}`` not passed. ``hidden`` is what evidence that may not be published adds to a kommun's households
    without, by kommun code.
    """

    cells: pd.DataFrame
    hidden: dict[str, float]

    def with_cells(self, **columns: object) -> World:
        """Return the world with other columns."""
        return replace(self, cells=self.cells.assign(**columns))


def cell_ids(count: int, first: int = 0) -> list[str]:
    """Return ids of cells in rows with gaps, a thousand in each, so that some are neighbours and some are not."""
    row, k = np.divmod(np.arange(count), 1000)
    column = 1280 + first + np.cumsum(np.where(np.arange(1000) % 3 == 2, 5, 1))[k]
    return cell_grid.scb_id(cell_grid.from_column_row(column, 25600 + 40 * row)).astype(str).tolist()


def world(seed: int, shape: tuple[int, ...], kind: str = "blandat") -> World:
    """Return a random county: ``shape`` gives the number of cells of each kommun.

    ``kind``: *blandat* (evidence, statistics), *ett_hushall* (the first kommun has one household), *alla_utom_ett*
    (everything covered but one cell), *statistik* (tiny expected counts everywhere), *dolt* (hidden evidence).
    """
    rng = np.random.default_rng(seed)
    count = sum(shape)
    code = np.repeat(np.array(CODES[: len(shape)], dtype=object), shape)
    n = rng.choice([0, 1, 1, 1, 2, 3, 4, 4, 6, 12, 40], count)
    per = np.repeat(rng.choice([0.3, 0.9, 1.2, 2.1], len(shape)), shape)
    q = np.sort(rng.choice([0.0, 0.0, 0.3, 1.0, 1.0], (count, 3)), axis=1)
    modelled = rng.random(count) < 0.5
    q = np.where(modelled[:, None], np.sort(rng.random((count, 3)), axis=1) * rng.choice([0.05, 1]), q)
    if kind == "alla_utom_ett":
        q = np.zeros((count, 3))
        q[rng.integers(count)] = rng.random(), 1, 1
        q.sort(axis=1)
    if kind == "statistik":
        q = np.sort(rng.random((count, 3)), axis=1) * 0.01
    if kind == "ett_hushall":
        n[: shape[0]] = np.eye(1, shape[0], dtype=int)[0]
        per[: shape[0]] = 1.0
    r = np.sort(rng.choice([0.0, 0.4, 1.0], (count, 3)), axis=1)
    h = n * per
    cells = pd.DataFrame({"rutid_scb": cell_ids(count), "kommunkod": code, "n": n, "h": h, "fakta": ~modelled})
    for k, t in enumerate(T):
        cells[f"u{t}"], cells[f"e{t}"] = h * q[:, k], h * q[:, k] * r[:, k]
        cells[f"s{t}"], cells[f"p{t}"] = 1 - q[:, k], 1 - q[:, k] * r[:, k]
    hidden = {c: float(rng.random() * 7) for c in CODES[: len(shape)]} if kind == "dolt" else {}
    return World(cells, hidden)


def kommuner(w: World, region: Region = REGION) -> pd.DataFrame:
    """Return the exact kommuner, plain sums; PTS's share is ours, as where all is modelled."""
    sums = w.cells.groupby("kommunkod", sort=True).sum(numeric_only=True)
    out = pd.DataFrame({"kommunkod": sums.index.astype(str), "hushall": sums["h"].to_numpy()})
    out["kommunnamn"] = [region.kommunnamn[k] for k in out["kommunkod"]]
    out["land_ha"], out["befolkning"] = 100.0, 2.1 * out["hushall"]
    less = out["kommunkod"].map(w.hidden).fillna(0.0).to_numpy()
    for t in T:
        for letter, lacking, share in (("u", "utan", "andel"), ("e", "ej_passerade", "andel_passerade")):
            x = np.maximum(sums[f"{letter}{t}"].to_numpy() - less, 0.0)
            out[f"hushall_{lacking}_{t}"] = x
            part = np.divide(x, out["hushall"], out=np.full(len(out), np.nan), where=out["hushall"] > 0)
            out[f"pts_{share}_{t}_pct"] = 100 * (1 - part)
        out[f"pts_kalla_{t}"] = "hastighet"
    text = ["kommunkod", "kommunnamn", *(f"pts_kalla_{t}" for t in T)]
    return out.astype(dict.fromkeys(text, "str"))


def parts(w: World) -> pd.DataFrame:
    """Return the exact households of every cell with addresses, of the run that cells are made of."""
    c = w.cells[w.cells["n"] > 0]
    out = pd.DataFrame(
        {"rutid": cell_grid.parse_scb_id(c["rutid_scb"].to_numpy(str)), "kommunkod": c["kommunkod"].to_numpy()}
    )
    out["adresser"], out["hushall"] = c["n"].to_numpy(np.int64), c["h"].to_numpy(float)
    for letter, lacking in (("u", "utan"), ("e", "ej_passerade")):
        for t in T:
            out[f"hushall_{lacking}_{t}"] = c[f"{letter}{t}"].to_numpy(float)
    return out.astype({"kommunkod": "str"}).sort_values("rutid", ignore_index=True)


def cells_before(w: World, region: Region = REGION) -> pd.DataFrame:
    """Return the open cells of a world, before any class is withheld."""
    c = w.cells
    cells = c[["rutid_scb", "kommunkod"]].copy()
    cells["kommunnamn"] = [region.kommunnamn[k] for k in cells["kommunkod"]]
    cells["omradestyp"], cells["planerad"] = "glesbebyggt", False
    cells["adresser"] = c["n"]
    ground = np.where(c["n"] == 0, "ingen", np.where(c["fakta"], "adress", "statistik"))
    for name in ("underlag", *(f"underlag_{t}" for t in T)):
        cells[name] = ground
    covered = {Level(m, t): (c["n"] * c[f"{m[0].replace('t', 's')}{t}"]).to_numpy() for m in MEASURES for t in T}
    text = [x for x in cells if cells[x].dtype == object]
    rows = open_cells(cells.astype(dict.fromkeys(text, "str")), covered, region)
    return rows.sort_values("rutid_scb", ignore_index=True)


def publish(
    w: World, region: Region = REGION, *, areas: bool = False, key: bytes | None = b"en nyckel"
) -> dict[str, pd.DataFrame]:
    """Return the open tables of a world, and what anybody can look up.

    Gap areas and projects, with their cells, only when asked for. Without a ``key`` no class is withheld: for the
    controls.
    """
    c, rows = w.cells, cells_before(w, region)
    land = _land(rows)
    exact, limits = kommuner(w, region), region.publicering.bandgranser
    open_parts, lan = parts(w), _lan(exact)
    told = rows if key is None else withheld.withhold(rows, open_parts, key, limits[0])
    made = open_summary.tables(exact, lan, told, open_parts, land, limits)
    out = {t.name: made[t.name][t.names] for t in (KOMMUNER_OPPNA, LAN_OPPNA)}
    fine = background.certain_decimals(out["kommuner"], out["kommuner"]["kommunkod"], limits)
    looked_up = c.loc[c["n"] > 0, ["rutid_scb", "kommunkod", "n", "h"]]
    out |= {"rutnat_250m": told, "decimaler": fine, "delar": looked_up}
    if areas:
        out |= _areas(told, open_parts, land, region)
    return out


def projects(w: World) -> pd.DataFrame:
    """Return the projects that are published of a world where no class is withheld."""
    rows = cells_before(w)
    return _areas(rows, parts(w), _land(rows), REGION)["projekt"]


def _land(rows: pd.DataFrame) -> pd.DataFrame:
    rutid = cell_grid.parse_scb_id(rows["rutid_scb"])
    return pd.DataFrame({"rutid": rutid, "kommunkod": rows["kommunkod"], "land_ha": 6.25})


def _areas(told: pd.DataFrame, open_parts: pd.DataFrame, land: pd.DataFrame, region: Region) -> dict[str, pd.DataFrame]:
    areas, projekt, rutor = areas_and_projects(told, open_parts, land, no_lie(), no_names(), region)
    of = rutor.groupby("projekt_id")["rutid_scb"].agg(frozenset)
    projekt = projekt.assign(rutid=[of[i] for i in projekt["projekt_id"]])
    return {"bristomraden": _with_cells(areas, told), "projekt": projekt}


def _lan(exact: pd.DataFrame) -> pd.DataFrame:
    lan = exact.drop(columns=["kommunkod", "kommunnamn"]).head(1).copy()
    for name in lan:
        if name.startswith(("hushall", "befolkning")):
            lan[name] = exact[name].sum()
    for t in T:
        for lacking, share in (("utan", "andel"), ("ej_passerade", "andel_passerade")):
            lan[f"pts_{share}_{t}_pct"] = 100 * (1 - lan[f"hushall_{lacking}_{t}"] / lan["hushall"])
    lan.insert(0, "lanskod", "14")
    lan.insert(1, "lansnamn", "Länet")
    return lan.astype({"lanskod": "str", "lansnamn": "str"})


def _with_cells(areas: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the areas with the cells whose middle lies in them."""
    e, n = cell_grid.corner(cell_grid.parse_scb_id(cells["rutid_scb"]))
    ids = cells["rutid_scb"].to_numpy()
    inside = [frozenset(ids[shapely.contains_xy(g, e + 125, n + 125)]) for g in areas["geometry"]]
    return pd.DataFrame(areas.drop(columns="geometry")).assign(rutid=inside)
