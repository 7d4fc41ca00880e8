"""Stage households: people and households on addresses.

People: a square's population over its addresses by their dwellings. Households: PTS's number per kommun × class by
people, and where evidence decides the coverage raked to PTS's shares (:mod:`.raking`). Both are modelled; only their
totals are published figures. Twice: by all evidence, and for the open edition by what may be published alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.core import cell_grid, files
from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger, files_used
from pipelines.core.level import LEVELS
from pipelines.core.processes import side_by_side
from pipelines.evidence import decided
from pipelines.grid.groups import group_index, household_counts, make_groups, of_kommuner
from pipelines.grid.nearest import nearest_address
from pipelines.grid.population import part_inside, spread, square_of
from pipelines.people import raking
from pipelines.people.benchmark import benchmarks, group_shares
from pipelines.people.plausible import require_plausible
from pipelines.tables import contracts, step_tables
from pipelines.tables.source_tables import SCB_KOMMUN

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.facts import Raked
    from pipelines.core.paths import Paths

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Placed:
    """People placed by dwellings, and what households are placed by: the same for either edition.

    Attributes
    ----------
    margins : Margins
        Of all addresses.
    table : DataFrame
        The groups (kommun × class): ``kommunkod``, ``grupp``, ``hushall_pts``.
    kind : ndarray of str, shape (n,)
        Kind of house (``hustyp``).
    unsure : ndarray of bool, shape (n,)
        A house that may be a block of flats or not, or of which nothing is known.
    workplaces : ndarray of float, shape (n,)
        Expected workplaces; NaN where PTS tells no number.
    farthest : float
        See :func:`pipelines.people.raking.rake`; 1 where households are not held to PTS's shares.
    """

    margins: raking.Margins
    table: pd.DataFrame
    kind: NDArray[np.object_]
    unsure: NDArray[np.bool_]
    workplaces: Floats
    farthest: float

    def told_apart(self, households: Floats) -> dict[str, Floats]:
        """Return the counts :data:`~pipelines.tables.code_lists.KINDS` of each address.

        Missing in a kommun where no address has a building: nobody knows what stands there.
        """
        group, kommun = self.margins.group, self.table["kommunkod"]
        houses = np.bincount(group, self.kind != "okand", len(kommun)) > 0
        seen = kommun.isin(kommun[houses]).to_numpy()[group]
        kinds = {
            "hushall_smahus": np.where(self.kind == "smahus", households, 0.0),
            "hushall_flerbostad": np.where(self.kind == "flerbostad", households, 0.0),
            "fritidshus": without_household(households, self.kind),
        }
        return {name: np.where(seen, each, np.nan) for name, each in kinds.items()} | {"arbetsstallen": self.workplaces}

    def variance(self, households: Floats) -> Floats:
        """Return the variance of each address's true number of households, given what is expected."""
        return house_variance(households, np.where(self.unsure, "okand", self.kind))

    def by(self, evidence: decided.Evidence) -> raking.Raked:
        """Return people and households by one edition's evidence."""
        if self.farthest == 1:
            home = raking.households_of(self.margins, self.margins.people)
            held = np.zeros(self.margins.least.shape, dtype=np.bool_)
            return raking.Raked(self.margins.people, home, held)
        return raking.rake(self.margins, evidence, self.farthest)


def run(region: Region, paths: Paths, jobs: str = "") -> None:
    """Place SCB's people and PTS's households on the addresses, in either edition: side by side (``JOBS``)."""
    at_once = side_by_side.processes(jobs)
    ledger = Ledger("households")
    placed, groups, wanted = place(region, paths, ledger)
    editions = partial(inside, placed, region, paths, ledger), partial(outside, placed, paths)
    told = decided.write_editions("adresser_hushall", *editions, paths, at_once)
    files.write_table(groups, paths.table("grupper"))
    files.write_table(contracts.check(wanted, step_tables.RIKTVARDEN_PTS), paths.table("riktvarden_pts"))
    told.save(paths.ledger("households"))


def inside(placed: Placed, region: Region, paths: Paths, ledger: Ledger) -> Ledger:
    """Write the internal edition; return the ledger that tells of it."""
    evidence, found = write(placed, "", paths)
    tell_raked(placed, found, evidence, region, ledger)
    ledger.facts["befolkning"] = float(found.people.sum())
    ledger.facts["hushall"] = float(found.households.sum())
    ledger.facts["adresser_utan_folk"] = int((found.people == 0).sum())
    return ledger


def outside(placed: Placed, paths: Paths) -> None:
    """Write the open edition."""
    write(placed, "_oppen", paths)


def write(placed: Placed, mark: str, paths: Paths) -> tuple[decided.Evidence, raking.Raked]:
    """Write people and households of an edition; return its evidence, and what was found by it."""
    evidence = decided.load(paths.table(f"evidens_beslut{mark}"))
    found = placed.by(evidence)
    out = files.read_table(paths.table("adresser_ruta"), ["adress_id"]).assign(
        befolkning=found.people,
        hushall=found.households,
        hushall_varians=placed.variance(found.households),
        **placed.told_apart(found.households),
        befolkning_fore=placed.margins.people,
    )
    files.write_table(contracts.check(out, step_tables.ADRESSER_HUSHALL), paths.table(f"adresser_hushall{mark}"))
    return evidence, found


def place(region: Region, paths: Paths, ledger: Ledger) -> tuple[Placed, pd.DataFrame, pd.DataFrame]:
    """Place people by dwellings; return what households go by, the groups and PTS's benchmarks."""
    addresses = files.read_points(paths.table("adresser_ruta"))
    squares = files.read_table(paths.table("befolkning"))
    land = files.read_table(paths.table("land"), ["rutid", "land_ha"])
    outside = files.read_table(paths.table("land_utanfor"))
    teknik = files.read_table(paths.table("pts_teknik"))

    square = square_of(addresses["rutid"].to_numpy(), squares)
    part = part_inside(squares, square, land, outside, ledger)
    homes = files.read_table(paths.table("bostader"), ["hustyp", "sannolikhet_flerbostad", "bostader"], few=["hustyp"])
    kind = homes["hustyp"].to_numpy(dtype=object)
    chance, dwellings = (homes[c].to_numpy(dtype=np.float64) for c in ("sannolikhet_flerbostad", "bostader"))
    unsure = (kind == "okand") | ((chance > 0) & (chance < 1))
    per_household = people_per_household(chance, dwellings, region)
    dwellings = np.maximum(dwellings, LEAST_DWELLINGS)
    people = place_people(addresses, squares, part, dwellings * per_household, region, ledger)
    groups = make_groups(household_counts(teknik, region), addresses, ledger)
    index, table = group_index(addresses, groups)
    read_from = files_used(paths.ledger("scb")) | files_used(paths.ledger("pts"))
    wanted = benchmarks(
        region,
        teknik,
        files.read_table(paths.table("pts_hastighet")),
        files.read_table(paths.table("kolada")),
        ledger,
        read_from,
    )
    _note_empty_groups(people, index, table, ledger)
    published = paths.table(SCB_KOMMUN.name)
    totals = files.read_table(published) if published.is_file() else None
    require_plausible(region, addresses, squares, people, table, totals, ledger, read_from)
    compare_definitions(region, addresses, people, teknik, ledger, read_from.get("teknik", "pts teknik"))
    margins = raking.Margins(
        people=people,
        square=square,
        per_household=per_household,
        loose=np.ones(len(addresses)),
        group=index,
        households=table["hushall_pts"].to_numpy(dtype=np.float64),
        least=group_shares(wanted, groups, table),
        most=group_shares(wanted, groups, table, "andel_ovre"),
    )
    margins = replace(margins, loose=looseness(raking.households_of(margins, people), unsure))
    workplaces = place_workplaces(teknik, region, groups, index, table, kind, ledger)
    return Placed(margins, table, kind, unsure, workplaces, region.hushall.langsta_avstamning), groups, wanted


def tell_raked(placed: Placed, found: raking.Raked, evidence: decided.Evidence, region: Region, ledger: Ledger) -> None:
    """Quote households without before and after, and name the groups where PTS's shares could not be met."""
    m = placed.margins
    before = raking.without(m, raking.households_of(m, m.people), evidence, found.held)
    after = raking.without(m, found.households, evidence, found.held)
    told: list[Raked] = []
    missed = []
    for g, i in zip(*(x.tolist() for x in np.nonzero(found.held)), strict=True):
        kommun, kind = (str(placed.table[c].iloc[g]) for c in ("kommunkod", "grupp"))
        wanted = float(np.clip(after[g, i], *(m.households[g] * (1 - x[g, i]) for x in (m.most, m.least))))
        level = LEVELS[i]
        told.append(
            {
                "kommunkod": kommun,
                "grupp": kind,
                "matt": level.measure,
                "troskel_mbit": level.mbit,
                "hushall_pts": wanted,
                "hushall_fore": float(before[g, i]),
                "hushall_efter": float(after[g, i]),
            }
        )
        off = float(after[g, i]) - wanted
        if abs(off) > max(1.0, 0.001 * m.households[g]):
            missed.append(
                f"{region.kommunnamn[kommun]} {kind} {level.measure} {level.mbit}: {after[g, i]:.0f}, PTS {wanted:.0f}"
            )
    ledger.facts["avstamda"] = told
    ledger.add(
        "varning",
        "PTS och täckningsuppgifterna",
        "kommun × områdestyp × nivå där hushållen inte kan flyttas så att PTS:s andel nås",
        len(missed),
        "våra tal står kvar: uppgifterna säger emot PTS mer än fördelningen av folk kan förklara",
        missed,
    )
    moved = float(np.abs(found.people - m.people).sum()) / 2
    ledger.add(
        "justerad",
        "scb/befolkning",
        "folk som flyttats mellan adresser i samma ruta för att PTS:s andelar ska nås",
        round(moved),
        f"{len(told)} kommun × områdestyp × nivå där täckningsuppgifter avgör; [hushall] langsta_avstamning",
    )


def place_people(
    addresses: pd.DataFrame, squares: pd.DataFrame, part: Floats, weight: Floats, region: Region, ledger: Ledger
) -> Floats:
    """Spread each square's people over its addresses by weight; the rest go to the nearest address.

    ``weight``: positive, of each address: its dwellings times how many live in one.

    Returns
    -------
    ndarray of float, shape (n,)
        People on each address. Its sum is Σ population × part.

    Raises
    ------
    DataError
        When nobody lives in the län.
    """
    people, lent, homeless = spread(addresses["rutid"].to_numpy(), squares, part, weight)
    folk = squares["befolkning"].to_numpy() * part
    ids = cell_grid.scb_id(squares["rutid"].to_numpy())
    if len(lent):
        ledger.add(
            "antagen",
            "scb/befolkning",
            "folk utanför 250 m-rutorna i 1 km-rutor vars alla adresser ligger i dem",
            float(folk[lent].sum()),
            "jämnt på 1 km-rutans alla adresser",
            (f"{ids[i]}: {folk[i]:g}" for i in lent),
        )
    if len(homeless):
        e, n = cell_grid.corner(squares["rutid"].to_numpy()[homeless])
        half = squares["storlek_m"].to_numpy()[homeless] / 2
        nearest, _ = nearest_address(addresses, e + half, n + half)
        np.add.at(people, nearest, folk[homeless])
        ledger.add(
            "omatchad",
            "scb/befolkning",
            "folk i rutor utan adress",
            float(folk[homeless].sum()),
            "förda till närmaste adress i länet",
            (f"{ids[i]}: {folk[i]:g}" for i in homeless),
        )
        ledger.facts["rutor_utan_adress"] = {str(ids[i]): round(float(folk[i]), 6) for i in homeless}
    crowded = np.flatnonzero(people > region.scb.max_personer_adress)
    ledger.add(
        "allvarlig",
        "scb/befolkning",
        f"adresser med fler än {region.scb.max_personer_adress} personer",
        len(crowded),
        "folket står kvar; saknas adresser i närheten?",
        (f"{addresses['adress_id'].iloc[i]}: {people[i]:.0f}" for i in crowded),
    )
    if not people.any():
        raise DataError(
            "SCB:s rutor har inga personer i länet.",
            file="scb/befolkning_1km_<år>.gpkg",
            expected="folk i konfigurationens län",
            found=f"{int(squares['befolkning'].sum())} personer, alla utanför",
            action="Hämta hela Sveriges fil, eller rätt läns.",
        )
    return people


def without_household(households: Floats, kind: NDArray[np.object_]) -> Floats:
    """Return the expected number of houses that no household lives in: holiday homes, and empty ones."""
    return np.where(kind == "smahus", np.maximum(1 - households, 0.0), 0.0)


def place_workplaces(
    teknik: pd.DataFrame,
    region: Region,
    groups: pd.DataFrame,
    index: NDArray[np.int64],
    table: pd.DataFrame,
    kind: NDArray[np.object_],
    ledger: Ledger,
) -> Floats:
    """Spread PTS's number of workplaces of each kommun and class over its addresses by kind of house.

    By :data:`WORKPLACES`: most premises hold one, and many a firm has its seat at home. Missing where PTS tells no
    number.
    """
    own = teknik[(teknik["bas"] == "arbetsstallen") & (teknik["niva"] == "kommun")]
    wanted = groups.merge(own[["kommunkod", "omradestyp", "antal"]], on=["kommunkod", "omradestyp"], how="left")
    unknown = sorted(set(wanted.loc[wanted["antal"].isna(), "kommunkod"]))
    ledger.add(
        "upplysning",
        "pts teknik",
        "kommuner utan antal arbetsställen per områdestyp",
        len(unknown),
        "inga arbetsställen placeras på adresserna där",
        unknown,
    )
    total = wanted.astype({"antal": "float64"}).groupby(["kommunkod", "grupp"])["antal"].sum(skipna=False)
    keys = list(zip(table["kommunkod"], table["grupp"], strict=True))
    count = np.array([float(total.get(k, np.nan)) for k in keys])
    weight = np.select([kind == k for k in WORKPLACES], list(WORKPLACES.values()), WORKPLACES["okand"])
    whole = np.bincount(index, weight, len(table))
    return np.asarray((count / np.maximum(whole, 1e-9))[index] * weight, dtype=np.float64)


WORKPLACES = {"verksamhet": 1.0, "ovrig": 0.5, "flerbostad": 0.3, "smahus": 0.15, "okand": 0.3}
"""Workplaces at an address by kind of house, up to a factor per kommun and class (antagande)."""


def people_per_household(chance: Floats, dwellings: Floats, region: Region) -> Floats:
    """Return how many live in a household by kind of house; of what is not known, as in a house.

    Parameters
    ----------
    chance, dwellings : ndarray of float, shape (n,)
        Probability that the house is a block of flats, and the dwellings expected: those beyond the house's own, if it
        is a house, are flats.
    """
    rule = region.hushall
    flats = np.divide(
        dwellings - (1 - chance), dwellings, out=np.zeros(len(chance)), where=(chance > 0) & (dwellings > 0)
    )
    return np.asarray(
        flats * rule.personer_per_hushall_flerbostad + (1 - flats) * rule.personer_per_hushall_smahus, dtype=np.float64
    )


def house_variance(households: Floats, kind: NDArray[np.object_]) -> Floats:
    """Return the variance of the true number of households at each address, given the expected number.

    Parameters
    ----------
    households : ndarray of float, shape (n,)
        Expected.
    kind : ndarray of str, shape (n,)
        ``hustyp``.

    Notes
    -----
    A house holds one household or none: w (1 − w). An entrance to flats holds more or fewer than expected, with a
    coefficient of variation of :data:`FLATS_CV`. Where nobody knows what stands there it is the one or the other: 0 or
    1 up to one household; above, 1 or 1 + :data:`FLATS`. Tried on simulated data (docs/modell.md).

    Examples
    --------
    >>> house_variance(np.array([0.5, 8.0, 2.0]), np.array(["smahus", "flerbostad", "okand"], dtype=object))
    array([ 0.25, 16.  ,  7.03])
    """
    w = households
    house = np.maximum(w * (1 - w), np.minimum(w, LEAST_VARIANCE))
    more = w - 1
    unknown = np.where(w <= 1, house, np.maximum(more * (FLATS - more), 0.0) + LEAST_VARIANCE)
    large = (FLATS_CV * w) ** 2
    return np.select([kind == "smahus", kind == "flerbostad", kind == "okand"], [house, large, unknown], house)


def looseness(households: Floats, unsure: NDArray[np.bool_]) -> Floats:
    """Return how easily raking moves each address's households: variance over mean where the house is unknown.

    Where the kind of house is known all move alike: houses that lack coverage are oftener empty, and flats no more so.
    """
    variance = house_variance(households, np.full(len(households), "okand", dtype=object))
    ratio = np.divide(variance, households, out=np.ones(len(households)), where=households > 0)
    return np.where(unsure, np.clip(ratio, LEAST_VARIANCE, 2.0 * FLATS), 1.0)


LEAST_DWELLINGS = 0.02
"""Dwellings where nobody is known to live (antagande): some do, and a square's people must live somewhere."""
SHARED = 1.5
"""What errors in where people live come to, summed, over those of single addresses: neighbours share them (antagande,
tried on simulated data: docs/modell.md)."""
FLATS_CV = 0.5
"""How much the number of flats at an entrance varies (antagande)."""
FLATS = 8
"""Households more at an entrance to flats than in a house (antagande)."""
LEAST_VARIANCE = 0.03
"""Of a house that is expected to hold a household: some stand empty (antagande)."""


def _note_empty_groups(people: Floats, group: NDArray[np.int64], table: pd.DataFrame, ledger: Ledger) -> None:
    total = np.bincount(group, weights=people, minlength=len(table))
    ledger.add(
        "antagen",
        "pts teknik",
        "grupper (kommun × områdestyp) med hushåll hos PTS men utan folk hos SCB",
        int(((total == 0) & (table["hushall_pts"] > 0)).sum()),
        "hushållen fördelade jämnt på gruppens adresser",
    )


def compare_definitions(
    region: Region,
    addresses: pd.DataFrame,
    people: Floats,
    teknik: pd.DataFrame,
    ledger: Ledger,
    file: str = "pts teknik",
) -> None:
    """Compare PTS's tätbebyggt share of households with ours under both definitions of glesbebyggt.

    Where the share of the other class is much nearer ours, the two may have changed places in the workbook ``file``.
    """
    rows = of_kommuner(teknik, region)
    dense = int(rows.loc[rows["omradestyp"] == "tatbebyggt", "antal"].sum())
    both = int(rows.loc[rows["omradestyp"].isin(["tatbebyggt", "glesbebyggt"]), "antal"].sum())
    kinds = addresses["ortstyp"]
    if not both or (kinds == "okand").any() or people.sum() == 0:
        return
    pts = dense / both
    town = float(people[(kinds == "tatort").to_numpy()].sum() / people.sum())
    village = float(people[(kinds == "smaort").to_numpy()].sum() / people.sum())
    ours = {"utanfor_tatort": town, "utanfor_tatort_och_smaort": town + village}
    ledger.facts["tat_andel"] = {
        "pts_hushall": pts,
        "folk_utanfor_tatort": town,
        "folk_utanfor_tatort_och_smaort": town + village,
    }
    used = ours[region.klassning.glesbebyggt]
    if abs(used - pts) > region.kontroll.tatandel_pe / 100:
        ledger.add(
            "allvarlig",
            "scb/tatorter_*.gpkg",
            f"{100 * used:.0f} % av folket bor i tätbebyggt, men {100 * pts:.0f} % av hushållen hos PTS",
            1,
            "kontrollera att orternas fil är hel och ligger rätt",
        )
    if abs(used - pts) - abs(used - (1 - pts)) > region.kontroll.tatandel_pe / 100:
        ledger.add(
            "allvarlig",
            file,
            "tätbebyggt och glesbebyggt kan ha bytt plats i arbetsboken",
            1,
            f"lästes som de står: {100 * pts:.0f} % av hushållen i tätbebyggt, {100 * used:.0f} % av folket",
        )
    best = min(ours, key=lambda k: abs(ours[k] - pts))
    if best != region.klassning.glesbebyggt:
        ledger.add(
            "varning",
            "config",
            f"definitionen «{best}» ligger närmare PTS:s andel tätbebyggda hushåll",
            1,
            f'pröva [klassning] glesbebyggt = "{best}"; PTS {pts:.4f}, '
            + ", ".join(f"{k} {v:.4f}" for k, v in ours.items()),
        )
