"""The eligible buildings: PTS's own list matched to the addresses, or, without one, the addresses that we count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.core.errors import DataError, printable
from pipelines.grid.nearest import nearest_address

if TYPE_CHECKING:
    from typing import Any

    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.cell_grid import Ints
    from pipelines.core.ledger import Ledger
    from pipelines.goals.priority import Bools, Floats

LABEL = "pts/byggnadsforteckning"
HOLIDAY_HOME = "fritidshus"
"""May be on the list and get support, but is not counted in the 30 % nor pointed out."""


@dataclass(frozen=True)
class Buildings:
    """Eligible buildings at addresses.

    Attributes
    ----------
    address : ndarray of int64, shape (n,)
        Row of the address; one may have several buildings.
    byggnad_id : ndarray of object, shape (n,)
        As PTS's list names it; empty without.
    counted : ndarray of bool, shape (n,)
        With household or workplace: what may be prioritised, and what support is divided by.
    base : int
        Buildings that the most that may be prioritised is a share of.
    grund : str
        What that is: ``forteckning``, ``antal`` (configured) or ``egen`` (counted here).
    """

    address: Ints
    byggnad_id: NDArray[Any]
    counted: Bools
    base: int
    grund: str


def of_own(eligible: Bools, hushall: Floats, region: Region, ledger: Ledger) -> Buildings:
    """Return the addresses that we count as eligible, each as one building."""
    rule = region.pts_prioritering
    address = np.flatnonzero(eligible).astype(np.int64)
    counted = hushall[address] > 0 if rule.bara_med_hushall else np.ones(len(address), dtype=np.bool_)
    base = int(counted.sum()) if rule.antal_i_forteckningen is None else rule.antal_i_forteckningen
    grund = "egen" if rule.antal_i_forteckningen is None else "antal"
    ledger.add(
        "varning",
        "PTS-prioritering",
        "PTS:s byggnadsförteckning finns inte bland indata",
        1,
        f"{int(counted.sum())} adresser räknas som stödberättigade ur våra egna uppgifter; PTS:s lista avgör. Lägg den "
        "i pts/byggnadsforteckning*.csv eller .xlsx",
    )
    return Buildings(address, np.full(len(address), "", dtype=object), counted, base, grund)


def of_list(listed: pd.DataFrame, points: pd.DataFrame, region: Region, ledger: Ledger) -> Buildings:
    """Match the rows of ``byggnadsforteckning``: by address id, else to the nearest address within reach.

    Parameters
    ----------
    points : DataFrame
        ``adress_id``, ``e_m``, ``n_m``; its row numbers are the address numbers.

    Raises
    ------
    DataError
        When so few rows match that the list is in another form or of another place.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    by_id = (listed["adress_id"] != "").to_numpy()
    nr = np.full(len(listed), -1, dtype=np.int64)
    known, wanted = (pa.array(x.astype("str")) for x in (points["adress_id"], listed["adress_id"][by_id]))
    nr[by_id] = pc.index_in(wanted, value_set=known).fill_null(-1).to_numpy()
    stale = by_id & (nr < 0)
    placed = np.flatnonzero((nr < 0) & listed["e_m"].notna().to_numpy())
    if len(placed):
        near, away_m = nearest_address(points, *(listed[x].to_numpy()[placed] for x in ("e_m", "n_m")))
        nr[placed] = np.where(away_m <= region.evidens.matchningsradie_m, near, -1)
    hit = nr >= 0
    _note_match(listed, stale, hit, region, ledger)
    _require_match(listed, hit, points, region)
    holiday = (listed["byggnadstyp"] == HOLIDAY_HOME).to_numpy()
    counted = ~holiday
    said = (listed["kommunkod_fil"] != "").to_numpy()  # a row that hits nothing and says no kommun may be another län's
    base, rule = int((counted & (hit | said)).sum()), region.pts_prioritering
    told = rule.antal_i_forteckningen
    ledger.add(
        "varning",
        "PTS-prioritering",
        f"antal_i_forteckningen i konfigurationen är {told}, byggnadsförteckningen har {base}",
        int(told is not None and told != base),
        "filen gäller: taket räknas av dess byggnader med hushåll eller arbetsställe",
    )
    years = set(listed["ar"].dropna().astype(int)) - {rule.regelar}
    ledger.add(
        "allvarlig",
        LABEL,
        f"byggnadsförteckningen gäller {', '.join(map(str, sorted(years)))}, reglerna {rule.regelar}",
        int(bool(years)),
        "kontrollera pts_prioritering.regelar i konfigurationen, och att förteckningen är årets",
    )
    ids = listed["byggnad_id"].to_numpy(dtype=object)
    return Buildings(nr[hit], ids[hit], counted[hit], base, "forteckning")


def note_differences(found: Buildings, own: Bools, utan: Bools, modelled: Bools, ledger: Ledger) -> None:
    """Say where PTS's list and our own figures differ: both are to be looked up before money is spent.

    Parameters
    ----------
    own, utan, modelled : ndarray of bool, shape (addresses,)
        What we count as eligible, as without coverage, and what only statistics decide.
    """
    at = np.unique(found.address)
    passed = at[~utan[at]]
    by_model = modelled[passed]
    for where, why in (
        (~by_model, "redan är passerade, enligt uppgifter"),
        (by_model, "sannolikt är passerade, enligt statistik"),
    ):
        ledger.add(
            "varning",
            LABEL,
            f"adresser på byggnadsförteckningen som {why}",
            int(where.sum()),
            "räknas i taket men är inte med i något projekt; kontrollera dem",
        )
    listed = np.zeros(len(own), dtype=np.bool_)
    listed[at] = True
    ledger.add(
        "upplysning",
        LABEL,
        "adresser som våra uppgifter räknar som stödberättigade men som inte står på byggnadsförteckningen",
        int((own & ~listed).sum()),
        "förteckningen gäller: de får inget stöd i jämförelsen",
    )


def _note_match(listed: pd.DataFrame, stale: Bools, hit: Bools, region: Region, ledger: Ledger) -> None:
    reach = region.evidens.matchningsradie_m
    ledger.add(
        "justerad",
        LABEL,
        "rader vars adress_id inte finns bland länets gällande adresser men vars koordinat träffar en",
        int((stale & hit).sum()),
        f"räknas till adressen inom {reach:g} m",
        _shown(listed, stale & hit),
    )
    ledger.add(
        "bortfall",
        LABEL,
        "byggnader som inte träffar någon gällande adress i länet",
        int((~hit).sum()),
        f"kan inte prioriteras: inget känt adress_id, och ingen adress inom {reach:g} m; räknas i taket när raden "
        "säger en kommun i länet",
        _shown(listed, ~hit),
    )


def _require_match(listed: pd.DataFrame, hit: Bools, points: pd.DataFrame, region: Region) -> None:
    """Stop when hardly anything matches.

    Raises
    ------
    DataError
        Naming what did not match beside what would have, and the coordinate system that would fit.
    """
    from pipelines.formats.crs_guess import beside, fitting_system

    floor = region.evidens.minsta_matchade_andel
    if hit.mean() >= floor:
        return
    first = listed[~hit].iloc[0]
    missed = listed[~hit & listed["e_m"].notna().to_numpy()]
    near = beside(points["e_m"].to_numpy(), points["n_m"].to_numpy(), region.evidens.matchningsradie_m)
    system = fitting_system(missed["e_m"].to_numpy(), missed["n_m"].to_numpy(), near) if len(missed) else None
    details = [f"Träffar inget: {'; '.join(_shown(listed, ~hit)[:3])}"]
    example = points.iloc[0]
    details.append(f"Så ser länets ut: {example['adress_id']} (E {example['e_m']:.1f}, N {example['n_m']:.1f})")
    if system and (system.epsg, system.swapped) != (3006, False):
        details.append(f"Koordinaterna passar länets adresser i {system.label}.")
    raise DataError(
        "För få rader i PTS:s byggnadsförteckning träffar någon adress.",
        file=f"pts/{first['fil']}",
        row=int(first["rad"]),
        expected=f"minst {100 * floor:g} % träffar (evidens.minsta_matchade_andel i konfigurationen)",
        found=f"{int(hit.sum())} av {len(hit)} rader träffar",
        details=details,
        action="Kontrollera att id:na är Lantmäteriets objektidentitet (eller koordinaterna SWEREF 99 TM) och att "
        "listan gäller länet. Gäller den flera län: ta med bara länets byggnader, eller lägg till kolumnen kommunkod.",
    )


def _shown(listed: pd.DataFrame, where: Bools) -> list[str]:
    """Return a few rows as a person would look for them."""
    return [
        f"{row['fil']}, rad {row['rad']}: "
        + (printable(row["byggnad_id"] or row["adress_id"], 60) or f"E {row['e_m']:.1f}, N {row['n_m']:.1f}")
        for row in listed[where].head(10).to_dict("records")
    ]
