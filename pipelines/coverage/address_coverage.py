"""Stage coverage: what each address can get, and on what evidence.

Evidence first; where it does not decide, statistics spread by the small-area model (or plainly, by
remoteness) so that PTS's benchmark is met exactly per kommun × class. Run twice: with all evidence (internal
edition), and with only what may be published below kommun level (open edition), the model fitted anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.config.region import TECHNIQUES
from pipelines.core import files
from pipelines.core import ledger as ledgers
from pipelines.core.facts import STAND_INS
from pipelines.core.ledger import Ledger, files_used
from pipelines.core.level import LEVELS
from pipelines.coverage import by_place, matching
from pipelines.coverage.benchmark import benchmarks
from pipelines.coverage.evidence import EVIDENCE, FEW_TEXTS, GRAINS, Evidence, attach, decide, match_table
from pipelines.coverage.small_area import model_steps
from pipelines.grid import placement
from pipelines.grid.groups import group_index
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
    """What the stage reads, matched and ordered: before any edition's evidence is chosen."""

    ground: model_steps.Ground
    groups: pd.DataFrame
    sources: pd.DataFrame
    wanted: pd.DataFrame
    share: Floats
    rows: dict[str, pd.DataFrame]
    matched: dict[str, pd.DataFrame]

    def evidence(self, publishable_only: bool) -> Evidence:
        """Return what evidence decides in one edition."""
        return decide(self.ground.addresses, self.matched, self.sources, publishable_only)

    def covered(self, evidence: Evidence, spreading: model_steps.Spreading) -> Floats:
        """Return the probability of coverage per address and level, shape (n, levels)."""
        ground = self.ground
        return spread_rest(
            evidence, ground.households, spreading.score, ground.index, ground.table, self.share, spreading.solve
        )


def run(region: Region, paths: Paths) -> None:
    """Decide by evidence, spread the rest by statistics, and say what was met."""
    ledger = Ledger("coverage")
    given = read(region, paths, ledger)
    ground, wanted = given.ground, given.wanted
    ledger.facts["traffar"] = match_table(given.rows, given.matched, given.sources, ground.addresses)
    ledger.facts["antagen_hastighet"] = _assumed_speeds(given.rows)
    given.rows.clear()  # matched by now; a whole country's rows are a gigabyte
    before = ""
    for edition, publishable_only in (("adresser_tackning", False), ("adresser_tackning_oppen", True)):
        evidence = given.evidence(publishable_only)
        answers = answers_of(evidence)
        if answers != before:
            spreading = model_steps.fitted(ground, evidence)
            coverage = given.covered(evidence, spreading)
        before = answers
        with files.in_blocks(paths.table(edition)) as add:
            for rows in blocks_of(len(coverage)):
                out = address_table(ground.addresses[rows], evidence.part(rows), coverage[rows])
                add(contracts.check(out, step_tables.ADRESSER_TACKNING))
        if not publishable_only:
            wanted = with_outcome(wanted, given.groups, ground.addresses, ground.households, coverage)
            count_grains(evidence, ledger)
            model_steps.write_uncertainty(ground, spreading, evidence, coverage, wanted, region, paths, ledger)
    files.write_table(contracts.check(wanted, step_tables.RIKTVARDEN), paths.table("riktvarden"))
    ledger.save(paths.ledger("coverage"))


def answers_of(evidence: Evidence) -> str:
    """Return a checksum of what evidence decides: two editions with the same one are served by one model."""
    digest = hashlib.blake2b(np.ascontiguousarray(evidence.grain).data)
    digest.update(np.ascontiguousarray(evidence.share).data)
    return digest.hexdigest()


def blocks_of(count: int) -> list[slice]:
    """Return slices of at most BLOCK_ROWS rows that together are all ``count`` rows; at least one.

    >>> blocks_of(0), blocks_of(1_500_000)
    ([slice(0, 1000000, None)], [slice(0, 1000000, None), slice(1000000, 2000000, None)])
    """
    return [slice(i, i + BLOCK_ROWS) for i in range(0, max(count, 1), BLOCK_ROWS)]


def read(region: Region, paths: Paths, ledger: Ledger) -> Inputs:
    """Read addresses, evidence and benchmarks; match evidence to addresses."""
    texts = ["kommunkod", "omradestyp", "ortstyp"]
    addresses = files.read_points(paths.table("adresser_ruta"), ["adress_id", "rutid", *texts], few=texts)
    people = files.read_table(paths.table("adresser_hushall"), ["befolkning", "hushall"])
    groups = files.read_table(paths.table("grupper"))
    sources = files.read_table(paths.table("kallor"))
    rows = {
        "adress": files.read_table(
            paths.table("evidens_adress"),
            [*EVIDENCE, "adress_id", "e_m", "n_m", "kommunkod_fil"],
            few=[*FEW_TEXTS, "kommunkod_fil"],
        ),
        "ruta": files.read_table(paths.table("evidens_ruta"), [*EVIDENCE, "rutid", "andel"], few=FEW_TEXTS),
        "omrade": files.read_polygons(paths.table("evidens_omrade")),
    }
    wanted = benchmarks(
        region,
        files.read_table(paths.table("pts_teknik")),
        files.read_table(paths.table("pts_hastighet")),
        files.read_table(paths.table("kolada")),
        ledger,
        files_used(paths.ledger("pts")),
    )
    index, table = group_index(addresses, groups)
    share = group_shares(wanted, groups, table)
    ground = model_steps.Ground.of(region, addresses, people, index, table)
    land = files.read_table(paths.table("land"), ["rutid", "kommunkod"])
    if ledgers.load(paths.ledger("lantmateriet")).facts["adressunderlag"] in STAND_INS:
        rows["adress"], sources = by_place.of_buildings(rows["adress"], sources, ledger)
        region = by_place.reaching(region)
    judge = partial(
        matching.require,
        sources=sources,
        addresses=addresses,
        region=region,
        ledger=ledger,
        register=partial(placement.address_files, paths),
    )
    matched = attach(addresses, rows, sources, region, ledger, land, judge)
    matching.note_uncovering(matched, sources, ledger)
    return Inputs(ground, groups, sources, wanted, share, rows, matched)


def group_shares(wanted: pd.DataFrame, groups: pd.DataFrame, table: pd.DataFrame) -> Floats:
    """Return the benchmark share per group and level, shape (groups, levels).

    A group that merged two classes has the household-weighted mean of their shares.
    """
    import pandas as pd

    parts = groups.merge(wanted.drop(columns="hushall_pts"), on=["kommunkod", "omradestyp"], how="left")
    whole = wanted[wanted["omradestyp"] == "totalt"].set_index(["kommunkod", "matt", "troskel_mbit"])["andel"]
    out = np.empty((len(table), len(LEVELS)))
    keys = pd.MultiIndex.from_frame(table[["kommunkod", "grupp"]])
    for i, (m, t) in enumerate((level.measure, level.mbit) for level in LEVELS):
        here = parts[(parts["matt"] == m) & (parts["troskel_mbit"] == t)]
        covered = (here["andel"] * here["hushall_pts"]).groupby([here["kommunkod"], here["grupp"]]).sum()
        total = here.groupby(["kommunkod", "grupp"])["hushall_pts"].sum()
        plain = here.groupby(["kommunkod", "grupp"])["andel"].mean()
        mean = (covered / total).where(total > 0, plain).reindex(keys).to_numpy()
        of_kommun = whole.reindex(
            pd.MultiIndex.from_arrays([table["kommunkod"], [m] * len(table), [t] * len(table)])
        ).to_numpy()
        is_whole = (table["grupp"] == "totalt").to_numpy()
        out[:, i] = np.where(is_whole | np.isnan(mean), of_kommun, mean)
    return out


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
    names = np.array([*TECHNIQUES, "okand", "ingen"], dtype=object)
    none = np.where(decided[:, lowest], len(TECHNIQUES) + 1, len(TECHNIQUES))
    planned = evidence.planned & (coverage[:, highest] < 1 - ROUNDING)
    status = np.select(
        [
            decided[:, lowest] & (coverage[:, lowest] >= 0.5),
            decided[:, lowest_passed] & (coverage[:, lowest_passed] >= 0.5),
            evidence.planned,
            decided[:, lowest],
        ],
        ["tillgang", "passerad", "planerad", "ingen"],
        "okand",
    )
    grains = np.array([*GRAINS, "blandat"], dtype=object)
    one = (evidence.grain == evidence.grain[:, :1]).all(axis=1)
    out = addresses[["adress_id"]].assign(
        **{level.probability: coverage[:, i] for i, level in enumerate(LEVELS)},
        max_ned_mbit=evidence.max_ned_mbit,
        basta_teknik=names[np.where(evidence.technique >= 0, evidence.technique, none)],
        status=status,
        planerad=planned,
        underlag=grains[np.where(one, evidence.grain[:, 0], len(GRAINS))],
        **{level.basis: grains[evidence.grain[:, i]] for i, level in enumerate(LEVELS)},
    )
    text = ["basta_teknik", "status", *(c for c in out if c.startswith("underlag"))]
    return out.astype(dict.fromkeys(text, "str"))


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


def count_grains(evidence: Evidence, ledger: Ledger) -> None:
    """Quote how many addresses each grain decided."""
    per_level = {}
    for i, level in enumerate(LEVELS):
        count = np.bincount(evidence.grain[:, i], minlength=len(GRAINS))
        per_level[f"{level.measure} {level.mbit}"] = {name: int(count[k]) for k, name in enumerate(GRAINS)}
    ledger.facts["adresser_per_underlag"] = per_level


def _assumed_speeds(rows: dict[str, pd.DataFrame]) -> dict[str, int]:
    out: dict[str, int] = {}
    for table in rows.values():
        for fil, n in table.groupby(table["fil"].astype("str"))["ned_antagen"].sum().items():
            if n:
                out[str(fil)] = int(n)
    return out
