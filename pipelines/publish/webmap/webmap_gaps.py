"""Gap areas as bytes: which cells belong to which area, and each area's facts, per threshold and measure.

The open page's areas are those of ``oppen_bristomraden``. That table has no list of cells, so they are found
again from the open cells, and checked against its own ids and numbers of cells. The stream is, per pair: the
gap from each member cell to the next, then each one's area; then every fact of every area, pairs in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core import cell_grid, classes
from pipelines.core.errors import ContractError
from pipelines.core.level import LEVELS
from pipelines.gaps.gap_areas import components
from pipelines.publish.webmap.encode import Codes, Numbers, codes, deflate, numbers, pack_fields, pack_numbers, truths
from pipelines.tables.code_lists import COST_CLASSES, UNDERLAG

if TYPE_CHECKING:
    import pandas as pd

Members = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Of one level: places of the member cells in the page's cells, ascending, and each one's row of the areas."""
_STEP_SEK = 100_000
"""Kronor that the costs of projects are told in whole steps of, but an exact one."""
_KRONOR = ("kostnad_sek", "kostnad_lag_sek", "kostnad_hog_sek", "kostnad_per_hushall_sek")


def open_members(cells: pd.DataFrame, areas: pd.DataFrame) -> list[Members]:
    """Return the cells of the open areas of every level.

    Parameters
    ----------
    cells : DataFrame
        ``oppen_rutnat_250m``, by ``rutid_scb``.
    areas : DataFrame
        ``oppen_bristomraden``.

    Raises
    ------
    ContractError
        When the cells do not give the table's own areas.
    """
    rutid = cell_grid.parse_scb_id(cells["rutid_scb"])
    found = []
    for level in LEVELS:
        inside = np.flatnonzero(cells[level.cell_class].isin(classes.LACKING))
        modelled = cells[level.cell_basis].iloc[inside].isin(["statistik", "blandat"]).to_numpy()
        area = components(rutid[inside], modelled)
        first = np.unique(area, return_index=True)[1]
        own = areas[(areas["troskel_mbit"] == level.mbit) & (areas["matt"] == level.measure)]
        ids = [f"{level.area_head}{x}" for x in cells["rutid_scb"].iloc[inside[first]]]
        sizes = dict(zip(ids, np.bincount(area).tolist(), strict=True))
        if sizes != dict(zip(own["bristomrade_id"], own["rutor"].tolist(), strict=True)):
            raise ContractError(
                f"Kartans bristområden vid {level.mbit} Mbit/s ({level.measure}) är inte de som publiceras.",
                action="Det är ett fel i programmet, rapportera det.",
            )
        row = own.reset_index().set_index("bristomrade_id").loc[ids, "index"].to_numpy(np.int64)
        found.append((inside, row[area]))
    return found


def internal_members(cells: pd.DataFrame, areas: pd.DataFrame, members: pd.DataFrame) -> list[Members]:
    """Return the cells of the internal areas (``bristomraden_rutor``) of every level."""
    import pandas as pd

    rutid, row = cell_grid.parse_scb_id(cells["rutid_scb"]), pd.Index(areas["bristomrade_id"])
    found = []
    for level in LEVELS:
        own = members[(members["troskel_mbit"] == level.mbit) & (members["matt"] == level.measure)]
        place = np.searchsorted(rutid, cell_grid.parse_scb_id(own["rutid_scb"]))
        order = np.argsort(place, kind="stable")
        found.append((place[order], row.get_indexer(own["bristomrade_id"])[order]))
    return found


def open_fields(areas: pd.DataFrame) -> list[Codes | Numbers]:
    """Return what the open page tells of an area: from and to, classes of cost."""
    ends = [f"{n}_{end}" for n in ("adresser", "hushall", "hushall_utan") for end in ("minst", "hogst")]
    return [
        *_common(areas),
        codes("kostnad_klass", areas["kostnad_klass"], COST_CLASSES),
        numbers("land_ha", areas["land_ha"]),
        *(_or_nothing(n, areas[n], 1) for n in ends),
    ]


def internal_fields(areas: pd.DataFrame) -> list[Codes | Numbers]:
    """Return what the internal page tells of an area: exact sums, trench, cost, priority."""
    sums = ("hushall", "hushall_utan", "befolkning_utan")
    return [
        *_common(areas),
        codes("underlag", areas["underlag"], UNDERLAG),
        numbers("land_ha", areas["land_ha"]),
        numbers("adresser", areas["adresser"], scale=1),
        numbers("adresser_klassade", areas["adresser_klassade"], scale=1),
        *(numbers(n, areas[n]) for n in sums),
        *(_or_nothing(n, areas[n], 1) for n in ("avstand_m", "schakt_m", *_KRONOR, "prioritet")),
        _or_nothing("sannolikhet", areas["sannolikhet"], 100),
    ]


def pack(areas: pd.DataFrame, members: list[Members], fields: list[Codes | Numbers], cells: pd.DataFrame) -> Any:
    """Pack areas and their cells.

    Returns
    -------
    description : dict
        Per pair its numbers of areas and cells; the fields; ids that are not the pair and a cell of the area;
        all kommuner of the areas that lie in several.
    text : str
        Base64 of the deflated stream.
    """
    order = np.concatenate([np.unique(row) for _, row in members]) if members else np.zeros(0, np.int64)
    pairs, stream, names = [], [], []
    rutid = cells["rutid_scb"].to_numpy()
    for level, (place, row) in zip(LEVELS, members, strict=True):
        own, number = np.unique(row, return_inverse=True)
        gaps = np.diff(place, prepend=0)
        parts = [pack_numbers(x) for x in (gaps, number)]
        pairs.append({"kod": level.code, "antal": len(own), "rutor": len(place), "byte": [w for w, _ in parts]})
        stream += [body for _, body in parts]
        names += _names(areas["bristomrade_id"].to_numpy()[own], number, rutid[place], level.area_head)
    kept = [_taken(f, order) for f in fields]
    described, body = pack_fields([*kept, numbers("namnruta", [n for n, _ in names], scale=1)])
    several = areas["kommuner"].iloc[order].reset_index(drop=True)
    description = {
        "par": pairs,
        "falt": described,
        "id": {str(i): name for i, (_, name) in enumerate(names) if name},
        "kommuner": {str(i): k for i, k in several.items() if "," in k},
    }
    return description, deflate(b"".join([*stream, body]))


def open_projects(projects: pd.DataFrame, rutor: pd.DataFrame, cells: pd.DataFrame, members: list[Members]) -> Any:
    """Pack the open projects: ``oppen_projekt`` and ``oppen_projekt_rutor``; see :func:`_projects`."""
    import pandas as pd

    ends = [f"hushall_utan_{x}" for x in ("minst", "hogst")]
    projects = projects.rename(columns=lambda x: x.replace("_sek_ca", "_sek"))
    fields: list[Codes | Numbers] = [
        truths("over_stoppris", projects["over_stoppris"]),
        *(_or_nothing(n, projects[n], 1) for n in ends),
        *(_or_nothing(n, projects[n] / _STEP_SEK, 1) for n in _KRONOR[:3]),
        _or_nothing("hushall_per_miljon", projects["hushall_per_miljon"], 10),
    ]
    rutid, of = (cell_grid.parse_scb_id(x["rutid_scb"]) for x in (cells, rutor))
    place = np.searchsorted(rutid, of)
    at = pd.DataFrame({"cell": place, "projekt_id": rutor["projekt_id"]})
    return _projects(projects, at, fields, (), members)


def internal_projects(projects: pd.DataFrame, cells: pd.DataFrame, members: list[Members]) -> Any:
    """Pack the internal projects, ``projekt`` with its outlines: what a plan is made of to the last digit."""
    import pandas as pd
    import shapely

    e, n = cell_grid.corner(cell_grid.parse_scb_id(cells["rutid_scb"]))
    every = np.unique(np.concatenate([place for place, _ in members])) if members else np.zeros(0, np.int64)
    half = cell_grid.CELL_M / 2
    middles: Any = shapely.points(e[every] + half, n[every] + half)
    row, cell = shapely.STRtree(middles).query(projects["geometry"].to_numpy(), predicate="contains")
    at = pd.DataFrame({"cell": every[cell], "projekt_id": projects["projekt_id"].to_numpy()[row]})
    fields: list[Codes | Numbers] = [
        *(_or_nothing(n, projects[n] / _STEP_SEK, 1) for n in _KRONOR[1:3]),
        numbers("andel_i_plan", projects["andel_i_plan"], 100),
    ]
    return _projects(projects, at, fields, ("kostnad_sek", "hushall_utan"), members)


def _projects(
    projects: pd.DataFrame,
    at: pd.DataFrame,
    fields: list[Codes | Numbers],
    exact: tuple[str, ...],
    members: list[Members],
) -> Any:
    """Pack projects, level by level in the order they are built in.

    Parameters
    ----------
    projects : DataFrame
        With ``namn``, ``kommunkod``, ``modellerad``, ``prioritet``.
    at : DataFrame
        ``cell``, place in the page's cells, and ``projekt_id``: of a cell in several projects one is shown.
    fields : list
        Of each project, in the rows' order.
    exact : tuple of str
        Columns that are kept as they are, to six decimals as in every product.
    members : list
        Of each level the cells of its gap areas, which are those of its projects.

    Returns
    -------
    description : dict
    text : str
        Base64 of the deflated stream: of each level the project of each member cell, all names, the exact columns,
        the fields.
    """
    order, pairs, stream = [], [], []
    for level, (place, _) in zip(LEVELS, members, strict=True):
        own = (projects["troskel_mbit"] == level.mbit) & (projects["matt"] == level.measure)
        rows = np.flatnonzero(own.to_numpy())
        rows = rows[np.argsort(projects["prioritet"].to_numpy()[rows], kind="stable")]
        number = dict(zip(projects["projekt_id"].to_numpy()[rows], range(len(rows)), strict=True))
        mine = at[at["projekt_id"].isin(number.keys())].drop_duplicates("cell")
        which = np.full(len(place), len(rows))
        found = np.searchsorted(place, mine["cell"].to_numpy())
        which[found] = mine["projekt_id"].map(number).to_numpy(np.int64)
        width, body = pack_numbers(which)
        pairs.append({"kod": level.code, "antal": len(rows), "rutor": len(place), "byte": width})
        stream.append(body)
        order.append(rows)
    rows = np.concatenate(order) if order else np.zeros(0, np.int64)
    names = "\n".join(projects["namn"].to_numpy()[rows]).encode()
    kept = [np.round(projects[n].to_numpy(np.float64)[rows], 6).astype("<f8").tobytes() for n in exact]
    described, body = pack_fields([_taken(f, rows) for f in (*_common(projects), *fields)])
    description = {"par": pairs, "namn": len(names), "exakta": list(exact), "kronor": _STEP_SEK, "falt": described}
    return description, deflate(b"".join([*stream, names, *kept, body]))


def _names(ids: NDArray[Any], number: NDArray[np.int64], rutid: NDArray[Any], head: str) -> list[tuple[int, str]]:
    """Return, per area, which of its cells gives it its id, or 0 and the id itself."""
    order = np.argsort(number, kind="stable")
    sorted_rutid, starts = rutid[order], np.searchsorted(number[order], np.arange(len(ids)))
    at = {f"{head}{r}": k for k, r in enumerate(sorted_rutid)}
    ends = np.append(starts, len(order))[1:]
    out = []
    # One turn an area: its name, not data.
    for name, start, end in zip(ids, starts.tolist(), ends.tolist(), strict=True):
        k = at.get(name, -1)
        out.append((k - start, "") if start <= k < end else (0, str(name)))
    return out


def _common(areas: pd.DataFrame) -> list[Codes | Numbers]:
    kommuner = tuple(sorted(areas["kommunkod"].unique()))
    return [codes("kommunkod", areas["kommunkod"], kommuner), truths("modellerad", areas["modellerad"])]


def _or_nothing(name: str, column: Any, scale: int) -> Numbers:
    """Return a field of numbers that may be empty: one more than the number, 0 where there is none."""
    values = np.asarray(column.astype("float64"))
    whole = np.floor(np.round(np.nan_to_num(values), 6) * scale + 0.5)
    return Numbers(name, scale, np.where(np.isnan(values), 0, whole + 1).astype(np.uint32), empty=True)


def _taken(field: Codes | Numbers, rows: NDArray[np.int64]) -> Codes | Numbers:
    from dataclasses import replace

    if isinstance(field, Codes):
        return replace(field, codes=field.codes[rows])
    return replace(field, scaled=field.scaled[rows])
