"""What evidence says at each address, grain by grain: adress, then ruta, then omrade; the finest wins.

Evidence is partial unless its source says that it is complete for a kommun, and partial evidence can say
that there is coverage, never that there is none: a list of one operator's copper lines does not say that
nobody else has fibre there. So a grain answers for an address and a level where one of its rows qualifies, and
everywhere in a kommun for which one of its files is complete; otherwise the next grain does. Answers about single cells
are complete for just those: a no to a speed decides that and every higher one there (:func:`answered_no`).
"""

from __future__ import annotations

import filecmp
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.config.region import TECHNIQUES
from pipelines.core import cell_grid, files
from pipelines.core.facts import Hits
from pipelines.core.level import LEVELS
from pipelines.core.processes import side_by_side
from pipelines.evidence import matching
from pipelines.grid.nearest import nearest_address
from pipelines.incoming.role_files import is_answers

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.ledger import Ledger
    from pipelines.core.paths import Paths

FEW_TEXTS = ("fil", "teknik", "status")
EVIDENCE = (*FEW_TEXTS, "rad", "ned_mbit", "ned_antagen")
"""What is needed of a row of evidence, besides where it is."""
GRAINS = ("statistik", "adress", "ruta", "omrade")
"""What a row of evidence is about, by code, from the finest; 0 is where no evidence decides."""


@dataclass
class Evidence:
    """What evidence says at n addresses.

    Attributes
    ----------
    grain : ndarray of int8, shape (n, levels)
        Index in :data:`GRAINS` per level of :data:`LEVELS`; 0 where nothing decides. Coverage that is decided at a
        threshold is so at every lower one, and of tillgång for passerad; a no from a single cell's answer need not be.
    share : ndarray of float, shape (n, levels)
        Probability of coverage where decided; NaN elsewhere. Never rises with the threshold. Where a complete list of
        addresses is silent, that of a row that lacks (:mod:`pipelines.evidence.missing_rows`).
    max_ned_mbit : ndarray of float, shape (n,)
        Highest speed with tillgång, of the grains down to the first complete one; NaN where none.
    technique : ndarray of int8, shape (n,)
        Index in TECHNIQUES of that speed's technique; -1 where none.
    planned : ndarray of bool, shape (n,)
        Any row of a fixed technique with status planerad, at any grain.
    """

    grain: NDArray[np.int8]
    share: NDArray[np.float64]
    max_ned_mbit: NDArray[np.float64]
    technique: NDArray[np.int8]
    planned: NDArray[np.bool_]

    def part(self, rows: slice) -> Evidence:
        """Return what evidence says at some of the addresses."""
        return Evidence(
            self.grain[rows], self.share[rows], self.max_ned_mbit[rows], self.technique[rows], self.planned[rows]
        )


def attach(
    addresses: pd.DataFrame,
    rows: dict[str, pd.DataFrame | gpd.GeoDataFrame],
    sources: pd.DataFrame,
    region: Region,
    ledger: Ledger,
    land: pd.DataFrame | None = None,
    judge: matching.Judge | None = None,
) -> dict[str, pd.DataFrame]:
    """Match every evidence row to the addresses it speaks of.

    Parameters
    ----------
    addresses : DataFrame
        ``adress_id``, ``kommunkod``, ``rutid``, ``e_m``, ``n_m``; its row numbers are the address numbers.
    rows : dict
        Evidence tables by grain (adress, ruta, omrade).
    sources : DataFrame
        ``kallor``: per file and kommun, complete or not, may be published or not.
    land : DataFrame, optional
        ``rutid``, ``kommunkod`` of the län's land: where a list of cells may lie, beside cells with addresses.
    judge : callable, optional
        Told what came of each grain's rows, before anything is made of it; may stop the run.

    Returns
    -------
    dict of DataFrame
        Per grain: ``nr`` (address), ``fil``, ``teknik_nr``, ``ned_mbit``, ``status``, ``andel``,
        ``far_publiceras``; only fixed techniques.

    Raises
    ------
    DataError
        Coordinates in another system.
    """
    kommun = _category(addresses["kommunkod"])
    found = {
        "adress": _match_addresses(addresses, kommun, rows["adress"], region, ledger),
        "ruta": _match_cells(addresses, kommun, rows["ruta"], ledger, land),
        "omrade": _match_areas(addresses, kommun, rows["omrade"], ledger),
    }
    for grain, (_, judged) in found.items():
        if judge:
            judge(grain, rows[grain], judged)
    matched = {grain: table for grain, (table, _) in found.items()}
    return {grain: _told_of(table, kommun, sources, region, ledger) for grain, table in matched.items()}


def _told_of(
    table: pd.DataFrame, kommun: pd.Categorical, sources: pd.DataFrame, region: Region, ledger: Ledger
) -> pd.DataFrame:
    """Add each hit's kommun and what ``kallor`` says of its file there; keep only fixed techniques."""
    import pandas as pd

    codes = kommun.codes[table["nr"].to_numpy()]
    files = table["fil"].cat
    listed = np.zeros((max(len(files.categories), 1), max(len(kommun.categories), 1)), dtype=bool)
    open_ = listed.copy()
    at = (
        pd.Categorical(sources["fil"], categories=files.categories).codes,
        pd.Categorical(sources["kommunkod"], categories=kommun.categories).codes,
    )
    known = (at[0] >= 0) & (at[1] >= 0)
    listed[at[0][known], at[1][known]] = True
    open_[at[0][known], at[1][known]] = sources["far_publiceras"].to_numpy()[known]
    told = table.assign(
        kommunkod=pd.Categorical.from_codes(codes, kommun.categories),
        far_publiceras=open_[files.codes.to_numpy(), codes],
    )
    unlisted = told[~listed[files.codes.to_numpy(), codes]]
    for (fil, kod), n in unlisted.groupby(["fil", "kommunkod"], observed=True).size().items():
        ledger.add(
            "upplysning",
            str(fil),
            f"träffar i kommun {kod}, som kallor.csv inte nämner för filen",
            int(n),
            "räknas som ofullständig och publiceras inte under kommunnivå",
        )
    is_fixed = told["teknik_nr"].isin([TECHNIQUES.index(t) for t in region.evidens.fasta_tekniker])
    for fil, n in told[~is_fixed].groupby("fil", observed=True).size().items():
        ledger.add(
            "upplysning",
            str(fil),
            "träffar av mobil eller annan inte fast teknik",
            int(n),
            "räknas inte som fast täckning (konfigurationen)",
        )
    return told[is_fixed].reset_index(drop=True)


def _category(texts: pd.Series) -> pd.Categorical:
    """Return texts as a category in alphabetical order, whatever they come as."""
    import pandas as pd

    found = texts.astype("category")
    return pd.Categorical(found, categories=sorted(map(str, found.cat.categories)))


def _rows(table: pd.DataFrame, row: NDArray[np.int64], nr: NDArray[np.int64]) -> pd.DataFrame:
    """Return the evidence rows ``row`` beside the addresses ``nr`` they speak of."""
    import pandas as pd

    technique = pd.Categorical(table["teknik"], categories=TECHNIQUES).codes.astype(np.int8)
    andel = table["andel"].to_numpy()[row] if "andel" in table else np.ones(len(row))
    return pd.DataFrame(
        {
            "nr": nr,
            "fil": _category(table["fil"])[row],
            "teknik_nr": technique[row],
            "ned_mbit": table["ned_mbit"].to_numpy()[row],
            "status": _category(table["status"])[row],
            "andel": andel,
        }
    )


def _match_addresses(
    addresses: pd.DataFrame, kommun: pd.Categorical, table: pd.DataFrame, region: Region, ledger: Ledger
) -> tuple[pd.DataFrame, matching.Judged]:
    by_id = (table["adress_id"] != "").to_numpy()
    nr = np.full(len(table), -1, dtype=np.int64)
    nr[by_id] = _numbers(addresses["adress_id"], table["adress_id"][by_id])
    _match_other_case(addresses["adress_id"], table, by_id & (nr < 0), nr, ledger)
    nearest = nr.copy()
    by_point = np.flatnonzero(~by_id)
    if len(by_point):
        reach = region.evidens.matchningsradie_m
        near, away_m = nearest_address(addresses, *(table[x].to_numpy()[by_point] for x in ("e_m", "n_m")))
        nr[by_point] = np.where(away_m <= reach, near, -1)
        nearest[by_point] = near
        points = table.iloc[by_point]
        matching.require_system(points, nr[by_point] < 0, addresses, region)
        _count_by_file(points, nr[by_point] < 0, ledger, f"ingen adress inom {reach:g} m från e,n")
    _count_by_file(table[by_id], nr[by_id] < 0, ledger, "adress_id finns inte bland länets gällande adresser")
    at = np.append(kommun.codes.astype(np.int64), -1)[nearest]  # of a point that misses: the nearest address's
    if "kommunkod_fil" in table:
        said = _codes(table["kommunkod_fil"], kommun)
        matching.note_kommuner(table, said, np.where(nr >= 0, at, -1), ledger)
        at = np.where((nr < 0) & (said >= 0), said, at)
    hit = np.flatnonzero(nr >= 0)
    return _rows(table, hit, nr[hit]), _judged(table, nr >= 0, at, (hit, at[hit]), kommun)


def _match_other_case(
    known: pd.Series, table: pd.DataFrame, missed: NDArray[np.bool_], nr: NDArray[np.int64], ledger: Ledger
) -> None:
    """Match ids that differ from an address's only in case, where that address is the only one."""
    if not missed.any():
        return
    # Of ASCII the same, without a Python string of each.
    folded = known.str.lower() if known.str.isascii().all() else known.str.casefold()
    wanted = table["adress_id"][missed].str.casefold()
    alike = np.flatnonzero(folded.isin(wanted.unique()))
    once = alike[~folded.iloc[alike].duplicated(keep=False).to_numpy()]
    found = _numbers(folded.iloc[once], wanted)
    nr[missed] = np.where(found >= 0, np.append(once, -1)[found], -1)
    for fil, n in table[missed & (nr >= 0)].groupby("fil", observed=True).size().items():
        ledger.add(
            "justerad",
            str(fil),
            "adress_id med andra stora och små bokstäver än registrets",
            int(n),
            "matchades ändå: bara en adress har det id:t",
        )


def _codes(texts: pd.Series, kommun: pd.Categorical) -> NDArray[np.int64]:
    """Return each text's number among the kommuner; -1 where it is none of them."""
    import pandas as pd

    return pd.Categorical(texts, categories=kommun.categories).codes.astype(np.int64)


def _judged(
    table: pd.DataFrame,
    hit: NDArray[np.bool_],
    at: NDArray[np.int64],
    reached: tuple[NDArray[np.int64], NDArray[np.int64]],
    kommun: pd.Categorical,
) -> matching.Judged:
    """Return what came of a grain's rows; ``reached``: a row, and the number of a kommun that it reaches."""
    import pandas as pd

    files, kommuner = _category(table["fil"]), [str(k) for k in kommun.categories]
    row, place = (x[reached[1] >= 0] for x in reached)  # land may lie in a kommun without addresses
    key = np.unique(files.codes[row].astype(np.int64) * len(kommuner) + place)
    fil, kommun_nr = key // max(len(kommuner), 1), key % max(len(kommuner), 1)
    names = np.asarray(files.categories, dtype=object)[fil]
    places = pd.DataFrame({"fil": names, "kommunkod": np.asarray(kommuner, dtype=object)[kommun_nr]})
    return matching.Judged(hit, at, places, kommuner)


def _numbers(known: pd.Series, wanted: pd.Series) -> NDArray[np.int64]:
    """Return for each wanted id its row among the known ones, or -1."""
    import duckdb
    import pyarrow as pa

    left = pa.table({"id": pa.array(wanted), "rad": np.arange(len(wanted))})
    right = pa.table({"id": pa.array(known), "nr": np.arange(len(known))})
    con = duckdb.connect()
    con.register("sokta", left)
    con.register("kanda", right)
    found = con.execute("SELECT rad, nr FROM sokta JOIN kanda USING (id)").fetchnumpy()
    out = np.full(len(wanted), -1, dtype=np.int64)
    out[found["rad"]] = found["nr"]
    return out


def _match_cells(
    addresses: pd.DataFrame, kommun: pd.Categorical, table: pd.DataFrame, ledger: Ledger, land: pd.DataFrame | None
) -> tuple[pd.DataFrame, matching.Judged]:
    # Addresses are sorted by cell, so a cell's addresses are a run.
    cells, wanted = addresses["rutid"].to_numpy(), table["rutid"].to_numpy()
    first = np.searchsorted(cells, wanted, side="left")
    last = np.searchsorted(cells, wanted, side="right")
    count = last - first
    _count_by_file(table, count == 0, ledger, "rutan har ingen gällande adress i länet")
    row = np.repeat(np.arange(len(table)), count)
    nr = (np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)).astype(np.int64)
    # A cell of the grid is one with land or addresses; its kommun here the first that has any of either.
    grid_cells, grid_kommun = cells, kommun.codes.astype(np.int64)
    if land is not None:
        grid_cells = np.append(grid_cells, land["rutid"].to_numpy())
        grid_kommun = np.append(grid_kommun, _codes(land["kommunkod"], kommun))
    order = np.lexsort([grid_kommun, grid_cells])
    grid_cells, grid_kommun = grid_cells[order], grid_kommun[order]
    where = np.searchsorted(grid_cells, wanted, side="left")
    ends = np.searchsorted(grid_cells, wanted, side="right")
    inside = ends > where
    at = np.append(grid_kommun, -1)[np.where(inside, where, len(grid_kommun))]
    several = np.repeat(np.arange(len(table)), ends - where)
    of_each = grid_kommun[
        np.arange(len(several))
        - np.repeat(np.cumsum(ends - where) - (ends - where), ends - where)
        + np.repeat(where, ends - where)
    ]
    return _rows(table, row, nr), _judged(table, inside, at, (several, of_each), kommun)


def _match_areas(
    addresses: pd.DataFrame, kommun: pd.Categorical, table: gpd.GeoDataFrame, ledger: Ledger
) -> tuple[pd.DataFrame, matching.Judged]:
    import shapely

    hit = np.zeros(len(table), dtype=bool)
    nr, row = np.zeros(0, np.int64), np.zeros(0, np.int64)
    if len(table):
        shapes = table.geometry.to_numpy()
        west, south, east, north = shapely.total_bounds(shapes)
        e, n = addresses["e_m"].to_numpy(), addresses["n_m"].to_numpy()
        # Outside what all areas lie within there is nothing to ask, and most addresses of a län may be there.
        near = np.flatnonzero((e >= west) & (e <= east) & (n >= south) & (n <= north))
        point, row = shapely.STRtree(shapes).query(shapely.points(e[near], n[near]), predicate="intersects")
        nr, row = near[point], row.astype(np.int64)
        hit[row] = True
        _count_by_file(table, ~hit, ledger, "området innehåller ingen gällande adress i länet")
    at = np.full(len(table), -1, dtype=np.int64)
    at[row] = kommun.codes[nr]
    judged = _judged(table, hit, at, (row, kommun.codes[nr].astype(np.int64)), kommun)
    return _rows(table, row, nr), judged


def _count_by_file(table: pd.DataFrame, missed: Any, ledger: Ledger, reason: str) -> None:
    lost = table[np.asarray(missed)]
    for fil, part in lost.groupby(lost["fil"].astype("str")):
        ledger.add(
            "omatchad", str(fil), reason, len(part), "används inte", (f"rad {r}" for r in part["rad"].unique()[:10])
        )


def decide(
    addresses: pd.DataFrame, matched: dict[str, pd.DataFrame], sources: pd.DataFrame, publishable_only: bool
) -> Evidence:
    """Let the finest grain that can decide each address and level.

    Parameters
    ----------
    publishable_only : bool
        Leave out what the sources do not let us publish below kommun level (the open edition).
    """
    n = len(addresses)
    grain = np.zeros((n, len(LEVELS)), dtype=np.int8)
    share = np.full((n, len(LEVELS)), np.nan)
    speed, technique = np.full(n, np.nan), np.full(n, -1, dtype=np.int8)
    planned, settled = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    for code, name in enumerate(GRAINS):
        if name == "statistik":
            continue
        rows = matched[name]
        if publishable_only:
            rows = rows[rows["far_publiceras"]]
        planned[rows.loc[rows["status"] == "planerad", "nr"].to_numpy()] = True
        complete = addresses["kommunkod"].isin(complete_kommuner(sources, name, publishable_only)).to_numpy()
        rows = rows[rows["status"] != "planerad"]
        best, best_speed, best_technique = _best(rows, n)
        no = answered_no(rows, n) if name == "ruta" else np.zeros_like(best, dtype=bool)
        decides = (grain == 0) & ((best > 0) | complete[:, None] | no)
        grain[decides] = code
        share[decides] = best[decides]
        same = (best_speed == speed) & (best_technique < technique)
        better = ~settled & ((best_speed > np.nan_to_num(speed, nan=-1.0)) | same)
        speed[better], technique[better] = best_speed[better], best_technique[better]
        settled |= complete
    return Evidence(grain, nested(share), speed, technique, planned)


def answered_no(rows: pd.DataFrame, n: int) -> NDArray[np.bool_]:
    """Return where an answer says that no household of the cell has a level: shape (n, levels).

    Whoever answers for a cell that none of it has a speed says so of every higher speed too; and that none of it is
    passed, that none of it is connected either. Of lower speeds it says nothing.
    """
    none = rows[of_answers(rows) & (rows["andel"] == 0).to_numpy()]
    nr, ned = none["nr"].to_numpy(), none["ned_mbit"].to_numpy()
    passed = (none["status"] == "passerad").to_numpy()
    out = np.zeros((n, len(LEVELS)), dtype=bool)
    for i, level in enumerate(LEVELS):
        out[nr[(level.mbit >= ned) & (passed | (level.measure == "tillgang"))], i] = True
    return out


def of_answers(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which rows are of answers to ``make fraga``."""
    files_ = rows["fil"].astype("category")
    answered: NDArray[np.bool_] = files_.isin([n for n in files_.cat.categories if is_answers(str(n))]).to_numpy()
    return answered


def note_overruled(
    addresses: pd.DataFrame, matched: dict[str, pd.DataFrame], evidence: Evidence, ledger: Ledger
) -> None:
    """Tell of cells whose answer is that some have coverage where a complete list of addresses says that none has."""
    rows = matched["ruta"]
    said = _best(rows[of_answers(rows) & (rows["status"] != "planerad").to_numpy()], len(addresses))[0] > 0
    if not said.any():
        return
    some = said & ~((evidence.grain == GRAINS.index("adress")) & (evidence.share == 0))
    cell, of = np.unique(addresses["rutid"].to_numpy(), return_inverse=True)
    answered, holds = (np.zeros((len(cell), len(LEVELS)), dtype=bool) for _ in range(2))
    np.logical_or.at(answered, of, said)
    np.logical_or.at(holds, of, some)
    lost = cell[(answered & ~holds).any(axis=1)]
    ledger.add(
        "varning",
        "tackning/rutor_svar*.csv",
        "rutor där svaret är ja eller en andel men en fullständig lista säger att ingen har täckning",
        len(lost),
        "listan gäller: fråga om, eller rätta den",
        cell_grid.scb_id(lost[:10]),
    )


def note_denied(addresses: pd.DataFrame, matched: dict[str, pd.DataFrame], ledger: Ledger) -> None:
    """Tell of cells whose answer is no where other evidence says that some of it has coverage: that is what counts."""
    told = {name: rows[rows["status"] != "planerad"] for name, rows in matched.items()}
    no = answered_no(told["ruta"], len(addresses))
    if not no.any():
        return
    yes = np.max([_best(rows, len(addresses))[0] for rows in told.values()], axis=0) > 0
    cells = np.unique(addresses["rutid"].to_numpy()[(no & yes).any(axis=1)])
    ledger.add(
        "varning",
        "tackning/rutor_svar*.csv",
        "rutor där svaret är nej men andra uppgifter säger att någon har täckning",
        len(cells),
        "de andra uppgifterna gäller: fråga om, eller rätta dem",
        cell_grid.scb_id(cells[:10]),
    )


def nested(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return shares where more is never had at a higher threshold, and tillgång counts as passerad.

    Grains may differ between thresholds (a cell says 30 % at 100 Mbit/s, a polygon all of it at 1000).
    Coverage at the higher threshold is coverage at the lower, so the lower is raised. NaN stays NaN: that there is
    nothing at the higher says nothing of the lower.
    """
    out = share.copy()
    for had, follows in LEVELS.implied():
        i, j = LEVELS.index(follows), LEVELS.index(had)
        out[:, i] = np.where(np.isnan(out[:, i]), np.nan, np.fmax(out[:, i], out[:, j]))
    return out


def complete_kommuner(sources: pd.DataFrame, grain: str, publishable_only: bool) -> list[str]:
    """Return the kommuner for which some file of this grain is complete."""
    use = matching.of_level(sources, grain) & sources["fullstandig"]
    if publishable_only:
        use &= sources["far_publiceras"]
    return sorted(set(sources.loc[use, "kommunkod"]))


def _best(rows: pd.DataFrame, n: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int8]]:
    """Return per address: largest share per measure and threshold, top speed with tillgång, its technique."""
    nr = rows["nr"].to_numpy()
    ned, andel = rows["ned_mbit"].to_numpy(), rows["andel"].to_numpy()
    connected = (rows["status"] == "tillgang").to_numpy()
    share = np.zeros((n, len(LEVELS)))
    for i, level in enumerate(LEVELS):
        use = (ned >= level.mbit) & (connected | (level.measure == "passerad"))
        np.maximum.at(share[:, i], nr[use], andel[use])
    use = connected & (andel > 0)
    speed = np.full(n, -np.inf)
    np.maximum.at(speed, nr[use], ned[use])
    # Of techniques at the top speed the first in TECHNIQUES.
    code = rows["teknik_nr"].to_numpy().astype(np.int64)
    top = use & (ned == speed[nr])
    technique = np.full(n, len(TECHNIQUES), dtype=np.int64)
    np.minimum.at(technique, nr[top], code[top])
    none = ~np.isfinite(speed)
    return share, np.where(none, np.nan, speed), np.where(none, -1, technique).astype(np.int8)


def as_table(evidence: Evidence, ids: pd.Series) -> pd.DataFrame:
    """Return the table ``evidens_beslut`` (contract EVIDENS_BESLUT): a row an address, in their order."""
    import pandas as pd

    techniques = pd.Categorical.from_codes(evidence.technique.astype(np.int64), list(TECHNIQUES))
    grains = {
        level.basis: pd.Categorical.from_codes(evidence.grain[:, i].astype(np.int64), list(GRAINS))
        for i, level in enumerate(LEVELS)
    }
    return pd.DataFrame(
        {
            "adress_id": ids.to_numpy(),
            **grains,
            **{level.probability: evidence.share[:, i] for i, level in enumerate(LEVELS)},
            "max_ned_mbit": evidence.max_ned_mbit,
            "teknik": techniques,
            "planerad": evidence.planned,
        }
    ).astype({"adress_id": "str"})


def load(path: Path) -> Evidence:
    """Read the table ``evidens_beslut``."""
    import pandas as pd

    texts = ["teknik", *(level.basis for level in LEVELS)]
    table = files.read_table(path, _decision_columns(), few=texts)

    def code(name: str, known: tuple[str, ...]) -> NDArray[np.int8]:
        return pd.Categorical(table[name], categories=known).codes.astype(np.int8)

    return Evidence(
        np.column_stack([code(level.basis, GRAINS) for level in LEVELS]),
        np.column_stack([table[level.probability].to_numpy(dtype=np.float64) for level in LEVELS]),
        table["max_ned_mbit"].to_numpy(dtype=np.float64),
        code("teknik", tuple(TECHNIQUES)),
        table["planerad"].to_numpy(dtype=bool),
    )


def _decision_columns() -> list[str]:
    per_level = [name for level in LEVELS for name in (level.basis, level.probability)]
    return [*per_level, "max_ned_mbit", "teknik", "planerad"]


def write_editions(
    name: str,
    inside: Callable[[], Ledger],
    outside: Callable[[], None],
    paths: Paths,
    at_once: int,
    tables: Sequence[str] = (),
) -> Ledger:
    """Have either edition of table ``name`` written, side by side; return what is told of the internal one.

    Where the editions have the same evidence, and the same ``tables``, the open one is the internal's copy.
    """
    both = [(paths.table(of), paths.table(f"{of}_oppen")) for of in ("evidens_beslut", *tables)]
    alike = all(filecmp.cmp(*two, shallow=False) for two in both)
    work: list[Callable[[], Any]] = [inside] if alike else [inside, outside]
    told, *_ = side_by_side.each(work, at_once)
    if alike:
        files.copy(paths.table(name), paths.table(f"{name}_oppen"))
    return told


def match_table(
    rows: dict[str, Any], matched: dict[str, pd.DataFrame], sources: pd.DataFrame, addresses: pd.DataFrame
) -> list[Hits]:
    """Return per evidence file and kommun: rows, addresses reached, complete or not, publishable or not."""
    total = addresses.groupby("kommunkod", observed=True).size()
    said = sources[["fil", "kommunkod", "fullstandig", "far_publiceras"]].itertuples(index=False, name=None)
    listed = {(fil, kod): (bool(full), bool(open_)) for fil, kod, full, open_ in said}
    out: list[Hits] = []
    for grain, table in matched.items():
        read = rows[grain].groupby("fil", observed=True)["rad"].nunique()
        reached = table.groupby(["fil", "kommunkod"], observed=True)["nr"].agg(["size", "nunique"])
        for (fil, kod), hits, met in reached.itertuples(name=None):
            full, open_ = listed.get((fil, kod), (False, False))
            out.append(
                {
                    "fil": fil,
                    "niva": grain,
                    "kommunkod": kod,
                    "rader_i_filen": int(read.get(fil, 0)),
                    "traffar": hits,
                    "adresser": met,
                    "adresser_i_kommunen": int(total.get(kod, 0)),
                    "fullstandig": full,
                    "far_publiceras": open_,
                }
            )
    return out
