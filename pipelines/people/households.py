"""Stage households: people and households on addresses.

People: a square's population evenly over its addresses. Households: PTS's number per kommun × class in
proportion to people. Both are modelled; only their totals are published figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.core import cell_grid, files
from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger, files_used
from pipelines.grid.groups import group_index, household_counts, make_groups, of_kommuner
from pipelines.grid.nearest import nearest_address
from pipelines.grid.population import part_inside, spread, square_of
from pipelines.people.plausible import require_plausible
from pipelines.tables import contracts, step_tables
from pipelines.tables.source_tables import SCB_KOMMUN

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths

Floats = NDArray[np.float64]


def run(region: Region, paths: Paths) -> None:
    """Place SCB's people and PTS's households on the addresses."""
    ledger = Ledger("households")
    addresses = files.read_points(paths.table("adresser_ruta"))
    squares = files.read_table(paths.table("befolkning"))
    land = files.read_table(paths.table("land"), ["rutid", "land_ha"])
    outside = files.read_table(paths.table("land_utanfor"))
    teknik = files.read_table(paths.table("pts_teknik"))

    square = square_of(addresses["rutid"].to_numpy(), squares)
    part = part_inside(squares, square, land, outside, ledger)
    people = place_people(addresses, squares, part, region, ledger)
    groups = make_groups(household_counts(teknik, region), addresses, ledger)
    index, table = group_index(addresses, groups)
    households = place_households(people, index, table["hushall_pts"].to_numpy(), ledger)

    read_from = files_used(paths.ledger("scb")) | files_used(paths.ledger("pts"))
    published = paths.table(SCB_KOMMUN.name)
    totals = files.read_table(published) if published.is_file() else None
    require_plausible(region, addresses, squares, people, table, totals, ledger, read_from)
    compare_definitions(region, addresses, people, teknik, ledger, read_from.get("teknik", "pts teknik"))
    out = addresses[["adress_id"]].assign(befolkning=people, hushall=households)
    files.write_table(contracts.check(out, step_tables.ADRESSER_HUSHALL), paths.table("adresser_hushall"))
    files.write_table(groups, paths.table("grupper"))
    ledger.facts["befolkning"] = float(people.sum())
    ledger.facts["hushall"] = float(households.sum())
    ledger.facts["adresser_utan_folk"] = int((people == 0).sum())
    ledger.save(paths.ledger("households"))


def place_people(
    addresses: pd.DataFrame, squares: pd.DataFrame, part: Floats, region: Region, ledger: Ledger
) -> Floats:
    """Spread each square's people evenly over its addresses; the rest go to the nearest address.

    Returns
    -------
    ndarray of float, shape (n,)
        People on each address. Its sum is Σ population × part.

    Raises
    ------
    DataError
        When nobody lives in the län.
    """
    people, lent, homeless = spread(addresses["rutid"].to_numpy(), squares, part)
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


def place_households(people: Floats, group: NDArray[np.int64], wanted: Floats, ledger: Ledger) -> Floats:
    """Spread each group's households over its addresses in proportion to people.

    A group without people gets its households evenly. Totals are met to rounding.
    """
    total = np.bincount(group, weights=people, minlength=len(wanted))
    count = np.bincount(group, minlength=len(wanted))
    empty = (total == 0) & (wanted > 0)
    ledger.add(
        "antagen",
        "pts teknik",
        "grupper (kommun × områdestyp) med hushåll hos PTS men utan folk hos SCB",
        int(empty.sum()),
        "hushållen fördelade jämnt på gruppens adresser",
    )
    per_person = np.divide(wanted, total, out=np.zeros_like(wanted), where=total > 0)
    evenly = np.where(empty, wanted / np.maximum(count, 1), 0.0)
    return np.asarray(people * per_person[group] + evenly[group], dtype=np.float64)


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
