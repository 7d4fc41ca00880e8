"""Step evidence: what the evidence says at each address, in either edition, and how surely.

Once with all evidence (the internal edition) and once with only what may be published below kommun level (the open
one). Where a complete list is silent, what its own lack of rows may hide is reckoned in (:mod:`.missing_rows`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.core import files
from pipelines.core import ledger as ledgers
from pipelines.core.facts import STAND_INS, LackingRows
from pipelines.core.ledger import Ledger
from pipelines.core.level import LEVELS
from pipelines.core.processes import side_by_side
from pipelines.evidence import by_place, decided, matching, missing_rows
from pipelines.evidence.decided import EVIDENCE, FEW_TEXTS, GRAINS, Evidence
from pipelines.evidence.missing_rows import Floats, Rate
from pipelines.grid import placement
from pipelines.tables import contracts, step_tables

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths


@dataclass(frozen=True)
class Matched:
    """Evidence matched to addresses, before any edition's is chosen."""

    region: Region
    addresses: pd.DataFrame
    sources: pd.DataFrame
    rows: dict[str, pd.DataFrame]
    flats: NDArray[np.bool_]

    def evidence(self, publishable_only: bool, ledger: Ledger) -> Evidence:
        """Return what evidence says in one edition, its own errors reckoned in."""
        found = decided.decide(self.addresses, self.rows, self.sources, publishable_only)
        decided.note_overruled(self.addresses, self.rows, found, ledger)
        return with_errors(found, self, publishable_only, ledger)


def run(region: Region, paths: Paths, jobs: str = "") -> None:
    """Match evidence to addresses and write what it decides, in either edition: side by side (``JOBS``)."""
    at_once = side_by_side.processes(jobs)
    ledger = Ledger("evidence")
    given = read(region, paths, ledger)
    editions = [partial(write, given, paths, False, ledger), partial(write, given, paths, True, Ledger("evidence"))]
    told, _ = side_by_side.each(editions, at_once)
    told.save(paths.ledger("evidence"))


def write(given: Matched, paths: Paths, publishable_only: bool, ledger: Ledger) -> Ledger:
    """Write what evidence decides in one edition; return the ledger that tells of it."""
    evidence = given.evidence(publishable_only, ledger)
    table = decided.as_table(evidence, given.addresses["adress_id"])
    name = "evidens_beslut_oppen" if publishable_only else "evidens_beslut"
    files.write_table(contracts.check(table, step_tables.EVIDENS_BESLUT), paths.table(name))
    count_grains(evidence, ledger)
    return ledger


def read(region: Region, paths: Paths, ledger: Ledger) -> Matched:
    """Read addresses and evidence; match evidence to addresses, and judge how much of it hits."""
    addresses = files.read_points(paths.table("adresser_ruta"), ["adress_id", "rutid", "kommunkod"], few=["kommunkod"])
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
    matched = decided.attach(addresses, rows, sources, region, ledger, land, judge)
    matching.note_uncovering(matched, sources, ledger)
    decided.note_denied(addresses, matched, ledger)
    ledger.facts["traffar"] = decided.match_table(rows, matched, sources, addresses)
    ledger.facts["antagen_hastighet"] = _assumed_speeds(rows)
    kind = files.read_table(paths.table("bostader"), ["hustyp"], few=["hustyp"])["hustyp"]
    return Matched(region, addresses, sources, matched, (kind == "flerbostad").to_numpy(dtype=np.bool_))


def with_errors(evidence: Evidence, given: Matched, publishable_only: bool, ledger: Ledger) -> Evidence:
    """Reckon in what complete lists of addresses lack, and tell the ledger of each one's rate."""
    assumed = given.region.evidens.antagen_andel_saknas_pct / 100
    complete = decided.complete_kommuner(given.sources, "adress", publishable_only)
    kommun = given.addresses["kommunkod"]
    rows = np.flatnonzero(kommun.isin(complete))
    if not len(rows) or assumed == 0:
        ledger.facts["saknade_rader"] = []
        return evidence
    xy = given.addresses[["e_m", "n_m"]].to_numpy()[rows]
    by_list = evidence.grain[rows] == GRAINS.index("adress")
    covered = missing_rows.named(evidence)[rows]
    near = missing_rows.covered_near(xy, covered)
    most, seen = missing_rows.surrounded_share(near, covered)
    listed = _complete_lists(given, complete, publishable_only)
    rates = _rates(given, listed, kommun, publishable_only, assumed, (most, seen))
    per_kommun = _per_kommun(rates, listed)
    rate = kommun.iloc[rows].astype("str").map(per_kommun).to_numpy(dtype=np.float64)
    chance = missing_rows.chance_by_kind(near, covered, rate, given.flats[rows]) * by_list
    out = missing_rows.erring(evidence, chance, rows)
    _tell(ledger, rates, chance)
    return out


def _complete_lists(given: Matched, complete: list[str], publishable_only: bool) -> pd.DataFrame:
    """Return the rows of ``kallor`` that say of a list that it is complete, as they hold in the edition."""
    sources = given.sources
    listed = sources[
        matching.of_level(sources, "adress") & sources["fullstandig"] & sources["kommunkod"].isin(complete)
    ]
    return listed[listed["far_publiceras"]] if publishable_only else listed


def _rates(
    given: Matched,
    listed: pd.DataFrame,
    kommun: pd.Series,
    publishable_only: bool,
    assumed: float,
    near: tuple[float, int],
) -> list[Rate]:
    """Return every complete list's rate: given; and for kommuner without, assumed and held within what lists show."""
    table = given.rows["adress"]
    covers = table[(table["status"] != "planerad").to_numpy()]
    covers = covers[covers["far_publiceras"]] if publishable_only else covers
    out = []
    for fil, its in listed.groupby(listed["fil"].astype("str")):
        told = its["andel_saknas_pct"]
        out += [Rate(str(fil), share / 100, "angiven", 0) for share in sorted(set(told.dropna()))]
        if told.notna().all():
            continue
        here = kommun.isin(its["kommunkod"]).to_numpy()
        own, others = (np.zeros(len(kommun), dtype=bool) for _ in range(2))
        named = (covers["fil"] == fil).to_numpy()
        own[covers["nr"].to_numpy()[named]] = True
        others[covers["nr"].to_numpy()[~named]] = True
        overlap = missing_rows.by_overlap(own[here], others[here], str(fil))
        out.append(missing_rows.held_within(Rate(str(fil), assumed, "antagen", 0), overlap, near))
    return out


def _per_kommun(rates: list[Rate], listed: pd.DataFrame) -> dict[str, float]:
    """Return the rate per kommun: what is given for it, else the list's; of several complete lists what all lack."""
    by_file = {r.fil: r.andel for r in rates if r.kand_genom != "angiven"}
    out: dict[str, float] = {}
    for fil, kod, told in listed[["fil", "kommunkod", "andel_saknas_pct"]].itertuples(index=False, name=None):
        share = by_file[str(fil)] if np.isnan(told) else told / 100
        out[kod] = min(out.get(kod, 1.0), share)
    return out


def _tell(ledger: Ledger, rates: list[Rate], chance: Floats) -> None:
    """Quote every list's rate, and count the addresses that perhaps are covered though no row says so."""
    told: list[LackingRows] = [
        {"fil": r.fil, "andel": r.andel, "kand_genom": r.kand_genom, "adresser": r.adresser} for r in rates
    ]
    ledger.facts["saknade_rader"] = told
    for r in rates:
        if r.kand_genom != "angiven":
            ledger.add(
                "antagen",
                r.fil,
                f"täckta adresser som den fullständiga listan saknar: {100 * r.andel:.2f} %".replace(".", ","),
                1,
                _WHENCE[r.kand_genom],
            )
    for level, here in zip(LEVELS, chance.T, strict=True):
        likely = int((here >= 0.5).sum())
        ledger.add(
            "upplysning",
            "tackning",
            f"adresser utan rad som troligen har täckning ({level.measure} {level.mbit} Mbit/s)",
            likely,
            f"deras grannar har täckning; väntat antal {here.sum():.0f}, se «kontrolleras»",
        )


_WHENCE = {
    "overlapp": "så många av dem som en annan fil nämner saknas minst",
    "grannar": "mitt bland täckta adresser saknar inte fler än så en rad",
    "antagen": "[evidens] antagen_andel_saknas_pct; ange andel_saknas_pct i kallor.csv när den är känd",
}


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
        assumed = table["fil"][table["ned_antagen"].to_numpy(dtype=np.bool_)]
        for fil, n in assumed.astype("str").value_counts().sort_index().items():
            out[str(fil)] = int(n)
    return out
