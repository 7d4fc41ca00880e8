"""Stage goals: how far every place is from every goal, how we stand beside PTS, and PTS's regional priority."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from pipelines.config.region import CLASSES
from pipelines.core import files
from pipelines.core.ledger import Ledger
from pipelines.core.level import LEVELS, MEASURES
from pipelines.core.processes import side_by_side
from pipelines.goals import distances, support_projects
from pipelines.goals.deviations import reconcile
from pipelines.goals.priority_list import priority_list
from pipelines.goals.pts_shares import mobile, published
from pipelines.tables import code_lists, contracts, goal_tables

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.facts import Priorities
    from pipelines.core.paths import Paths

PROJECTS = ("troskel_mbit", "matt", *support_projects.TABLE, *support_projects.COSTS)
ON = [*distances.PLACE, "troskel_mbit", "matt"]


def run(region: Region, paths: Paths, jobs: str = "") -> None:
    """Measure every place against every goal and PTS, and list the addresses to point out to PTS: side by side."""
    at_once = side_by_side.processes(jobs)
    texts = ["kommunkod", "omradestyp", "ortstyp"]
    points = files.read_points(paths.table("adresser_ruta"), ["adress_id", "rutid", *texts], few=texts)
    people = files.read_table(paths.table("adresser_hushall"), ["befolkning", "hushall", "fritidshus"])
    wanted = coverage_columns()
    coverage = files.read_table(
        paths.table("adresser_tackning"), wanted, few=[c for c in wanted if c.startswith("underlag")]
    )
    of = (points, people, coverage, region, paths)
    beside, (ledger, facts) = side_by_side.each([partial(goals, *of), partial(to_point_out, *of)], at_once)
    note(ledger, facts, beside)
    ledger.save(paths.ledger("goals"))


def goals(
    points: pd.DataFrame, people: pd.DataFrame, coverage: pd.DataFrame, region: Region, paths: Paths
) -> pd.DataFrame:
    """Write how far every place is from every goal, and how we stand beside PTS; return the latter."""
    own, surface = of_parts(region, paths)
    pts = published(files.read_table(paths.table("pts_teknik")), files.read_table(paths.table("pts_hastighet")), region)
    measured = own.merge(surface, on=ON).merge(distances.of_addresses(points, people, coverage, region), on=ON)
    holiday = distances.holiday_homes(points, people["fritidshus"], coverage, region)
    table = goal_table(measured, holiday, pts, files.read_table(paths.table("pts_mobil")), region)
    beside = reconcile(measured, files.read_table(paths.table("riktvarden")), pts, region)
    write(table, goal_tables.MAL, paths)
    write(beside, goal_tables.AVSTAMNING, paths)
    return beside


def to_point_out(
    points: pd.DataFrame, people: pd.DataFrame, coverage: pd.DataFrame, region: Region, paths: Paths
) -> tuple[Ledger, Priorities]:
    """Write the addresses to point out to PTS; return what is told of them."""
    ledger = Ledger("goals")
    listed = priority_list(
        points,
        people,
        coverage,
        files.read_table(paths.table("projekt_adresser"), ["troskel_mbit", "matt", "projekt_id", "adress_id"]),
        files.read_table(paths.table("projekt"), list(PROJECTS)),
        files.read_table(paths.table("byggnadsforteckning")),
        region,
        ledger,
    )
    write(listed.adresser, goal_tables.PRIORITERING_PTS, paths)
    write(listed.projekt, goal_tables.PTS_PROJEKT, paths)
    return ledger, listed.fakta


def of_parts(region: Region, paths: Paths) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the shares of households and of surface."""
    parts = files.read_table(paths.table("rutnat_delar"), part_columns(), few=["kommunkod", "omradestyp"])
    return distances.shares(parts, region), distances.surface(parts, region)


def coverage_columns() -> list[str]:
    """Return what is needed of ``adresser_tackning``."""
    return ["planerad", *(level.probability for level in LEVELS), *(level.basis for level in LEVELS)]


def part_columns() -> list[str]:
    """Return what is needed of ``rutnat_delar``."""
    names = [level.without(what) for what in ("hushall", "adresser") for level in LEVELS]
    return ["rutid_scb", "kommunkod", "omradestyp", "land_ha", "adresser", "hushall", *names]


def goal_table(
    own: pd.DataFrame, holiday: pd.DataFrame, pts: pd.DataFrame, pts_mobil: pd.DataFrame, region: Region
) -> pd.DataFrame:
    """Return ``mal``: our rows and PTS's against every goal, in the order of goal, measure and place.

    Parameters
    ----------
    own, holiday : DataFrame
        Our households, and our holiday homes, whose very number is modelled.
    """
    import pandas as pd

    share = own["uppgifter_pct"]
    known = np.select([share >= 100 - 1e-9, share <= 1e-9], ["uppmatt", "modellerad"], "blandad")
    ours = own.assign(bas="hushall", kalla="egen", pts_kalla="", kand_genom=known)
    empty = holiday.assign(bas="fritidshus", kalla="egen", pts_kalla="", kand_genom="modellerad")
    out = distances.against(pd.concat([ours, empty, pts.assign(kalla="pts")], ignore_index=True), region.mal.nivaer)
    out = distances.beside_larger(out, region.lan.kod)
    out = out[(out["niva"] != "lan") | (out["kod"] == region.lan.kod)]
    beside = pd.concat(
        [mobile(pts_mobil, region, t).assign(troskel_mbit=t) for t in LEVELS.mbit], ignore_index=True
    ).assign(omradestyp="totalt")
    out = out.merge(
        beside.astype({"troskel_mbit": "int64"}), on=["niva", "kod", "troskel_mbit", "omradestyp"], how="left"
    )
    texts = ["mobil_olikhet", "mobil_matt"]
    out[texts] = out[texts].astype("object").fillna("")
    out["mobil_yta_pct"] = out["mobil_yta_pct"].astype("float64")
    order: dict[str, tuple[object, ...]] = {
        "niva": code_lists.AREA_LEVELS,
        "bas": code_lists.UNITS,
        "kalla": ("egen", "pts"),
        "matt": MEASURES,
        "omradestyp": ("totalt", *CLASSES),
    }
    codes = {c: pd.Categorical(out[c], categories=list(v)).codes for c, v in order.items()}
    by = [
        codes["kalla"],
        codes["bas"],
        codes["omradestyp"],
        out["kod"].to_numpy(dtype=str),
        codes["niva"],
        ~out["mal_matt"].to_numpy(dtype=bool),
        out["mal_nr"],
    ]
    return out.iloc[np.lexsort(by)].reset_index(drop=True)


def note(ledger: Ledger, facts: Priorities, beside: pd.DataFrame) -> None:
    """Say what the lists rest on: the year's rules, modelled addresses, and deviations from PTS."""
    ledger.facts["pts_prioritering"] = facts
    ledger.add("varning", "PTS-prioritering", facts["varning"], 1, "kontrollera årets regler hos PTS")
    ledger.add(
        "antagen",
        "PTS-prioritering",
        "stödberättigade adresser som är modellerade (statistik)",
        facts["varav_modellerade"] if facts["grund"] != "forteckning" else 0,
        "räknas som en byggnad var när sannolikheten för täckning är under gränsen; märkta i listan, kontrollera dem",
    )
    ledger.add(
        "varning",
        "PTS-prioritering",
        "adresser utan känd ortstyp (inga tätortspolygoner)",
        facts["okand_ortstyp"],
        "tätbebyggda räknas som tätort",
    )
    flagged = beside[beside["flaggad"] & (beside["omradestyp"] == "totalt")]
    ledger.add(
        "upplysning",
        "avstämning",
        "kommuntal som skiljer sig från PTS mer än toleransen",
        len(flagged),
        "se bladet Avvikelser, och orsakerna i rapporten",
        flagged["namn"].drop_duplicates(),
    )


def write(table: pd.DataFrame, contract: contracts.Table, paths: Paths) -> None:
    """Check a table against its contract and write it."""
    typed = contracts.typed(table, contract)
    files.write_table(contracts.check(typed, contract)[contract.names], paths.table(contract.name))
