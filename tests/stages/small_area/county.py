"""A made-up county for the model: a town and villages per kommun, coverage that comes village by village."""

import numpy as np
import pandas as pd

from pipelines.core import cell_grid
from pipelines.coverage.small_area import features
from pipelines.coverage.small_area.model_steps import Ground
from pipelines.evidence.decided import Evidence
from pipelines.grid.groups import group_index

PAIRS = [(m, t) for m in ("tillgang", "passerad") for t in (30, 100, 1000)]

KOMMUNER = tuple(f"{9900 + k}" for k in range(1, 9))


def addresses(seed: int = 1, villages: int = 12) -> pd.DataFrame:
    """Return addresses of eight kommuner side by side, 20 km each: one town, villages, lonely houses."""
    rng = np.random.default_rng(seed)
    rows = []
    for k, kod in enumerate(KOMMUNER):
        west = 400_000 + 20_000 * k
        town = rng.normal((west + 10_000, 6_410_000), 400, (500, 2))
        centres = rng.uniform((west + 1_000, 6_401_000), (west + 19_000, 6_419_000), (villages, 2))
        homes = [rng.normal(c, 150, (int(rng.integers(15, 40)), 2)) for c in centres]
        lonely = rng.uniform((west, 6_400_000), (west + 20_000, 6_420_000), (150, 2))
        xy = np.vstack([town, *homes, lonely])
        place = np.repeat(np.arange(villages + 2), [500, *(len(h) for h in homes), 150])
        rows.append(
            pd.DataFrame(
                {
                    "e_m": xy[:, 0],
                    "n_m": xy[:, 1],
                    "kommunkod": kod,
                    "plats": 1000 * k + place,
                    "ortstyp": np.where(place == 0, "tatort", "utanfor"),
                }
            )
        )
    out = pd.concat(rows, ignore_index=True)
    out["omradestyp"] = np.where(out["ortstyp"] == "tatort", "tatbebyggt", "glesbebyggt")
    out["rutid"] = cell_grid.cell_of(out["e_m"], out["n_m"])
    out["adress_id"] = [f"a{i:05d}" for i in range(len(out))]
    return out.sort_values(["rutid", "adress_id"], ignore_index=True).astype({"kommunkod": "str"})


def truth(table: pd.DataFrame, seed: int = 1) -> np.ndarray:
    """Return who lacks coverage, shape (n, 6): likelier where it is sparse, whole villages at a time."""
    rng = np.random.default_rng(seed + 100)
    count = table.groupby("plats")["plats"].transform("size").to_numpy()
    near = features.box_sums(*np.unique(table["rutid"], return_counts=True), 2)
    cell = np.unique(table["rutid"], return_inverse=True)[1]
    luck = dict(zip(sorted(set(table["plats"])), rng.normal(0, 1.2, table["plats"].nunique()), strict=True))
    lonely = count == 150
    odds = -0.5 * np.log(near[cell]) + table["plats"].map(luck).to_numpy() * ~lonely
    own = rng.logistic(0, 0.5, len(table))
    columns = []
    for m, t in PAIRS:
        level = {30: -1.2, 100: -0.6, 1000: 0.2}[t] - (0.8 if m == "passerad" else 0.0)
        columns.append(odds + own + level > 0)
    return np.column_stack(columns).astype(np.float64)


def ground(table: pd.DataFrame, households: np.ndarray, *, plain: bool = False) -> tuple[Ground, pd.DataFrame]:
    """Return the model's ground, and the groups."""
    groups = table.assign(h=households).groupby(["kommunkod", "omradestyp"], as_index=False)["h"].sum()
    groups = groups.rename(columns={"h": "hushall_pts"}).assign(grupp=groups["omradestyp"])
    index, of_groups = group_index(table, groups)
    found = features.make(table, 2.1 * households)
    return Ground(table, households, np.zeros(len(table)), index, of_groups, found, plain), groups


def evidence(table: pd.DataFrame, uncovered: np.ndarray, complete: tuple[str, ...]) -> Evidence:
    """Return evidence that decides all of the complete kommuner, and nothing else."""
    known = table["kommunkod"].isin(complete).to_numpy()[:, None] & np.ones((1, 6), dtype=bool)
    share = np.where(known, 1 - uncovered, np.nan)
    nothing = np.zeros(len(table), dtype=bool)
    return Evidence(
        known.astype(np.int8), share, np.full(len(table), np.nan), np.full(len(table), -1, dtype=np.int8), nothing
    )


def shares(of_ground: Ground, uncovered: np.ndarray) -> np.ndarray:
    """Return each group's true share covered, shape (groups, 6): what PTS would publish."""
    size = len(of_ground.table)
    total = np.bincount(of_ground.index, weights=of_ground.households, minlength=size)
    lacking = [np.bincount(of_ground.index, weights=of_ground.households * u, minlength=size) for u in uncovered.T]
    return 1 - np.column_stack(lacking) / total[:, None]
