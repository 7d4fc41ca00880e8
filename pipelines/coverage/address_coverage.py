"""Stage coverage: what each address can get, and on what evidence.

Evidence first; where it does not decide, statistics spread by the small-area model (or plainly, by
remoteness) so that PTS's benchmark is met exactly per kommun × class. Run twice: with all evidence (internal
edition), and with only what may be published below kommun level (open edition), the model fitted anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from pipelines.config.region import TECHNIQUES
from pipelines.core import cell_grid, files
from pipelines.core.ledger import Ledger
from pipelines.core.level import LEVELS
from pipelines.core.processes import side_by_side
from pipelines.coverage.small_area import model_steps
from pipelines.evidence import decided, missing_rows
from pipelines.evidence.decided import GRAINS, Evidence
from pipelines.grid.groups import group_index
from pipelines.people.benchmark import group_shares
from pipelines.tables import contracts, step_tables

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths

Floats = NDArray[np.float64]
ROUNDING = 1e-9
"""A probability this near 1 is 1: what is left is the rounding of a sum."""
BLOCK_ROWS = 1_000_000
"""Addresses that are written at a time: their text columns would be the largest thing in memory."""


@dataclass(frozen=True)
class Inputs:
    """What no edition changes: the ground of the model but for its households, and PTS's benchmarks."""

    ground: model_steps.Ground
    groups: pd.DataFrame
    wanted: pd.DataFrame
    share: Floats

    def with_households(self, households: Floats, spread: Floats) -> Inputs:
        """Return the same with the households of an edition, and their variance."""
        return replace(self, ground=replace(self.ground, households=households, spread=spread))

    def covered(self, evidence: Evidence, spreading: model_steps.Spreading) -> Floats:
        """Return the probability of coverage per address and level, shape (n, levels)."""
        ground = self.ground
        return spread_rest(
            evidence, ground.households, spreading.score, ground.index, ground.table, self.share, spreading.solve
        )


def run(region: Region, paths: Paths, jobs: str = "") -> None:
    """Decide by evidence, spread the rest by statistics, say what was met: either edition side by side (``JOBS``)."""
    at_once = side_by_side.processes(jobs)
    # One thread: the same sums on every machine, and of a kommun's addresses in a tenth of the processor time.
    with threadpool_limits(1):
        every = read(region, paths)
        editions = partial(inside, every, region, paths), partial(outside, every, paths)
        told = decided.write_editions("adresser_tackning", *editions, paths, at_once, ["adresser_hushall"])
    told.save(paths.ledger("coverage"))


def inside(given: Inputs, region: Region, paths: Paths) -> Ledger:
    """Write the internal edition, how sure it is, and what to look up; return what is told of it."""
    ledger, ground = Ledger("coverage"), given.ground
    evidence, spreading, coverage = write(given, "", paths)
    wanted = with_outcome(given.wanted, given.groups, ground.addresses, ground.households, coverage)
    model_steps.write_uncertainty(ground, spreading, evidence, coverage, wanted, region, paths, ledger)
    doubtful = to_check(ground.addresses, evidence, ground.households, region.evidens.kontroll_fran_sannolikhet)
    files.write_points(contracts.check(doubtful, step_tables.KONTROLLERAS), paths.table("kontrolleras"))
    files.write_table(contracts.check(wanted, step_tables.RIKTVARDEN), paths.table("riktvarden"))
    return ledger


def outside(given: Inputs, paths: Paths) -> None:
    """Write the open edition."""
    write(open_edition(given, paths), "_oppen", paths)


def write(given: Inputs, mark: str, paths: Paths) -> tuple[Evidence, model_steps.Spreading, Floats]:
    """Write each address's coverage in an edition; return its evidence, how the rest was spread, and the coverage."""
    evidence = decided.load(paths.table(f"evidens_beslut{mark}"))
    spreading = model_steps.fitted(given.ground, evidence)
    coverage = given.covered(evidence, spreading)
    with files.in_blocks(paths.table(f"adresser_tackning{mark}")) as add:
        for rows in blocks_of(len(coverage)):
            out = address_table(given.ground.addresses[rows], evidence.part(rows), coverage[rows])
            add(contracts.check(out, step_tables.ADRESSER_TACKNING))
    return evidence, spreading, coverage


def open_edition(given: Inputs, paths: Paths) -> Inputs:
    """Return the same with the households that published evidence alone gives."""
    people = files.read_table(paths.table("adresser_hushall_oppen"), ["hushall", "hushall_varians"])
    return given.with_households(people["hushall"].to_numpy(), people["hushall_varians"].to_numpy())


def blocks_of(count: int) -> list[slice]:
    """Return slices of at most BLOCK_ROWS rows that together are all ``count`` rows; at least one.

    >>> blocks_of(0), blocks_of(1_500_000)
    ([slice(0, 1000000, None)], [slice(0, 1000000, None), slice(1000000, 2000000, None)])
    """
    return [slice(i, i + BLOCK_ROWS) for i in range(0, max(count, 1), BLOCK_ROWS)]


def read(region: Region, paths: Paths) -> Inputs:
    """Read addresses, their people and PTS's benchmarks."""
    texts = ["kommunkod", "omradestyp", "ortstyp"]
    addresses = files.read_points(paths.table("adresser_ruta"), ["adress_id", "rutid", *texts], few=texts)
    # People before raking: those after it know what evidence says of coverage, which the model is to learn by itself.
    people = files.read_table(paths.table("adresser_hushall"), ["befolkning_fore", "hushall", "hushall_varians"])
    groups = files.read_table(paths.table("grupper"))
    wanted = files.read_table(paths.table("riktvarden_pts"))
    index, table = group_index(addresses, groups)
    ground = model_steps.Ground.of(region, addresses, people, index, table)
    return Inputs(ground, groups, wanted, group_shares(wanted, groups, table))


def spread_rest(
    evidence: Evidence,
    households: Floats,
    score: dict[str, Floats],
    index: NDArray[np.int64],
    table: pd.DataFrame,
    share: Floats,
    solve: model_steps.Solver,
) -> Floats:
    """Return the probability of coverage per address and level, shape (n, levels).

    ``score`` tells per measure who is likelier to lack it, ``solve`` how it becomes a probability.

    Where evidence decides, its answer; elsewhere the spread of what the benchmark leaves, group by group,
    tillgång from the lowest threshold up, then passerad. An address is never less covered at a lower
    threshold, and never less passed than covered: those are the bounds of each spread.
    """
    uncovered = 1 - evidence.share
    order = np.argsort(index, kind="stable")
    ends = np.searchsorted(index[order], np.arange(len(table) + 1))
    wanted = (1 - share) * table["hushall_pts"].to_numpy()[:, None]
    open_ = evidence.grain == 0
    for g in range(len(table)):
        members = order[ends[g] : ends[g + 1]]
        _spread_group(uncovered, open_, members, households, score, wanted[g], 1 - share[g], solve)
    return np.clip(1 - uncovered, 0.0, 1.0)


def _spread_group(
    uncovered: Floats,
    open_: NDArray[np.bool_],
    members: NDArray[np.int64],
    households: Floats,
    score: dict[str, Floats],
    wanted: Floats,
    plain: Floats,
    solve: model_steps.Solver,
) -> None:
    """Fill in ``uncovered`` for one group's addresses, level by level."""
    for i, level in enumerate(LEVELS):
        free = members[open_[members, i]]
        if not len(free):
            continue
        low, high = np.zeros(len(free)), np.ones(len(free))
        if level != LEVELS.of(level.measure)[0]:
            low = uncovered[free, i - 1]
        if level.measure == "tillgang":
            # passerad is spread later; here it binds only where evidence has decided it
            low = np.fmax(low, uncovered[free, LEVELS.at("passerad", level.mbit)])
        else:
            high = uncovered[free, LEVELS.at("tillgang", level.mbit)]
        h = households[free]
        if h.sum() > 0:
            decided = members[~open_[members, i]]
            rest = wanted[i] - float((households[decided] * uncovered[decided, i]).sum())
            uncovered[free, i] = solve(rest, h, score[level.measure][free], low, high)
        else:
            uncovered[free, i] = np.clip(plain[i], low, high)


def address_table(addresses: pd.DataFrame, evidence: Evidence, coverage: Floats) -> pd.DataFrame:
    """Return the table ``adresser_tackning``."""
    decided = evidence.grain > 0
    lowest, lowest_passed = (LEVELS.index(LEVELS.of(measure)[0]) for measure in ("tillgang", "passerad"))
    highest = LEVELS.index(LEVELS.of("tillgang")[-1])
    none = np.where(decided[:, lowest], len(TECHNIQUES) + 1, len(TECHNIQUES))
    planned = evidence.planned & (coverage[:, highest] < 1 - ROUNDING)
    status = np.select(
        [
            decided[:, lowest] & (coverage[:, lowest] >= 0.5),
            decided[:, lowest_passed] & (coverage[:, lowest_passed] >= 0.5),
            evidence.planned,
            decided[:, lowest],
        ],
        [0, 1, 2, 3],
        4,
    )
    grains = (*GRAINS, "blandat")
    one = (evidence.grain == evidence.grain[:, :1]).all(axis=1)
    technique = np.where(evidence.technique >= 0, evidence.technique, none)
    return addresses[["adress_id"]].assign(
        **{level.probability: coverage[:, i] for i, level in enumerate(LEVELS)},
        max_ned_mbit=evidence.max_ned_mbit,
        basta_teknik=contracts.texts((*TECHNIQUES, "okand", "ingen"), technique),
        status=contracts.texts(("tillgang", "passerad", "planerad", "ingen", "okand"), status),
        planerad=planned,
        underlag=contracts.texts(grains, np.where(one, evidence.grain[:, 0], len(GRAINS))),
        **{level.basis: contracts.texts(grains, evidence.grain[:, i]) for i, level in enumerate(LEVELS)},
    )


def to_check(addresses: pd.DataFrame, evidence: Evidence, households: Floats, least: float) -> pd.DataFrame:
    """Return the addresses to look up before money is spent: a complete list does not name them, and may lack a row.

    Parameters
    ----------
    least : float
        Probability of coverage from which it is worth while.

    Returns
    -------
    DataFrame
        Contract KONTROLLERAS: those first that most hangs on, households times the probability of being wrong about
        them.
    """
    listed = evidence.grain == GRAINS.index("adress")
    rows = np.flatnonzero(missing_rows.in_doubt(listed, evidence.share, least).any(axis=1))
    chance = np.where(listed[rows], np.nan_to_num(evidence.share[rows]), 0.0)
    doubt = np.minimum(chance, 1 - chance)
    out = addresses.iloc[rows][["adress_id", "kommunkod", "rutid", "e_m", "n_m"]].assign(
        hushall=households[rows],
        **{
            level.probability: np.where(listed[rows, i], evidence.share[rows, i], np.nan)
            for i, level in enumerate(LEVELS)
        },
        hushall_osakra=households[rows] * doubt.max(axis=1, initial=0.0),
    )
    out["rutid_scb"] = cell_grid.scb_id(out.pop("rutid").to_numpy())
    out = out.sort_values(["hushall_osakra", "adress_id"], ascending=[False, True], kind="stable", ignore_index=True)
    return out.astype({"kommunkod": "str", "rutid_scb": "str"})


def with_outcome(
    wanted: pd.DataFrame, groups: pd.DataFrame, addresses: pd.DataFrame, households: Floats, coverage: Floats
) -> pd.DataFrame:
    """Add what was reached, and the rest that could not be, per kommun × områdestyp, measure, threshold."""
    import pandas as pd

    base = addresses[["kommunkod", "omradestyp"]]
    parts = []
    for i, level in enumerate(LEVELS):
        reached = base.assign(hushall_uppnatt=households * coverage[:, i], hushall_har=households)
        both = reached.groupby(["kommunkod", "omradestyp"], as_index=False).sum()
        total = both.groupby("kommunkod", as_index=False)[["hushall_uppnatt", "hushall_har"]].sum()
        parts.append(
            pd.concat([both, total.assign(omradestyp="totalt")]).assign(matt=level.measure, troskel_mbit=level.mbit)
        )
    table = pd.concat(parts, ignore_index=True)
    out = wanted.merge(table, on=["kommunkod", "omradestyp", "matt", "troskel_mbit"], how="left")
    # Totals from the classes' own benchmarks, since those are what the spread meets.
    out["rest_hushall"] = out["hushall_uppnatt"] - out["andel"] * out["hushall_har"]
    return out.drop(columns="hushall_har")
