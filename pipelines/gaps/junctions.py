"""Step junctions: where roads meet, and where addresses meet them; neither asks who has coverage, or waits for it.

The gap areas read back what was found (:func:`read`), to the last bit; the open edition reads the stretches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipelines.core import files
from pipelines.gaps.trench_ground import on_ground, road_prices
from pipelines.roads import drops, lines_wkb
from pipelines.roads.line_parts import of_vertices, stretches
from pipelines.roads.noding import Noded, node
from pipelines.tables import contracts
from pipelines.tables.gap_tables import ANSLUTNINGAR, VAGNAT, VAGNAT_LINJER

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths
    from pipelines.roads.line_parts import Floats, Vertices


def run(region: Region, paths: Paths) -> None:
    """Write the roads as they meet: the lines they were noded as, the stretches between nodes, and addresses' drops."""
    import pandas as pd

    roads = files.read_shapes(paths.table("vagar"), ["klass", "niva", "namn", "geometry"])
    noded = node(roads["geometry"].to_numpy(), on_ground(roads), region.vagar.snappning_m)
    del roads["geometry"]
    xy = files.read_points(paths.table("adresser_ruta"), [])[["e_m", "n_m"]].to_numpy()
    may = road_prices(roads, region.vagar)[2]
    drop = drops.nearest(xy, noded.lines, np.flatnonzero(may[noded.source]))
    where = pd.DataFrame({"linje": drop.line, "langs_m": drop.at_m, "e_m": drop.xy[:, 0], "n_m": drop.xy[:, 1]})
    files.write_points(contracts.check(where, ANSLUTNINGAR), paths.table(ANSLUTNINGAR.name))
    _write(*lines(noded), VAGNAT_LINJER, paths)
    _write(*edges(roads, noded), VAGNAT, paths)


def read(paths: Paths) -> tuple[pd.DataFrame, Noded]:
    """Return the roads (``klass``, ``niva``, ``namn``), and where they meet."""
    roads = files.read_table(paths.table("vagar"), ["klass", "niva", "namn"])
    line, wkb = files.read_wkb(paths.table(VAGNAT_LINJER.name))
    edge = files.read_table(paths.table(VAGNAT.name), ["linje", "fran", "till", "fran_m", "till_m"])
    ends, u, v = line[["fran", "till"]].to_numpy(), edge["fran"].to_numpy(), edge["till"].to_numpy()
    return roads, Noded(
        lines=of_vertices(*lines_wkb.vertices(wkb)),
        source=line["vag"].to_numpy(),
        line=edge["linje"].to_numpy(),
        u=u,
        v=v,
        from_m=edge["fran_m"].to_numpy(),
        to_m=edge["till_m"].to_numpy(),
        ends=ends,
        nodes=int(max(ends.max(initial=-1), u.max(initial=-1), v.max(initial=-1))) + 1,
        joined=line["hopfogade"].to_numpy(),
    )


def read_drops(paths: Paths, points: Floats) -> drops.Drops:
    """Return where the addresses, which stand at ``points``, meet the roads."""
    found = files.read_points(paths.table(ANSLUTNINGAR.name), ["linje", "langs_m"])
    xy = found[["e_m", "n_m"]].to_numpy()
    # As it was measured: to the last bit.
    away = np.where(found["linje"] < 0, np.inf, np.hypot(*(points - xy).T))
    return drops.Drops(found["linje"].to_numpy(), found["langs_m"].to_numpy(), xy, away)


def lines(noded: Noded) -> tuple[pd.DataFrame, Vertices]:
    """Return VAGNAT_LINJER, and the vertices of its rows."""
    import pandas as pd

    ends = noded.ends
    frame = pd.DataFrame({"vag": noded.source, "fran": ends[:, 0], "till": ends[:, 1], "hopfogade": noded.joined})
    return frame, (noded.lines.xy, np.diff(noded.lines.first))


def edges(roads: pd.DataFrame, noded: Noded) -> tuple[pd.DataFrame, Vertices]:
    """Return VAGNAT, the stretches of roads between the nodes where they meet, and the vertices of its rows."""
    frame = roads.iloc[noded.source[noded.line]].reset_index(drop=True)[["klass", "niva", "namn"]]
    frame = frame.assign(fran=noded.u, till=noded.v, linje=noded.line, fran_m=noded.from_m, till_m=noded.to_m)
    return frame, stretches(noded.lines, noded.line, noded.from_m, noded.to_m)


def _write(frame: pd.DataFrame, vertices: Vertices, table: contracts.Table, paths: Paths) -> None:
    xy, count = vertices
    box = [*xy.min(axis=0), *xy.max(axis=0)] if len(xy) else []
    rows = contracts.check(contracts.typed(frame, table), table)
    files.write_wkb(rows, lines_wkb.lines(xy, count), box, paths.table(table.name), several=False)
